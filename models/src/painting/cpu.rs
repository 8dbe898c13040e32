//! The network on the processor, run by kernels of our own.
//!
//! Between two convolutions nothing is done by itself: mean and variance are gathered while a
//! convolution writes, and the normalisation, the style's scale and shift, and what is clipped below zero
//! happen while the next one reads.

use std::mem::swap;

use pastiche_kernels::{
    Affine, Convolution, Crew, FromPicture, KernelError, Level, Map, Moments, Scale, Source, ToPicture,
    Workspace,
};

use super::picture::Planes;
use super::weights::{self, LAYERS, LayerWeights, Weights};
use super::{LAYER_COUNT, PaintingError, PaintingNetwork};
use crate::idle::Idle;
use crate::threads::{Pool, Threads};

/// Added to the variance before the root; the published file's value.
const EPSILON: f32 = 1e-5;
/// The first residual layer, the first that doubles, and the last.
const RESIDUAL: usize = 3;
const DOUBLING: usize = 15;
const LAST: usize = 17;

/// The published network on the processor.
///
/// The same picture and style give the same bits whatever the number of threads. Memory for a
/// painting is kept for the next one, at the largest size so far.
pub struct CpuPainting {
    level: Level,
    weights: Weights,
    first: FromPicture,
    /// Layers 1 to 16.
    middle: Vec<Convolution>,
    last: ToPicture,
    threads: Threads,
    idle: Idle<Memory>,
}

impl CpuPainting {
    /// Reads the weights out of an ONNX file and prepares to run on `threads`.
    pub fn from_onnx(bytes: &[u8], threads: &Threads) -> Result<Self, PaintingError> {
        Self::at_level(bytes, threads, Level::fastest())
    }

    /// As [`CpuPainting::from_onnx`], with the instructions of a level that this processor has.
    pub fn at_level(bytes: &[u8], threads: &Threads, level: Level) -> Result<Self, PaintingError> {
        let weights = Weights::from_onnx(bytes)?;
        let unloadable = |reason: String| PaintingError::WeightsUnreadable { reason };
        let refused = |error: KernelError| unloadable(error.to_string());
        let convolution = |(spec, layer): (&weights::LayerSpec, &LayerWeights)| {
            let scale = match spec.scale {
                weights::Scale::Keep => Scale::Keep,
                weights::Scale::Half => Scale::Half,
                weights::Scale::Double => Scale::Double,
            };
            Convolution::new(level, scale, [spec.outputs, spec.inputs], &layer.kernel)
        };
        let layers = LAYERS.iter().zip(&weights.layers);
        crate::loading::count_load();
        let middle = layers.skip(1).take(LAST - 1).map(convolution).collect::<Result<_, _>>();
        Ok(Self {
            level,
            first: FromPicture::new(level, LAYERS[0].outputs, &weights.layers[0].kernel).map_err(refused)?,
            middle: middle.map_err(refused)?,
            last: ToPicture::new(level, LAYERS[LAST].inputs, &weights.layers[LAST].kernel)
                .map_err(refused)?,
            weights,
            threads: threads.clone(),
            idle: Idle::default(),
        })
    }

