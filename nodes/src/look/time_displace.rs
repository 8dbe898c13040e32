//! A picture that is later where another one is bright.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::{Effect, Fit};
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::effect::compile;
use crate::look::history::{self, FRAMES, History};

const IMAGE: In<Frame> = In::required("image", "Picture to delay.");
const MAP: In<Frame> = In::required("map", "Picture whose brightness delays: black not at all, white fully.");
const DELAY: In<Control> = In::control(
    "delay",
    1.0,
    Unit::Secs,
    range(0.0, 2.0),
    range(-60.0, 60.0),
    "How late the picture is where the map is white; below 0 where it is black.",
);
const AMOUNT: In<Control> = In::amount("How much of the delayed picture.");
const OUT: Out<Frame> = Out::new("image", "The delayed picture.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "time_displace",
        category: Category::Look,
        summary: "Delays the picture where another one is bright.",
        doc: "Every point of the picture is as late as the map is bright there, so that one picture holds \
              many moments. It reaches as far back as it remembers frames. The memory survives a reload.",
        example: "let rings = gradient(#{ form: \"radial\" });\nscreen(time_displace(scene(), rings, 0.5));\n",
        inputs: &[&IMAGE.0, &MAP.0, &DELAY.0, &AMOUNT.0],
        options: &[FRAMES.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let wgsl = concat!(
            include_str!("../colour.wgsl"),
            include_str!("history.wgsl"),
            include_str!("time_displace.wgsl")
        );
        let effect = compile::<Uniforms>(ctx, "time_displace", 3, wgsl)?;
        Ok(Box::new(TimeDisplace { effect, history: History::new(ctx, options)? }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    history: history::Uniforms,
    delay: f32,
    amount: f32,
}

struct TimeDisplace {
    effect: Arc<Effect>,
    history: History,
}

impl Node for TimeDisplace {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some(image) = io.frame(&IMAGE).cloned() else {
            io.clear_frame(&OUT);
            return Ok(());
        };
        let delay = io.control(&DELAY) * ctx.rate.fps();
        let amount = io.control(&AMOUNT);
        let gpu = ctx.gpu()?;
        let picture = gpu.texture(&image)?;
        self.history.push(gpu, &picture)?;
        let map = io.frame(&MAP).filter(|_| amount != 0.0);
        let (Some(map), Some((atlas, history))) = (map, self.history.atlas()) else {
            io.set_frame(&OUT, image);
            return Ok(());
        };
        let map = gpu.texture(map)?;
        let map = gpu.fit(&map, image.size_px(), Fit::Cover)?;
        let uniforms = Uniforms { history, delay: delay as f32, amount: amount as f32 };
        let bytes = bytemuck::bytes_of(&uniforms);
        let texture = gpu.draw(&self.effect, &[&picture, atlas, &map], bytes, image.size_px())?;
        io.set_frame(&OUT, Frame::from_texture(texture));
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        self.history.adopt(&mut old.history);
    }
}
