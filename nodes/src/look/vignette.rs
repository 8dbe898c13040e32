//! Dark corners.

use pastiche_engine::frame::Frame;
use pastiche_engine::port::{Colour, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::look::one_pass::{OnePass, colour, control};

static IMAGE: In<Frame> = In::required("image", "Picture to darken.");
static SIZE: In<Control> = In::control(
    "size",
    1.0,
    Unit::Ratio,
    range(0.0, 2.0),
    range(-10.0, 10.0),
    "How far from the middle the picture is half dark; 1 is the middle of the edges.",
);
static SOFTNESS: In<Control> = In::control(
    "softness",
    0.8,
    Unit::Ratio,
    range(0.0, 2.0),
    range(0.0, 20.0),
    "How wide the fall from light to dark is.",
);
static ROUNDNESS: In<Control> = In::control(
    "roundness",
    1.0,
    Unit::Ratio,
    range(0.0, 2.0),
    range(0.0, 8.0),
    "Shape: 1 is an ellipse, 0 nearly a rectangle, 2 a diamond, above it a star.",
);
static COLOUR: In<Colour> = In::colour("colour", Colour::BLACK, "Colour of the edges.");
static AMOUNT: In<Control> = In::amount("How dark the edges are; below 0 they are lighter.");
const OUT: Out<Frame> = Out::new("image", "The picture with dark edges.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "vignette",
        category: Category::Look,
        summary: "Darkens a picture towards its edges.",
        doc: "Like an old lens: light falls off towards the corners. `size` says where half of the fall \
              is reached: 1 is the middle of the edges. With another `colour` the picture sinks into \
              that.",
        example: "screen(vignette(test_card(), #{ size: 0.9, softness: 0.6 }));\n",
        inputs: &[&IMAGE.0, &SIZE.0, &SOFTNESS.0, &ROUNDNESS.0, &COLOUR.0, &AMOUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| {
        let wgsl = include_str!("vignette.wgsl");
        let uniforms = vec![colour(&COLOUR), control(&SIZE), control(&SOFTNESS), control(&ROUNDNESS)];
        OnePass::boxed(ctx, "vignette", wgsl, uniforms)
    },
}];
