//! Writes Standard MIDI Files through `midly`.

use midly::{Format, Header, MetaMessage, MidiMessage, Smf, Timing, TrackEvent, TrackEventKind};
use pastiche_engine::port::Note;

/// Ticks of a beat.
const TICKS: u16 = 960;

/// Something that happens at a beat.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Event {
    Tempo { beat: f64, bpm: f64 },
    Note { beat: f64, note: Note },
}

impl Event {
    pub(super) fn is_note(&self) -> bool {
        matches!(self, Event::Note { .. })
    }

    fn tick(&self) -> u64 {
        let (Event::Tempo { beat, .. } | Event::Note { beat, .. }) = self;
        (beat * f64::from(TICKS)).round() as u64
    }

    /// Among those of the same tick: what ends, ends first.
    fn order(&self) -> (u64, u8) {
        let rank = match self {
            Event::Tempo { .. } => 0,
            Event::Note { note, .. } => 1 + u8::from(note.on),
        };
        (self.tick(), rank)
    }

    fn kind(&self) -> TrackEventKind<'static> {
        match self {
            Event::Tempo { bpm, .. } => {
                let micros = (60e6 / bpm.max(1e-3)).round().clamp(1.0, 16_777_215.0) as u32;
                TrackEventKind::Meta(MetaMessage::Tempo(micros.into()))
            }
            Event::Note { note, .. } => {
                let (key, vel) = (note.pitch.min(127).into(), note.velocity.min(127));
                let message = if note.on {
                    MidiMessage::NoteOn { key, vel: vel.max(1).into() }
                } else {
                    MidiMessage::NoteOff { key, vel: 0.into() }
                };
                TrackEventKind::Midi { channel: note.channel.min(15).into(), message }
            }
        }
    }
}

/// The file; what still sounds ends with it.
pub(super) fn encode(events: &[Event], sounding: &[Note]) -> Vec<u8> {
    let mut events = events.to_vec();
    events.sort_by_key(Event::order);
    let last = events.last().map_or(0, Event::tick);
    let end = last as f64 / f64::from(TICKS);
    events.extend(sounding.iter().map(|note| Event::Note { beat: end, note: Note { on: false, ..*note } }));
    let mut smf = Smf::new(Header::new(Format::SingleTrack, Timing::Metrical(TICKS.into())));
    let mut track = Vec::with_capacity(events.len() + 1);
    let mut before = 0;
    for event in &events {
        // A stretch longer than a file can say: 28 bits of ticks, days of rest.
        let delta = (event.tick() - before).min(0x0FFF_FFFF) as u32;
        before = event.tick();
        track.push(TrackEvent { delta: delta.into(), kind: event.kind() });
    }
    track.push(TrackEvent { delta: 0.into(), kind: TrackEventKind::Meta(MetaMessage::EndOfTrack) });
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

    #[test]
    fn what_is_written_can_be_read() {
        let note = |beat: f64, pitch: u8, on: bool| {
            let note = Note { sample: 0, pitch, velocity: 90, voice: 0, channel: 9, on };
            Event::Note { beat, note }
        };
        let Event::Note { note: held, .. } = note(0.0, 67, true) else { unreachable!() };
        let events = [
            note(0.0, 60, true),
            note(1.0, 62, true),
            note(1.0, 60, false),
            Event::Tempo { beat: 0.0, bpm: 96.0 },
            note(1.5, 62, false),
            note(1.5, 67, true),
        ];
        let bytes = encode(&events, &[held]);
        let smf = Smf::parse(&bytes).unwrap();
        assert_eq!(smf.header.timing, Timing::Metrical(960.into()));
        let told: Vec<(u32, String)> = smf.tracks[0]
            .iter()
            .map(|event| {
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
            })
            .collect();
        let expected = [
            (0, "tempo 625000"),
            (0, "60 on 9"),
            (960, "60 off"),
            (0, "62 on 9"),
            (480, "62 off"),
            (0, "67 on 9"),
            (0, "67 off"),
            (0, "end"),
        ];
        assert_eq!(told, expected.map(|(delta, told)| (delta, told.to_owned())));
    }
}
