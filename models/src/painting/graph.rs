//! The network as the executor is given it: the published computation, written with the operators
//! that rten runs fastest. Against running the published file as it stands:
//!
//! - normalisation is one operator instead of nine;
//! - reflection padding is made of slices and concatenations, which copy whole rows;
//! - halving layers are not padded at all, but their first row and column done twice
//!   ([`Builder::halving`]);
//! - "repeat each pixel twice, pad, convolve 3x3" becomes a 3x3 convolution of the small picture
//!   to four times the channels, one set for each of the four pixel positions, and a shuffle
//!   ([`phase_kernel`]);
//! - the last 9x9 convolution, which has three output channels only, becomes a 1x9 convolution to
//!   9x3 channels and a sum of nine shifted slices ([`row_kernel`]).
//!
//! These are identities; only the order of additions differs. A test runs the published file
//! unchanged beside this graph.

use std::cell::RefCell;

use rten_onnx::onnx::{
    AttributeProto, AttributeType, DataType, GraphProto, ModelProto, NodeProto, OperatorSetIdProto,
    TensorProto, ValueInfoProto,
};

use super::weights::{LAYERS, LayerSpec, LayerWeights, Scale, Weights};

/// The graph's picture input, `[1, 3, height, width]`.
pub(super) const PICTURE_INPUT: &str = "image";
/// The graph's style input, `[layers, styles]`.
pub(super) const STYLE_INPUT: &str = "style_weights";
/// The graph's output, `[1, 3, height, width]`.
pub(super) const PICTURE_OUTPUT: &str = "stylized";

/// The ONNX operator set that the graph is written in.
const OPERATOR_SET: i64 = 17;
/// The version of the ONNX file format that goes with it.
const FILE_VERSION: i64 = 8;
/// Added to the variance before the root; the published file's value.
const EPSILON: f32 = 1e-5;
/// "To the end" for a slice.
const END: i64 = i32::MAX as i64;

/// The axes of an `NCHW` tensor that are sliced and joined.
const CHANNELS: i64 = 1;
const ROWS: i64 = 2;
const COLUMNS: i64 = 3;

/// Writes the network as an ONNX file for the executor.
pub(super) fn build(weights: &Weights) -> ModelProto {
    let mut builder = Builder::default();
    let layers: Vec<_> = LAYERS.iter().zip(&weights.layers).collect();
    let (down, rest) = layers.split_at(3);
    let (residual, up) = rest.split_at(12);

    let mut picture = PICTURE_INPUT.to_owned();
    for (spec, layer) in down {
        picture = builder.layer(&picture, spec, layer, weights.styles);
        picture = builder.node("Relu", &[&picture], []);
    }
    for block in residual.chunks(2) {
        let inner = builder.layer(&picture, block[0].0, block[0].1, weights.styles);
        let inner = builder.node("Relu", &[&inner], []);
        let inner = builder.layer(&inner, block[1].0, block[1].1, weights.styles);
        picture = builder.node("Add", &[&picture, &inner], []);
    }
    for (place, (spec, layer)) in up.iter().enumerate() {
        picture = builder.layer(&picture, spec, layer, weights.styles);
        if place + 1 < up.len() {
            picture = builder.node("Relu", &[&picture], []);
        }
    }
    builder.push("Sigmoid", &[&picture], [], PICTURE_OUTPUT.to_owned());

    let named = |name: &str| ValueInfoProto { name: Some(name.to_owned()), ..Default::default() };
    builder.graph.input = vec![named(PICTURE_INPUT), named(STYLE_INPUT)];
    builder.graph.output = vec![named(PICTURE_OUTPUT)];
    ModelProto {
        ir_version: Some(FILE_VERSION),
        graph: Some(builder.graph),
        opset_import: vec![OperatorSetIdProto { domain: None, version: Some(OPERATOR_SET) }],
        ..Default::default()
    }
}

