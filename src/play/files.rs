//! The files that are written while a patch plays.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use engine::take::Stamped;
use pastiche_engine as engine;

use super::job::FrameStats;
use super::stills::Stills;
use crate::error::Error;
use crate::player::Player;
use crate::takes::TakeWriter;

/// The files that are written while a patch plays.
#[derive(Default)]
pub(super) struct Files {
    stats: Option<(PathBuf, BufWriter<File>)>,
    stills: Option<Stills>,
    take: Option<Recording>,
}

/// A take that is being recorded.
struct Recording {
    writer: TakeWriter,
    /// The sample of transport time at which it began.
    from: u64,
}

impl Files {
    pub(super) fn open(
        stats: Option<PathBuf>,
        stills: Option<(PathBuf, u64)>,
        take: Option<TakeWriter>,
    ) -> Result<Files, Error> {
        let stats = stats.map(|path| match File::create(&path) {
            Ok(file) => Ok((path, BufWriter::new(file))),
            Err(error) => Err(Error::file("write", &path, error)),
        });
        let stills = stills.map(|(folder, every)| Stills::start(folder, every));
        let take = take.map(|writer| Recording { writer, from: 0 });
        Ok(Files { stats: stats.transpose()?, stills: stills.transpose()?, take })
    }

    /// Adds what took effect to the take.
    pub(super) fn record(&mut self, applied: &[Stamped]) -> Result<(), Error> {
        let Some(Recording { writer, from }) = &mut self.take else { return Ok(()) };
        let shifted = |stamped: &Stamped| Stamped {
            sample: stamped.sample.saturating_sub(*from),
            heard: stamped.heard.map(|sample| sample.saturating_sub(*from)),
            input: stamped.input.clone(),
        };
        writer.write(&applied.iter().map(shifted).collect::<Vec<_>>())
    }

    /// From here on everything goes into this take.
    #[cfg(feature = "stage")]
    pub(super) fn begin_take(&mut self, writer: TakeWriter, from: u64) {
        self.take = Some(Recording { writer, from });
    }

    #[cfg(feature = "stage")]
    pub(super) fn end_take(&mut self) -> Option<TakeWriter> {
        self.take.take().map(|recording| recording.writer)
    }

    pub(super) fn stats(&mut self, stats: &FrameStats) -> Result<(), Error> {
        let Some((path, file)) = &mut self.stats else { return Ok(()) };
        let line = serde_json::to_string(stats).map_err(std::io::Error::from);
        // Whole lines at once, so that another program can follow.
        let written = line.and_then(|line| file.write_all(format!("{line}\n").as_bytes()));
        let written = written.and_then(|()| file.flush());
        written.map_err(|error| Error::file("write", path, error))
    }

    pub(super) fn still(&mut self, player: &mut Player, shown: u64, frame: u64) -> Result<(), Error> {
        match &mut self.stills {
            Some(stills) => stills.take(player, shown, frame),
            None => Ok(()),
        }
    }

    pub(super) fn finish(self) -> Result<(), Error> {
        self.stills.map_or(Ok(()), Stills::finish)
    }
}
