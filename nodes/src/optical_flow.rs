//! Where everything in a picture has moved to since the one before.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::gpu::{Effect, Fit, Recorder, Texture};
use pastiche_engine::node::{BuildCtx, BuildError, Fault};
use pastiche_engine::port::Colour;

use crate::effect::compile;

/// Movement is looked for in a picture of this many lines: finer detail is mostly noise.
const MOST_LINES: u32 = 144;
/// The coarsest picture has at least this many pixels a side.
const LEAST_SIDE: u32 = 12;
/// How often each level is gone through: a step finds movements of about a pixel.
const STEPS: usize = 2;

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

/// The passes that find movement.
pub(crate) struct OpticalFlow {
    light: Arc<Effect>,
    slope: Arc<Effect>,
    solve: Arc<Effect>,
    smooth: Arc<Effect>,
}

impl OpticalFlow {
    pub(crate) fn new(ctx: &BuildCtx<'_>) -> Result<OpticalFlow, BuildError> {
        let light = concat!(include_str!("colour.wgsl"), include_str!("flow_light.wgsl"));
        let (solve, smooth) = (include_str!("flow_solve.wgsl"), include_str!("flow_smooth.wgsl"));
        Ok(OpticalFlow {
            light: compile::<()>(ctx, "flow light", 1, light)?,
            slope: compile::<()>(ctx, "flow slope", 1, include_str!("flow_slope.wgsl"))?,
            solve: compile::<SolveUniforms>(ctx, "flow solve", 3, solve)?,
            smooth: compile::<SmoothUniforms>(ctx, "flow smooth", 2, smooth)?,
        })
    }

    /// Brightness of a picture and its slopes, the finest level first.
    pub(crate) fn levels(&self, gpu: &mut Recorder, picture: &Texture) -> Result<Vec<Texture>, Fault> {
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

    /// Pyramidal Lucas-Kanade, from coarse to fine, between the levels of two pictures of one size: how far what
    /// is seen at a pixel of `now` has moved, to the right and down, in pixels of the finest level.
    pub(crate) fn solve(
        &self,
        gpu: &mut Recorder,
        before: &[Texture],
        now: &[Texture],
    ) -> Result<Texture, Fault> {
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

    /// Movement times `gain`, without stray points, and with a share `keep` of what was known.
    pub(crate) fn smooth(
        &self,
        gpu: &mut Recorder,
        found: &Texture,
        known: Option<&Texture>,
        gain: f32,
        keep: f32,
    ) -> Result<Texture, Fault> {
        let uniforms = SmoothUniforms { gain, keep: if known.is_some() { keep } else { 0.0 } };
        let inputs = [found, known.unwrap_or(found)];
        gpu.draw(&self.smooth, &inputs, bytemuck::bytes_of(&uniforms), found.size_px())
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
