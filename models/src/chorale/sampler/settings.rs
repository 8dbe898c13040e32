//! What a caller chooses about sampling.

use super::super::canvas::VOICES;
use super::super::error::ChoraleError;
use super::tuning::Tuning;

/// No number of [`Tuning`] is further from 0.
const MOST: f32 = 1000.0;

/// In which order the cells are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Routine {
    /// Beats first, then the steps between them, each by the rules and drawn again while they reject it.
    #[default]
    BeatsFirst,
    /// Gibbs sampling with annealed masking, in which each cell is masked by itself: algorithm 2 of Huang et
    /// al. ("Counterpoint by Convolution", 2017), after Yao et al. Without the rules.
    Independent,
    /// One cell after the other in a random order, each once. Without the rules.
    Ancestral,
    /// As `Independent`, but what is masked is one run of steps. Without the rules.
    Contiguous,
}

/// What a caller chooses about sampling. The default is what a listener should hear.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// In which order the cells are drawn.
    pub routine: Routine,
    /// How far each voice strays from what is likeliest: 1 as the network has learnt, 0 the likeliest pitch
    /// alone, far above 1 anything. At least 0.
    pub temperature: [f32; VOICES],
    /// The share of the probability that is drawn from, the likeliest first, above 0 and at most 1. The
    /// routine `BeatsFirst` never takes more than 0.95 on beats and 0.97 elsewhere.
    pub top_p: f32,
    /// How much the rules of part-writing weigh: 1 as a rule, 0 not at all, below 0 what they forbid is sought.
    pub rules: f32,
    /// The tonic of the major scale that is sung in, in semitones above C; a minor piece counts as its
    /// relative major. Without one it is judged from what is known, or drawn where nothing is.
    pub key: Option<i8>,
    /// How strongly the scale of the key is preferred beyond what the network does by itself: 0 not at all,
    /// 1 strongly, below 0 it is avoided.
    pub lean: f32,
    /// The number of Gibbs passes of `Independent` and `Contiguous`.
    pub passes: usize,
    /// The seed of everything that is drawn.
    pub seed: u64,
    /// The numbers behind `BeatsFirst` and the rules.
    pub tuning: Tuning,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            routine: Routine::default(),
            temperature: [1.0; VOICES],
            top_p: 1.0,
            rules: 1.0,
            key: None,
            lean: 0.0,
            passes: 64,
            seed: 0,
            tuning: Tuning::default(),
        }
    }
}

impl Settings {
    /// Refuses what cannot be sampled with.
    ///
    /// # Errors
    /// A number that is not finite or outside the range that its field names, by name.
    pub fn check(&self) -> Result<(), ChoraleError> {
        let refuse = |name: &'static str, value: f32, expected: &'static str| {
            Err(ChoraleError::SettingOutside { name, value, expected })
        };
        for value in self.temperature {
            if !(value.is_finite() && value >= 0.0) {
                return refuse("temperature", value, "a finite number of at least 0");
            }
        }
        if !(self.top_p > 0.0 && self.top_p <= 1.0) {
            return refuse("top_p", self.top_p, "above 0 and at most 1");
        }
        for (name, value) in [("rules", self.rules), ("lean", self.lean)] {
            if !value.is_finite() {
                return refuse(name, value, "a finite number");
            }
        }
        for (name, value) in self.tuning.named() {
            if !value.is_finite() || value.abs() > MOST {
                return refuse(name, value, "a number between -1000 and 1000");
            }
        }
        Ok(())
    }
}
