//! What can be counted in a roll: how much is held, how chords sound, how voices move together.
//!
//! All rates are a sum of counts over a sum of counts. Cells are compared by pitch alone, so that a note that is
//! struck again reads as held.

use super::super::canvas::VOICES;
use super::super::harmony::{Triad, TriadKind, pitch_classes};

/// The pairs of voices, the higher one first.
const PAIRS: [[usize; 2]; 6] = [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]];

macro_rules! counts {
    ($($(#[$doc:meta])* $field:ident $name:literal;)+) => {
        /// What was counted in one or more rolls.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct Counts { $($(#[$doc])* pub $field: u64),+ }

        impl Counts {
            /// The counts by the short names of the published tables.
            pub fn named(&self) -> Vec<(&'static str, u64)> {
                vec![$(($name, self.$field)),+]
            }

            /// Adds the counts of another roll.
            pub fn add(&mut self, other: &Self) {
                $(self.$field += other.$field;)+
            }
        }
    };
}

counts! {
    /// Steps.
    steps "T";
    /// Cells that sound.
    sounding "snd";
    /// Cells that sound, without those of the first step.
    sounding_later "snd1";
    /// Of these, those equal to the cell before.
    held "held";
    /// Of these, those different from the cell before, which may be silent.
    onsets "on";
    /// Steps without the first.
    later_steps "on_steps";
    /// Steps with at least three voices that sound.
    chords "n3";
    /// Of these, those whose pitch classes are exactly a triad.
    triads "tri";
    /// Major triads among them.
    major "tri_maj";
    /// Minor triads among them.
    minor "tri_min";
    /// Diminished triads among them.
    diminished "tri_dim";
    /// Augmented triads among them.
    augmented "tri_aug";
    /// Pairs of voices that sound together, over all steps.
    pairs "pairs";
    /// Of these, those a second, a tritone or a seventh apart.
    dissonant "diss";
    /// Steps in which all voices sound.
    full "all4";
    /// Of these, those in which no voice is above a higher one.
    in_order "order";
    /// The sum of the soprano's pitches.
    soprano_sum "psum0";
    /// The soprano's cells that sound.
    soprano_cells "pn0";
    /// The sum of the alto's pitches.
    alto_sum "psum1";
    /// The alto's cells that sound.
    alto_cells "pn1";
    /// The sum of the tenor's pitches.
    tenor_sum "psum2";
    /// The tenor's cells that sound.
    tenor_cells "pn2";
    /// The sum of the bass's pitches.
    bass_sum "psum3";
    /// The bass's cells that sound.
    bass_cells "pn3";
    /// Pairs of voices from one step to the next, where both sound in both.
    transitions "trans_pairs";
    /// Of these, those in which both voices change pitch.
    both_move "bm";
    /// Of these, those in which both go up or both go down.
    same_way "bm_sim";
    /// Fifths that follow fifths where both move.
    fifths "p5_any";
    /// Octaves or unisons that follow such where both move.
    octaves "p8_any";
    /// Fifths that follow fifths in the same direction.
    parallel_fifths "p5_sim";
    /// Octaves or unisons that follow such in the same direction.
    parallel_octaves "p8_sim";
    /// Changes of pitch of a voice from one sounding cell to the next.
    moves "moves";
    /// Of these, leaps beyond an octave.
    leaps "leaps";
}

impl Counts {
    /// Counts one roll.
    pub fn of(roll: &[[i16; VOICES]]) -> Self {
        let mut counts = Self { later_steps: roll.len().saturating_sub(1) as u64, ..Self::default() };
        for frame in roll {
            counts.frame(frame);
        }
        for pair in roll.windows(2) {
            counts.step(&pair[0], &pair[1]);
        }
        counts
    }

    fn frame(&mut self, frame: &[i16; VOICES]) {
        self.steps += 1;
        let sounding = frame.iter().filter(|&&pitch| pitch >= 0).count();
        self.sounding += sounding as u64;
        let sums = [
            (&mut self.soprano_sum, &mut self.soprano_cells),
            (&mut self.alto_sum, &mut self.alto_cells),
            (&mut self.tenor_sum, &mut self.tenor_cells),
            (&mut self.bass_sum, &mut self.bass_cells),
        ];
        for (&pitch, (sum, cells)) in frame.iter().zip(sums) {
            if let Ok(pitch) = u64::try_from(pitch) {
                *sum += pitch;
                *cells += 1;
            }
        }
        if sounding >= 3 {
            self.chords += 1;
            if let Some(triad) = Triad::of(pitch_classes(frame)) {
                self.triads += 1;
                match triad.kind {
                    TriadKind::Major => self.major += 1,
                    TriadKind::Minor => self.minor += 1,
                    TriadKind::Diminished => self.diminished += 1,
                    TriadKind::Augmented => self.augmented += 1,
                }
            }
        }
        for [upper, lower] in PAIRS {
            if frame[upper] >= 0 && frame[lower] >= 0 {
                self.pairs += 1;
                let interval = (frame[upper] - frame[lower]).abs() % 12;
                self.dissonant += u64::from(matches!(interval, 1 | 2 | 6 | 10 | 11));
            }
        }
        if sounding == VOICES {
            self.full += 1;
            self.in_order += u64::from(frame.windows(2).all(|pair| pair[0] >= pair[1]));
        }
    }

    fn step(&mut self, before: &[i16; VOICES], after: &[i16; VOICES]) {
        for (&before, &after) in before.iter().zip(after).filter(|(_, after)| **after >= 0) {
            self.sounding_later += 1;
            self.held += u64::from(before == after);
            self.onsets += u64::from(before != after);
            if before >= 0 && before != after {
                self.moves += 1;
                self.leaps += u64::from((before - after).abs() > 12);
            }
        }
        for [upper, lower] in PAIRS {
            let all = [before[upper], before[lower], after[upper], after[lower]];
            if all.iter().any(|&pitch| pitch < 0) {
                continue;
            }
            self.transitions += 1;
            let moves = [after[upper] - before[upper], after[lower] - before[lower]];
            if moves.contains(&0) {
                continue;
            }
            self.both_move += 1;
            let same = u64::from(moves[0].signum() == moves[1].signum());
            self.same_way += same;
            let interval = |frame: &[i16; VOICES]| (frame[upper] - frame[lower]).abs() % 12;
            match [interval(before), interval(after)] {
                [7, 7] => {
                    self.fifths += 1;
                    self.parallel_fifths += same;
                }
                [0, 0] => {
                    self.octaves += 1;
                    self.parallel_octaves += same;
                }
                _ => {}
            }
        }
    }

    /// The rates, in the order of [`RATES`].
    pub fn rates(&self) -> Vec<f64> {
        RATES.iter().map(|rate| rate.factor * (rate.part)(self) as f64 / (rate.whole)(self) as f64).collect()
    }
}

/// A rate of a battery: a count over a count.
#[derive(Debug)]
pub struct Rate {
    /// Its name.
    pub name: &'static str,
    /// What the quotient is multiplied by: 1, 100 for percent, 1000 for a rate per thousand.
    pub factor: f64,
    part: fn(&Counts) -> u64,
    whole: fn(&Counts) -> u64,
}

macro_rules! rates {
    ($($name:literal $factor:literal $part:ident $whole:ident;)+) => {
        /// The rates of the battery.
        pub const RATES: &[Rate] = &[$(Rate {
            name: $name,
            factor: $factor,
            part: |counts| counts.$part,
            whole: |counts| counts.$whole,
        }),+];
    };
}

rates! {
    "held %" 100.0 held sounding_later;
    "onsets a step" 1.0 onsets later_steps;
    "triad %" 100.0 triads chords;
    "dissonant %" 100.0 dissonant pairs;
    "order %" 100.0 in_order full;
    "mean soprano" 1.0 soprano_sum soprano_cells;
    "mean alto" 1.0 alto_sum alto_cells;
    "mean tenor" 1.0 tenor_sum tenor_cells;
    "mean bass" 1.0 bass_sum bass_cells;
    "both move %" 100.0 both_move transitions;
    "parallel fifths, same way, per 1000" 1000.0 parallel_fifths both_move;
    "parallel octaves, same way, per 1000" 1000.0 parallel_octaves both_move;
    "parallel fifths, any way, per 1000" 1000.0 fifths both_move;
    "parallel octaves, any way, per 1000" 1000.0 octaves both_move;
    "leaps beyond an octave per 1000" 1000.0 leaps moves;
}
