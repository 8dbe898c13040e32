//! The gradient of the loss with respect to every weight, worked out by hand, layer by layer.

use pastiche_models::chorale::network::{
    OTHERS_ALL, RELATIVE_ALL, Run, absolute_run, cell_rows, degrees, others_run, parallels, relative_run,
    sigmoid,
};
use pastiche_models::chorale::{
    ABSOLUTE, Activations, BLOCKS, CELL_WIDTH, CLASSES, Features, GATE, Matrix, OTHERS_WIDTH, Part,
    REFERENCES, Receptive, SILENCE, UNKNOWN, VOICES, WIDTH, Weights, dot, forward, product,
};

use super::data::Example;

/// What one example after the other is worked out in; its memory is kept.
#[derive(Debug, Clone, Default)]
pub struct Workspace {
    activations: Activations,
    scores: ScoreGradients,
}

/// The mean cross-entropy in nats over the cells that an example asks for, times `share` also added as
/// a gradient to `gradient` (one number a weight). `dropout` is as in [`forward`].
pub fn loss_and_gradient(
    weights: &Weights,
    example: &Example,
    dropout: Option<&[Vec<f32>; BLOCKS + 1]>,
    share: f32,
    workspace: &mut Workspace,
    gradient: &mut [f32],
) -> f32 {
    let Workspace { activations, scores } = workspace;
    let (features, receptive) = run(weights, example, dropout, activations);
    let count = asked(example);
    let mut loss = 0.0;
    scores.clear(example.asked.len() * VOICES);
    for (step, asked) in example.asked.iter().enumerate() {
        for (voice, &class) in asked.iter().enumerate().filter(|(_, class)| **class != UNKNOWN) {
            let (cell_loss, mut delta) = cross_entropy(&activations.logits[step][voice], class);
            loss += cell_loss / count;
            delta.iter_mut().for_each(|value| *value *= share / count);
            scores.scatter(&features, step, voice, &delta, gradient);
        }
    }
    let mut state = head(weights, activations, scores, gradient);
    norm(
        &mut state,
        &activations.hidden[BLOCKS],
        &activations.scale[BLOCKS],
        weights.part(Part::Norm),
        &mut gradient[Part::Norm.range()],
    );
    for block in (0..BLOCKS).rev() {
        let factors = dropout.map(|factors| &factors[block + 1][..]);
        run_block(weights, block, &receptive, factors, activations, &mut state, gradient);
    }
    front(weights, &features, dropout.map(|factors| &factors[0][..]), activations, &mut state, gradient);
    loss
}

/// The mean cross-entropy in nats over the cells that an example asks for.
pub fn loss(weights: &Weights, example: &Example, workspace: &mut Workspace) -> f32 {
    let activations = &mut workspace.activations;
    run(weights, example, None, activations);
    let count = asked(example);
    let cells = example.asked.iter().zip(&activations.logits);
    cells
        .flat_map(|(asked, logits)| asked.iter().zip(logits))
        .filter(|(class, _)| **class != UNKNOWN)
        .map(|(class, logits)| cross_entropy(logits, *class).0 / count)
        .sum()
}

fn run(
    weights: &Weights,
    example: &Example,
    dropout: Option<&[Vec<f32>; BLOCKS + 1]>,
    activations: &mut Activations,
) -> (Features, Receptive) {
    let features = Features::of(&example.canvas, None);
    let steps: Vec<usize> = (0..example.canvas.steps()).collect();
    let receptive = Receptive::of(&steps, steps.len());
    forward(weights, &features, &receptive, dropout, activations);
    (features, receptive)
}

fn asked(example: &Example) -> f32 {
    example.asked.iter().flatten().filter(|class| **class != UNKNOWN).count().max(1) as f32
}

