//! The rules of part-writing, as numbers that are added to the logits of a cell and as the energy of a frame.

use super::super::canvas::{CLASSES, Canvas, PITCHES, SILENCE, UNKNOWN, VOICES};
use super::super::harmony::Triad;

/// The logit of a pitch that would move parallel from the step beside: fifths and octaves in one direction.
const PARALLEL_NEAR: f32 = -7.0;
/// The same from 2 to 4 steps away.
const PARALLEL_FAR: f32 = -2.5;
/// How far away a parallel is looked for, in steps.
const PARALLEL_REACH: usize = 4;
/// The logit of the pitch that completes a triad as the fourth voice on a beat.
const TRIAD: f32 = 0.5;
/// The share of it for a third voice.
const TRIAD_THIRD: f32 = 0.6;
/// The logit of each dissonance on a beat.
const DISSONANCE: f32 = -0.03;
/// The logit of repeating a neighbour: on a beat, elsewhere.
const REPEATED: [f32; 2] = [-0.5, -0.45];
/// How far away a repeated neighbour is looked for, in steps.
const REPEATED_REACH: usize = 4;
/// The logit of a leap beyond an octave.
const LEAP: f32 = -2.0;
/// How far away the other end of a leap is looked for, in steps.
const LEAP_REACH: usize = 8;
/// The logit of the pitch that makes four voices a triad with its root in the bass on a beat, beside that of the triad.
const ROOT: f32 = 1.2;
/// The logit of the pitch with which four voices make no chord of [`CHORDS`]: on a beat, elsewhere.
const UNUSUAL: [f32; 2] = [-0.6, -1.0];

/// Beside triads, the pitch classes above the root of the usual chords: sevenths, whole and without the fifth.
const CHORDS: [&[u8]; 8] = [
    &[0, 4, 7, 10],
    &[0, 3, 7, 10],
    &[0, 4, 7, 11],
    &[0, 3, 6, 10],
    &[0, 3, 6, 9],
    &[0, 4, 10],
    &[0, 3, 10],
    &[0, 4, 11],
];

/// Whether a set of pitch classes is a triad, a seventh chord, or no more than an interval.
fn is_usual(classes: u16) -> bool {
    let is = |root: u8, chord: &[u8]| {
        chord.iter().fold(0, |mask: u16, interval| mask | 1 << ((root + interval) % 12)) == classes
    };
    classes.count_ones() <= 2
        || Triad::of(classes).is_some()
        || (0..12).any(|root| CHORDS.iter().any(|chord| is(root, chord)))
}

/// The rules of part-writing.
#[derive(Debug)]
pub struct Rules {
    /// Of each set of pitch classes, the root of the triad that it is.
    roots: Vec<Option<u8>>,
    /// Of each set of pitch classes, whether it is a usual chord.
    usual: Vec<bool>,
}

impl Rules {
    /// The rules.
    pub fn new() -> Self {
        let sets = 0..1 << 12;
        Self {
            roots: sets.clone().map(|classes| Triad::of(classes).map(|triad| triad.root)).collect(),
            usual: sets.map(is_usual).collect(),
        }
    }

