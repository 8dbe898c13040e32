//! What can go wrong outside the patch's own text: files, settings, other programs.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use engine::diagnostic::{Diagnostic, count};
use engine::take::TakeError;
use pastiche_engine as engine;
use thiserror::Error;

/// Why something could not be done. [`Error::help`] says what to do.
#[derive(Debug, Error)]
pub enum Error {
    /// The patch cannot play.
    #[error("{}", count(errors_of(faults), "fault"))]
    Faults {
        /// Every fault and warning.
        faults: Vec<Diagnostic>,
    },
    /// A file or folder could not be used.
    #[error("cannot {doing} {}: {}", path.display(), Reason(source))]
    File {
        /// What was being done: `read`, `write`, …
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A setting has a value that cannot be used.
    #[error("{message}")]
    Setting {
        /// What is wrong.
        message: String,
        /// What to do.
        help: String,
    },
    /// Something is where the result should go.
    #[error("{} is {what}", path.display())]
    Occupied {
        /// What is there.
        path: PathBuf,
        /// In what way it is in the way.
        what: &'static str,
    },
    /// A take cannot be replayed.
    #[error("{}: {source}", path.display())]
    Take {
        /// The take.
        path: PathBuf,
        /// What is wrong with it.
        source: TakeError,
    },
    /// Another program is missing or failed.
    #[error("{message}")]
    Program {
        /// What is wrong.
        message: String,
        /// What to do.
        help: String,
    },
    /// A thread of the player could not be started, or ended.
    #[error("{what} has stopped")]
    Stopped {
        /// What has stopped.
        what: &'static str,
    },
}

impl Error {
    /// A file or folder could not be used.
    pub fn file(doing: &'static str, path: &Path, source: io::Error) -> Error {
        Error::File { doing, path: path.to_owned(), source }
    }

    /// What to do.
    pub fn help(&self) -> String {
        match self {
            Error::Faults { .. } => "mend the patch and start again".into(),
            Error::File { source, path, .. } => file_help(source, path),
            Error::Setting { help, .. } | Error::Program { help, .. } => help.clone(),
            Error::Occupied { .. } => "name another place, or add --force to write over it".into(),
            Error::Take { .. } => "record the take again, or mend the line".into(),
            Error::Stopped { .. } => "start again; if it happens twice, please report it".into(),
        }
    }
}

/// Why a file could not be used, in words that do not depend on the system where that is possible.
pub(crate) struct Reason<'a>(pub &'a io::Error);

impl fmt::Display for Reason<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.kind() {
            io::ErrorKind::NotFound => formatter.write_str("there is no such file"),
            io::ErrorKind::PermissionDenied => formatter.write_str("no permission"),
            io::ErrorKind::StorageFull => formatter.write_str("the disk is full"),
            io::ErrorKind::IsADirectory => formatter.write_str("it is a folder"),
            _ => write!(formatter, "{}", self.0),
        }
    }
}

fn file_help(source: &io::Error, path: &Path) -> String {
    match source.kind() {
        io::ErrorKind::NotFound => format!("check the spelling; {} is looked for from here", path.display()),
        io::ErrorKind::PermissionDenied => "change its permissions, or name another place".into(),
        io::ErrorKind::StorageFull | io::ErrorKind::WriteZero => "make room, or name another place".into(),
        io::ErrorKind::IsADirectory => "name a file inside it".into(),
        io::ErrorKind::NotADirectory => "part of the name is a file, not a folder; name another place".into(),
        _ => "name another file or place".into(),
    }
}

fn errors_of(faults: &[Diagnostic]) -> usize {
    faults.iter().filter(|fault| fault.is_error()).count()
}
