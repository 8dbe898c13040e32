//! From one picture to another, visibly.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::{Effect, Fit};
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::effect::compile;

const A: In<Frame> = In::required("a", "Picture that goes; the result has its size.");
const B: In<Frame> = In::required("b", "Picture that comes.");
const PROGRESS: In<Control> = In::control(
    "progress",
    0.5,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-1.0, 2.0),
    "How far it is: all of `a` up to 0, all of `b` from 1 on.",
);
const SOFTNESS: In<Control> = In::control(
    "softness",
    0.1,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 10.0),
    "How wide the edge between the pictures fades, next to the whole way.",
);
const ANGLE: In<Control> = In::control(
    "angle",
    0.0,
    Unit::Degrees,
    range(-180.0, 180.0),
    range(-36_000.0, 36_000.0),
    "Where a wipe, a slide or blinds move to: 0 is to the right, 90 up.",
);
const COUNT: In<Control> = In::control(
    "count",
    12.0,
    Unit::None,
    range(2.0, 64.0),
    range(1.0, 2000.0),
    "Number of blinds, of grains across a dissolve, or of the coarsest pixels.",
);
const AMOUNT: In<Control> = In::amount("How much of the transition.");
const OUT: Out<Frame> = Out::new("image", "The picture between the two.");

/// With the numbers of `transition.wgsl`.
const FORM: Opt<Choice<u32>> = Opt::choice(
    "form",
    &[("wipe", 0), ("slide", 1), ("dissolve", 2), ("zoom", 3), ("blinds", 4), ("pixels", 5)],
    "How it changes.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "transition",
        category: Category::Look,
        summary: "Changes from one picture to another: wipes, slides, dissolves and more.",
        doc: "`wipe` uncovers the new picture along an edge, `slide` pushes the old one out, `dissolve` \
              changes grain by grain, `zoom` flies into the old picture, `blinds` wipes in many stripes, \
              `pixels` meets in coarse squares. While one of them has no picture yet, it is the other.",
        example: "let card = test_card();\n\
                  let there = lfo(0.2) * 0.5 + 0.5;\n\
                  screen(transition(card, noise(), there, #{ form: \"blinds\", angle: 30 }));\n",
        inputs: &[&A.0, &B.0, &PROGRESS.0, &SOFTNESS.0, &ANGLE.0, &COUNT.0, &AMOUNT.0],
        options: &[FORM.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let wgsl = concat!(include_str!("../random.wgsl"), include_str!("transition.wgsl"));
        Ok(Box::new(Transition {
            form: options.get(&FORM),
            seed: (ctx.seed ^ (ctx.seed >> 32)) as u32,
            effect: compile::<Uniforms>(ctx, "transition", 2, wgsl)?,
        }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    direction: [f32; 2],
    progress: f32,
    softness: f32,
    count: f32,
    amount: f32,
    form: u32,
    seed: u32,
}

struct Transition {
    form: u32,
    seed: u32,
    effect: Arc<Effect>,
}

impl Node for Transition {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let progress = io.control(&PROGRESS).clamp(0.0, 1.0);
        let amount = io.control(&AMOUNT);
        let (a, b) = match (io.frame(&A), io.frame(&B)) {
            (Some(a), Some(b)) if amount != 0.0 && progress > 0.0 => (a, b),
            (Some(only), _) | (None, Some(only)) => {
                io.set_frame(&OUT, only.clone());
                return Ok(());
            }
            (None, None) => {
                io.clear_frame(&OUT);
                return Ok(());
            }
        };
        let (sine, cosine) = io.control(&ANGLE).to_radians().sin_cos();
        let uniforms = Uniforms {
            direction: [cosine as f32, sine as f32],
            progress: progress as f32,
            softness: io.control(&SOFTNESS) as f32,
            count: io.control(&COUNT) as f32,
            amount: amount as f32,
            form: self.form,
            seed: self.seed,
        };
        let gpu = ctx.gpu()?;
        let (first, second) = (gpu.texture(a)?, gpu.texture(b)?);
        let second = gpu.fit(&second, a.size_px(), Fit::Cover)?;
        let bytes = bytemuck::bytes_of(&uniforms);
        let texture = gpu.draw(&self.effect, &[&first, &second], bytes, a.size_px())?;
        io.set_frame(&OUT, Frame::from_texture(texture));
        Ok(())
    }
}
