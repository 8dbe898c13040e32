//! Two pictures in one.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::{Effect, Fit};
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, OptionDefault, OptionSpec, OptionType, Out};

use crate::effect::compile;

const BASE: In<Frame> = In::required("base", "Picture below; the result has its size.");
const TOP: In<Frame> = In::required("top", "Picture on top.");
const AMOUNT: In<Control> = In::amount("How much of the top picture.");
const OUT: Out<Frame> = Out::new("image", "Both pictures in one.");

const MODE: &str = "mode";
const FIT: &str = "fit";

/// In the order of the numbers in `blend.wgsl`.
const MODES: [&str; 14] = [
    "normal",
    "add",
    "multiply",
    "screen",
    "overlay",
    "darken",
    "lighten",
    "difference",
    "exclusion",
    "colour_dodge",
    "colour_burn",
    "hard_light",
    "soft_light",
    "subtract",
];

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
        options: &[
            OptionSpec {
                name: MODE,
                takes: OptionType::Choice(&MODES),
                default: OptionDefault::Text("normal"),
                doc: "How the two pictures meet.",
            },
            OptionSpec {
                name: FIT,
                takes: OptionType::Choice(&["cover", "contain", "stretch"]),
                default: OptionDefault::Text("cover"),
                doc: "How the top picture is put into the size of the base: `cover` fills it, `contain` \
                      shows all of it, `stretch` changes its shape.",
            },
        ],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    inputs_for: None,
    make: |ctx, options| {
        let mode = MODES.iter().position(|mode| options.text(MODE) == Some(*mode));
        let fit = match options.text(FIT) {
            Some("contain") => Fit::Contain,
            Some("stretch") => Fit::Stretch,
            _ => Fit::Cover,
        };
        let effect = compile::<Uniforms>(ctx, "blend", 2, include_str!("blend.wgsl"))?;
        Ok(Box::new(Blend { mode: mode.unwrap_or(0) as u32, fit, effect }))
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
