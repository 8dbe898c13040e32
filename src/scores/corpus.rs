//! Corpora of chorales: the JSON of the JSB chorales, or a folder of scores.

use std::fs;
use std::path::{Path, PathBuf};

use pastiche_models::chorale::{Corpus, Piece, Roll, class_of};

use super::endings::ending;
use super::{lines, midi_reading, musicxml_reading};
use crate::error::Error;

/// Of each five files of a folder, in the order of their names, the last but one validates and the last tests.
const SPLIT: usize = 5;

/// A corpus, and why files of its folder were left out.
#[derive(Debug)]
pub struct ReadCorpus {
    /// What was read.
    pub corpus: Corpus,
    /// What is wrong with each file that was left out.
    pub left_out: Vec<Error>,
}

/// Reads a corpus: a JSON file of the form of `Jsb16thSeparated.json`, or a folder of MIDI files (`.mid`, `.midi`) and
/// MusicXML files (`.musicxml`, `.xml`), of which each is a chorale of four voices within MIDI pitches 36..=81. Folders
/// in the folder, and other files, are not looked at. Of five files in the order of their names three are learnt from,
/// the fourth validates and the fifth tests; where there are fewer than five, all do all three.
///
/// # Errors
/// A file or folder that cannot be read, JSON of another form, and a folder without one good file.
pub fn read_corpus(path: &Path) -> Result<ReadCorpus, Error> {
    if path.is_dir() {
        return read_folder(path);
    }
    let bytes = fs::read(path).map_err(|error| Error::file("read", path, error))?;
    let corpus =
        Corpus::from_json(&bytes).map_err(|error| refused(path, &error.to_string(), "name such a file"))?;
    Ok(ReadCorpus { corpus, left_out: Vec::new() })
}

/// Reads the four voices of a MIDI file or a MusicXML file on a grid of sixteenths.
///
/// # Errors
/// A file that cannot be read, is none of these, or is no chorale of four voices within MIDI pitches 36..=81.
pub fn read_score(path: &Path) -> Result<Roll, Error> {
    let bytes = fs::read(path).map_err(|error| Error::file("read", path, error))?;
    let read = match ending(path).as_str() {
        "mid" | "midi" => midi_reading::read(&bytes),
        "musicxml" | "xml" => musicxml_reading::read(&bytes),
        _ => Err("its name ends in none of .mid, .midi, .musicxml and .xml".into()),
    };
    read.and_then(lines::roll).map_err(|why| {
        refused(
            path,
            &why,
            "export it as a MIDI file or as MusicXML that is not compressed, with four voices",
        )
    })
}

fn refused(path: &Path, why: &str, help: &str) -> Error {
    Error::Setting { message: format!("cannot read {}: {why}", path.display()), help: help.into() }
}

fn read_folder(path: &Path) -> Result<ReadCorpus, Error> {
    let entries = fs::read_dir(path).and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
    let entries = entries.map_err(|error| Error::file("read", path, error))?;
    let is_score = |file: &PathBuf| {
        matches!(ending(file).as_str(), "mid" | "midi" | "musicxml" | "xml") && file.is_file()
    };
    let mut files: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).filter(is_score).collect();
    files.sort();
    let (mut pieces, mut left_out) = (Vec::new(), Vec::new());
    for file in &files {
        match read_score(file) {
            Ok(roll) => pieces.push(piece(&roll)),
            Err(error) => left_out.push(error),
        }
    }
    if pieces.is_empty() {
        let Some(first) = left_out.first() else {
            return Err(refused(
                path,
                "there is no MIDI or MusicXML file in it",
                "name a folder of chorales",
            ));
        };
        let why = format!("none of its {} files is a chorale; the first: {first}", files.len());
        return Err(refused(path, &why, &first.help()));
    }
    Ok(ReadCorpus { corpus: split(pieces), left_out })
}

fn piece(roll: &Roll) -> Piece {
    // What a reader gives is within the range.
    roll.iter()
        .map(|pitches| std::array::from_fn(|voice: usize| class_of(pitches[voice]).unwrap_or_default()))
        .collect()
}

fn split(pieces: Vec<Piece>) -> Corpus {
    if pieces.len() < SPLIT {
        return Corpus { train: pieces.clone(), valid: pieces.clone(), test: pieces };
    }
    let mut corpus = Corpus::default();
    for (index, piece) in pieces.into_iter().enumerate() {
        match SPLIT - 1 - index % SPLIT {
            0 => corpus.test.push(piece),
            1 => corpus.valid.push(piece),
            _ => corpus.train.push(piece),
        }
    }
    corpus
}

#[cfg(test)]
mod tests {
    use super::super::write_score;
    use super::*;