/// The cross-entropy of a class, and its gradient with respect to the logits.
fn cross_entropy(logits: &[f32; CLASSES], class: u8) -> (f32, [f32; CLASSES]) {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut delta = logits.map(|logit| (logit - most).exp());
    let sum: f32 = delta.iter().sum();
    delta.iter_mut().for_each(|value| *value /= sum);
    let loss = sum.ln() + most - logits[usize::from(class)];
    delta[usize::from(class)] -= 1.0;
    (loss, delta)
}

/// The gradients of the scores of the head's tables, a row a cell.
#[derive(Debug, Clone, Default)]
struct ScoreGradients {
    absolute: Vec<f32>,
    relative: Vec<f32>,
    others: Vec<f32>,
}

impl ScoreGradients {
    /// Makes them 0 for this many cells.
    fn clear(&mut self, cells: usize) {
        for (list, width) in [
            (&mut self.absolute, ABSOLUTE),
            (&mut self.relative, RELATIVE_ALL),
            (&mut self.others, OTHERS_ALL),
        ] {
            list.clear();
            list.resize(cells * width, 0.0);
        }
    }

    /// The other direction of the head's gathering.
    fn scatter(
        &mut self,
        features: &Features,
        step: usize,
        voice: usize,
        delta: &[f32; CLASSES],
        gradient: &mut [f32],
    ) {
        let cells = &features.cells[step];
        let cell = step * VOICES + voice;
        add(&mut gradient[Part::PitchBias.range()][voice * CLASSES..][..CLASSES], delta);
        let mut give = |run: Run, scores: &mut [f32], part: Part, width: usize| {
            let delta = &delta[run.class..][..run.count];
            add(&mut scores[cell * width + run.column..][..run.count], delta);
            add(&mut gradient[part.range()][voice * width + run.column..][..run.count], delta);
        };
        let silence = Run { class: usize::from(SILENCE), column: ABSOLUTE - 1, count: 1 };
        for run in [absolute_run(features.key), silence] {
            give(run, &mut self.absolute, Part::AbsoluteBias, ABSOLUTE);
        }
        for run in (0..REFERENCES).filter_map(|reference| relative_run(&cells[voice], reference)) {
            give(run, &mut self.relative, Part::RelativeBias, RELATIVE_ALL);
        }
        for run in (0..3).filter_map(|other| others_run(cells, voice, other)) {
            give(run, &mut self.others, Part::OthersBias, OTHERS_ALL);
        }
        for (class, index) in parallels(cells, voice) {
            gradient[Part::Parallel.range()][index] += delta[class];
        }
    }
}

fn add(to: &mut [f32], from: &[f32]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += from;
    }
}

/// Multiplies by the derivative of SiLU.
fn through_silu(delta: &mut [f32], sums: &[f32]) {
    for (delta, &sum) in delta.iter_mut().zip(sums) {
        let share = sigmoid(sum);
        *delta *= share * (1.0 + sum * (1.0 - share));
    }
}

/// The weight's and the bias's gradients of `out = from * weight^T + bias`.
fn linear_weight(delta: &[f32], from: &[f32], weight: &mut [f32], columns: usize, inner: usize) {
    let rows = delta.len() / columns;
    let left = Matrix::new(delta, rows, columns).transposed();
    product(left, Matrix::new(from, rows, inner), 1.0, weight, inner);
}

fn linear_bias(delta: &[f32], bias: &mut [f32]) {
    for row in delta.chunks_exact(bias.len()) {
        add(bias, row);
    }
}

/// The input's gradient of `out = from * weight^T`, on top of `keep` times what `into` holds.
fn linear_input(delta: &[f32], weight: &[f32], columns: usize, keep: f32, into: &mut Vec<f32>) {
    let (rows, inner) = (delta.len() / columns, weight.len() / columns);
    into.resize(rows * inner, 0.0);
    product(Matrix::new(delta, rows, columns), Matrix::new(weight, columns, inner), keep, into, inner);
}

