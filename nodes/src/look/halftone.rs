//! A picture printed in dots.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Colour, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::effect::{compile, pass, radians, to_change};

const IMAGE: In<Frame> = In::required("image", "Picture to print.");
const SIZE: In<Control> = In::control(
    "size",
    16.0,
    Unit::Px,
    range(4.0, 80.0),
    range(0.0, 2000.0),
    "Distance from dot to dot, at least two pixels.",
);
const ANGLE: In<Control> = In::control(
    "angle",
    45.0,
    Unit::Degrees,
    range(-180.0, 180.0),
    range(-36_000.0, 36_000.0),
    "How far the screen is turned.",
);
const INK: In<Colour> = In::colour("ink", Colour::BLACK, "Colour of dots and lines.");
const PAPER: In<Colour> = In::colour("paper", Colour::WHITE, "Colour of the paper under dots and lines.");
const AMOUNT: In<Control> = In::amount("How much of the print.");
const OUT: Out<Frame> = Out::new("image", "The print.");

/// With the numbers of `halftone.wgsl`.
const SCREEN: Opt<Choice<u32>> =
    Opt::choice("screen", &[("dots", 0), ("lines", 1), ("cmyk", 2)], "What is printed.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "halftone",
        category: Category::Look,
        summary: "Prints a picture in dots or lines.",
        doc: "The screens of printers. `dots` and `lines` print in one ink on paper: the darker the \
              picture, the larger they are. `cmyk` prints with cyan, magenta, yellow and black on white \
              paper, each at its own angle. The share of paper is the light of the picture, so that from \
              afar the brightness stays.",
        example: "screen(halftone(test_card(), 20, lfo(0.05) * 45, #{ screen: \"cmyk\" }));\n",
        inputs: &[&IMAGE.0, &SIZE.0, &ANGLE.0, &INK.0, &PAPER.0, &AMOUNT.0],
        options: &[SCREEN.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    inputs_for: None,
    make: |ctx, options| {
        let wgsl = concat!(include_str!("../colour.wgsl"), include_str!("halftone.wgsl"));
        let effect = compile::<Uniforms>(ctx, "halftone", 1, wgsl)?;
        Ok(Box::new(Halftone { screen: options.get(&SCREEN), effect }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    ink: [f32; 4],
    paper: [f32; 4],
    side: f32,
    angle: f32,
    screen: u32,
    amount: f32,
}

struct Halftone {
    screen: u32,
    effect: Arc<Effect>,
}

impl Node for Halftone {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some((image, amount)) = to_change(io, &IMAGE, &AMOUNT, &OUT) else { return Ok(()) };
        let uniforms = Uniforms {
            ink: io.colour(&INK).0,
            paper: io.colour(&PAPER).0,
            side: (io.control(&SIZE) * ctx.pixel_scale()) as f32,
            angle: radians(io.control(&ANGLE)),
            screen: self.screen,
            amount: amount as f32,
        };
        io.set_frame(&OUT, pass(ctx, &self.effect, &image, &uniforms)?);
        Ok(())
    }
}