    /// What the instructions that it uses are called.
    pub fn instructions(&self) -> &'static str {
        self.level.name()
    }

    fn paint(
        &self,
        memory: &mut Memory,
        picture: &Planes,
        style: &[f32],
        crew: &dyn Crew,
    ) -> Result<Vec<f32>, KernelError> {
        let Memory { maps: [full, half, inner, outer, before, after], affines, moments, workspace, .. } =
            memory;
        // A layer reads through the affine of the layer before.
        let [affine, halved, doubled] = affines;
        let (gain, shift) = (&mut memory.gain, &mut memory.shift);
        let mut normalise = |layer: usize, affine: &mut Affine, moments: &[Moments]| {
            let rows = style.len() / self.weights.styles;
            let row = if rows == LAYER_COUNT { layer } else { 0 };
            let style = &style[row * self.weights.styles..][..self.weights.styles];
            let LayerWeights { gamma, beta, .. } = &self.weights.layers[layer];
            mix(gain, style, gamma, LAYERS[layer].outputs);
            mix(shift, style, beta, LAYERS[layer].outputs);
            affine.normalise(moments, EPSILON, gain, shift);
        };

        let size = [picture.height(), picture.width()];
        self.first.run(picture.values(), size, full, moments, workspace, crew)?;
        normalise(0, affine, moments);
        self.middle[0].run(&relu(full, affine), None, half, moments, workspace, crew)?;
        normalise(1, affine, moments);
        self.middle[1].run(&relu(half, affine), None, outer, moments, workspace, crew)?;
        normalise(2, affine, moments);

        for layer in (RESIDUAL..DOUBLING).step_by(2) {
            // The first block begins with what came before it, each other one with the sum so far.
            let source = match layer {
                RESIDUAL => relu(outer, affine),
                _ => Source { map: outer, affine: Some(affine), relu: false, plus: Some(before) },
            };
            self.middle[layer - 1].run(&source, Some(after), inner, moments, workspace, crew)?;
            swap(before, after);
            normalise(layer, affine, moments);
            self.middle[layer].run(&relu(inner, affine), None, outer, moments, workspace, crew)?;
            normalise(layer + 1, affine, moments);
        }

        let source = Source { map: outer, affine: Some(affine), relu: false, plus: Some(before) };
        self.middle[DOUBLING - 1].run(&source, None, half, moments, workspace, crew)?;
        normalise(DOUBLING, halved, moments);
        self.middle[DOUBLING].run(&relu(half, halved), None, full, moments, workspace, crew)?;
        normalise(DOUBLING + 1, doubled, moments);
        let mut painted = vec![0.0; picture.values().len()];
        self.last.run(&relu(full, doubled), &mut painted, moments, workspace, crew)?;
        normalise(LAST, affine, moments);
        self.last.finish(&mut painted, affine, crew);
        Ok(painted)
    }
}

impl PaintingNetwork for CpuPainting {
    fn style_count(&self) -> usize {
        self.weights.styles
    }

    fn layer_count(&self) -> usize {
        LAYER_COUNT
    }

    fn run(&self, picture: &Planes, style: &[f32]) -> Result<Planes, PaintingError> {
        let painted = self.threads.run(|| self.idle.with(|memory| self.paint(memory, picture, style, &Pool)));
        let (width, height) = (picture.width(), picture.height());
        painted
            .map_err(|error| {
                let reason = error.to_string();
                PaintingError::RunFailed { width, height, reason }
            })
            .and_then(|values| Planes::new(width, height, values))
    }
}

/// What a painting needs and the next one uses again.
#[derive(Default)]
struct Memory {
    /// Full size, half size, two of quarter size, and the sums of the residual blocks.
    maps: [Map; 6],
    affines: [Affine; 3],
    moments: Vec<Moments>,
    gain: Vec<f32>,
    shift: Vec<f32>,
    workspace: Workspace,
}

/// Does matrix products from the nearest cache for some milliseconds, on all threads, and gives the number
/// of multiply-adds: no convolution that is done plainly can be faster.
pub fn matrix_products(threads: &Threads) -> u64 {
    threads.run(|| pastiche_kernels::matrix_products(Level::fastest(), &Pool))
}

/// A map as most layers read it: normalised by the layer before's style, and clipped below zero.
fn relu<'a>(map: &'a Map, affine: &'a Affine) -> Source<'a> {
    Source { map, affine: Some(affine), relu: true, plus: None }
}

/// The sums over the styles of a table, `[styles][channels]`, weighted by a style vector.
fn mix(sums: &mut Vec<f32>, style: &[f32], table: &[f32], channels: usize) {
    sums.clear();
    sums.resize(channels, 0.0);
    for (&weight, row) in style.iter().zip(table.chunks_exact(channels)) {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += weight * value;
        }
    }
}
