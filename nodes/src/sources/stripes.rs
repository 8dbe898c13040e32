//! Stripes.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Colour, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::effect::{compile, radians};

const WIDTH: In<Control> =
    In::control("width", 80.0, Unit::Px, range(1.0, 500.0), range(0.1, 20_000.0), "How wide a stripe is.");
const OFFSET: In<Control> = In::control(
    "offset",
    0.0,
    Unit::Px,
    range(-500.0, 500.0),
    range(-1e6, 1e6),
    "How far they are moved across themselves.",
);
const ROTATE: In<Control> = In::control(
    "rotate",
    0.0,
    Unit::Degrees,
    range(-180.0, 180.0),
    range(-36_000.0, 36_000.0),
    "How far they are turned.",
);
const SOFTNESS: In<Control> = In::control(
    "softness",
    0.0,
    Unit::Px,
    range(0.0, 200.0),
    range(0.0, 20_000.0),
    "How wide the edges fade.",
);
const FIRST: In<Colour> = In::colour("first", Colour::WHITE, "Colour of the first stripe.");
const SECOND: In<Colour> =
    In::colour("second", Colour([0.0; 4]), "Colour of the others; nothing if none is given.");
const IMAGE: Out<Frame> = Out::new("image", "The stripes, at the size of the canvas.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "stripes",
        category: Category::Source,
        summary: "Stripes.",
        doc: "Stripes of two colours, upright until they are turned; the second colour is transparent if none is given. \
              Move `offset` and they wander.",
        example: "screen(stripes(60, time() * 100, 30, #{ first: \"tomato\", second: \"ivory\" }));\n",
        inputs: &[&WIDTH.0, &OFFSET.0, &ROTATE.0, &SOFTNESS.0, &FIRST.0, &SECOND.0],
        outputs: &[IMAGE.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| {
        let effect = compile::<Uniforms>(ctx, "stripes", 0, include_str!("stripes.wgsl"))?;
        Ok(Box::new(Stripes(effect)))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    first: [f32; 4],
    second: [f32; 4],
    canvas: [f32; 2],
    direction: [f32; 2],
    width: f32,
    offset: f32,
    softness: f32,
    padding: f32,
}

struct Stripes(Arc<Effect>);

impl Node for Stripes {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let scale = ctx.pixel_scale();
        let length = |key: &In<Control>| (io.control(key) * scale) as f32;
        let (sine, cosine) = radians(io.control(&ROTATE)).sin_cos();
        let size_px = ctx.canvas_px;
        let uniforms = Uniforms {
            first: io.colour(&FIRST).0,
            second: io.colour(&SECOND).0,
            canvas: size_px.map(|side| side as f32),
            direction: [cosine, sine],
            width: length(&WIDTH),
            // Two stripes further it looks the same: what is left is as good for 32 bits.
            offset: (io.control(&OFFSET).rem_euclid(2.0 * io.control(&WIDTH)) * scale) as f32,
            softness: length(&SOFTNESS),
            padding: 0.0,
        };
        let texture = ctx.gpu()?.draw(&self.0, &[], bytemuck::bytes_of(&uniforms), size_px)?;
        io.set_frame(&IMAGE, Frame::from_texture(texture));
        Ok(())
    }
}
