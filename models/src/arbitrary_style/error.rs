//! What can go wrong with arbitrary style transfer, in words for the person who plays it.

use thiserror::Error;

use super::limits::{LEAST_SIDE, MOST_PIXELS, STYLE_LENGTH};

/// Why the networks of arbitrary style transfer could not be loaded or run. No case panics, and none leaves
/// them unusable.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ArbitraryStyleError {
    /// The bytes are no safetensors file, or a damaged one.
    #[error(
        "cannot read the weights of arbitrary style transfer: {reason}; the file is damaged or is no safetensors file, so convert or fetch it again"
    )]
    WeightsUnreadable {
        /// What the reader stumbled over.
        reason: String,
    },
    /// The file is sound, but a tensor in it is missing or not what the networks need.
    #[error(
        "the weights do not fit arbitrary style transfer: tensor `{tensor}` should be {expected}, found {found}; use a file that the conversion script of this version made"
    )]
    WeightsUnfit {
        /// The tensor's name in the file.
        tensor: String,
        /// What the network needs.
        expected: String,
        /// What the file has.
        found: String,
    },
    /// A picture to paint has a side shorter than the network can see, or a style picture has no pixels.
    #[error(
        "the picture is {width}x{height} pixels, and at least {least} a side are needed; give a larger picture"
    )]
    PictureTooSmall {
        /// The picture's width in pixels.
        width: usize,
        /// The picture's height in pixels.
        height: usize,
        /// The least side: [`LEAST_SIDE`] to paint, one for a style.
        least: usize,
    },
    /// A picture has more pixels than the networks may take memory for.
    #[error(
        "the picture is {width}x{height} pixels, and arbitrary style transfer takes at most {MOST_PIXELS} in all; scale the picture down"
    )]
    PictureTooLarge {
        /// The picture's width in pixels.
        width: usize,
        /// The picture's height in pixels.
        height: usize,
    },
    /// A picture's buffer is shorter or longer than its size says.
    #[error(
        "a picture of {width}x{height} needs a buffer of {expected} values, found {found}; check its size and number of channels"
    )]
    BufferLength {
        /// The picture's width in pixels.
        width: usize,
        /// The picture's height in pixels.
        height: usize,
        /// The length that the size asks for.
        expected: usize,
        /// The length of the buffer.
        found: usize,
    },
    /// A style vector has the wrong length.
    #[error("a style vector of arbitrary style transfer has {STYLE_LENGTH} numbers, found {found}")]
    StyleLength {
        /// The number of numbers that were given.
        found: usize,
    },
    /// A style vector holds a NaN or an infinity.
    #[error("number {index} of the style vector is {value}; any finite number will do")]
    StyleNotFinite {
        /// Which number, counted from 0.
        index: usize,
        /// The number.
        value: f32,
    },
    /// The kernels refused a correct picture and style.
    #[error("arbitrary style transfer failed on a {width}x{height} picture: {reason}")]
    RunFailed {
        /// The picture's width in pixels.
        width: usize,
        /// The picture's height in pixels.
        height: usize,
        /// What they said.
        reason: String,
    },
}

pub(super) fn check_size(width: usize, height: usize, least: usize) -> Result<(), ArbitraryStyleError> {
    if width < least || height < least {
        return Err(ArbitraryStyleError::PictureTooSmall { width, height, least });
    }
    if width.saturating_mul(height) > MOST_PIXELS {
        return Err(ArbitraryStyleError::PictureTooLarge { width, height });
    }
    Ok(())
}

/// Checks the size of a picture to paint.
pub(super) fn check_paintable(width: usize, height: usize) -> Result<(), ArbitraryStyleError> {
    check_size(width, height, LEAST_SIDE)
}

pub(super) fn check_length(width: usize, height: usize, found: usize) -> Result<(), ArbitraryStyleError> {
    let expected = width * height * 4;
    if found == expected {
        Ok(())
    } else {
        Err(ArbitraryStyleError::BufferLength { width, height, expected, found })
    }
}

pub(super) fn check_style(style: &[f32]) -> Result<(), ArbitraryStyleError> {
    if style.len() != STYLE_LENGTH {
        return Err(ArbitraryStyleError::StyleLength { found: style.len() });
    }
    match style.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(index) => Err(ArbitraryStyleError::StyleNotFinite { index, value: style[index] }),
    }
}
