//! What can go wrong in training, in words for the person who trains.

use pastiche_models::chorale::ChoraleError;
use thiserror::Error;

/// Why a training could not begin, go on or be resumed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TrainError {
    /// The corpus is no JSON of the expected form.
    #[error("cannot read the corpus: {place}: {reason}; give a file of the form of Jsb16thSeparated.json")]
    CorpusUnreadable {
        /// Where in the file.
        place: String,
        /// What is wrong there.
        reason: String,
    },
    /// A checkpoint is damaged or of another network.
    #[error("cannot resume from the checkpoint: {reason}; remove it to start from the beginning")]
    CheckpointUnfit {
        /// What is wrong with it.
        reason: String,
    },
    /// The weights could not be read or written.
    #[error(transparent)]
    Weights(#[from] ChoraleError),
    /// A file could not be read or written.
    #[error("cannot {doing} {path}: {error}")]
    File {
        /// What was tried: read or write.
        doing: &'static str,
        /// The file.
        path: String,
        /// What the system said.
        error: std::io::Error,
    },
}
