//! The mean colours of the cells of a grid, for effects that draw something in each cell.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::gpu::{Effect, Recorder, Texture};
use pastiche_engine::node::{BuildCtx, BuildError, Fault};

use crate::effect::compile;

pub(crate) struct Cells(Arc<Effect>);

/// A grid of cells over a picture; the middle of the picture is the middle of a cell.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub(crate) struct Grid {
    /// Width and height of a cell in pixels.
    pub(crate) side_px: [f32; 2],
    /// Cells before the one in the middle.
    pub(crate) before: [f32; 2],
}

impl Grid {
    /// No side of a cell is under a pixel.
    pub(crate) fn new(picture_px: [u32; 2], side_px: [f64; 2]) -> Grid {
        let side_px = side_px.map(|side| side.max(1.0) as f32);
        let before = |axis: usize| (picture_px[axis] as f32 / 2.0 / side_px[axis] - 0.5).ceil().max(0.0);
        Grid { side_px, before: [before(0), before(1)] }
    }

    fn size(&self) -> [u32; 2] {
        self.before.map(|before| 2 * before as u32 + 1)
    }
}

impl Cells {
    pub(crate) fn new(ctx: &BuildCtx<'_>) -> Result<Cells, BuildError> {
        compile::<Grid>(ctx, "cells", 1, include_str!("wgsl/cells.wgsl")).map(Cells)
    }

    /// A picture with one pixel for each cell.
    pub(crate) fn draw(&self, gpu: &mut Recorder, picture: &Texture, grid: Grid) -> Result<Texture, Fault> {
        gpu.draw(&self.0, &[picture], bytemuck::bytes_of(&grid), grid.size())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_cover_the_picture_and_the_middle_is_in_the_middle_of_one() {
        for side in [0.1, 1.0, 2.0, 3.7, 16.0, 63.0, 64.0, 1000.0] {
            let grid = Grid::new([64, 35], [side, side]);
            for (axis, picture) in [(0, 64.0), (1, 35.0)] {
                let covered = grid.size()[axis] as f32 * grid.side_px[axis];
                assert!(covered >= picture - 1e-3, "{side}: {grid:?}");
                assert!(covered < picture + 2.0 * grid.side_px[axis], "{side}: {grid:?}");
            }
        }
        assert_eq!(Grid::new([64, 36], [1000.0; 2]).size(), [1, 1]);
    }
}
