//! The trainer of the chorale network.

pub mod data;

mod backward;
mod error;
mod optimiser;
mod trainer;

pub use backward::{Workspace, loss, loss_and_gradient};
pub use error::TrainError;
pub use optimiser::Optimiser;
pub use trainer::{StepReport, Trainer, Validation, replace};
