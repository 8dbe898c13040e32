//! Chorales as MusicXML 4.0: four parts in four-four time, notes over a bar line tied.

use std::fmt::Write;

use pastiche_models::chorale::{Roll, VOICES};

use super::notes::{Note, TEMPO, notes};

/// The steps of a bar.
const BAR: usize = 16;
/// The lengths that one sign can write, longest first: steps, the note's type, whether it is dotted.
const LENGTHS: [(usize, &str, bool); 8] = [
    (16, "whole", false),
    (12, "half", true),
    (8, "half", false),
    (6, "quarter", true),
    (4, "quarter", false),
    (3, "eighth", true),
    (2, "eighth", false),
    (1, "16th", false),
];
/// A voice's name and its clef: sign, line, octaves up.
const PARTS: [(&str, &str, u8, i8); VOICES] =
    [("Soprano", "G", 2, 0), ("Alto", "G", 2, 0), ("Tenor", "G", 2, -1), ("Bass", "F", 4, 0)];

/// The file. `key` is the tonic of the major scale of its signature, in semitones above C.
pub(super) fn encode(roll: &Roll, key: i8) -> String {
    let fifths = (i32::from(key) * 7 + 5).rem_euclid(12) - 5;
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE score-partwise PUBLIC \"-//Recordare//DTD MusicXML 4.0 \
         Partwise//EN\" \"http://www.musicxml.org/dtds/partwise.dtd\">\n<score-partwise version=\"4.0\">\n<part-list>\n",
    );
    for (voice, (name, ..)) in PARTS.iter().enumerate() {
        line(
            &mut text,
            format_args!("<score-part id=\"P{voice}\"><part-name>{name}</part-name></score-part>"),
        );
    }
    text.push_str("</part-list>\n");
    for (voice, part) in PARTS.iter().enumerate() {
        line(&mut text, format_args!("<part id=\"P{voice}\">"));
        let signs = signs(&notes(roll, voice));
        let bars = signs.chunk_by(|one, other| one.start / BAR == other.start / BAR);
        for (index, bar) in bars.enumerate() {
            line(&mut text, format_args!("<measure number=\"{}\">", index + 1));
            if index == 0 {
                attributes(&mut text, fifths, part, voice == 0);
            }
            bar.iter().for_each(|sign| sign.write(&mut text, fifths));
            text.push_str("</measure>\n");
        }
        text.push_str("</part>\n");
    }
    text.push_str("</score-partwise>\n");
    text
}

fn line(text: &mut String, content: std::fmt::Arguments<'_>) {
    // Writing into a string cannot fail.
    let _ = writeln!(text, "{content}");
}

fn attributes(
    text: &mut String,
    fifths: i32,
    (_, sign, clef_line, octaves): &(&str, &str, u8, i8),
    tempo: bool,
) {
    line(
        text,
        format_args!(
            "<attributes><divisions>4</divisions><key><fifths>{fifths}</fifths></key>\
             <time><beats>4</beats><beat-type>4</beat-type></time><clef><sign>{sign}</sign><line>{clef_line}</line>"
        ),
    );
    if *octaves != 0 {
        line(text, format_args!("<clef-octave-change>{octaves}</clef-octave-change>"));
    }
    text.push_str("</clef></attributes>\n");
    if tempo {
        line(text, format_args!("<sound tempo=\"{TEMPO}\"/>"));
    }
}

/// A sign on the staff: a note, a rest, or a part of one.
struct Sign {
    start: usize,
    steps: usize,
    pitch: i16,
    kind: &'static str,
    dotted: bool,
    /// Whether it goes on from the sign before, and into the next.
    tied: [bool; 2],
}

/// Cuts notes at bar lines and into lengths that one sign can write.
fn signs(notes: &[Note]) -> Vec<Sign> {
    let mut signs = Vec::new();
    for note in notes {
        let end = note.start + note.steps;
        let mut start = note.start;
        while start < end {
            let room = (end - start).min(BAR - start % BAR);
            let Some(&(steps, kind, dotted)) = LENGTHS.iter().find(|(steps, ..)| *steps <= room) else {
                break;
            };
            let tied = [start > note.start, start + steps < end].map(|tied| tied && note.pitch >= 0);
            signs.push(Sign { start, steps, pitch: note.pitch, kind, dotted, tied });
            start += steps;
        }
    }
    signs
}

