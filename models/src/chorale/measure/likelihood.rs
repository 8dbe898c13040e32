//! How likely a network finds a piece: Algorithm 1 of Huang et al., "Counterpoint by Convolution" (ISMIR
//! 2017, arXiv 1903.07227).

use super::super::canvas::{Canvas, VOICES};
use super::super::corpus::Piece;
use super::super::trained::Network;
use crate::Random;

/// The negative log-likelihood of frames, in nats.
#[derive(Debug, Clone, PartialEq)]
pub struct FrameLikelihood {
    /// Each frame's, its orderings combined as probabilities.
    pub combined: Vec<f64>,
    /// Each frame's mean over the orderings: what one ordering gives.
    pub single: Vec<f64>,
}

/// Measures `frames` of a piece under `orderings` random orders of its frames, drawn from `seed` and
/// `place`. A frame's four voices are asked for in random order, given the frames before it in the
/// order; inside a frame the network's own likeliest class is what the next voice is given. Silence is
/// a class like any other. Temperature 1.
pub fn frame_likelihood(
    network: &Network,
    piece: &Piece,
    frames: &[usize],
    orderings: usize,
    [seed, place]: [u64; 2],
) -> FrameLikelihood {
    let mut logs = vec![Vec::with_capacity(orderings); frames.len()];
    for ordering in 0..orderings {
        let mut random = Random::at(seed, [place, ordering as u64]);
        let order = shuffled(piece.len(), &mut random);
        let mut rank = vec![0; piece.len()];
        for (index, &frame) in order.iter().enumerate() {
            rank[frame] = index;
        }
        let voices: Vec<Vec<usize>> = piece.iter().map(|_| shuffled(VOICES, &mut random)).collect();
        for (logs, &frame) in logs.iter_mut().zip(frames) {
            let mut canvas = Canvas::empty(piece.len());
            for (step, cells) in piece.iter().enumerate().filter(|(step, _)| rank[*step] < rank[frame]) {
                for (voice, &class) in cells.iter().enumerate() {
                    canvas.set(step, voice, class);
                }
            }
            let mut sum = 0.0;
            for &voice in &voices[frame] {
                let scores = network.logits_at(&canvas, &[frame], None)[0][voice].map(f64::from);
                let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let total = scores.iter().map(|score| (score - most).exp()).sum::<f64>().ln() + most;
                sum += scores[usize::from(piece[frame][voice])] - total;
                let likeliest = scores.iter().position(|&score| score == most).unwrap_or_default();
                canvas.set(frame, voice, likeliest as u8);
            }
            logs.push(sum);
        }
    }
    FrameLikelihood {
        combined: logs.iter().map(|logs| -log_mean_exp(logs)).collect(),
        single: logs.iter().map(|logs| -logs.iter().sum::<f64>() / logs.len() as f64).collect(),
    }
}

fn log_mean_exp(logs: &[f64]) -> f64 {
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    most + (logs.iter().map(|log| (log - most).exp()).sum::<f64>() / logs.len() as f64).ln()
}

/// The numbers below `count` in random order.
fn shuffled(count: usize, random: &mut Random) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for index in 1..count {
        order.swap(index, random.between(0, index));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chorale::{CLASSES, Part, Weights};

    #[test]
    fn an_untrained_network_reads_four_times_the_log_of_the_classes() {
        let piece = vec![[30, 25, 20, 46]; 20];
        let found = frame_likelihood(&Network::new(Weights::zeros()), &piece, &[0, 7, 19], 3, [1, 0]);
        let expected = 4.0 * (CLASSES as f64).ln();
        assert_eq!((found.combined.len(), found.single.len()), (3, 3));
        for value in found.combined.iter().chain(&found.single) {
            assert!((value - expected).abs() < 1e-6, "{value}");
        }
    }

    #[test]
    fn a_network_that_copies_its_neighbours_is_sure_where_a_neighbour_is_known() {
        // A held chord, and weights that score the pitches of both neighbours.
        let piece = vec![[30, 25, 20, 10]; 12];
        let mut weights = Weights::zeros();
        for voice in 0..VOICES {
            for reference in 0..2 {
                let column = (voice * 3 + reference) * 29 + 14;
                weights.values_mut()[Part::RelativeBias.range()][column] = 20.0;
            }
        }
        let frames: Vec<usize> = (0..12).collect();
        let found = frame_likelihood(&Network::new(weights), &piece, &frames, 1, [1, 0]);
        let unsure = found.single.iter().filter(|value| **value > 1e-3).count();
        // In any order only the first frame knows nothing, and its answer is even.
        assert_eq!(unsure, 1, "{:?}", found.single);
        assert!(found.single.iter().any(|value| (value - 4.0 * (CLASSES as f64).ln()).abs() < 1e-3));
    }

    #[test]
    fn orderings_are_combined_as_probabilities() {
        assert!((log_mean_exp(&[0.0_f64.max(-1.0), -1e9]) + 2.0_f64.ln()).abs() < 1e-12);
    }
}