/// The kernel of the four phases of a doubling layer, `[outputs * 4, inputs, 3, 3]`.
///
/// Output pixel `2y + a` sees rows `2y + a - 1 ..= 2y + a + 1` of the doubled picture, which are
/// rows `y + (a + k - 1).div_euclid(2)` of the small one. Reflecting the doubled picture by one
/// pixel repeats the edge of the small one.
pub(super) fn phase_kernel(kernel: &[f32], outputs: usize, inputs: usize) -> Vec<f32> {
    let mut phases = vec![0.0; outputs * 4 * inputs * 9];
    // Where tap `k` of phase `a` falls in the small picture's kernel.
    let tap = |phase: usize, k: usize| (phase + k).div_ceil(2);
    for output in 0..outputs {
        for (row_phase, column_phase) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let channel = output * 4 + row_phase * 2 + column_phase;
            for input in 0..inputs {
                for (row, column) in (0..9).map(|place| (place / 3, place % 3)) {
                    let to = tap(row_phase, row) * 3 + tap(column_phase, column);
                    phases[(channel * inputs + input) * 9 + to] +=
                        kernel[(output * inputs + input) * 9 + row * 3 + column];
                }
            }
        }
    }
    phases
}

/// The rows of a square kernel as kernels of their own, `[side * outputs, inputs, 1, side]`.
pub(super) fn row_kernel(kernel: &[f32], outputs: usize, inputs: usize, side: usize) -> Vec<f32> {
    let mut rows = Vec::with_capacity(kernel.len());
    for row in 0..side {
        for output in 0..outputs {
            for input in 0..inputs {
                let from = ((output * inputs + input) * side + row) * side;
                rows.extend_from_slice(&kernel[from..from + side]);
            }
        }
    }
    rows
}

/// What lies beyond the edge of a picture.
#[derive(Clone, Copy)]
enum Beyond {
    /// The picture mirrored at its outermost pixels, which are not repeated.
    Mirror,
    /// The outermost pixel.
    Edge,
}

#[derive(Default)]
struct Builder {
    graph: GraphProto,
    names: usize,
    /// Layers added so far, which is the next one's row of the style input.
    layers: usize,
}

impl Builder {
    /// Adds a convolution and its conditional instance normalisation (equation 5 of the paper,
    /// with the style's scale and shift being sums over the styles, weighted by the layer's row of the
    /// style vector).
    fn layer(&mut self, input: &str, spec: &LayerSpec, layer: &LayerWeights, styles: usize) -> String {
        let convolved = match spec.scale {
            Scale::Double => self.doubling(input, spec, layer),
            Scale::Keep if spec.outputs < spec.inputs => self.by_rows(input, spec, layer),
            Scale::Half => self.halving(input, spec, layer),
            Scale::Keep => {
                let padded = self.pad(input, spec.kernel as i64 / 2, Beyond::Mirror);
                let shape = [spec.outputs, spec.inputs, spec.kernel, spec.kernel];
                self.convolution(&padded, &layer.kernel, shape, 1, 0)
            }
        };
        let row = self.slice(STYLE_INPUT, 0, (self.layers as i64, self.layers as i64 + 1, 1));
        self.layers += 1;
        let [gamma, beta] = [&layer.gamma, &layer.beta].map(|values| {
            let table = self.floats(values, &[styles, spec.outputs]);
            let sum = self.node("MatMul", &[&row, &table], []);
            let flat = self.integers(&[-1]);
            self.node("Reshape", &[&sum, &flat], [])
        });
        self.node("InstanceNormalization", &[&convolved, &gamma, &beta], [float("epsilon", EPSILON)])
    }

    fn doubling(&mut self, input: &str, spec: &LayerSpec, layer: &LayerWeights) -> String {
        let padded = self.pad(input, 1, Beyond::Edge);
        let kernel = phase_kernel(&layer.kernel, spec.outputs, spec.inputs);
        let phases = self.convolution(&padded, &kernel, [spec.outputs * 4, spec.inputs, 3, 3], 1, 0);
        self.node("DepthToSpace", &[&phases], [integer("blocksize", 2), text("mode", "CRD")])
    }

