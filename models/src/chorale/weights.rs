//! The network's weights: one flat list of numbers, cut into named tensors.

use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::canvas::CLASSES;
use super::error::ChoraleError;
use super::features::{DISTANCES, INTERVALS, METRE_POSITIONS, REPEAT_GRADES};

/// The weights that come with the program, a safetensors file.
const EMBEDDED: &[u8] = include_bytes!("../../weights/chorale.safetensors");

/// The width of a step's hidden state.
pub const WIDTH: usize = 128;
/// The width of a cell's sum of table rows, and of a voice's state in the head.
pub const CELL_WIDTH: usize = 40;
/// The width of a block's gate.
pub const GATE: usize = 64;
/// The width of a voice's state for the tables of the other voices.
pub const OTHERS_WIDTH: usize = 32;
/// The dilation of each block, in steps.
pub const DILATIONS: [usize; 6] = [1, 2, 4, 8, 16, 1];
/// The number of blocks.
pub const BLOCKS: usize = DILATIONS.len();
/// Pitches above the lowest canonical one (0 to 56), silence (57) and unknown (58).
pub const CANONICAL: usize = 59;
/// The columns of the absolute table: canonical pitches and silence.
pub const ABSOLUTE: usize = 58;
/// The furthest pitch in a table relative to a reference, in semitones.
pub const RELATIVE_REACH: usize = 14;
/// The columns of a table relative to a reference.
pub const RELATIVE: usize = 2 * RELATIVE_REACH + 1;
/// The references of the head: previous, next and repeat.
pub const REFERENCES: usize = 3;
/// The furthest pitch in a table relative to another voice, in semitones.
pub const OTHERS_REACH: usize = 26;
/// The columns of a table relative to another voice.
pub const OTHERS: usize = 2 * OTHERS_REACH + 1;

macro_rules! tensors {
    ($($(#[$doc:meta])* $part:ident $name:literal [$($side:expr),+];)+) => {
        /// A named tensor among the weights; all are row-major.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Part { $($(#[$doc])* $part),+ }

        impl Part {
            /// All tensors, in the order of the flat list.
            pub const ALL: &[Part] = &[$(Part::$part),+];

            /// The tensor's name in a file.
            pub const fn name(self) -> &'static str {
                match self { $(Part::$part => $name),+ }
            }

            /// The tensor's sides.
            pub const fn shape(self) -> &'static [usize] {
                match self { $(Part::$part => &[$($side),+]),+ }
            }
        }
    };
}

