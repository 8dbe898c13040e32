//! Reads and evaluates a patch's script.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use engine::diagnostic::{Diagnostic, Excerpt, Span};
use engine::registry::Kinds;
use engine::script::{Evaluated, Source};
use pastiche_engine as engine;

use crate::assets::{DEFAULT_PATCH, Seen};
use crate::error::Reason;

/// Largest script that is read, in bytes.
const MOST_SCRIPT_BYTES: u64 = 1 << 20;

/// Where a patch comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatchSource {
    /// A file; its folder holds the patch's media.
    File(PathBuf),
    /// A text in memory; its media are those embedded in the program.
    Text {
        /// What it is called in faults.
        name: String,
        /// The script.
        text: String,
    },
}

impl PatchSource {
    /// What plays when no patch is named.
    pub fn opening() -> PatchSource {
        let (name, text) = DEFAULT_PATCH;
        PatchSource::Text { name: name.into(), text: text.into() }
    }

    /// As the user knows it.
    pub fn name(&self) -> String {
        match self {
            PatchSource::File(path) => path.display().to_string(),
            PatchSource::Text { name, .. } => name.clone(),
        }
    }

    pub(crate) fn folder(&self) -> Option<&Path> {
        match self {
            PatchSource::File(path) => Some(match path.parent() {
                Some(folder) if folder != Path::new("") => folder,
                _ => Path::new("."),
            }),
            PatchSource::Text { .. } => None,
        }
    }

    /// The script's text.
    pub(super) fn read(&self, looked_at: &mut BTreeMap<PathBuf, Seen>) -> Result<String, Box<Diagnostic>> {
        match self {
            PatchSource::File(path) => read_script(path, looked_at),
            PatchSource::Text { text, .. } => Ok(text.clone()),
        }
    }
}

/// Reads a script, and remembers what the file was like.
fn read_script(path: &Path, looked_at: &mut BTreeMap<PathBuf, Seen>) -> Result<String, Box<Diagnostic>> {
    let (seen, read) = Seen::read(path, MOST_SCRIPT_BYTES);
    looked_at.insert(path.to_owned(), seen);
    let bytes = read.map_err(|error| Box::new(unreadable(path, &error)))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
        let start = good.rfind('\n').map_or(0, |place| place + 1);
        let (line, column) = (good.matches('\n').count() + 1, good[start..].chars().count() + 1);
        let span = Span { file: path.display().to_string().into(), line, column, length: 1 };
        Box::new(
            Diagnostic::error("the patch is not UTF-8 text from here on")
                .at(Some(span))
                .help("save it as UTF-8"),
        )
    })?;
    // What an editor leaves for a moment while it saves must not black out the show.
    if text.trim().is_empty() {
        let empty = Diagnostic::error(format!("the patch {} is empty", path.display()));
        return Err(Box::new(empty.help("write something to show: `screen(test_card());`")));
    }
    Ok(text)
}

fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    let path = path.display();
    match error.kind() {
        io::ErrorKind::NotFound => Diagnostic::error(format!("there is no patch {path}"))
            .help("check the spelling, or make a first patch with `pastiche new DIR`"),
        io::ErrorKind::FileTooLarge => Diagnostic::error(format!("the patch {path} is larger than 1 MiB"))
            .help("name a script; pictures and models have files of their own"),
        io::ErrorKind::IsADirectory => {
            Diagnostic::error(format!("{path} is a folder")).help("name the patch inside it")
        }
        io::ErrorKind::PermissionDenied => {
            Diagnostic::error(format!("no permission to read the patch {path}"))
                .help("change its permissions")
        }
        _ => Diagnostic::error(format!("cannot read the patch {path}: {}", Reason(error)))
            .help("name a file that can be read"),
    }
}

/// What a script asked for, and the texts it came from.
pub(super) struct Script {
    pub(super) evaluated: Evaluated,
    name: String,
    text: String,
}

/// Evaluates a patch's text.
pub(super) fn evaluate(
    patch: &PatchSource,
    text: &str,
    kinds: &Kinds,
    looked_at: &mut BTreeMap<PathBuf, Seen>,
) -> Script {
    let name = patch.name();
    let folder = patch.folder().map(Path::to_owned);
    let source = Source { name: name.as_str().into(), text: text.to_owned(), folder };
    let begun = SystemTime::now();
    let evaluated = engine::script::evaluate(&source, kinds);
    for import in &evaluated.imports {
        looked_at.insert(import.clone(), Seen::read_since(import, MOST_SCRIPT_BYTES, begun));
    }
    Script { evaluated, name, text: source.text }
}

impl Script {
    /// Gives each diagnostic that points into a script the text of its line.
    pub(super) fn attach_lines(&self, diagnostics: &mut [Diagnostic]) {
        for diagnostic in diagnostics.iter_mut().filter(|found| found.excerpt.is_none()) {
            let Some(span) = &diagnostic.span else { continue };
            let line = |text: &str| {
                text.lines().nth(span.line.saturating_sub(1)).map(|line| Excerpt::of(line, span.column))
            };
            diagnostic.excerpt = if *span.file == *self.name {
                line(&self.text)
            } else {
                let import = self.evaluated.imports.iter().find(|path| path.ends_with(&*span.file));
                import.and_then(|path| fs::read_to_string(path).ok()).and_then(|text| line(&text))
            };
        }
    }
}
