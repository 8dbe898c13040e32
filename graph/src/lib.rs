//! The pure half of the engine: what a patch says, whether that is sound, and what changes from one
//! patch to the next. Plain data and functions of it: no threads, no clock of the machine, no device,
//! no GPU. Files come through the trait [`assets::Assets`].
//!
//! ```text
//! script -> GraphDesc -> check -> Plan -> diff -> Changes
//! ```
//!
//! The crate `pastiche-engine` builds and runs the nodes of a plan.

// What may travel on a wire, and how a kind is declared.
pub mod colour;
pub mod key;
mod option;
pub mod options;
pub mod port;
mod range;
pub mod spec;
pub mod typed_key;

// What is reported.
pub mod aliases;
pub mod diagnostic;
pub mod fault;
pub mod suggest;

// From a description to a plan, and from two plans to the difference.
pub mod assets;
pub mod check;
pub mod description;
pub mod diff;
pub mod kinds;
pub mod plan;
pub mod stamp;

// Time, and what comes in from outside.
pub mod address;
pub mod clock;
pub mod midi;
pub mod supervisor;
pub mod take;

// Readers of the kinds, and the front end.
pub mod docs;
#[cfg(feature = "script")]
pub mod script;
