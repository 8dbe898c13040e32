//! A picture seen through another.

use pastiche_engine::frame::Frame;
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out};

use crate::look::one_pass::{OnePass, fixed};

static IMAGE: In<Frame> = In::required("image", "Picture to see.");
static BY: In<Frame> = In::required("by", "Picture that decides what is seen.");
static AMOUNT: In<Control> = In::amount("How far what is masked goes.");
const OUT: Out<Frame> = Out::new("image", "The picture with holes.");

/// With the numbers of `mask.wgsl`.
const CHANNEL: Opt<Choice<u32>> =
    Opt::choice("channel", &[("brightness", 0), ("alpha", 1)], "What of the second picture decides.");
const INVERT: Opt<bool> = Opt::flag(
    "invert",
    false,
    "Shows the picture where it would be hidden, and hides it where it would be shown.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "mask",
        category: Category::Look,
        summary: "Shows a picture only where another one is bright.",
        doc: "Where the picture `by` is white, the picture is seen; where it is black, it is transparent, \
              and greys lie between, as bright as they look. With `alpha` the picture is seen where `by` \
              is opaque. Lay the result over another picture with `blend`.",
        example: "let card = test_card();\n\
                  let spot = crop(card, #{ left: 0.3, right: 0.3, softness: 60 });\n\
                  screen(mask(card, spot, #{ channel: \"alpha\" }));\n",
        inputs: &[&IMAGE.0, &BY.0, &AMOUNT.0],
        options: &[CHANNEL.0, INVERT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let wgsl = concat!(include_str!("../colour.wgsl"), include_str!("mask.wgsl"));
        let uniforms =
            vec![fixed("channel", options.get(&CHANNEL)), fixed("invert", u32::from(options.get(&INVERT)))];
        OnePass::of_two(ctx, "mask", wgsl, &BY, uniforms)
    },
}];
