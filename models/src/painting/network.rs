//! What runs the painting network, seen from outside.

use super::error::PaintingError;
use super::picture::Planes;
use super::weights;

/// The layers of the published network that a style works on.
pub const LAYER_COUNT: usize = weights::LAYERS.len();

/// Something that runs the painting network.
///
/// It may rely on what [`Painting`](super::Painting) has checked: sides that are multiples of four and at least
/// [`LEAST_SIDE`](super::LEAST_SIDE), at most [`MOST_PIXELS`](super::MOST_PIXELS) and a few more, and finite weights, as many as it takes.
pub trait PaintingNetwork: Send + Sync {
    /// The number of styles, which is the length of a style vector.
    fn style_count(&self) -> usize;

    /// The number of layers that may have a style each: a style vector may hold a row for each. A
    /// network of one takes a single row alone.
    fn layer_count(&self) -> usize {
        1
    }

    /// Paints a picture; the result has its size. The style has one row of weights, or one for each
    /// layer.
    fn run(&self, picture: &Planes, style: &[f32]) -> Result<Planes, PaintingError>;
}
