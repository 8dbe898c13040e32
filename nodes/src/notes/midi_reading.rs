//! Reads Standard MIDI Files (MIDI 1.0, RP-001) through `midly`.

use midly::{Format, MetaMessage, MidiMessage, Smf, Timing, TrackEventKind};
use pastiche_engine::port::Note;
use thiserror::Error;

use crate::note_order::sort_notes;
use crate::timing::Base;

/// The notes of a file with their times, in order.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::notes) struct Tune {
    events: Vec<(f64, Note)>,
    /// Up to the end of its last beat.
    pub(in crate::notes) length: f64,
}

impl Tune {
    /// The events from a time on, up to but not including another.
    pub(in crate::notes) fn between(&self, from: f64, until: f64) -> &[(f64, Note)] {
        let place = |time: f64| self.events.partition_point(|(at, _)| *at < time);
        &self.events[place(from)..place(until).max(place(from))]
    }
}

/// Why a file cannot be played.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(in crate::notes) enum ReadError {
    #[error("{why}")]
    Damaged { why: String },
    #[error("it holds several songs (format 2)")]
    Songs,
    #[error("it holds no notes")]
    Silent,
}

impl ReadError {
    pub(in crate::notes) fn help(&self) -> &'static str {
        match self {
            ReadError::Damaged { .. } => "export it again as a Standard MIDI File",
            ReadError::Songs => "export one song in format 0 or 1",
            ReadError::Silent => "choose a file with notes",
        }
    }
}

/// The shortest tune in seconds or beats, where a beat is not known.
const SHORTEST: f64 = 0.01;

/// Microseconds of a quarter note when the file says nothing: 120 beats a minute.
const USUAL_TEMPO: u32 = 500_000;

/// Times are beats (quarter notes) or seconds.
pub(in crate::notes) fn read(bytes: &[u8], base: Base) -> Result<Tune, ReadError> {
    let smf = Smf::parse(bytes).map_err(|error| ReadError::Damaged { why: error.to_string() })?;
    if smf.header.format == Format::Sequential {
        return Err(ReadError::Songs);
    }
    let mut events: Vec<(u64, Note)> = Vec::new();
    let mut tempi: Vec<(u64, u32)> = vec![(0, USUAL_TEMPO)];
    let mut last_tick = 0;
    let mut voice = 0_u8;
    for track in &smf.tracks {
        let (mut tick, mut has_notes) = (0_u64, false);
        for event in track {
            tick += u64::from(event.delta.as_int());
            match event.kind {
                TrackEventKind::Midi { channel, message } => {
                    if let Some(note) = note(message, voice, channel.as_int()) {
                        events.push((tick, note));
                        has_notes = true;
                    }
                }
                TrackEventKind::Meta(MetaMessage::Tempo(tempo)) => tempi.push((tick, tempo.as_int().max(1))),
                _ => {}
            }
        }
        last_tick = last_tick.max(tick);
        voice = voice.saturating_add(u8::from(has_notes));
    }
    if !events.iter().any(|(_, note)| note.on) {
        return Err(ReadError::Silent);
    }
    sort_notes(&mut events);
    let clock = Clock::new(smf.header.timing, tempi, base);
    let times = |(tick, note): (u64, Note)| (clock.time(tick), note);
    let length = clock.whole_beat(last_tick);
    Ok(Tune { events: events.into_iter().map(times).collect(), length })
}

fn note(message: MidiMessage, voice: u8, channel: u8) -> Option<Note> {
    let (key, vel, on) = match message {
        MidiMessage::NoteOn { key, vel } => (key, vel, vel.as_int() > 0),
        MidiMessage::NoteOff { key, vel } => (key, vel, false),
        _ => return None,
    };
    Some(Note { sample: 0, pitch: key.as_int(), velocity: vel.as_int(), voice, channel, on })
}

/// From ticks to beats or seconds.
struct Clock {
    timing: Timing,
    /// From a tick on, which comes after this many microseconds: microseconds of a quarter note.
    tempi: Vec<(u64, f64, f64)>,
    base: Base,
}

impl Clock {
    fn new(timing: Timing, mut tempi: Vec<(u64, u32)>, base: Base) -> Clock {
        tempi.sort_by_key(|(tick, _)| *tick);
        let per_beat = match timing {
            Timing::Metrical(per_beat) => f64::from(per_beat.as_int().max(1)),
            Timing::Timecode(..) => 1.0,
        };
        let mut table: Vec<(u64, f64, f64)> = Vec::with_capacity(tempi.len());
        for (tick, tempo) in tempi {
            let micros = table
                .last()
                .map_or(0.0, |(start, micros, tempo)| micros + (tick - start) as f64 / per_beat * tempo);
            table.push((tick, micros, f64::from(tempo)));
        }
        Clock { timing, tempi: table, base }
    }

    fn time(&self, tick: u64) -> f64 {
        match (self.timing, self.base) {
            (Timing::Metrical(per_beat), Base::Beats) => tick as f64 / f64::from(per_beat.as_int().max(1)),
            (Timing::Metrical(per_beat), Base::Secs) => self.secs(tick, f64::from(per_beat.as_int().max(1))),
            (Timing::Timecode(fps, per_frame), base) => {
                let secs = tick as f64 / (f64::from(fps.as_f32()) * f64::from(per_frame.max(1)));
                if base == Base::Secs { secs } else { secs * 1e6 / f64::from(USUAL_TEMPO) }
            }
        }
    }

