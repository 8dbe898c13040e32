//! The grading function of Fang, Liu, Seetharaman and Pardo ("Bach or Mock? A Grading Function for Chorales in the
//! Style of J.S. Bach", 2020, arXiv 2006.13329): how far the features of a chorale are from those of a corpus.
//! The lower the better.
//!
//! A grade is the sum of nine distances between distributions: scale degrees, note lengths, parallel fifths and
//! octaves, kinds of chords, the intervals of each of the four voices, and the lengths of repeated sequences. Each
//! is the first Wasserstein distance, with the values of a feature ranked by how often the corpus has them; that of
//! the parallels is multiplied by the chorale's parallels a note over the corpus's. Degrees, chords and intervals
//! are compared with the corpus's pieces of the same mode.
//!
//! Rolls have pitches without spelling and no repeated notes. So a degree is a number of semitones above the tonic,
//! an interval one of semitones, a chord its pitch classes up to transposition, and a note ends where the pitch
//! changes. The key is the one of 24 whose profile (Krumhansl and Kessler, 1982) correlates best.

use std::collections::{BTreeMap, HashMap};

use super::super::canvas::{Roll, VOICES};
use super::super::harmony::{chord_kind, pitch_classes};
use super::battery::Counts;

/// The names of the distances that a grade sums.
pub const FEATURES: [&str; 9] = [
    "degrees",
    "rhythm",
    "parallels",
    "chords",
    "soprano intervals",
    "alto intervals",
    "tenor intervals",
    "bass intervals",
    "repeated sequences",
];
const PARALLELS: usize = 2;
/// The features that differ by mode.
const BY_MODE: [usize; 6] = [0, 3, 4, 5, 6, 7];

/// The key profiles of Krumhansl and Kessler: major, minor.
const PROFILES: [[f64; 12]; 2] = [
    [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88],
    [6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17],
];

/// How often each value of a feature occurs. Values are numbers of any meaning.
type Histogram = BTreeMap<i32, u64>;

/// What a grade reads of one chorale.
struct Read {
    /// 0 major, 1 minor.
    mode: usize,
    histograms: [Histogram; FEATURES.len()],
    notes: u64,
}

/// The distributions of a corpus, to grade others by.
#[derive(Debug, Clone)]
pub struct Grader {
    /// For each feature, the distribution of the major and of the minor pieces: how likely each value is, the
    /// likeliest first. Features that do not differ by mode have the same twice.
    ranked: [[Vec<(i32, f64)>; 2]; FEATURES.len()],
    /// The parallels a note.
    parallels: f64,
}

impl Grader {
    /// Learns the distributions of a corpus.
    pub fn of(corpus: &[Roll]) -> Self {
        let mut sums: [[Histogram; 2]; FEATURES.len()] = Default::default();
        let (mut notes, mut parallels) = (0, 0);
        for read in corpus.iter().map(|roll| read(roll)) {
            notes += read.notes;
            parallels += read.histograms[PARALLELS].values().sum::<u64>();
            for (feature, histogram) in read.histograms.iter().enumerate() {
                let counted = |mode: &usize| *mode == read.mode || !BY_MODE.contains(&feature);
                let sums = sums[feature].iter_mut().enumerate().filter(|(mode, _)| counted(mode));
                for sum in sums.map(|(_, sum)| sum) {
                    for (value, count) in histogram {
                        *sum.entry(*value).or_default() += count;
                    }
                }
            }
        }
        let rank = |histogram: Histogram| {
            let mut ranked = shares(&histogram);
            ranked.sort_by(|one, other| other.1.total_cmp(&one.1));
            ranked
        };
        Self { ranked: sums.map(|modes| modes.map(rank)), parallels: parallels as f64 / notes.max(1) as f64 }
    }

    /// The nine distances of a chorale, in the order of [`FEATURES`]; their sum is its grade.
    pub fn distances(&self, roll: &[[i16; VOICES]]) -> [f64; FEATURES.len()] {
        let read = read(roll);
        std::array::from_fn(|feature| {
            let found = &read.histograms[feature];
            let distance = wasserstein(&self.ranked[feature][read.mode], &shares(found));
            if feature != PARALLELS {
                return distance;
            }
            let share = found.values().sum::<u64>() as f64 / read.notes.max(1) as f64;
            if share == 0.0 { 0.0 } else { distance * share / self.parallels }
        })
    }

    /// The grade of a chorale.
    pub fn grade(&self, roll: &[[i16; VOICES]]) -> f64 {
        self.distances(roll).iter().sum()
    }
}

