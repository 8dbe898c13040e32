//! Reads files, and remembers those that have not changed.

use std::collections::HashMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use engine::assets::{Asset, Media, Reading};
use engine::stamp::Stamp;
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
    /// It may have changed while it was read.
    Unknown,
}

/// A file that was looked for, and what it was like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) state: FileState,
    /// The most bytes that were to be read.
    most_bytes: u64,
    reading: Reading,
    /// Equal as long as the file does not change; `None` while it is too young to tell.
    identity: Option<Identity>,
}

/// What changes when a file changes, but for changes in the same tick of the file system's clock.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Identity {
    bytes: u64,
    changed: Option<SystemTime>,
    number: u64,
}

/// A file whose time of change is younger than this may change again without its time changing.
const SETTLED: Duration = Duration::from_secs(2);

/// The most files of a folder that are looked at.
const MOST_FILES: usize = 10_000;

/// A tick of the file system's clock, and a little.
const TICK: Duration = Duration::from_millis(5);

impl Seen {
    /// Reads a whole file of at most this many bytes.
    pub(crate) fn read(path: &Path, most_bytes: u64) -> (Seen, io::Result<Vec<u8>>) {
        let metadata = path.metadata();
        let identity = metadata.as_ref().ok().map(Identity::of).filter(Identity::is_settled);
        let bytes = metadata.and_then(|metadata| read_file(path, &metadata, most_bytes));
        let state = match &bytes {
            Ok(bytes) => FileState::Content(Stamp::new().bytes(bytes).finish()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => FileState::Missing,
            Err(_) => FileState::Unreadable,
        };
        (Seen { state, most_bytes, reading: Reading::Whole, identity }, bytes)
    }

    /// Looks at a file that is read while it plays.
    pub(crate) fn find(path: &Path) -> (Seen, io::Result<()>) {
        let found = path.metadata().and_then(|metadata| {
            is_file(&metadata)?;
            // Whether it may be read is known by trying.
            File::open(path).map(|_| Identity::of(&metadata).add_to(Stamp::new()).finish())
        });
        Seen::in_place(Reading::InPlace, found.map(|state| ((), state)))
    }

    /// Looks at a folder: the files in it, in the order of their names.
    pub(crate) fn list(path: &Path) -> (Seen, io::Result<Vec<PathBuf>>) {
        let listed = files_in(path).map(|files| {
            let state = files.iter().fold(Stamp::new(), |stamp, path| {
                let stamp = stamp.bytes(path.as_os_str().as_encoded_bytes());
                match path.metadata() {
                    Ok(found) => Identity::of(&found).add_to(stamp.number(1)),
                    Err(_) => stamp.number(0),
                }
            });
            (files, state.finish())
        });
        Seen::in_place(Reading::Folder, listed)
    }

    fn in_place<T>(reading: Reading, found: io::Result<(T, u64)>) -> (Seen, io::Result<T>) {
        let state = match &found {
            Ok((_, state)) => FileState::Content(*state),
            Err(error) if error.kind() == io::ErrorKind::NotFound => FileState::Missing,
            Err(_) => FileState::Unreadable,
        };
        (Seen { state, most_bytes: 0, reading, identity: None }, found.map(|(found, _)| found))
    }

    /// What it holds, as a number; 0 for what could not be looked at.
    pub(crate) fn stamp(&self) -> u64 {
        match self.state {
            FileState::Content(stamp) => stamp,
            FileState::Missing | FileState::Unreadable | FileState::Unknown => 0,
        }
    }

    /// What a file is like that somebody else has read since `begun`.
    pub(crate) fn read_since(path: &Path, most_bytes: u64, begun: SystemTime) -> Seen {
        let changed = path.metadata().and_then(|metadata| metadata.modified());
        let (seen, _) = Seen::read(path, most_bytes);
        if changed.is_ok_and(|changed| changed + TICK >= begun) {
            return Seen { state: FileState::Unknown, identity: None, ..seen };
        }
        seen
    }

    /// Whether the file is not what it was.
    pub(crate) fn has_changed(&self, path: &Path) -> bool {
        match self.reading {
            Reading::Whole => self.has_other_content(path),
            Reading::InPlace => Seen::find(path).0.state != self.state,
            Reading::Folder => Seen::list(path).0.state != self.state,
        }
    }

    fn has_other_content(&self, path: &Path) -> bool {
        let same =
            self.identity.is_some() && path.metadata().ok().map(|now| Identity::of(&now)) == self.identity;
        !same && (self.state == FileState::Unknown || Seen::read(path, self.most_bytes).0.state != self.state)
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

    fn add_to(&self, stamp: Stamp) -> Stamp {
        let changed = self.changed.and_then(|changed| changed.duration_since(SystemTime::UNIX_EPOCH).ok());
        let changed = changed.map_or(0, |changed| changed.as_nanos() as u64);
        stamp.number(self.bytes).number(changed).number(self.number)
    }

    fn is_settled(&self) -> bool {
        let age = self.changed.and_then(|changed| changed.elapsed().ok());
        age.is_some_and(|age| age > SETTLED)
    }
}

/// Files as they were read last.
#[derive(Default)]
pub(crate) struct AssetCache {
    files: HashMap<PathBuf, (Seen, Asset)>,
}

impl AssetCache {
    /// Reads a file, or remembers it. One that was read again and is the same stays the very same, with all that
    /// was made of it. Refuses what is larger than its medium may be.
    pub(crate) fn read(&mut self, path: &Path, name: &str, media: Media) -> (Seen, io::Result<Asset>) {
        let identity = path.metadata().ok().map(|metadata| Identity::of(&metadata));
        if let Some((seen, asset)) = self.files.get(path)
            && seen.identity.is_some()
            && seen.identity == identity
            && *asset.name == *name
        {
            return (*seen, Ok(asset.clone()));
        }
        let before = self.files.remove(path).map(|(_, asset)| asset);
        let (seen, bytes) = Seen::read(path, media.max_bytes());
        let asset = bytes.map(|bytes| {
            let asset = Asset::new(name, Some(path.to_owned()), bytes);
            before.filter(|before| *before == asset).unwrap_or(asset)
        });
        if let Ok(asset) = &asset {
            self.files.insert(path.to_owned(), (seen, asset.clone()));
        }
        (seen, asset)
    }

    /// Forgets files that no one names any more.
    pub(crate) fn keep_only(&mut self, named: impl Fn(&Path) -> bool) {
        self.files.retain(|path, _| named(path));
    }
}

/// A pipe, a device or a folder is refused.
fn is_file(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::Unsupported, "it is a pipe or a device, not a file"));
    }
    Ok(())
}

