//! Black, white and the greys between.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::effect::{compile, pass, to_change};

const IMAGE: In<Frame> = In::required("image", "Picture to change.");
const BLACK: In<Control> = In::control(
    "black",
    0.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-10.0, 10.0),
    "Value that becomes the darkest.",
);
const WHITE: In<Control> = In::control(
    "white",
    1.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-10.0, 10.0),
    "Value that becomes the lightest.",
);
const GAMMA: In<Control> = In::control(
    "gamma",
    1.0,
    Unit::None,
    range(0.1, 4.0),
    range(0.01, 100.0),
    "Above 1 the middle greys become lighter, below 1 darker.",
);
const OUT_BLACK: In<Control> = In::control(
    "out_black",
    0.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-10.0, 10.0),
    "The darkest value of the result.",
);
const OUT_WHITE: In<Control> = In::control(
    "out_white",
    1.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-10.0, 10.0),
    "The lightest value of the result.",
);
const AMOUNT: In<Control> = In::amount("How much of the effect.");
const OUT: Out<Frame> = Out::new("image", "The changed picture.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "levels",
        category: Category::Look,
        summary: "Sets which values become black and white, and how the greys lie between.",
        doc: "As in picture editors: values from `black` to `white` are spread over the whole range, bent \
              by `gamma`, and put between `out_black` and `out_white`. Values are those of an sRGB \
              picture, 0 to 1, where 0.5 looks middle grey. With `white` below `black` the picture is a \
              negative. Light above white stays.",
        example: "screen(levels(test_card(), #{ black: 0.1, white: 0.8, gamma: 1.3 }));\n",
        inputs: &[&IMAGE.0, &BLACK.0, &WHITE.0, &GAMMA.0, &OUT_BLACK.0, &OUT_WHITE.0, &AMOUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    inputs_for: None,
    make: |ctx, _| {
        let wgsl = concat!(include_str!("../colour.wgsl"), include_str!("levels.wgsl"));
        let effect = compile::<Uniforms>(ctx, "levels", 1, wgsl)?;
        Ok(Box::new(Levels { effect }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    black: f32,
    white: f32,
    gamma: f32,
    out_black: f32,
    out_white: f32,
    amount: f32,
}

struct Levels {
    effect: Arc<Effect>,
}

impl Node for Levels {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some((image, amount)) = to_change(io, &IMAGE, &AMOUNT, &OUT) else { return Ok(()) };
        let uniforms = Uniforms {
            black: io.control(&BLACK) as f32,
            white: io.control(&WHITE) as f32,
            gamma: io.control(&GAMMA) as f32,
            out_black: io.control(&OUT_BLACK) as f32,
            out_white: io.control(&OUT_WHITE) as f32,
            amount: amount as f32,
        };
        io.set_frame(&OUT, pass(ctx, &self.effect, &image, &uniforms)?);
        Ok(())
    }
}
