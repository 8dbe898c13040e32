//! Melodies on the grid of sixteenths: for what has to be sung.

use std::ops::{Range, RangeInclusive};

use pastiche_engine::assets::Asset;
use pastiche_engine::node::BuildError;
use pastiche_engine::options::{Content, Options};
use pastiche_engine::port::Note;
use pastiche_engine::spec::{FileOrText, Opt};
use pastiche_models::chorale::read_notation;

use crate::notes::midi_reading;
use crate::notes::parts::{BAR_STEPS, BEAT_STEPS};
use crate::timing::Base;

/// What a soprano sings: MIDI pitches.
pub(super) const SOPRANO: RangeInclusive<i16> = 57..=81;

/// The longest melody of an option, in bars.
pub(super) const MOST_BARS: usize = 64;

/// The melody of an option, if there is one: a pitch for each sixteenth, -1 for silence.
pub(super) fn of_option(
    options: &Options,
    key: &Opt<Option<FileOrText>>,
) -> Result<Option<Vec<i16>>, BuildError> {
    let melody = match options.get(key) {
        Some(Content::File(asset)) => of_file(asset),
        Some(Content::Text(text)) => {
            let read = read_notation(text).map_err(|error| {
                let help = "write notes such as \"c4:2 d e f | g:4\", or the name of a `.mid` file";
                BuildError::new(format!("the melody cannot be read: {error}"), help)
            });
            read.map(|steps| steps.into_iter().map(|(pitch, _)| pitch).collect())
        }
        None => return Ok(None),
    };
    let fitted = melody.and_then(fit);
    fitted.map(Some).map_err(|error| error.option(key.0.name))
}

/// The highest note of a MIDI file at each sixteenth.
fn of_file(asset: &Asset) -> Result<Vec<i16>, BuildError> {
    let tune = midi_reading::read(&asset.bytes, Base::Beats, false).map_err(|error| {
        let message = format!("`{}` is no MIDI file that can be read: {error}", asset.name);
        BuildError::new(message, error.help())
    })?;
    let limit = (MOST_BARS * BAR_STEPS + 1) as f64;
    let steps = (tune.length * BEAT_STEPS as f64).min(limit) as usize;
    let mut melody = vec![-1; steps];
    let mut held: Vec<(Note, f64)> = Vec::new();
    let mut lay = |note: &Note, from: f64, until: f64| {
        let [from, until] = [from, until].map(|beat| (beat * BEAT_STEPS as f64).round().min(limit) as usize);
        // The shortest of notes is a sixteenth long.
        for cell in melody.iter_mut().take(until.max(from + 1)).skip(from) {
            *cell = (*cell).max(i16::from(note.pitch));
        }
    };
    for (time, event) in tune.between(0.0, f64::INFINITY) {
        held.retain(|(note, from)| {
            let is_same = note.is_same(event);
            if is_same {
                lay(note, *from, *time);
            }
            !is_same
        });
        if event.on {
            held.push((*event, *time));
        }
    }
    held.iter().for_each(|(note, from)| lay(note, *from, tune.length));
    Ok(melody)
}

/// The melody in the nearest octave in which a soprano sings all of it.
fn fit(melody: Vec<i16>) -> Result<Vec<i16>, BuildError> {
    let sung = || melody.iter().filter(|pitch| **pitch >= 0);
    let (Some(lowest), Some(highest)) = (sung().min(), sung().max()) else {
        return Err(BuildError::new("the melody holds no notes", "write some, or leave it out"));
    };
    if melody.len() > MOST_BARS * BAR_STEPS {
        let bars = melody.len().div_ceil(BAR_STEPS);
        let more = if bars > MOST_BARS + 1 { "" } else { " or more" };
        let message = format!(
            "the melody is {bars}{more} bars of four beats long, and the longest score has {MOST_BARS}"
        );
        return Err(BuildError::new(message, "give a part of it"));
    }
    let (bottom, top) = (*SOPRANO.start(), *SOPRANO.end());
    let fits = |by: &i16| bottom <= lowest + by && highest + by <= top;
    let by = (-10..=10).map(|octave| 12 * octave).filter(fits).min_by_key(|by| by.abs());
    let Some(by) = by else {
        let message = format!(
            "the melody goes from pitch {lowest} to {highest}, and a soprano sings {bottom} to {top}: it fits in no octave"
        );
        return Err(BuildError::new(message, "bring its highest and lowest notes nearer to each other"));
    };
    Ok(melody.into_iter().map(|pitch| if pitch < 0 { pitch } else { pitch + by }).collect())
}

/// A pitch in the octave nearest to it that a soprano sings.
pub(super) fn into_range(pitch: u8) -> i16 {
    let (mut pitch, bottom, top) = (i16::from(pitch), *SOPRANO.start(), *SOPRANO.end());
    while pitch < bottom {
        pitch += 12;
    }
    while pitch > top {
        pitch -= 12;
    }
    pitch
}

