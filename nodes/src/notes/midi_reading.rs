//! Reads Standard MIDI Files (MIDI 1.0, RP-001), as far as they can be read.

mod chunks;

use pastiche_engine::midi::Message;
use pastiche_engine::port::Note;
use thiserror::Error;

use crate::note_order::sort_events;
use crate::played_keys::PlayedKeys;
use crate::timing::Base;

use chunks::{Division, File, chunks};

/// The notes of a file with their times, in order.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::notes) struct Tune {
    events: Vec<(f64, Note)>,
    /// Up to the end of its last beat.
    pub(in crate::notes) length: f64,
    /// What of the file could not be read, and where.
    pub(in crate::notes) damage: Option<String>,
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

/// Times are beats (quarter notes) or seconds. `has_pedals`: the pedals of the file hold its notes.
pub(in crate::notes) fn read(bytes: &[u8], base: Base, has_pedals: bool) -> Result<Tune, ReadError> {
    let File { format, division, tracks, damage } =
        chunks(bytes).map_err(|why| ReadError::Damaged { why: why.into() })?;
    if format == 2 && tracks.len() > 1 {
        return Err(ReadError::Songs);
    }
    let mut events: Vec<(u64, (u8, Message))> = Vec::new();
    let mut tempi: Vec<(u64, u32)> = vec![(0, USUAL_TEMPO)];
    let mut last_tick = 0;
    let mut voice = 0_u8;
    for track in tracks {
        let has_notes = track.messages.iter().any(|(_, message)| matches!(message, Message::NoteOn { .. }));
        events.extend(track.messages.into_iter().map(|(tick, message)| (tick, (voice, message))));
        tempi.extend(track.tempi);
        last_tick = last_tick.max(track.last_tick);
        voice = voice.saturating_add(u8::from(has_notes));
    }
    sort_events(&mut events, |(voice, message)| note(*voice, message));
    let mut notes: Vec<Note> = Vec::new();
    let mut keys = PlayedKeys::new(has_pedals);
    for (tick, (voice, message)) in events {
        keys.hear((&(), voice), message, tick, &mut |note| notes.push(note));
    }
    if notes.is_empty() {
        return Err(damage.map_or(ReadError::Silent, |why| ReadError::Damaged { why }));
    }
    let clock = Clock::new(division, tempi, base);
    let times = |note: Note| (clock.time(note.sample), Note { sample: 0, ..note });
    let length = clock.whole_beat(last_tick);
    Ok(Tune { events: notes.into_iter().map(times).collect(), length, damage })
}

fn note(voice: u8, message: &Message) -> Option<Note> {
    let (channel, pitch, velocity, on) = match *message {
        Message::NoteOn { channel, pitch, velocity } => (channel, pitch, velocity, true),
        Message::NoteOff { channel, pitch, velocity } => (channel, pitch, velocity, false),
        _ => return None,
    };
    Some(Note { sample: 0, pitch, velocity, voice, channel, on })
}

/// From ticks to beats or seconds.
struct Clock {
    division: Division,
    /// From a tick on, which comes after this many microseconds: microseconds of a quarter note.
    tempi: Vec<(u64, f64, f64)>,
    base: Base,
}

impl Clock {
    fn new(division: Division, mut tempi: Vec<(u64, u32)>, base: Base) -> Clock {
        tempi.sort_by_key(|(tick, _)| *tick);
        let per_beat = match division {
            Division::PerBeat(ticks) => f64::from(ticks),
            Division::PerSec(_) => 1.0,
        };
        let mut table: Vec<(u64, f64, f64)> = Vec::with_capacity(tempi.len());
        for (tick, tempo) in tempi {
            let micros = table
                .last()
                .map_or(0.0, |(start, micros, tempo)| micros + (tick - start) as f64 / per_beat * tempo);
            table.push((tick, micros, f64::from(tempo)));
        }
        Clock { division, tempi: table, base }
    }

