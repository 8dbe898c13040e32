//! Where everything in a picture moves to.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::{Frame, FrameId};
use pastiche_engine::gpu::{Effect, Recorder, Texture};
use pastiche_engine::io::Io;
use pastiche_engine::node::{BuildCtx, BuildError, Fault, FrameCtx, Node};
use pastiche_engine::port::{Colour, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::effect::compile;
use crate::optical_flow::OpticalFlow;

const IMAGE: In<Frame> = In::required("image", "Picture in which something moves.");
const STRENGTH: In<Control> = In::control(
    "strength",
    1.0,
    Unit::Ratio,
    range(0.0, 4.0),
    range(-1000.0, 1000.0),
    "How strongly movement shows; below 0 everything points back to where it came from.",
);
const SMOOTH: In<Control> = In::control(
    "smooth",
    0.05,
    Unit::Secs,
    range(0.0, 1.0),
    range(0.0, 60.0),
    "Time in which old movement fades to a half.",
);
const AMOUNT: In<Control> = In::amount("How much of the movement, over the picture.");
const OUT: Out<Frame> = Out::new("image", "The movement as a picture, at the size of the picture.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "flow",
        category: Category::Look,
        summary: "Sees where everything in the picture moves to.",
        doc: "Compares each frame with the one before (optical flow). Red says how fast a point moves to \
              the right and green how fast upwards, from a middle grey that stands still: at strength 1 \
              full red is a whole height of the picture in a second. `displace` and `particles` \
              understand it.",
        example: "let scene = scene();\n\
                  screen(particles(scene, flow(scene), #{ speed: 0, size: 5 }));\n",
        inputs: &[&IMAGE.0, &STRENGTH.0, &SMOOTH.0, &AMOUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| Ok(Box::new(Flow::new(ctx)?)),
}];

/// A source that gives the same picture for so long stands still; until then it is only slower than
/// the show.
const LONGEST_FRAME_SECS: f64 = 0.25;

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct FinishUniforms {
    gain: f32,
    amount: f32,
}

struct Flow {
    movement: OpticalFlow,
    finish: Arc<Effect>,
    before: Option<Before>,
    /// In heights of the picture in a second, to the right and down.
    flow: Option<Texture>,
}

/// The frame before.
struct Before {
    id: FrameId,
    /// Brightness and its slopes, the finest first.
    levels: Vec<Texture>,
    /// How long it has been standing.
    secs: f64,
}

impl Flow {
    fn new(ctx: &BuildCtx<'_>) -> Result<Flow, BuildError> {
        let finish = concat!(include_str!("../colour.wgsl"), include_str!("flow_finish.wgsl"));
        Ok(Flow {
            movement: OpticalFlow::new(ctx)?,
            finish: compile::<FinishUniforms>(ctx, "flow", 2, finish)?,
            before: None,
            flow: None,
        })
    }

    /// Takes in the next picture.
    fn look(&mut self, gpu: &mut Recorder, image: &Frame, smooth_secs: f64) -> Result<(), Fault> {
        let picture = gpu.texture(image)?;
        let levels = self.movement.levels(gpu, &picture)?;
        let size_px = levels[0].size_px();
        let comparable = |before: &Before| before.secs > 0.0 && before.levels[0].size_px() == size_px;
        let old = self.flow.take().filter(|old| old.size_px() == size_px);
        if let Some(before) = self.before.take().filter(comparable) {
            let found = self.movement.solve(gpu, &before.levels, &levels)?;
            let keep = if smooth_secs > 0.0 { 0.5f64.powf(before.secs / smooth_secs) } else { 0.0 };
            let gain = (1.0 / (before.secs * f64::from(size_px[1]))) as f32;
            self.flow = Some(self.movement.smooth(gpu, &found, old.as_ref(), gain, keep as f32)?);
        }
        self.before = Some(Before { id: image.id(), levels, secs: 0.0 });
        Ok(())
    }
}

impl Node for Flow {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some(image) = io.frame(&IMAGE).cloned() else {
            io.clear_frame(&OUT);
            return Ok(());
        };
        let (strength, amount) = (io.control(&STRENGTH), io.control(&AMOUNT));
        let is_same = self.before.as_mut().is_some_and(|before| {
            before.secs += ctx.tick.delta_secs();
            before.id == image.id() && before.secs < LONGEST_FRAME_SECS
        });
        let gpu = ctx.gpu()?;
        if !is_same {
            self.look(gpu, &image, io.control(&SMOOTH))?;
        }
        if amount == 0.0 {
            io.set_frame(&OUT, image);
            return Ok(());
        }
        let still = gpu.solid(Colour([0.0; 4]), [1, 1])?;
        let flow = self.flow.as_ref().unwrap_or(&still);
        let picture = gpu.texture(&image)?;
        let uniforms = FinishUniforms { gain: strength as f32, amount: amount as f32 };
        let bytes = bytemuck::bytes_of(&uniforms);
        let texture = gpu.draw(&self.finish, &[&picture, flow], bytes, image.size_px())?;
        io.set_frame(&OUT, Frame::from_texture(texture));
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        (self.before, self.flow) = (old.before.take(), old.flow.take());
    }
}
