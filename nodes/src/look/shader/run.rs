//! A shader that runs: its passes, and what lasts from frame to frame.

use std::collections::HashMap;
use std::sync::Arc;

use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::{Effect, Fit, Texture};
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Colour;

use crate::effect::AtAmount;

use super::expression::Expression;
use super::header::{Header, Pass};
use super::{OUT, inputs, source};

pub(super) struct Shader {
    effect: Arc<Effect>,
    at_amount: AtAmount,
    header: Header,
    /// What passes have drawn: of this frame, and of the last for what is persistent.
    targets: HashMap<String, Texture>,
}

/// The one pass of a shader that names none.
const RESULT: Pass = Pass { target: None, persistent: false, size: [None, None] };

const MOST_SIDE_PX: f64 = 16_384.0;

impl Shader {
    pub(super) fn new(effect: Arc<Effect>, at_amount: AtAmount, header: Header) -> Shader {
        Shader { effect, at_amount, header, targets: HashMap::new() }
    }

    /// Everything but the index of the pass and its size.
    fn uniforms(&self, ctx: &FrameCtx<'_>, io: &Io<'_>) -> Vec<u8> {
        let mut bytes = vec![0; source::FIXED_BYTES];
        bytes[8..12].copy_from_slice(&ctx.tick.shader_secs().to_le_bytes());
        bytes[12..16].copy_from_slice(&(ctx.tick.delta_secs() as f32).to_le_bytes());
        // Wraps after a year, to 0.
        bytes[16..20].copy_from_slice(&((ctx.tick.frame & 0x7fff_ffff) as i32).to_le_bytes());
        for parameter in &self.header.parameters {
            bytes.extend(inputs::values(io, parameter).iter().flat_map(|value| value.to_le_bytes()));
        }
        bytes.resize(source::uniform_bytes(&self.header), 0);
        bytes
    }

    fn draw(&mut self, ctx: &mut FrameCtx<'_>, io: &Io<'_>, size_px: [u32; 2]) -> Result<Texture, Fault> {
        let mut uniforms = self.uniforms(ctx, io);
        let frames: Vec<Option<&Frame>> =
            self.header.images.iter().map(|image| inputs::image(io, &image.name)).collect();
        let gpu = ctx.gpu()?;
        let nothing = gpu.solid(Colour([0.0; 4]), [1, 1])?;
        let mut images = Vec::with_capacity(frames.len());
        for frame in frames {
            images.push(frame.map_or(Ok(nothing.clone()), |frame| gpu.texture(frame))?);
        }
        let passes = if self.header.passes.is_empty() { &[RESULT][..] } else { &self.header.passes };
        let mut result = nothing.clone();
        for (index, pass) in passes.iter().enumerate() {
            let pass_px = pass_size(pass, size_px, io);
            uniforms[0..4].copy_from_slice(&(pass_px[0] as f32).to_le_bytes());
            uniforms[4..8].copy_from_slice(&(pass_px[1] as f32).to_le_bytes());
            uniforms[20..24].copy_from_slice(&(index as i32).to_le_bytes());
            let targets = self.header.passes.iter().filter_map(|pass| pass.target.as_ref());
            let targets = targets.map(|name| self.targets.get(name).unwrap_or(&nothing));
            let textures: Vec<&Texture> = images.iter().chain(targets).collect();
            result = gpu.draw(&self.effect, &textures, &uniforms, pass_px)?;
            if let Some(name) = &pass.target {
                self.targets.insert(name.clone(), result.clone());
            }
        }
        self.targets.retain(|name, _| {
            passes.iter().any(|pass| pass.persistent && pass.target.as_ref() == Some(name))
        });
        Ok(result)
    }
}

impl Node for Shader {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let picture = match self.header.images.first() {
            Some(image) => inputs::image(io, &image.name).cloned(),
            None => None,
        };
        if picture.is_none() && !self.header.images.is_empty() {
            io.clear_frame(&OUT);
            return Ok(());
        }
        let size_px = picture.as_ref().map_or(ctx.canvas_px, Frame::size_px);
        let drawn = self.draw(ctx, io, size_px)?;
        let result = match picture {
            Some(picture) => {
                let gpu = ctx.gpu()?;
                let amount = inputs::amount(io, &self.header);
                // The last pass may have a size of its own.
                let drawn = if amount == 1.0 { drawn } else { gpu.fit(&drawn, size_px, Fit::Stretch)? };
                self.at_amount.draw(gpu, &picture, drawn, amount)?
            }
            None => Frame::from_texture(drawn),
        };
        io.set_frame(&OUT, result);
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        self.targets = std::mem::take(&mut old.targets);
    }
}

/// The size of a pass: what its expressions give, else that of the picture.
fn pass_size(pass: &Pass, size_px: [u32; 2], io: &Io<'_>) -> [u32; 2] {
    let value = |name: &str| match name {
        "WIDTH" => f64::from(size_px[0]),
        "HEIGHT" => f64::from(size_px[1]),
        other => io.position(other).map_or(f64::NAN, |position| io.control_at(position)),
    };
    let side = |expression: &Option<Expression>, whole: u32| {
        let side = expression.as_ref().map_or(f64::NAN, |expression| expression.value(value));
        if side.is_nan() { whole } else { side.clamp(1.0, MOST_SIDE_PX) as u32 }
    };
    [side(&pass.size[0], size_px[0]), side(&pass.size[1], size_px[1])]
}