    /// What the rules add to each class of an unknown cell, given what is known around it.
    pub fn logits(&self, canvas: &Canvas, step: usize, voice: usize) -> [f32; CLASSES] {
        let mut logits = [0.0; CLASSES];
        let beat = (canvas.start() + step).is_multiple_of(4);
        self.parallels(canvas, step, voice, |class, energy| logits[class] -= energy);
        let cells = canvas.cells();
        let others = || (0..VOICES).filter(|&other| other != voice).map(|other| cells[step][other]);
        let sounding = others().filter(|&class| class < SILENCE).count();
        let classes =
            others().filter(|&class| class < SILENCE).fold(0_u16, |mask, class| mask | 1 << (class % 12));
        for (class, logit) in logits[..PITCHES].iter_mut().enumerate() {
            let all = usize::from(classes | 1 << (class % 12));
            if sounding == 3 && !self.usual[all] {
                *logit += UNUSUAL[usize::from(!beat)];
            }
            if !beat {
                continue;
            }
            // Class 0 is a C, so that a class modulo 12 is a pitch class.
            if let Some(root) = self.roots[all].filter(|_| sounding >= 2) {
                let bass = if voice == VOICES - 1 { class as u8 } else { cells[step][VOICES - 1] };
                let rooted = sounding == 3 && bass < SILENCE && bass % 12 == root;
                *logit += if sounding == 3 { TRIAD } else { TRIAD * TRIAD_THIRD };
                *logit += if rooted { ROOT } else { 0.0 };
            }
            let dissonant =
                |other: &u8| matches!(class.abs_diff(usize::from(*other)) % 12, 1 | 2 | 6 | 10 | 11);
            *logit += DISSONANCE * others().filter(|&other| other < SILENCE).filter(dissonant).count() as f32;
        }
        for side in [Side::Before, Side::After] {
            let known = |at: &usize| cells[*at][voice] != UNKNOWN;
            let Some(at) = side.steps(step, cells.len(), LEAP_REACH).find(known) else { continue };
            let near = cells[at][voice];
            if near >= SILENCE {
                continue;
            }
            if at.abs_diff(step) <= REPEATED_REACH {
                logits[usize::from(near)] += REPEATED[usize::from(!beat)];
            }
            for (class, logit) in logits[..PITCHES].iter_mut().enumerate() {
                if class.abs_diff(usize::from(near)) > 12 {
                    *logit += LEAP;
                }
            }
        }
        logits
    }

    /// The energy of the parallels that lead into and out of a frame; 0 where there are none.
    pub fn frame_energy(&self, canvas: &Canvas, step: usize) -> f32 {
        let mut energy = 0.0;
        for voice in 0..VOICES {
            let class = usize::from(canvas.cells()[step][voice]);
            self.parallels(canvas, step, voice, |forbidden, rise| {
                if forbidden == class {
                    energy += rise;
                }
            });
        }
        // Each pair was met from both of its voices.
        energy / 2.0
    }

    /// Names the classes of a cell that move parallel with another voice, from or to the nearest step at which
    /// both are known, and the energy of each.
    fn parallels(&self, canvas: &Canvas, step: usize, voice: usize, mut meet: impl FnMut(usize, f32)) {
        let cells = canvas.cells();
        for other in (0..VOICES).filter(|&other| other != voice) {
            let theirs = cells[step][other];
            if theirs >= SILENCE {
                continue;
            }
            for side in [Side::Before, Side::After] {
                let sounding = |at: &usize| cells[*at][voice] < SILENCE && cells[*at][other] < SILENCE;
                let Some(at) = side.steps(step, cells.len(), PARALLEL_REACH).find(sounding) else { continue };
                let (ours, from) = (i32::from(cells[at][voice]), i32::from(cells[at][other]));
                let interval = (ours - from).abs() % 12;
                let theirs = i32::from(theirs);
                if theirs == from || (interval != 0 && interval != 7) {
                    continue;
                }
                let energy = if at.abs_diff(step) == 1 { -PARALLEL_NEAR } else { -PARALLEL_FAR };
                for class in 0..PITCHES as i32 {
                    let same_way = (class - ours).signum() == (theirs - from).signum();
                    if same_way && (class - theirs).abs() % 12 == interval {
                        meet(class as usize, energy);
                    }
                }
            }
        }
    }
}

/// A direction from a step.
#[derive(Clone, Copy)]
enum Side {
    Before,
    After,
}

impl Side {
    /// The steps on this side, the nearest first, at most `reach` away.
    fn steps(self, step: usize, length: usize, reach: usize) -> impl Iterator<Item = usize> {
        (1..=reach).filter_map(move |distance| match self {
            Side::Before => step.checked_sub(distance),
            Side::After => Some(step + distance).filter(|&at| at < length),
        })
    }
}