/// The gradients of one table a voice; what reaches the voices' states is added to `into`.
fn voice_tables(
    delta: &[f32],
    columns: usize,
    from: &[f32],
    width: usize,
    tables: &[f32],
    gradients: &mut [f32],
    into: &mut [f32],
) {
    let rows = delta.len() / (VOICES * columns);
    let pairs = tables.chunks_exact(width * columns).zip(gradients.chunks_exact_mut(width * columns));
    for (voice, (table, gradient)) in pairs.enumerate() {
        let delta = Matrix::strided(&delta[voice * columns..], rows, columns, VOICES * columns);
        let from = Matrix::strided(&from[voice * width..], rows, width, VOICES * width);
        product(from.transposed(), delta, 1.0, gradient, columns);
        let table = Matrix::new(table, width, columns).transposed();
        product(delta, table, 1.0, &mut into[voice * width..], VOICES * width);
    }
}

/// Through the head; returns the gradient of the normed last state.
fn head(weights: &Weights, act: &Activations, scores: &ScoreGradients, gradient: &mut [f32]) -> Vec<f32> {
    let cells = act.head.len() / CELL_WIDTH;
    let mut voices = vec![0.0; act.head.len()];
    let delta = Matrix::new(&scores.relative, cells, RELATIVE_ALL);
    let from = Matrix::new(&act.head, cells, CELL_WIDTH).transposed();
    product(from, delta, 1.0, &mut gradient[Part::Relative.range()], RELATIVE_ALL);
    let table = Matrix::new(weights.part(Part::Relative), CELL_WIDTH, RELATIVE_ALL).transposed();
    product(delta, table, 1.0, &mut voices, CELL_WIDTH);
    let tables = weights.part(Part::Absolute);
    let into = &mut gradient[Part::Absolute.range()];
    voice_tables(&scores.absolute, ABSOLUTE, &act.head, CELL_WIDTH, tables, into, &mut voices);
    through_silu(&mut voices, &act.head_sums);
    let mut others = vec![0.0; act.others_hidden.len()];
    let tables = weights.part(Part::Others);
    let into = &mut gradient[Part::Others.range()];
    voice_tables(&scores.others, OTHERS_ALL, &act.others_hidden, OTHERS_WIDTH, tables, into, &mut others);
    through_silu(&mut others, &act.others_sums);
    let mut state = Vec::new();
    for (delta, weight, bias, keep) in [
        (&voices, Part::HeadWeight, Part::HeadBias, 0.0),
        (&others, Part::OthersHiddenWeight, Part::OthersHiddenBias, 1.0),
    ] {
        let columns = bias.count();
        linear_weight(delta, &act.last, &mut gradient[weight.range()], columns, WIDTH);
        linear_bias(delta, &mut gradient[bias.range()]);
        linear_input(delta, weights.part(weight), columns, keep, &mut state);
    }
    state
}

/// Through a root mean square norm, in place.
fn norm(delta: &mut [f32], from: &[f32], scale: &[f32], gain: &[f32], gain_gradient: &mut [f32]) {
    let rows = delta.chunks_exact_mut(WIDTH).zip(from.chunks_exact(WIDTH)).zip(scale);
    for ((delta, from), &scale) in rows {
        for (((sum, delta), from), gain) in gain_gradient.iter_mut().zip(&mut *delta).zip(from).zip(gain) {
            *sum += *delta * from * scale;
            *delta *= gain;
        }
        let along = dot(delta, from) * scale * scale / WIDTH as f32;
        for (delta, from) in delta.iter_mut().zip(from) {
            *delta = scale * (*delta - along * from);
        }
    }
}

fn drop(delta: &mut [f32], factors: Option<&[f32]>) {
    for (delta, factor) in delta.iter_mut().zip(factors.unwrap_or_default()) {
        *delta *= factor;
    }
}

