//! Where everything in a picture moves to.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::{Frame, FrameId};
use pastiche_engine::gpu::{Effect, Fit, Recorder, Texture};
use pastiche_engine::io::Io;
use pastiche_engine::node::{BuildCtx, BuildError, Fault, FrameCtx, Node};
use pastiche_engine::port::{Colour, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::effect::compile;

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

/// Movement is looked for in a picture of this many lines: finer detail is mostly noise.
const MOST_LINES: u32 = 144;
/// The coarsest picture has at least this many pixels a side.
const LEAST_SIDE: u32 = 12;
/// How often each level is gone through: a step finds movements of about a pixel.
const STEPS: usize = 2;
/// A source that gives the same picture for so long stands still; until then it is only slower than
/// the show.
const LONGEST_FRAME_SECS: f64 = 0.25;

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct SolveUniforms {
    grow: [f32; 2],
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct SmoothUniforms {
    gain: f32,
    keep: f32,
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct FinishUniforms {
    gain: f32,
    amount: f32,
}

struct Flow {
    light: Arc<Effect>,
    slope: Arc<Effect>,
    solve: Arc<Effect>,
    smooth: Arc<Effect>,
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
        let light = concat!(include_str!("../colour.wgsl"), include_str!("flow_light.wgsl"));
        let finish = concat!(include_str!("../colour.wgsl"), include_str!("flow_finish.wgsl"));
        let (solve, smooth) = (include_str!("flow_solve.wgsl"), include_str!("flow_smooth.wgsl"));
        Ok(Flow {
            light: compile::<()>(ctx, "flow light", 1, light)?,
            slope: compile::<()>(ctx, "flow slope", 1, include_str!("flow_slope.wgsl"))?,
            solve: compile::<SolveUniforms>(ctx, "flow solve", 3, solve)?,
            smooth: compile::<SmoothUniforms>(ctx, "flow smooth", 2, smooth)?,
            finish: compile::<FinishUniforms>(ctx, "flow", 2, finish)?,
            before: None,
            flow: None,
        })
    }

    fn levels(&self, gpu: &mut Recorder, picture: &Texture) -> Result<Vec<Texture>, Fault> {
        let mut size_px = finest(picture.size_px());
        let small = gpu.fit(picture, size_px, Fit::Stretch)?;
        let mut light = gpu.draw(&self.light, &[&small], &[], size_px)?;
        let mut levels = Vec::new();
        loop {
            levels.push(gpu.draw(&self.slope, &[&light], &[], size_px)?);
            if size_px.iter().any(|side| side / 2 < LEAST_SIDE) {
                return Ok(levels);
            }
            size_px = size_px.map(|side| side / 2);
            light = gpu.fit(&light, size_px, Fit::Stretch)?;
        }
    }

    /// Pyramidal Lucas-Kanade, from coarse to fine. In pixels of the finest level.
    fn solve(&self, gpu: &mut Recorder, before: &[Texture], now: &[Texture]) -> Result<Texture, Fault> {
        let mut flow = gpu.solid(Colour([0.0; 4]), [1, 1])?;
        let mut last_px: Option<[u32; 2]> = None;
        for (before, now) in before.iter().zip(now).rev() {
            let size_px = now.size_px();
            for _ in 0..STEPS {
                let grow = |axis: usize| last_px.map_or(0.0, |last| size_px[axis] as f32 / last[axis] as f32);
                let uniforms = SolveUniforms { grow: [grow(0), grow(1)] };
                let bytes = bytemuck::bytes_of(&uniforms);
                flow = gpu.draw(&self.solve, &[before, now, &flow], bytes, size_px)?;
                last_px = Some(size_px);
            }
        }
        Ok(flow)
    }

    /// Takes in the next picture.
    fn look(&mut self, gpu: &mut Recorder, image: &Frame, smooth_secs: f64) -> Result<(), Fault> {
        let picture = gpu.texture(image)?;
        let levels = self.levels(gpu, &picture)?;
        let size_px = levels[0].size_px();
        let comparable = |before: &Before| before.secs > 0.0 && before.levels[0].size_px() == size_px;
        let old = self.flow.take().filter(|old| old.size_px() == size_px);
        if let Some(before) = self.before.take().filter(comparable) {
            let found = self.solve(gpu, &before.levels, &levels)?;
            let keep = if smooth_secs > 0.0 { 0.5f64.powf(before.secs / smooth_secs) } else { 0.0 };
            let uniforms = SmoothUniforms {
                gain: (1.0 / (before.secs * f64::from(size_px[1]))) as f32,
                keep: if old.is_some() { keep as f32 } else { 0.0 },
            };
            let inputs = [&found, old.as_ref().unwrap_or(&found)];
            self.flow = Some(gpu.draw(&self.smooth, &inputs, bytemuck::bytes_of(&uniforms), size_px)?);
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

/// The size in which movement is looked for.
fn finest(size_px: [u32; 2]) -> [u32; 2] {
    let scale = (f64::from(MOST_LINES) / f64::from(size_px[1])).min(1.0);
    size_px.map(|side| ((f64::from(side) * scale).round() as u32).clamp(1, 16 * MOST_LINES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_shape_is_looked_at_in_a_bounded_size() {
        assert_eq!(finest([640, 360]), [256, 144]);
        assert_eq!(finest([20, 10]), [20, 10]);
        assert_eq!(finest([16_384, 1]), [2304, 1]);
        assert_eq!(finest([1, 16_384]), [1, 144]);
    }
}
