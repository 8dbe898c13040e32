//! Painting photographs in the style of any picture.
//!
//! Two networks of Ghiasi, Lee, Kudlur, Dumoulin and Shlens, "Exploring the structure of a real-time,
//! arbitrary neural artistic stylization network" (2017, arXiv:1705.06830), in the small form that the Magenta
//! project published. The **predictor** looks at any picture and gives its **style vector** of
//! [`STYLE_LENGTH`] numbers. The **transfer network** paints a photograph with a style vector: it says what
//! scale and shift follow each normalisation.
//!
//! Style vectors are points of a space: [`blend`] goes from one to another and beyond. Less of a style is a
//! blend from the photograph's own style, which the predictor gives as well, and more is a blend beyond:
//!
//! ```
//! use pastiche_models::Threads;
//! use pastiche_models::arbitrary_style::{ArbitraryStyle, blend};
//!
//! let networks = ArbitraryStyle::embedded(Threads::shared())?;
//! let [photo, painting] = [vec![128; 64 * 48 * 4], vec![200; 40 * 40 * 4]];
//! let own = networks.predict_srgb8(&photo, [64, 48])?;
//! let style = networks.predict_srgb8(&painting, [40, 40])?;
//! let painted = networks.paint_srgb8(&photo, [64, 48], &blend(&own, &style, 0.75))?;
//! assert_eq!(painted.len(), photo.len());
//! # Ok::<(), pastiche_models::arbitrary_style::ArbitraryStyleError>(())
//! ```
//!
//! Any finite vector is painted. Vectors far from any picture's give strange paintings, and numbers too large
//! for 32-bit floats to carry give NaN, which is black in 8 bits.
//!
//! **Values.** Both networks take sRGB-encoded RGB from 0 to 1; a painting is the same, the output of a sigmoid.
//! The transfer network works on sides that are multiples of four. Any size from [`LEAST_SIDE`] pixels is
//! taken, with up to three mirrored rows and columns added at the bottom and the right, and cropped off again.
//! The predictor sees [`STYLE_SIDE`] pixels a side: the middle square of a picture, scaled in linear light.

mod error;
mod limits;
mod predictor;
mod resize;
mod transfer;
mod weights;

use pastiche_kernels::Level;

pub use error::ArbitraryStyleError;
pub use limits::{LEAST_SIDE, MOST_PIXELS, STYLE_LENGTH, STYLE_SIDE};

use crate::idle::Idle;
use crate::painting::Planes;
use crate::threads::{Pool, Threads};
use error::{check_length, check_paintable, check_size, check_style};
use predictor::Predictor;
use transfer::Transfer;
use weights::File;

/// The published networks; their card lies beside them.
pub const EMBEDDED_WEIGHTS: &[u8] = include_bytes!("../../weights/arbitrary_style.safetensors");

/// The transfer network halves the picture twice.
const SIDE_STEP: usize = 4;

/// The predictor and the transfer network, ready to run. Share them between threads in an `Arc`.
///
/// The same picture and style give the same bits whatever the number of threads. Memory is kept for the next
/// run, at the largest size so far.
pub struct ArbitraryStyle {
    predictor: Predictor,
    transfer: Transfer,
    threads: Threads,
    predicting: Idle<predictor::Memory>,
    painting: Idle<transfer::Memory>,
}

impl ArbitraryStyle {
    /// The published networks that lie in the program.
    pub fn embedded(threads: &Threads) -> Result<Self, ArbitraryStyleError> {
        Self::from_bytes(EMBEDDED_WEIGHTS, threads)
    }

    /// Networks of the same build with weights from elsewhere: the bytes of a safetensors file with tensors of
    /// the same names, types and shapes.
    pub fn from_bytes(bytes: &[u8], threads: &Threads) -> Result<Self, ArbitraryStyleError> {
        Self::at_level(bytes, threads, Level::fastest())
    }

    /// As [`ArbitraryStyle::from_bytes`], with the instructions of a level that this processor has.
    pub fn at_level(bytes: &[u8], threads: &Threads, level: Level) -> Result<Self, ArbitraryStyleError> {
        let file = File::new(bytes)?;
        crate::loading::count_load();
        Ok(Self {
            predictor: Predictor::new(&file, level)?,
            transfer: Transfer::new(&file, level)?,
            threads: threads.clone(),
            predicting: Idle::default(),
            painting: Idle::default(),
        })
    }

    /// The style vector of a picture of any size: 8-bit sRGB pixels, four channels, straight alpha, rows from
    /// the top, `[width, height]` pixels. Its middle square is looked at. What is transparent counts as the mean
    /// colour of the rest.
    pub fn predict_srgb8(
        &self,
        pixels: &[u8],
        [width, height]: [u32; 2],
    ) -> Result<Vec<f32>, ArbitraryStyleError> {
        let (width, height) = (width as usize, height as usize);
        check_size(width, height, 1)?;
        check_length(width, height, pixels.len())?;
        self.threads.run(|| {
            let planes = resize::style_planes(pixels, [width, height])
                .ok_or_else(|| failed(width, height, "it cannot be scaled"))?;
            let style = self.predicting.with(|memory| self.predictor.run(memory, &planes, &Pool));
            style.map_err(|error| failed(width, height, error))
        })
    }

    /// Paints a picture given as floats from 0 to 1; the result has its size.
    pub fn paint_planes(&self, picture: &Planes, style: &[f32]) -> Result<Planes, ArbitraryStyleError> {
        check_paintable(picture.width(), picture.height())?;
        check_style(style)?;
        let painted = self.paint(&picture.padded_to_multiple(SIDE_STEP), style)?;
        Ok(painted.cropped(picture.width(), picture.height()))
    }

    /// Paints a picture of 8-bit sRGB pixels, four channels, rows from the top, `[width, height]` pixels; the
    /// result has its size and its alpha. Colour that is hidden by alpha is painted like any other, so straight
    /// alpha is expected, not premultiplied. The style vector has [`STYLE_LENGTH`] numbers.
    pub fn paint_srgb8(
        &self,
        pixels: &[u8],
        [width, height]: [u32; 2],
        style: &[f32],
    ) -> Result<Vec<u8>, ArbitraryStyleError> {
        let (width, height) = (width as usize, height as usize);
        check_paintable(width, height)?;
        check_length(width, height, pixels.len())?;
        check_style(style)?;
        let picture =
            Planes::from_srgb8(pixels, width, height).map_err(|error| failed(width, height, error))?;
        let picture = picture.into_padded(SIDE_STEP);
        Ok(self.paint(&picture, style)?.to_srgb8(width, height, pixels))
    }

    fn paint(&self, picture: &Planes, style: &[f32]) -> Result<Planes, ArbitraryStyleError> {
        let (width, height) = (picture.width(), picture.height());
        let painted = self
            .threads
            .run(|| self.painting.with(|memory| self.transfer.run(memory, picture, style, &Pool)));
        let values = painted.map_err(|error| failed(width, height, error))?;
        Planes::new(width, height, values).map_err(|error| failed(width, height, error))
    }
}

/// A style vector between two, or beyond: `from` at an amount of 0, `to` at 1. The shorter length counts.
pub fn blend(from: &[f32], to: &[f32], amount: f32) -> Vec<f32> {
    from.iter().zip(to).map(|(from, to)| from * (1.0 - amount) + to * amount).collect()
}

fn failed(width: usize, height: usize, error: impl std::fmt::Display) -> ArbitraryStyleError {
    ArbitraryStyleError::RunFailed { width, height, reason: error.to_string() }
}
