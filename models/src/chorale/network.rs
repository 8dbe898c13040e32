//! The forward pass: features of steps in, logits of their cells out.

use super::canvas::{CLASSES, Canvas, SILENCE, UNKNOWN, VOICES};
use super::features::{Cell, Features, METRE_POSITIONS};
use super::matrix::{Matrix, dot, product};
use super::receptive::Receptive;
use super::weights::{
    ABSOLUTE, BLOCKS, CANONICAL, CELL_WIDTH, GATE, OTHERS, OTHERS_REACH, OTHERS_WIDTH, Part, REFERENCES,
    RELATIVE, RELATIVE_REACH, WIDTH, Weights,
};

/// The logits of one step: a row of 46 pitches and silence for each voice.
pub type StepLogits = [[f32; CLASSES]; VOICES];

/// The columns of the absolute scores, of the scores relative to the references, and of those
/// relative to the other voices.
pub const RELATIVE_ALL: usize = REFERENCES * RELATIVE;
/// The columns of the scores relative to the other voices.
pub const OTHERS_ALL: usize = 3 * OTHERS;
/// What the mean of squares is raised by under the root of a norm.
const NORM_EPSILON: f32 = 1e-5;

/// Everything that a forward pass works out, kept for a backward pass and for the next forward pass's
/// memory. Matrices are row-major with a row a step.
#[derive(Debug, Clone, Default)]
pub struct Activations {
    /// Sums of the cells' table rows, 4 x 40 wide.
    pub cell_sums: Vec<f32>,
    /// The same through SiLU.
    pub cells: Vec<f32>,
    /// The hidden state before each block and after the last, 128 wide.
    pub hidden: [Vec<f32>; BLOCKS + 1],
    /// One over the root mean square of each row of `hidden`.
    pub scale: [Vec<f32>; BLOCKS + 1],
    /// The normed states before, at and after each step, 3 x 128 wide.
    pub taps: [Vec<f32>; BLOCKS],
    /// The gates and values of each block, 2 x 64 wide.
    pub gates: [Vec<f32>; BLOCKS],
    /// SiLU of the gates times the values, 64 wide.
    pub gated: [Vec<f32>; BLOCKS],
    /// The normed last state, 128 wide.
    pub last: Vec<f32>,
    /// The voices' states before SiLU, 4 x 40 wide.
    pub head_sums: Vec<f32>,
    /// The same through SiLU.
    pub head: Vec<f32>,
    /// The voices' states for the tables of the other voices before SiLU, 4 x 32 wide.
    pub others_sums: Vec<f32>,
    /// The same through SiLU.
    pub others_hidden: Vec<f32>,
    /// Scores of canonical pitches, 4 x 58 wide.
    pub absolute: Vec<f32>,
    /// Scores relative to the references, 4 x 87 wide.
    pub relative: Vec<f32>,
    /// Scores relative to the other voices, 4 x 159 wide.
    pub others: Vec<f32>,
    /// The logits of each asked step.
    pub logits: Vec<StepLogits>,
    /// The normed states of one block's input, 128 wide.
    normed: Vec<f32>,
}

/// The logits of all steps of a canvas. `key` is the tonic to assume in semitones above C; without one
/// it is judged from the known cells.
pub fn logits(weights: &Weights, canvas: &Canvas, key: Option<i8>) -> Vec<StepLogits> {
    let steps: Vec<usize> = (0..canvas.steps()).collect();
    logits_at(weights, canvas, &steps, key)
}

/// The logits of some steps alone, in ascending order: the same bits as [`logits`], but only what these
/// steps depend on is worked out.
///
/// # Panics
/// Where a step is outside the canvas.
pub fn logits_at(weights: &Weights, canvas: &Canvas, steps: &[usize], key: Option<i8>) -> Vec<StepLogits> {
    let receptive = Receptive::of(steps, canvas.steps());
    let features = Features::at(canvas, receptive.inputs(), key);
    let mut activations = Activations::default();
    forward(weights, &features, &receptive, None, &mut activations);
    activations.logits
}

/// Runs the network. `dropout` holds a factor for each value of the first hidden state and of each
/// block's output: `BLOCKS + 1` lists as long as these; without it nothing is dropped.
pub fn forward(
    weights: &Weights,
    features: &Features,
    receptive: &Receptive,
    dropout: Option<&[Vec<f32>; BLOCKS + 1]>,
    activations: &mut Activations,
) {
    front(weights, features, dropout.map(|factors| &factors[0][..]), activations);
    for block in 0..BLOCKS {
        let factors = dropout.map(|factors| &factors[block + 1][..]);
        run_block(weights, block, receptive, factors, activations);
    }
    let Activations { hidden, scale, last, .. } = activations;
    norm(&hidden[BLOCKS], weights.part(Part::Norm), &mut scale[BLOCKS], last);
    head(weights, features, receptive, activations);
}

