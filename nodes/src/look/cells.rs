//! The mean colours of the cells of a grid, for effects that draw something in each cell.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::gpu::{Effect, Recorder, Texture};
use pastiche_engine::node::{BuildCtx, BuildError, Fault};

use crate::effect::compile;

pub(crate) struct Cells(Arc<Effect>);

/// A grid of cells over a picture. One of them is in the middle of the picture, on whole pixels.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub(crate) struct Grid {
    /// Width and height of a cell in pixels.
    pub(crate) side_px: [f32; 2],
    /// Where the first cell starts, at most at 0.
    pub(crate) start_px: [f32; 2],
}

impl Grid {
    /// No side of a cell is under a pixel.
    pub(crate) fn new(picture_px: [u32; 2], side_px: [f64; 2]) -> Grid {
        let side_px = side_px.map(|side| side.max(1.0) as f32);
        let start = |axis: usize| {
            let side = side_px[axis];
            let middle = ((picture_px[axis] as f32 - side) / 2.0).round();
            middle - (middle / side).ceil().max(0.0) * side
        };
        Grid { side_px, start_px: [start(0), start(1)] }
    }

    /// Cells across and down that cover the picture.
    fn size(&self, picture_px: [u32; 2]) -> [u32; 2] {
        let cells = |axis: usize| (picture_px[axis] as f32 - self.start_px[axis]) / self.side_px[axis];
        [cells(0), cells(1)].map(|cells| cells.ceil().max(1.0) as u32)
    }
}

impl Cells {
    pub(crate) fn new(ctx: &BuildCtx<'_>) -> Result<Cells, BuildError> {
        compile::<Grid>(ctx, "cells", 1, include_str!("cells.wgsl")).map(Cells)
    }

    /// A picture with one pixel for each cell.
    pub(crate) fn draw(&self, gpu: &mut Recorder, picture: &Texture, grid: Grid) -> Result<Texture, Fault> {
        gpu.draw(&self.0, &[picture], bytemuck::bytes_of(&grid), grid.size(picture.size_px()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_cover_the_picture_and_one_is_in_the_middle() {
        for side in [0.1, 1.0, 2.0, 3.7, 16.0, 63.0, 64.0, 1000.0] {
            let grid = Grid::new([64, 35], [side, side]);
            let size = grid.size([64, 35]);
            for (axis, picture) in [(0, 64.0), (1, 35.0)] {
                let [start, side] = [grid.start_px[axis], grid.side_px[axis]];
                assert!(start <= 0.0 && start + size[axis] as f32 * side >= picture - 1e-3, "{grid:?}");
                let middle = (picture / 2.0 - start) / side;
                assert!((middle.fract() - 0.5).abs() * side <= 0.5 + 1e-3, "{grid:?}");
            }
        }
        assert_eq!(Grid::new([64, 36], [1000.0; 2]).size([64, 36]), [1, 1]);
        assert_eq!(Grid::new([64, 36], [0.0; 2]).size([64, 36]), [64, 36]);
    }
}
