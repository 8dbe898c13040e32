//! Colour, brightness and contrast of a picture.

use pastiche_engine::frame::Frame;
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::look::one_pass::{OnePass, angle, control};

static IMAGE: In<Frame> = In::required("image", "Picture to change.");
static BRIGHTNESS: In<Control> = In::control(
    "brightness",
    1.0,
    Unit::None,
    range(0.0, 2.0),
    range(0.0, 1000.0),
    "How many times the light.",
);
static CONTRAST: In<Control> = In::control(
    "contrast",
    1.0,
    Unit::None,
    range(0.0, 2.0),
    range(-100.0, 100.0),
    "How far values go from a middle grey; below 0 the picture is a negative.",
);
static SATURATION: In<Control> = In::control(
    "saturation",
    1.0,
    Unit::None,
    range(0.0, 2.0),
    range(-20.0, 20.0),
    "How far colours go from grey; 0 is black and white, below 0 colours are their opposites.",
);
static HUE: In<Control> = In::control(
    "hue",
    0.0,
    Unit::Degrees,
    range(-180.0, 180.0),
    range(-36_000.0, 36_000.0),
    "How far colours go around the colour wheel.",
);
static GAMMA: In<Control> = In::control(
    "gamma",
    1.0,
    Unit::None,
    range(0.1, 4.0),
    range(0.01, 100.0),
    "Above 1 the middle greys become lighter, below 1 darker; black and white stay.",
);
static TEMPERATURE: In<Control> = In::control(
    "temperature",
    0.0,
    Unit::None,
    range(-1.0, 1.0),
    range(-20.0, 20.0),
    "Above 0 the light is warmer, below 0 colder.",
);
static AMOUNT: In<Control> = In::amount("How much of the effect.");
const OUT: Out<Frame> = Out::new("image", "The changed picture.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "grade",
        category: Category::Look,
        summary: "Changes the colours, the brightness and the contrast of a picture.",
        doc: "In this order: `temperature`, `brightness`, `hue` and `saturation` work on light itself, \
              where 2 is twice the light; `contrast` and `gamma` on values as the eye sees them. The hue \
              turns as SVG's `hueRotate`, which keeps the brightness.",
        example: "screen(grade(test_card(), #{ contrast: 1.2, saturation: 1.5, hue: lfo(0.1) * 40 }));\n",
        inputs: &[
            &IMAGE.0,
            &BRIGHTNESS.0,
            &CONTRAST.0,
            &SATURATION.0,
            &HUE.0,
            &GAMMA.0,
            &TEMPERATURE.0,
            &AMOUNT.0,
        ],
        outputs: &[OUT.0],
        bare: &[("contrast", 1.2), ("saturation", 1.4)],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| {
        let wgsl = concat!(include_str!("../colour.wgsl"), include_str!("grade.wgsl"));
        let uniforms = vec![
            control(&BRIGHTNESS),
            control(&CONTRAST),
            control(&SATURATION),
            angle(&HUE),
            control(&GAMMA),
            control(&TEMPERATURE),
        ];
        OnePass::boxed(ctx, "grade", wgsl, uniforms)
    },
}];
