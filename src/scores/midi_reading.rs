//! Reads the lines of Standard MIDI Files.

use std::collections::BTreeMap;

use midly::{Format, MetaMessage, MidiMessage, Smf, Timing, TrackEvent, TrackEventKind};

use super::lines::{Line, LineNote, step_of};

/// The channel of drums, counted from 0.
const DRUMS: u8 = 9;

/// The lines of a file: one for each channel of each track that has notes, drums left out.
///
/// # Errors
/// What is wrong with the file.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Line>, String> {
    let smf = Smf::parse(bytes).map_err(|error| error.to_string())?;
    if smf.header.format == Format::Sequential {
        return Err("it holds several songs (format 2)".into());
    }
    let ends = |event: Option<&TrackEvent<'_>>| {
        event.is_some_and(|event| matches!(event.kind, TrackEventKind::Meta(MetaMessage::EndOfTrack)))
    };
    // The parser reads a file as far as it goes.
    if smf.tracks.is_empty() || !smf.tracks.iter().all(|track| ends(track.last())) {
        return Err("it is cut off".into());
    }
    let Timing::Metrical(ticks) = smf.header.timing else {
        return Err("its times are seconds of a film and not beats".into());
    };
    let per_beat = f64::from(ticks.as_int().max(1));
    let mut lines: BTreeMap<(usize, u8), Line> = BTreeMap::new();
    for (number, track) in smf.tracks.iter().enumerate() {
        let mut tick = 0_u64;
        let mut sounding: Vec<(u8, u8, usize)> = Vec::new();
        for event in track {
            tick += u64::from(event.delta.as_int());
            let TrackEventKind::Midi { channel, message } = event.kind else { continue };
            let (key, on) = match message {
                MidiMessage::NoteOn { key, vel } => (key.as_int(), vel.as_int() > 0),
                MidiMessage::NoteOff { key, .. } => (key.as_int(), false),
                _ => continue,
            };
            let channel = channel.as_int();
            if channel == DRUMS {
                continue;
            }
            let step = step_of(tick as f64 / per_beat);
            if on {
                sounding.push((channel, key, step));
            } else if let Some(index) = sounding.iter().position(|note| (note.0, note.1) == (channel, key)) {
                let (_, key, start) = sounding.remove(index);
                if start < step {
                    let note = LineNote { start, end: step, pitch: i16::from(key) };
                    lines.entry((number, channel)).or_default().push(note);
                }
            }
        }
    }
    Ok(lines.into_values().collect())
}
