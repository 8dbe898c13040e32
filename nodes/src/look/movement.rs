//! A picture moved, turned and scaled: what the looks that do so share.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::Effect;
use pastiche_engine::node::{BuildCtx, BuildError, Fault, FrameCtx};

use crate::effect::{compile, pass};

/// What is seen beside the picture, with the numbers of `movement.wgsl`.
#[derive(Clone, Copy)]
pub(crate) enum Edge {
    None = 0,
    Tile = 1,
    Mirror = 2,
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    from_x: [f32; 2],
    from_y: [f32; 2],
    anchor: [f32; 2],
    shift: [f32; 2],
    grow: f32,
    taps: i32,
    edge: u32,
}

/// Draws moved pictures.
pub(crate) struct Mover {
    edge: Edge,
    effect: Arc<Effect>,
}

impl Mover {
    pub(crate) fn new(ctx: &BuildCtx<'_>, edge: Edge) -> Result<Mover, BuildError> {
        let effect = compile::<Uniforms>(ctx, "movement", 1, include_str!("movement.wgsl"))?;
        Ok(Mover { edge, effect })
    }

    /// The picture in its own size, moved around a point in it: shares of its sides, from the top left.
    pub(crate) fn draw(
        &self,
        ctx: &mut FrameCtx<'_>,
        image: &Frame,
        movement: &Movement,
        anchor: [f32; 2],
    ) -> Result<Frame, Fault> {
        let uniforms = Uniforms {
            from_x: movement.from_x,
            from_y: movement.from_y,
            anchor,
            shift: movement.shift_px,
            grow: movement.grow,
            taps: movement.taps,
            edge: self.edge as u32,
        };
        pass(ctx, &self.effect, image, &uniforms)
    }
}

/// The way from a place in the result to the place in the picture that is seen there.
#[derive(Debug)]
pub(crate) struct Movement {
    from_x: [f32; 2],
    from_y: [f32; 2],
    /// To the right and down.
    shift_px: [f32; 2],
    grow: f32,
    /// Samples a pixel on each axis.
    taps: i32,
}

const LEAST_SCALE: f64 = 1e-4;
const MOST_TAPS: f64 = 8.0;

impl Movement {
    /// `translate_px` is to the right and up. Rows go down in the picture, so turning
    /// counter-clockwise turns clockwise in pixels.
    pub(crate) fn new(translate_px: [f64; 2], rotate_degrees: f64, scale: f64) -> Movement {
        let grow = scale.abs().max(LEAST_SCALE);
        let shrink = 1.0 / grow.copysign(scale);
        let (sine, cosine) = rotate_degrees.rem_euclid(360.0).to_radians().sin_cos();
        Movement {
            from_x: [(cosine * shrink) as f32, (-sine * shrink) as f32],
            from_y: [(sine * shrink) as f32, (cosine * shrink) as f32],
            shift_px: [translate_px[0] as f32, -translate_px[1] as f32],
            grow: grow as f32,
            // A hundredth under its own size it still needs one sample: more would blur it all of a sudden.
            taps: (1.0 / grow - 0.01).ceil().clamp(1.0, MOST_TAPS) as i32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_turn_brings_the_right_to_the_top() {
        let quarter = Movement::new([0.0; 2], 90.0, 2.0);
        // The place at the top (y is down) shows what was on the right, half as far away.
        let top = [0.0, -2.0];
        let from = [quarter.from_x, quarter.from_y].map(|row| row[0] * top[0] + row[1] * top[1]);
        assert!((from[0] - 1.0).abs() < 1e-6 && from[1].abs() < 1e-6, "{from:?}");
    }

    #[test]
    fn a_small_picture_is_sampled_often_and_none_vanishes_into_infinity() {
        assert_eq!(Movement::new([0.0; 2], 0.0, 1.0).taps, 1);
        assert_eq!(Movement::new([0.0; 2], 0.0, 0.999).taps, 1);
        assert_eq!(Movement::new([0.0; 2], 0.0, 0.3).taps, 4);
        let none = Movement::new([0.0; 2], 0.0, 0.0);
        assert!(none.from_x[0].is_finite() && none.taps == 8, "{none:?}");
    }
}