    fn time(&self, tick: u64) -> f64 {
        match (self.division, self.base) {
            (Division::PerBeat(ticks), Base::Beats) => tick as f64 / f64::from(ticks),
            (Division::PerBeat(ticks), Base::Secs) => self.secs(tick, f64::from(ticks)),
            (Division::PerSec(ticks), Base::Secs) => tick as f64 / ticks,
            (Division::PerSec(ticks), Base::Beats) => tick as f64 / ticks * 1e6 / f64::from(USUAL_TEMPO),
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
        match self.division {
            Division::PerBeat(ticks) => {
                let ticks = u64::from(ticks);
                self.time(tick.div_ceil(ticks).max(1) * ticks)
            }
            Division::PerSec(_) => self.time(tick).max(SHORTEST),
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
            let tune = read(&file(), base, true).unwrap();
            let starts = tune.events.iter().filter(|(_, note)| note.on);
            (starts.map(|(time, note)| (*time, note.pitch)).collect::<Vec<_>>(), tune.length)
        };
        assert_eq!(times(Base::Beats), (vec![(0.0, 60), (1.0, 62), (2.0, 64), (3.0, 65)], 4.0));
        assert_eq!(times(Base::Secs), (vec![(0.0, 60), (0.5, 62), (1.0, 64), (2.0, 65)], 3.0));
        let tune = read(&file(), Base::Beats, true).unwrap();
        assert!(tune.events.iter().all(|(_, note)| (note.voice, note.channel) == (0, 3)));
        assert_eq!(tune.between(1.0, 2.0).len(), 2, "an end and a start");
    }

    #[test]
    fn a_note_of_no_length_ends_at_once() {
        let mut track = Vec::new();
        for (delta, pitch, velocity) in [(0, 60, 100), (0, 60, 0), (96, 64, 100), (96, 64, 0)] {
            track.extend([delta, 0x90, pitch, velocity]);
        }
        track.extend([0, 0xFF, 0x2F, 0]);
        let tune = read(&one_track(&track), Base::Beats, true).unwrap();
        assert_eq!(times(&tune), [(0.0, 60, true), (0.0, 60, false), (1.0, 64, true), (2.0, 64, false)]);
        assert_eq!(tune.damage, None);
    }

    fn one_track(track: &[u8]) -> Vec<u8> {
        let mut bytes = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk".to_vec();
        bytes.extend((track.len() as u32).to_be_bytes());
        bytes.extend(track);
        bytes
    }

    fn times(tune: &Tune) -> Vec<(f64, u8, bool)> {
        tune.events.iter().map(|(time, note)| (*time, note.pitch, note.on)).collect()
    }

    #[test]
    fn pedals_hold_notes_as_in_live_input() {
        // The pedal, a note of half a beat, up after two beats; a note behind it.
        let held = [
            [0, 0xB0, 64, 127],
            [0, 0x90, 60, 90],
            [48, 0x80, 60, 33],
            [96, 0xB0, 7, 100],
            [48, 0xB0, 64, 0],
            [0, 0x90, 62, 90],
            [96, 0x90, 62, 0],
            [0, 0xFF, 0x2F, 0],
        ];
        let bytes = one_track(held.as_flattened());
        let tune = read(&bytes, Base::Beats, true).unwrap();
        assert_eq!(times(&tune), [(0.0, 60, true), (2.0, 60, false), (2.0, 62, true), (3.0, 62, false)]);
        assert_eq!(tune.events[1].1.velocity, 33, "it was let go like that");
        let dry = read(&bytes, Base::Beats, false).unwrap();
        assert_eq!(times(&dry)[1], (0.5, 60, false));
        for number in [120, 121, 123] {
            let mut ended = held;
            ended[3] = [96, 0xB0, number, 0];
            let tune = read(&one_track(ended.as_flattened()), Base::Beats, true).unwrap();
            assert_eq!(times(&tune)[1], (1.5, 60, false), "controller {number}");
        }
    }

    #[test]
    fn a_pedal_on_a_track_of_its_own_holds_the_notes_of_its_channel() {
        let pedal = [[0, 0xB3, 64, 127], [96, 0xB3, 64, 0], [0, 0xFF, 0x2F, 0]];
        let notes = [[0, 0x93, 60, 90], [48, 0x83, 60, 0], [0, 0xFF, 0x2F, 0]];
        let mut bytes = b"MThd\0\0\0\x06\0\x01\0\x02\0\x60".to_vec();
        for track in [pedal, notes] {
            bytes.extend(b"MTrk\0\0\0\x0c");
            bytes.extend(track.as_flattened());
        }
        let tune = read(&bytes, Base::Beats, true).unwrap();
        assert_eq!(times(&tune), [(0.0, 60, true), (1.0, 60, false)]);
    }

    #[test]
    fn running_status_goes_on_behind_other_events() {
        let mut track = vec![0, 0x90, 60, 90];
        // A text and a message of a maker stand between.
        track.extend([48, 0xFF, 1, 2, b'h', b'i', 48, 60, 0]);
        track.extend([0, 0xF0, 2, 1, 0xF7, 0, 62, 90, 96, 62, 0, 0, 0xFF, 0x2F, 0]);
        let tune = read(&one_track(&track), Base::Beats, true).unwrap();
        let expected = [(0.0, 60, true), (1.0, 60, false), (1.0, 62, true), (2.0, 62, false)];
        assert_eq!((times(&tune), tune.damage), (expected.to_vec(), None));
    }

    #[test]
    fn what_cannot_be_read_is_played_as_far_as_it_goes_and_told_with_its_place() {
        let whole = [[0, 0x90, 60, 90], [96, 0x80, 60, 0], [0, 0x90, 62, 90], [96, 0x80, 62, 0]];
        let whole = [whole.as_flattened(), &[0, 0xFF, 0x2F, 0]].concat();
        let bytes = one_track(&whole);
        let tune = |bytes: &[u8]| read(bytes, Base::Beats, true).unwrap();
        let cut = tune(&bytes[..bytes.len() - 9]);
        assert_eq!(times(&cut), [(0.0, 60, true), (1.0, 60, false)]);
        assert_eq!(
            cut.damage.as_deref(),
            Some("track 1 ends in the middle of an event, at byte 33 of the file")
        );
        // The velocity of the third event is lost.
        let mut lost = whole.clone();
        lost.remove(11);
        let lost = tune(&one_track(&lost));
        assert_eq!(times(&lost)[..2], [(0.0, 60, true), (1.0, 60, false)]);
        let damage = lost.damage.unwrap();
        assert_eq!(damage, "track 1 ends in the middle of an event, at byte 41 of the file");
        let missing = [b"MThd\0\0\0\x06\0\x01\0\x03\0\x60", &bytes[14..]].concat();
        let damage = tune(&missing).damage.unwrap();
        assert_eq!(damage, "it says that it has 3 tracks, and holds 1");
        // The byte is lost, and the size of its track says nothing of it: the next track begins early.
        let mut early = bytes.clone();
        early[11] = 2;
        early.remove(25);
        early.extend(&bytes[14..]);
        early[9] = 1;
        let early = tune(&early);
        assert_eq!(times(&early).iter().filter(|(_, pitch, on)| *pitch == 62 && *on).count(), 1);
        assert!(early.damage.unwrap().contains("byte 42"));
    }

    #[test]
    fn says_what_is_wrong() {
        assert!(matches!(read(b"", Base::Beats, true), Err(ReadError::Damaged { .. })));
        assert!(matches!(read(b"RIFF....WAVE", Base::Beats, true), Err(ReadError::Damaged { .. })));
        let mut songs = file();
        songs[9] = 2;
        assert_eq!(read(&songs, Base::Beats, true), Err(ReadError::Songs));
        let mut song = one_track(&[0, 0x90, 60, 100, 96, 0x80, 60, 0, 0, 0xFF, 0x2F, 0]);
        song[9] = 2;
        assert_eq!(times(&read(&song, Base::Beats, true).unwrap()), [(0.0, 60, true), (1.0, 60, false)]);
        let silent = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\x04\0\xFF\x2F\0";
        assert_eq!(read(silent, Base::Beats, true), Err(ReadError::Silent));
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
                if let Ok(tune) = read(&bytes, base, true) {
                    assert!(tune.length.is_finite() && tune.length > 0.0);
                    assert!(tune.events.iter().all(|(time, _)| time.is_finite()));
                }
            }
        }
    }
}
