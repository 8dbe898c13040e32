//! What files of other programs hold: lines of notes on a grid of sixteenths.

use pastiche_models::chorale::{Canvas, Roll, VOICES};

/// A note of a line, in steps of a sixteenth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LineNote {
    pub(super) start: usize,
    /// Above `start`.
    pub(super) end: usize,
    /// MIDI pitch.
    pub(super) pitch: i16,
}

/// The notes of one track, channel or voice of a file.
pub(super) type Line = Vec<LineNote>;

/// The longest chorale that is read, in steps.
const MOST_STEPS: usize = 65_536;

/// The step that begins nearest to a beat (a quarter note).
pub(super) fn step_of(beat: f64) -> usize {
    (beat * 4.0).round() as usize
}

/// Where the last note ends.
pub(super) fn end(lines: &[Line]) -> usize {
    lines.iter().flatten().map(|note| note.end).max().unwrap_or(0)
}

/// The MIDI pitch of each step, -1 for a rest; where several notes sound, the highest.
pub(super) fn highest(notes: impl Iterator<Item = LineNote>, steps: usize) -> Vec<i16> {
    let mut pitches = vec![-1; steps];
    for note in notes {
        for pitch in &mut pitches[note.start.min(steps)..note.end.min(steps)] {
            *pitch = note.pitch.max(*pitch);
        }
    }
    pitches
}

/// Four lines as a roll, the highest on the whole as the soprano.
///
/// # Errors
/// What keeps them from being a chorale that the network can learn from.
pub(super) fn roll(mut lines: Vec<Line>) -> Result<Roll, String> {
    lines.retain(|line| !line.is_empty());
    if lines.len() != VOICES {
        let found = lines.len();
        return Err(format!(
            "it has {found} voice{}, and a chorale has four, each in a track, channel or voice of its own",
            if found == 1 { "" } else { "s" }
        ));
    }
    let steps = end(&lines);
    if steps > MOST_STEPS {
        return Err(format!("its {steps} sixteenths are more than {MOST_STEPS}"));
    }
    let mean = |line: &Line| line.iter().map(|note| f64::from(note.pitch)).sum::<f64>() / line.len() as f64;
    lines.sort_by(|one, other| mean(other).total_cmp(&mean(one)));
    let voices: Vec<Vec<i16>> = lines.into_iter().map(|line| highest(line.into_iter(), steps)).collect();
    let roll: Roll = (0..steps).map(|step| std::array::from_fn(|voice| voices[voice][step])).collect();
    Canvas::from_roll(&roll).map_err(|error| error.to_string())?;
    Ok(roll)
}
