//! The network run by rten: slower than the kernels of our own, and what they are held against.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ::rten::{Model, ModelOptions, NodeId, RunOptions};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, NdTensorView};

use super::graph::{self, PICTURE_INPUT, PICTURE_OUTPUT, STYLE_INPUT};
use super::picture::Planes;
use super::weights::Weights;
use super::{LAYER_COUNT, PaintingError, PaintingNetwork};
use crate::threads::Threads;

/// The published network on the CPU.
///
/// The same picture and style give the same bits whatever the number of threads.
pub struct RtenPainting {
    model: Model,
    picture_input: NodeId,
    style_input: NodeId,
    picture_output: NodeId,
    styles: usize,
    threads: Threads,
}

impl RtenPainting {
    /// Reads the weights out of an ONNX file and prepares to run on `threads`.
    pub fn from_onnx(bytes: &[u8], threads: &Threads) -> Result<Self, PaintingError> {
        let weights = Weights::from_onnx(bytes)?;
        let unloadable = |reason: String| PaintingError::WeightsUnreadable { reason };
        let file = graph::build(&weights).write_buf().map_err(|e| unloadable(e.to_string()))?;
        let model = ModelOptions::with_all_ops()
            .prepack_weights(true)
            .load(file)
            .map_err(|error| unloadable(error.to_string()))?;
        let node = |name| model.node_id(name).map_err(|error| unloadable(error.to_string()));
        Ok(Self {
            picture_input: node(PICTURE_INPUT)?,
            style_input: node(STYLE_INPUT)?,
            picture_output: node(PICTURE_OUTPUT)?,
            styles: weights.styles,
            threads: threads.clone(),
            model,
        })
    }

    fn run(&self, picture: &Planes, style: &[f32]) -> Result<Vec<f32>, String> {
        let size = [1, 3, picture.height(), picture.width()];
        let image = NdTensorView::try_from_data(size, picture.values()).map_err(text)?;
        let rows = style.repeat(if style.len() == self.styles { LAYER_COUNT } else { 1 });
        let weights = NdTensorView::try_from_data([LAYER_COUNT, self.styles], &rows[..]).map_err(text)?;
        let mut options = RunOptions::default();
        options.thread_pool = Some(self.threads.pool());
        let inputs = vec![(self.picture_input, image.into()), (self.style_input, weights.into())];
        let outputs = self.model.run(inputs, &[self.picture_output], Some(options)).map_err(text)?;
        let output = outputs.into_iter().next().ok_or("the network has no output")?;
        let output: NdTensor<f32, 4> = output.try_into().map_err(text)?;
        if output.shape() == size {
            Ok(output.into_data())
        } else {
            Err(format!("the output's shape is {:?} instead of {size:?}", output.shape()))
        }
    }
}

impl PaintingNetwork for RtenPainting {
    fn style_count(&self) -> usize {
        self.styles
    }

    fn layer_count(&self) -> usize {
        LAYER_COUNT
    }

    fn run(&self, picture: &Planes, style: &[f32]) -> Result<Planes, PaintingError> {
        let (width, height) = (picture.width(), picture.height());
        // The executor belongs to another project; a panic in it must not end the show.
        catch_unwind(AssertUnwindSafe(|| self.run(picture, style)))
            .unwrap_or_else(|_| Err("the executor panicked".to_owned()))
            .map_err(|reason| PaintingError::RunFailed { width, height, reason })
            .and_then(|values| Planes::new(width, height, values))
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