/// What is played while the choir sings, on the grid of sixteenths.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard {
    held: Vec<Note>,
    /// From a step on, rounded, this pitch is the highest that is held, or none.
    changes: Vec<(i64, Option<i16>)>,
    /// The pitch that was held at the end of the steps that were taken last.
    carried: Option<i16>,
}

impl Heard {
    /// Takes in an event at a beat. Of several keys the highest counts.
    pub(super) fn hear(&mut self, event: &Note, beat: f64) {
        self.held.retain(|note| !note.is_same(event));
        if event.on {
            self.held.push(*event);
        }
        let highest = self.held.iter().map(|note| note.pitch).max();
        self.changes.push(((beat * BEAT_STEPS as f64).round() as i64, highest.map(into_range)));
    }

    /// The melody of some steps, as far as it has been played before the step `until`, if a note starts in it or is
    /// held through it, and forgets it. Rests are sung through: each pitch is held until the next. What begins
    /// later is kept: it counts for the next steps, from the first on.
    pub(super) fn take(&mut self, steps: Range<i64>, until: i64) -> Option<Vec<i16>> {
        let (now, later): (Vec<_>, Vec<_>) = self.changes.drain(..).partition(|(step, _)| *step < until);
        self.changes = later;
        let first = now.iter().find_map(|(_, pitch)| *pitch);
        let before = self.carried;
        self.carried = now.last().map_or(before, |(_, pitch)| *pitch);
        let mut pitch = before.or(first).filter(|_| first.is_some() || self.carried.is_some())?;
        let mut changes = now.into_iter().peekable();
        let melody = steps.map(|step| {
            while let Some((_, change)) = changes.next_if(|(at, _)| *at <= step) {
                pitch = change.unwrap_or(pitch);
            }
            pitch
        });
        Some(melody.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pastiche_engine::assets::Media;
    use pastiche_engine::options::OptionValue;

    const MELODY: Opt<Option<FileOrText>> =
        Opt::optional_file_or_text("seed_melody", Media::Midi, "A melody.");

    fn of(text: &str) -> Result<Vec<i16>, BuildError> {
        let mut options = Options::default();
        options.set(MELODY.0.name, OptionValue::Text(text.into()));
        of_option(&options, &MELODY).map(Option::unwrap)
    }

    #[test]
    fn a_melody_is_brought_into_the_octave_of_a_soprano() {
        assert_eq!(of("c4:0.5 e").unwrap(), [60, 60, 64, 64, 64, 64]);
        assert_eq!(of("c2 r:0.25").unwrap(), [60, 60, 60, 60, -1]);
        assert_eq!(of("c9").unwrap()[0], 72);
        assert_eq!([0, 56, 57, 81, 82, 127].map(into_range), [60, 68, 57, 81, 70, 79]);
    }

    #[test]
    fn what_no_choir_can_sing_is_refused() {
        for (text, message) in [
            ("", "the melody holds no notes"),
            ("r:4 | r:4", "the melody holds no notes"),
            ("c4 h", "the melody cannot be read: word 2, `h`"),
            ("c2 c5", "the melody goes from pitch 36 to 72, and a soprano sings 57 to 81"),
            ("c4:260", "the melody is 65 or more bars of four beats long"),
            ("c4:7200", "the melody is 1800 bars of four beats long, and the longest score has 64"),
        ] {
            let error = of(text).unwrap_err();
            assert!(error.message.starts_with(message), "{text}: {}", error.message);
            assert!(error.option == Some(MELODY.0.name) && !error.help.is_empty());
        }
    }

    #[test]
    fn what_is_played_is_held_until_the_next_note() {
        let note = |pitch: u8, on: bool| Note { pitch, on, velocity: 90, ..Note::default() };
        let mut heard = Heard::default();
        heard.hear(&note(60, true), 4.02);
        heard.hear(&note(60, false), 4.4);
        heard.hear(&note(64, true), 5.0);
        heard.hear(&note(67, true), 5.5);
        heard.hear(&note(67, false), 6.0);
        heard.hear(&note(64, false), 6.1);
        heard.hear(&note(62, true), 7.8);
        let melody = heard.take(16..32, 30).unwrap();
        assert_eq!(melody, [60, 60, 60, 60, 64, 64, 67, 67, 64, 64, 64, 64, 64, 64, 64, 64]);
        let melody = heard.take(32..48, 46).unwrap();
        assert_eq!(melody, [62; 16], "what comes after the cut is sung a bar later");
        assert_eq!(heard.take(48..64, 62), Some(vec![62; 16]), "it is still held");
        heard.hear(&note(62, false), 15.6);
        assert_eq!(heard.take(64..80, 78), None);
    }
}
