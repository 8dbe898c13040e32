//! What can go wrong in training, in words for the person who trains.

use pastiche_models::chorale::ChoraleError;
use thiserror::Error;

/// Why a training could not begin, go on or be resumed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TrainError {
    /// A checkpoint is damaged or of another network.
    #[error("cannot resume from the checkpoint: {reason}; remove it to start from the beginning")]
    CheckpointUnfit {
        /// What is wrong with it.
        reason: String,
    },
    /// The corpus or the weights could not be read or written.
    #[error(transparent)]
    Chorale(#[from] ChoraleError),
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

impl TrainError {
    /// A file could not be read or written.
    pub(crate) fn file(doing: &'static str, path: &std::path::Path, error: std::io::Error) -> Self {
        Self::File { doing, path: path.display().to_string(), error }
    }
}
