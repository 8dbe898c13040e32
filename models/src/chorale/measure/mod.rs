//! How well a network knows chorales, and how what it sings compares with a corpus.

pub mod battery;
pub mod grading;
pub mod phrases;
pub mod statistics;

mod likelihood;

pub use likelihood::{FrameLikelihood, frame_likelihood};