/// Makes a buffer `length` long; what it holds is left to be overwritten.
fn fit(buffer: &mut Vec<f32>, length: usize) {
    buffer.resize(length, 0.0);
}

/// The logistic function.
pub fn sigmoid(value: f32) -> f32 {
    1.0 / (1.0 + (-value).exp())
}

fn silu_all(from: &[f32], to: &mut Vec<f32>) {
    to.clear();
    to.extend(from.iter().map(|&value| value * sigmoid(value)));
}

/// `out = from * weight^T + bias`, where `weight` is `[out, in]`.
fn linear(from: &[f32], width: usize, weight: &[f32], bias: &[f32], out: &mut Vec<f32>) {
    let (rows, columns) = (from.len() / width, bias.len());
    out.clear();
    for _ in 0..rows {
        out.extend_from_slice(bias);
    }
    let weight = Matrix::new(weight, columns, width).transposed();
    product(Matrix::new(from, rows, width), weight, 1.0, out, columns);
}

/// Root mean square norm of rows of 128.
fn norm(from: &[f32], gain: &[f32], scale: &mut Vec<f32>, to: &mut Vec<f32>) {
    scale.clear();
    to.clear();
    for row in from.chunks_exact(WIDTH) {
        let mean = dot(row, row) / WIDTH as f32;
        let factor = 1.0 / (mean + NORM_EPSILON).sqrt();
        scale.push(factor);
        to.extend(row.iter().zip(gain).map(|(value, gain)| value * factor * gain));
    }
}

/// A class above the tonic: 0..=56 a canonical pitch, 57 silence, 58 unknown.
fn canonical(class: u8, key: i8) -> usize {
    match class {
        SILENCE | UNKNOWN => usize::from(class) + CANONICAL - 2 - usize::from(SILENCE),
        pitch => (i32::from(pitch) - i32::from(key) + 5) as usize,
    }
}

/// The rows of the tables that a cell of a voice sums, as the part and the row.
pub fn cell_rows(cell: &Cell, voice: usize, key: i8) -> [(Part, usize); 8] {
    let row = |part: Part, index: usize| (part, voice * part.shape()[1] + index);
    [
        row(Part::Current, canonical(cell.current, key)),
        row(Part::Previous, canonical(cell.previous, key)),
        row(Part::Next, canonical(cell.next, key)),
        row(Part::PreviousDistance, usize::from(cell.previous_distance)),
        row(Part::NextDistance, usize::from(cell.next_distance)),
        row(Part::Interval, cell.interval()),
        row(Part::Repeat, canonical(cell.repeat, key)),
        row(Part::RepeatGrade, usize::from(cell.repeat_grade)),
    ]
}

/// The share of each degree above the tonic, doubled: what the histogram's product reads.
pub fn degrees(features: &Features) -> [f32; 12] {
    std::array::from_fn(|degree| {
        2.0 * features.histogram[(degree as i32 + i32::from(features.key)).rem_euclid(12) as usize]
    })
}

fn add(to: &mut [f32], from: &[f32]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += from;
    }
}

fn front(weights: &Weights, features: &Features, dropout: Option<&[f32]>, activations: &mut Activations) {
    let Activations { cell_sums, cells, hidden, .. } = activations;
    let hidden = &mut hidden[0];
    cell_sums.clear();
    cell_sums.resize(features.cells.len() * VOICES * CELL_WIDTH, 0.0);
    let flat = features.cells.iter().flatten();
    for (index, (cell, sum)) in flat.zip(cell_sums.chunks_exact_mut(CELL_WIDTH)).enumerate() {
        for (part, row) in cell_rows(cell, index % VOICES, features.key) {
            add(sum, &weights.part(part)[row * CELL_WIDTH..][..CELL_WIDTH]);
        }
    }
    silu_all(cell_sums, cells);
    linear(
        cells,
        VOICES * CELL_WIDTH,
        weights.part(Part::FrontWeight),
        weights.part(Part::FrontBias),
        hidden,
    );
    let key = features.key.rem_euclid(12) as usize;
    let mut common = weights.part(Part::Key)[key * WIDTH..][..WIDTH].to_vec();
    let degrees = degrees(features);
    for (sum, row) in common.iter_mut().zip(weights.part(Part::Histogram).chunks_exact(12)) {
        *sum += row.iter().zip(&degrees).map(|(weight, share)| weight * share).sum::<f32>();
    }
    let metre = weights.part(Part::Metre);
    for (row, places) in hidden.chunks_exact_mut(WIDTH).zip(&features.metre) {
        add(row, &common);
        for (table, &place) in places.iter().enumerate() {
            add(row, &metre[(table * METRE_POSITIONS + usize::from(place)) * WIDTH..][..WIDTH]);
        }
    }
    if let Some(factors) = dropout {
        for (value, factor) in hidden.iter_mut().zip(factors) {
            *value *= factor;
        }
    }
}

