//! How much room the target folder takes.

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use crate::run;

/// The size in bytes that the target folder must not pass.
pub const LIMIT: u64 = 15_000_000_000;

/// The folder that cargo builds into, however it was chosen.
pub fn target() -> Result<PathBuf, String> {
    let mut command = run::cargo();
    command.args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(run::root());
    run::output(&mut command)
        .and_then(|json| text_field(&json, "target_directory"))
        .map(PathBuf::from)
        .ok_or_else(|| format!("`{}` does not name the target folder", run::shown(&command)))
}

/// The first text field called `name` in some JSON.
fn text_field(json: &str, name: &str) -> Option<String> {
    let start = format!("\"{name}\":\"");
    let mut rest = json.split_once(&start)?.1.chars();
    let mut value = String::new();
    loop {
        match rest.next()? {
            '"' => return Some(value),
            '\\' => value.push(rest.next()?),
            other => value.push(other),
        }
    }
}

/// What the files under `folder` take, each counted once however often it is linked. Files that
/// vanish while this looks count as nothing.
pub fn size(folder: &Path) -> u64 {
    let mut seen = HashSet::new();
    let mut folders = vec![folder.to_path_buf()];
    let mut total = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            if metadata.is_dir() {
                folders.push(entry.path());
            } else if link(&metadata).is_none_or(|link| seen.insert(link)) {
                total += metadata.len();
            }
        }
    }
    total
}

/// What one file takes; nothing when it is not there.
pub fn size_of(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |metadata| metadata.len())
}

/// What tells a file with several links from others.
#[cfg(unix)]
fn link(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    (metadata.nlink() > 1).then(|| (metadata.dev(), metadata.ino()))
}

/// What tells a file with several links from others; not known on this system.
#[cfg(not(unix))]
fn link(_: &Metadata) -> Option<(u64, u64)> {
    None
}

/// A size for people: `5.3 GB`.
pub fn gigabytes(bytes: u64) -> String {
    let tenths = bytes / 100_000_000;
    format!("{}.{} GB", tenths / 10, tenths % 10)
}

/// Empties a target folder that has grown past the limit.
pub fn clean_if_over(target: &Path) -> Result<(), String> {
    let bytes = size(target);
    if bytes <= LIMIT {
        return Ok(());
    }
    println!("The target folder holds {}: removing it.", gigabytes(bytes));
    run::step("cargo clean", || {
        let mut command = run::cargo();
        command.arg("clean").current_dir(run::root());
        run::captured(command, |_| false).map(|()| String::new())
    })
}

/// The target folder's size, or an error past the limit. What incremental builds left behind
/// over many runs is removed before it counts.
pub fn check(target: &Path) -> Result<String, String> {
    let mut bytes = size(target);
    if bytes > LIMIT {
        for profile in fs::read_dir(target).into_iter().flatten().flatten() {
            // A folder that is not there needs no removing; one that stays counts below.
            let _ = fs::remove_dir_all(profile.path().join("incremental"));
        }
        bytes = size(target);
    }
    let (has, limit) = (gigabytes(bytes), gigabytes(LIMIT));
    if bytes > LIMIT {
        return Err(format!(
            "the target folder {} holds {has}, more than {limit}; the next run starts from an \
             empty one, and failing again then means that the build itself has grown too large",
            target.display()
        ));
    }
    Ok(format!("{has} of at most {limit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An empty folder of this test's own.
    fn scratch(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("xtask-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("deep/deeper")).unwrap();
        folder
    }

    #[test]
    fn sizes_add_up_over_folders() {
        let folder = scratch("sizes");
        fs::write(folder.join("a"), [0; 10]).unwrap();
        fs::write(folder.join("deep/deeper/b"), [0; 5]).unwrap();
        assert_eq!(size(&folder), 15);
        assert_eq!(size(&folder.join("missing")), 0);
        fs::remove_dir_all(folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_linked_file_counts_once() {
        let folder = scratch("links");
        fs::write(folder.join("a"), [0; 10]).unwrap();
        fs::hard_link(folder.join("a"), folder.join("deep/a")).unwrap();
        assert_eq!(size(&folder), 10);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn gigabytes_keep_one_digit() {
        assert_eq!(gigabytes(LIMIT), "15.0 GB");
        assert_eq!(gigabytes(1_250_000_000), "1.2 GB");
        assert_eq!(gigabytes(0), "0.0 GB");
    }

    #[test]
    fn a_text_field_is_unescaped() {
        let json = r#"{"a":1,"target_directory":"C:\\x\\target","b":"c"}"#;
        assert_eq!(text_field(json, "target_directory").unwrap(), r"C:\x\target");
        assert_eq!(text_field(json, "missing"), None);
    }
}
