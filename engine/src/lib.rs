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
pub mod port;
pub mod frame;
pub mod spec;
pub mod options;
pub mod registry;

// From a description to a plan, and from two plans to the difference. Pure functions.
pub mod diagnostic;
pub mod suggest;
pub mod assets;
pub mod graph;
pub mod plan;
pub mod check;
pub mod diff;

// Running a plan.
pub mod clock;
pub mod workers;
pub mod node;
pub mod io;
pub mod gpu;
pub mod audio;
pub mod live;
pub mod take;

// Front ends and readers of the registry.
pub mod script;
pub mod docs;