/// The share of each value.
fn shares(histogram: &Histogram) -> Vec<(i32, f64)> {
    let total = histogram.values().sum::<u64>().max(1) as f64;
    histogram.iter().map(|(value, count)| (*value, *count as f64 / total)).collect()
}

/// The first Wasserstein distance between two distributions over the places of `ranked`; what only `found` has comes
/// behind, the rarest first.
fn wasserstein(ranked: &[(i32, f64)], found: &[(i32, f64)]) -> f64 {
    let mut left: HashMap<i32, f64> = found.iter().copied().collect();
    let mut differences: Vec<f64> =
        ranked.iter().map(|(value, share)| left.remove(value).unwrap_or(0.0) - share).collect();
    let mut rest: Vec<f64> = left.into_values().collect();
    rest.sort_by(f64::total_cmp);
    differences.extend(rest);
    differences.pop();
    let mut sum = 0.0;
    differences
        .into_iter()
        .map(|difference| {
            sum += difference;
            f64::abs(sum)
        })
        .sum()
}

/// Reads the features of a chorale.
fn read(roll: &[[i16; VOICES]]) -> Read {
    let (tonic, mode) = key(roll);
    let mut histograms: [Histogram; FEATURES.len()] = Default::default();
    let mut notes = 0;
    for pitch in roll.iter().flatten() {
        let degree = if *pitch < 0 { 12 } else { (i32::from(*pitch) - tonic).rem_euclid(12) };
        *histograms[0].entry(degree).or_default() += 1;
    }
    for voice in 0..VOICES {
        let line: Vec<i16> = roll.iter().map(|frame| frame[voice]).collect();
        let runs: Vec<&[i16]> = line.chunk_by(|one, other| one == other).collect();
        for run in &runs {
            *histograms[1].entry(run.len() as i32).or_default() += 1;
            notes += u64::from(run[0] >= 0);
        }
        for pair in runs.windows(2).filter(|pair| pair[0][0] >= 0 && pair[1][0] >= 0) {
            *histograms[4 + voice].entry(i32::from(pair[1][0]) - i32::from(pair[0][0])).or_default() += 1;
        }
        for (length, count) in repeated_sequences(&line) {
            *histograms[8].entry(length as i32).or_default() += count;
        }
    }
    let counts = Counts::of(roll);
    histograms[PARALLELS] = [(5, counts.parallel_fifths), (8, counts.parallel_octaves)]
        .into_iter()
        .filter(|pair| pair.1 > 0)
        .collect();
    for (step, frame) in roll.iter().enumerate() {
        if step == 0 || roll[step - 1] != *frame {
            *histograms[3].entry(i32::from(chord_kind(pitch_classes(frame)))).or_default() += 1;
        }
    }
    Read { mode, histograms, notes }
}

/// The tonic (a pitch class) and the mode (0 major, 1 minor) whose profile correlates best with the sounding steps.
fn key(roll: &[[i16; VOICES]]) -> (i32, usize) {
    let mut counts = [0.0; 12];
    for pitch in roll.iter().flatten().filter(|&&pitch| pitch >= 0) {
        counts[*pitch as usize % 12] += 1.0;
    }
    let mean = |values: &[f64; 12]| values.iter().sum::<f64>() / 12.0;
    let length = |values: &[f64; 12]| {
        let middle = mean(values);
        values.iter().map(|value| (value - middle).powi(2)).sum::<f64>().sqrt()
    };
    let mut best = (f64::NEG_INFINITY, 0, 0);
    for (mode, profile) in PROFILES.iter().enumerate() {
        for tonic in 0..12 {
            let middle = mean(profile);
            let product: f64 =
                (0..12).map(|class| counts[class] * (profile[(class + 12 - tonic) % 12] - middle)).sum();
            let fit = product / length(profile) / length(&counts).max(1e-9);
            if fit > best.0 {
                best = (fit, tonic as i32, mode);
            }
        }
    }
    (best.1, best.2)
}

