//! Two pictures in one.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::{Effect, Fit};
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out};

use crate::effect::compile;

const BASE: In<Frame> = In::required("base", "Picture below; the result has its size.");
const TOP: In<Frame> = In::required("top", "Picture on top.");
const AMOUNT: In<Control> = In::amount("How much of the top picture.");
const OUT: Out<Frame> = Out::new("image", "Both pictures in one.");

/// With the numbers of `blend.wgsl`.
const MODE: Opt<Choice<u32>> = Opt::choice(
    "mode",
    &[
        ("normal", 0),
        ("add", 1),
        ("multiply", 2),
        ("screen", 3),
        ("overlay", 4),
        ("darken", 5),
        ("lighten", 6),
        ("difference", 7),
        ("exclusion", 8),
        ("colour_dodge", 9),
        ("colour_burn", 10),
        ("hard_light", 11),
        ("soft_light", 12),
        ("subtract", 13),
    ],
    "How the two pictures meet.",
);
const FIT: Opt<Choice<Fit>> = Opt::choice(
    "fit",
    &[("cover", Fit::Cover), ("contain", Fit::Contain), ("stretch", Fit::Stretch)],
    "How the top picture is put into the size of the base: `cover` fills it, `contain` shows all of it, \
     `stretch` changes its shape.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "blend",
        category: Category::Look,
        summary: "Lays one picture over another.",
        doc: "Lays `top` over `base` the way that `mode` says, by the formulas of picture editors (W3C \
              Compositing), in linear light. With no top picture yet, it is the base.",
        example: "let card = test_card();\n\
                  screen(blend(card, blur(card, 60), #{ mode: \"screen\", amount: 0.5 }));\n",
        inputs: &[&BASE.0, &TOP.0, &AMOUNT.0],
        options: &[MODE.0, FIT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let effect = compile::<Uniforms>(ctx, "blend", 2, include_str!("blend.wgsl"))?;
        Ok(Box::new(Blend { mode: options.get(&MODE), fit: options.get(&FIT), effect }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    mode: u32,
    amount: f32,
}

struct Blend {
    mode: u32,
    fit: Fit,
    effect: Arc<Effect>,
}

impl Node for Blend {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some(base) = io.frame(&BASE).cloned() else {
            io.clear_frame(&OUT);
            return Ok(());
        };
        let amount = io.control(&AMOUNT);
        let Some(top) = io.frame(&TOP).filter(|_| amount != 0.0) else {
            io.set_frame(&OUT, base);
            return Ok(());
        };
        let gpu = ctx.gpu()?;
        let picture = gpu.texture(&base)?;
        let top = gpu.texture(top)?;
        let top = gpu.fit(&top, base.size_px(), self.fit)?;
        let uniforms = Uniforms { mode: self.mode, amount: amount as f32 };
        let texture =
            gpu.draw(&self.effect, &[&picture, &top], bytemuck::bytes_of(&uniforms), base.size_px())?;
        io.set_frame(&OUT, Frame::from_texture(texture));
        Ok(())
    }
}
