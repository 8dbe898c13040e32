//! Melodies written as text.

use thiserror::Error;

/// Steps of a sixteenth in a beat.
const STEPS: f64 = 4.0;
/// The longest melody that is read, in steps: four hours at 68 beats a minute.
const MOST_STEPS: usize = 65_536;
/// The octave of notes before any is written.
const FIRST_OCTAVE: i16 = 4;

/// Why a melody cannot be read: which word it is, counted from 1, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("word {number}, `{word}`: {reason}")]
pub struct NotationError {
    /// Which word it is, counted from 1; bar lines count.
    pub number: usize,
    /// The word.
    pub word: String,
    /// What is wrong with it, and what to write.
    pub reason: String,
}

/// Reads a melody such as `c4:2 d e f | g:4`: words with spaces between them. A note is a letter from a to g,
/// perhaps with `#` or `b`, perhaps with an octave (`c4` is middle C; without one it is the octave of the note
/// before, at first 4), perhaps with its length in beats behind a colon (else 1). `r` is a rest, `|` a bar line,
/// which means nothing. Gives a MIDI pitch for each sixteenth (a quarter of a beat), -1 for a rest, and whether a
/// note starts there.
///
/// ```
/// use pastiche_models::chorale::read_notation;
///
/// let melody = read_notation("c4 d:0.5 r:0.25 eb:0.25")?;
/// let pitches: Vec<i16> = melody.iter().map(|step| step.0).collect();
/// assert_eq!(pitches, [60, 60, 60, 60, 62, 62, -1, 63]);
/// assert_eq!(melody[5], (62, false));
/// # Ok::<(), pastiche_models::chorale::NotationError>(())
/// ```
///
/// # Errors
/// A word that is none of these, a pitch outside MIDI's 0 to 127, a length that is no whole number of sixteenths
/// above 0, and a melody of more than 65,536 sixteenths.
pub fn read_notation(text: &str) -> Result<Vec<(i16, bool)>, NotationError> {
    let mut melody = Vec::new();
    let mut octave = FIRST_OCTAVE;
    for (place, word) in text.split_whitespace().enumerate() {
        if word == "|" {
            continue;
        }
        let refuse = |reason: &str| NotationError {
            number: place + 1,
            word: word.to_owned(),
            reason: reason.to_owned(),
        };
        let (name, length) = word.split_once(':').unwrap_or((word, "1"));
        let steps = steps_of(length).ok_or_else(|| {
            refuse("its length is in beats, a whole number of sixteenths such as 0.25, 1.5 or 4")
        })?;
        if melody.len() + steps > MOST_STEPS {
            return Err(refuse("the melody is too long here: write at most 16384 beats"));
        }
        let pitch = match name {
            "r" => -1,
            _ => {
                let (pitch, its_octave) = pitch_of_name(name, octave).ok_or_else(|| {
                    refuse("write a note such as c, f#, bb or e5, perhaps with its beats as in c:2, or r for a rest")
                })?;
                octave = its_octave;
                if !(0..=127).contains(&pitch) {
                    return Err(refuse("it is outside the pitches of MIDI, c-1 to g9"));
                }
                pitch
            }
        };
        melody.extend((0..steps).map(|step| (pitch, step == 0 && pitch >= 0)));
    }
    Ok(melody)
}

/// A number of beats as sixteenths.
fn steps_of(length: &str) -> Option<usize> {
    let steps = length.parse::<f64>().ok()? * STEPS;
    ((1.0..=MOST_STEPS as f64).contains(&steps) && steps.fract() == 0.0).then_some(steps as usize)
}

/// A pitch and its octave.
fn pitch_of_name(name: &str, octave: i16) -> Option<(i16, i16)> {
    let mut letters = name.chars();
    let natural = match letters.next()? {
        'c' => 0,
        'd' => 2,
        'e' => 4,
        'f' => 5,
        'g' => 7,
        'a' => 9,
        'b' => 11,
        _ => return None,
    };
    let rest = letters.as_str();
    let (sign, rest) = match rest.chars().next() {
        Some('#') => (1, &rest[1..]),
        Some('b') => (-1, &rest[1..]),
        _ => (0, rest),
    };
    let octave = if rest.is_empty() {
        octave
    } else {
        rest.parse().ok().filter(|octave| (-1..=9).contains(octave))?
    };
    Some(((octave + 1) * 12 + natural + sign, octave))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(text: &str) -> Vec<(usize, i16)> {
        let melody = read_notation(text).unwrap();
        melody
            .iter()
            .enumerate()
            .filter(|(_, (_, on))| *on)
            .map(|(step, (pitch, _))| (step, *pitch))
            .collect()
    }

    #[test]
    fn notes_have_names_octaves_and_lengths() {
        assert_eq!(starts("c4:2 d e f | g:4"), [(0, 60), (8, 62), (12, 64), (16, 65), (20, 67)]);
        assert_eq!(starts("bb3 b cb4 f#5:0.25 g"), [(0, 58), (4, 59), (8, 59), (12, 78), (13, 79)]);
        assert_eq!(starts("c-1 r:1.5 g9"), [(0, 0), (10, 127)]);
        assert_eq!(starts("a4 a"), [(0, 69), (4, 69)], "the same pitch starts again");
        assert!(read_notation(" \n").unwrap().is_empty());
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (text, number, word) in [
            ("c d | x", 4, "x"),
            ("c4:0", 1, "c4:0"),
            ("c:0.3", 1, "c:0.3"),
            ("c:nan", 1, "c:nan"),
            ("c:inf", 1, "c:inf"),
            ("c:-1", 1, "c:-1"),
            ("c99", 1, "c99"),
            ("g#9", 1, "g#9"),
            ("d cb-1", 2, "cb-1"),
            ("c é", 2, "é"),
            ("c:16000 d:16000", 2, "d:16000"),
        ] {
            let error = read_notation(text).unwrap_err();
            assert_eq!((error.number, &*error.word), (number, word), "{error}");
        }
    }
}
