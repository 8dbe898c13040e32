//! Pastiche: a node-graph instrument for live pictures and sound, whose nodes can be neural networks.
//!
//! This library plays patches inside other programs; the program `pastiche` is made of it. Start
//! with [`Player`]. What else there is stands in modules, in the order in which a patch meets them.

pub use pastiche_engine as engine;
pub use pastiche_models as models;
pub use pastiche_nodes as nodes;
#[cfg(feature = "stage")]
pub use pastiche_stage as stage;

mod atomic_file;
mod error;
mod watch;

// From a patch's file to a running graph.
pub mod assets;
pub mod camera;
pub mod loader;
pub mod picture;
pub mod player;
pub mod sound;

// What comes in, and what is done with it.
pub mod host;
pub mod inbox;
pub mod mappings;
pub mod midi;

// What is done with a running graph.
#[cfg(feature = "stage")]
pub mod on_stage;
pub mod paint;
pub mod play;
pub mod render;
pub mod scores;
pub mod takes;
pub mod wave;

pub use error::Error;
pub use player::{Pace, Player, PlayerConfig, registry};