fn run_block(
    weights: &Weights,
    block: usize,
    receptive: &Receptive,
    dropout: Option<&[f32]>,
    activations: &mut Activations,
) {
    let Activations { hidden, scale, taps, gates, gated, normed, .. } = activations;
    let [before, after] = &mut hidden[block..block + 2] else { return };
    norm(before, weights.block(Part::BlockNorm, block), &mut scale[block], normed);
    let (taps, gates, gated) = (&mut taps[block], &mut gates[block], &mut gated[block]);
    let sources = receptive.taps(block);
    taps.clear();
    for source in sources.iter().flatten() {
        match source {
            Some(row) => taps.extend_from_slice(&normed[row * WIDTH..][..WIDTH]),
            None => taps.resize(taps.len() + WIDTH, 0.0),
        }
    }
    linear(
        taps,
        3 * WIDTH,
        weights.block(Part::GateWeight, block),
        weights.block(Part::GateBias, block),
        gates,
    );
    gated.clear();
    for row in gates.chunks_exact(2 * GATE) {
        let (gate, value) = row.split_at(GATE);
        gated.extend(gate.iter().zip(value).map(|(gate, value)| gate * sigmoid(*gate) * value));
    }
    let weight = weights.block(Part::OutputWeight, block);
    linear(gated, GATE, weight, weights.block(Part::OutputBias, block), after);
    if let Some(factors) = dropout {
        for (value, factor) in after.iter_mut().zip(factors) {
            *value *= factor;
        }
    }
    for (row, source) in after.chunks_exact_mut(WIDTH).zip(sources) {
        if let Some(here) = source[1] {
            add(row, &before[here * WIDTH..][..WIDTH]);
        }
    }
}

fn head(weights: &Weights, features: &Features, receptive: &Receptive, activations: &mut Activations) {
    let Activations {
        last,
        head_sums,
        head,
        others_sums,
        others_hidden,
        absolute,
        relative,
        others,
        logits,
        ..
    } = activations;
    let rows = last.len() / WIDTH;
    linear(last, WIDTH, weights.part(Part::HeadWeight), weights.part(Part::HeadBias), head_sums);
    silu_all(head_sums, head);
    let (weight, bias) = (weights.part(Part::OthersHiddenWeight), weights.part(Part::OthersHiddenBias));
    linear(last, WIDTH, weight, bias, others_sums);
    silu_all(others_sums, others_hidden);
    let table = Matrix::new(weights.part(Part::Relative), CELL_WIDTH, RELATIVE_ALL);
    fit(relative, rows * VOICES * RELATIVE_ALL);
    product(Matrix::new(head, rows * VOICES, CELL_WIDTH), table, 0.0, relative, RELATIVE_ALL);
    per_voice(head, CELL_WIDTH, weights.part(Part::Absolute), ABSOLUTE, absolute);
    per_voice(others_hidden, OTHERS_WIDTH, weights.part(Part::Others), OTHERS_ALL, others);
    logits.clear();
    for (row, &input) in receptive.outputs().iter().enumerate() {
        let cells = &features.cells[input];
        logits.push(std::array::from_fn(|voice| {
            let mut sum = [0.0; CLASSES];
            let cell = row * VOICES + voice;
            let read = Scores {
                absolute: &absolute[cell * ABSOLUTE..][..ABSOLUTE],
                relative: &relative[cell * RELATIVE_ALL..][..RELATIVE_ALL],
                others: &others[cell * OTHERS_ALL..][..OTHERS_ALL],
            };
            read.gather(weights, cells, voice, features.key, &mut sum);
            sum
        }));
    }
}

/// For each voice, its columns of `from` times its own table `[in, out]`.
fn per_voice(from: &[f32], width: usize, tables: &[f32], columns: usize, out: &mut Vec<f32>) {
    let rows = from.len() / (VOICES * width);
    fit(out, rows * VOICES * columns);
    if rows == 0 {
        return;
    }
    for (voice, table) in tables.chunks_exact(width * columns).enumerate() {
        let left = Matrix::strided(&from[voice * width..], rows, width, VOICES * width);
        let right = Matrix::new(table, width, columns);
        product(left, right, 0.0, &mut out[voice * columns..], VOICES * columns);
    }
}

