//! A picture with its edges cut away.

use pastiche_engine::frame::Frame;
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::look::one_pass::{OnePass, pixels, quad};

static IMAGE: In<Frame> = In::required("image", "Picture to cut.");
static LEFT: In<Control> = In::control(
    "left",
    0.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-4.0, 4.0),
    "How much is cut away on the left, as a share of the width.",
);
static RIGHT: In<Control> = In::control(
    "right",
    0.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-4.0, 4.0),
    "How much is cut away on the right, as a share of the width.",
);
static TOP: In<Control> = In::control(
    "top",
    0.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-4.0, 4.0),
    "How much is cut away at the top, as a share of the height.",
);
static BOTTOM: In<Control> = In::control(
    "bottom",
    0.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-4.0, 4.0),
    "How much is cut away at the bottom, as a share of the height.",
);
static SOFTNESS: In<Control> = In::control(
    "softness",
    0.0,
    Unit::Px,
    range(0.0, 200.0),
    range(0.0, 20_000.0),
    "How far from its edges the picture fades in.",
);
static AMOUNT: In<Control> = In::amount("How far what is cut away fades.");
const OUT: Out<Frame> = Out::new("image", "The picture with transparent edges, in its own size.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "crop",
        category: Category::Look,
        summary: "Cuts away the edges of a picture.",
        doc: "What is cut away becomes transparent; the frame keeps its size. With `softness` the picture \
              fades in from its edges. Lay it over another picture with `blend`.",
        example: "let card = test_card();\n\
                  screen(blend(blur(card, 60), crop(card, #{ left: 0.25, right: 0.25, softness: 80 })));\n",
        inputs: &[&IMAGE.0, &LEFT.0, &RIGHT.0, &TOP.0, &BOTTOM.0, &SOFTNESS.0, &AMOUNT.0],
        outputs: &[OUT.0],
        bare: &[("left", 0.15), ("right", 0.15), ("top", 0.15), ("bottom", 0.15)],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| {
        let wgsl = include_str!("crop.wgsl");
        let uniforms = vec![
            quad("corners", |_, io| [&LEFT, &TOP, &RIGHT, &BOTTOM].map(|key| io.control(key) as f32)),
            pixels(&SOFTNESS),
        ];
        OnePass::boxed(ctx, "crop", wgsl, uniforms)
    },
}];