tensors! {
    /// Rows for a cell's own class: `[voice, canonical class, CELL_WIDTH]`.
    Current "front.current" [4, CANONICAL, CELL_WIDTH];
    /// Rows for the known class before.
    Previous "front.previous" [4, CANONICAL, CELL_WIDTH];
    /// Rows for the known class after.
    Next "front.next" [4, CANONICAL, CELL_WIDTH];
    /// Rows for the class in the best repetition.
    Repeat "front.repeat" [4, CANONICAL, CELL_WIDTH];
    /// Rows for the distance of the class before.
    PreviousDistance "front.previous_distance" [4, DISTANCES, CELL_WIDTH];
    /// Rows for the distance of the class after.
    NextDistance "front.next_distance" [4, DISTANCES, CELL_WIDTH];
    /// Rows for the interval between them.
    Interval "front.interval" [4, INTERVALS, CELL_WIDTH];
    /// Rows for the grade of the repetition.
    RepeatGrade "front.repeat_grade" [4, REPEAT_GRADES, CELL_WIDTH];
    /// From four voices to a step: `[out, in]`.
    FrontWeight "front.output.weight" [WIDTH, 4 * CELL_WIDTH];
    /// The bias of the same.
    FrontBias "front.output.bias" [WIDTH];
    /// Rows for the four places in the metre.
    Metre "front.metre" [4, METRE_POSITIONS, WIDTH];
    /// From the histogram above the tonic to a step: `[out, in]`.
    Histogram "front.histogram" [WIDTH, 12];
    /// Rows for the key.
    Key "front.key" [12, WIDTH];
    /// The scales of the blocks' norms.
    BlockNorm "blocks.norm" [BLOCKS, WIDTH];
    /// The dilated products: `[block, out, (before, here, after) x in]`.
    GateWeight "blocks.gate.weight" [BLOCKS, 2 * GATE, 3 * WIDTH];
    /// Their biases.
    GateBias "blocks.gate.bias" [BLOCKS, 2 * GATE];
    /// The products back to a step: `[block, out, in]`.
    OutputWeight "blocks.output.weight" [BLOCKS, WIDTH, GATE];
    /// Their biases.
    OutputBias "blocks.output.bias" [BLOCKS, WIDTH];
    /// The scale of the last norm.
    Norm "norm" [WIDTH];
    /// From a step to its four voices: `[voice x out, in]`.
    HeadWeight "head.hidden.weight" [4 * CELL_WIDTH, WIDTH];
    /// The bias of the same.
    HeadBias "head.hidden.bias" [4 * CELL_WIDTH];
    /// Scores of canonical pitches: `[voice, in, pitch]`.
    Absolute "head.absolute" [4, CELL_WIDTH, ABSOLUTE];
    /// Their biases.
    AbsoluteBias "head.absolute_bias" [4, ABSOLUTE];
    /// The biases of sounding pitches and silence.
    PitchBias "head.pitch_bias" [4, CLASSES];
    /// Scores of pitches relative to the references: `[in, reference x interval]`.
    Relative "head.relative" [CELL_WIDTH, REFERENCES * RELATIVE];
    /// Their biases.
    RelativeBias "head.relative_bias" [4, REFERENCES * RELATIVE];
    /// From a step to its four voices, for the tables below: `[voice x out, in]`.
    OthersHiddenWeight "head.others_hidden.weight" [4 * OTHERS_WIDTH, WIDTH];
    /// The bias of the same.
    OthersHiddenBias "head.others_hidden.bias" [4 * OTHERS_WIDTH];
    /// Scores of pitches relative to the other voices: `[voice, in, other x interval]`, where other n
    /// is voice (voice + 1 + n) mod 4.
    Others "head.others" [4, OTHERS_WIDTH, 3 * OTHERS];
    /// Their biases.
    OthersBias "head.others_bias" [4, 3 * OTHERS];
    /// Scores of the pitch that moves parallel to another voice: `[side, voice, other, interval mod
    /// 12, near or further]`.
    Parallel "head.parallel" [2, 4, 3, 12, 2];
}

impl Part {
    /// The number of values.
    pub const fn count(self) -> usize {
        let shape = self.shape();
        let (mut length, mut side) = (1, 0);
        while side < shape.len() {
            length *= shape[side];
            side += 1;
        }
        length
    }

    /// Where the tensor starts in the flat list.
    pub const fn offset(self) -> usize {
        OFFSETS[self as usize]
    }

    /// Where the tensor lies in the flat list.
    pub const fn range(self) -> std::ops::Range<usize> {
        OFFSETS[self as usize]..OFFSETS[self as usize + 1]
    }
}

/// Where each tensor starts, and behind the last one the number of weights.
const OFFSETS: [usize; Part::ALL.len() + 1] = {
    let mut offsets = [0; Part::ALL.len() + 1];
    let mut part = 0;
    while part < Part::ALL.len() {
        offsets[part + 1] = offsets[part] + Part::ALL[part].count();
        part += 1;
    }
    offsets
};

/// The number of weights.
pub const WEIGHTS: usize = OFFSETS[Part::ALL.len()];

/// The weights of one network.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights(Vec<f32>);

impl Weights {
    /// Weights that are all 0: every class is equally likely.
    pub fn zeros() -> Self {
        Self(vec![0.0; WEIGHTS])
    }

