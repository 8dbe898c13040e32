//! Rolls, and scores of which only a part is known.

use super::error::ChoraleError;

/// The number of voices: soprano, alto, tenor, bass, in this order everywhere.
pub const VOICES: usize = 4;
/// The MIDI pitch of class 0.
pub const LOWEST: i16 = 36;
/// The number of pitches that the network sings: MIDI 36 to 81.
pub const PITCHES: usize = 46;
/// The class of silence.
pub const SILENCE: u8 = 46;
/// The class of a cell that is not known.
pub const UNKNOWN: u8 = 47;
/// The number of classes that a cell can be sung as: 46 pitches and silence.
pub const CLASSES: usize = 47;

/// A score on a grid of sixteenths: four MIDI pitches a step (soprano, alto, tenor, bass), -1 where a
/// voice is silent.
pub type Roll = Vec<[i16; VOICES]>;

/// The class of a MIDI pitch: 0 to 45 for 36 to 81, 46 for -1; none for any other number.
pub fn class_of(pitch: i16) -> Option<u8> {
    match pitch {
        -1 => Some(SILENCE),
        _ => u8::try_from(i32::from(pitch) - i32::from(LOWEST))
            .ok()
            .filter(|&class| usize::from(class) < PITCHES),
    }
}

/// The MIDI pitch of a class, -1 for silence and for what is not known.
pub fn pitch_of(class: u8) -> i16 {
    if class < SILENCE { LOWEST + i16::from(class) } else { -1 }
}

/// A score of which every cell is known or not: what the network reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canvas {
    /// The class of each cell: 0 to 46 where it is known, 47 where it is not.
    cells: Vec<[u8; VOICES]>,
    /// Where step 0 lies in its piece, in steps.
    start: usize,
    /// The length of the whole piece, in steps.
    piece: usize,
}

impl Canvas {
    /// A whole piece of `steps` steps of which nothing is known.
    pub fn empty(steps: usize) -> Self {
        Self { cells: vec![[UNKNOWN; VOICES]; steps], start: 0, piece: steps }
    }

    /// A whole piece of which everything is known.
    ///
    /// # Errors
    /// A pitch that is neither -1 nor in 36..=81 is refused, with its step and voice.
    pub fn from_roll(roll: &[[i16; VOICES]]) -> Result<Self, ChoraleError> {
        let mut canvas = Self::empty(roll.len());
        for (step, pitches) in roll.iter().enumerate() {
            for (voice, &pitch) in pitches.iter().enumerate() {
                let class = class_of(pitch).ok_or(ChoraleError::PitchOutside {
                    step,
                    voice,
                    pitch,
                    lowest: LOWEST,
                    highest: LOWEST + PITCHES as i16 - 1,
                })?;
                canvas.cells[step][voice] = class;
            }
        }
        Ok(canvas)
    }

    /// The same cells as a part of a longer piece: step 0 is step `start` of a piece of `piece` steps
    /// (at least `start` and the canvas's own length together; a shorter one is taken as that).
    pub fn within(mut self, start: usize, piece: usize) -> Self {
        self.start = start;
        self.piece = piece.max(start + self.cells.len());
        self
    }

    /// The number of steps.
    pub fn steps(&self) -> usize {
        self.cells.len()
    }

    /// Where step 0 lies in its piece, in steps.
    pub fn start(&self) -> usize {
        self.start
    }

    /// The length of the whole piece, in steps.
    pub fn piece(&self) -> usize {
        self.piece
    }

    /// The classes of all cells, 47 where they are not known.
    pub fn cells(&self) -> &[[u8; VOICES]] {
        &self.cells
    }

    /// Makes a cell known, or, with [`UNKNOWN`] or any larger number, unknown.
    ///
    /// # Panics
    /// Where the step or the voice is outside the canvas.
    pub fn set(&mut self, step: usize, voice: usize, class: u8) {
        self.cells[step][voice] = class.min(UNKNOWN);
    }

    /// Whether a cell is known.
    ///
    /// # Panics
    /// Where the step or the voice is outside the canvas.
    pub fn is_known(&self, step: usize, voice: usize) -> bool {
        self.cells[step][voice] != UNKNOWN
    }

    /// The roll: MIDI pitches, -1 for silence and for what is not known.
    pub fn to_roll(&self) -> Roll {
        self.cells.iter().map(|cells| cells.map(pitch_of)).collect()
    }
}
