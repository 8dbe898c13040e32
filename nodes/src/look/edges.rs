//! The outlines of a picture.

use pastiche_engine::frame::Frame;
use pastiche_engine::port::{Colour, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::look::one_pass::{OnePass, colour, control, fixed, number};

static IMAGE: In<Frame> = In::required("image", "Picture whose outlines are drawn.");
static STRENGTH: In<Control> = In::control(
    "strength",
    1.0,
    Unit::None,
    range(0.0, 8.0),
    range(0.0, 1000.0),
    "How strongly a change of brightness is drawn; at 1 an edge from black to white is a whole line.",
);
static THICKNESS: In<Control> = In::control(
    "thickness",
    2.0,
    Unit::Px,
    range(1.0, 20.0),
    range(0.0, 500.0),
    "Thickness of the lines, at least a pixel.",
);
static LINE: In<Colour> = In::colour("line", Colour::WHITE, "Colour of the lines.");
static AMOUNT: In<Control> = In::amount("How much of the drawing.");
const OUT: Out<Frame> = Out::new("image", "The outlines.");

/// With the numbers of `edges.wgsl`.
const ON: Opt<Choice<u32>> =
    Opt::choice("on", &[("black", 0), ("picture", 1), ("nothing", 2)], "What the lines are drawn on.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "edges",
        category: Category::Look,
        summary: "Draws the outlines of a picture.",
        doc: "Finds outlines where the brightness changes (Sobel's operator on brightness as the eye sees \
              it) and draws them in a colour: on black, over the picture, or alone on nothing.",
        example: "screen(edges(test_card(), #{ on: \"picture\", line: colour(\"#ffd700\"), strength: 2 }));\n",
        inputs: &[&IMAGE.0, &STRENGTH.0, &THICKNESS.0, &LINE.0, &AMOUNT.0],
        options: &[ON.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let wgsl = concat!(include_str!("../colour.wgsl"), include_str!("edges.wgsl"));
        let uniforms = vec![
            colour(&LINE),
            control(&STRENGTH),
            number("reach", |ctx, io| (io.control(&THICKNESS) * ctx.pixel_scale()) as f32 / 2.0),
            fixed("on", options.get(&ON)),
        ];
        OnePass::boxed(ctx, "edges", wgsl, uniforms)
    },
}];
