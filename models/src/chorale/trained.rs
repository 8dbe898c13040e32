//! A trained network, ready to be played.

use super::canvas::Canvas;
use super::error::ChoraleError;
use super::network::{StepLogits, logits_at};
use super::weights::Weights;

/// A trained network, ready to be played.
#[derive(Debug, Clone)]
pub struct Network {
    weights: Weights,
}

impl Network {
    /// A network with these weights.
    pub fn new(weights: Weights) -> Self {
        Self { weights }
    }

    /// The network that comes with the program. Each call reads its weights again.
    ///
    /// # Errors
    /// None but for a broken build.
    pub fn embedded() -> Result<Self, ChoraleError> {
        Weights::embedded().map(Self::new)
    }

    /// The logits of some steps, in ascending order. `key` is the tonic to assume in semitones above C;
    /// without one it is judged from the known cells.
    ///
    /// # Panics
    /// Where a step is outside the canvas.
    pub fn logits_at(&self, canvas: &Canvas, steps: &[usize], key: Option<i8>) -> Vec<StepLogits> {
        logits_at(&self.weights, canvas, steps, key)
    }
}
