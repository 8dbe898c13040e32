//! What the network is given of a partly known score, beside the cells themselves: neighbours,
//! repetition, metre and key. Facts that a network learns slowly are looked up instead.

use super::canvas::{Canvas, SILENCE, UNKNOWN, VOICES};

/// The number of buckets of distances; the last says that there is no neighbour.
pub const DISTANCES: usize = 10;
/// The number of intervals from the neighbour before to the one after.
pub const INTERVALS: usize = 32;
/// The number of grades of a repetition; 0 says that there is none.
pub const REPEAT_GRADES: usize = 18;
/// The number of positions in each table of the metre.
pub const METRE_POSITIONS: usize = 16;

/// Lags at which a repetition is looked for are multiples of this many steps.
const LAG: usize = 8;
/// The longest lag, so that the time for a long score grows with its length alone.
const LONGEST_LAG: usize = 1024;
/// How many steps to either side are compared to find a repetition.
const REPEAT_REACH: usize = 16;
/// The fewest cells that must be known on both sides of a lag to call it a repetition.
const FEWEST_COMMON: f32 = 6.0;
/// Intervals are clipped to this many semitones.
const WIDEST_INTERVAL: i32 = 14;

/// How often each degree above the tonic sounds in Bach's chorales, transposed to one tonic.
pub const DEGREES: [f64; 12] =
    [0.1712, 0.0107, 0.121, 0.0044, 0.1724, 0.064, 0.0215, 0.1548, 0.025, 0.1481, 0.0045, 0.1024];

/// What the network reads of one cell; classes are 0..=45 a pitch, 46 silence, 47 nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cell {
    /// The cell's own class.
    pub current: u8,
    /// The nearest known class before it in the same voice.
    pub previous: u8,
    /// The nearest known class after it in the same voice.
    pub next: u8,
    /// The class that stands here in the best repetition.
    pub repeat: u8,
    /// How far away `previous` is, as a bucket below `DISTANCES`.
    pub previous_distance: u8,
    /// How far away `next` is, as a bucket below `DISTANCES`.
    pub next_distance: u8,
    /// How good and how long the repetition is, below `REPEAT_GRADES`.
    pub repeat_grade: u8,
}

impl Cell {
    /// The interval from `previous` to `next` as an index below `INTERVALS`.
    pub fn interval(&self) -> usize {
        match (self.previous < SILENCE, self.next < SILENCE) {
            (true, true) => {
                let semitones = i32::from(self.next) - i32::from(self.previous);
                (semitones.clamp(-WIDEST_INTERVAL, WIDEST_INTERVAL) + WIDEST_INTERVAL) as usize
            }
            (false, false) => 29,
            (false, true) => 30,
            (true, false) => 31,
        }
    }
}

/// The features of some steps of a canvas.
#[derive(Debug, Clone, PartialEq)]
pub struct Features {
    /// The features of each asked step, in the order in which they were asked.
    pub cells: Vec<[Cell; VOICES]>,
    /// Each step's places in its piece: t mod 16, (T - t) mod 16, min(t/2, 15), min((T-1-t)/2, 15).
    pub metre: Vec<[u8; 4]>,
    /// The share of each pitch class among the known cells; 12 zeros where nothing is known.
    pub histogram: [f32; 12],
    /// The tonic as a distance from C, -6..=5.
    pub key: i8,
}

impl Features {
    /// The features of all steps.
    pub fn of(canvas: &Canvas, key: Option<i8>) -> Self {
        let steps: Vec<usize> = (0..canvas.steps()).collect();
        Self::at(canvas, &steps, key)
    }

    /// The features of `steps`, each below the canvas's length. `key` is the tonic to assume (any
    /// number of semitones above or below C); without one it is judged from the known cells.
    ///
    /// # Panics
    /// Where a step is outside the canvas.
    pub fn at(canvas: &Canvas, steps: &[usize], key: Option<i8>) -> Self {
        let counts = pitch_class_counts(canvas);
        let total: f32 = counts.iter().sum();
        let (start, piece) = (canvas.start(), canvas.piece());
        let mut cells = vec![[Cell::default(); VOICES]; steps.len()];
        fill_neighbours(canvas, steps, &mut cells);
        fill_repeats(canvas, steps, &mut cells);
        Self {
            cells,
            metre: steps
                .iter()
                .map(|&step| {
                    let t = start + step;
                    let left = piece - t;
                    [t % 16, left % 16, (t / 2).min(15), ((left - 1) / 2).min(15)].map(|place| place as u8)
                })
                .collect(),
            histogram: counts.map(|count| count / total.max(1.0)),
            key: fold(key.map_or_else(|| judge_key(&counts), i32::from)),
        }
    }
}

/// How often each pitch class is known.
fn pitch_class_counts(canvas: &Canvas) -> [f32; 12] {
    let mut counts = [0.0; 12];
    for &class in canvas.cells().iter().flatten().filter(|&&class| class < SILENCE) {
        counts[usize::from(class) % 12] += 1.0;
    }
    counts
}

