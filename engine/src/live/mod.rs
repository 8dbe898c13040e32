//! The running graph. It executes plans and never interprets: scripts, descriptions and the registry
//! are unknown here.

mod commit;
mod hands;
mod look;
mod prepare;
mod run;
mod tempo;

pub use hands::{ControlState, KnobState};
pub use prepare::{Prepared, Preparer, Retired, Summary};
pub use run::{FrameReport, Live, LiveConfig, NodeFault};
