//! Pastiche: a node-graph instrument for live pictures and sound, whose nodes can be neural networks.
//!
//! This library plays patches inside other programs; the program `pastiche` is made of it. Start
//! with [`Player`].

pub use pastiche_engine as engine;
pub use pastiche_models as models;
pub use pastiche_nodes as nodes;
#[cfg(feature = "stage")]
pub use pastiche_stage as stage;

mod error;
mod atomic_file;

// From a patch's file to a running graph.
mod assets;
mod camera;
mod loader;
mod picture;
mod player;
mod sound;
mod watch;

// What is done with one.
mod hands;
mod midi;
#[cfg(feature = "stage")]
mod on_stage;
mod play;
mod render;
mod takes;
mod wave;

pub use assets::{DEFAULT_PATCH, EMBEDDED, EmbeddedFile, embedded};
pub use camera::{SystemCameras, camera_names};
pub use error::Error;
pub use hands::{
    Binding, HandAction, HandError, HandEvent, HandNews, HandSender, Hands, History, Learn, Learned, Move,
    Part, Target, parse_hand,
};
pub use loader::{LoadReport, MOST_CANVAS_PX, PatchSource, Timings};
pub use midi::{Hear, MidiEdge, MidiOutput, OpenInput, midi_inputs, midi_outputs, stable_names, system_midi};
#[cfg(feature = "stage")]
pub use on_stage::play_on_stage;
pub use picture::Picture;
pub use play::{FrameStats, PlayJob, Played, Told, play};
pub use player::{DEFAULT_CANVAS_PX, OpenGpu, Pace, Player, PlayerConfig, node_diagnostic, registry};
pub use render::{Progress, RenderJob, Rendered, refused_diagnostic, render, write_png};
pub use sound::{SoundOutput, SystemLines, sound_cards, sound_lines};
pub use takes::{TakeWriter, read_take};
pub use wave::{MOST_SAMPLES, WaveFile};
