//! Writes Standard MIDI Files through `midly`.

use midly::{Format, Header, MetaMessage, MidiMessage, Smf, Timing, TrackEvent, TrackEventKind};
use pastiche_engine::port::Note;

use crate::note_order::sort_notes;

/// Ticks of a beat.
const TICKS: u16 = 960;

/// What was played, in beats from its beginning.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Played {
    /// Beats a minute from a beat on.
    pub(super) tempi: Vec<(f64, f64)>,
    pub(super) notes: Vec<(f64, Note)>,
    /// Where it ends, and what still sounds with it.
    pub(super) end: f64,
}

fn tick(beat: f64) -> u64 {
    (beat * f64::from(TICKS)).round() as u64
}

fn tempo(bpm: f64) -> TrackEventKind<'static> {
    let micros = (60e6 / bpm.max(1e-3)).round().clamp(1.0, 16_777_215.0) as u32;
    TrackEventKind::Meta(MetaMessage::Tempo(micros.into()))
}

fn note_event(note: &Note) -> TrackEventKind<'static> {
    let (key, vel) = (note.pitch.min(127).into(), note.velocity.min(127));
    let message = if note.on {
        MidiMessage::NoteOn { key, vel: vel.max(1).into() }
    } else {
        MidiMessage::NoteOff { key, vel: 0.into() }
    };
    TrackEventKind::Midi { channel: note.channel.min(15).into(), message }
}

/// The file.
pub(super) fn encode(played: &Played) -> Vec<u8> {
    let mut notes: Vec<(u64, Note)> = played.notes.iter().map(|(beat, note)| (tick(*beat), *note)).collect();
    sort_notes(&mut notes);
    let mut sounding: Vec<Note> = Vec::new();
    for (_, note) in &notes {
        sounding.retain(|other| !other.is_same(note));
        if note.on {
            sounding.push(*note);
        }
    }
    let last = notes.last().map_or(0, |(tick, _)| *tick);
    let end = tick(played.end).max(last);
    notes.extend(sounding.iter().map(|note| (end, Note { on: false, ..*note })));
    let tempi = played.tempi.iter().map(|(beat, bpm)| (tick(*beat), tempo(*bpm)));
    // Stable: a tempo stands in front of the notes of its tick.
    let mut events: Vec<(u64, TrackEventKind<'static>)> =
        tempi.chain(notes.iter().map(|(tick, note)| (*tick, note_event(note)))).collect();
    events.sort_by_key(|(tick, _)| *tick);
    let mut smf = Smf::new(Header::new(Format::SingleTrack, Timing::Metrical(TICKS.into())));
    let mut track = Vec::with_capacity(events.len() + 1);
    let mut before = 0;
    events.push((end.max(before), TrackEventKind::Meta(MetaMessage::EndOfTrack)));
    for (tick, kind) in events {
        // A stretch longer than a file can say: 28 bits of ticks, days of rest.
        let delta = tick.saturating_sub(before).min(0x0FFF_FFFF) as u32;
        before = tick;
        track.push(TrackEvent { delta: delta.into(), kind });
    }
    smf.tracks.push(track);
    let mut bytes = Vec::new();
    match smf.write(&mut bytes) {
        Ok(()) => bytes,
        // Nothing that is written into memory fails.
        Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8]) -> Vec<(u32, String)> {
        let smf = Smf::parse(bytes).unwrap();
        assert_eq!(smf.header.timing, Timing::Metrical(960.into()));
        let told = smf.tracks[0].iter().map(|event| {
            let told = match event.kind {
                TrackEventKind::Meta(MetaMessage::Tempo(micros)) => format!("tempo {micros}"),
                TrackEventKind::Midi { channel, message: MidiMessage::NoteOn { key, .. } } => {
                    format!("{key} on {channel}")
                }
                TrackEventKind::Midi { message: MidiMessage::NoteOff { key, .. }, .. } => {
                    format!("{key} off")
                }
                _ => "end".into(),
            };
            (event.delta.as_int(), told)
        });
        told.collect()
    }

    fn note(beat: f64, pitch: u8, on: bool) -> (f64, Note) {
        (beat, Note { sample: 0, pitch, velocity: 90, voice: 0, channel: 9, on })
    }

    #[track_caller]
    fn check(played: &Played, expected: &[(u32, &str)]) {
        let expected: Vec<(u32, String)> =
            expected.iter().map(|(delta, told)| (*delta, (*told).to_owned())).collect();
        assert_eq!(told(&encode(played)), expected);
    }

    #[test]
    fn what_is_written_can_be_read_and_what_is_held_lasts_to_the_end() {
        let notes = vec![
            note(0.0, 60, true),
            note(1.0, 62, true),
            note(1.0, 60, false),
            note(1.5, 62, false),
            note(1.5, 67, true),
        ];
        let played = Played { tempi: vec![(0.0, 96.0)], notes, end: 4.0 };
        check(
            &played,
            &[
                (0, "tempo 625000"),
                (0, "60 on 9"),
                (960, "60 off"),
                (0, "62 on 9"),
                (480, "62 off"),
                (0, "67 on 9"),
                (2400, "67 off"),
                (0, "end"),
            ],
        );
    }

    #[test]
    fn a_note_shorter_than_a_tick_ends_behind_its_start() {
        let notes = vec![note(1.0, 60, true), note(1.0001, 60, false), note(2.0, 64, true)];
        let played = Played { tempi: Vec::new(), notes, end: 2.0 };
        check(&played, &[(960, "60 on 9"), (0, "60 off"), (960, "64 on 9"), (0, "64 off"), (0, "end")]);
    }
}
