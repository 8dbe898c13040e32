//! Colours that go over into each other.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Colour, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::effect::compile;

const FIRST: In<Colour> = In::colour("first", Colour::BLACK, "Colour at the start.");
const SECOND: In<Colour> = In::colour("second", Colour::WHITE, "Second colour.");
const THIRD: In<Colour> =
    In::colour("third", Colour([0.8, 0.1, 0.02, 1.0]), "Third colour, in a gradient of at least three.");
const FOURTH: In<Colour> =
    In::colour("fourth", Colour([0.02, 0.05, 0.4, 1.0]), "Fourth colour, in a gradient of four.");
const ANGLE: In<Control> = In::control(
    "angle",
    0.0,
    Unit::Degrees,
    range(-180.0, 180.0),
    range(-36_000.0, 36_000.0),
    "Direction from the first colour to the last: 0 is to the right, 90 up.",
);
const OFFSET: In<Control> = In::control(
    "offset",
    0.0,
    Unit::Ratio,
    range(-1.0, 1.0),
    range(-1000.0, 1000.0),
    "How far the colours are moved along, in gradients.",
);
const REPEAT: In<Control> = In::control(
    "repeat",
    1.0,
    Unit::None,
    range(0.0, 16.0),
    range(-1000.0, 1000.0),
    "How often the colours fit into the picture; below 0 they run the other way.",
);
const IMAGE: Out<Frame> = Out::new("image", "The gradient, at the size of the canvas.");

/// With the numbers of `gradient.wgsl`.
const FORM: Opt<Choice<u32>> = Opt::choice(
    "form",
    &[("linear", 0), ("radial", 1), ("angular", 2)],
    "Across the picture, outwards from its middle, or around its middle.",
);
const COLOURS: Opt<usize> = Opt::whole("colours", 2, range(2.0, 4.0), "How many of the colours are used.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "gradient",
        category: Category::Source,
        summary: "Two to four colours that go over into each other.",
        doc: "Across the picture, from its middle outwards, or around its middle. Every second repetition \
              runs backwards, so that there is never an edge: moving `offset` makes the colours wander.",
        example: "let wander = lfo(0.05);\n\
                  screen(gradient(colour(\"#102040\"), colour(\"#ffb060\"), #{ form: \"radial\", repeat: 3, offset: wander }));\n",
        inputs: &[&FIRST.0, &SECOND.0, &THIRD.0, &FOURTH.0, &ANGLE.0, &OFFSET.0, &REPEAT.0],
        options: &[FORM.0, COLOURS.0],
        outputs: &[IMAGE.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let wgsl = include_str!("gradient.wgsl");
        Ok(Box::new(Gradient {
            form: options.get(&FORM),
            colours: options.get(&COLOURS) as f32,
            effect: compile::<Uniforms>(ctx, "gradient", 0, wgsl)?,
        }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    colours: [[f32; 4]; 4],
    size: [f32; 2],
    direction: [f32; 2],
    offset: f32,
    repeat: f32,
    last: f32,
    form: u32,
}

struct Gradient {
    form: u32,
    colours: f32,
    effect: Arc<Effect>,
}

impl Node for Gradient {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let size_px = ctx.canvas_px;
        let (sine, cosine) = io.control(&ANGLE).to_radians().sin_cos();
        // The whole pattern of there and back is 2 long: what is left is as good for 32 bits.
        let offset = io.control(&OFFSET).rem_euclid(2.0);
        let uniforms = Uniforms {
            colours: [FIRST, SECOND, THIRD, FOURTH].map(|key| io.colour(&key).0),
            size: size_px.map(|side| side as f32),
            direction: [cosine as f32, sine as f32],
            offset: offset as f32,
            repeat: io.control(&REPEAT) as f32,
            last: self.colours - 1.0,
            form: self.form,
        };
        let texture = ctx.gpu()?.draw(&self.effect, &[], bytemuck::bytes_of(&uniforms), size_px)?;
        io.set_frame(&IMAGE, Frame::from_texture(texture));
        Ok(())
    }
}
