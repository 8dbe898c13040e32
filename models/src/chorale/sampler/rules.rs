//! The rules of part-writing, as numbers that are added to the logits of a cell and as the energy of a frame.

use super::super::canvas::{CLASSES, Canvas, PITCHES, SILENCE, UNKNOWN, VOICES};
use super::super::harmony::{Triad, chord_kind};
use super::tuning::Tuning;

/// How far away a parallel is looked for, in steps.
const PARALLEL_REACH: usize = 4;
/// How far away a repeated neighbour is looked for, in steps.
const REPEATED_REACH: usize = 4;
/// How far away the other end of a leap is looked for, in steps.
const LEAP_REACH: usize = 8;
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
    tuning: Tuning,
    /// Of each set of pitch classes, the root of the triad that it is.
    roots: Vec<Option<u8>>,
    /// Of each set of pitch classes, how rare it is, from 0 to 1.
    rarity: Vec<f32>,
}

impl Rules {
    /// The rules with these numbers.
    pub fn new(tuning: Tuning) -> Self {
        let sets = 0..1 << 12;
        Self {
            tuning,
            roots: sets.clone().map(|classes| Triad::of(classes).map(|triad| triad.root)).collect(),
            rarity: sets.map(rarity).collect(),
        }
    }

    /// What the rules add to each class of an unknown cell, given what is known around it.
    pub fn logits(&self, canvas: &Canvas, step: usize, voice: usize) -> [f32; CLASSES] {
        let mut logits = [0.0; CLASSES];
        let tuning = &self.tuning;
        let beat = (canvas.start() + step).is_multiple_of(4);
        let both = [Side::Before, Side::After];
        self.parallels(canvas, step, voice, &both, |class, energy| logits[class] -= energy);
        let cells = canvas.cells();
        let others = || (0..VOICES).filter(|&other| other != voice).map(|other| cells[step][other]);
        let sounding = others().filter(|&class| class < SILENCE).count();
        let classes =
            others().filter(|&class| class < SILENCE).fold(0_u16, |mask, class| mask | 1 << (class % 12));
        for (class, logit) in logits[..PITCHES].iter_mut().enumerate() {
            let all = usize::from(classes | 1 << (class % 12));
            if sounding == 3 {
                *logit += self.rare(beat) * self.rarity[all];
            }
            // Class 0 is a C, so that a class modulo 12 is a pitch class.
            if let Some(root) = self.roots[all].filter(|_| beat && sounding >= 2) {
                let bass = if voice == VOICES - 1 { class as u8 } else { cells[step][VOICES - 1] };
                let rooted = sounding == 3 && bass < SILENCE && bass % 12 == root;
                *logit += if sounding == 3 { tuning.triad } else { tuning.triad_third };
                *logit += if rooted { tuning.root } else { 0.0 };
            }
        }
        for side in [Side::Before, Side::After] {
            let known = |at: &usize| cells[*at][voice] != UNKNOWN;
            let Some(at) = side.steps(step, cells.len(), LEAP_REACH).find(known) else { continue };
            let near = cells[at][voice];
            if near >= SILENCE {
                continue;
            }
            if at.abs_diff(step) <= REPEATED_REACH {
                logits[usize::from(near)] += if beat { tuning.beat_repeated } else { tuning.repeated };
            }
            for (class, logit) in logits[..PITCHES].iter_mut().enumerate() {
                if class.abs_diff(usize::from(near)) > 12 {
                    *logit += tuning.leap;
                }
            }
        }
        logits
    }

    /// The energy of the parallels that lead into and out of a frame and of its chord; 0 where there are no parallels
    /// and the chord is not rare.
    pub fn frame_energy(&self, canvas: &Canvas, step: usize) -> f32 {
        let parallels = self.parallels_at(canvas, step, &[Side::Before, Side::After]);
        // Class 0 is a C, so that a class modulo 12 is a pitch class.
        let sounding = canvas.cells()[step].iter().filter(|&&class| class < SILENCE);
        let classes = sounding.fold(0_usize, |mask, class| mask | 1 << (class % 12));
        let beat = (canvas.start() + step).is_multiple_of(4);
        parallels - self.tuning.rare_energy * self.rare(beat) * self.rarity[classes]
    }

