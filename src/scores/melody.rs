//! The melody that a chorale is sung to: from a MIDI file, or written out.

use std::fs;
use std::path::Path;

use pastiche_models::chorale::{VOICES, read_notation};

use super::{lines, midi_reading};
use crate::error::Error;

/// The lowest and the highest pitch of each singer.
const RANGES: [[i16; 2]; VOICES] = [[60, 81], [53, 74], [48, 69], [36, 64]];
const SINGERS: [&str; VOICES] = ["soprano", "alto", "tenor", "bass"];

/// A melody and who sings it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Melody {
    /// The MIDI pitch of each step of a sixteenth, -1 for a rest.
    pub pitches: Vec<i16>,
    /// The voice that sings it: the highest one whose range holds all of it.
    pub voice: usize,
}

/// Reads a melody: the name of a MIDI file (ending in `.mid` or `.midi`), of which the highest note of each sixteenth
/// is taken, or notation such as `c4:2 d e f | g:4`.
///
/// # Errors
/// What cannot be read as either, a melody of more than `most_steps` sixteenths or without a note, and one that no
/// singer has the range for.
pub fn read_melody(text: &str, most_steps: usize) -> Result<Melody, Error> {
    let lower = text.trim().to_lowercase();
    let is_file = lower.ends_with(".mid") || lower.ends_with(".midi");
    let pitches = if is_file { from_file(Path::new(text.trim()), most_steps)? } else { from_notation(text)? };
    if !pitches.iter().any(|&pitch| pitch >= 0) {
        return Err(refuse("the melody has no notes", "give one with notes, such as \"c5:2 d e f | g:4\""));
    }
    if pitches.len() > most_steps {
        return Err(too_long(pitches.len(), most_steps));
    }
    let voice = singer(&pitches)?;
    Ok(Melody { pitches, voice })
}

fn refuse(message: impl Into<String>, help: impl Into<String>) -> Error {
    Error::Setting { message: message.into(), help: help.into() }
}

fn too_long(steps: usize, most_steps: usize) -> Error {
    let (bars, most) = (steps.div_ceil(16), most_steps / 16);
    refuse(format!("the melody has {bars} bars, and at most {most} are sung at once"), "cut it into parts")
}

fn from_notation(text: &str) -> Result<Vec<i16>, Error> {
    let steps = read_notation(text).map_err(|error| {
        let help = if Path::new(text.trim()).exists() {
            "a file must be a MIDI file whose name ends in .mid"
        } else {
            "write notes such as \"c5:2 d e f | g:4\", or name a MIDI file"
        };
        refuse(format!("cannot read the melody: {error}"), help)
    })?;
    Ok(steps.into_iter().map(|(pitch, _)| pitch).collect())
}

fn from_file(path: &Path, most_steps: usize) -> Result<Vec<i16>, Error> {
    let bytes = fs::read(path).map_err(|error| Error::file("read", path, error))?;
    let lines = midi_reading::read(&bytes).map_err(|why| {
        refuse(
            format!("cannot read the melody in {}: {why}", path.display()),
            "export it again as a Standard MIDI File of format 0 or 1",
        )
    })?;
    let steps = lines::end(&lines);
    if steps > most_steps {
        return Err(too_long(steps, most_steps));
    }
    Ok(lines::highest(lines.into_iter().flatten(), steps))
}

/// The highest voice whose range holds all notes.
fn singer(pitches: &[i16]) -> Result<usize, Error> {
    let sounding = || pitches.iter().copied().filter(|&pitch| pitch >= 0);
    let (lowest, highest) = (sounding().min().unwrap_or(-1), sounding().max().unwrap_or(-1));
    RANGES.iter().position(|[low, high]| *low <= lowest && highest <= *high).ok_or_else(|| {
        let ranges: Vec<String> =
            SINGERS.iter().zip(RANGES).map(|(name, [low, high])| format!("{name} {low} to {high}")).collect();
        refuse(
            format!("the melody goes from {lowest} to {highest} (MIDI pitches), which no singer can sing"),
            format!("transpose it into the range of one: {}", ranges.join(", ")),
        )
    })
}

#[cfg(test)]
mod tests {
    use midly::{Format, MetaMessage, MidiMessage, Smf, Timing, TrackEvent, TrackEventKind};

    use super::*;

    const MOST: usize = 4096;

    fn told(error: Error) -> String {
        format!("{error}; {}", error.help())
    }

    /// A MIDI file with a track of notes: tick, key, length.
    fn midi_file(notes: &[(u32, u8, u32)]) -> Vec<u8> {
        let mut events: Vec<(u32, bool, u8)> = Vec::new();
        for &(tick, key, length) in notes {
            events.extend([(tick, true, key), (tick + length, false, key)]);
        }
        events.sort();
        let mut before = 0;
        let mut track = Vec::new();
        for (tick, on, key) in events {
            let (key, vel) = (key.into(), 64.into());
            let message =
                if on { MidiMessage::NoteOn { key, vel } } else { MidiMessage::NoteOff { key, vel } };
            let kind = TrackEventKind::Midi { channel: 0.into(), message };
            track.push(TrackEvent { delta: (tick - before).into(), kind });
            before = tick;
        }
        let end = TrackEventKind::Meta(MetaMessage::EndOfTrack);
        track.push(TrackEvent { delta: 0.into(), kind: end });
        let mut smf = Smf::new(midly::Header::new(Format::SingleTrack, Timing::Metrical(480.into())));
        smf.tracks.push(track);
        let mut bytes = Vec::new();
        smf.write(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn notation_goes_to_the_highest_singer_who_has_the_range() {
        let melody = read_melody("c5:2 d e f | g:4", MOST).unwrap();
        assert_eq!((melody.voice, melody.pitches.len()), (0, 36));
        assert_eq!(read_melody("c3:2 d e", MOST).unwrap().voice, 2);
        assert_eq!(read_melody("c2 d", MOST).unwrap().voice, 3);
    }

    #[test]
    fn a_midi_file_gives_its_highest_notes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tune.mid");
        fs::write(&path, midi_file(&[(0, 72, 480), (0, 60, 480), (960, 74, 240)])).unwrap();
        let melody = read_melody(path.to_str().unwrap(), MOST).unwrap();
        let expected: Vec<i16> = [vec![72; 4], vec![-1; 4], vec![74; 2]].concat();
        assert_eq!(melody.pitches, expected);
    }

    #[test]
    fn what_cannot_be_sung_is_refused_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let whole = midi_file(&[(0, 72, 480), (960, 74, 240)]);
        let put = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let long = midi_file(&[(0, 72, 480), (4_000_000, 72, 480)]);
        for (text, words) in [
            ("c9 d".to_owned(), "no singer"),
            ("c2 c6".to_owned(), "no singer"),
            (String::new(), "no notes"),
            ("r:4".to_owned(), "no notes"),
            ("hello".to_owned(), "cannot read the melody"),
            ("c5:2000".to_owned(), "500 bars"),
            (put("cut.mid", &whole[..whole.len() / 2]), "export it again"),
            (put("empty.mid", &[]), "export it again"),
            (put("long.mid", &long), "bars, and at most 256"),
            (put("notes.txt", b"x"), "ends in .mid"),
            (folder.path().join("none.mid").to_str().unwrap().to_owned(), "cannot read"),
        ] {
            let told = told(read_melody(&text, MOST).unwrap_err());
            assert!(told.contains(words), "{text}: {told}");
        }
    }
}
