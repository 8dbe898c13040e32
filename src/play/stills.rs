//! Pictures of a show, written beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use crate::error::Error;
use crate::picture::Picture;
use crate::player::Player;
use crate::render::write_png;

/// Pictures that may wait to be encoded; more than that are left out, so that the show never waits.
const WAITING_PICTURES: usize = 8;

pub(super) struct Stills {
    every: u64,
    pictures: SyncSender<(PathBuf, Picture)>,
    thread: JoinHandle<Result<(), Error>>,
    folder: PathBuf,
}

impl Stills {
    pub(super) fn start(folder: PathBuf, every: u64) -> Result<Stills, Error> {
        fs::create_dir_all(&folder).map_err(|error| Error::file("make", &folder, error))?;
        let mut inside = fs::read_dir(&folder).map_err(|error| Error::file("read", &folder, error))?;
        if inside.next().is_some() {
            return Err(Error::Setting {
                message: format!("{} is not empty", folder.display()),
                help: "name a new folder for the stills: nothing is written over".into(),
            });
        }
        let (pictures, incoming) = sync_channel(WAITING_PICTURES);
        let thread = std::thread::Builder::new()
            .name("stills".into())
            .spawn(move || write(&incoming))
            .map_err(|error| Error::file("start", Path::new("the stills' thread"), error))?;
        Ok(Stills { every: every.max(1), pictures, thread, folder })
    }

    /// Takes a picture of every N frames.
    pub(super) fn take(&mut self, player: &mut Player, shown: u64, frame: u64) -> Result<(), Error> {
        if !shown.is_multiple_of(self.every) {
            return Ok(());
        }
        let picture =
            player.pixels(0).map_err(|fault| Error::Program { message: fault.message, help: fault.help })?;
        let path = self.folder.join(format!("frame_{frame:05}.png"));
        match self.pictures.try_send((path, picture)) {
            Ok(()) => {}
            Err(TrySendError::Full((path, _))) => {
                tracing::warn!("{} is left out: the disk is too slow", path.display());
            }
            // `finish` says why.
            Err(TrySendError::Disconnected(_)) => {}
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<(), Error> {
        drop(self.pictures);
        self.thread.join().unwrap_or(Err(Error::Stopped { what: "the writer of stills" }))
    }
}

fn write(pictures: &Receiver<(PathBuf, Picture)>) -> Result<(), Error> {
    pictures.iter().try_for_each(|(path, picture)| write_png(&path, &picture))
}
