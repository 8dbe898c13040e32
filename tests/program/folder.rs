//! A temporary folder in which the program runs.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use notify::{RecursiveMode, Watcher};

/// Far more than anything here takes; only a failing test waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    /// A folder with one patch, `a.rhai`.
    pub fn with(patch: &str) -> Folder {
        let folder = Folder::new();
        folder.write("a.rhai", patch);
        folder
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    /// As editors save: a new file takes the place of the old one.
    pub fn replace(&self, name: &str, content: impl AsRef<[u8]>) {
        self.write("new~", content);
        fs::rename(self.path("new~"), self.path(name)).unwrap();
    }

    /// The names of all files in a folder inside, in order, but for the mark that a render leaves there.
    pub fn names(&self, inside: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(inside)).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != ".pastiche_render");
        names.sort();
        names
    }

    /// The content of all files in a folder inside, by name.
    pub fn contents(&self, inside: &str) -> Vec<(String, Vec<u8>)> {
        let names = self.names(inside).into_iter();
        names.map(|name| (name.clone(), fs::read(self.path(inside).join(name)).unwrap())).collect()
    }

    /// Waits until something is there, and looks again whenever a file of the folder changes.
    #[track_caller]
    pub fn wait_for(&self, what: &str, mut is_there: impl FnMut() -> bool) {
        let (sender, changes) = channel();
        let mut watcher = notify::recommended_watcher(sender).unwrap();
        watcher.watch(&self.path(""), RecursiveMode::Recursive).unwrap();
        let begun = Instant::now();
        while !is_there() {
            let has_changed = changes.recv_timeout(PATIENCE).is_ok();
            assert!(has_changed && begun.elapsed() < PATIENCE, "waited in vain for {what}");
        }
    }

    pub fn command(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pastiche"));
        command.current_dir(self.0.path()).args(arguments);
        command
    }

    /// Runs the program to its end; the arguments are separated by blanks.
    pub fn run(&self, arguments: &str) -> Ended {
        let output = self.command(arguments.split_whitespace()).output().unwrap();
        Ended::from(output)
    }
}

/// How the program ended, and what it said.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Ended {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Ended {
    #[track_caller]
    pub fn good(self) -> Ended {
        assert_eq!(self.code, Some(0), "{}", self.err);
        self
    }

    /// Ended with this code, having said all of this.
    #[track_caller]
    pub fn with(self, code: i32, said: &[&str]) -> Ended {
        assert_eq!(self.code, Some(code), "{}", self.err);
        for words in said {
            assert!(self.err.contains(words), "`{words}` is not in:\n{}", self.err);
        }
        self
    }
}
