//! The file beside a patch that keeps what was moved and bound: read once, written a moment after a
//! change by a thread of its own, and always whole.

use std::io;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Duration;

use engine::diagnostic::Diagnostic;
use pastiche_engine as engine;

use super::kept::Kept;
use crate::assets::Seen;
use crate::atomic_file;
use crate::error::{Error, Reason};

/// A burst of changes is over when nothing has changed for so long …
const QUIET: Duration = Duration::from_secs(1);

/// … and is not waited for longer than this.
const PATIENCE: Duration = Duration::from_secs(5);

/// What could not be written is tried again after this time.
const RETRY: Duration = Duration::from_secs(10);

/// More than any hand could move.
const MOST_BYTES: u64 = 4 << 20;

/// The file of one patch.
#[derive(Debug)]
pub(super) struct Sidecar {
    /// `None`: nothing is kept, or not any more.
    path: Option<PathBuf>,
    /// The patch as its folder knows it.
    patch: String,
    /// What the file held when it was last read or written.
    on_disk: Option<String>,
    /// When the first change came that is not written, and the last.
    changed: Option<(Duration, Duration)>,
    writing: Option<JoinHandle<Result<String, Error>>>,
    /// Whether it has been reported that nothing can be written at present.
    is_reported: bool,
}

impl Sidecar {
    /// For a patch without a file.
    pub(super) fn none() -> Sidecar {
        Sidecar {
            path: None,
            patch: String::new(),
            on_disk: None,
            changed: None,
            writing: None,
            is_reported: false,
        }
    }

