//! The style predictor: MobileNetV2 (M. Sandler and others, 2018, arXiv:1801.04381) without its last layer,
//! and one from its 1280 means to a style vector.

use std::mem::swap;

use pastiche_kernels::{
    Activation, Crew, Depthwise, KernelError, Level, Map, Pointwise, Workspace, halving_patches,
};

use super::error::ArbitraryStyleError;
use super::limits::{STYLE_LENGTH, STYLE_SIDE};
use super::weights::{Dense, File, Layer};

/// Channels behind the first layer and behind the last one.
const FIRST: usize = 32;
const LAST: usize = 1280;

/// Table 2 of the paper: the widening, the channels, how many blocks, and the stride of the first of them.
const STAGES: [[usize; 4]; 7] = [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
];

pub(super) struct Predictor {
    first: Pointwise,
    blocks: Vec<Block>,
    last: Pointwise,
    style: Dense,
}

/// An inverted residual block.
struct Block {
    expand: Option<Pointwise>,
    depthwise: Depthwise,
    project: Pointwise,
    /// Whether its input is added to its output.
    adds: bool,
}

/// What a prediction needs and the next one uses again.
#[derive(Default)]
pub(super) struct Memory {
    patches: Map,
    wide: Map,
    filtered: Map,
    narrow: Map,
    next: Map,
    workspace: Workspace,
}

impl Predictor {
    pub(super) fn new(file: &File<'_>, level: Level) -> Result<Self, ArbitraryStyleError> {
        let pointwise = |name: &str, [outputs, inputs, side]: [usize; 3], activation| {
            let layer = file.layer(name, [outputs, inputs, side, side])?;
            let channels = [outputs, inputs * side * side];
            Pointwise::new(level, channels, &layer.kernel, &layer.bias, activation).map_err(refused)
        };
        let mut blocks = Vec::new();
        let mut inputs = FIRST;
        for [widening, outputs, count, first_stride] in STAGES {
            for place in 0..count {
                let name = format!("predictor.blocks.{}", blocks.len());
                let wide = inputs * widening;
                let stride = if place == 0 { first_stride } else { 1 };
                let expand = match widening {
                    1 => None,
                    _ => Some(pointwise(&format!("{name}.expand"), [wide, inputs, 1], Activation::Relu6)?),
                };
                let Layer { kernel, bias } = file.layer(&format!("{name}.depthwise"), [wide, 1, 3, 3])?;
                let depthwise = Depthwise::new(level, wide, stride, &kernel, &bias, Activation::Relu6);
                blocks.push(Block {
                    expand,
                    depthwise: depthwise.map_err(refused)?,
                    project: pointwise(&format!("{name}.project"), [outputs, wide, 1], Activation::Linear)?,
                    adds: stride == 1 && inputs == outputs,
                });
                inputs = outputs;
            }
        }
        Ok(Self {
            first: pointwise("predictor.stem", [FIRST, 3, 3], Activation::Relu6)?,
            blocks,
            last: pointwise("predictor.head", [LAST, inputs, 1], Activation::Relu6)?,
            style: file.dense("predictor.style", [STYLE_LENGTH, LAST])?,
        })
    }

    /// The style vector of a picture of [`STYLE_SIDE`] pixels a side, three planes of sRGB from 0 to 1.
    pub(super) fn run(
        &self,
        memory: &mut Memory,
        planes: &[f32],
        crew: &dyn Crew,
    ) -> Result<Vec<f32>, KernelError> {
        let Memory { patches, wide, filtered, narrow, next, workspace } = memory;
        halving_patches(planes, [STYLE_SIDE; 2], patches, crew)?;
        self.first.run(patches, None, wide, workspace, crew)?;
        for block in &self.blocks {
            if let Some(expand) = &block.expand {
                expand.run(narrow, None, wide, workspace, crew)?;
            }
            block.depthwise.run(wide, filtered, crew)?;
            block.project.run(filtered, block.adds.then_some(&*narrow), next, workspace, crew)?;
            swap(narrow, next);
        }
        self.last.run(narrow, None, wide, workspace, crew)?;
        let mut style = Vec::new();
        self.style.run(&wide.means(), &mut style);
        Ok(style)
    }
}

pub(super) fn refused(error: KernelError) -> ArbitraryStyleError {
    ArbitraryStyleError::WeightsUnreadable { reason: error.to_string() }
}
