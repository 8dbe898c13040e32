//! How the four parts of a score are sung: cells of sixteenths become notes, each on its sample.

use pastiche_engine::io::Io;
use pastiche_engine::port::{Note, Notes};
use pastiche_engine::spec::Out;
use pastiche_models::chorale::VOICES;

use crate::note_window::{Window, velocity};

/// A step of a score, in beats.
pub(super) const STEP: f64 = 0.25;
/// Steps of a beat and of a bar.
pub(super) const BEAT_STEPS: usize = 4;
pub(super) const BAR_STEPS: usize = 16;

/// The outputs of what sings in four parts.
pub(super) const ALL: Out<Notes> =
    Out::new("notes", "The notes of all voices; 0 is the soprano, 3 the bass.");
pub(super) const SOPRANO: Out<Notes> = Out::new("soprano", "The notes of the soprano.");
pub(super) const ALTO: Out<Notes> = Out::new("alto", "The notes of the alto.");
pub(super) const TENOR: Out<Notes> = Out::new("tenor", "The notes of the tenor.");
pub(super) const BASS: Out<Notes> = Out::new("bass", "The notes of the bass.");
const PARTS: [&Out<Notes>; VOICES] = [&SOPRANO, &ALTO, &TENOR, &BASS];

/// A chord that all voices hold for longer than a beat ends a phrase; at the end of the score a beat is enough.
const HELD: usize = BEAT_STEPS + 2;

/// What is to be known about a step of a score, beside its pitches.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Mark {
    /// Which voices start a note.
    pub(super) starts: [bool; VOICES],
    /// The chord that ends a phrase begins.
    pub(super) is_cadence: bool,
    /// The choir breathes behind it.
    pub(super) is_last: bool,
    /// How far it is on its way through the phrase, from 0 to 1.
    pub(super) along: f64,
}

/// The marks of a score. A pitch that comes again without a break in between is one long note; every voice
/// starts at the beginning of the score and of each phrase.
pub(super) fn marks(roll: &[[i16; VOICES]]) -> Vec<Mark> {
    let mut marks = vec![Mark::default(); roll.len()];
    let mut phrase = 0;
    let mut step = 0;
    while step < roll.len() {
        let chord = roll[step];
        let held = roll[step..].iter().take_while(|cells| **cells == chord).count();
        let before = if step == phrase { [-1; VOICES] } else { roll[step - 1] };
        marks[step].starts = std::array::from_fn(|voice| chord[voice] >= 0 && chord[voice] != before[voice]);
        let end = step + held;
        let enough = if end == roll.len() { BEAT_STEPS } else { HELD };
        let is_full = chord.iter().all(|pitch| *pitch >= 0) && step.is_multiple_of(BEAT_STEPS);
        let is_cadence = is_full && held >= enough;
        if is_cadence || end == roll.len() {
            marks[step].is_cadence = is_cadence;
            marks[end - 1].is_last = true;
            let length = (end - phrase) as f64;
            for (place, mark) in marks[phrase..end].iter_mut().enumerate() {
                mark.along = (place as f64 + 0.5) / length;
            }
            phrase = end;
        }
        step = end;
    }
    marks
}

/// The loudness of a note, from 0 to 1, that starts at a step: more on the beat and at a bar line, more in
/// the middle of a phrase.
pub(super) fn stress(step: i64, mark: &Mark) -> f64 {
    let metre = match step.rem_euclid(BAR_STEPS as i64) {
        0 => 1.0,
        step if step % BEAT_STEPS as i64 == 0 => 0.93,
        _ => 0.84,
    };
    metre * (0.82 + 0.18 * (mark.along * std::f64::consts::PI).sin())
}

/// What sounds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Singing {
    sounding: [Option<Note>; VOICES],
    /// The beat at which all take breath.
    breath: Option<f64>,
}

/// A step that is to be sung: its pitches, what is known about it, and the loudness of what starts, from 0 to 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sung {
    pub(super) cells: [i16; VOICES],
    pub(super) mark: Mark,
    pub(super) loudness: f64,
    /// How long before the end of a phrase the voices end, in beats.
    pub(super) breath: f64,
}

