//! Audio halves of nodes that give notes.

use super::{AudioIo, AudioNode, BlockCtx};
use crate::notes::{NoteTool, Stretch};

/// The audio half of a node whose notes are written by its frame half.
pub(crate) struct Written;

impl AudioNode for Written {
    fn block(&mut self, _ctx: &BlockCtx, _io: &mut AudioIo<'_>) {}
}

/// The audio half of a node that makes notes of notes.
pub(crate) struct ToolHalf<T>(pub(crate) T);

impl<T: NoteTool> AudioNode for ToolHalf<T> {
    fn block(&mut self, ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        let end_sample = ctx.start_sample + ctx.samples as u64;
        let stretch = Stretch { start_sample: ctx.start_sample, end_sample, frame: io.frame_time() };
        self.0.play(&stretch, io);
    }

    fn makes_notes(&self) -> bool {
        true
    }

    fn adopt(&mut self, old: &mut Self) {
        self.0.adopt(&mut old.0);
    }
}
