//! What a roll says as notes and rests.

use pastiche_models::chorale::Roll;

/// Quarter notes a minute.
pub(super) const TEMPO: f64 = 72.0;

/// A run of equal cells of a voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Note {
    /// Its first step.
    pub(super) start: usize,
    /// Its length in steps, at least 1.
    pub(super) steps: usize,
    /// Its MIDI pitch, -1 for a rest.
    pub(super) pitch: i16,
}

/// The notes and rests of a voice, one behind the other.
pub(super) fn notes(roll: &Roll, voice: usize) -> Vec<Note> {
    let mut start = 0;
    roll.chunk_by(|one, other| one[voice] == other[voice])
        .map(|run| {
            let note = Note { start, steps: run.len(), pitch: run[0][voice] };
            start += run.len();
            note
        })
        .collect()
}