impl Sign {
    fn write(&self, text: &mut String, fifths: i32) {
        text.push_str("<note>");
        if self.pitch < 0 {
            text.push_str("<rest/>");
        } else {
            let (step, alter, octave) = spell(self.pitch, fifths);
            let _ = write!(
                text,
                "<pitch><step>{step}</step><alter>{alter}</alter><octave>{octave}</octave></pitch>"
            );
        }
        let _ = write!(text, "<duration>{}</duration>", self.steps);
        let sides = [(self.tied[0], "stop"), (self.tied[1], "start")];
        for (_, side) in sides.iter().filter(|(tied, _)| *tied) {
            let _ = write!(text, "<tie type=\"{side}\"/>");
        }
        let _ = write!(text, "<voice>1</voice><type>{}</type>", self.kind);
        text.push_str(if self.dotted { "<dot/>" } else { "" });
        if self.tied.contains(&true) {
            text.push_str("<notations>");
            for (_, side) in sides.iter().filter(|(tied, _)| *tied) {
                let _ = write!(text, "<tied type=\"{side}\"/>");
            }
            text.push_str("</notations>");
        }
        text.push_str("</note>\n");
    }
}

/// The letter of a pitch, its sharps (or, below 0, flats) and its octave, as the circle of fifths has it around the
/// signature: three fifths flatter to eight sharper than the tonic.
fn spell(pitch: i16, fifths: i32) -> (char, i32, i32) {
    const LETTERS: [char; 7] = ['F', 'C', 'G', 'D', 'A', 'E', 'B'];
    let pitch = i32::from(pitch);
    let lowest = fifths - 3;
    let place = lowest + (pitch * 7 - lowest).rem_euclid(12);
    let alter = (place + 1).div_euclid(7);
    let letter = LETTERS[(place + 1).rem_euclid(7) as usize];
    (letter, alter, (pitch - alter).div_euclid(12) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pitches_are_spelled_by_the_signature() {
        assert_eq!(spell(60, 0), ('C', 0, 4));
        assert_eq!(spell(61, 0), ('C', 1, 4));
        assert_eq!(spell(70, 0), ('B', -1, 4));
        assert_eq!(spell(61, -4), ('D', -1, 4));
        assert_eq!(spell(66, 5), ('F', 1, 4));
        // C flat belongs to the octave of its letter.
        assert_eq!(spell(59, -5), ('C', -1, 4));
        // Whatever the signature, the letter with its sharps is the pitch again.
        for fifths in -6..=6 {
            for pitch in 36..=81 {
                let (letter, alter, octave) = spell(pitch, fifths);
                let natural = "C D EF G A B".find(letter).unwrap() as i32;
                assert_eq!((octave + 1) * 12 + natural + alter, i32::from(pitch), "{fifths} {pitch}");
            }
        }
    }

    #[test]
    fn notes_are_cut_where_signs_end_and_tied() {
        let cut = |start, steps| -> Vec<(usize, [bool; 2])> {
            signs(&[Note { start, steps, pitch: 60 }]).iter().map(|sign| (sign.steps, sign.tied)).collect()
        };
        assert_eq!(cut(0, 4), [(4, [false, false])]);
        assert_eq!(cut(14, 6), [(2, [false, true]), (4, [true, false])]);
        assert_eq!(cut(1, 5), [(4, [false, true]), (1, [true, false])]);
        let rest = signs(&[Note { start: 12, steps: 8, pitch: -1 }]);
        let rest: Vec<_> = rest.iter().map(|sign| (sign.steps, sign.tied)).collect();
        assert_eq!(rest, [(4, [false, false]); 2]);
    }

    #[test]
    fn every_bar_of_every_part_is_full() {
        let roll: Roll = (0..40).map(|step| [60 + step / 5, 55, -1, 48 + step / 7]).collect();
        let text = encode(&roll, 0);
        assert_eq!(text.matches("<part id").count(), VOICES);
        for part in text.split("<part id").skip(1) {
            let bars: Vec<usize> = part
                .split("<measure")
                .skip(1)
                .map(|bar| {
                    let lengths = bar.split("<duration>").skip(1);
                    lengths.map(|length| length.split('<').next().unwrap().parse::<usize>().unwrap()).sum()
                })
                .collect();
            assert_eq!(bars, [16, 16, 8]);
        }
    }
}
