//! Spots and mazes that grow like corals.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::{Effect, Fit, Recorder, Texture};
use pastiche_engine::io::Io;
use pastiche_engine::node::{BuildCtx, BuildError, Fault, FrameCtx, Node};
use pastiche_engine::port::{Colour, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::effect::compile;

const IMAGE: In<Frame> = In::required("image", "Picture that sows: where it is bright, growth begins.");
const FEED: In<Control> =
    In::control("feed", 0.037, Unit::None, range(0.01, 0.1), range(0.0, 1.0), "How fast food comes in.");
const KILL: In<Control> =
    In::control("kill", 0.06, Unit::None, range(0.04, 0.07), range(0.0, 1.0), "How fast what grows dies.");
const SCALE: In<Control> = In::control(
    "scale",
    80.0,
    Unit::Px,
    range(30.0, 300.0),
    range(1.0, 20_000.0),
    "Distance from one spot or line to the next.",
);
const SPEED: In<Control> = In::control(
    "speed",
    480.0,
    Unit::Hz,
    range(0.0, 1000.0),
    range(0.0, 20_000.0),
    "Steps of growth in a second.",
);
const SOW: In<Control> = In::control(
    "sow",
    0.5,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-10.0, 10.0),
    "How many seeds the bright parts of the picture sow; below 0 they clear instead.",
);
const GROUND: In<Colour> = In::colour("ground", Colour::BLACK, "Colour where nothing grows.");
const INK: In<Colour> = In::colour("ink", Colour::WHITE, "Colour of what grows.");
const AMOUNT: In<Control> = In::amount("How much of the growth, over the picture.");
const OUT: Out<Frame> = Out::new("image", "What has grown.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "reaction_diffusion",
        category: Category::Look,
        summary: "Grows spots and mazes out of the picture.",
        doc: "Two substances that feed on each other (Gray and Scott) grow from the bright parts of the \
              picture. `feed` and `kill` say into what: 0.037 and 0.06 a maze, 0.03 and 0.062 spots that \
              divide, 0.026 and 0.051 waves without rest, 0.054 and 0.062 worms. What has grown survives a \
              reload.",
        example: "let star = shape(\"star\", #{ size: 200 });\n\
                  screen(reaction_diffusion(star, #{ ground: colour(\"#08202a\"), ink: colour(\"#ffd9a0\") }));\n",
        inputs: &[&IMAGE.0, &FEED.0, &KILL.0, &SCALE.0, &SPEED.0, &SOW.0, &GROUND.0, &INK.0, &AMOUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| Ok(Box::new(ReactionDiffusion::new(ctx)?)),
}];

/// From one spot to the next in a maze, in cells of the computation.
const CELLS_APART: f64 = 12.0;
/// A picture of this many cells a side at most, and at least.
const MOST_SIDE: u32 = 768;
const LEAST_SIDE: u32 = 8;
/// What is behind is not caught up: a slow machine grows more slowly.
const MOST_STEPS: u32 = 48;

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct StepUniforms {
    feed: f32,
    kill: f32,
    sow: f32,
    seed: u32,
    time: u32,
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct FinishUniforms {
    ground: [f32; 4],
    ink: [f32; 4],
    amount: f32,
    padding: [f32; 3],
}

struct ReactionDiffusion {
    seed: u32,
    step: Arc<Effect>,
    finish: Arc<Effect>,
    grown: Option<Texture>,
    /// Parts of a step that are due.
    due: f64,
    /// Steps that have been, for the seeds.
    time: u32,
}

impl ReactionDiffusion {
    fn new(ctx: &BuildCtx<'_>) -> Result<ReactionDiffusion, BuildError> {
        let step = concat!(
            include_str!("../colour.wgsl"),
            include_str!("../random.wgsl"),
            include_str!("reaction_step.wgsl")
        );
        let finish = include_str!("reaction_finish.wgsl");
        Ok(ReactionDiffusion {
            seed: (ctx.seed ^ (ctx.seed >> 32)) as u32,
            step: compile::<StepUniforms>(ctx, "reaction step", 2, step)?,
            finish: compile::<FinishUniforms>(ctx, "reaction_diffusion", 2, finish)?,
            grown: None,
            due: 0.0,
            time: 0,
        })
    }

    /// Grows by this many steps.
    fn grow(
        &mut self,
        gpu: &mut Recorder,
        picture: &Texture,
        size: [u32; 2],
        steps: u32,
        [feed, kill, sow]: [f64; 3],
    ) -> Result<Texture, Fault> {
        let mut grown = match self.grown.take() {
            Some(grown) => gpu.fit(&grown, size, Fit::Stretch)?,
            // Food everywhere.
            None => gpu.solid(Colour([0.0; 4]), size)?,
        };
        let field = gpu.fit(picture, size, Fit::Stretch)?;
        for step in 0..steps {
            self.time = self.time.wrapping_add(1);
            let uniforms = StepUniforms {
                feed: feed as f32,
                kill: kill as f32,
                // Once a frame, so that what is sown does not depend on the speed.
                sow: if step == 0 { sow as f32 } else { 0.0 },
                seed: self.seed,
                time: self.time,
            };
            grown = gpu.draw(&self.step, &[&grown, &field], bytemuck::bytes_of(&uniforms), size)?;
        }
        self.grown = Some(grown.clone());
        Ok(grown)
    }
}

impl Node for ReactionDiffusion {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some(image) = io.frame(&IMAGE).cloned() else {
            io.clear_frame(&OUT);
            return Ok(());
        };
        let due = self.due + io.control(&SPEED) * ctx.tick.delta_secs();
        let steps = (due.floor() as u32).min(MOST_STEPS);
        self.due = due.fract();
        let size = cells(image.size_px(), io.control(&SCALE));
        let numbers = [io.control(&FEED), io.control(&KILL), io.control(&SOW)];
        let amount = io.control(&AMOUNT);
        let gpu = ctx.gpu()?;
        let picture = gpu.texture(&image)?;
        let grown = self.grow(gpu, &picture, size, steps, numbers)?;
        if amount == 0.0 {
            io.set_frame(&OUT, image);
            return Ok(());
        }
        let uniforms = FinishUniforms {
            ground: io.colour(&GROUND).0,
            ink: io.colour(&INK).0,
            amount: amount as f32,
            padding: [0.0; 3],
        };
        let bytes = bytemuck::bytes_of(&uniforms);
        let texture = gpu.draw(&self.finish, &[&picture, &grown], bytes, image.size_px())?;
        io.set_frame(&OUT, Frame::from_texture(texture));
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        (self.grown, self.time) = (old.grown.take(), old.time);
    }
}

/// Cells for a picture in which forms are so far apart, in pixels of a picture of 1080 lines.
fn cells(size_px: [u32; 2], scale_px: f64) -> [u32; 2] {
    let lines = 1080.0 / scale_px * CELLS_APART;
    let across = lines * f64::from(size_px[0]) / f64::from(size_px[1]);
    let shrink = (f64::from(MOST_SIDE) / lines.max(across)).min(1.0);
    [across, lines].map(|side| ((side * shrink).round() as u32).clamp(LEAST_SIDE, MOST_SIDE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_computation_has_a_bounded_size() {
        assert_eq!(cells([640, 360], 60.0), [384, 216]);
        for size_px in [[1, 1], [16_384, 1], [1, 16_384], [1920, 1080]] {
            for scale_px in [1.0, 60.0, 20_000.0] {
                let sides = cells(size_px, scale_px);
                assert!(sides.iter().all(|side| (LEAST_SIDE..=MOST_SIDE).contains(side)), "{sides:?}");
            }
        }
    }
}
