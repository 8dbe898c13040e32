//! A picture that comes back, weaker each time.

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

const IMAGE: In<Frame> = In::required("image", "Picture that comes back.");
const DELAY: In<Control> = In::control(
    "delay",
    0.25,
    Unit::Secs,
    range(0.0, 1.0),
    range(0.0, 10.0),
    "Time from one echo to the next.",
);
const ECHOES: In<Control> = In::control(
    "echoes",
    4.0,
    Unit::None,
    range(0.0, 8.0),
    range(0.0, 32.0),
    "Number of echoes; between two numbers the last one fades in.",
);
const DECAY: In<Control> = In::control(
    "decay",
    0.8,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 2.0),
    "How strong an echo is next to the one before it; above 1 they grow.",
);
const AMOUNT: In<Control> = In::amount("How much of the echoes.");
const OUT: Out<Frame> = Out::new("image", "The picture with its echoes.");

/// With the numbers of `echo.wgsl`.
const MODE: Opt<Choice<u32>> = Opt::choice(
    "mode",
    &[("lighten", 0), ("mix", 1), ("add", 2), ("under", 3)],
    "How picture and echoes meet: the lightest of all, their mean, their sum, or the echoes under a \
     picture with holes.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "echo",
        category: Category::Look,
        summary: "Repeats the picture some time later, weaker each time.",
        doc: "Shows what was seen one `delay` ago, two delays ago and so on together with the picture. It \
              reaches as far back as it remembers frames; echoes from before that are left out. The \
              memory survives a reload.",
        example: "screen(echo(scene(), 0.1, 6, 0.7));\n",
        inputs: &[&IMAGE.0, &DELAY.0, &ECHOES.0, &DECAY.0, &AMOUNT.0],
        options: &[MODE.0, FRAMES.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let wgsl = concat!(include_str!("history.wgsl"), include_str!("echo.wgsl"));
        Ok(Box::new(Echo {
            mode: options.get(&MODE),
            effect: compile::<Uniforms>(ctx, "echo", 2, wgsl)?,
            history: History::new(ctx, options)?,
        }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    history: history::Uniforms,
    delay: f32,
    echoes: f32,
    decay: f32,
    amount: f32,
    mode: u32,
}

struct Echo {
    mode: u32,
    effect: Arc<Effect>,
    history: History,
}

impl Node for Echo {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some(image) = io.frame(&IMAGE).cloned() else {
            io.clear_frame(&OUT);
            return Ok(());
        };
        let delay = io.control(&DELAY) * ctx.rate.fps();
        let (echoes, decay) = (io.control(&ECHOES), io.control(&DECAY));
        let amount = io.control(&AMOUNT);
        let gpu = ctx.gpu()?;
        let picture = gpu.texture(&image)?;
        self.history.push(gpu, &picture)?;
        let Some((atlas, history)) = self.history.atlas().filter(|_| amount != 0.0 && echoes > 0.0) else {
            io.set_frame(&OUT, image);
            return Ok(());
        };
        let uniforms = Uniforms {
            history,
            delay: delay as f32,
            echoes: echoes as f32,
            decay: decay as f32,
            amount: amount as f32,
            mode: self.mode,
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
