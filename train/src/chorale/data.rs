//! Examples: crops of a corpus at their true places, transposed, with a part of their cells hidden.

use pastiche_models::chorale::{Canvas, Piece, SILENCE, UNKNOWN, VOICES};

use crate::Random;

/// A crop and which of its cells are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// What is known of the crop.
    pub canvas: Canvas,
    /// The class of each cell that is asked for; [`UNKNOWN`] where none is.
    pub asked: Vec<[u8; VOICES]>,
}

/// The ways to hide cells, each with its share: single cells, frames, voices, a block, and as the
/// sampler walks.
pub type Mix = [f32; 5];

/// The shares that train the network.
pub const TRAINING_MIX: Mix = [0.2, 0.4, 0.1, 0.05, 0.25];

/// A crop of at most `length` steps of a piece (the longer the piece, the more often), transposed where
/// `transpose` says so.
pub fn example(pieces: &[Piece], length: usize, mix: &Mix, transpose: bool, random: &mut Random) -> Example {
    let lengths: Vec<f32> = pieces.iter().map(|piece| piece.len() as f32).collect();
    let piece = &pieces[random.weighted(&lengths)];
    let steps = piece.len().min(length);
    // The ends are seen a little more often.
    let spare = piece.len() - steps;
    let start = random.between(0, spare + length / 4).saturating_sub(length / 8).min(spare);
    let crop = &piece[start..start + steps];
    let shift = if transpose && !random.chance(0.2) { transposition(crop, random) } else { 0 };
    let shifted = |class: u8| if class < SILENCE { (i32::from(class) + shift) as u8 } else { class };
    let (known, counted) = mask(steps, start, mix, random);
    let mut canvas = Canvas::empty(steps).within(start, piece.len());
    let mut asked = vec![[UNKNOWN; VOICES]; steps];
    for (step, cells) in crop.iter().enumerate() {
        for (voice, &class) in cells.iter().enumerate() {
            if known[step][voice] {
                canvas.set(step, voice, shifted(class));
            } else if counted[step] {
                asked[step][voice] = shifted(class);
            }
        }
    }
    Example { canvas, asked }
}

/// A shift of at most six semitones that keeps every pitch in range; small ones are likelier.
fn transposition(crop: &[[u8; VOICES]], random: &mut Random) -> i32 {
    let sounding = || crop.iter().flatten().copied().filter(|&class| class < SILENCE);
    let low = -i32::from(sounding().min().unwrap_or(0)).min(6);
    let high = i32::from(SILENCE - 1 - sounding().max().unwrap_or(0)).min(6);
    let weights: Vec<f32> = (low..=high).map(|shift| (-(shift as f32 / 4.5).powi(2) / 2.0).exp()).collect();
    low + random.weighted(&weights) as i32
}

/// Which cells are known, and in which steps the hidden ones are asked for.
fn mask(steps: usize, start: usize, mix: &Mix, random: &mut Random) -> (Vec<[bool; VOICES]>, Vec<bool>) {
    let mut known = vec![[true; VOICES]; steps];
    let mut counted = vec![true; steps];
    match random.weighted(mix) {
        0 => hide_cells(&mut known, random),
        1 => hide_frames(&mut known, random),
        2 => hide_voices(&mut known, random),
        3 => hide_block(&mut known, random),
        _ => hide_as_sampled(&mut known, &mut counted, start, random),
    }
    let asks = known.iter().zip(&counted).any(|(known, &counted)| counted && known.contains(&false));
    if !asks {
        counted.fill(true);
        let (step, voice) = (random.between(0, steps - 1), random.between(0, VOICES - 1));
        known[step][voice] = false;
    }
    (known, counted)
}

fn each_cell(known: &mut [[bool; VOICES]], mut decide: impl FnMut() -> bool) {
    known.iter_mut().flatten().for_each(|cell| *cell = decide());
}

/// Each cell alone, their share known drawn evenly.
fn hide_cells(known: &mut [[bool; VOICES]], random: &mut Random) {
    let share = random.uniform();
    each_cell(known, || random.chance(share));
}

/// Whole frames, and of some hidden frames a part is known.
fn hide_frames(known: &mut [[bool; VOICES]], random: &mut Random) {
    let even = random.chance(0.5);
    let share = random.uniform();
    let share = if even { share } else { share.cbrt() };
    let halves = random.uniform();
    for frame in known {
        if random.chance(share) {
            continue;
        }
        *frame = [false; VOICES];
        if random.chance(halves) {
            let part = random.uniform();
            frame.iter_mut().for_each(|cell| *cell = random.chance(part));
        }
    }
}

/// Some voices in a stretch, a few of their cells known.
fn hide_voices(known: &mut [[bool; VOICES]], random: &mut Random) {
    let share = 0.2 + 0.8 * random.uniform();
    let mut hidden: [bool; VOICES] = std::array::from_fn(|_| random.chance(share));
    if hidden == [false; VOICES] {
        hidden[random.between(0, VOICES - 1)] = true;
    }
    let steps = known.len();
    let length = random.between(steps.min(8), steps);
    let first = random.between(0, steps - length);
    let loss = 0.1 * random.uniform();
    each_cell(known, || !random.chance(loss));
    let kept = 0.6 * random.uniform().powi(2);
    for frame in &mut known[first..first + length] {
        for (cell, hidden) in frame.iter_mut().zip(hidden) {
            *cell = (*cell && !hidden) || random.chance(kept);
        }
    }
}

/// A block of up to 64 steps, half the time with holes elsewhere.
fn hide_block(known: &mut [[bool; VOICES]], random: &mut Random) {
    let steps = known.len();
    let length = random.between(steps.min(4), steps.min(64));
    let first = random.between(0, steps - length);
    let share = random.uniform();
    each_cell(&mut known[first..first + length], || random.chance(share));
    if random.chance(0.5) {
        let share = random.uniform();
        known.iter_mut().flatten().for_each(|cell| *cell &= random.chance(share));
    }
}

/// A coarse grid known, a part of the next finer one known, and some of its frames in part.
fn hide_as_sampled(known: &mut [[bool; VOICES]], counted: &mut [bool], start: usize, random: &mut Random) {
    let level = random.weighted(&[0.45, 0.25, 0.2, 0.1]);
    let share = if level == 0 { random.uniform().powf(1.5) } else { random.uniform() };
    let in_order = level == 3 || (level == 0 && random.chance(0.5));
    let steps = known.len();
    let asked = |t: usize| match level {
        0 => t.is_multiple_of(4),
        1 => t % 4 == 2,
        2 => t % 2 == 1,
        _ => true,
    };
    let given = |t: usize| (level == 1 && t.is_multiple_of(4)) || (level == 2 && t.is_multiple_of(2));
    let mut open = Vec::new();
    for (step, frame) in known.iter_mut().enumerate() {
        let t = start + step;
        counted[step] = asked(t);
        let there = if in_order { (step as f32) < share * steps as f32 } else { random.chance(share) };
        if !(given(t) || asked(t) && there) {
            *frame = [false; VOICES];
            if asked(t) {
                open.push(step);
            }
        }
    }
    let partly = (open.len() as f32 * random.uniform().powi(2)) as usize;
    for index in 0..partly.max(1).min(open.len()) {
        let other = random.between(index, open.len() - 1);
        open.swap(index, other);
        let mut order = [0, 1, 2, 3];
        for place in 0..random.between(0, VOICES - 1) {
            order.swap(place, random.between(place, VOICES - 1));
            known[open[index]][order[place]] = true;
        }
    }
    if !random.chance(0.85) {
        counted.fill(true);
    }
}
