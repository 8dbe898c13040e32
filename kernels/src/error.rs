//! What can be wrong with what a kernel is given.

use thiserror::Error;

/// What can be wrong with what a kernel is given.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KernelError {
    /// This processor lacks the instructions.
    #[error("this processor has no {level}; take one of the available levels")]
    Level {
        /// What they are called.
        level: &'static str,
    },
    /// The kernel's length does not go with its shape.
    #[error(
        "a kernel from {inputs} to {outputs} channels with {side}x{side} taps cannot have {found} values"
    )]
    KernelLength {
        /// Output channels.
        outputs: usize,
        /// Input channels.
        inputs: usize,
        /// The side in pixels.
        side: usize,
        /// Values that were given.
        found: usize,
    },
    /// The bias' length does not go with the channels.
    #[error("a bias of {outputs} channels cannot have {found} values")]
    BiasLength {
        /// Output channels.
        outputs: usize,
        /// Values that were given.
        found: usize,
    },
    /// There is no kernel for this stride.
    #[error("there is no convolution with a stride of {found} pixels; take 1 or 2")]
    Stride {
        /// The stride in pixels.
        found: usize,
    },
    /// There is no kernel for these numbers of channels.
    #[error("there is no such convolution from {inputs} to {outputs} channels")]
    Channels {
        /// Output channels.
        outputs: usize,
        /// Input channels.
        inputs: usize,
    },
    /// A source has other channels than the convolution, no pixels, or parts that do not fit each other.
    #[error(
        "a source of {found:?} (channels, height, width) does not fit: the convolution takes {expected} channels \
         of at least one pixel, with as many scales and an addend of the same shape"
    )]
    Source {
        /// Channels that the convolution takes.
        expected: usize,
        /// Channels, height and width of the source.
        found: [usize; 3],
    },
    /// A convolution that changes the size was to keep its source.
    #[error("only a convolution that keeps the size can keep what it reads")]
    Keep,
}
