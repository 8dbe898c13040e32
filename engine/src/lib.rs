//! The engine of Pastiche: it turns the description of a graph into a running graph of picture,
//! control, note and sound nodes, and swaps one running graph for the next between two frames.
//!
//! Read the modules in this order. What each must never know is written in `ARCHITECTURE.md` and
//! checked by a test.
//!
//! ```text
//! script -> GraphDesc -> check -> Plan -> diff -> Changes -> prepare -> Prepared -> commit -> Live
//! ```

// What may travel, and how a kind is declared. Pure data.
pub mod frame;
pub mod key;
pub mod options;
pub mod port;
pub mod registry;
pub mod spec;

// From a description to a plan, and from two plans to the difference. Pure functions.
pub mod assets;
pub mod check;
pub mod diagnostic;
pub mod diff;
pub mod graph;
pub mod plan;
pub mod suggest;

// Running a plan.
pub mod audio;
pub mod cameras;
pub mod clock;
pub mod gpu;
pub mod io;
pub mod lines;
pub mod live;
pub mod midi;
pub mod node;
pub mod outgoing;
pub mod outside;
pub mod supervisor;
pub mod take;
pub mod workers;

// Front ends and readers of the registry.
pub mod docs;
pub mod script;
