//! A picture with holes where it has some colour.

use pastiche_engine::frame::Frame;
use pastiche_engine::port::{Colour, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::look::one_pass::{OnePass, colour, control, fixed};

static IMAGE: In<Frame> = In::required("image", "Picture to make holes into.");
static COLOUR: In<Colour> =
    In::colour("colour", Colour([0.0, 1.0, 0.0, 1.0]), "Key colour: what becomes transparent.");
static TOLERANCE: In<Control> = In::control(
    "tolerance",
    0.2,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-4.0, 4.0),
    "How far from the key colour everything goes.",
);
static SOFTNESS: In<Control> =
    In::control("softness", 0.1, Unit::Ratio, range(0.0, 1.0), range(0.0, 8.0), "How wide the soft edge is.");
static SPILL: In<Control> = In::control(
    "spill",
    0.5,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-4.0, 4.0),
    "How much of the key's shine is taken away; below 0 there is more of it.",
);
static AMOUNT: In<Control> = In::amount("How much of what is keyed goes.");
const OUT: Out<Frame> = Out::new("image", "The picture with holes.");

/// With the numbers of `key.wgsl`.
const MODE: Opt<Choice<u32>> =
    Opt::choice("mode", &[("chroma", 0), ("luma", 1)], "Whether hue or brightness is compared.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "key",
        category: Category::Look,
        summary: "Makes a colour of a picture transparent.",
        doc: "With `chroma` everything of the key colour's hue becomes transparent, light or dark: a \
              green or blue screen. With `luma` everything of its brightness: black, to keep what is \
              light. What is nearer to the key than `tolerance` goes, over `softness` it comes back. \
              `spill` takes the key's shine off what stays. Lay the result over another picture with \
              `blend`.",
        example: "let card = test_card();\n\
                  screen(blend(blur(card, 80), key(card, #{ colour: colour(\"#00bf00\"), tolerance: 0.25 })));\n",
        inputs: &[&IMAGE.0, &COLOUR.0, &TOLERANCE.0, &SOFTNESS.0, &SPILL.0, &AMOUNT.0],
        options: &[MODE.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let wgsl = concat!(include_str!("../colour.wgsl"), include_str!("key.wgsl"));
        let uniforms = vec![
            colour(&COLOUR),
            control(&TOLERANCE),
            control(&SOFTNESS),
            control(&SPILL),
            fixed("mode", options.get(&MODE)),
        ];
        OnePass::boxed(ctx, "key", wgsl, uniforms)
    },
}];
