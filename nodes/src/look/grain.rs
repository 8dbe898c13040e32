//! Film grain.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::effect::{compile, pass, seed_bits, span_of_time, to_change};

const IMAGE: In<Frame> = In::required("image", "Picture under the grain.");
const STRENGTH: In<Control> = In::control(
    "strength",
    0.15,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 20.0),
    "How far grain makes a point lighter or darker.",
);
const SIZE: In<Control> = In::control(
    "size",
    2.0,
    Unit::Px,
    range(1.0, 20.0),
    range(0.0, 500.0),
    "Size of a grain, at least a pixel.",
);
const RATE: In<Control> = In::control(
    "rate",
    24.0,
    Unit::Hz,
    range(0.0, 60.0),
    range(0.0, 1000.0),
    "How often in a second there is new grain; at 0 it stands still.",
);
const AMOUNT: In<Control> = In::amount("How much of the grain; below 0 its lights are darks.");
const OUT: Out<Frame> = Out::new("image", "The picture with grain.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "grain",
        category: Category::Look,
        summary: "Lays moving grain over a picture.",
        doc: "Grain like that of film: strongest in the middle greys, none in black and white. It is \
              redrawn `rate` times a second, and the same in every render.",
        example: "screen(grain(test_card(), 0.3, #{ size: 3 }));\n",
        inputs: &[&IMAGE.0, &STRENGTH.0, &SIZE.0, &RATE.0, &AMOUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    inputs_for: None,
    make: |ctx, _| {
        let wgsl = concat!(
            include_str!("../colour.wgsl"),
            include_str!("../random.wgsl"),
            include_str!("grain.wgsl")
        );
        let effect = compile::<Uniforms>(ctx, "grain", 1, wgsl)?;
        Ok(Box::new(Grain { seed: seed_bits(ctx.seed), effect }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    strength: f32,
    side: f32,
    span: u32,
    seed: u32,
    amount: f32,
}

struct Grain {
    seed: u32,
    effect: Arc<Effect>,
}

impl Node for Grain {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some((image, amount)) = to_change(io, &IMAGE, &AMOUNT, &OUT) else { return Ok(()) };
        let uniforms = Uniforms {
            strength: io.control(&STRENGTH) as f32,
            side: (io.control(&SIZE) * ctx.pixel_scale()) as f32,
            span: span_of_time(ctx, io.control(&RATE)),
            seed: self.seed,
            amount: amount as f32,
        };
        io.set_frame(&OUT, pass(ctx, &self.effect, &image, &uniforms)?);
        Ok(())
    }
}
