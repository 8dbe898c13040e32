//! The transfer network: a picture and a style vector to a painting.

use std::mem::swap;

use pastiche_kernels::{
    Affine, Convolution, Crew, FromPicture, KernelError, Level, Map, Moments, Scale, Source, ToPicture,
    Workspace,
};

use super::error::ArbitraryStyleError;
use super::limits::STYLE_LENGTH;
use super::predictor::refused;
use super::weights::{Dense, File};
use crate::painting::Planes;

/// Added to the variance before the root; the published network's value.
const EPSILON: f32 = 1e-5;
/// Channels at full size, at half and at a quarter.
const CHANNELS: [usize; 3] = [8, 16, 32];
/// Residual blocks, of two layers each.
const RESIDUALS: usize = 5;
/// The normalised layers: those of the blocks, two that double, and the last.
const FIRST_DOUBLING: usize = 2 * RESIDUALS;
const SECOND_DOUBLING: usize = FIRST_DOUBLING + 1;
const LAST: usize = FIRST_DOUBLING + 2;

pub(super) struct Transfer {
    first: FromPicture,
    halving: [Convolution; 2],
    /// The biases of the first three layers.
    biases: [Affine; 3],
    residual: Vec<Convolution>,
    doubling: [Convolution; 2],
    last: ToPicture,
    /// From a style vector to the scale and the shift of each normalised layer.
    styles: Vec<[Dense; 2]>,
}

/// What a painting needs and the next one uses again.
#[derive(Default)]
pub(super) struct Memory {
    /// Full size, half size, two of quarter size, and the sums of the residual blocks.
    maps: [Map; 6],
    affines: [Affine; 3],
    moments: Vec<Moments>,
    gain: Vec<f32>,
    shift: Vec<f32>,
    workspace: Workspace,
}

impl Transfer {
    pub(super) fn new(file: &File<'_>, level: Level) -> Result<Self, ArbitraryStyleError> {
        let [full, half, quarter] = CHANNELS;
        let first = file.layer("transfer.contract.0", [full, 3, 9, 9])?;
        let second = file.layer("transfer.contract.1", [half, full, 3, 3])?;
        let third = file.layer("transfer.contract.2", [quarter, half, 3, 3])?;
        let biases = [&first, &second, &third].map(|layer| {
            let mut affine = Affine::new();
            affine.assign(&vec![1.0; layer.bias.len()], &layer.bias);
            affine
        });
        let convolution = |scale, channels: [usize; 2], kernel: &[f32]| {
            Convolution::new(level, scale, channels, kernel).map_err(refused)
        };
        let mut styles = Vec::new();
        let mut normalised = |name: &str, shape: [usize; 4]| {
            let style = |part: &str| file.dense(&format!("{name}.{part}"), [shape[0], STYLE_LENGTH]);
            styles.push([style("gamma")?, style("beta")?]);
            Ok::<_, ArbitraryStyleError>(file.without_bias(name, shape)?.kernel)
        };
        let mut residual = Vec::new();
        for layer in 0..FIRST_DOUBLING {
            let name = format!("transfer.residual.{}.{}", layer / 2, layer % 2);
            let kernel = normalised(&name, [quarter, quarter, 3, 3])?;
            residual.push(convolution(Scale::Keep, [quarter; 2], &kernel)?);
        }
        let doubling = [
            convolution(
                Scale::Double,
                [half, quarter],
                &normalised("transfer.expand.0", [half, quarter, 3, 3])?,
            )?,
            convolution(Scale::Double, [full, half], &normalised("transfer.expand.1", [full, half, 3, 3])?)?,
        ];
        let last = normalised("transfer.expand.2", [3, full, 9, 9])?;
        Ok(Self {
            first: FromPicture::new(level, full, &first.kernel).map_err(refused)?,
            halving: [
                convolution(Scale::Half, [half, full], &second.kernel)?,
                convolution(Scale::Half, [quarter, half], &third.kernel)?,
            ],
            biases,
            residual,
            doubling,
            last: ToPicture::new(level, full, &last).map_err(refused)?,
            styles,
        })
    }

    /// Paints a picture whose sides are multiples of four.
    pub(super) fn run(
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
            let [gamma, beta] = &self.styles[layer];
            gamma.run(style, gain);
            beta.run(style, shift);
            affine.normalise(moments, EPSILON, gain, shift);
        };

        let size = [picture.height(), picture.width()];
        self.first.run(picture.values(), size, full, moments, workspace, crew)?;
        self.halving[0].run(&relu(full, &self.biases[0]), None, half, moments, workspace, crew)?;
        self.halving[1].run(&relu(half, &self.biases[1]), None, outer, moments, workspace, crew)?;

        for layer in (0..FIRST_DOUBLING).step_by(2) {
            // The first block begins with what came before it, each other one with the sum so far.
            let source = match layer {
                0 => relu(outer, &self.biases[2]),
                _ => Source { map: outer, affine: Some(affine), relu: false, plus: Some(before) },
            };
            self.residual[layer].run(&source, Some(after), inner, moments, workspace, crew)?;
            swap(before, after);
            normalise(layer, affine, moments);
            self.residual[layer + 1].run(&relu(inner, affine), None, outer, moments, workspace, crew)?;
            normalise(layer + 1, affine, moments);
        }

        let source = Source { map: outer, affine: Some(affine), relu: false, plus: Some(before) };
        self.doubling[0].run(&source, None, half, moments, workspace, crew)?;
        normalise(FIRST_DOUBLING, halved, moments);
        self.doubling[1].run(&relu(half, halved), None, full, moments, workspace, crew)?;
        normalise(SECOND_DOUBLING, doubled, moments);
        let mut painted = vec![0.0; picture.values().len()];
        self.last.run(&relu(full, doubled), &mut painted, moments, workspace, crew)?;
        normalise(LAST, affine, moments);
        self.last.finish(&mut painted, affine, crew);
        Ok(painted)
    }
}

/// A map as most layers read it: with its bias or its style, and clipped below zero.
fn relu<'a>(map: &'a Map, affine: &'a Affine) -> Source<'a> {
    Source { map, affine: Some(affine), relu: true, plus: None }
}
