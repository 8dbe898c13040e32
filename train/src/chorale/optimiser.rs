//! Muon for the blocks' matrices (Jordan et al., 2024) and AdamW (Loshchilov and Hutter, 2019) for all
//! other weights.

use pastiche_models::chorale::{BLOCKS, GATE, Matrix, Part, WEIGHTS, WIDTH, product};

const MOMENTUM: f32 = 0.95;
const BETAS: [f32; 2] = [0.9, 0.98];
const EPSILON: f32 = 1e-8;
const DECAY: f32 = 0.1;
const MOST_GRADIENT: f32 = 1.0;

/// The running means of an optimiser: of gradients, and, for AdamW, of their squares.
#[derive(Debug, Clone, PartialEq)]
pub struct Optimiser {
    /// The first moments, one a weight.
    pub first: Vec<f32>,
    /// The second moments, one a weight; 0 where Muon is used.
    pub second: Vec<f32>,
}

impl Default for Optimiser {
    fn default() -> Self {
        Self { first: vec![0.0; WEIGHTS], second: vec![0.0; WEIGHTS] }
    }
}

impl Optimiser {
    /// Moves `weights` against `gradient`, which is scaled down to a length of 1 where it is longer.
    /// `step` counts from 0, `rate` is the learning rate. Returns the gradient's length.
    pub fn step(&mut self, weights: &mut [f32], gradient: &mut [f32], step: u64, rate: f32) -> f32 {
        let length = gradient.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt() as f32;
        if length > MOST_GRADIENT {
            gradient.iter_mut().for_each(|value| *value *= MOST_GRADIENT / length);
        }
        for &part in Part::ALL {
            let range = part.range();
            let (weights, gradient) = (&mut weights[range.clone()], &gradient[range.clone()]);
            let first = &mut self.first[range.clone()];
            match part {
                Part::GateWeight => muon(weights, gradient, first, [2 * GATE, 3 * WIDTH], rate),
                Part::OutputWeight => muon(weights, gradient, first, [WIDTH, GATE], rate),
                _ => adamw(weights, gradient, first, &mut self.second[range], decay(part), step, rate),
            }
        }
        length
    }
}

/// Biases, norms and the table of parallels are not pulled towards 0.
fn decay(part: Part) -> f32 {
    match part {
        Part::FrontBias | Part::GateBias | Part::OutputBias | Part::HeadBias | Part::OthersHiddenBias => 0.0,
        Part::BlockNorm | Part::Norm | Part::Parallel => 0.0,
        _ => DECAY,
    }
}

fn adamw(
    weights: &mut [f32],
    gradient: &[f32],
    first: &mut [f32],
    second: &mut [f32],
    decay: f32,
    step: u64,
    rate: f32,
) {
    let steps = (step + 1) as f32;
    let [grown, squared] = BETAS.map(|beta| 1.0 - beta.powf(steps));
    let moments = first.iter_mut().zip(second);
    for ((weight, &slope), (first, second)) in weights.iter_mut().zip(gradient).zip(moments) {
        *first += (1.0 - BETAS[0]) * (slope - *first);
        *second += (1.0 - BETAS[1]) * (slope * slope - *second);
        let update = *first / grown / ((*second / squared).sqrt() + EPSILON);
        *weight -= rate * (decay * *weight + update);
    }
}

/// One step of Muon for [`BLOCKS`] matrices of `[rows, columns]`.
fn muon(weights: &mut [f32], gradient: &[f32], first: &mut [f32], [rows, columns]: [usize; 2], rate: f32) {
    let length = weights.len() / BLOCKS;
    let scale = 0.2 * (rows.max(columns) as f32).sqrt();
    let blocks = weights.chunks_exact_mut(length).zip(gradient.chunks_exact(length));
    std::thread::scope(|scope| {
        for ((weights, gradient), first) in blocks.zip(first.chunks_exact_mut(length)) {
            scope.spawn(move || {
                let mut update = Vec::with_capacity(length);
                for (first, &slope) in first.iter_mut().zip(gradient) {
                    *first += (1.0 - MOMENTUM) * (slope - *first);
                    update.push(slope + MOMENTUM * (*first - slope));
                }
                let update = orthogonal(&update, rows, columns);
                for (weight, update) in weights.iter_mut().zip(update) {
                    *weight -= rate * (DECAY * *weight + scale * update);
                }
            });
        }
    });
}

/// About the nearest matrix with orthonormal rows (or columns, where these are fewer), by five
/// Newton-Schulz steps.
fn orthogonal(matrix: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    let length = matrix.iter().map(|value| value * value).sum::<f32>().sqrt() + 1e-7;
    let wide = rows <= columns;
    let (short, long) = if wide { (rows, columns) } else { (columns, rows) };
    let turn = |index: usize| if wide { index } else { (index % long) * short + index / long };
    let mut current: Vec<f32> = (0..matrix.len()).map(|index| matrix[turn(index)] / length).collect();
    let mut square = vec![0.0; short * short];
    let mut fourth = vec![0.0; short * short];
    for _ in 0..5 {
        let here = Matrix::new(&current, short, long);
        product(here, here.transposed(), 0.0, &mut square, short);
        let squared = Matrix::new(&square, short, short);
        product(squared, squared, 0.0, &mut fourth, short);
        let mixed: Vec<f32> = square.iter().zip(&fourth).map(|(a, b)| -4.775 * a + 2.0315 * b).collect();
        let mut next: Vec<f32> = current.iter().map(|value| 3.4445 * value).collect();
        product(Matrix::new(&mixed, short, short), here, 1.0, &mut next, long);
        current = next;
    }
    let mut out = vec![0.0; matrix.len()];
    for (index, value) in current.into_iter().enumerate() {
        out[turn(index)] = value;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Random;

    #[test]
    fn an_orthogonal_update_has_singular_values_near_one() {
        for (rows, columns) in [(8, 24), (24, 8)] {
            let mut random = Random::at(1, [rows as u64, 0]);
            // Lines of very unequal lengths.
            let line = |index: usize| if rows < columns { index / columns } else { index % columns };
            let matrix: Vec<f32> =
                (0..rows * columns).map(|index| random.normal() / (1 + line(index)) as f32).collect();
            let found = orthogonal(&matrix, rows, columns);
            // The sum of squares is the sum of the squared singular values.
            let mean = found.iter().map(|value| value * value).sum::<f32>() / rows.min(columns) as f32;
            assert!((0.6..1.4).contains(&mean), "{mean}");
            let along: f32 = found.iter().zip(&matrix).map(|(a, b)| a * b).sum();
            assert!(along > 0.0, "the update points away from the gradient");
            let at = |line: usize, place: usize| {
                found[if rows < columns { line * columns + place } else { place * columns + line }]
            };
            for (one, other) in (0..8 * 8).map(|pair| (pair / 8, pair % 8)) {
                let product: f32 = (0..24).map(|place| at(one, place) * at(other, place)).sum();
                let expected = if one == other { 1.0 } else { 0.0 };
                assert!((product - expected).abs() < 0.6, "lines {one} and {other}: {product}");
            }
        }
    }
}
