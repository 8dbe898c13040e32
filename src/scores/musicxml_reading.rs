//! Reads the lines of MusicXML files, written part by part. Grace notes have no length and are left out, repeats are
//! read once.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::lines::{Line, LineNote, step_of};

/// The lines of a file: one for each voice of each part that has notes.
///
/// # Errors
/// What is wrong with the file.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Line>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not text in UTF-8".to_owned())?;
    let mut reader = Reader::from_str(text);
    let mut score = Score::default();
    loop {
        let event =
            reader.read_event().map_err(|error| format!("byte {}: {error}", reader.error_position()))?;
        match event {
            Event::Start(tag) => score.open(tag.local_name().as_ref())?,
            Event::Empty(tag) => {
                let name = tag.local_name();
                score.open(name.as_ref())?;
                score.close(name.as_ref())?;
            }
            Event::End(tag) => score.close(tag.local_name().as_ref())?,
            Event::Text(text) => {
                score.text = text.decode().map_err(|error| error.to_string())?.trim().to_owned()
            }
            Event::Eof => break,
            _ => {}
        }
    }
    match score.is_whole {
        Some(true) => Ok(score.lines.into_values().collect()),
        Some(false) => Err("it is cut off".into()),
        None => Err("it is no MusicXML".into()),
    }
}

/// What has been read of a score. Times are in beats.
#[derive(Default)]
struct Score {
    /// Whether the score that was begun has ended.
    is_whole: Option<bool>,
    lines: BTreeMap<(usize, String), Line>,
    part: usize,
    divisions: f64,
    /// What is added to the written pitch, in semitones.
    transposed: i64,
    position: f64,
    /// Where the newest note that is not a part of a chord starts.
    newest: f64,
    text: String,
    note: Note,
}

/// What has been read of a note, or of a move in time.
#[derive(Default)]
struct Note {
    step: Option<i64>,
    alter: f64,
    octave: i64,
    /// In divisions.
    duration: f64,
    voice: String,
    is_in_chord: bool,
}

impl Score {
    fn open(&mut self, name: &[u8]) -> Result<(), String> {
        self.text.clear();
        match name {
            b"score-partwise" => self.is_whole = Some(false),
            b"score-timewise" => return Err("it is written bar by bar and not part by part".into()),
            b"part" => {
                self.part += 1;
                (self.divisions, self.transposed, self.position) = (1.0, 0, 0.0);
            }
            b"note" | b"backup" | b"forward" => self.note = Note::default(),
            b"transpose" => self.transposed = 0,
            b"chord" => self.note.is_in_chord = true,
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, name: &[u8]) -> Result<(), String> {
        match name {
            b"score-partwise" => self.is_whole = Some(true),
            b"divisions" => {
                self.divisions = self.number(name)?;
                if self.divisions <= 0.0 {
                    return Err(format!("`divisions` is {}", self.divisions));
                }
            }
            b"chromatic" => self.transposed += self.number(name)? as i64,
            b"octave-change" => self.transposed += 12 * self.number(name)? as i64,
            b"step" => {
                let letter = "C D EF G A B".find(self.text.as_str()).filter(|_| self.text.len() == 1);
                self.note.step = Some(letter.ok_or_else(|| self.unread(name))? as i64);
            }
            b"alter" => self.note.alter = self.number(name)?,
            b"octave" => self.note.octave = self.number(name)? as i64,
            b"duration" => self.note.duration = self.number(name)?,
            b"voice" => self.note.voice.clone_from(&self.text),
            b"note" => self.add(),
            b"backup" => self.position = (self.position - self.note.duration / self.divisions).max(0.0),
            b"forward" => self.position += self.note.duration / self.divisions,
            _ => {}
        }
        self.text.clear();
        Ok(())
    }

    fn number(&self, name: &[u8]) -> Result<f64, String> {
        let number = self.text.parse::<f64>().ok().filter(|number| number.abs() < 1e9);
        number.ok_or_else(|| self.unread(name))
    }

    fn unread(&self, name: &[u8]) -> String {
        format!("`{}` is `{}`", String::from_utf8_lossy(name), self.text)
    }

    fn add(&mut self) {
        let note = std::mem::take(&mut self.note);
        if !note.is_in_chord {
            self.newest = self.position;
        }
        let end = self.newest + note.duration.max(0.0) / self.divisions;
        self.position = self.position.max(end);
        let (start, end) = (step_of(self.newest), step_of(end));
        let Some(step) = note.step.filter(|_| start < end) else { return };
        let pitch = (note.octave.clamp(-1, 10) + 1) * 12 + step + note.alter.round() as i64 + self.transposed;
        let pitch = pitch.clamp(0, 127) as i16;
        self.lines.entry((self.part, note.voice)).or_default().push(LineNote { start, end, pitch });
    }
}
