//! A picture that lets through what is below it.

use pastiche_engine::frame::Frame;
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::look::one_pass::{OnePass, control};

static IMAGE: In<Frame> = In::required("image", "Picture to change.");
static OPACITY: In<Control> = In::control(
    "opacity",
    0.5,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 4.0),
    "How much of it is left: 0 is nothing, 1 all of it.",
);
static AMOUNT: In<Control> = In::amount("How much of the effect.");
const OUT: Out<Frame> = Out::new("image", "The changed picture.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "opacity",
        category: Category::Look,
        summary: "Makes a picture transparent.",
        doc: "As much of the picture as `opacity` says, to lay it over another with `blend` or `layers`.",
        example: "let card = test_card();\nscreen(layers([noise(), opacity(card, lfo(0.2).to(0, 1))]));\n",
        inputs: &[&IMAGE.0, &OPACITY.0, &AMOUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| OnePass::boxed(ctx, "opacity", include_str!("opacity.wgsl"), vec![control(&OPACITY)]),
}];