impl Singing {
    /// Sings a step at its beat. What it has started, by voice.
    pub(super) fn sing(
        &mut self,
        out: &mut impl FnMut(usize, Note),
        window: &Window,
        beat: f64,
        sung: &Sung,
    ) -> [bool; VOICES] {
        self.breathe(out, window, beat);
        let sample = window.sample(beat);
        let mut started = [false; VOICES];
        for (voice, pitch) in sung.cells.into_iter().enumerate() {
            let pitch = u8::try_from(pitch).ok().filter(|pitch| *pitch <= 127);
            let goes_on = self.sounding[voice].is_some_and(|note| Some(note.pitch) == pitch);
            if goes_on && !sung.mark.starts[voice] {
                continue;
            }
            self.end(out, voice, sample);
            if let Some(pitch) = pitch.filter(|_| sung.loudness > 0.0) {
                let velocity = velocity(sung.loudness);
                let note = Note { sample, pitch, velocity, voice: voice as u8, channel: 0, on: true };
                out(voice, note);
                self.sounding[voice] = Some(note);
                started[voice] = true;
            }
        }
        if sung.mark.is_last {
            self.breath = Some(beat + STEP - sung.breath.clamp(0.0, STEP));
        }
        started
    }

    /// Ends what is to end before a beat: call it with the end of the window too.
    pub(super) fn breathe(&mut self, out: &mut impl FnMut(usize, Note), window: &Window, until: f64) {
        if let Some(beat) = self.breath.filter(|beat| *beat <= until) {
            self.breath = None;
            (0..VOICES).for_each(|voice| self.end(out, voice, window.sample(beat)));
        }
    }

    fn end(&mut self, out: &mut impl FnMut(usize, Note), voice: usize, sample: u64) {
        if let Some(note) = self.sounding[voice].take() {
            out(voice, note.end_at(sample));
        }
    }

    /// Forgets what sounds: the engine has ended it.
    pub(super) fn forget(&mut self) {
        *self = Singing::default();
    }

    /// What each voice sings.
    pub(super) fn sounding(&self) -> &[Option<Note>; VOICES] {
        &self.sounding
    }
}

/// Writes events on the wire of all and on those of the parts.
pub(super) fn write(io: &mut Io<'_>, events: &[(usize, Note)]) {
    if let Some(out) = io.notes_out(&ALL) {
        out.extend(events.iter().map(|(_, note)| *note));
    }
    for (voice, part) in PARTS.into_iter().enumerate() {
        if let Some(out) = io.notes_out(part) {
            out.extend(events.iter().filter(|(of, _)| *of == voice).map(|(_, note)| *note));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chords(chords: &[([i16; VOICES], usize)]) -> Vec<[i16; VOICES]> {
        chords.iter().flat_map(|(chord, steps)| vec![*chord; *steps]).collect()
    }

    #[test]
    fn a_chord_that_all_hold_ends_a_phrase() {
        let (one, two) = ([72, 67, 64, 48], [71, 67, 62, 55]);
        let roll = chords(&[(one, 4), (two, 8), (two, 0), (one, 4), (two, 2), (one, 2), (two, 4)]);
        let marks = marks(&roll);
        let cadences: Vec<usize> = (0..roll.len()).filter(|step| marks[*step].is_cadence).collect();
        let lasts: Vec<usize> = (0..roll.len()).filter(|step| marks[*step].is_last).collect();
        assert_eq!((cadences, lasts), (vec![4, 20], vec![11, 23]));
        assert_eq!(marks[4].starts, [true, false, true, true], "the alto holds its note");
        assert_eq!(marks[12].starts, [true; 4], "a new phrase");
        assert_eq!(marks[5].starts, [false; 4]);
        assert!(marks[0].along < 0.1 && marks[11].along > 0.9 && marks[12].along < 0.1);
        assert!(super::marks(&[]).is_empty());
    }

    #[test]
    fn a_score_of_rests_starts_nothing() {
        for mark in marks(&[[-1; VOICES]; 32]) {
            assert!(mark.starts == [false; 4] && !mark.is_cadence);
        }
    }
}
