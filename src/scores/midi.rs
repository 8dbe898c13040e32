//! Chorales as Standard MIDI Files.

use midly::{Format, Header, MetaMessage, MidiMessage, Smf, Timing, TrackEvent, TrackEventKind};
use pastiche_models::chorale::{Roll, VOICES};

use super::notes::{Note, TEMPO, notes};

/// Ticks of a quarter note.
pub(crate) const TICKS: u16 = 480;
/// Ticks of a step.
const STEP_TICKS: u64 = TICKS as u64 / 4;
/// The loudness of each note of a roll, of 127.
const VELOCITY: u8 = 80;
/// The program of General MIDI: choir aahs, counted from 0.
const PROGRAM: u8 = 52;
/// The most ticks between two events that a file can say: days.
const MOST_DELTA: u64 = 0x0FFF_FFFF;

const NAMES: [&str; VOICES] = ["Soprano", "Alto", "Tenor", "Bass"];

/// What one singer sings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MidiTrack {
    pub(crate) name: String,
    /// Counted from 0.
    pub(crate) channel: u8,
    /// In the order of their ticks.
    pub(crate) events: Vec<MidiEvent>,
}

/// The start of a note, or, at velocity 0, its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MidiEvent {
    pub(crate) tick: u64,
    pub(crate) key: u8,
    pub(crate) velocity: u8,
}

/// The file of a roll: a track of the tempo, and a track with a channel of its own for each voice.
pub(super) fn encode(roll: &Roll) -> Vec<u8> {
    let tracks: Vec<MidiTrack> = NAMES
        .iter()
        .enumerate()
        .map(|(voice, name)| {
            let mut events = Vec::new();
            for Note { start, steps, pitch } in notes(roll, voice) {
                if let Ok(key) = u8::try_from(pitch) {
                    let event =
                        |step: usize, velocity| MidiEvent { tick: step as u64 * STEP_TICKS, key, velocity };
                    events.extend([event(start, VELOCITY), event(start + steps, 0)]);
                }
            }
            MidiTrack { name: (*name).to_owned(), channel: voice as u8, events }
        })
        .collect();
    encode_midi(&[(0, TEMPO)], &tracks, roll.len() as u64 * STEP_TICKS)
}

/// A file in four-four time: a track of the tempi (from a tick on, beats a minute), and the tracks, all of which end at
/// the tick `end`.
pub(crate) fn encode_midi(tempi: &[(u64, f64)], tracks: &[MidiTrack], end: u64) -> Vec<u8> {
    let mut smf = Smf::new(Header::new(Format::Parallel, Timing::Metrical(TICKS.into())));
    let tempo = |bpm: f64| (60e6 / bpm.max(1e-3)).round().clamp(1.0, 16_777_215.0) as u32;
    let tempi =
        tempi.iter().map(|(tick, bpm)| (*tick, TrackEventKind::Meta(MetaMessage::Tempo(tempo(*bpm).into()))));
    let metre = TrackEventKind::Meta(MetaMessage::TimeSignature(4, 2, 24, 8));
    smf.tracks.push(track(std::iter::once((0, metre)).chain(tempi), end));
    for MidiTrack { name, channel, events } in tracks {
        let message = |message| TrackEventKind::Midi { channel: (channel & 15).into(), message };
        let head = [
            (0, TrackEventKind::Meta(MetaMessage::TrackName(name.as_bytes()))),
            (0, message(MidiMessage::ProgramChange { program: PROGRAM.into() })),
        ];
        let event = |event: &MidiEvent| {
            let (key, vel) = (event.key.min(127).into(), event.velocity.min(127).into());
            let on = event.velocity > 0;
            (
                event.tick,
                message(if on {
                    MidiMessage::NoteOn { key, vel }
                } else {
                    MidiMessage::NoteOff { key, vel }
                }),
            )
        };
        smf.tracks.push(track(head.into_iter().chain(events.iter().map(event)), end));
    }
    let mut bytes = Vec::new();
    match smf.write(&mut bytes) {
        Ok(()) => bytes,
        // Nothing that is written into memory fails.
        Err(_) => Vec::new(),
    }
}

fn track<'a>(events: impl Iterator<Item = (u64, TrackEventKind<'a>)>, end: u64) -> Vec<TrackEvent<'a>> {
    let mut before = 0;
    let mut event = |(tick, kind): (u64, TrackEventKind<'a>)| {
        let delta = tick.saturating_sub(before).min(MOST_DELTA) as u32;
        before = before.max(tick);
        TrackEvent { delta: delta.into(), kind }
    };
    let mut track: Vec<TrackEvent<'a>> = events.map(&mut event).collect();
    track.push(event((end, TrackEventKind::Meta(MetaMessage::EndOfTrack))));
    track
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
