//! Reading the layers out of a safetensors file, whose card says what is in it.

use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::error::ArbitraryStyleError;

/// The layers of a file, each read by its name and checked against its shape.
pub(super) struct File<'a>(SafeTensors<'a>);

/// A convolution's weights and bias.
pub(super) struct Layer {
    /// `[outputs][inputs][side][side]`.
    pub kernel: Vec<f32>,
    /// `[outputs]`, empty where a normalisation follows.
    pub bias: Vec<f32>,
}

/// A layer without pixels: a matrix and a bias.
pub(super) struct Dense {
    /// `[inputs][outputs]`.
    table: Vec<f32>,
    bias: Vec<f32>,
}

impl<'a> File<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Result<Self, ArbitraryStyleError> {
        SafeTensors::deserialize(bytes)
            .map(Self)
            .map_err(|error| ArbitraryStyleError::WeightsUnreadable { reason: error.to_string() })
    }

    /// A convolution of `[outputs, inputs, side, side]` with a bias.
    pub(super) fn layer(&self, name: &str, shape: [usize; 4]) -> Result<Layer, ArbitraryStyleError> {
        let bias = self.floats(&format!("{name}.bias"), shape[0])?;
        Ok(Layer { bias, ..self.without_bias(name, shape)? })
    }

    /// A convolution that a normalisation follows.
    pub(super) fn without_bias(&self, name: &str, shape: [usize; 4]) -> Result<Layer, ArbitraryStyleError> {
        let weight = format!("{name}.weight");
        let tensor = self.tensor(&weight, Dtype::I8, &shape)?;
        let scale = self.floats(&format!("{name}.scale"), shape[0])?;
        let row = shape[1] * shape[2] * shape[3];
        let rows = tensor.data().chunks_exact(row).zip(&scale);
        let kernel = rows.flat_map(|(row, scale)| row.iter().map(move |&byte| f32::from(byte as i8) * scale));
        Ok(Layer { kernel: kernel.collect(), bias: Vec::new() })
    }

    /// A matrix with a bias.
    pub(super) fn dense(
        &self,
        name: &str,
        [outputs, inputs]: [usize; 2],
    ) -> Result<Dense, ArbitraryStyleError> {
        let Layer { kernel, bias } = self.layer(name, [outputs, inputs, 1, 1])?;
        let at = |input: usize| (0..outputs).map(move |output| output * inputs + input);
        Ok(Dense { table: (0..inputs).flat_map(at).map(|place| kernel[place]).collect(), bias })
    }

    fn floats(&self, name: &str, length: usize) -> Result<Vec<f32>, ArbitraryStyleError> {
        let tensor = self.tensor(name, Dtype::F32, &[length])?;
        let (chunks, _) = tensor.data().as_chunks::<4>();
        let values: Vec<f32> = chunks.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
        match values.iter().position(|value| !value.is_finite()) {
            None => Ok(values),
            Some(place) => Err(unfit(name, "finite".to_owned(), format!("{} at {place}", values[place]))),
        }
    }

    fn tensor(
        &self,
        name: &str,
        kind: Dtype,
        shape: &[usize],
    ) -> Result<TensorView<'_>, ArbitraryStyleError> {
        let expected = || format!("{kind:?} of shape {shape:?}");
        let tensor =
            self.0.tensor(name).map_err(|_| unfit(name, expected(), "nothing by that name".to_owned()))?;
        if tensor.dtype() != kind || tensor.shape() != shape {
            return Err(unfit(
                name,
                expected(),
                format!("{:?} of shape {:?}", tensor.dtype(), tensor.shape()),
            ));
        }
        Ok(tensor)
    }
}

impl Dense {
    /// The matrix times a vector, and the bias.
    pub(super) fn run(&self, vector: &[f32], output: &mut Vec<f32>) {
        output.clear();
        output.extend_from_slice(&self.bias);
        for (&value, row) in vector.iter().zip(self.table.chunks_exact(self.bias.len())) {
            for (sum, weight) in output.iter_mut().zip(row) {
                *sum += value * weight;
            }
        }
    }
}

fn unfit(tensor: &str, expected: String, found: String) -> ArbitraryStyleError {
    ArbitraryStyleError::WeightsUnfit { tensor: tensor.to_owned(), expected, found }
}