/// The lengths in steps of the sequences of a line that come back exactly, and how often each length is met. A
/// sequence starts where a note or rest does and has at least two of them; one that only ever comes back as a part
/// of a longer one is left out.
fn repeated_sequences(line: &[i16]) -> BTreeMap<usize, u64> {
    const HOLD: i16 = -2;
    let symbols: Vec<i16> = (0..line.len())
        .map(|step| if step > 0 && line[step - 1] == line[step] { HOLD } else { line[step] })
        .collect();
    let length = symbols.len();
    // How often each sequence is met again, by the sequence itself.
    let mut met: HashMap<&[i16], u64> = HashMap::new();
    let mut before = vec![0_usize; length + 1];
    for end in 0..length {
        let mut runs = vec![0_usize; length + 1];
        for later in end + 1..length {
            let run = before[later];
            let starts = run == 0 && symbols[end] == HOLD;
            if !starts && symbols[end] == symbols[later] {
                runs[later + 1] = run + 1;
                let mut notes = 0;
                for start in (end - run..=end).rev() {
                    notes += usize::from(symbols[start] != HOLD);
                    if symbols[start] != HOLD && notes > 1 {
                        *met.entry(&symbols[start..=end]).or_default() += 1;
                    }
                }
            }
        }
        before = runs;
    }
    let mut sequences: Vec<(&[i16], u64)> = met.into_iter().collect();
    sequences.sort_by(|one, other| other.0.len().cmp(&one.0.len()).then_with(|| one.0.cmp(other.0)));
    let mut kept: HashMap<u64, Vec<&[i16]>> = HashMap::new();
    let mut lengths = BTreeMap::new();
    for (sequence, count) in sequences {
        let longer = kept.entry(count).or_default();
        let within = |other: &&[i16]| {
            other.len() > sequence.len() && other.windows(sequence.len()).any(|window| window == sequence)
        };
        if !longer.iter().any(within) {
            longer.push(sequence);
            // `count` pairs are what this many occurrences make.
            let occurrences = ((1.0 + (1.0 + 8.0 * count as f64).sqrt()) / 2.0) as u64;
            *lengths.entry(sequence.len()).or_default() += occurrences;
        }
    }
    lengths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_that_comes_back_counts_once_by_its_length() {
        // c, d and e as quarters, twice, and something else between.
        let line: Vec<i16> =
            [60, 62, 64, 70, 60, 62, 64, 71].into_iter().flat_map(|pitch| [pitch; 4]).collect();
        let found = repeated_sequences(&line);
        // The whole of three notes, and nothing that is only a part of it.
        assert_eq!(found, BTreeMap::from([(12, 2)]));
        assert!(repeated_sequences(&[60, 60, 62, 62, 64]).is_empty());
        assert!(repeated_sequences(&[]).is_empty());
    }

    #[test]
    fn the_distance_moves_mass_over_ranks() {
        let ranked = [(7, 0.5), (3, 0.3), (1, 0.2)];
        assert_eq!(wasserstein(&ranked, &ranked), 0.0);
        assert!((wasserstein(&ranked, &[(3, 0.3), (1, 0.7)]) - 1.0).abs() < 1e-12);
        // A value that the corpus lacks stands behind all of its own.
        assert!((wasserstein(&ranked, &[(7, 0.5), (3, 0.3), (9, 0.2)]) - 0.2).abs() < 1e-12);
    }

    #[test]
    fn kinds_of_chords_are_the_same_in_each_key() {
        let chord = |root: i16| pitch_classes(&[60 + root, 64 + root, 67 + root, 48 + root]);
        assert!((1..12).all(|root| chord_kind(chord(root)) == chord_kind(chord(0))));
        assert_ne!(chord_kind(chord(0)), chord_kind(pitch_classes(&[60, 63, 67, 48])));
    }

    #[test]
    fn keys_are_found_with_their_mode() {
        let scale = |degrees: [i16; 7], tonic: i16| -> Vec<[i16; 4]> {
            let mut roll: Vec<[i16; 4]> =
                degrees.map(|degree| [60 + tonic + degree, 60 + tonic, 67 + tonic, -1]).to_vec();
            roll.push([60 + tonic + degrees[2], 60 + tonic, 67 + tonic, 48 + tonic]);
            roll
        };
        assert_eq!(key(&scale([0, 2, 4, 5, 7, 9, 11], 2)), (2, 0));
        assert_eq!(key(&scale([0, 2, 3, 5, 7, 8, 10], 9)), (9, 1));
    }

    #[test]
    fn a_piece_of_the_corpus_grades_better_than_noise() {
        let piece: Roll = (0..64)
            .map(|step| [[72, 67, 64, 48], [71, 67, 62, 55], [72, 69, 65, 53]][step / 4 % 3])
            .collect();
        let grader = Grader::of(&[piece.clone(), piece.clone()]);
        let noise: Roll =
            (0..64).map(|step| [72 - (step * 7 % 11), 67, 64 - (step * 5 % 9), 48 + step % 3]).collect();
        assert_eq!(grader.grade(&piece), 0.0);
        assert!(grader.grade(&noise) > 1.0);
    }
}
