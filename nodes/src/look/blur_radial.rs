//! A blur around a point.

use pastiche_engine::frame::Frame;
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::look::one_pass::{OnePass, centre, control, fixed};

static IMAGE: In<Frame> = In::required("image", "Picture to blur.");
static STRENGTH: In<Control> = In::control(
    "strength",
    0.2,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 6.0),
    "Length of the streaks, as a share of the distance from the centre.",
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
static AMOUNT: In<Control> = In::amount("How much of the blur; below 0 it sharpens.");
const OUT: Out<Frame> = Out::new("image", "The blurred picture.");

/// With the numbers of `blur_radial.wgsl`.
const MODE: Opt<Choice<u32>> =
    Opt::choice("mode", &[("zoom", 0), ("spin", 1)], "Whether streaks go outwards or around.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "blur_radial",
        category: Category::Look,
        summary: "Blurs a picture outwards from a point, or around it.",
        doc: "With `zoom` light streaks away from the centre, with `spin` around it. Streaks are as long \
              as `strength` times the distance from the centre.",
        example: "screen(blur_radial(test_card(), lfo(0.2) * 0.2 + 0.2, #{ mode: \"zoom\" }));\n",
        inputs: &[&IMAGE.0, &STRENGTH.0, &CENTRE_X.0, &CENTRE_Y.0, &AMOUNT.0],
        options: &[MODE.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let wgsl = include_str!("blur_radial.wgsl");
        let uniforms =
            vec![centre(&CENTRE_X, &CENTRE_Y), control(&STRENGTH), fixed("mode", options.get(&MODE))];
        OnePass::boxed(ctx, "blur_radial", wgsl, uniforms)
    },
}];
