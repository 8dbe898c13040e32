//! Holds a painting still that flickers.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::{Effect, Texture};
use pastiche_engine::io::Io;
use pastiche_engine::node::{BuildCtx, BuildError, Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::effect::{AtAmount, compile};
use crate::optical_flow::OpticalFlow;

const IMAGE: In<Frame> = In::required("image", "Picture that flickers: a painting, an effect.");
const ORIGINAL: In<Frame> = In::required("original", "What it is made of, whose movement it follows.");
const STABILITY: In<Control> = In::control(
    "stability",
    0.8,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-1.0, 1.0),
    "How much of a thirtieth of a second ago stays where nothing but movement has changed; at 0 the picture is \
     left as it is, below 0 the difference is exaggerated.",
);
const AMOUNT: In<Control> = In::amount("How much of the steadier picture.");
const OUT: Out<Frame> = Out::new("image", "The picture, steadier.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "steady",
        category: Category::Paint,
        summary: "Holds a painting still that flickers.",
        doc: "Takes what it has shown along with the movement of the original (optical flow) and lays it over the \
              new picture, wherever the movement explains how the original has changed. A cut, and what comes into \
              sight, is shown as it is. It stands behind anything that flickers: `style_transfer`, a shader, an \
              effect with noise.",
        example: "let room = scene(1, 3);\nlet painted = style_transfer(room, \"blue_swirls\");\n\
                  screen(steady(painted, room, 0.8));\n",
        inputs: &[&IMAGE.0, &ORIGINAL.0, &STABILITY.0, &AMOUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| Ok(Box::new(Steady::new(ctx)?)),
}];

/// The rate at which `stability` counts, in pictures a second.
const RATE: f64 = 30.0;

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    keep: f32,
}

struct Steady {
    movement: OpticalFlow,
    effect: Arc<Effect>,
    at_amount: AtAmount,
    before: Option<Before>,
}

/// The frame before.
struct Before {
    shown: Texture,
    /// Brightness of the original and its slopes, the finest first.
    levels: Vec<Texture>,
}

impl Steady {
    fn new(ctx: &BuildCtx<'_>) -> Result<Steady, BuildError> {
        Ok(Steady {
            movement: OpticalFlow::new(ctx)?,
            effect: compile::<Uniforms>(ctx, "steady", 5, include_str!("steady.wgsl"))?,
            at_amount: AtAmount::new(ctx)?,
            before: None,
        })
    }
}

impl Node for Steady {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some(image) = io.frame(&IMAGE).cloned() else {
            self.before = None;
            io.clear_frame(&OUT);
            return Ok(());
        };
        let (stability, amount) = (io.control(&STABILITY), io.control(&AMOUNT));
        let original = io.frame(&ORIGINAL).cloned().filter(|_| stability != 0.0);
        let Some(original) = original else {
            self.before = None;
            io.set_frame(&OUT, image);
            return Ok(());
        };
        let keep = stability.signum() * stability.abs().powf(RATE * ctx.tick.delta_secs());
        let gpu = ctx.gpu()?;
        let (picture, original) = (gpu.texture(&image)?, gpu.texture(&original)?);
        let levels = self.movement.levels(gpu, &original)?;
        let fits = |before: &Before| {
            before.shown.size_px() == picture.size_px() && before.levels[0].size_px() == levels[0].size_px()
        };
        let shown = match self.before.take().filter(fits) {
            None => picture,
            Some(before) => {
                let found = self.movement.solve(gpu, &before.levels, &levels)?;
                let movement = self.movement.smooth(gpu, &found, None, 1.0, 0.0)?;
                let inputs = [&picture, &before.shown, &movement, &levels[0], &before.levels[0]];
                let uniforms = Uniforms { keep: keep as f32 };
                gpu.draw(&self.effect, &inputs, bytemuck::bytes_of(&uniforms), picture.size_px())?
            }
        };
        io.set_frame(&OUT, self.at_amount.draw(gpu, &image, shown.clone(), amount)?);
        self.before = Some(Before { shown, levels });
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        self.before = old.before.take();
    }
}
