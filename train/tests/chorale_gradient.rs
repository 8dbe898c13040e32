//! The gradient worked out by hand, against differences of the loss.

use pastiche_models::chorale::Piece;
use pastiche_models::chorale::{Part, VOICES, WEIGHTS, Weights};
use pastiche_train::Random;
use pastiche_train::chorale::data::example;
use pastiche_train::chorale::{Workspace, loss_and_gradient};

/// A piece of four voices that wander, now and then silent.
fn piece(steps: usize, random: &mut Random) -> Piece {
    let mut cells = [34_u8, 28, 22, 14];
    (0..steps)
        .map(|_| {
            for cell in &mut cells {
                if random.chance(0.4) {
                    *cell = (*cell as usize + random.between(0, 6)).saturating_sub(3).min(45) as u8;
                }
            }
            let mut sung = cells;
            if random.chance(0.1) {
                sung[random.between(0, VOICES - 1)] = 46;
            }
            sung
        })
        .collect()
}

#[test]
fn each_tensors_gradient_is_the_slope_of_the_loss() {
    let mut random = Random::at(3, [0, 0]);
    let pieces = vec![piece(48, &mut random)];
    // Single cells hidden, so that every table is read.
    let example = example(&pieces, 40, &[1.0, 0.0, 0.0, 0.0, 0.0], true, &mut random);
    let steps = example.canvas.steps();
    let mut weights = Weights::zeros();
    weights.values_mut().iter_mut().for_each(|value| *value = 0.15 * random.normal());
    let factors = std::array::from_fn(|_| {
        (0..steps * 128).map(|_| if random.chance(0.2) { 0.0 } else { 1.25 }).collect::<Vec<f32>>()
    });
    let mut workspace = Workspace::default();
    let mut gradient = vec![0.0; WEIGHTS];
    loss_and_gradient(&weights, &example, Some(&factors), 1.0, &mut workspace, &mut gradient);
    for &part in Part::ALL {
        // Along the tensor's own gradient the slope is its length, and rounding matters least.
        let own = &gradient[part.range()];
        let length = own.iter().map(|value| value * value).sum::<f32>().sqrt();
        assert!(length > 0.0, "{part:?} has no gradient");
        let width = 0.02 / length.max(0.2);
        let [high, low] = [width, -width].map(|along| {
            let mut moved = weights.clone();
            for (value, slope) in moved.values_mut()[part.range()].iter_mut().zip(own) {
                *value += along * slope / length;
            }
            let mut unused = vec![0.0; WEIGHTS];
            loss_and_gradient(&moved, &example, Some(&factors), 1.0, &mut workspace, &mut unused)
        });
        let slope = (high - low) / (2.0 * width);
        let error = (slope - length).abs() / length.max(1e-3);
        assert!(error < 0.03, "{part:?}: gradient {length}, slope {slope}");
    }
}
