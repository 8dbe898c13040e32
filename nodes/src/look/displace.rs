//! A picture pushed around by another.

use pastiche_engine::frame::Frame;
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::effect::radians;
use crate::look::one_pass::{OnePass, fixed, pair};

static IMAGE: In<Frame> = In::required("image", "Picture to push around.");
static BY: In<Frame> = In::required("by", "Picture that pushes.");
static STRENGTH: In<Control> = In::control(
    "strength",
    120.0,
    Unit::Px,
    range(-300.0, 300.0),
    range(-20_000.0, 20_000.0),
    "Distance between where black and where white push to.",
);
static ANGLE: In<Control> = In::control(
    "angle",
    0.0,
    Unit::Degrees,
    range(-180.0, 180.0),
    range(-36_000.0, 36_000.0),
    "Direction of the push.",
);
static AMOUNT: In<Control> = In::amount("How much of the push.");
const OUT: Out<Frame> = Out::new("image", "The picture, pushed around.");

/// With the numbers of `displace.wgsl`.
const CHANNEL: Opt<Choice<u32>> = Opt::choice(
    "channel",
    &[("red_green", 0), ("brightness", 1), ("red", 2), ("green", 3), ("blue", 4), ("alpha", 5)],
    "What of the second picture pushes.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "displace",
        category: Category::Look,
        summary: "Pushes a picture around with another one.",
        doc: "Every point shows what lies a little beside it; how far beside, the picture `by` says. With \
              `red_green` its red pushes across and its green upwards; any other channel pushes along \
              `angle`. A middle grey and whatever is transparent leave the picture where it is; darker \
              pushes one way, lighter the other. This is the displacement map of SVG, with upwards \
              positive.",
        example: "let card = test_card();\n\
                  screen(displace(card, blur(card, 30), lfo(0.2) * 120));\n",
        inputs: &[&IMAGE.0, &BY.0, &STRENGTH.0, &ANGLE.0, &AMOUNT.0],
        options: &[CHANNEL.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let wgsl = concat!(include_str!("../colour.wgsl"), include_str!("displace.wgsl"));
        let uniforms = vec![
            pair("across", |ctx, io| {
                let (sine, cosine) = radians(io.control(&ANGLE)).sin_cos();
                let strength_px = io.control(&STRENGTH) * ctx.pixel_scale() * io.control(&AMOUNT);
                [cosine, sine].map(|part| part * strength_px as f32)
            }),
            fixed("channel", options.get(&CHANNEL)),
        ];
        OnePass::of_two(ctx, "displace", wgsl, &BY, uniforms)
    },
}];