    /// Reads what was kept for a patch: `mine.pastiche.toml` for `mine.rhai`. A file that is broken is
    /// reported, and left as it is.
    pub(super) fn open(patch: &Path) -> (Sidecar, Kept, Option<Diagnostic>) {
        let path = patch.with_extension("pastiche.toml");
        let name = patch.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let nothing = || Kept::new(Vec::new(), Vec::new());
        let mut sidecar = Sidecar { path: Some(path.clone()), patch: name, ..Sidecar::none() };
        let fault = match read(&path) {
            Ok(text) => match Kept::parse(&path.display().to_string(), &text) {
                Ok(kept) => {
                    sidecar.on_disk = Some(text);
                    return (sidecar, kept, None);
                }
                Err(fault) => *fault,
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => return (sidecar, nothing(), None),
            Err(error) => Diagnostic::warning(format!("cannot read {}: {}", path.display(), Reason(&error)))
                .help("the patch plays as its script says; what is moved by hand is not kept"),
        };
        sidecar.path = None;
        (sidecar, nothing(), Some(fault))
    }

    /// Something has changed.
    pub(super) fn change(&mut self, now: Duration) {
        let first = self.changed.map_or(now, |(first, _)| first);
        self.changed = Some((first, now));
    }

    /// Writes when it is time. What cannot be written is reported once and tried again; the patch plays on.
    pub(super) fn tend(&mut self, now: Duration, kept: impl FnOnce() -> Kept) -> Option<Diagnostic> {
        let mut fault = None;
        if self.writing.as_ref().is_some_and(JoinHandle::is_finished) {
            fault = self.written();
            if self.is_reported && self.changed.is_none() {
                self.changed = Some((now, now + RETRY));
            }
        }
        let is_due = self
            .changed
            .is_some_and(|(first, last)| now >= last + QUIET || (now >= first + PATIENCE && now >= last));
        if is_due && self.writing.is_none() {
            self.changed = None;
            fault = self.write(&kept()).or(fault);
        }
        fault
    }

    /// Writes what is not written yet, and waits for it.
    pub(super) fn finish(&mut self, kept: impl FnOnce() -> Kept) -> Option<Diagnostic> {
        let mut fault = self.written();
        if self.changed.take().is_some() {
            fault = self.write(&kept()).or(fault);
        }
        self.written().or(fault)
    }

    fn write(&mut self, kept: &Kept) -> Option<Diagnostic> {
        let path = self.path.clone()?;
        let text = match kept.text(&self.patch) {
            Ok(text) => text,
            Err(error) => {
                return self.failed(&Error::file("write", &path, io::Error::other(error.to_string())));
            }
        };
        let is_empty = kept.moved.is_empty() && kept.bindings.is_empty();
        if self.on_disk.as_ref() == Some(&text) || (self.on_disk.is_none() && is_empty) {
            return None;
        }
        let before = self.on_disk.clone();
        let write = move || write_anew(&path, before.as_deref(), &text).map(|()| text);
        match std::thread::Builder::new().name("sidecar".into()).spawn(write) {
            Ok(writing) => {
                self.writing = Some(writing);
                None
            }
            Err(error) => {
                self.failed(&Error::file("start", Path::new("the thread that keeps what was moved"), error))
            }
        }
    }

    /// What became of the last write; waits for it.
    fn written(&mut self) -> Option<Diagnostic> {
        let written = self.writing.take()?.join();
        match written.unwrap_or(Err(Error::Stopped { what: "the thread that keeps what was moved" })) {
            Ok(text) => {
                self.on_disk = Some(text);
                self.is_reported = false;
                None
            }
            Err(error) => self.failed(&error),
        }
    }

    fn failed(&mut self, error: &Error) -> Option<Diagnostic> {
        if matches!(error, Error::Setting { .. }) {
            // It is somebody else's by now.
            self.path = None;
        } else if std::mem::replace(&mut self.is_reported, true) {
            return None;
        }
        let told =
            Diagnostic::warning(format!("what is moved by hand is not kept: {error}")).help(error.help());
        Some(told.help("the patch plays on"))
    }
}

/// The text of the file. A pipe or a device, which could be waited for without an end, is refused.
fn read(path: &Path) -> io::Result<String> {
    let (_, bytes) = Seen::read(path, MOST_BYTES);
    String::from_utf8(bytes?).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// Rewrites a file, or leaves it as it was. One that somebody else has changed since `before` is left
/// alone.
fn write_anew(path: &Path, before: Option<&str>, text: &str) -> Result<(), Error> {
    let fault = |error| Error::file("write", path, error);
    match read(path) {
        Ok(now) if Some(&*now) == before => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Ok(_) => {
            return Err(Error::Setting {
                message: format!("{} was changed by somebody else", path.display()),
                help: "it is left as it is; start again to use it".into(),
            });
        }
        Err(error) => return Err(fault(error)),
    }
    atomic_file::write_atomic(path, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::address::ControlAddress;
    use std::fs;

    use crate::mappings::kept::MovedValue;

    fn kept(value: f64) -> Kept {
        Kept::new(vec![MovedValue { control: ControlAddress::knob("glow"), value, script: 0.0 }], Vec::new())
    }

    fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    fn names(folder: &Path) -> Vec<String> {
        let names =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    #[test]
    fn it_is_written_a_moment_after_a_change_and_read_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let patch = folder.path().join("mine.rhai");
        let (mut sidecar, nothing, fault) = Sidecar::open(&patch);
        assert_eq!((nothing, fault), (Kept::new(Vec::new(), Vec::new()), None));
        sidecar.change(secs(10));
        assert_eq!(sidecar.tend(secs(10), || unreachable!()), None);
        assert_eq!(sidecar.tend(secs(11), || kept(0.5)), None);
        assert_eq!(sidecar.finish(|| unreachable!()), None);
        assert_eq!(names(folder.path()), ["mine.pastiche.toml"], "nothing else is left behind");
        let (mut again, read, fault) = Sidecar::open(&patch);
        assert_eq!((read, fault), (kept(0.5), None));
        // A hand that never rests is not waited for for ever.
        (20..=24).for_each(|second| again.change(secs(second)));
        assert_eq!(again.tend(secs(25), || kept(0.25)), None);
        assert_eq!(again.finish(|| unreachable!()), None);
        assert_eq!(Sidecar::open(&patch).1, kept(0.25));
    }

    #[test]
    fn a_patch_that_nobody_touched_gets_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let (mut sidecar, nothing, _) = Sidecar::open(&folder.path().join("mine.rhai"));
        sidecar.change(secs(0));
        assert_eq!(sidecar.finish(|| nothing), None);
        assert_eq!(names(folder.path()), [""; 0]);
    }

    #[test]
    fn a_broken_file_is_told_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let (patch, file) = (folder.path().join("mine.rhai"), folder.path().join("mine.pastiche.toml"));
        fs::write(&file, "version = 1\n[[hand]]\ncontrol = 7\n").unwrap();
        let (mut sidecar, _, fault) = Sidecar::open(&patch);
        let fault = fault.unwrap();
        assert_eq!(fault.span.map(|span| span.line), Some(3));
        sidecar.change(secs(0));
        assert_eq!(sidecar.finish(|| kept(0.5)), None);
        assert_eq!(fs::read_to_string(&file).unwrap(), "version = 1\n[[hand]]\ncontrol = 7\n");
    }

    #[test]
    fn what_somebody_else_wrote_meanwhile_is_not_lost() {
        let folder = tempfile::tempdir().unwrap();
        let (patch, file) = (folder.path().join("mine.rhai"), folder.path().join("mine.pastiche.toml"));
        let (mut sidecar, ..) = Sidecar::open(&patch);
        fs::write(&file, "version = 1\n").unwrap();
        sidecar.change(secs(0));
        let told = sidecar.finish(|| kept(0.5)).unwrap().to_string();
        assert!(told.contains("somebody else"), "{told}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "version = 1\n");
        // It is reported once.
        sidecar.change(secs(10));
        assert_eq!(sidecar.finish(|| kept(0.6)), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let (patch, file) = (folder.path().join("mine.rhai"), folder.path().join("mine.pastiche.toml"));
        assert!(std::process::Command::new("mkfifo").arg(file).status().unwrap().success());
        let (_, _, fault) = Sidecar::open(&patch);
        assert!(fault.unwrap().to_string().contains("it is a pipe or a device"));
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_told_once_and_nothing_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let (mut sidecar, ..) = Sidecar::open(&folder.path().join("gone").join("mine.rhai"));
        sidecar.change(secs(0));
        let told = sidecar.finish(|| kept(0.5)).unwrap().to_string();
        assert!(told.contains("not kept") && told.contains("plays on"), "{told}");
        sidecar.change(secs(1));
        assert_eq!(sidecar.finish(|| kept(0.5)), None);
    }
}