    fn by_rows(&mut self, input: &str, spec: &LayerSpec, layer: &LayerWeights) -> String {
        let side = spec.kernel;
        let padded = self.pad(input, side as i64 / 2, Beyond::Mirror);
        let kernel = row_kernel(&layer.kernel, spec.outputs, spec.inputs, side);
        let rows = self.convolution(&padded, &kernel, [side * spec.outputs, spec.inputs, 1, side], 1, 0);
        let axes = self.integers(&[CHANNELS, ROWS]);
        let mut sum: Option<String> = None;
        for row in 0..side {
            let channel = row * spec.outputs;
            // Row `row` of the kernel meets rows `row ..` of the padded picture, `side - 1` fewer.
            let below = (side - 1 - row) as i64;
            let starts = self.integers(&[channel as i64, row as i64]);
            let ends = [(channel + spec.outputs) as i64, if below == 0 { END } else { -below }];
            let ends = self.integers(&ends);
            let slice = self.node("Slice", &[&rows, &starts, &ends, &axes], []);
            sum = Some(match sum {
                None => slice,
                Some(sum) => self.node("Add", &[&sum, &slice], []),
            });
        }
        sum.unwrap_or(rows)
    }

    /// The whole picture padded with zeros, which costs no copy, and its first row and column done
    /// again with mirrored pixels. With even sides a stride of two never reaches beyond the other edges.
    fn halving(&mut self, input: &str, spec: &LayerSpec, layer: &LayerWeights) -> String {
        let shape = [spec.outputs, spec.inputs, 3, 3];
        let mut whole = self.convolution(input, &layer.kernel, shape, 2, 1);
        for axis in [COLUMNS, ROWS] {
            let strip = self.slice(input, axis, (0, 2, 1));
            let strip = self.pad(&strip, 1, Beyond::Mirror);
            let first = self.convolution(&strip, &layer.kernel, shape, 2, 0);
            let others = self.slice(&whole, axis, (1, END, 1));
            whole = self.node("Concat", &[&first, &others], [integer("axis", axis)]);
        }
        whole
    }

    /// A convolution with `zeros` rows above and columns to the left of the picture.
    fn convolution(
        &mut self,
        input: &str,
        kernel: &[f32],
        shape: [usize; 4],
        stride: i64,
        zeros: i64,
    ) -> String {
        let kernel = self.floats(kernel, &shape);
        let sides = integers("kernel_shape", &[shape[2] as i64, shape[3] as i64]);
        let strides = integers("strides", &[stride, stride]);
        let pads = integers("pads", &[zeros, zeros, 0, 0]);
        self.node("Conv", &[input, &kernel], [sides, strides, pads])
    }

    fn pad(&mut self, input: &str, by: i64, beyond: Beyond) -> String {
        let mut picture = input.to_owned();
        for axis in [ROWS, COLUMNS] {
            let (before, after) = match beyond {
                Beyond::Mirror => ((by, 0, -1), (-2, -2 - by, -1)),
                Beyond::Edge => ((0, 1, 1), (-1, END, 1)),
            };
            let before = self.slice(&picture, axis, before);
            let after = self.slice(&picture, axis, after);
            let parts = [before.as_str(), &picture, &after];
            picture = self.node("Concat", &parts, [integer("axis", axis)]);
        }
        picture
    }

    fn slice(&mut self, input: &str, axis: i64, (start, end, step): (i64, i64, i64)) -> String {
        let [start, end, axis, step] = [start, end, axis, step].map(|value| self.integers(&[value]));
        self.node("Slice", &[input, &start, &end, &axis, &step], [])
    }

    fn node<const N: usize>(
        &mut self,
        operator: &str,
        inputs: &[&str],
        attributes: [AttributeProto; N],
    ) -> String {
        let output = self.name();
        self.push(operator, inputs, attributes, output.clone());
        output
    }

    fn push<const N: usize>(
        &mut self,
        operator: &str,
        inputs: &[&str],
        attributes: [AttributeProto; N],
        output: String,
    ) {
        self.graph.node.push(NodeProto {
            op_type: Some(operator.to_owned()),
            input: inputs.iter().map(|&input| input.to_owned()).collect(),
            output: vec![output],
            attribute: attributes.into(),
            ..Default::default()
        });
    }

