//! A picture in black and white alone.

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
const LEVEL: In<Control> = In::control(
    "level",
    0.5,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-4.0, 4.0),
    "Brightness at which black becomes white.",
);
const SOFTNESS: In<Control> = In::control(
    "softness",
    0.02,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 8.0),
    "How wide the greys between black and white are.",
);
const AMOUNT: In<Control> = In::amount("How much of the effect.");
const OUT: Out<Frame> = Out::new("image", "The picture in black and white.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "threshold",
        category: Category::Look,
        summary: "Makes a picture black and white, without greys.",
        doc: "What is brighter than `level` becomes white, all else black. Brightness is as the eye sees \
              it: 0.5 is a middle grey.",
        example: "screen(threshold(test_card(), lfo(0.2) * 0.4 + 0.5));\n",
        inputs: &[&IMAGE.0, &LEVEL.0, &SOFTNESS.0, &AMOUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    inputs_for: None,
    make: |ctx, _| {
        let wgsl = concat!(include_str!("../colour.wgsl"), include_str!("threshold.wgsl"));
        let effect = compile::<Uniforms>(ctx, "threshold", 1, wgsl)?;
        Ok(Box::new(Threshold { effect }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    level: f32,
    softness: f32,
    amount: f32,
}

struct Threshold {
    effect: Arc<Effect>,
}

impl Node for Threshold {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some((image, amount)) = to_change(io, &IMAGE, &AMOUNT, &OUT) else { return Ok(()) };
        let uniforms = Uniforms {
            level: io.control(&LEVEL) as f32,
            softness: io.control(&SOFTNESS) as f32,
            amount: amount as f32,
        };
        io.set_frame(&OUT, pass(ctx, &self.effect, &image, &uniforms)?);
        Ok(())
    }
}
