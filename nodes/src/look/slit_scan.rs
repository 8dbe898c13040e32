//! A picture whose lines come from different times.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::effect::compile;
use crate::look::history::{self, FRAMES, History};

const IMAGE: In<Frame> = In::required("image", "Picture to spread over time.");
const SPAN: In<Control> = In::control(
    "span",
    1.0,
    Unit::Secs,
    range(0.0, 2.0),
    range(-60.0, 60.0),
    "How much older the picture is one whole picture away from `start`; below 0 the start is the oldest.",
);
const START: In<Control> = In::control(
    "start",
    0.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-10.0, 10.0),
    "Where the picture is of now: 0 at the top or left, 1 at the bottom or right.",
);
const AMOUNT: In<Control> = In::amount("How much of the scanned picture.");
const OUT: Out<Frame> = Out::new("image", "The picture, spread over time.");

const LINES: Opt<Choice<[f32; 2]>> =
    Opt::choice("lines", &[("rows", [0.0, 1.0]), ("columns", [1.0, 0.0])], "What has a time of its own.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "slit_scan",
        category: Category::Look,
        summary: "Makes every line of the picture come from another time.",
        doc: "As with a slit camera, each row or column shows a moment of its own: what moves bends, turns \
              to spirals or melts. It reaches as far back as it remembers frames. The memory survives a \
              reload.",
        example: "screen(slit_scan(scene(), 0.8, #{ start: 0.5 }));\n",
        inputs: &[&IMAGE.0, &SPAN.0, &START.0, &AMOUNT.0],
        options: &[LINES.0, FRAMES.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let wgsl = concat!(include_str!("history.wgsl"), include_str!("slit_scan.wgsl"));
        Ok(Box::new(SlitScan {
            along: options.get(&LINES),
            effect: compile::<Uniforms>(ctx, "slit_scan", 2, wgsl)?,
            history: History::new(ctx, options)?,
        }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    history: history::Uniforms,
    along: [f32; 2],
    span: f32,
    start: f32,
    amount: f32,
    padding: f32,
}

struct SlitScan {
    along: [f32; 2],
    effect: Arc<Effect>,
    history: History,
}

impl Node for SlitScan {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some(image) = io.frame(&IMAGE).cloned() else {
            io.clear_frame(&OUT);
            return Ok(());
        };
        let (span, start) = (io.control(&SPAN) * ctx.rate.fps(), io.control(&START));
        let amount = io.control(&AMOUNT);
        let gpu = ctx.gpu()?;
        let picture = gpu.texture(&image)?;
        self.history.push(gpu, &picture)?;
        let Some((atlas, history)) = self.history.atlas().filter(|_| amount != 0.0) else {
            io.set_frame(&OUT, image);
            return Ok(());
        };
        let uniforms = Uniforms {
            history,
            along: self.along,
            span: span as f32,
            start: start as f32,
            amount: amount as f32,
            padding: 0.0,
        };
        let bytes = bytemuck::bytes_of(&uniforms);
        let texture = gpu.draw(&self.effect, &[&picture, atlas], bytes, image.size_px())?;
        io.set_frame(&OUT, Frame::from_texture(texture));
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        self.history.adopt(&mut old.history);
    }
}
