//! What can go wrong with the chorale network, in words for the person who plays it.

use thiserror::Error;

/// Why the chorale network could not be loaded or a score not be read.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ChoraleError {
    /// The bytes are no safetensors file, or a damaged one.
    #[error(
        "cannot read the weights of the chorale network: {reason}; the file is damaged or is no safetensors file, so train or fetch it again"
    )]
    WeightsUnreadable {
        /// What the reader stumbled over.
        reason: String,
    },
    /// The file is sound, but a tensor in it is missing or not what the network needs.
    #[error(
        "the weights of the chorale network do not fit: tensor `{tensor}` should be {expected}, found {found}; use a file that this version trained"
    )]
    WeightsUnfit {
        /// The tensor's name in the file.
        tensor: String,
        /// What the network needs.
        expected: String,
        /// What the file has.
        found: String,
    },
    /// The corpus is no JSON of the expected form.
    #[error("cannot read the corpus: {place}: {reason}; give a file of the form of Jsb16thSeparated.json")]
    CorpusUnreadable {
        /// Where in the file.
        place: String,
        /// What is wrong there.
        reason: String,
    },
    /// A roll holds a pitch that the network does not sing.
    #[error(
        "step {step}, voice {voice}: the pitch {pitch} is neither -1 (silence) nor in {lowest}..={highest}; transpose it into this range"
    )]
    PitchOutside {
        /// The step, counted from 0.
        step: usize,
        /// The voice: 0 soprano to 3 bass.
        voice: usize,
        /// The pitch that was found.
        pitch: i16,
        /// The lowest MIDI pitch that is sung.
        lowest: i16,
        /// The highest MIDI pitch that is sung.
        highest: i16,
    },
    /// A setting of the sampler is outside its range.
    #[error("cannot sample: the setting `{name}` is {value}; give {expected}")]
    SettingOutside {
        /// The setting's name.
        name: &'static str,
        /// What it was given.
        value: f32,
        /// What it takes.
        expected: &'static str,
    },
    /// The caller wanted no more of it.
    #[error("the sampling was stopped before its end")]
    Stopped,
}
