//! What is evaluated, and what comes out.

use std::path::PathBuf;
use std::sync::Arc;

use crate::description::GraphDesc;
use crate::diagnostic::Diagnostic;

/// A patch to evaluate.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file as the user knows it, for errors.
    pub name: Arc<str>,
    /// Its text.
    pub text: String,
    /// The folder that `import` reads from.
    pub folder: Option<PathBuf>,
}

/// What a patch asked for.
#[derive(Clone, Debug, Default)]
pub struct Evaluated {
    /// The graph; partial if there is an error among the diagnostics.
    pub graph: GraphDesc,
    /// Every fault and warning, in the order of files and lines.
    pub diagnostics: Vec<Diagnostic>,
    /// The imported files, found or not: a change to one of them changes the patch.
    pub imports: Vec<PathBuf>,
    /// What the script printed.
    pub log: Vec<LogLine>,
}

/// A line that a script printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// The file as the user knows it.
    pub file: Arc<str>,
    /// The line of the `print`.
    pub line: usize,
    /// What it printed.
    pub text: String,
}
