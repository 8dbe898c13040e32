//! The examples of the library run, and say what they should. Cargo builds them with the tests.

use std::path::PathBuf;
use std::process::Command;

use pastiche::engine::gpu::Gpu;
use pastiche_testing::{Means, need};

fn run(example: &str) -> String {
    let this = std::env::current_exe().expect("a path");
    let folder: PathBuf = this.ancestors().nth(2).expect("the profile's folder").join("examples");
    let path = folder.join(format!("{example}{}", std::env::consts::EXE_SUFFIX));
    let output = Command::new(&path).output().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{example}: {text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

#[test]
fn embed() {
    let Some(_) = need(Means::Adapter, Gpu::new()) else { return };
    let text = run("embed");
    assert!(text.contains("knob `softness` is 0 (0 to 100)"), "{text}");
    assert!(text.contains("did you mean `blur`?"), "{text}");
    assert!(text.contains("version 1 plays on"), "{text}");
}

#[test]
fn own_node() {
    let text = run("own_node");
    assert_eq!(text.lines().count(), 30, "{text}");
}

#[test]
fn headless() {
    let Some(_) = need(Means::Adapter, Gpu::new()) else { return };
    let text = run("headless");
    assert!(text.starts_with("15 different pictures"), "{text}");
}
