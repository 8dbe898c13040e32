//! The running graph. It executes plans and never interprets: scripts, descriptions and the registry
//! are unknown here.

mod commit;
mod controls;
mod look;
mod moved;
mod prepare;
mod run;
mod tempo;

pub use moved::{ControlState, KnobState};
pub use prepare::{Prepared, Preparer, Retired, Summary};
pub use run::{FrameReport, Live, LiveConfig, NodeFault};
