//! Files that appear whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::Error;

/// A file that is written under a name of its own and gets its true name when it is finished. One
/// that is dropped unfinished leaves nothing behind.
#[derive(Debug)]
pub(crate) struct AtomicFile {
    /// `None` once it is closed.
    file: Option<BufWriter<File>>,
    path: PathBuf,
    temporary: PathBuf,
}

impl AtomicFile {
    pub(crate) fn create(path: &Path) -> Result<AtomicFile, Error> {
        let temporary = temporary_name(path);
        let file = File::create(&temporary).map_err(|error| Error::file("write", path, error))?;
        Ok(AtomicFile { file: Some(BufWriter::new(file)), path: path.to_owned(), temporary })
    }

    /// Gives the file its name.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        let result = match self.file.take() {
            Some(mut file) => file
                .flush()
                // What replaces another file is on the disk first: after a power cut there is one of them.
                .and_then(|()| if self.path.exists() { file.get_ref().sync_all() } else { Ok(()) })
                .and_then(|()| fs::rename(&self.temporary, &self.path)),
            None => Ok(()),
        };
        result.map_err(|error| {
            self.remove();
            Error::file("write", &self.path, error)
        })
    }

    /// Another handle of the same file, for a writer that has to own what it writes to. What is written
    /// through it must be flushed before [`finish`](AtomicFile::finish).
    pub(crate) fn handle(&mut self) -> io::Result<File> {
        self.file()?.get_ref().try_clone()
    }

    fn remove(&self) {
        // The fault that led here is what is reported; a leftover adds nothing to it.
        let _ = fs::remove_file(&self.temporary);
    }

    fn file(&mut self) -> io::Result<&mut BufWriter<File>> {
        self.file.as_mut().ok_or_else(|| io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file()?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file()?.flush()
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if let Some(file) = self.file.take() {
            // Without writing what is still in the buffer.
            drop(file.into_parts());
            self.remove();
        }
    }
}

/// Writes a whole file.
pub(crate) fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut file = AtomicFile::create(path)?;
    file.write_all(bytes).map_err(|error| Error::file("write", path, error))?;
    file.finish()
}

/// Beside the file, so that the renaming stays on one disk.
pub(crate) fn temporary_name(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.part"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unfinished_file_leaves_nothing_and_the_old_one_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        write_atomic(&path, b"old").unwrap();
        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(b"new").unwrap();
        drop(file);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(b"new").unwrap();
        file.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }
}