/// Files whose names begin with a dot are hidden, or not finished.
fn files_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.flatten().map(|entry| entry.path());
    let is_shown = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default();
        !name.as_encoded_bytes().starts_with(b".") && path.is_file()
    };
    let mut files: Vec<PathBuf> = entries.filter(is_shown).take(MOST_FILES).collect();
    // As people number them: 2 stands before 10.
    alphanumeric_sort::sort_path_slice(&mut files);
    Ok(files)
}

fn read_file(path: &Path, metadata: &Metadata, most_bytes: u64) -> io::Result<Vec<u8>> {
    is_file(metadata)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_change_is_seen_whatever_the_clock_says() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let (seen, _) = Seen::read(&path, 9);
        assert_eq!((seen.state, seen.has_changed(&path)), (FileState::Missing, false));
        fs::write(&path, "one").unwrap();
        assert!(seen.has_changed(&path));
        let (seen, bytes) = Seen::read(&path, 9);
        assert_eq!((bytes.unwrap(), seen.has_changed(&path)), (b"one".to_vec(), false));
        fs::write(&path, "two").unwrap();
        assert!(seen.has_changed(&path));
        fs::write(&path, "one").unwrap();
        assert!(!seen.has_changed(&path));
        fs::remove_file(&path).unwrap();
        assert!(seen.has_changed(&path));
    }

    #[test]
    fn an_old_file_is_not_read_again_to_see_that_it_is_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let old = SystemTime::now() - Duration::from_secs(60);
        let write = |text: &str| {
            fs::write(&path, text).unwrap();
            File::options().write(true).open(&path).unwrap().set_modified(old).unwrap();
        };
        write("one");
        let mut cache = AssetCache::default();
        let (seen, asset) = cache.read(&path, "a.txt", Media::Shader);
        let again = cache.read(&path, "a.txt", Media::Shader).1.unwrap();
        assert!(std::sync::Arc::ptr_eq(&asset.unwrap().bytes, &again.bytes));
        assert!(!seen.has_changed(&path));
        write("longer");
        assert!(seen.has_changed(&path));
        assert_eq!(&*cache.read(&path, "a.txt", Media::Shader).1.unwrap().bytes, b"longer");
    }

    #[test]
    fn a_young_file_is_read_again_and_stays_the_same_while_its_content_does() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let mut cache = AssetCache::default();
        let mut read = |content: &str| {
            fs::write(&path, content).unwrap();
            cache.read(&path, "a.txt", Media::Shader).1.unwrap()
        };
        let (first, again, other) = (read("one"), read("one"), read("two"));
        assert!(std::sync::Arc::ptr_eq(&first.bytes, &again.bytes));
        assert_eq!(&*other.bytes, b"two");
    }

    #[test]
    fn what_is_read_while_it_plays_is_seen_to_change() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.mp4");
        let (missing, found) = Seen::find(&path);
        assert_eq!((missing.state, found.is_ok()), (FileState::Missing, false));
        fs::write(&path, "one").unwrap();
        assert!(missing.has_changed(&path));
        let (seen, _) = Seen::find(&path);
        assert!(!seen.has_changed(&path));
        fs::write(&path, "longer").unwrap();
        assert!(seen.has_changed(&path) && Seen::find(&path).0.stamp() != seen.stamp());
        assert!(Seen::find(folder.path()).1.is_err(), "a folder is no clip");
    }

    #[test]
    fn files_that_come_and_go_change_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| fs::write(folder.path().join(name), name).unwrap();
        write("b.png");
        write(".hidden.png");
        fs::create_dir(folder.path().join("inner")).unwrap();
        let (before, files) = Seen::list(folder.path());
        assert_eq!(files.unwrap(), [folder.path().join("b.png")]);
        assert!(!before.has_changed(folder.path()));
        write("a.png");
        assert!(before.has_changed(folder.path()));
        let (more, files) = Seen::list(folder.path());
        assert_eq!(files.unwrap(), [folder.path().join("a.png"), folder.path().join("b.png")]);
        fs::write(folder.path().join("a.png"), "another picture").unwrap();
        assert!(more.has_changed(folder.path()));
        fs::remove_file(folder.path().join("a.png")).unwrap();
        assert!(!before.has_changed(folder.path()));
    }

    #[test]
    fn what_somebody_else_has_read_counts_as_changed_while_it_is_young() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, "one").unwrap();
        let now = SystemTime::now();
        assert!(Seen::read_since(&path, 9, now).has_changed(&path));
        assert!(!Seen::read_since(&path, 9, now + Duration::from_secs(1)).has_changed(&path));
    }
}
