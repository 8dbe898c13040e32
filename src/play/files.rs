//! The files that are written while a patch plays. One that cannot be written any more is given up and
//! reported; the show and the other files go on.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use engine::take::Stamped;
use pastiche_engine as engine;
use serde_json::Value;

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
        let stats = stats.map(|path| {
            check_stats(&path)?;
            let file = File::create(&path).map_err(|error| Error::file("write", &path, error))?;
            Ok((path, BufWriter::new(file)))
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
        let written = writer.write(&applied.iter().map(shifted).collect::<Vec<_>>());
        written.inspect_err(|_| self.take = None)
    }

    /// Whether a take is being recorded.
    #[cfg(feature = "stage")]
    pub(super) fn is_recording(&self) -> bool {
        self.take.is_some()
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
        let written = written.map_err(|error| Error::file("write", path, error));
        written.inspect_err(|_| self.stats = None)
    }

    pub(super) fn still(&mut self, player: &mut Player, shown: u64, frame: u64) -> Result<(), Error> {
        let Some(stills) = &mut self.stills else { return Ok(()) };
        let taken = stills.take(player, shown, frame);
        taken.inspect_err(|_| self.stills = None)
    }

    pub(super) fn finish(self) -> Result<(), Error> {
        self.stills.map_or(Ok(()), Stills::finish)
    }
}

/// Whether the figures may go there: nothing but earlier figures is written over.
fn check_stats(path: &Path) -> Result<(), Error> {
    if !path.is_file() {
        return Ok(());
    }
    let file = File::open(path).map_err(|error| Error::file("read", path, error))?;
    let first = BufReader::new(file).lines().next();
    let is_ours = match first {
        None => true,
        Some(Ok(line)) => serde_json::from_str(&line).is_ok_and(|line: Value| line["frame"].is_u64()),
        Some(Err(_)) => false,
    };
    if is_ours {
        return Ok(());
    }
    Err(Error::Setting {
        message: format!("{} is there already and holds no figures of a show", path.display()),
        help: "name another file, or remove that one".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn figures_replace_nothing_but_figures() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        assert!(check_stats(&path).is_ok());
        assert!(check_stats(folder.path()).is_ok(), "the folder is refused when it is opened");
        for (text, is_fine) in [
            ("", true),
            ("{\"frame\":0,\"version\":1}\n", true),
            ("screen(test_card());\n", false),
            ("{}\n", false),
            ("\n", false),
        ] {
            fs::write(&path, text).unwrap();
            assert_eq!(check_stats(&path).is_ok(), is_fine, "{text}");
        }
        fs::write(&path, [255, 254, 10]).unwrap();
        assert!(check_stats(&path).is_err());
    }
}
