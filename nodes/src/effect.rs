//! What effects on the GPU share.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::{Effect, EffectDesc, Recorder, Texture};
use pastiche_engine::io::Io;
use pastiche_engine::node::{BuildCtx, BuildError, Fault, FrameCtx};
use pastiche_engine::port::Control;
use pastiche_engine::spec::{In, Out};

/// What stands in front of every pass.
pub(crate) const COMMON: &str = include_str!("common.wgsl");

/// Compiles a pass of ours: `common.wgsl`, then this text.
pub(crate) fn compile<U>(
    ctx: &BuildCtx<'_>,
    label: &'static str,
    inputs: usize,
    wgsl: &str,
) -> Result<Arc<Effect>, BuildError> {
    #[cfg(test)]
    crate::uniform_layout::note::<U>(wgsl);
    compile_sized(ctx, label, inputs, wgsl, size_of::<U>())
}

/// As [`compile`], for uniforms that are no struct.
pub(crate) fn compile_sized(
    ctx: &BuildCtx<'_>,
    label: &'static str,
    inputs: usize,
    wgsl: &str,
    uniform_bytes: usize,
) -> Result<Arc<Effect>, BuildError> {
    let wgsl = format!("{COMMON}\n{wgsl}");
    let desc = EffectDesc { label, wgsl: &wgsl, inputs, uniform_bytes };
    ctx.gpu()?.effect(&desc).map_err(|error| {
        let message = format!("the graphics adapter cannot run the shader \"{label}\": {error}");
        BuildError::new(message, "update its driver")
    })
}

/// The picture that an effect has to change, and how much. `None` when there is nothing to do: the
/// result of no picture is none, and at amount 0 it is the picture itself.
pub(crate) fn to_change(
    io: &mut Io<'_>,
    image: &In<Frame>,
    amount: &In<Control>,
    out: &Out<Frame>,
) -> Option<(Frame, f64)> {
    let Some(picture) = io.frame(image).cloned() else {
        io.clear_frame(out);
        return None;
    };
    let amount = io.control(amount);
    if amount == 0.0 {
        io.set_frame(out, picture);
        return None;
    }
    Some((picture, amount))
}

/// Draws a pass over a picture, in the picture's size.
pub(crate) fn pass<U: Pod>(
    ctx: &mut FrameCtx<'_>,
    effect: &Effect,
    picture: &Frame,
    uniforms: &U,
) -> Result<Frame, Fault> {
    let gpu = ctx.gpu()?;
    let texture = gpu.texture(picture)?;
    let bytes = bytemuck::bytes_of(uniforms);
    gpu.draw(effect, &[&texture], bytes, picture.size_px()).map(Frame::from_texture)
}

/// The number of the span of time that is now, with this many in a second, for randomness that stands
/// still between them.
pub(crate) fn span_of_time(ctx: &FrameCtx<'_>, rate_hz: f64) -> u32 {
    // Wraps after years; a jump of randomness is not seen.
    (ctx.tick.time_secs() * rate_hz).floor().rem_euclid(4_294_967_296.0) as u32
}

/// A seed in 32 bits.
pub(crate) fn seed_bits(seed: u64) -> u32 {
    (seed ^ (seed >> 32)) as u32
}

/// An angle for 32 bits, in radians.
pub(crate) fn radians(degrees: f64) -> f32 {
    degrees.rem_euclid(360.0).to_radians() as f32
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
        compile::<AmountUniforms>(ctx, "amount", 2, include_str!("at_amount.wgsl")).map(AtAmount)
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
