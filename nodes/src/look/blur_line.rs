//! A blur along a line.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::effect::{compile, pass, radians, to_change};

const IMAGE: In<Frame> = In::required("image", "Picture to blur.");
const ANGLE: In<Control> = In::control(
    "angle",
    0.0,
    Unit::Degrees,
    range(-180.0, 180.0),
    range(-36_000.0, 36_000.0),
    "Direction of the line.",
);
const LENGTH: In<Control> =
    In::control("length", 60.0, Unit::Px, range(0.0, 300.0), range(0.0, 10_000.0), "Length of the line.");
const AMOUNT: In<Control> = In::amount("How much of the blur; below 0 it sharpens.");
const OUT: Out<Frame> = Out::new("image", "The blurred picture.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "blur_line",
        category: Category::Look,
        summary: "Blurs a picture along a line, as if it had moved.",
        doc: "Every point of light becomes a line, as when the camera moves while the shutter is open.",
        example: "screen(blur_line(test_card(), 30, lfo(0.3) * 80 + 80));\n",
        inputs: &[&IMAGE.0, &ANGLE.0, &LENGTH.0, &AMOUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    inputs_for: None,
    make: |ctx, _| {
        let wgsl = include_str!("blur_line.wgsl");
        let effect = compile::<Uniforms>(ctx, "blur_line", 1, wgsl)?;
        Ok(Box::new(BlurLine { effect }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    way: [f32; 2],
    amount: f32,
}

struct BlurLine {
    effect: Arc<Effect>,
}

impl Node for BlurLine {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some((image, amount)) = to_change(io, &IMAGE, &AMOUNT, &OUT) else { return Ok(()) };
        let (sine, cosine) = radians(io.control(&ANGLE)).sin_cos();
        let length_px = (io.control(&LENGTH) * ctx.pixel_scale()) as f32;
        let uniforms = Uniforms { way: [cosine * length_px, -sine * length_px], amount: amount as f32 };
        io.set_frame(&OUT, pass(ctx, &self.effect, &image, &uniforms)?);
        Ok(())
    }
}
