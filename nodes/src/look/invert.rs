//! A negative.

use pastiche_engine::frame::Frame;
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out};

use crate::look::one_pass::OnePass;

static IMAGE: In<Frame> = In::required("image", "Picture to change.");
static AMOUNT: In<Control> = In::amount("How much of the effect.");
const OUT: Out<Frame> = Out::new("image", "The changed picture.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "invert",
        category: Category::Look,
        summary: "Makes a negative of a picture.",
        doc: "Light becomes dark and dark light, each colour its opposite. What is transparent stays so.",
        example: "screen(invert(test_card()));\n",
        inputs: &[&IMAGE.0, &AMOUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| {
        OnePass::boxed(
            ctx,
            "invert",
            concat!(include_str!("../colour.wgsl"), include_str!("invert.wgsl")),
            Vec::new(),
        )
    },
}];
