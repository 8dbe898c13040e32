//! How likely the weights that come with the crate find three short chorales of the test part, which they have not
//! learnt from. In each file a line is a voice, soprano to bass.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

use std::sync::OnceLock;

use pastiche_models::chorale::measure::frame_likelihood;
use pastiche_models::chorale::{Network, Part, Piece, VOICES, Weights, class_of, read_notation};

const CHORALES: [&str; 3] = [
    include_str!("data/chorale_1.txt"),
    include_str!("data/chorale_2.txt"),
    include_str!("data/chorale_3.txt"),
];
/// The orderings of the published measure.
const ORDERINGS: usize = 5;
/// One frame of this many is measured; with an even number it would be beats alone, or what is between them.
const EVERY: usize = 13;
/// The same where each frame gives the same.
const EVERY_EVEN: usize = 67;
/// The most nats a frame that are borne; 0.713 were measured.
const MOST: f64 = 0.8;

fn chorales() -> &'static [Piece] {
    static PIECES: OnceLock<Vec<Piece>> = OnceLock::new();
    PIECES.get_or_init(|| {
        CHORALES
            .iter()
            .map(|text| {
                let voices: Vec<Vec<(i16, bool)>> =
                    text.lines().map(|line| read_notation(line).unwrap()).collect();
                assert_eq!(voices.len(), VOICES);
                assert!(voices.iter().all(|voice| voice.len() == voices[0].len()));
                let cells =
                    |step: usize| std::array::from_fn(|voice| class_of(voices[voice][step].0).unwrap());
                (0..voices[0].len()).map(cells).collect()
            })
            .collect()
    })
}

/// The mean over one frame of `every`, in nats a frame: Algorithm 1 with all its orderings.
fn nats(weights: Weights, every: usize) -> f64 {
    let network = &Network::new(weights);
    let measured: Vec<f64> = std::thread::scope(|scope| {
        let threads: Vec<_> = chorales()
            .iter()
            .enumerate()
            .map(|(place, piece)| {
                scope.spawn(move || {
                    let frames: Vec<usize> = (0..piece.len()).step_by(every).collect();
                    frame_likelihood(network, piece, &frames, ORDERINGS, [1, place as u64]).combined
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    measured.iter().sum::<f64>() / measured.len() as f64
}

#[test]
fn the_weights_find_chorales_likely_that_they_have_not_learnt() {
    let found = nats(Weights::embedded().unwrap(), EVERY);
    assert!(found < MOST, "{found} nats a frame");
}

#[test]
fn weights_that_are_untrained_or_damaged_do_not() {
    let even = 4.0 * 47.0_f64.ln();
    assert!((nats(Weights::zeros(), EVERY_EVEN) - even).abs() < 1e-5);
    // One block's matrix out of its order, as a bad copy would leave it.
    let mut weights = Weights::embedded().unwrap();
    weights.values_mut()[Part::OutputWeight.range()].reverse();
    let found = nats(weights, EVERY);
    assert!(found > MOST, "{found} nats a frame");
}
