//! The rules of part-writing, as numbers that are added to the logits of a cell and as the energy of a frame.

use super::super::canvas::{CLASSES, Canvas, PITCHES, SILENCE, UNKNOWN, VOICES};
use super::super::harmony::{Triad, chord_kind};

/// The logit of a pitch that would move parallel from the step beside: fifths and octaves in one direction.
const PARALLEL_NEAR: f32 = -7.0;
/// The same from 2 to 4 steps away.
const PARALLEL_FAR: f32 = -2.5;
/// How far away a parallel is looked for, in steps.
const PARALLEL_REACH: usize = 4;
/// The logit of the pitch that completes a triad as the fourth voice on a beat.
const TRIAD: f32 = 0.4;
/// The share of it for a third voice.
const TRIAD_THIRD: f32 = 0.6;
/// The logit of each dissonance on a beat.
const DISSONANCE: f32 = -0.03;
/// The logit of repeating a neighbour: on a beat, elsewhere.
const REPEATED: [f32; 2] = [-0.5, -0.62];
/// How far away a repeated neighbour is looked for, in steps.
const REPEATED_REACH: usize = 4;
/// The logit of a leap beyond an octave.
const LEAP: f32 = -2.0;
/// How far away the other end of a leap is looked for, in steps.
const LEAP_REACH: usize = 8;
/// The logit of the pitch that makes four voices a triad with its root in the bass on a beat, beside that of the triad.
const ROOT: f32 = 1.5;
/// The logit of the pitch with which four voices make a chord that is in none of [`CHORDS`]: on a beat, elsewhere. That
/// of a rare chord is a part of it.
const RARE: [f32; 2] = [-4.0, -6.0];
/// The share of it that is the energy of a frame with such a chord.
const RARE_ENERGY: f32 = 0.4;
/// This many of [`CHORDS`] are no rare ones; from here on the logit grows in a straight line.
const FREQUENT: usize = 8;

/// The kinds of chords of the corpus, the most frequent first: 59 kinds in 19,855 chords of the training part, without
/// those that are met less than ten times. A kind is the pitch classes above its lowest, in the rotation that makes the
/// least number of their bits.
const CHORDS: [u16; 43] = [
    0x91, 0x89, 0x149, 0x129, 0x49, 0x85, 0x123, 0x125, 0x25, 0x95, 0xa5, 0x8d, 0x11, 0xa9, 0x45, 0x249,
    0x21, 0x29, 0xb1, 0x9, 0x23, 0x31, 0x111, 0xc5, 0xd1, 0x119, 0x69, 0x51, 0x35, 0x4b, 0x2d, 0x2b, 0x113,
    0x8b, 0x15, 0x59, 0x55, 0x43, 0xa3, 0xd, 0x115, 0x93, 0xc9,
];

/// How rare a set of pitch classes is in the corpus: from 0, not rare, to 1, not met.
fn rarity(classes: u16) -> f32 {
    let kind = chord_kind(classes);
    // One pitch class alone is no chord.
    let place = if classes.count_ones() < 2 {
        0
    } else {
        CHORDS.iter().position(|&chord| chord == kind).unwrap_or(CHORDS.len())
    };
    place.saturating_sub(FREQUENT) as f32 / (CHORDS.len() - FREQUENT) as f32
}

/// The rules of part-writing.
#[derive(Debug)]
pub struct Rules {
    /// Of each set of pitch classes, the root of the triad that it is.
    roots: Vec<Option<u8>>,
    /// Of each set of pitch classes, how rare it is, from 0 to 1.
    rarity: Vec<f32>,
}

impl Rules {
    /// The rules.
    pub fn new() -> Self {
        let sets = 0..1 << 12;
        Self {
            roots: sets.clone().map(|classes| Triad::of(classes).map(|triad| triad.root)).collect(),
            rarity: sets.map(rarity).collect(),
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
            if sounding == 3 {
                *logit += RARE[usize::from(!beat)] * self.rarity[all];
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

    /// The energy of the parallels that lead into and out of a frame and of its chord; 0 where there are no parallels
    /// and the chord is not rare.
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
        // Class 0 is a C, so that a class modulo 12 is a pitch class.
        let sounding = canvas.cells()[step].iter().filter(|&&class| class < SILENCE);
        let classes = sounding.fold(0_usize, |mask, class| mask | 1 << (class % 12));
        let beat = (canvas.start() + step).is_multiple_of(4);
        // Each pair was met from both of its voices.
        energy / 2.0 - RARE_ENERGY * RARE[usize::from(!beat)] * self.rarity[classes]
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame of known classes; class 0 is a C.
    fn frame(cells: [u8; VOICES]) -> Canvas {
        let mut canvas = Canvas::empty(1);
        (0..VOICES).for_each(|voice| canvas.set(0, voice, cells[voice]));
        canvas
    }

    #[test]
    fn a_chord_costs_the_more_the_rarer_it_is() {
        let rules = Rules::new();
        let energy = |cells| rules.frame_energy(&frame(cells), 0);
        // C major, a seventh chord of B, an augmented triad, four neighbours.
        let [triad, seventh, augmented, cluster] =
            [[36, 31, 28, 12], [33, 29, 26, 11], [36, 32, 28, 12], [27, 26, 25, 24]].map(energy);
        assert_eq!((triad, seventh), (0.0, 0.0));
        assert!(0.0 < augmented && augmented < cluster && cluster < 2.0, "{augmented} {cluster}");
        // In each key the same, and one voice alone is no chord.
        assert!((1..12).all(|up| energy([27, 26, 25, 24].map(|class| class + up)) == cluster));
        assert_eq!(energy([36, SILENCE, SILENCE, SILENCE]), 0.0);
    }

    #[test]
    fn the_fourth_voice_shuns_what_makes_a_rare_chord() {
        let logits = Rules::new().logits(&frame([36, 31, 28, UNKNOWN]), 0, 3);
        assert!(logits[12] > logits[10] && logits[10] > logits[13] + 1.0, "{logits:?}");
    }
}