    fn secs(&self, tick: u64, per_beat: f64) -> f64 {
        let place = self.tempi.partition_point(|(start, ..)| *start <= tick);
        let last = place.checked_sub(1).and_then(|place| self.tempi.get(place));
        let (start, micros, tempo) = last.copied().unwrap_or((0, 0.0, f64::from(USUAL_TEMPO)));
        (micros + (tick - start) as f64 / per_beat * tempo) / 1e6
    }

    /// The time of the first whole beat that does not lie before a tick.
    fn whole_beat(&self, tick: u64) -> f64 {
        match self.timing {
            Timing::Metrical(per_beat) => {
                let per_beat = u64::from(per_beat.as_int().max(1));
                self.time(tick.div_ceil(per_beat).max(1) * per_beat)
            }
            Timing::Timecode(..) => self.time(tick).max(SHORTEST),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two tracks: a tempo that halves after two beats, and four notes of a beat each.
    fn file() -> Vec<u8> {
        let tempo: Vec<u8> = [
            &[0, 0xFF, 0x51, 3, 0x07, 0xA1, 0x20][..],
            &[0x81, 0x40, 0xFF, 0x51, 3, 0x0F, 0x42, 0x40],
            &[0, 0xFF, 0x2F, 0],
        ]
        .concat();
        let mut notes = Vec::new();
        for pitch in [60, 62, 64, 65] {
            notes.extend([0, 0x93, pitch, 100, 96, 0x93, pitch, 0]);
        }
        notes.extend([0, 0xFF, 0x2F, 0]);
        let mut bytes = b"MThd\0\0\0\x06\0\x01\0\x02\0\x60".to_vec();
        for track in [tempo, notes] {
            bytes.extend(b"MTrk");
            bytes.extend((track.len() as u32).to_be_bytes());
            bytes.extend(track);
        }
        bytes
    }

    #[test]
    fn notes_come_in_beats_or_in_the_seconds_of_the_file() {
        let times = |base| {
            let tune = read(&file(), base).unwrap();
            let starts = tune.events.iter().filter(|(_, note)| note.on);
            (starts.map(|(time, note)| (*time, note.pitch)).collect::<Vec<_>>(), tune.length)
        };
        assert_eq!(times(Base::Beats), (vec![(0.0, 60), (1.0, 62), (2.0, 64), (3.0, 65)], 4.0));
        assert_eq!(times(Base::Secs), (vec![(0.0, 60), (0.5, 62), (1.0, 64), (2.0, 65)], 3.0));
        let tune = read(&file(), Base::Beats).unwrap();
        assert!(tune.events.iter().all(|(_, note)| (note.voice, note.channel) == (0, 3)));
        assert_eq!(tune.between(1.0, 2.0).len(), 2, "an end and a start");
    }

    #[test]
    fn a_note_of_no_length_ends_at_once() {
        let mut bytes = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\x14".to_vec();
        for (delta, pitch, velocity) in [(0, 60, 100), (0, 60, 0), (96, 64, 100), (96, 64, 0)] {
            bytes.extend([delta, 0x90, pitch, velocity]);
        }
        bytes.extend([0, 0xFF, 0x2F, 0]);
        let tune = read(&bytes, Base::Beats).unwrap();
        let order: Vec<(f64, u8, bool)> =
            tune.events.iter().map(|(time, note)| (*time, note.pitch, note.on)).collect();
        assert_eq!(order, [(0.0, 60, true), (0.0, 60, false), (1.0, 64, true), (2.0, 64, false)]);
    }

    #[test]
    fn says_what_is_wrong() {
        assert!(matches!(read(b"", Base::Beats), Err(ReadError::Damaged { .. })));
        assert!(matches!(read(b"RIFF....WAVE", Base::Beats), Err(ReadError::Damaged { .. })));
        let mut songs = file();
        songs[9] = 2;
        assert_eq!(read(&songs, Base::Beats), Err(ReadError::Songs));
        let silent = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\x04\0\xFF\x2F\0";
        assert_eq!(read(silent, Base::Beats), Err(ReadError::Silent));
    }

    #[test]
    fn broken_files_never_panic() {
        let whole = file();
        let mut seed = 0x2545_F491_4F6C_DD1D_u64;
        let mut random = || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed as usize
        };
        for _ in 0..4000 {
            let mut bytes = whole[..random() % (whole.len() + 1)].to_vec();
            for _ in 0..random() % 4 {
                if let Some(last) = bytes.len().checked_sub(1) {
                    let place = random() % (last + 1);
                    bytes[place] = random() as u8;
                }
            }
            for base in [Base::Beats, Base::Secs] {
                if let Ok(tune) = read(&bytes, base) {
                    assert!(tune.length.is_finite() && tune.length > 0.0);
                    assert!(tune.events.iter().all(|(time, _)| time.is_finite()));
                }
            }
        }
    }
}
