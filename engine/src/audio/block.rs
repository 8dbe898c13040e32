//! A block of sound, and what is known about it.

/// Most samples in a block.
pub const MAX_BLOCK: usize = 64;

/// The loudest sample that a node may write: 120 dB over full scale. What is louder, or not a
/// number, is a fault and becomes silence before any other node reads it.
pub const LOUDEST: f32 = 1e6;

/// One block of sound: left and right, 1.0 is full scale. Unclamped inside.
pub type Block = [[f32; MAX_BLOCK]; 2];

/// What is known about a block.
#[derive(Clone, Copy, Debug)]
pub struct BlockCtx {
    /// Transport time of its first sample.
    pub start_sample: u64,
    /// Samples in it, 1 to [`MAX_BLOCK`].
    pub samples: usize,
}
