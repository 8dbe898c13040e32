//! The GPU: a device, a pool of textures, effects, and one recorder a running graph.
//!
//! Read in the order of the modules. Pictures here are RGBA16F, linear light, premultiplied alpha,
//! row 0 at the top; 8-bit sRGB exists only in [`Recorder::texture`] and [`Recorder::present`].

mod device;

mod bounds;
mod effect;
mod pool;
mod shader_error;

mod handle;

mod buffers;
mod copy;
mod fit;
mod points;
mod present;
mod read_back;
mod read_backs;
mod recorder;
mod screens;
mod upload;

pub use effect::{Effect, EffectDesc};
pub use fit::Fit;
pub use handle::{Gpu, GpuError};
pub use points::Points;
pub use pool::Texture;
pub use read_backs::WireId;
pub use recorder::Recorder;
pub use screens::Presented;
pub use shader_error::ShaderError;
