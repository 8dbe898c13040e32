//! Pictures that are all there, and their sound that is put to them.

use std::fs;
use std::io;
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
        let sound = self.sound.finish().map_err(|error| told(&error))?;
        match self.whole {
            Whole::Frames(folder) => {
                fs::rename(sound, folder.join("sound.wav")).map_err(|error| told(&error))
            }
            Whole::Movie(claim) => {
                let joined = join(&claim, &sound, programs, patience);
                let movie = claim.finish().map_err(|error| told(&error))?;
                // Without its sound it is still a movie, and the sound is beside it.
                let kept = joined.map_err(|why| match keep(&sound, &movie) {
                    Ok(()) => format!("the movie has no sound, which is in a file of its own: {why}"),
                    Err(error) => format!("the movie has no sound: {why}; {}", told(&error)),
                });
                // It is ours, and of no more use.
                let _ = fs::remove_file(sound);
                kept
            }
        }
    }
}

/// Saves the sound of a movie that came to nothing, and adds to the reason what became of it.
pub(super) fn save(sound: Track, claim: &Claim, why: String) -> String {
    if sound.secs() == 0.0 {
        return why;
    }
    let saved = sound.finish().and_then(|raw| {
        let kept = keep(&raw, &claim.path());
        // It is ours, and of no more use.
        let _ = fs::remove_file(raw);
        kept
    });
    match saved {
        Ok(()) => format!("{why}; the sound until then is in a file of its own"),
        Err(error) => format!("{why}; nor can its sound be kept: {}", told(&error)),
    }
}

/// Leaves the sound beside its movie.
fn keep(sound: &Path, movie: &Path) -> io::Result<()> {
    let folder = movie.parent().unwrap_or(Path::new(""));
    let name = movie.file_stem().unwrap_or_default().to_string_lossy();
    let (claim, file) = Claim::new(folder, &name, ".wav", 1)?;
    drop(file);
    wave_of(sound, &claim.unfinished())?;
    claim.finish().map(drop)
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

/// An error of a file, in words.
pub(super) fn told(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "no permission to write there".into(),
        io::ErrorKind::StorageFull => "the disk is full".into(),
        _ => error.to_string(),
    }
}
