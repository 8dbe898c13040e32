//! Chorales as files: melodies and corpora in, scores and sound out.

mod corpus;
mod endings;
mod lines;
mod melody;
mod midi;
mod midi_reading;
mod musicxml;
mod musicxml_reading;
mod notes;
mod sound;

use std::io;
use std::path::Path;

use pastiche_models::chorale::Roll;

use crate::atomic_file::write_atomic;
use crate::error::Error;
use crate::wave;
use endings::ending;

pub use corpus::{ReadCorpus, read_corpus, read_score};
pub use melody::{Melody, read_melody};
pub(crate) use midi::{MidiEvent, MidiTrack, TICKS, encode_midi};

/// The endings of files that a chorale is written to.
const ENDINGS: &str = ".mid, .wav, .json or .musicxml";
/// Whether a chorale can be written to a file of this name.
///
/// # Errors
/// An ending that is none of `.mid`, `.midi`, `.wav`, `.json`, `.musicxml` and `.xml`.
pub fn check_ending(path: &Path) -> Result<(), Error> {
    match ending(path).as_str() {
        "mid" | "midi" | "wav" | "json" | "musicxml" | "xml" => Ok(()),
        _ => Err(Error::Setting {
            message: format!("{} is no kind of file that a chorale can be written to", path.display()),
            help: format!("let its name end in {ENDINGS}"),
        }),
    }
}

/// A chorale as the bytes of a WAV file of one channel with 16 bits at 48 kHz, and the number of its samples.
///
/// # Errors
/// What keeps the choir from singing.
pub fn sound_of(roll: &Roll) -> Result<(Vec<u8>, u32), Error> {
    let mut samples = Vec::new();
    sound::sing(roll, |heard| {
        let mean = |[left, right]: &[f32; 2]| ((left + right) / 2.0).clamp(-1.0, 1.0);
        samples.extend(heard.iter().map(|heard| (mean(heard) * f32::from(i16::MAX)).round() as i16));
        Ok(())
    })?;
    let bytes = wave::encode_mono16(&samples)?;
    Ok((bytes, samples.len() as u32))
}

/// Writes a chorale, whole or not at all; the ending of the file says as what. `key` is the tonic of the major scale
/// with its signature, in semitones above C.
///
/// # Errors
/// As [`check_ending`], and what the disk refuses.
pub fn write_score(path: &Path, roll: &Roll, key: i8) -> Result<(), Error> {
    check_ending(path)?;
    match ending(path).as_str() {
        "wav" => sound::write(path, roll),
        "json" => {
            let text = serde_json::to_vec(roll)
                .map_err(|error| Error::file("write", path, io::Error::other(error)))?;
            write_atomic(path, &text)
        }
        "musicxml" | "xml" => write_atomic(path, musicxml::encode(roll, key).as_bytes()),
        _ => write_atomic(path, &midi::encode(roll)),
    }
}
