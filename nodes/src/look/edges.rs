//! The outlines of a picture.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Colour, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::effect::{compile, pass, to_change};

const IMAGE: In<Frame> = In::required("image", "Picture whose outlines are drawn.");
const STRENGTH: In<Control> = In::control(
    "strength",
    1.0,
    Unit::None,
    range(0.0, 8.0),
    range(0.0, 1000.0),
    "How strongly a change of brightness is drawn; at 1 an edge from black to white is a whole line.",
);
const THICKNESS: In<Control> = In::control(
    "thickness",
    2.0,
    Unit::Px,
    range(1.0, 20.0),
    range(0.0, 500.0),
    "Thickness of the lines, at least a pixel.",
);
const LINE: In<Colour> = In::colour("line", Colour::WHITE, "Colour of the lines.");
const AMOUNT: In<Control> = In::amount("How much of the drawing.");
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
    inputs_for: None,
    make: |ctx, options| {
        let wgsl = concat!(include_str!("../colour.wgsl"), include_str!("edges.wgsl"));
        let effect = compile::<Uniforms>(ctx, "edges", 1, wgsl)?;
        Ok(Box::new(Edges { on: options.get(&ON), effect }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    line: [f32; 4],
    strength: f32,
    reach: f32,
    on: u32,
    amount: f32,
}

struct Edges {
    on: u32,
    effect: Arc<Effect>,
}

impl Node for Edges {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some((image, amount)) = to_change(io, &IMAGE, &AMOUNT, &OUT) else { return Ok(()) };
        let uniforms = Uniforms {
            line: io.colour(&LINE).0,
            strength: io.control(&STRENGTH) as f32,
            reach: (io.control(&THICKNESS) * ctx.pixel_scale()) as f32 / 2.0,
            on: self.on,
            amount: amount as f32,
        };
        io.set_frame(&OUT, pass(ctx, &self.effect, &image, &uniforms)?);
        Ok(())
    }
}
