//! The GPU: a device, a pool of textures, effects, and one recorder a running graph.
//!
//! Read in the order of the modules. Pictures here are RGBA16F, linear light, premultiplied alpha,
//! row 0 at the top; 8-bit sRGB exists only in [`Recorder::texture`] and [`Recorder::present`].

mod device;
mod pool;

mod effect;
mod shader_error;

mod buffers;
mod copy;
mod fit;
mod points;
mod present;
mod read_back;
mod recorder;
mod upload;

pub use device::{Gpu, GpuError};
pub use effect::{Effect, EffectDesc};
pub use fit::Fit;
pub use points::Points;
pub use pool::Texture;
pub use present::Presented;
pub use read_back::WireId;
pub use recorder::Recorder;
pub use shader_error::ShaderError;
