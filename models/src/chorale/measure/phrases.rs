//! Phrases and their cadences.

use super::super::canvas::{Canvas, VOICES};
use super::super::features::Features;
use super::super::harmony::{Triad, TriadKind, pitch_classes};

/// The steps of a beat.
const BEAT: usize = 4;
/// The degrees of a major scale, in semitones above its tonic.
const SCALE: [i16; 7] = [0, 2, 4, 5, 7, 9, 11];

/// The phrases of one roll. A phrase ends on a beat on which a chord begins that all four voices hold for at
/// least four steps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Phrases {
    /// The steps on which they end.
    pub ends: Vec<usize>,
    /// Of these, those on a major or minor triad in root position whose root is a degree of the key.
    pub cadences: usize,
    /// Whether the last chord is a triad on the tonic of the key, or on that of the relative minor.
    pub ends_on_tonic: bool,
}

impl Phrases {
    /// Finds the phrases of a roll; its key is the major scale in which its pitches are likeliest. Pitches outside
    /// 36..=81 count as silent for the key.
    pub fn of(roll: &[[i16; VOICES]]) -> Self {
        let kept: Vec<[i16; VOICES]> = roll
            .iter()
            .map(|frame| frame.map(|pitch| if (36..=81).contains(&pitch) { pitch } else { -1 }))
            .collect();
        let key = Canvas::from_roll(&kept).map_or(0, |canvas| Features::at(&canvas, &[], None).key);
        let ends: Vec<usize> = (0..roll.len()).step_by(BEAT).filter(|&step| ends_at(roll, step)).collect();
        let rooted = |frame: &[i16; VOICES]| {
            Triad::of(pitch_classes(frame)).filter(|found| {
                matches!(found.kind, TriadKind::Major | TriadKind::Minor)
                    && frame[VOICES - 1] % 12 == i16::from(found.root)
            })
        };
        let degree = |found: Triad| (i16::from(found.root) - i16::from(key)).rem_euclid(12);
        let of_the_key =
            |step: &&usize| rooted(&roll[**step]).is_some_and(|found| SCALE.contains(&degree(found)));
        Self {
            cadences: ends.iter().filter(of_the_key).count(),
            ends,
            ends_on_tonic: roll
                .last()
                .and_then(|frame| Triad::of(pitch_classes(frame)))
                .is_some_and(|found| matches!(degree(found), 0 | 9)),
        }
    }
}

/// Whether a chord begins at a step that all voices hold for a beat.
fn ends_at(roll: &[[i16; VOICES]], step: usize) -> bool {
    let Some(beat) = roll.get(step..step + BEAT) else { return false };
    let held = beat.iter().all(|frame| *frame == beat[0]) && beat[0].iter().all(|&pitch| pitch >= 0);
    held && step.checked_sub(1).is_none_or(|before| roll[before] != beat[0])
}

/// The names of [`rates`].
pub const RATES: [&str; 3] = [
    "phrase ends on a triad of the key in root position %",
    "last chord on the tonic %",
    "steps from end to end",
];

/// The share of the phrases that end on a triad of the key in root position, the share of the pieces that end on
/// the tonic, both in percent, and the mean number of steps between two ends of a piece.
pub fn rates<'a>(pieces: impl Iterator<Item = &'a Phrases>) -> Vec<f64> {
    let (mut ends, mut cadences, mut count, mut tonics, mut gaps, mut length) = (0, 0, 0, 0, 0, 0);
    for piece in pieces {
        count += 1;
        ends += piece.ends.len();
        cadences += piece.cadences;
        tonics += usize::from(piece.ends_on_tonic);
        if let [first, .., last] = piece.ends[..] {
            gaps += piece.ends.len() - 1;
            length += last - first;
        }
    }
    vec![
        100.0 * cadences as f64 / ends as f64,
        100.0 * tonics as f64 / f64::from(count),
        length as f64 / gaps as f64,
    ]
}
