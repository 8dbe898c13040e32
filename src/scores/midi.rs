//! Chorales as Standard MIDI Files.

use midly::{Format, Header, MetaMessage, MidiMessage, Smf, Timing, TrackEvent, TrackEventKind};
use pastiche_models::chorale::{Roll, VOICES};

use super::notes::{Note, TEMPO, notes};

/// Ticks of a quarter note.
const TICKS: u16 = 480;
/// Ticks of a step.
const STEP_TICKS: u32 = TICKS as u32 / 4;
/// The loudness of each note, of 127.
const VELOCITY: u8 = 80;
/// The program of General MIDI: choir aahs, counted from 0.
const PROGRAM: u8 = 52;

const NAMES: [&str; VOICES] = ["Soprano", "Alto", "Tenor", "Bass"];

/// The file: a track of the tempo, and a track with a channel of its own for each voice.
pub(super) fn encode(roll: &Roll) -> Vec<u8> {
    let mut smf = Smf::new(Header::new(Format::Parallel, Timing::Metrical(TICKS.into())));
    let micros = (60e6 / TEMPO).round() as u32;
    smf.tracks.push(vec![
        meta(MetaMessage::TimeSignature(4, 2, 24, 8)),
        meta(MetaMessage::Tempo(micros.into())),
        meta(MetaMessage::EndOfTrack),
    ]);
    for (voice, name) in NAMES.iter().enumerate() {
        let channel = (voice as u8).into();
        let event = |delta: u32, message| TrackEvent {
            delta: delta.into(),
            kind: TrackEventKind::Midi { channel, message },
        };
        let mut track = vec![
            meta(MetaMessage::TrackName(name.as_bytes())),
            event(0, MidiMessage::ProgramChange { program: PROGRAM.into() }),
        ];
        let mut rest = 0;
        for Note { steps, pitch, .. } in notes(roll, voice) {
            let ticks = steps as u32 * STEP_TICKS;
            let Ok(key) = u8::try_from(pitch) else {
                rest += ticks;
                continue;
            };
            let key = key.min(127).into();
            track.push(event(rest, MidiMessage::NoteOn { key, vel: VELOCITY.into() }));
            track.push(event(ticks, MidiMessage::NoteOff { key, vel: 0.into() }));
            rest = 0;
        }
        track.push(TrackEvent { delta: rest.into(), kind: TrackEventKind::Meta(MetaMessage::EndOfTrack) });
        smf.tracks.push(track);
    }
    let mut bytes = Vec::new();
    match smf.write(&mut bytes) {
        Ok(()) => bytes,
        // Nothing that is written into memory fails.
        Err(_) => Vec::new(),
    }
}

fn meta(message: MetaMessage<'_>) -> TrackEvent<'_> {
    TrackEvent { delta: 0.into(), kind: TrackEventKind::Meta(message) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_voice_has_a_track_of_its_notes() {
        let mut roll: Roll = vec![[72, 67, -1, 48]; 4];
        roll.extend([[74, 67, 60, 48]; 4]);
        let bytes = encode(&roll);
        let smf = Smf::parse(&bytes).unwrap();
        assert_eq!(smf.tracks.len(), 5);
        let notes = |track: usize| -> Vec<(u32, u8, bool)> {
            let mut tick = 0;
            let mut found = Vec::new();
            for event in &smf.tracks[track] {
                tick += event.delta.as_int();
                match event.kind {
                    TrackEventKind::Midi { message: MidiMessage::NoteOn { key, .. }, .. } => {
                        found.push((tick, key.as_int(), true));
                    }
                    TrackEventKind::Midi { message: MidiMessage::NoteOff { key, .. }, .. } => {
                        found.push((tick, key.as_int(), false));
                    }
                    _ => {}
                }
            }
            found
        };
        assert_eq!(notes(1), [(0, 72, true), (480, 72, false), (480, 74, true), (960, 74, false)]);
        assert_eq!(notes(2), [(0, 67, true), (960, 67, false)]);
        assert_eq!(notes(3), [(480, 60, true), (960, 60, false)]);
        assert_eq!(notes(4), [(0, 48, true), (960, 48, false)]);
    }
}
