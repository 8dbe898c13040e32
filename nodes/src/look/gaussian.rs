//! A Gaussian blur of any radius, for every effect that needs one.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::gpu::{Effect, Recorder, Texture};
use pastiche_engine::node::{BuildCtx, BuildError, Fault};

use crate::effect::compile;

/// Up to this standard deviation the blur runs on the pixels themselves; above, on mean values of
/// squares of them, so that the cost does not grow with the radius.
const MOST_SIGMA_PX: f64 = 6.0;

pub(crate) struct Gaussian {
    reduce: Arc<Effect>,
    line: Arc<Effect>,
    finish: Arc<Effect>,
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct ReduceUniforms {
    factor: i32,
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct LineUniforms {
    step: [i32; 2],
    sigma: f32,
    padding: f32,
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct FinishUniforms {
    factor: f32,
    margin: f32,
    amount: f32,
}

impl Gaussian {
    pub(crate) fn new(ctx: &BuildCtx<'_>) -> Result<Gaussian, BuildError> {
        Ok(Gaussian {
            reduce: compile::<ReduceUniforms>(
                ctx,
                "gaussian reduce",
                1,
                include_str!("gaussian_reduce.wgsl"),
            )?,
            line: compile::<LineUniforms>(ctx, "gaussian line", 1, include_str!("gaussian_line.wgsl"))?,
            finish: compile::<FinishUniforms>(
                ctx,
                "gaussian finish",
                2,
                include_str!("gaussian_finish.wgsl"),
            )?,
        })
    }

    /// The picture itself at amount 0, blurred at 1, sharper than it was below 0.
    pub(crate) fn draw(
        &self,
        gpu: &mut Recorder,
        picture: &Texture,
        sigma_px: f64,
        amount: f64,
    ) -> Result<Texture, Fault> {
        let (factor, sigma) = cells(sigma_px);
        let mut blurred = picture.clone();
        if factor > 1 {
            let size_px = picture.size_px().map(|side| side.div_ceil(factor) + 2);
            let uniforms = ReduceUniforms { factor: factor as i32 };
            blurred = gpu.draw(&self.reduce, &[picture], bytemuck::bytes_of(&uniforms), size_px)?;
        }
        for step in [[1, 0], [0, 1]] {
            let uniforms = LineUniforms { step, sigma: sigma as f32, padding: 0.0 };
            let size_px = blurred.size_px();
            blurred = gpu.draw(&self.line, &[&blurred], bytemuck::bytes_of(&uniforms), size_px)?;
        }
        let margin = if factor > 1 { 1.0 } else { 0.0 };
        let uniforms = FinishUniforms { factor: factor as f32, margin, amount: amount as f32 };
        gpu.draw(&self.finish, &[picture, &blurred], bytemuck::bytes_of(&uniforms), picture.size_px())
    }
}

/// Pixels of a side of a cell, and the standard deviation that is left to do, in cells.
///
/// Taking the mean of `f` pixels spreads by a variance of (f² - 1) / 12, drawing the cells back with
/// straight lines between them by f² / 6; variances add up.
fn cells(sigma_px: f64) -> (u32, f64) {
    let mut factor = 1;
    while sigma_px / f64::from(factor) > MOST_SIGMA_PX {
        factor *= 2;
    }
    if factor == 1 {
        return (1, sigma_px);
    }
    let side = f64::from(factor);
    let left = sigma_px * sigma_px - (side * side - 1.0) / 12.0 - side * side / 6.0;
    (factor, left.sqrt() / side)
}

#[cfg(test)]
mod tests {
    use super::cells;

    #[test]
    fn large_radii_run_on_cells() {
        assert_eq!(cells(6.0), (1, 6.0));
        for sigma_px in [6.1, 8.1, 20.0, 100.0, 500.0] {
            let (factor, sigma) = cells(sigma_px);
            assert!((2.9..=6.0).contains(&sigma), "{sigma_px}: {sigma} cells of {factor}");
        }
    }
}
