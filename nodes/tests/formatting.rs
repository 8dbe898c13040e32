//! `cargo fmt` does not see modules that a macro declares, so the list of kinds hides their files
//! from it.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

use std::path::{Path, PathBuf};
use std::process::Command;

use pastiche_testing::{Means, need};

#[test]
fn every_file_of_a_kind_is_formatted() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    find(&root.join("src"), &mut files);
    let config = root.join("../rustfmt.toml");
    let mut run = Command::new("rustfmt");
    run.args(["--check", "--edition", "2024", "--config-path"]).arg(config);
    let Some(output) = need(Means::Rustfmt, run.args(&files).output()) else { return };
    assert!(
        output.status.success(),
        "run `rustfmt --edition 2024 $(find nodes/src -name '*.rs')`:\n{}",
        String::from_utf8_lossy(&output.stdout)
    );
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
