//! Black, white and the greys between.

use pastiche_engine::frame::Frame;
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::look::one_pass::{OnePass, control};

static IMAGE: In<Frame> = In::required("image", "Picture to change.");
static BLACK: In<Control> = In::control(
    "black",
    0.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-10.0, 10.0),
    "Value that becomes the darkest.",
);
static WHITE: In<Control> = In::control(
    "white",
    1.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-10.0, 10.0),
    "Value that becomes the lightest.",
);
static GAMMA: In<Control> = In::control(
    "gamma",
    1.0,
    Unit::None,
    range(0.1, 4.0),
    range(0.01, 100.0),
    "Above 1 the middle greys become lighter, below 1 darker.",
);
static OUT_BLACK: In<Control> = In::control(
    "out_black",
    0.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-10.0, 10.0),
    "The darkest value of the result.",
);
static OUT_WHITE: In<Control> = In::control(
    "out_white",
    1.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-10.0, 10.0),
    "The lightest value of the result.",
);
static AMOUNT: In<Control> = In::amount("How much of the effect.");
const OUT: Out<Frame> = Out::new("image", "The changed picture.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "levels",
        category: Category::Look,
        summary: "Sets which values become black and white, and how the greys lie between.",
        doc: "As in picture editors: values from `black` to `white` are spread over the whole range, bent \
              by `gamma`, and put between `out_black` and `out_white`. Values are those of an sRGB \
              picture, 0 to 1, where 0.5 looks middle grey. With `white` below `black` the picture is a \
              negative. Light above white stays.",
        example: "screen(levels(test_card(), #{ black: 0.1, white: 0.8, gamma: 1.3 }));\n",
        inputs: &[&IMAGE.0, &BLACK.0, &WHITE.0, &GAMMA.0, &OUT_BLACK.0, &OUT_WHITE.0, &AMOUNT.0],
        outputs: &[OUT.0],
        bare: &[("black", 0.1), ("white", 0.9)],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| {
        let wgsl = concat!(include_str!("../colour.wgsl"), include_str!("levels.wgsl"));
        let uniforms = [&BLACK, &WHITE, &GAMMA, &OUT_BLACK, &OUT_WHITE].map(control).into();
        OnePass::boxed(ctx, "levels", wgsl, uniforms)
    },
}];
