//! A picture that remembers itself.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::{Effect, Fit, Texture};
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::effect::{AtAmount, compile};

const IMAGE: In<Frame> = In::required("image", "Picture that leaves trails.");
const TRAIL: In<Control> = In::control(
    "trail",
    1.5,
    Unit::Secs,
    range(0.0, 4.0),
    range(0.0, 600.0),
    "Time in which a trail fades to a half.",
);
const ZOOM: In<Control> = In::control(
    "zoom",
    1.3,
    Unit::None,
    range(0.25, 4.0),
    range(0.001, 1000.0),
    "How much larger trails get in a second: 2 doubles them, 1 keeps them.",
);
const ROTATE: In<Control> = In::control(
    "rotate",
    12.0,
    Unit::Degrees,
    range(-180.0, 180.0),
    range(-36_000.0, 36_000.0),
    "How far trails turn in a second.",
);
const SHIFT_X: In<Control> = In::control(
    "shift_x",
    0.0,
    Unit::Px,
    range(-500.0, 500.0),
    range(-20_000.0, 20_000.0),
    "How far trails move to the right in a second.",
);
const SHIFT_Y: In<Control> = In::control(
    "shift_y",
    0.0,
    Unit::Px,
    range(-500.0, 500.0),
    range(-20_000.0, 20_000.0),
    "How far trails move up in a second.",
);
const AMOUNT: In<Control> = In::amount("How much of the trails.");
const OUT: Out<Frame> = Out::new("image", "The picture with its trails.");

/// With the numbers of `feedback.wgsl`.
const MODE: Opt<Choice<u32>> = Opt::choice(
    "mode",
    &[("lighten", 0), ("mix", 1), ("add", 2), ("under", 3)],
    "How picture and trails meet: the lighter of both, a slow mix, their sum, or the trails under a \
     picture with holes.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "feedback",
        category: Category::Look,
        summary: "Leaves trails of what was seen before.",
        doc: "Keeps its last picture, moves, turns and zooms it a little, lets it fade, and brings the new \
              picture together with it. All movements are by the second, whatever the frame rate. Trails \
              survive a reload.",
        example: "screen(feedback(test_card(), #{ trail: 1.5, zoom: 1.3, rotate: 20 }));\n",
        inputs: &[&IMAGE.0, &TRAIL.0, &ZOOM.0, &ROTATE.0, &SHIFT_X.0, &SHIFT_Y.0, &AMOUNT.0],
        options: &[MODE.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let effect = compile::<Uniforms>(ctx, "feedback", 2, include_str!("feedback.wgsl"))?;
        let at_amount = AtAmount::new(ctx)?;
        Ok(Box::new(Feedback { mode: options.get(&MODE), effect, at_amount, kept: None }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
struct Uniforms {
    from_x: [f32; 2],
    from_y: [f32; 2],
    shift: [f32; 2],
    keep: f32,
    mode: u32,
}

struct Feedback {
    mode: u32,
    effect: Arc<Effect>,
    at_amount: AtAmount,
    /// The picture with its trails of the frame before, at full amount.
    kept: Option<Texture>,
}

impl Node for Feedback {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some(image) = io.frame(&IMAGE).cloned() else {
            io.clear_frame(&OUT);
            return Ok(());
        };
        let movement = Movement {
            secs: ctx.tick.delta_secs(),
            trail_secs: io.control(&TRAIL),
            zoom: io.control(&ZOOM),
            rotate_degrees: io.control(&ROTATE),
            shift_px: [io.control(&SHIFT_X), io.control(&SHIFT_Y)].map(|shift| shift * ctx.pixel_scale()),
        };
        let uniforms = movement.uniforms(self.mode);
        let gpu = ctx.gpu()?;
        let picture = gpu.texture(&image)?;
        let full = match &self.kept {
            Some(kept) => {
                let kept = gpu.fit(kept, image.size_px(), Fit::Stretch)?;
                gpu.draw(&self.effect, &[&picture, &kept], bytemuck::bytes_of(&uniforms), image.size_px())?
            }
            None => picture,
        };
        self.kept = Some(full.clone());
        let result = self.at_amount.draw(gpu, &image, full, io.control(&AMOUNT))?;
        io.set_frame(&OUT, result);
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        self.kept = old.kept.take();
    }
}

struct Movement {
    secs: f64,
    trail_secs: f64,
    zoom: f64,
    rotate_degrees: f64,
    /// To the right and up.
    shift_px: [f64; 2],
}

impl Movement {
    /// Rows go down in the picture, so turning counter-clockwise turns clockwise in pixels; `from`
    /// is the way back.
    fn uniforms(&self, mode: u32) -> Uniforms {
        let keep = if self.trail_secs > 0.0 { 0.5f64.powf(self.secs / self.trail_secs) } else { 0.0 };
        let shrink = self.zoom.powf(-self.secs).clamp(1e-6, 1e6);
        let (sine, cosine) = (self.rotate_degrees * self.secs).to_radians().sin_cos();
        let [right, up] = self.shift_px.map(|shift| shift * self.secs);
        Uniforms {
            from_x: [(cosine * shrink) as f32, (-sine * shrink) as f32],
            from_y: [(sine * shrink) as f32, (cosine * shrink) as f32],
            shift: [right as f32, -up as f32],
            keep: keep as f32,
            mode,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STILL: Movement =
        Movement { secs: 0.5, trail_secs: 0.5, zoom: 1.0, rotate_degrees: 0.0, shift_px: [0.0; 2] };

    #[test]
    fn half_of_a_trail_is_left_after_its_time() {
        assert_eq!(STILL.uniforms(0).keep, 0.5);
        assert_eq!(Movement { trail_secs: 0.0, ..STILL }.uniforms(0).keep, 0.0);
    }

    #[test]
    fn a_quarter_turn_brings_the_right_to_the_top() {
        let quarter = Movement { secs: 1.0, rotate_degrees: 90.0, ..STILL }.uniforms(0);
        // The place at the top (y is down) shows what was on the right.
        let top = [0.0, -1.0];
        let from = [quarter.from_x, quarter.from_y].map(|row| row[0] * top[0] + row[1] * top[1]);
        assert!((from[0] - 1.0).abs() < 1e-6 && from[1].abs() < 1e-6, "{from:?}");
    }

    #[test]
    fn two_half_frames_move_like_a_whole_one() {
        let whole = Movement { secs: 1.0, zoom: 4.0, ..STILL }.uniforms(0);
        let half = Movement { secs: 0.5, zoom: 4.0, ..STILL }.uniforms(0);
        assert_eq!(half.from_x[0] * half.from_x[0], whole.from_x[0]);
        assert_eq!(half.keep * half.keep, whole.keep);
    }
}