    /// The weights that come with the program; each call reads them again.
    ///
    /// # Errors
    /// None but for a broken build.
    pub fn embedded() -> Result<Self, ChoraleError> {
        Self::from_safetensors(EMBEDDED)
    }

    /// Takes a flat list of all tensors in the order of [`Part::ALL`].
    ///
    /// # Errors
    /// A list of another length than [`WEIGHTS`] or with a number that is not finite is refused.
    pub fn from_values(values: Vec<f32>) -> Result<Self, ChoraleError> {
        let unfit = |expected: String, found: String| ChoraleError::WeightsUnfit {
            tensor: "all".to_owned(),
            expected,
            found,
        };
        if values.len() != WEIGHTS {
            return Err(unfit(format!("{WEIGHTS} values"), format!("{} values", values.len())));
        }
        match values.iter().position(|value| !value.is_finite()) {
            Some(at) => Err(unfit("finite".to_owned(), format!("{} at index {at}", values[at]))),
            None => Ok(Self(values)),
        }
    }

    /// Reads a safetensors file (f32 or f16) as [`Weights::to_safetensors`] writes it.
    ///
    /// # Errors
    /// Bytes that are no such file, and tensors that are missing, of another shape or type, or not
    /// finite, are refused by name.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self, ChoraleError> {
        crate::loading::count_load();
        let file = SafeTensors::deserialize(bytes)
            .map_err(|error| ChoraleError::WeightsUnreadable { reason: error.to_string() })?;
        let mut values = Vec::with_capacity(WEIGHTS);
        for &part in Part::ALL {
            let unfit = |found: String| ChoraleError::WeightsUnfit {
                tensor: part.name().to_owned(),
                expected: format!("finite f32 or f16 of shape {:?}", part.shape()),
                found,
            };
            let tensor = file.tensor(part.name()).map_err(|_| unfit("none".to_owned()))?;
            if tensor.shape() != part.shape() {
                return Err(unfit(format!("shape {:?}", tensor.shape())));
            }
            let start = values.len();
            match tensor.dtype() {
                Dtype::F32 => {
                    values.extend(tensor.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)))
                }
                Dtype::F16 => values.extend(
                    tensor.data().as_chunks().0.iter().map(|bytes| half::f16::from_le_bytes(*bytes).to_f32()),
                ),
                other => return Err(unfit(format!("{other:?}"))),
            }
            if let Some(value) = values[start..].iter().find(|value| !value.is_finite()) {
                return Err(unfit(format!("a value of {value}")));
            }
        }
        Self::from_values(values)
    }

    /// A safetensors file of all tensors in f32.
    ///
    /// # Errors
    /// What the writer of the format refuses.
    pub fn to_safetensors(&self) -> Result<Vec<u8>, ChoraleError> {
        let bytes: Vec<u8> = self.0.iter().flat_map(|value| value.to_le_bytes()).collect();
        let unwritable = |error: safetensors::SafeTensorError| ChoraleError::WeightsUnreadable {
            reason: error.to_string(),
        };
        let mut tensors = Vec::new();
        for &part in Part::ALL {
            let range = part.range();
            let data = &bytes[4 * range.start..4 * range.end];
            let view = TensorView::new(Dtype::F32, part.shape().to_vec(), data).map_err(unwritable)?;
            tensors.push((part.name(), view));
        }
        safetensors::serialize(tensors, None).map_err(unwritable)
    }

    /// One tensor's values.
    pub fn part(&self, part: Part) -> &[f32] {
        &self.0[part.range()]
    }

    /// One block's share of a tensor whose first side counts the blocks.
    pub fn block(&self, part: Part, block: usize) -> &[f32] {
        let length = part.count() / BLOCKS;
        &self.part(part)[block * length..][..length]
    }

    /// All values, in the order of [`Part::ALL`].
    pub fn values(&self) -> &[f32] {
        &self.0
    }

    /// All values, to be trained.
    pub fn values_mut(&mut self) -> &mut [f32] {
        &mut self.0
    }
}
