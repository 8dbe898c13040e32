//! Triads.

use super::canvas::VOICES;

/// The pitch classes above the root of each kind of triad.
const TRIADS: [(TriadKind, [u8; 3]); 4] = [
    (TriadKind::Major, [0, 4, 7]),
    (TriadKind::Minor, [0, 3, 7]),
    (TriadKind::Diminished, [0, 3, 6]),
    (TriadKind::Augmented, [0, 4, 8]),
];

/// The kind of a triad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TriadKind {
    /// Such as c e g.
    Major,
    /// Such as c e flat g.
    Minor,
    /// Such as c e flat g flat.
    Diminished,
    /// Such as c e g sharp.
    Augmented,
}

/// A triad: its root and its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Triad {
    /// The pitch class of its root, 0..=11; of an augmented triad the lowest number.
    pub root: u8,
    /// Its kind.
    pub kind: TriadKind,
}

impl Triad {
    /// The triad that a set of pitch classes, a bit each, is exactly, if it is one.
    pub fn of(classes: u16) -> Option<Self> {
        (0..12).find_map(|root| {
            let fits = |intervals: &[u8; 3]| {
                intervals.iter().fold(0, |mask: u16, interval| mask | 1 << ((root + interval) % 12))
                    == classes
            };
            TRIADS.iter().find(|(_, intervals)| fits(intervals)).map(|(kind, _)| Self { root, kind: *kind })
        })
    }
}

/// The pitch classes of a frame of MIDI pitches, a bit each; silence has none.
pub fn pitch_classes(frame: &[i16; VOICES]) -> u16 {
    frame.iter().filter(|&&pitch| pitch >= 0).fold(0, |mask, pitch| mask | 1 << (pitch % 12))
}

/// A set of pitch classes, a bit each, up to transposition: the least of its twelve rotations as a number.
pub fn chord_kind(classes: u16) -> u16 {
    (0..12).map(|turn| (classes << turn | classes >> (12 - turn)) & 0xfff).min().unwrap_or(0)
}
