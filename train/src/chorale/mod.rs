//! The trainer of the chorale network.

pub mod data;

mod backward;
mod error;
mod measure;
mod optimiser;
mod trainer;

pub use backward::{loss, loss_and_gradient};
pub use data::Corpus;
pub use error::TrainError;
pub use measure::{FrameLikelihood, frame_likelihood};
pub use optimiser::Optimiser;
pub use trainer::{StepReport, Trainer, Validation, replace};