    /// The energy of the parallels that lead into a frame.
    pub fn parallels_into(&self, canvas: &Canvas, step: usize) -> f32 {
        self.parallels_at(canvas, step, &[Side::Before])
    }

    fn parallels_at(&self, canvas: &Canvas, step: usize, sides: &[Side]) -> f32 {
        let mut energy = 0.0;
        for voice in 0..VOICES {
            let class = usize::from(canvas.cells()[step][voice]);
            self.parallels(canvas, step, voice, sides, |forbidden, rise| {
                if forbidden == class {
                    energy += rise;
                }
            });
        }
        // Each pair was met from both of its voices.
        energy / 2.0
    }

    fn rare(&self, beat: bool) -> f32 {
        if beat { self.tuning.beat_rare } else { self.tuning.rare }
    }

    /// Names the classes of a cell that move parallel with another voice, from or to the nearest step at which
    /// both are known, and the energy of each.
    fn parallels(
        &self,
        canvas: &Canvas,
        step: usize,
        voice: usize,
        sides: &[Side],
        mut meet: impl FnMut(usize, f32),
    ) {
        let cells = canvas.cells();
        for other in (0..VOICES).filter(|&other| other != voice) {
            let theirs = cells[step][other];
            if theirs >= SILENCE {
                continue;
            }
            for &side in sides {
                let sounding = |at: &usize| cells[*at][voice] < SILENCE && cells[*at][other] < SILENCE;
                let Some(at) = side.steps(step, cells.len(), PARALLEL_REACH).find(sounding) else { continue };
                let (ours, from) = (i32::from(cells[at][voice]), i32::from(cells[at][other]));
                let interval = (ours - from).abs() % 12;
                let theirs = i32::from(theirs);
                if theirs == from || (interval != 0 && interval != 7) {
                    continue;
                }
                let [same_way, contrary] = match at.abs_diff(step) {
                    1 => [self.tuning.parallel_near, self.tuning.parallel_contrary],
                    _ => [self.tuning.parallel_far, 0.0],
                };
                for class in (0..PITCHES as i32).filter(|class| (class - theirs).abs() % 12 == interval) {
                    let logit = match (class - ours).signum() * (theirs - from).signum() {
                        0 => continue,
                        1 => same_way,
                        _ => contrary,
                    };
                    meet(class as usize, -logit);
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
        let rules = Rules::new(Tuning::default());
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
        let logits = Rules::new(Tuning::default()).logits(&frame([36, 31, 28, UNKNOWN]), 0, 3);
        assert!(logits[12] > logits[10] && logits[10] > logits[13] + 1.0, "{logits:?}");
    }

    #[test]
    fn fifths_cost_more_one_way_than_by_contrary_motion_and_less_from_further_away() {
        let tuning = Tuning::default();
        let rules = Rules::new(tuning.clone());
        // A bass under a soprano, from c and g, `distance` steps later.
        let energy = |bass: u8, soprano: u8, distance: usize| {
            let mut canvas = Canvas::empty(8);
            for (step, cells) in [(0, [12, 31]), (distance, [bass, soprano])] {
                canvas.set(step, 3, cells[0]);
                canvas.set(step, 0, cells[1]);
            }
            let into = rules.parallels_into(&canvas, distance);
            // A frame's energy has the same, and that of its chord.
            assert!(rules.frame_energy(&canvas, distance) >= into);
            into
        };
        assert_eq!(energy(14, 33, 1), -tuning.parallel_near);
        assert_eq!(energy(7, 38, 1), -tuning.parallel_contrary);
        assert_eq!(energy(14, 33, 3), -tuning.parallel_far);
        assert_eq!(energy(7, 38, 3), 0.0);
        assert_eq!(energy(12, 31, 1), 0.0, "nothing moves");
        assert_eq!(energy(14, 34, 1), 0.0, "a sixth");
        assert_eq!(energy(14, 33, 5), 0.0, "too far away");
    }
}
