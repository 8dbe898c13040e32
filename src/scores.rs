//! Chorales as files: melodies in, scores and sound out.

mod melody;
mod midi;
mod musicxml;
mod notes;
mod sound;

use std::io;
use std::path::Path;

use pastiche_models::chorale::Roll;

use crate::atomic_file::write_atomic;
use crate::error::Error;

pub use melody::{Melody, read_melody};

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

/// What stands behind the last point of a name, in small letters.
fn ending(path: &Path) -> String {
    path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default()
}
