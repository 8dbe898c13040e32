//! The engine of Pastiche: it turns the description of a graph into a running graph of picture,
//! control, note and sound nodes, and swaps one running graph for the next between two frames.
//!
//! Read the modules in this order. What each must never know is written in `ARCHITECTURE.md` and
//! checked by a test.
//!
//! ```text
//! script -> GraphDesc -> check -> Plan -> diff -> Changes -> prepare -> Prepared -> commit -> Live
//! ```

// The pure half, which is a crate of its own.
#[cfg(feature = "script")]
pub use pastiche_graph::script;
pub use pastiche_graph::{
    address, aliases, assets, check, clock, colour, description as graph, diagnostic, diff, docs, fault, key,
    midi, options, plan, spec, stamp, suggest, supervisor, take, typed_key,
};

// What may travel, and how a kind is built.
pub mod frame;
pub mod port;
pub mod registry;
pub mod value;

// Running a plan.
pub mod audio;
pub mod audio_inputs;
pub mod cameras;
mod context;
pub mod external_input;
pub mod gpu;
pub mod io;
pub mod live;
pub mod midi_out;
pub mod node;
pub mod notes;
mod slot;
pub mod workers;
