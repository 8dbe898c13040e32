//! The half of a patch that runs on the audio thread: 48 kHz, stereo, 32-bit float, in blocks of at
//! most [`MAX_BLOCK`] samples, cut where a frame starts.

use std::any::Any;

/// Most samples in a block.
pub const MAX_BLOCK: usize = 64;

/// One block of sound: left and right, 1.0 is full scale. Unclamped inside.
pub type Block = [[f32; MAX_BLOCK]; 2];

/// The audio half of a node.
pub trait AudioNode: Any + Send {
    /// At most [`MAX_BLOCK`] samples. No allocation, lock, input or output, panic.
    fn block(&mut self, ctx: &BlockCtx, io: &mut AudioIo<'_>);

    /// An option changed: take over what still fits from the audio half that this one replaces, by
    /// swapping. Runs on the audio thread: no allocation, and nothing is freed.
    fn adopt(&mut self, _old: &mut dyn Any) {}
}

/// What is known about a block.
#[derive(Clone, Copy, Debug)]
pub struct BlockCtx {
    /// Transport time of its first sample.
    pub start_sample: u64,
    /// Samples in it, 1 to [`MAX_BLOCK`].
    pub samples: usize,
}

/// What the audio half of a node reads and writes in one block.
pub struct AudioIo<'a> {
    marker: std::marker::PhantomData<&'a ()>,
}
