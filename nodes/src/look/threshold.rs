//! A picture in black and white alone.

use pastiche_engine::frame::Frame;
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::look::one_pass::{OnePass, control};

static IMAGE: In<Frame> = In::required("image", "Picture to change.");
static LEVEL: In<Control> = In::control(
    "level",
    0.5,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-4.0, 4.0),
    "Brightness at which black becomes white.",
);
static SOFTNESS: In<Control> = In::control(
    "softness",
    0.02,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 8.0),
    "How wide the greys between black and white are.",
);
static AMOUNT: In<Control> = In::amount("How much of the effect.");
const OUT: Out<Frame> = Out::new("image", "The picture in black and white.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "threshold",
        category: Category::Look,
        summary: "Makes a picture black and white, without greys.",
        doc: "What is brighter than `level` becomes white, all else black. Brightness is as the eye sees \
              it: 0.5 is a middle grey.",
        example: "screen(threshold(test_card(), lfo(0.2) * 0.4 + 0.5));\n",
        inputs: &[&IMAGE.0, &LEVEL.0, &SOFTNESS.0, &AMOUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| {
        let wgsl = concat!(include_str!("../colour.wgsl"), include_str!("threshold.wgsl"));
        let uniforms = vec![control(&LEVEL), control(&SOFTNESS)];
        OnePass::boxed(ctx, "threshold", wgsl, uniforms)
    },
}];