    fn floats(&mut self, values: &[f32], shape: &[usize]) -> String {
        let raw = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        let dims = shape.iter().map(|&side| side as i64).collect();
        self.tensor(DataType::FLOAT, dims, raw)
    }

    fn integers(&mut self, values: &[i64]) -> String {
        let raw = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.tensor(DataType::INT64, vec![values.len() as i64], raw)
    }

    fn tensor(&mut self, kind: DataType, dims: Vec<i64>, raw: Vec<u8>) -> String {
        let name = self.name();
        self.graph.initializer.push(TensorProto {
            name: Some(name.clone()),
            dims,
            data_type: Some(kind),
            raw_data: Some(RefCell::new(raw)),
            ..Default::default()
        });
        name
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("v{}", self.names)
    }
}

fn attribute(name: &str, kind: AttributeType) -> AttributeProto {
    AttributeProto { name: Some(name.to_owned()), r#type: Some(kind), ..Default::default() }
}

fn integer(name: &str, value: i64) -> AttributeProto {
    AttributeProto { i: Some(value), ..attribute(name, AttributeType::INT) }
}

fn integers(name: &str, values: &[i64]) -> AttributeProto {
    AttributeProto { ints: values.to_vec(), ..attribute(name, AttributeType::INTS) }
}

fn float(name: &str, value: f32) -> AttributeProto {
    AttributeProto { f: Some(value), ..attribute(name, AttributeType::FLOAT) }
}

fn text(name: &str, value: &str) -> AttributeProto {
    AttributeProto { s: Some(value.to_owned()), ..attribute(name, AttributeType::STRING) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "Repeat each pixel twice, mirror by one, convolve 3x3", done plainly on one channel, against
    /// the four phases on the small picture with its edge repeated.
    #[test]
    fn the_phases_are_the_doubled_convolution() {
        const SIDE: usize = 5;
        let picture: Vec<f32> = (0..SIDE * SIDE).map(|i| (i * i % 17) as f32).collect();
        let kernel: Vec<f32> = (0..9).map(|i| (i * 7 % 5) as f32 - 1.5).collect();
        let phases = phase_kernel(&kernel, 1, 1);
        let mirrored = |at: isize| match at {
            -1 => 1,
            at if at == 2 * SIDE as isize => 2 * SIDE - 2,
            at => at as usize,
        };
        let repeated = |at: isize| at.clamp(0, SIDE as isize - 1) as usize;
        for (y, x) in (0..4 * SIDE * SIDE).map(|i| (i / (2 * SIDE), i % (2 * SIDE))) {
            let taps = || (0..9).map(|tap| (tap, tap as isize / 3 - 1, tap as isize % 3 - 1));
            let plain: f32 = taps()
                .map(|(tap, dy, dx)| {
                    let (y, x) = (mirrored(y as isize + dy) / 2, mirrored(x as isize + dx) / 2);
                    kernel[tap] * picture[y * SIDE + x]
                })
                .sum();
            let phase = &phases[(y % 2 * 2 + x % 2) * 9..][..9];
            let fast: f32 = taps()
                .map(|(tap, dy, dx)| {
                    let (y, x) = (repeated(y as isize / 2 + dy), repeated(x as isize / 2 + dx));
                    phase[tap] * picture[y * SIDE + x]
                })
                .sum();
            assert_eq!(plain, fast, "at {x}, {y}");
        }
    }

    #[test]
    fn rows_of_a_kernel_become_kernels() {
        let kernel: Vec<f32> = (0..18).map(|value| value as f32).collect();
        let rows = row_kernel(&kernel, 2, 1, 3);
        assert_eq!(rows[..6], [0.0, 1.0, 2.0, 9.0, 10.0, 11.0]);
        assert_eq!(rows[12..], [6.0, 7.0, 8.0, 15.0, 16.0, 17.0]);
    }
}
