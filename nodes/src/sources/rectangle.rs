//! A rectangle.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Colour, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Range, Unit, range};

use crate::effect::{compile, radians};

const FAR: Range = range(-20_000.0, 20_000.0);

const WIDTH: In<Control> =
    In::control("width", 800.0, Unit::Px, range(0.0, 1920.0), range(0.0, 20_000.0), "How wide it is.");
const HEIGHT: In<Control> =
    In::control("height", 450.0, Unit::Px, range(0.0, 1080.0), range(0.0, 20_000.0), "How high it is.");
const X: In<Control> =
    In::control("x", 0.0, Unit::Px, range(-960.0, 960.0), FAR, "How far to the right of the middle it is.");
const Y: In<Control> =
    In::control("y", 0.0, Unit::Px, range(-540.0, 540.0), FAR, "How far above the middle it is.");
const ROTATE: In<Control> = In::control(
    "rotate",
    0.0,
    Unit::Degrees,
    range(-180.0, 180.0),
    range(-36_000.0, 36_000.0),
    "How far it is turned.",
);
const ROUND: In<Control> =
    In::control("round", 0.0, Unit::Px, range(0.0, 200.0), range(0.0, 20_000.0), "Radius of its corners.");
const THICKNESS: In<Control> = In::control(
    "thickness",
    0.0,
    Unit::Px,
    range(0.0, 100.0),
    range(0.0, 20_000.0),
    "How wide its outline is; at 0 it is filled.",
);
const SOFTNESS: In<Control> = In::control(
    "softness",
    0.0,
    Unit::Px,
    range(0.0, 200.0),
    range(0.0, 20_000.0),
    "How wide the edges fade.",
);
const COLOUR: In<Colour> = In::colour("colour", Colour::WHITE, "Its colour.");
const IMAGE: Out<Frame> = Out::new("image", "The rectangle on nothing, at the size of the canvas.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "rectangle",
        category: Category::Source,
        summary: "A rectangle.",
        doc: "Draws a rectangle with smooth edges; around it the picture is transparent.",
        example: "let bar = rectangle(lfo(0.2).to(200, 1200), 300, #{ colour: \"tomato\", round: 40 });\n\
                  screen(blend(test_card(), bar));\n",
        inputs: &[&WIDTH.0, &HEIGHT.0, &X.0, &Y.0, &ROTATE.0, &ROUND.0, &THICKNESS.0, &SOFTNESS.0, &COLOUR.0],
        outputs: &[IMAGE.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| {
        let effect = compile::<Uniforms>(ctx, "rectangle", 0, include_str!("rectangle.wgsl"))?;
        Ok(Box::new(Rectangle(effect)))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    colour: [f32; 4],
    canvas: [f32; 2],
    middle: [f32; 2],
    direction: [f32; 2],
    half_size: [f32; 2],
    corner: f32,
    thickness: f32,
    softness: f32,
    padding: f32,
}

struct Rectangle(Arc<Effect>);

impl Node for Rectangle {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let scale = ctx.pixel_scale();
        let length = |key: &In<Control>| (io.control(key) * scale) as f32;
        let (sine, cosine) = radians(io.control(&ROTATE)).sin_cos();
        let size_px = ctx.canvas_px;
        let uniforms = Uniforms {
            colour: io.colour(&COLOUR).0,
            canvas: size_px.map(|side| side as f32),
            middle: [length(&X), length(&Y)],
            direction: [cosine, sine],
            half_size: [0.5 * length(&WIDTH), 0.5 * length(&HEIGHT)],
            corner: length(&ROUND),
            thickness: length(&THICKNESS),
            softness: length(&SOFTNESS),
            padding: 0.0,
        };
        let texture = ctx.gpu()?.draw(&self.0, &[], bytemuck::bytes_of(&uniforms), size_px)?;
        io.set_frame(&IMAGE, Frame::from_texture(texture));
        Ok(())
    }
}
