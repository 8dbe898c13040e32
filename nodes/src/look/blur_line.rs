//! A blur along a line.

use pastiche_engine::frame::Frame;
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::effect::radians;
use crate::look::one_pass::{OnePass, pair};

static IMAGE: In<Frame> = In::required("image", "Picture to blur.");
static ANGLE: In<Control> = In::control(
    "angle",
    0.0,
    Unit::Degrees,
    range(-180.0, 180.0),
    range(-36_000.0, 36_000.0),
    "Direction of the line.",
);
static LENGTH: In<Control> =
    In::control("length", 60.0, Unit::Px, range(0.0, 300.0), range(0.0, 10_000.0), "Length of the line.");
static AMOUNT: In<Control> = In::amount("How much of the blur; below 0 it sharpens.");
const OUT: Out<Frame> = Out::new("image", "The blurred picture.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "blur_line",
        category: Category::Look,
        summary: "Blurs a picture along a line, as if it had moved.",
        doc: "Every point of light becomes a line, as when the camera moves while the shutter is open.",
        example: "screen(blur_line(test_card(), 30, lfo(0.3) * 80 + 80));\n",
        inputs: &[&IMAGE.0, &ANGLE.0, &LENGTH.0, &AMOUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| {
        let wgsl = include_str!("blur_line.wgsl");
        let uniforms = vec![pair("way", |ctx, io| {
            let (sine, cosine) = radians(io.control(&ANGLE)).sin_cos();
            let length_px = (io.control(&LENGTH) * ctx.pixel_scale()) as f32;
            [cosine * length_px, -sine * length_px]
        })];
        OnePass::boxed(ctx, "blur_line", wgsl, uniforms)
    },
}];
