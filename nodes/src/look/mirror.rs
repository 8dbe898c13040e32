//! One half of a picture, seen twice.

use pastiche_engine::frame::Frame;
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::effect::radians;
use crate::look::one_pass::{OnePass, centre, pair};

static IMAGE: In<Frame> = In::required("image", "Picture to mirror.");
static ANGLE: In<Control> = In::control(
    "angle",
    0.0,
    Unit::Degrees,
    range(-180.0, 180.0),
    range(-36_000.0, 36_000.0),
    "How far the mirror is turned.",
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
static AMOUNT: In<Control> = In::amount("How much of the mirror image.");
const OUT: Out<Frame> = Out::new("image", "The mirrored picture.");

const HALF: Opt<Choice<f64>> = Opt::choice(
    "half",
    &[("left", 180.0), ("right", 0.0), ("top", 90.0), ("bottom", -90.0)],
    "The half that stays.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "mirror",
        category: Category::Look,
        summary: "Mirrors one half of a picture onto the other.",
        doc: "A mirror stands on the picture: one half stays, the other shows the first half the wrong \
              way round. Turn and move the mirror with `angle` and the centre.",
        example: "screen(mirror(test_card(), #{ half: \"left\", angle: lfo(0.1) * 20 }));\n",
        inputs: &[&IMAGE.0, &ANGLE.0, &CENTRE_X.0, &CENTRE_Y.0, &AMOUNT.0],
        options: &[HALF.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let wgsl = include_str!("mirror.wgsl");
        let half_degrees = options.get(&HALF);
        let uniforms = vec![
            pair("normal", move |_, io| {
                let (sine, cosine) = radians(half_degrees + io.control(&ANGLE)).sin_cos();
                [cosine, -sine]
            }),
            centre(&CENTRE_X, &CENTRE_Y),
        ];
        OnePass::boxed(ctx, "mirror", wgsl, uniforms)
    },
}];
