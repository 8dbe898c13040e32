//! Takes as files.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use engine::take::{Stamped, TAKE_VERSION, Take, TakeHeader};
use pastiche_engine as engine;
use serde::Serialize;

use crate::error::Error;

/// A take that is being recorded. Every line is on disk as soon as it is written: a crash loses none.
#[derive(Debug)]
pub struct TakeWriter {
    file: File,
    path: PathBuf,
    /// The bytes of the lines that are whole.
    whole_bytes: u64,
}

impl TakeWriter {
    /// Starts a take. A file that is there already is kept: it may be the only copy of a show.
    pub fn create(path: &Path, patch: &str, seed: u64) -> Result<TakeWriter, Error> {
        let file = File::create_new(path).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Error::Setting {
                message: format!("the take {} is there already", path.display()),
                help: "name another file, or remove that one".into(),
            },
            _ => Error::file("write", path, error),
        })?;
        let mut writer = TakeWriter { file, path: path.to_owned(), whole_bytes: 0 };
        writer.line(&TakeHeader { pastiche_take: TAKE_VERSION, patch: patch.into(), seed })?;
        Ok(writer)
    }

    /// Adds what took effect, in the order in which it did.
    pub fn write(&mut self, inputs: &[Stamped]) -> Result<(), Error> {
        inputs.iter().try_for_each(|input| self.line(input))
    }

    fn line(&mut self, line: &impl Serialize) -> Result<(), Error> {
        let text = serde_json::to_string(line).map_err(io::Error::from);
        let written = text.and_then(|text| {
            self.file.write_all(format!("{text}\n").as_bytes())?;
            Ok(text.len() as u64 + 1)
        });
        match written {
            Ok(bytes) => {
                self.whole_bytes += bytes;
                Ok(())
            }
            Err(error) => {
                // Half a line would make the whole take unreadable; what led here is what is reported.
                let _ = self.file.set_len(self.whole_bytes);
                Err(Error::file("write", &self.path, error))
            }
        }
    }
}

/// Reads a take.
pub fn read_take(path: &Path) -> Result<Take, Error> {
    let text = fs::read_to_string(path).map_err(|error| Error::file("read", path, error))?;
    Take::parse(&text).map_err(|source| Error::Take { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::address::ControlAddress;
    use engine::take::Input;

    #[test]
    fn a_take_comes_back_as_it_was_written_and_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("show.take");
        let moved = Input::Move { control: ControlAddress::knob("glow"), value: 0.25 };
        let input = Stamped::new(1600, moved);
        let mut writer = TakeWriter::create(&path, "a.rhai", 7).unwrap();
        writer.write(std::slice::from_ref(&input)).unwrap();
        let take = read_take(&path).unwrap();
        assert_eq!((take.header.seed, take.inputs), (7, vec![input]));
        assert!(TakeWriter::create(&path, "a.rhai", 7).is_err());
    }
}
