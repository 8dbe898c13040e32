//! Pictures that are all there, and their sound that is put to them.

use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use crate::ffmpeg::{Process, Programs, join_arguments};
use crate::out::claim::Claim;

use super::track::{Track, wave_of};

/// A recording that waits for the end of its sound.
pub(super) struct Closing {
    pub(super) whole: Whole,
    pub(super) sound: Track,
}

/// Pictures that are all there.
pub(super) enum Whole {
    Movie(Claim),
    Frames(PathBuf),
}

impl Closing {
    pub(super) fn finish(self, programs: &Programs, patience: Duration) -> Result<(), String> {
        let (sound, closed) = self.sound.close();
        match self.whole {
            Whole::Frames(folder) => {
                let named = fs::rename(sound, folder.join("sound.wav"));
                closed.and(named).map_err(|error| told(&error))
            }
            Whole::Movie(claim) => {
                let joined = match closed {
                    Ok(()) => join(&claim, &sound, programs, patience),
                    Err(error) => Err(told(&error)),
                };
                let movie = claim.finish();
                let Err(why) = joined else {
                    // It is ours, in the movie, and of no more use.
                    let _ = fs::remove_file(sound);
                    return movie.map(drop).map_err(|error| told(&error));
                };
                // Without its sound it is still a movie, and the sound is beside it.
                let movie = movie.map_err(|error| told(&error))?;
                Err(match keep(&sound, &movie) {
                    Ok(where_it_is) => format!("the movie has no sound, which is in {where_it_is}: {why}"),
                    Err(error) => format!("the movie has no sound: {why}; {}", told(&error)),
                })
            }
        }
    }
}

/// Saves what there is of a movie that could not be written to its end, and adds to the reason what became of
/// it. Pictures that a player can show keep the movie's name; the sound is left beside it.
pub(super) fn save(sound: Option<Track>, claim: Claim, why: String) -> String {
    let mut told_of = in_words(why);
    let mut movie = claim.path();
    if holds_pictures(&claim.unfinished()) {
        match claim.finish() {
            Ok(path) => {
                movie = path;
                told_of += "; the pictures until then are in the movie";
            }
            Err(error) => told_of = format!("{told_of}; the movie has no name yet: {}", told(&error)),
        }
    }
    let Some(sound) = sound.filter(|sound| sound.secs() > 0.0) else { return told_of };
    let (raw, closed) = sound.close();
    match (keep(&raw, &movie), closed) {
        (Ok(where_it_is), Ok(())) => format!("{told_of}; the sound until then is in {where_it_is}"),
        (Ok(where_it_is), Err(error)) => {
            format!("{told_of}; what there is of the sound is in {where_it_is}: {}", told(&error))
        }
        (Err(error), _) => format!("{told_of}; nor can its sound be kept: {}", told(&error)),
    }
}

/// Whether an MP4 file that is written in fragments has one: a box `moof` among those of the file (ISO/IEC
/// 14496-12, 4.2 and 8.8.4). What cannot be read holds none.
fn holds_pictures(movie: &Path) -> bool {
    let Ok(mut file) = File::open(movie) else { return false };
    let mut head = [0; 8];
    while file.read_exact(&mut head).is_ok() {
        let [a, b, c, d, kind @ ..] = head;
        let length = u32::from_be_bytes([a, b, c, d]);
        if &kind == b"moof" {
            return true;
        }
        // Lengths of 64 bits are for boxes behind the first fragment.
        if length < 8 || file.seek_relative(i64::from(length) - 8).is_err() {
            return false;
        }
    }
    false
}

/// Leaves the sound beside its movie, and says where: as a WAV file, or, where there is no room for one, as it
/// was written.
fn keep(sound: &Path, movie: &Path) -> io::Result<&'static str> {
    let folder = movie.parent().unwrap_or(Path::new(""));
    let name = movie.file_stem().unwrap_or_default().to_string_lossy();
    let wave = Claim::new(folder, &name, ".wav", 1).and_then(|(claim, file)| {
        drop(file);
        wave_of(sound, &claim.unfinished())?;
        claim.finish()
    });
    if wave.is_ok() {
        // It is ours, and of no more use.
        let _ = fs::remove_file(sound);
        return Ok("a file of its own");
    }
    let (claim, file) = Claim::new(folder, &name, ".f32", 1)?;
    drop(file);
    fs::rename(sound, claim.unfinished())?;
    claim.finish()?;
    Ok("a `.f32` file: 32-bit floats, left and right in turn, 48,000 a second")
}

/// Puts the sound into the movie. Neither is touched when that fails.
fn join(claim: &Claim, sound: &Path, programs: &Programs, patience: Duration) -> Result<(), String> {
    let (movie, joined) = (claim.unfinished(), beside(claim, "joined"));
    let arguments = join_arguments(&movie, sound, &joined);
    let ran = Process::start(&programs.ffmpeg, &arguments, [Stdio::null(), Stdio::null()]);
    let made = ran
        .and_then(|process| process.finish(patience))
        .and_then(|()| fs::rename(&joined, &movie).map_err(|error| told(&error)));
    // Gone already when all went well.
    let _ = fs::remove_file(joined);
    made
}

/// A hidden file beside the one that is claimed.
pub(super) fn beside(claim: &Claim, what: &str) -> PathBuf {
    claim.unfinished().with_extension(format!("{what}.part"))
}

/// The complaint of another program: a full disk in our words, all else in its own.
fn in_words(complaint: String) -> String {
    if complaint.contains("No space left on device") { "the disk is full".into() } else { complaint }
}

/// An error of a file, in words.
pub(super) fn told(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "no permission to write there".into(),
        io::ErrorKind::StorageFull => "the disk is full".into(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_said_in_plain_words() {
        let complaint = "av_interleaved_write_frame(): No space left on device; Error closing file a.part";
        assert_eq!(in_words(complaint.into()), "the disk is full");
        assert_eq!(in_words("no such encoder".into()), "no such encoder");
    }
}
