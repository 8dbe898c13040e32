//! A picture that is falling apart.

use pastiche_engine::frame::Frame;
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::effect::{seed_bits, span_of_time};
use crate::look::one_pass::{OnePass, control, fixed, pixels, whole};

static IMAGE: In<Frame> = In::required("image", "Picture to damage.");
static STRENGTH: In<Control> = In::control(
    "strength",
    0.5,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 20.0),
    "How much is damaged, and how badly.",
);
static SIZE: In<Control> = In::control(
    "size",
    60.0,
    Unit::Px,
    range(4.0, 300.0),
    range(0.0, 5000.0),
    "Size of blocks and bands, and of the way that they and the colours go.",
);
static RATE: In<Control> = In::control(
    "rate",
    8.0,
    Unit::Hz,
    range(0.0, 30.0),
    range(0.0, 1000.0),
    "How often in a second the damage changes; at 0 it stands still.",
);
static AMOUNT: In<Control> = In::amount("How much of the damage.");
const OUT: Out<Frame> = Out::new("image", "The damaged picture.");

/// With the numbers of `glitch.wgsl`.
const MODE: Opt<Choice<u32>> =
    Opt::choice("mode", &[("block", 0), ("scanline", 1), ("channel", 2)], "What kind of damage.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "glitch",
        category: Category::Look,
        summary: "Lets a picture fall apart, as if its signal were damaged.",
        doc: "`block` throws blocks of the picture around, `scanline` tears it into bands that slip to \
              the side, `channel` pulls red, green and blue apart. The damage changes `rate` times a \
              second; it is random, and the same in every render.",
        example: "screen(glitch(test_card(), #{ mode: \"scanline\", strength: lfo(0.3) * 0.4 + 0.5 }));\n",
        inputs: &[&IMAGE.0, &STRENGTH.0, &SIZE.0, &RATE.0, &AMOUNT.0],
        options: &[MODE.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let wgsl = concat!(include_str!("../random.wgsl"), include_str!("glitch.wgsl"));
        let uniforms = vec![
            control(&STRENGTH),
            pixels(&SIZE),
            whole("span", |ctx, io| span_of_time(ctx, io.control(&RATE))),
            fixed("seed", seed_bits(ctx.seed)),
            fixed("mode", options.get(&MODE)),
        ];
        OnePass::boxed(ctx, "glitch", wgsl, uniforms)
    },
}];
