//! Reads files, and remembers those that have not changed.

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use engine::assets::{Asset, Media};
use pastiche_engine as engine;

/// What a file is like, to tell whether it has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileState {
    /// There is none.
    Missing,
    /// It is there but cannot be read.
    Unreadable,
    /// A hash of its content.
    Content(u64),
}

impl FileState {
    pub(crate) fn of(bytes: &[u8]) -> FileState {
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        FileState::Content(hasher.finish())
    }

    pub(crate) fn of_error(error: &io::Error) -> FileState {
        match error.kind() {
            io::ErrorKind::NotFound => FileState::Missing,
            _ => FileState::Unreadable,
        }
    }
}

/// A file that was looked for: what it was like, and the most bytes that were to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) state: FileState,
    pub(crate) most_bytes: u64,
}

impl Seen {
    /// Whether the file is not what it was.
    pub(crate) fn has_changed(&self, path: &Path) -> bool {
        let read = path.metadata().and_then(|metadata| read_file(path, &metadata, self.most_bytes));
        self.state != read.as_deref().map_or_else(FileState::of_error, FileState::of)
    }
}

/// A file whose time of change is younger than this may change again without its time changing.
const SETTLED: Duration = Duration::from_secs(2);

/// Files as they were read last.
#[derive(Default)]
pub(crate) struct AssetCache {
    files: HashMap<PathBuf, Remembered>,
}

struct Remembered {
    identity: Identity,
    state: FileState,
    asset: Asset,
}

/// What changes when a file changes, but for changes in the same tick of the file system's clock.
#[derive(Clone, Copy, PartialEq)]
struct Identity {
    bytes: u64,
    changed: Option<SystemTime>,
    number: u64,
}

impl AssetCache {
    /// Reads a file, or remembers it. Refuses what is larger than its medium may be.
    pub(crate) fn read(&mut self, path: &Path, name: &str, media: Media) -> (FileState, io::Result<Asset>) {
        match self.try_read(path, name, media) {
            Ok((state, asset)) => (state, Ok(asset)),
            Err(error) => {
                self.files.remove(path);
                (FileState::of_error(&error), Err(error))
            }
        }
    }

    fn try_read(&mut self, path: &Path, name: &str, media: Media) -> io::Result<(FileState, Asset)> {
        let metadata = path.metadata()?;
        let identity = Identity::of(&metadata);
        if let Some(known) = self.files.get(path)
            && known.identity == identity
            && *known.asset.name == *name
        {
            return Ok((known.state, known.asset.clone()));
        }
        let bytes = read_file(path, &metadata, media.max_bytes())?;
        let state = FileState::of(&bytes);
        let asset = Asset::new(name, Some(path.to_owned()), bytes);
        if identity.is_settled() {
            self.files.insert(path.to_owned(), Remembered { identity, state, asset: asset.clone() });
        } else {
            self.files.remove(path);
        }
        Ok((state, asset))
    }

    /// Forgets files that nobody names any more.
    pub(crate) fn keep_only(&mut self, named: impl Fn(&Path) -> bool) {
        self.files.retain(|path, _| named(path));
    }
}

impl Identity {
    fn of(metadata: &Metadata) -> Identity {
        #[cfg(unix)]
        let number = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let number = 0;
        Identity { bytes: metadata.len(), changed: metadata.modified().ok(), number }
    }

    fn is_settled(&self) -> bool {
        let age = self.changed.and_then(|changed| changed.elapsed().ok());
        age.is_some_and(|age| age > SETTLED)
    }
}

/// Reads a whole file of at most so many bytes. A pipe, a device or a folder is refused.
pub(crate) fn read_file(path: &Path, metadata: &Metadata, most_bytes: u64) -> io::Result<Vec<u8>> {
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::Unsupported, "it is a pipe or a device, not a file"));
    }
    if metadata.len() > most_bytes {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    File::open(path)?.take(most_bytes + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most_bytes {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}
