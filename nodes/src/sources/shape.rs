//! A simple shape.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Colour, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Range, Unit, range};

use crate::effect::compile;

const FAR: Range = range(-20_000.0, 20_000.0);

const SIZE: In<Control> = In::control(
    "size",
    300.0,
    Unit::Px,
    range(0.0, 1000.0),
    range(0.0, 20_000.0),
    "Distance from its middle to its corners or its edge; of a line the half of its length.",
);
const SIDES: In<Control> = In::control(
    "sides",
    5.0,
    Unit::None,
    range(3.0, 12.0),
    range(1.0, 1000.0),
    "Corners of the polygon, points of the star, or number of rings.",
);
const ROTATE: In<Control> = In::control(
    "rotate",
    0.0,
    Unit::Degrees,
    range(-180.0, 180.0),
    range(-36_000.0, 36_000.0),
    "How far it is turned.",
);
const X: In<Control> =
    In::control("x", 0.0, Unit::Px, range(-960.0, 960.0), FAR, "How far to the right of the middle it is.");
const Y: In<Control> =
    In::control("y", 0.0, Unit::Px, range(-540.0, 540.0), FAR, "How far above the middle it is.");
const THICKNESS: In<Control> = In::control(
    "thickness",
    0.0,
    Unit::Px,
    range(0.0, 100.0),
    range(0.0, 20_000.0),
    "How wide its outline is; at 0 it is filled, and lines and rings are as thin as can be.",
);
const SOFTNESS: In<Control> = In::control(
    "softness",
    0.0,
    Unit::Px,
    range(0.0, 200.0),
    range(0.0, 20_000.0),
    "How wide its edge fades.",
);
const COLOUR: In<Colour> = In::colour("colour", Colour::WHITE, "Its colour.");
const IMAGE: Out<Frame> = Out::new("image", "The shape on nothing, at the size of the canvas.");

/// With the numbers of `shape.wgsl`.
const FORM: Opt<Choice<u32>> = Opt::choice(
    "form",
    &[("circle", 0), ("polygon", 1), ("star", 2), ("line", 3), ("rings", 4)],
    "What is drawn.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "shape",
        category: Category::Source,
        summary: "A circle, polygon, star, line or rings.",
        doc: "Draws one shape with smooth edges; around it the picture is transparent. Between two whole \
              numbers of `sides` a polygon or star grows from one into the other.",
        example: "let turn = lfo(0.1, #{ shape: \"saw\" }) * 180;\n\
                  let star = shape(\"star\", #{ rotate: turn, colour: colour(\"#ffcc40\"), softness: 4 });\n\
                  screen(blend(test_card(), star));\n",
        inputs: &[&SIZE.0, &SIDES.0, &ROTATE.0, &X.0, &Y.0, &THICKNESS.0, &SOFTNESS.0, &COLOUR.0],
        options: &[FORM.0],
        outputs: &[IMAGE.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let effect = compile::<Uniforms>(ctx, "shape", 0, include_str!("shape.wgsl"))?;
        Ok(Box::new(Shape { form: options.get(&FORM), effect }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    colour: [f32; 4],
    canvas: [f32; 2],
    middle: [f32; 2],
    direction: [f32; 2],
    size: f32,
    sides: f32,
    thickness: f32,
    softness: f32,
    form: u32,
    padding: f32,
}

struct Shape {
    form: u32,
    effect: Arc<Effect>,
}

impl Node for Shape {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let scale = ctx.pixel_scale();
        let length = |key: &In<Control>| (io.control(key) * scale) as f32;
        let (sine, cosine) = io.control(&ROTATE).to_radians().sin_cos();
        let size_px = ctx.canvas_px;
        let uniforms = Uniforms {
            colour: io.colour(&COLOUR).0,
            canvas: size_px.map(|side| side as f32),
            middle: [length(&X), length(&Y)],
            direction: [cosine as f32, sine as f32],
            size: length(&SIZE),
            sides: io.control(&SIDES) as f32,
            thickness: length(&THICKNESS),
            softness: length(&SOFTNESS),
            form: self.form,
            padding: 0.0,
        };
        let texture = ctx.gpu()?.draw(&self.effect, &[], bytemuck::bytes_of(&uniforms), size_px)?;
        io.set_frame(&IMAGE, Frame::from_texture(texture));
        Ok(())
    }
}