/// The tonic, 0..=11 above C, under which these counts are the likeliest; 0 where all are zero.
fn judge_key(counts: &[f32; 12]) -> i32 {
    let fit = |tonic: usize| -> f64 {
        (0..12).map(|class| f64::from(counts[class]) * DEGREES[(class + 12 - tonic) % 12].ln()).sum()
    };
    let mut best = (0, fit(0));
    for tonic in 1..12 {
        let found = fit(tonic);
        if found > best.1 {
            best = (tonic, found);
        }
    }
    best.0 as i32
}

/// The same tonic in -6..=5.
fn fold(tonic: i32) -> i8 {
    ((tonic + 6).rem_euclid(12) - 6) as i8
}

/// The bucket of a distance of at least one step.
fn distance_bucket(steps: usize) -> u8 {
    match steps {
        0..=4 => steps as u8,
        5..=6 => 5,
        7..=8 => 6,
        9..=16 => 7,
        _ => 8,
    }
}

/// The bucket of a neighbour that is not there.
const NO_NEIGHBOUR: u8 = 9;

fn fill_neighbours(canvas: &Canvas, steps: &[usize], features: &mut [[Cell; VOICES]]) {
    let cells = canvas.cells();
    for voice in 0..VOICES {
        let mut before = vec![None; cells.len()];
        let mut after = vec![None; cells.len()];
        let mut newest = None;
        for t in 0..cells.len() {
            before[t] = newest;
            newest = (cells[t][voice] != UNKNOWN).then_some(t).or(newest);
        }
        newest = None;
        for t in (0..cells.len()).rev() {
            after[t] = newest;
            newest = (cells[t][voice] != UNKNOWN).then_some(t).or(newest);
        }
        for (&t, feature) in steps.iter().zip(features.iter_mut()) {
            let look = |at: Option<usize>| {
                at.map_or((UNKNOWN, NO_NEIGHBOUR), |at| (cells[at][voice], distance_bucket(at.abs_diff(t))))
            };
            let feature = &mut feature[voice];
            feature.current = cells[t][voice];
            (feature.previous, feature.previous_distance) = look(before[t]);
            (feature.next, feature.next_distance) = look(after[t]);
        }
    }
}

/// For each cell, the class at a lag of a multiple of 8 steps whose surroundings agree best. Over the
/// cells within 16 steps that are known on both sides, N of them and E equal, a lag of L steps
/// scores E - 4(N - E) - 0.001 L.
fn fill_repeats(canvas: &Canvas, steps: &[usize], features: &mut [[Cell; VOICES]]) {
    let cells = canvas.cells();
    let length = cells.len();
    let mut best = vec![[Repeat::NONE; VOICES]; steps.len()];
    // Sums over the steps before each step: of cells known on both sides, and of equal ones.
    let mut sums: Vec<[u32; 2]> = Vec::with_capacity(length + 1);
    for lag in (LAG..length.min(LONGEST_LAG + 1)).step_by(LAG) {
        let overlap = length - lag;
        sums.clear();
        let mut sum = [0, 0];
        sums.push(sum);
        for (early, late) in cells.iter().zip(&cells[lag..]) {
            for voice in 0..VOICES {
                let both = early[voice] != UNKNOWN && late[voice] != UNKNOWN;
                sum[0] += u32::from(both);
                sum[1] += u32::from(both && early[voice] == late[voice]);
            }
            sums.push(sum);
        }
        // `early` is the earlier end of the lag, `source` where the class is taken from.
        let consider = |early: usize, source: usize, found: &mut [Repeat; VOICES]| {
            let low = sums[early.saturating_sub(REPEAT_REACH)];
            let high = sums[(early + REPEAT_REACH + 1).min(overlap)];
            let (common, equal) = ((high[0] - low[0]) as f32, (high[1] - low[1]) as f32);
            if common < FEWEST_COMMON {
                return;
            }
            let score = equal - 4.0 * (common - equal) - 1e-3 * lag as f32;
            for (found, &class) in found.iter_mut().zip(&cells[source]) {
                if class != UNKNOWN && score > found.score {
                    *found = Repeat { score, class, common, equal };
                }
            }
        };
        for (&t, found) in steps.iter().zip(&mut best) {
            if t >= lag {
                consider(t - lag, t - lag, found);
            }
            if t + lag < length {
                consider(t, t + lag, found);
            }
        }
    }
    for (feature, found) in features.iter_mut().zip(&best) {
        for (cell, repeat) in feature.iter_mut().zip(found) {
            cell.repeat = repeat.class;
            cell.repeat_grade = repeat.grade();
        }
    }
}

#[derive(Clone, Copy)]
struct Repeat {
    score: f32,
    class: u8,
    common: f32,
    equal: f32,
}

impl Repeat {
    const NONE: Self = Self { score: -1e8, class: UNKNOWN, common: 0.0, equal: 0.0 };

    /// 0 for none; else 1 and four grades of agreement times four of length.
    fn grade(&self) -> u8 {
        if self.class == UNKNOWN {
            return 0;
        }
        let agreement = match self.equal / self.common.max(1.0) {
            share if share >= 0.999 => 3,
            share if share > 0.9 => 2,
            share if share > 0.75 => 1,
            _ => 0,
        };
        let length = match self.equal {
            equal if equal < 16.0 => 0,
            equal if equal < 32.0 => 1,
            equal if equal < 64.0 => 2,
            _ => 3,
        };
        1 + agreement * 4 + length
    }
}
