//! The stage: the picture in a window of its own, and an operator's window beside it.
//!
//! This is the only crate that knows nannou, bevy and egui. It works on the engine's own device and
//! shows the engine's textures as they are, without a read-back or a copy. What is shown comes
//! through one trait, [`Show`].
//!
//! Read the modules in this order: `show` (what is shown), `state` (what a person has switched),
//! `keys`, `projector` (the picture), `operator` (everything that moves), `app` (bevy around them),
//! `recovery` and `guard` (a device that is lost), `forget` (what nannou does not free).

mod show;

mod external_input;
mod keys;
mod monitor;
mod place;
mod stage;
mod state;
mod tap;

mod external;
mod forget;
mod projector;
mod refresh;

mod app;
mod guard;
mod operator;
mod recovery;

pub use nannou;

pub use app::run;
pub use monitor::MonitorChoice;
pub use operator::thumbnails_at_once;
pub use pastiche_engine::gpu::Fit;
pub use show::{Figures, Next, Show};
pub use stage::{Sketch, StageConfig, StageError};
