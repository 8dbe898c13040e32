//! Words that have no place in what is checked in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run;

/// What must not stand in Rust files.
const IN_RUST: &[&str] = &["dbg!(", "todo!(", "unimplemented!("];

/// What must not stand in any text, in small letters; texts are compared in small letters too.
const IN_TEXT: &[&str] = &["fixme", "todo:", "xxx:", "/home/", "/root/", "/users/"];

/// Turns of phrase that read as translated, in small letters, each with plain English for it. They must
/// not stand in what we write ourselves.
const IN_PROSE: &[(&str, &str)] = &[
    ("anew", "again, or rebuilt"),
    ("nobody", "no one"),
    ("so many", "this many"),
    ("is told", "is reported, or is given"),
    ("are told", "are reported, or are given"),
    ("was told", "was reported"),
    ("be told", "be reported"),
    ("been told", "been reported"),
    ("cannot be\"", "invalid"),
    ("past its end:", "out of range"),
];

/// Where prose is ours: licences and what a model's file says are not.
const PROSE: &[&str] = &["rs", "md", "toml", "wgsl", "rhai", "sh"];

/// How the names of files that hold text end.
const TEXTS: &[&str] = &["rs", "md", "toml", "wgsl", "rhai", "json", "py", "sh", "yml", "yaml", "txt"];

/// Files that are not looked at: this one, which has to spell the words out.
const LEFT_OUT: &[&str] = &["xtask/src/words.rs"];

/// Folders that are not looked at where git cannot say what is checked in.
const NOT_SOURCES: &[&str] = &[".git", "target", "pastiche-out"];

/// Looks through every text under `root`, and names each place where a word stands.
pub fn check(root: &Path) -> Result<String, String> {
    let mut looked = 0_usize;
    let mut found = Vec::new();
    for name in names(root) {
        let shown = name.to_string_lossy().replace('\\', "/");
        let Some(ending) = ending(&shown) else {
            continue;
        };
        if LEFT_OUT.contains(&shown.as_str()) {
            continue;
        }
        // A file that is gone or not text after all holds no words.
        let Ok(text) = fs::read_to_string(root.join(&name)) else {
            continue;
        };
        looked += 1;
        for (line, word) in places(&text, ending == "rs") {
            found.push(format!("{shown}:{line}: `{word}`"));
        }
        if PROSE.contains(&ending) {
            for (line, word, better) in phrases(&text) {
                found.push(format!("{shown}:{line}: `{word}`: say {better}"));
            }
        }
    }
    if looked == 0 {
        return Err(format!("no texts to look through in {}", root.display()));
    }
    if found.is_empty() {
        return Ok(format!("{looked} read"));
    }
    Err(format!("these words should not be here:\n  {}", found.join("\n  ")))
}

/// How a text's name ends; a script in the CI folder counts as a shell script.
fn ending(name: &str) -> Option<&str> {
    if name.starts_with(".ci/") {
        return Some("sh");
    }
    let ending = Path::new(name).extension()?.to_str()?;
    TEXTS.contains(&ending).then_some(ending)
}

