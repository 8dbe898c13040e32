//! Looks of one pass: a shader, and where the numbers that it reads come from.
//!
//! A look lists its uniforms; the struct `Uniforms` in front of its shader is written from the list, with
//! `amount` at its end, and is `u` in the shader. Its pictures are `image` and, for [`OnePass::of_two`],
//! a second one.

use std::sync::Arc;

use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::{Effect, Fit};
use pastiche_engine::io::Io;
use pastiche_engine::node::{BuildCtx, BuildError, Fault, FrameCtx, Node};
use pastiche_engine::port::{Colour, Control};
use pastiche_engine::spec::{In, Out};

use crate::effect::{compile_sized, radians, to_change};

static IMAGE: In<Frame> = In::required("image", "The picture.");
static AMOUNT: In<Control> = In::amount("How much of the look.");
const OUT: Out<Frame> = Out::new("image", "The result.");

/// The value of a uniform in one frame.
enum Value {
    Number(f32),
    Whole(u32),
    Pair([f32; 2]),
    Quad([f32; 4]),
}

/// Reads the value of a uniform in a frame.
type Read = Box<dyn Fn(&FrameCtx<'_>, &Io<'_>) -> Value + Send>;

/// A uniform: its name and type in the shader, and its value in each frame.
pub(crate) struct Uniform {
    name: &'static str,
    wgsl: &'static str,
    bytes: usize,
    value: Read,
}

fn uniform(
    name: &'static str,
    wgsl: &'static str,
    bytes: usize,
    value: impl Fn(&FrameCtx<'_>, &Io<'_>) -> Value + Send + 'static,
) -> Uniform {
    Uniform { name, wgsl, bytes, value: Box::new(value) }
}

/// A control under its own name.
pub(crate) fn control(key: &'static In<Control>) -> Uniform {
    number(&key.0.name, move |_, io| io.control(key) as f32)
}

/// A length in pixels of the canvas, under the name of its control.
pub(crate) fn pixels(key: &'static In<Control>) -> Uniform {
    number(&key.0.name, move |ctx, io| (io.control(key) * ctx.pixel_scale()) as f32)
}

/// An angle in radians, under the name of its control.
pub(crate) fn angle(key: &'static In<Control>) -> Uniform {
    number(&key.0.name, move |_, io| radians(io.control(key)))
}

/// A colour under its own name.
pub(crate) fn colour(key: &'static In<Colour>) -> Uniform {
    quad(&key.0.name, move |_, io| io.colour(key).0)
}

/// A place in the picture as shares of its sides: `y` goes up in the patch, and down in the shader.
pub(crate) fn centre(x: &'static In<Control>, y: &'static In<Control>) -> Uniform {
    pair("centre", move |_, io| [io.control(x) as f32, 1.0 - io.control(y) as f32])
}

/// A number that does not change.
pub(crate) fn fixed(name: &'static str, number: u32) -> Uniform {
    whole(name, move |_, _| number)
}

/// A number that is worked out in each frame.
pub(crate) fn number(
    name: &'static str,
    value: impl Fn(&FrameCtx<'_>, &Io<'_>) -> f32 + Send + 'static,
) -> Uniform {
    uniform(name, "f32", 4, move |ctx, io| Value::Number(value(ctx, io)))
}

/// A whole number that is worked out in each frame.
pub(crate) fn whole(
    name: &'static str,
    value: impl Fn(&FrameCtx<'_>, &Io<'_>) -> u32 + Send + 'static,
) -> Uniform {
    uniform(name, "u32", 4, move |ctx, io| Value::Whole(value(ctx, io)))
}

/// Two numbers that are worked out in each frame.
pub(crate) fn pair(
    name: &'static str,
    value: impl Fn(&FrameCtx<'_>, &Io<'_>) -> [f32; 2] + Send + 'static,
) -> Uniform {
    uniform(name, "vec2f", 8, move |ctx, io| Value::Pair(value(ctx, io)))
}

