//! A picture between mirrors.

use pastiche_engine::frame::Frame;
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::look::one_pass::{OnePass, angle, centre, control};

static IMAGE: In<Frame> = In::required("image", "Picture behind the mirrors.");
static SEGMENTS: In<Control> = In::control(
    "segments",
    6.0,
    Unit::None,
    range(1.0, 24.0),
    range(0.1, 1000.0),
    "How many pairs of mirror images there are around the centre.",
);
static ANGLE: In<Control> = In::control(
    "angle",
    0.0,
    Unit::Degrees,
    range(-180.0, 180.0),
    range(-36_000.0, 36_000.0),
    "How far the mirrors are turned.",
);
static CENTRE_X: In<Control> = In::control(
    "centre_x",
    0.5,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-10.0, 10.0),
    "Where the centre is across the picture: 0 is the left edge, 1 the right.",
);
static CENTRE_Y: In<Control> = In::control(
    "centre_y",
    0.5,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-10.0, 10.0),
    "Where the centre is up the picture: 0 is the bottom edge, 1 the top.",
);
static AMOUNT: In<Control> = In::amount("How much of the mirror images.");
const OUT: Out<Frame> = Out::new("image", "What is seen between the mirrors.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "kaleidoscope",
        category: Category::Look,
        summary: "Looks at a picture through a kaleidoscope.",
        doc: "Shows one wedge of the picture again and again around the centre, every second time the \
              wrong way round. `angle` turns the mirrors over the picture. With a number of segments that \
              is not whole, one segment is narrower than the others.",
        example: "screen(kaleidoscope(test_card(), 8, #{ angle: lfo(0.05) * 180, centre_x: 0.4 }));\n",
        inputs: &[&IMAGE.0, &SEGMENTS.0, &ANGLE.0, &CENTRE_X.0, &CENTRE_Y.0, &AMOUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| {
        let wgsl = include_str!("kaleidoscope.wgsl");
        let uniforms = vec![centre(&CENTRE_X, &CENTRE_Y), control(&SEGMENTS), angle(&ANGLE)];
        OnePass::boxed(ctx, "kaleidoscope", wgsl, uniforms)
    },
}];
