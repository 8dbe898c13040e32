//! A picture that is falling apart.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::effect::{compile, pass, seed_bits, span_of_time, to_change};

const IMAGE: In<Frame> = In::required("image", "Picture to damage.");
const STRENGTH: In<Control> = In::control(
    "strength",
    0.5,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 20.0),
    "How much is damaged, and how badly.",
);
const SIZE: In<Control> = In::control(
    "size",
    60.0,
    Unit::Px,
    range(4.0, 300.0),
    range(0.0, 5000.0),
    "Size of blocks and bands, and of the way that they and the colours go.",
);
const RATE: In<Control> = In::control(
    "rate",
    8.0,
    Unit::Hz,
    range(0.0, 30.0),
    range(0.0, 1000.0),
    "How often in a second the damage changes; at 0 it stands still.",
);
const AMOUNT: In<Control> = In::amount("How much of the damage.");
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
    inputs_for: None,
    make: |ctx, options| {
        let wgsl = concat!(include_str!("../random.wgsl"), include_str!("glitch.wgsl"));
        let effect = compile::<Uniforms>(ctx, "glitch", 1, wgsl)?;
        Ok(Box::new(Glitch { mode: options.get(&MODE), seed: seed_bits(ctx.seed), effect }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    strength: f32,
    side: f32,
    span: u32,
    seed: u32,
    mode: u32,
    amount: f32,
}

struct Glitch {
    mode: u32,
    seed: u32,
    effect: Arc<Effect>,
}

impl Node for Glitch {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some((image, amount)) = to_change(io, &IMAGE, &AMOUNT, &OUT) else { return Ok(()) };
        let uniforms = Uniforms {
            strength: io.control(&STRENGTH) as f32,
            side: (io.control(&SIZE) * ctx.pixel_scale()) as f32,
            span: span_of_time(ctx, io.control(&RATE)),
            seed: self.seed,
            mode: self.mode,
            amount: amount as f32,
        };
        io.set_frame(&OUT, pass(ctx, &self.effect, &image, &uniforms)?);
        Ok(())
    }
}
