//! What a person keeps of a show by key: stills and takes. Nothing is ever written over.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use crate::error::Error;
use crate::picture::Picture;
use crate::render::write_png;
use crate::takes::TakeWriter;

/// Writes beside the show, into the current folder, under the patch's name.
pub(super) struct Keepsakes {
    stem: String,
    told: Sender<String>,
    news: Receiver<String>,
    /// Stills that are being written.
    writing: Vec<JoinHandle<()>>,
    /// The number of the last still: one that is being written is not on the disk yet.
    stills: u32,
}

impl Keepsakes {
    pub(super) fn new(patch: &str) -> Keepsakes {
        let stem = Path::new(patch).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let stem = if stem.is_empty() { "show".into() } else { stem };
        let (told, news) = channel();
        Keepsakes { stem, told, news, writing: Vec::new(), stills: 0 }
    }

    /// Saves a picture under the next free name.
    pub(super) fn save(&mut self, picture: Picture) {
        let (number, path) = free(&self.stem, "png", self.stills);
        self.stills = number;
        let told = self.told.clone();
        let writer = std::thread::Builder::new().name("still".into()).spawn(move || {
            let news = match write_png(&path, &picture) {
                Ok(()) => format!("the still is in {}", path.display()),
                Err(error) => format!("no still: {error}"),
            };
            // No one listens when the show is over.
            let _ = told.send(news);
        });
        match writer {
            Ok(writer) => self.writing.push(writer),
            Err(error) => drop(self.told.send(format!("no still: {error}"))),
        }
        self.writing.retain(|writer| !writer.is_finished());
    }

    /// Starts a take under the next free name.
    pub(super) fn take(&self, patch: &str, seed: u64) -> Result<(PathBuf, TakeWriter), Error> {
        let (_, path) = free(&self.stem, "take", 0);
        let take = TakeWriter::create(&path, patch, seed)?;
        Ok((path, take))
    }

    /// What has come of the stills since it was last asked.
    pub(super) fn news(&self) -> impl Iterator<Item = String> + '_ {
        self.news.try_iter()
    }

    /// Waits until everything is on the disk.
    pub(super) fn finish(&mut self) {
        for writer in self.writing.drain(..) {
            if writer.join().is_err() {
                tracing::error!("a still could not be written");
            }
        }
    }
}

/// The first name behind a number that nothing has yet.
fn free(stem: &str, extension: &str, behind: u32) -> (u32, PathBuf) {
    let path = |number: u32| PathBuf::from(format!("{stem}-{number:03}.{extension}"));
    let mut number = behind + 1;
    while path(number).exists() {
        number += 1;
    }
    (number, path(number))
}
