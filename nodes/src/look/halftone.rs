//! A picture printed in dots.

use pastiche_engine::frame::Frame;
use pastiche_engine::port::{Colour, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::look::one_pass::{OnePass, angle, colour, fixed, pixels};

static IMAGE: In<Frame> = In::required("image", "Picture to print.");
static SIZE: In<Control> = In::control(
    "size",
    16.0,
    Unit::Px,
    range(4.0, 80.0),
    range(0.0, 2000.0),
    "Distance from dot to dot, at least two pixels.",
);
static ANGLE: In<Control> = In::control(
    "angle",
    45.0,
    Unit::Degrees,
    range(-180.0, 180.0),
    range(-36_000.0, 36_000.0),
    "How far the screen is turned.",
);
static INK: In<Colour> = In::colour("ink", Colour::BLACK, "Colour of dots and lines.");
static PAPER: In<Colour> = In::colour("paper", Colour::WHITE, "Colour of the paper under dots and lines.");
static AMOUNT: In<Control> = In::amount("How much of the print.");
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
    make: |ctx, options| {
        let wgsl = concat!(include_str!("../colour.wgsl"), include_str!("halftone.wgsl"));
        let uniforms = vec![
            colour(&INK),
            colour(&PAPER),
            pixels(&SIZE),
            angle(&ANGLE),
            fixed("screen", options.get(&SCREEN)),
        ];
        OnePass::boxed(ctx, "halftone", wgsl, uniforms)
    },
}];