/// Four numbers that are worked out in each frame.
pub(crate) fn quad(
    name: &'static str,
    value: impl Fn(&FrameCtx<'_>, &Io<'_>) -> [f32; 4] + Send + 'static,
) -> Uniform {
    uniform(name, "vec4f", 16, move |ctx, io| Value::Quad(value(ctx, io)))
}

pub(crate) struct OnePass {
    effect: Arc<Effect>,
    second: Option<&'static In<Frame>>,
    uniforms: Vec<Uniform>,
    bytes: Vec<u8>,
}

impl OnePass {
    /// A look at one picture, which the shader reads as `input0`.
    pub(crate) fn boxed(
        ctx: &BuildCtx<'_>,
        label: &'static str,
        wgsl: &str,
        uniforms: Vec<Uniform>,
    ) -> Result<Box<dyn Node>, BuildError> {
        OnePass::build(ctx, label, wgsl, None, uniforms)
    }

    /// A look at a picture and a second one that covers it, `input1`. Without the second one it does
    /// nothing.
    pub(crate) fn of_two(
        ctx: &BuildCtx<'_>,
        label: &'static str,
        wgsl: &str,
        second: &'static In<Frame>,
        uniforms: Vec<Uniform>,
    ) -> Result<Box<dyn Node>, BuildError> {
        OnePass::build(ctx, label, wgsl, Some(second), uniforms)
    }

    fn build(
        ctx: &BuildCtx<'_>,
        label: &'static str,
        wgsl: &str,
        second: Option<&'static In<Frame>>,
        mut uniforms: Vec<Uniform>,
    ) -> Result<Box<dyn Node>, BuildError> {
        uniforms.push(control(&AMOUNT));
        // The largest first: so each lies where WGSL puts it, with nothing between them.
        uniforms.sort_by_key(|uniform| std::cmp::Reverse(uniform.bytes));
        let members: Vec<String> =
            uniforms.iter().map(|uniform| format!("{}: {}", uniform.name, uniform.wgsl)).collect();
        let wgsl = format!("struct Uniforms {{ {} }}\n{wgsl}", members.join(", "));
        let count = uniforms.iter().map(|uniform| uniform.bytes).sum();
        let inputs = 1 + usize::from(second.is_some());
        #[cfg(test)]
        crate::uniform_layout::note_list(
            label,
            uniforms.iter().map(|uniform| (uniform.name, uniform.bytes)).collect(),
            &wgsl,
        );
        let effect = compile_sized(ctx, label, inputs, &wgsl, count)?;
        Ok(Box::new(OnePass { effect, second, uniforms, bytes: Vec::with_capacity(count) }))
    }
}

impl Node for OnePass {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some((image, _)) = to_change(io, &IMAGE, &AMOUNT, &OUT) else { return Ok(()) };
        let second = self.second.map(|key| io.frame(key));
        if matches!(second, Some(None)) {
            io.set_frame(&OUT, image);
            return Ok(());
        }
        self.bytes.clear();
        for uniform in &self.uniforms {
            match (uniform.value)(ctx, io) {
                Value::Number(number) => self.bytes.extend(number.to_le_bytes()),
                Value::Whole(number) => self.bytes.extend(number.to_le_bytes()),
                Value::Pair(pair) => self.bytes.extend_from_slice(bytemuck::bytes_of(&pair)),
                Value::Quad(quad) => self.bytes.extend_from_slice(bytemuck::bytes_of(&quad)),
            }
        }
        let gpu = ctx.gpu()?;
        let mut textures = vec![gpu.texture(&image)?];
        if let Some(second) = second.flatten() {
            let second = gpu.texture(second)?;
            textures.push(gpu.fit(&second, image.size_px(), Fit::Cover)?);
        }
        let textures: Vec<_> = textures.iter().collect();
        let result = gpu.draw(&self.effect, &textures, &self.bytes, image.size_px())?;
        io.set_frame(&OUT, Frame::from_texture(result));
        Ok(())
    }
}