/// The lines, counted from one, on which a word stands, each with its first word.
fn places(text: &str, is_rust: bool) -> Vec<(usize, &'static str)> {
    let rust: &[&'static str] = if is_rust { IN_RUST } else { &[] };
    let in_line = |line: &str| {
        let small = line.to_lowercase();
        IN_TEXT
            .iter()
            .find(|word| small.match_indices(**word).any(|(at, _)| starts_here(&small, at)))
            .or_else(|| rust.iter().find(|word| line.contains(**word)))
            .copied()
    };
    text.lines().enumerate().filter_map(|(index, line)| in_line(line).map(|word| (index + 1, word))).collect()
}

/// The lines, counted from one, on which a turn of phrase stands, each with the first and what to say. One
/// that goes over the end of a line is found on its first; names in code are no prose.
fn phrases(text: &str) -> Vec<(usize, &'static str, &'static str)> {
    let small = text.to_lowercase();
    let lines: Vec<&str> = small.lines().collect();
    let at = |index: usize| {
        let line = lines[index];
        let next =
            lines.get(index + 1).map_or("", |next| next.trim_start_matches([' ', '\t', '/', '!', '#', '*']));
        let both = format!("{} {next}", line.trim_end_matches([' ', '\\']));
        let begins_here = |place: usize| place < line.len();
        IN_PROSE
            .iter()
            .find(|(word, _)| {
                both.match_indices(word).any(|(place, _)| begins_here(place) && is_whole(&both, place, word))
            })
            .map(|(word, better)| (index + 1, *word, *better))
    };
    (0..lines.len()).filter_map(at).collect()
}

/// Whether the words at byte `at` are no part of longer ones.
fn is_whole(line: &str, at: usize, words: &str) -> bool {
    let is_inside = |letter: char| letter.is_alphanumeric() || letter == '_';
    let goes_on = words.chars().next_back().is_some_and(is_inside)
        && line[at + words.len()..].chars().next().is_some_and(is_inside);
    !goes_on && !line[..at].chars().next_back().is_some_and(is_inside)
}

/// Whether what begins at byte `at` begins there, rather than going on a longer path or address.
fn starts_here(line: &str, at: usize) -> bool {
    let before = line[..at].chars().next_back();
    !line[at..].starts_with('/')
        || before.is_none_or(|before| !before.is_alphanumeric() && !"._-/*}".contains(before))
}

/// The files of the project, relative to `root`: those that git has or would add, or all.
fn names(root: &Path) -> Vec<PathBuf> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root);
    let listed = run::output(&mut git).unwrap_or_default();
    if !listed.is_empty() {
        return listed.split_terminator('\0').map(PathBuf::from).collect();
    }
    let mut names = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder)).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let is_source = !NOT_SOURCES.iter().any(|other| name == *other);
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && is_source => folders.push(folder.join(name)),
                Ok(kind) if kind.is_file() => names.push(folder.join(name)),
                _ => {}
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_with_their_lines() {
        let text = "fn a() {\n    dbg!(1);\n}\n// FixMe later\n";
        assert_eq!(places(text, true), [(2, "dbg!("), (4, "fixme")]);
        assert_eq!(places(text, false), [(4, "fixme")]);
        assert!(places("nothing to see", true).is_empty());
    }

    #[test]
    fn phrases_are_found_over_the_ends_of_lines() {
        let text = "/// A fault is\n/// told once.\n\nfn is_told() {}\n// Nobody, so\n// many.\n";
        let found: Vec<_> = phrases(text).into_iter().map(|(line, word, _)| (line, word)).collect();
        assert_eq!(found, [(1, "is told"), (5, "nobody")]);
        assert!(phrases("what_nobody_sees, a sesame, manewing").is_empty());
        assert_eq!(phrases("format!(\"0x0 pixels cannot be\")")[0].1, "cannot be\"");
    }

    #[test]
    fn only_whole_paths_count_as_machine_paths() {
        assert_eq!(places("open(\"/home/me/a\")", true), [(1, "/home/")]);
        assert_eq!(places("/Users/me", false), [(1, "/users/")]);
        assert!(places("https://example.org/home/a ../root/b ${X}/home/c", false).is_empty());
    }

    #[test]
    fn only_texts_are_looked_at() {
        assert_eq!(ending("src/main.rs"), Some("rs"));
        assert_eq!(ending(".ci/run"), Some("sh"));
        assert_eq!(ending("picture.png"), None);
        assert_eq!(ending("Cargo.lock"), None);
    }

    #[test]
    fn files_are_listed_without_git_too() {
        let folder = std::env::temp_dir().join(format!("xtask-{}-words", std::process::id()));
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::create_dir_all(folder.join("target")).unwrap();
        fs::write(folder.join("src/a.rs"), "fn main() {}\n").unwrap();
        fs::write(folder.join("target/b.rs"), "fixme").unwrap();
        assert_eq!(check(&folder).unwrap(), "1 read");
        fs::write(folder.join("src/a.rs"), "\n// fixme\n").unwrap();
        assert!(check(&folder).unwrap_err().contains("src/a.rs:2"));
        fs::remove_dir_all(folder).unwrap();
    }
}