fn run_block(
    weights: &Weights,
    block: usize,
    receptive: &Receptive,
    dropout: Option<&[f32]>,
    act: &Activations,
    state: &mut Vec<f32>,
    gradient: &mut [f32],
) {
    let share = |part: Part| {
        let length = part.count() / BLOCKS;
        let start = part.offset() + block * length;
        start..start + length
    };
    let mut delta = state.clone();
    drop(&mut delta, dropout);
    linear_weight(&delta, &act.gated[block], &mut gradient[share(Part::OutputWeight)], WIDTH, GATE);
    linear_bias(&delta, &mut gradient[share(Part::OutputBias)]);
    let mut gated = Vec::new();
    linear_input(&delta, weights.block(Part::OutputWeight, block), WIDTH, 0.0, &mut gated);
    let mut gates = act.gates[block].clone();
    for (row, delta) in gates.chunks_exact_mut(2 * GATE).zip(gated.chunks_exact(GATE)) {
        let (gate, value) = row.split_at_mut(GATE);
        for ((gate, value), delta) in gate.iter_mut().zip(value).zip(delta) {
            let share = sigmoid(*gate);
            let slope = share * (1.0 + *gate * (1.0 - share));
            (*gate, *value) = (delta * *value * slope, delta * *gate * share);
        }
    }
    linear_weight(&gates, &act.taps[block], &mut gradient[share(Part::GateWeight)], 2 * GATE, 3 * WIDTH);
    linear_bias(&gates, &mut gradient[share(Part::GateBias)]);
    let mut taps = Vec::new();
    linear_input(&gates, weights.block(Part::GateWeight, block), 2 * GATE, 0.0, &mut taps);
    let from = &act.hidden[block];
    let mut below = vec![0.0; from.len()];
    for (source, delta) in receptive.taps(block).iter().flatten().zip(taps.chunks_exact(WIDTH)) {
        if let Some(row) = source {
            add(&mut below[row * WIDTH..][..WIDTH], delta);
        }
    }
    let gain = weights.block(Part::BlockNorm, block);
    norm(&mut below, from, &act.scale[block], gain, &mut gradient[share(Part::BlockNorm)]);
    for (source, delta) in receptive.taps(block).iter().zip(state.chunks_exact(WIDTH)) {
        if let Some(here) = source[1] {
            add(&mut below[here * WIDTH..][..WIDTH], delta);
        }
    }
    *state = below;
}

fn front(
    weights: &Weights,
    features: &Features,
    dropout: Option<&[f32]>,
    act: &Activations,
    state: &mut [f32],
    gradient: &mut [f32],
) {
    drop(state, dropout);
    let width = VOICES * CELL_WIDTH;
    linear_weight(state, &act.cells, &mut gradient[Part::FrontWeight.range()], WIDTH, width);
    let mut common = vec![0.0; WIDTH];
    linear_bias(state, &mut common);
    add(&mut gradient[Part::FrontBias.range()], &common);
    let key = features.key.rem_euclid(12) as usize;
    add(&mut gradient[Part::Key.range()][key * WIDTH..][..WIDTH], &common);
    let degrees = degrees(features);
    for (row, delta) in gradient[Part::Histogram.range()].chunks_exact_mut(12).zip(&common) {
        for (weight, share) in row.iter_mut().zip(&degrees) {
            *weight += delta * share;
        }
    }
    let metre = &mut gradient[Part::Metre.range()];
    for (delta, places) in state.chunks_exact(WIDTH).zip(&features.metre) {
        for (table, &place) in places.iter().enumerate() {
            add(&mut metre[(table * 16 + usize::from(place)) * WIDTH..][..WIDTH], delta);
        }
    }
    let mut cells = Vec::new();
    linear_input(state, weights.part(Part::FrontWeight), WIDTH, 0.0, &mut cells);
    through_silu(&mut cells, &act.cell_sums);
    let flat = features.cells.iter().flatten().enumerate().zip(cells.chunks_exact(CELL_WIDTH));
    for ((index, cell), delta) in flat {
        for (part, row) in cell_rows(cell, index % VOICES, features.key) {
            add(&mut gradient[part.range()][row * CELL_WIDTH..][..CELL_WIDTH], delta);
        }
    }
}
