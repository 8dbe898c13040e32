//! What trains the networks of Pastiche. Nothing that plays depends on this crate.
//!
//! A trainer is a pure function of its data, its options and its seed: stopped at any moment and
//! resumed from its newest checkpoint, it ends with the same weights, whatever the number of threads.

pub mod chorale;
pub mod tensorboard;

pub use pastiche_models::Random;