/// A run of classes that take their scores from a run of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// The first class.
    pub class: usize,
    /// The column of the first class.
    pub column: usize,
    /// How many.
    pub count: usize,
}

/// The classes that a table relative to `reference` scores, `reach` semitones to either side.
fn around(reference: u8, reach: usize) -> Run {
    let reference = usize::from(reference);
    let class = reference.saturating_sub(reach);
    let end = (reference + reach + 1).min(usize::from(SILENCE));
    Run { class, column: class + reach - reference, count: end - class }
}

/// The run of canonical pitches; silence takes the last column beside.
pub fn absolute_run(key: i8) -> Run {
    Run { class: 0, column: (5 - i32::from(key)) as usize, count: usize::from(SILENCE) }
}

/// The run of a reference (0 previous, 1 next, 2 repeat) of a cell.
pub fn relative_run(cell: &Cell, reference: usize) -> Option<Run> {
    let class = [cell.previous, cell.next, cell.repeat][reference];
    let shift = reference * RELATIVE;
    match class {
        UNKNOWN => None,
        SILENCE => Some(Run { class: usize::from(SILENCE), column: shift + RELATIVE_REACH, count: 1 }),
        pitch => {
            let run = around(pitch, RELATIVE_REACH);
            Some(Run { column: shift + run.column, ..run })
        }
    }
}

/// The run of the other voice `(voice + 1 + other) mod 4`.
pub fn others_run(cells: &[Cell; VOICES], voice: usize, other: usize) -> Option<Run> {
    let class = cells[(voice + 1 + other) % VOICES].current;
    (class < SILENCE).then(|| {
        let run = around(class, OTHERS_REACH);
        Run { column: other * OTHERS + run.column, ..run }
    })
}

/// The classes that would move parallel to another voice, and where their score lies among
/// [`Part::Parallel`].
pub fn parallels(cells: &[Cell; VOICES], voice: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
    (0..2).flat_map(move |side| {
        (0..3).filter_map(move |other| {
            let (own, theirs) = (&cells[voice], &cells[(voice + 1 + other) % VOICES]);
            let (ours, from, distance) = match side {
                0 => (own.previous, theirs.previous, own.previous_distance),
                _ => (own.next, theirs.next, own.next_distance),
            };
            let to = theirs.current;
            if ours >= SILENCE || from >= SILENCE || to >= SILENCE || to == from || distance > 4 {
                return None;
            }
            let class = i32::from(to) + i32::from(ours) - i32::from(from);
            let near = usize::from(distance > 1);
            let interval = usize::from(ours.abs_diff(from)) % 12;
            let index = (((side * VOICES + voice) * 3 + other) * 12 + interval) * 2 + near;
            (0..i32::from(SILENCE)).contains(&class).then_some((class as usize, index))
        })
    })
}

struct Scores<'a> {
    absolute: &'a [f32],
    relative: &'a [f32],
    others: &'a [f32],
}

impl Scores<'_> {
    /// Sums what each class takes from the tables and their biases.
    fn gather(
        &self,
        weights: &Weights,
        cells: &[Cell; VOICES],
        voice: usize,
        key: i8,
        sum: &mut [f32; CLASSES],
    ) {
        sum.copy_from_slice(&weights.part(Part::PitchBias)[voice * CLASSES..][..CLASSES]);
        let mut take = |run: Run, scores: &[f32], biases: &[f32]| {
            let columns = run.column..run.column + run.count;
            add(&mut sum[run.class..][..run.count], &scores[columns.clone()]);
            add(&mut sum[run.class..][..run.count], &biases[columns]);
        };
        let biases = &weights.part(Part::AbsoluteBias)[voice * ABSOLUTE..][..ABSOLUTE];
        take(absolute_run(key), self.absolute, biases);
        let silence = Run { class: usize::from(SILENCE), column: ABSOLUTE - 1, count: 1 };
        take(silence, self.absolute, biases);
        let biases = &weights.part(Part::RelativeBias)[voice * RELATIVE_ALL..][..RELATIVE_ALL];
        for run in (0..REFERENCES).filter_map(|reference| relative_run(&cells[voice], reference)) {
            take(run, self.relative, biases);
        }
        let biases = &weights.part(Part::OthersBias)[voice * OTHERS_ALL..][..OTHERS_ALL];
        for run in (0..3).filter_map(|other| others_run(cells, voice, other)) {
            take(run, self.others, biases);
        }
        for (class, index) in parallels(cells, voice) {
            sum[class] += weights.part(Part::Parallel)[index];
        }
    }
}