    /// Two bars that go up from a pitch, with rests and notes over the bar line.
    fn chorale(up: i16) -> Roll {
        let line = |step: usize| step as i16 / 6 + up;
        (0..32)
            .map(|step| {
                [72 + line(step), if step < 3 { -1 } else { 66 }, 60 - line(step), 48 + line(step + 3) % 5]
            })
            .collect()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.mid", "a.musicxml", "b.xml", "b.midi"] {
            let path = folder.path().join(name);
            write_score(&path, &chorale(0), 0).unwrap();
            assert_eq!(read_score(&path).unwrap(), chorale(0), "{name}");
        }
    }

    #[test]
    fn voices_parts_and_instruments_that_transpose_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("two_staves.musicxml");
        let note = |step: &str, octave: u8, duration: u8, voice: u8| {
            format!(
                "<note><pitch><step>{step}</step><octave>{octave}</octave></pitch><duration>{duration}</duration>\
                 <voice>{voice}</voice></note>"
            )
        };
        let rest = "<note><rest measure=\"yes\"/><duration>2</duration><voice>1</voice></note>";
        let grace = "<note><grace/><pitch><step>F</step><octave>5</octave></pitch><voice>1</voice></note>";
        let back = "<backup><duration>4</duration></backup>";
        let upper =
            [rest.to_owned(), grace.to_owned(), note("C", 5, 2, 1), back.to_owned(), note("G", 4, 4, 2)]
                .concat();
        let lower = [note("C", 4, 2, 1), note("B", 3, 2, 1), back.to_owned(), note("C", 3, 4, 2)].concat();
        let transposed = "<transpose><chromatic>-2</chromatic></transpose>";
        let text = format!(
            "<?xml version=\"1.0\"?><!DOCTYPE score-partwise><score-partwise><part id=\"1\"><measure><attributes>\
             <divisions>2</divisions></attributes>{upper}</measure></part><part id=\"2\"><measure><attributes>\
             <divisions>2</divisions>{transposed}</attributes>{lower}</measure></part></score-partwise>"
        );
        fs::write(&path, &text).unwrap();
        let expected: Roll = [vec![[-1, 67, 58, 46]; 4], vec![[72, 67, 57, 46]; 4]].concat();
        assert_eq!(read_score(&path).unwrap(), expected);
    }

    #[test]
    fn bad_files_are_named_and_left_out_and_none_good_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
        let read = || read_corpus(folder.path());
        assert!(read().unwrap_err().to_string().contains("no MIDI or MusicXML file"));
        let whole = folder.path().join("whole.musicxml");
        write_score(&whole, &chorale(0), 0).unwrap();
        let xml = fs::read_to_string(&whole).unwrap();
        let midi = super::super::midi::encode(&chorale(0));
        fs::remove_file(&whole).unwrap();
        let bad: [(&str, Vec<u8>, &str); 8] = [
            ("cut.mid", midi[..midi.len() / 2].to_vec(), ""),
            ("cut.musicxml", xml.as_bytes()[..xml.len() / 2].to_vec(), ""),
            ("empty.xml", Vec::new(), "no MusicXML"),
            ("page.xml", b"<html/>".to_vec(), "no MusicXML"),
            ("bars.xml", b"<score-timewise/>".to_vec(), "bar by bar"),
            ("letter.xml", xml.replace("<step>C</step>", "<step>H</step>").into_bytes(), "`step` is `H`"),
            ("low.musicxml", xml.replace("<octave>3</octave>", "<octave>1</octave>").into_bytes(), "36..=81"),
            ("three.xml", xml.replace("<part id=\"P3\">", "<other>").into_bytes(), ""),
        ];
        for (name, bytes, _) in &bad {
            put(name, bytes);
        }
        put("letter.txt", b"not looked at");
        let error = read().unwrap_err().to_string();
        assert!(error.contains("none of its 8 files") && error.contains("bars.xml"), "{error}");
        for index in 0..10 {
            write_score(&folder.path().join(format!("good_{index}.mid")), &chorale(index % 3), 0).unwrap();
        }
        let ReadCorpus { corpus, left_out } = read().unwrap();
        assert_eq!((corpus.train.len(), corpus.valid.len(), corpus.test.len()), (6, 2, 2));
        assert_eq!(corpus.train[1], piece(&chorale(1)));
        assert_eq!(corpus.valid[0], piece(&chorale(0)));
        assert_eq!(left_out.len(), bad.len());
        for (name, _, why) in &bad {
            let told = left_out.iter().map(ToString::to_string).find(|told| told.contains(name)).unwrap();
            assert!(told.contains(why), "{told}");
        }
    }

    #[test]
    fn few_pieces_do_all() {
        let corpus = split(vec![piece(&chorale(0)); 4]);
        assert_eq!((corpus.train.len(), corpus.valid.len(), corpus.test.len()), (4, 4, 4));
    }
}
