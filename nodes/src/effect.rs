//! What effects on the GPU share.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::{Effect, EffectDesc, Recorder, Texture};
use pastiche_engine::node::{BuildCtx, BuildError, Fault};

/// Compiles a pass of ours: `common.wgsl`, then this text.
pub(crate) fn compile<U>(
    ctx: &BuildCtx<'_>,
    label: &'static str,
    inputs: usize,
    wgsl: &str,
) -> Result<Arc<Effect>, BuildError> {
    let wgsl = format!("{}\n{wgsl}", include_str!("wgsl/common.wgsl"));
    let desc = EffectDesc { label, wgsl: &wgsl, inputs, uniform_bytes: size_of::<U>() };
    ctx.gpu()?.effect(&desc).map_err(|error| {
        let message = format!("the graphics adapter cannot run the shader \"{label}\": {error}");
        BuildError::new(message, "update its driver")
    })
}

/// The last step of an effect whose passes know nothing of `amount`.
pub(crate) struct AtAmount(Arc<Effect>);

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct AmountUniforms {
    amount: f32,
}

impl AtAmount {
    pub(crate) fn new(ctx: &BuildCtx<'_>) -> Result<AtAmount, BuildError> {
        compile::<AmountUniforms>(ctx, "amount", 2, include_str!("wgsl/at_amount.wgsl")).map(AtAmount)
    }

    /// The picture itself at 0, the whole effect at 1, both untouched.
    pub(crate) fn draw(
        &self,
        gpu: &mut Recorder,
        picture: &Frame,
        effect: Texture,
        amount: f64,
    ) -> Result<Frame, Fault> {
        if amount == 0.0 {
            return Ok(picture.clone());
        }
        if amount == 1.0 {
            return Ok(Frame::from_texture(effect));
        }
        let uniforms = AmountUniforms { amount: amount as f32 };
        let texture = gpu.texture(picture)?;
        let bytes = bytemuck::bytes_of(&uniforms);
        gpu.draw(&self.0, &[&texture, &effect], bytes, picture.size_px()).map(Frame::from_texture)
    }
}
