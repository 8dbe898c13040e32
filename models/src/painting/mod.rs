//! Painting photographs in published styles, any mix of them.
//!
//! The network is the style network with conditional instance normalisation of Dumoulin, Shlens
//! and Kudlur, "A Learned Representation for Artistic Style" (2017, arXiv:1610.07629). All styles
//! share the convolutions; a style is nothing but a scale and a shift for each channel after each
//! normalisation. A **style vector** holds one weight for each published style: the network runs
//! with the weighted sums of the styles' scales and shifts. Weights are used as they are given and
//! never normalised: one weight of 1 is that style, 0.5 and 0.5 lie half-way, a weight below 0 or
//! above 1 exaggerates, all zeros give flat grey. Weights too large for 32-bit floats to carry
//! (far beyond a million) give NaN, which is black in 8 bits.
//!
//! Each of the [`LAYER_COUNT`] layers has scales and shifts of its own, so a style vector may also hold
//! a row of weights for each layer, first to last: three layers that make the picture small, twelve
//! that form what is in it, and three that make it large again.
//!
//! **Values.** The network takes sRGB-encoded RGB from 0 to 1 and gives the same, the output of a
//! sigmoid. It works on sides that are multiples of four; [`Painting`] takes any size from
//! [`LEAST_SIDE`] pixels, adds up to three mirrored rows and columns at the bottom and the right,
//! and crops them off again. The published package mirrors too, so pictures agree with it at every
//! size. Repeating the edge would do as well: against cropping a painting of the whole photograph,
//! the outer eight pixels differ by 0.016 on average when mirrored and by 0.011 when repeated.

mod cpu;
mod error;
mod graph;
mod limits;
mod network;
mod onnx_file;
mod picture;
mod rten;
mod styles;
mod weights;

pub use cpu::{CpuPainting, matrix_products};
pub use error::PaintingError;
pub use limits::{LEAST_SIDE, MOST_PIXELS};
pub use network::{LAYER_COUNT, PaintingNetwork};
pub use picture::Planes;
pub use rten::RtenPainting;
pub use styles::{STYLES, StyleInfo};

use crate::threads::Threads;

/// The published network of 26 styles; its card lies beside it.
pub const EMBEDDED_WEIGHTS: &[u8] = include_bytes!("../../weights/multistyle26.onnx");

/// The multiply-adds of a painting of a size, done plainly, normalisations left out.
pub fn multiply_adds([width, height]: [usize; 2]) -> u64 {
    let mut pixels = (width * height) as u64;
    let layer = |layer: &weights::LayerSpec| {
        match layer.scale {
            weights::Scale::Keep => {}
            weights::Scale::Half => pixels /= 4,
            weights::Scale::Double => pixels *= 4,
        }
        pixels * (layer.kernel * layer.kernel * layer.inputs * layer.outputs) as u64
    };
    weights::LAYERS.iter().map(layer).sum()
}

/// The network halves the picture twice.
const SIDE_STEP: usize = 4;

/// A painting network ready to run, checked at the door. Share it between threads in an `Arc`.
pub struct Painting {
    network: Box<dyn PaintingNetwork>,
    named: &'static [StyleInfo],
}

impl Painting {
    /// The published network that lies in the program, run on the CPU. Takes a few
    /// milliseconds.
    pub fn embedded(threads: &Threads) -> Result<Self, PaintingError> {
        Ok(Self { named: &STYLES, ..Self::from_bytes(EMBEDDED_WEIGHTS, threads)? })
    }

    /// A network of the same build with weights from elsewhere: the bytes of an ONNX file with
    /// tensors of the same names and shapes, from 1 to 256 styles.
    pub fn from_bytes(bytes: &[u8], threads: &Threads) -> Result<Self, PaintingError> {
        Ok(Self::with_network(Box::new(CpuPainting::from_onnx(bytes, threads)?)))
    }

    /// A network run by something else; its styles have numbers, but no names.
    pub fn with_network(network: Box<dyn PaintingNetwork>) -> Self {
        Self { network, named: &[] }
    }

    /// The number of styles, which is the length of a style vector.
    pub fn style_count(&self) -> usize {
        self.network.style_count()
    }

    /// The number of layers that may have a style each: a style vector may hold a row for each.
    pub fn layer_count(&self) -> usize {
        self.network.layer_count()
    }

    /// The styles that have names: all of the published network's, none of others.
    pub fn named_styles(&self) -> &'static [StyleInfo] {
        self.named
    }

    /// Paints a picture given as floats from 0 to 1; the result has its size.
    pub fn paint_planes(&self, picture: &Planes, style: &[f32]) -> Result<Planes, PaintingError> {
        check_size(picture.width(), picture.height())?;
        self.check_style(style)?;
        let painted = self.network.run(&picture.padded_to_multiple(SIDE_STEP), style)?;
        Ok(painted.cropped(picture.width(), picture.height()))
    }

    /// Paints a picture of 8-bit sRGB pixels, four channels, rows from the top, `[width, height]`
    /// pixels; the result has its size and its alpha. Colour that is hidden by alpha is painted
    /// like any other, so straight alpha is expected, not premultiplied.
    pub fn paint_srgb8(
        &self,
        pixels: &[u8],
        [width, height]: [u32; 2],
        style: &[f32],
    ) -> Result<Vec<u8>, PaintingError> {
        let (width, height) = (width as usize, height as usize);
        check_size(width, height)?;
        self.check_style(style)?;
        let picture = Planes::from_srgb8(pixels, width, height)?.into_padded(SIDE_STEP);
        Ok(self.network.run(&picture, style)?.to_srgb8(width, height, pixels))
    }

    /// A style sheet: one picture painted in each style by itself, in their order, each with a
    /// label of the style's number and name. Pictures are as in [`Painting::paint_srgb8`].
    pub fn style_sheet(
        &self,
        pixels: &[u8],
        size: [u32; 2],
    ) -> Result<Vec<(String, Vec<u8>)>, PaintingError> {
        let paint = |number: usize| {
            let label = match self.named.get(number) {
                Some(style) => format!("{number} {}", style.name),
                None => number.to_string(),
            };
            Ok((label, self.paint_srgb8(pixels, size, &self.single_style(number))?))
        };
        (0..self.style_count()).map(paint).collect()
    }

    /// The style vector of one style, all zeros if there is none by that number.
    pub fn single_style(&self, number: usize) -> Vec<f32> {
        (0..self.style_count()).map(|style| f32::from(style == number)).collect()
    }

    fn check_style(&self, style: &[f32]) -> Result<(), PaintingError> {
        let (row, rows) = (self.style_count(), self.layer_count());
        if style.len() != row && style.len() != row * rows {
            return Err(PaintingError::StyleLength { styles: row, layers: rows, found: style.len() });
        }
        match style.iter().position(|weight| !weight.is_finite()) {
            None => Ok(()),
            Some(index) => Err(PaintingError::StyleNotFinite { index, value: style[index] }),
        }
    }
}

fn check_size(width: usize, height: usize) -> Result<(), PaintingError> {
    if width < LEAST_SIDE || height < LEAST_SIDE {
        return Err(PaintingError::PictureTooSmall { width, height });
    }
    if width.saturating_mul(height) > MOST_PIXELS {
        return Err(PaintingError::PictureTooLarge { width, height });
    }
    Ok(())
}
