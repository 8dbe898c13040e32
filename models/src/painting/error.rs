//! What can go wrong with the painting network, in words for the person who plays it.

use thiserror::Error;

use super::{LEAST_SIDE, MOST_PIXELS};

/// Why the painting network could not be loaded or run. No case panics, and none leaves the network
/// unusable: after an error the same network paints the next, correct picture.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum PaintingError {
    /// The bytes are no ONNX file, or a damaged one.
    #[error(
        "cannot read the weights of the painting network: {reason}; the file is damaged or is no ONNX file, so fetch it again"
    )]
    WeightsUnreadable {
        /// What the reader stumbled over.
        reason: String,
    },
    /// The bytes are an ONNX file, but a tensor in it is missing or not what the network needs.
    #[error(
        "the weights do not fit the painting network: tensor `{tensor}` should be {expected}, found {found}; use the file that the network was published with, or one trained for the same layers"
    )]
    WeightsUnfit {
        /// The tensor's name in the file.
        tensor: String,
        /// What the network needs.
        expected: String,
        /// What the file has.
        found: String,
    },
    /// A picture has a side shorter than the network can see.
    #[error(
        "the picture is {width}x{height} pixels, and the painting network needs at least {LEAST_SIDE} a side; give it a larger picture"
    )]
    PictureTooSmall {
        /// The picture's width in pixels.
        width: usize,
        /// The picture's height in pixels.
        height: usize,
    },
    /// A picture has more pixels than the network may take memory for.
    #[error(
        "the picture is {width}x{height} pixels, and the painting network takes at most {MOST_PIXELS} in all; scale the picture down"
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
    #[error(
        "the painting network has {styles} styles and {layers} layers, so a style vector needs {styles} weights, or {styles} for each layer, found {found}"
    )]
    StyleLength {
        /// The number of styles.
        styles: usize,
        /// The number of layers that may have a style each.
        layers: usize,
        /// The number of weights that were given.
        found: usize,
    },
    /// A style vector holds a NaN or an infinity.
    #[error(
        "weight {index} of the style vector is {value}; weights may be negative or above one, but must be finite"
    )]
    StyleNotFinite {
        /// Which weight, counted from 0.
        index: usize,
        /// The weight.
        value: f32,
    },
    /// The executor failed on a correct picture and style.
    #[error(
        "the painting network failed on a {width}x{height} picture: {reason}; a smaller picture needs less memory"
    )]
    RunFailed {
        /// The picture's width in pixels.
        width: usize,
        /// The picture's height in pixels.
        height: usize,
        /// What the executor said.
        reason: String,
    },
}
