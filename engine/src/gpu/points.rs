//! Many points in one pass: squares that a vertex shader places.

use std::fmt;
use std::sync::Arc;

use super::effect::{Cover, Effect, EffectDesc};
use super::handle::Gpu;
use super::pool::{Format, Texture};
use super::recorder::Recorder;
use super::shader_error::ShaderError;
use crate::fault::Fault;

/// A compiled pass that draws points.
///
/// Its text is that of an [`EffectDesc`] with one more entry,
/// `@vertex fn place(@builtin(vertex_index) corner: u32, @builtin(instance_index) point: u32)`: it is
/// run for the four corners of every point, in the order of a strip of triangles, and gives what
/// `main` takes. It reads pictures with `textureLoad`. Points lie over each other in their order, as
/// premultiplied colours do.
#[derive(Clone)]
pub struct Points(Arc<Effect>);

impl fmt::Debug for Points {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Points").field(&self.0).finish()
    }
}

impl Gpu {
    /// Compiles points, or finds those compiled before from the same text.
    pub fn points(&self, desc: &EffectDesc<'_>) -> Result<Points, ShaderError> {
        self.effect_over(desc, wgpu::TextureFormat::Rgba16Float, Cover::Points).map(Points)
    }
}

impl Recorder {
    /// Draws this many points into a new, transparent picture.
    pub fn draw_points(
        &mut self,
        points: &Points,
        inputs: &[&Texture],
        uniforms: &[u8],
        count: u32,
        size_px: [u32; 2],
    ) -> Result<Texture, Fault> {
        let target = self.take(size_px, Format::LinearHalf)?;
        self.draw_vertices(target.view(), &points.0, inputs, uniforms, 0..4, 0..count)?;
        Ok(target)
    }
}
