//! Watches the files of a patch. The folders are watched, not the files: a file that is replaced,
//! deleted or not there yet is seen as well.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

/// A burst is over when nothing has happened for so long.
const QUIET: Duration = Duration::from_millis(8);

/// A burst is not waited for longer than this.
const PATIENCE: Duration = Duration::from_millis(30);

/// What happened on disk, or why nothing can be seen any more.
pub(crate) type FileEvent = notify::Result<Event>;

/// Watches the folders of some files.
pub(crate) struct FileWatch {
    watcher: RecommendedWatcher,
    files: BTreeSet<PathBuf>,
    /// The folders that are watched, each as it was then: another one may lie under its name by now.
    folders: BTreeMap<PathBuf, Option<FolderNumber>>,
    /// Folders of which it has been reported that they cannot be watched.
    refused: BTreeSet<PathBuf>,
}

/// What tells a folder from another one under the same name: device and inode.
type FolderNumber = [u64; 2];

fn number_of(folder: &Path) -> Option<FolderNumber> {
    #[cfg(unix)]
    return folder.metadata().ok().map(|metadata| {
        use std::os::unix::fs::MetadataExt;
        [metadata.dev(), metadata.ino()]
    });
    #[cfg(not(unix))]
    folder.metadata().ok().map(|_| [0; 2])
}

impl FileWatch {
    pub(crate) fn new(tell: impl Fn(FileEvent) + Send + 'static) -> notify::Result<FileWatch> {
        let watcher = notify::recommended_watcher(tell)?;
        Ok(FileWatch { watcher, files: BTreeSet::new(), folders: BTreeMap::new(), refused: BTreeSet::new() })
    }

    /// Watches these files, and all that lies in those that are folders, instead of those before. Whether
    /// there is a folder that was not watched until now, so that something may have been missed.
    pub(crate) fn set(&mut self, files: impl IntoIterator<Item = PathBuf>) -> bool {
        self.files = files.into_iter().flat_map(|file| names_of(&file)).collect();
        let around = self.files.iter().filter_map(|file| nearest_folder(file));
        let inside = self.files.iter().filter(|file| file.is_dir()).cloned();
        let wanted: BTreeMap<PathBuf, Option<FolderNumber>> =
            around.chain(inside).map(|folder| (folder.clone(), number_of(&folder))).collect();
        for (folder, number) in &self.folders {
            if wanted.get(folder) != Some(number) {
                // A folder that is gone is not watched any more by itself.
                let _ = self.watcher.unwatch(folder);
            }
        }
        self.folders.retain(|folder, number| wanted.get(folder) == Some(&*number));
        let mut is_new = false;
        for (folder, number) in wanted {
            if self.folders.contains_key(&folder) {
                continue;
            }
            match self.watcher.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    is_new = true;
                    self.refused.remove(&folder);
                    self.folders.insert(folder, number);
                }
                Err(error) => {
                    if self.refused.insert(folder.clone()) {
                        tracing::warn!("changes in {} are noticed late: {error}", folder.display());
                    }
                }
            }
        }
        is_new
    }

    /// Whether an event is about one of the files, or a folder above one.
    pub(crate) fn concerns(&mut self, event: &Event) -> bool {
        let is_reading = match event.kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => false,
            EventKind::Access(_) => true,
            _ => false,
        };
        if is_reading {
            return false;
        }
        if matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))) {
            for path in &event.paths {
                if self.folders.remove(path).is_some() {
                    // The next `set` watches what lies there by then.
                    let _ = self.watcher.unwatch(path);
                }
            }
        }
        let is_inside = |path: &PathBuf| path.parent().is_some_and(|folder| self.files.contains(folder));
        event.need_rescan()
            || event
                .paths
                .iter()
                .any(|path| is_inside(path) || self.files.iter().any(|file| file.starts_with(path)))
    }
}

/// The file by the name it has, and by the name of what a link leads to.
fn names_of(file: &Path) -> Vec<PathBuf> {
    let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let mut names = Vec::new();
    if let (Some(folder), Some(name)) = (absolute.parent(), absolute.file_name()) {
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        names.push(folder.join(name));
    }
    names.extend(absolute.canonicalize());
    names
}

/// The folder that a file lies in, or the nearest one above that is there.
fn nearest_folder(file: &Path) -> Option<PathBuf> {
    file.ancestors().skip(1).find(|folder| folder.is_dir()).map(Path::to_owned)
}

/// Waits for the end of a burst.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Debounce {
    burst: Option<Burst>,
}

#[derive(Clone, Copy, Debug)]
struct Burst {
    first: Instant,
    last: Instant,
}

impl Debounce {
    /// Something happened.
    pub(crate) fn note(&mut self, now: Instant) {
        let first = self.burst.map_or(now, |burst| burst.first);
        self.burst = Some(Burst { first, last: now });
    }

    /// When the burst will be over, if nothing else happens.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.burst.map(|burst| (burst.last + QUIET).min(burst.first + PATIENCE))
    }

    /// When the burst began, once it is over.
    pub(crate) fn take(&mut self, now: Instant) -> Option<Instant> {
        if self.due()? > now {
            return None;
        }
        self.burst.take().map(|burst| burst.first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_ends_with_quiet_or_with_patience() {
        let start = Instant::now();
        let at = |millis: u64| start + Duration::from_millis(millis);
        let mut debounce = Debounce::default();
        assert_eq!(debounce.take(at(0)), None);
        debounce.note(at(0));
        assert_eq!(debounce.take(at(7)), None);
        assert_eq!(debounce.take(at(8)), Some(start));
        assert_eq!(debounce.due(), None);
        for millis in 0..30 {
            debounce.note(at(millis));
            assert_eq!(debounce.take(at(millis)), None);
        }
        assert_eq!(debounce.take(at(30)), Some(start));
    }

    #[test]
    fn folders_above_a_missing_file_are_watched() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        assert_eq!(nearest_folder(&root.join("a/b/c.png")), Some(root.clone()));
        assert_eq!(nearest_folder(&root.join("c.png")), Some(root));
    }
}
