//! A picture in other colours.

use pastiche_engine::frame::Frame;
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::look::one_pass::{OnePass, angle};

static IMAGE: In<Frame> = In::required("image", "Picture to change.");
static DEGREES: In<Control> = In::control(
    "degrees",
    90.0,
    Unit::Degrees,
    range(-180.0, 180.0),
    range(-36_000.0, 36_000.0),
    "How far colours go around the colour wheel.",
);
static AMOUNT: In<Control> = In::amount("How much of the effect.");
const OUT: Out<Frame> = Out::new("image", "The changed picture.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "hue",
        category: Category::Look,
        summary: "Turns all colours of a picture.",
        doc: "Red becomes green, green blue and blue red at 120 degrees; greys stay. `grade` has it beside other \
              corrections.",
        example: "screen(hue(test_card(), lfo(0.1).to(-180, 180)));\n",
        inputs: &[&IMAGE.0, &DEGREES.0, &AMOUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| {
        OnePass::boxed(
            ctx,
            "hue",
            concat!(include_str!("../colour.wgsl"), include_str!("hue.wgsl")),
            vec![angle(&DEGREES)],
        )
    },
}];
