//! Film grain.

use pastiche_engine::frame::Frame;
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::effect::{seed_bits, span_of_time};
use crate::look::one_pass::{OnePass, control, fixed, pixels, whole};

static IMAGE: In<Frame> = In::required("image", "Picture under the grain.");
static STRENGTH: In<Control> = In::control(
    "strength",
    0.15,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 20.0),
    "How far grain makes a point lighter or darker.",
);
static SIZE: In<Control> = In::control(
    "size",
    2.0,
    Unit::Px,
    range(1.0, 20.0),
    range(0.0, 500.0),
    "Size of a grain, at least a pixel.",
);
static RATE: In<Control> = In::control(
    "rate",
    24.0,
    Unit::Hz,
    range(0.0, 60.0),
    range(0.0, 1000.0),
    "How often in a second there is new grain; at 0 it stands still.",
);
static AMOUNT: In<Control> = In::amount("How much of the grain; below 0 its lights are darks.");
const OUT: Out<Frame> = Out::new("image", "The picture with grain.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "grain",
        category: Category::Look,
        summary: "Lays moving grain over a picture.",
        doc: "Grain like that of film: strongest in the middle greys, none in black and white. It is \
              redrawn `rate` times a second, and the same in every render.",
        example: "screen(grain(test_card(), 0.3, #{ size: 3 }));\n",
        inputs: &[&IMAGE.0, &STRENGTH.0, &SIZE.0, &RATE.0, &AMOUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| {
        let wgsl = concat!(
            include_str!("../colour.wgsl"),
            include_str!("../random.wgsl"),
            include_str!("grain.wgsl")
        );
        let uniforms = vec![
            control(&STRENGTH),
            pixels(&SIZE),
            whole("span", |ctx, io| span_of_time(ctx, io.control(&RATE))),
            fixed("seed", seed_bits(ctx.seed)),
        ];
        OnePass::boxed(ctx, "grain", wgsl, uniforms)
    },
}];
