//! The rules of the house, made executable: what each part of the project must never see.

mod imports;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder, or the file itself.
fn rust_files(place: &str) -> Vec<PathBuf> {
    let path = root().join(place);
    if path.is_file() {
        return vec![path];
    }
    let entries = fs::read_dir(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            files.extend(rust_files(path.strip_prefix(root()).expect("inside").to_str().expect("UTF-8")));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The file's code, without comments and without the test module at its end.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("readable");
    let body = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let lines = body.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn offences(places: &[&str], forbidden: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for path in places.iter().flat_map(|place| rust_files(place)) {
        let code = code(&path);
        for word in forbidden.iter().filter(|word| code.contains(**word)) {
            found.push(format!("{} sees `{word}`", path.strip_prefix(root()).expect("inside").display()));
        }
    }
    found
}

const NOTHING: Vec<String> = Vec::new();

#[test]
fn the_pure_half_is_free_of_threads_and_clocks() {
    let forbidden = ["std::fs", "std::time::Instant", "std::net", "tracing"];
    let script = "graph/src/script/";
    let mut found = offences(&["graph/src"], &forbidden);
    // The front end reads imports, bounds its time, and prints.
    found.retain(|offence| !offence.starts_with(script));
    assert_eq!(found, NOTHING);
    assert_eq!(offences(&["graph/src"], &["std::thread"]), ["graph/src/script/mod.rs sees `std::thread`"]);
}

#[test]
fn only_the_script_front_end_sees_rhai() {
    let places = ["graph/src", "engine/src", "models/src", "nodes/src", "src", "stage/src"];
    let mut found = offences(&places, &["rhai::", "use rhai"]);
    found.retain(|offence| !offence.starts_with("graph/src/script/"));
    assert_eq!(found, NOTHING);
}

#[test]
fn the_running_half_executes_plans_and_never_interprets() {
    let places =
        ["engine/src/live", "engine/src/audio", "engine/src/gpu", "engine/src/io.rs", "engine/src/node.rs"];
    let forbidden = ["crate::script", "crate::graph", "crate::check"];
    assert_eq!(offences(&places, &forbidden), NOTHING);
}

#[test]
fn a_node_does_not_know_other_nodes_planning_or_scripts() {
    let forbidden =
        ["engine::plan", "engine::diff", "engine::check", "engine::script", "engine::live", "engine::graph"];
    let places: Vec<PathBuf> =
        rust_files("nodes/src").into_iter().filter(|path| !path.ends_with("lib.rs")).collect();
    let places: Vec<&str> = places
        .iter()
        .map(|path| path.strip_prefix(root()).expect("inside").to_str().expect("UTF-8"))
        .collect();
    assert_eq!(offences(&places, &forbidden), NOTHING);
}

#[test]
fn only_the_stage_sees_windows() {
    let forbidden = ["nannou::", "use nannou", "bevy::", "use bevy", "egui::", "use egui", "winit::"];
    let places = ["engine/src", "models/src", "nodes/src", "src"];
    assert_eq!(offences(&places, &forbidden), NOTHING);
    let forbidden = ["pastiche_nodes", "pastiche_models", "std::fs", "rhai", "use clap"];
    let stage: Vec<PathBuf> =
        rust_files("stage/src").into_iter().filter(|path| !path.ends_with("tests.rs")).collect();
    let stage: Vec<&str> = stage
        .iter()
        .map(|path| path.strip_prefix(root()).expect("inside").to_str().expect("UTF-8"))
        .collect();
    assert_eq!(offences(&stage, &forbidden), NOTHING);
}

/// Names of all packages that a package needs to run, without what it does by default beside its
/// own work.
fn dependencies(package: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--package",
            package,
            "--edges",
            "normal",
            "--no-default-features",
            "--prefix",
            "none",
            "--format",
            "{p}",
            "--locked",
        ])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

fn unwanted(package: &str, forbidden: &[&str]) -> Vec<String> {
    let dependencies = dependencies(package);
    let starts = |name: &&String| {
        forbidden.iter().any(|word| name.as_str() == *word || name.starts_with(&format!("{word}_")))
    };
    dependencies.iter().filter(starts).cloned().collect()
}

#[test]
fn crates_need_only_what_is_theirs() {
    let devices = ["nannou", "bevy", "egui", "cpal", "midir", "nokhwa", "winit"];
    for package in ["pastiche-engine", "pastiche-models", "pastiche-signals", "pastiche-nodes"] {
        assert_eq!(unwanted(package, &devices), NOTHING, "{package}");
    }
    let windows = ["nannou", "bevy", "egui", "winit"];
    assert_eq!(unwanted("pastiche", &windows), NOTHING);
    let outside = ["wgpu", "naga", "rayon", "rtrb", "notify", "image", "rhai", "tracing", "pollster"];
    assert_eq!(unwanted("pastiche-graph", &outside), NOTHING);
    let engine =
        ["pastiche-nodes", "pastiche-models", "pastiche-signals", "notify", "image", "clap", "rten", "hound"];
    assert_eq!(unwanted("pastiche-engine", &engine), NOTHING);
    assert_eq!(unwanted("pastiche-models", &["pastiche-engine", "pastiche-nodes", "wgpu", "rhai"]), NOTHING);
    assert_eq!(unwanted("pastiche-train", &["pastiche-engine", "pastiche-nodes", "wgpu", "rhai"]), NOTHING);
    assert_eq!(unwanted("pastiche-signals", &["pastiche-engine", "pastiche-nodes", "wgpu", "rhai"]), NOTHING);
    let ours = ["pastiche-engine", "pastiche-models", "pastiche-nodes", "pastiche-signals", "rayon"];
    assert_eq!(unwanted("pastiche-kernels", &ours), NOTHING);
    assert_eq!(unwanted("pastiche-nodes", &["notify", "clap", "pastiche", "pastiche-train"]), NOTHING);
    assert_eq!(unwanted("pastiche-stage", &["pastiche-nodes", "pastiche-models", "pastiche"]), NOTHING);
}

#[test]
fn each_device_is_known_at_the_edge_alone() {
    let homes: [(&str, &[&str]); 3] = [
        ("midir", &["src/midi/system.rs"]),
        ("cpal", &["src/sound/card.rs", "src/sound/line.rs"]),
        ("nokhwa", &["src/camera.rs"]),
    ];
    for (device, homes) in homes {
        let mut offences = offences(&["src", "engine/src", "models/src", "nodes/src"], &[device]);
        offences.sort();
        let expected: Vec<String> = homes.iter().map(|home| format!("{home} sees `{device}`")).collect();
        assert_eq!(offences, expected);
    }
}

#[test]
fn there_is_one_wgpu() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--workspace", "--depth", "0", "--invert", "wgpu", "--prefix", "none", "--locked"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo knows more than one wgpu, or none: {error}");
}

#[test]
fn no_modules_need_each_other() {
    let circles: Vec<String> = imports::workspace(root()).iter().flat_map(|read| read.circles()).collect();
    // These two still have to be untied; a third, or one of these grown, is a fault.
    let known = |circle: &&String| KNOWN_CIRCLES.iter().any(|known| circle.lines().next() == Some(known));
    let new: Vec<&String> = circles.iter().filter(|circle| !known(circle)).collect();
    assert!(new.is_empty(), "\n{}", circles.join("\n\n"));
    assert_eq!(circles.len(), KNOWN_CIRCLES.len(), "a circle is untied: take it off the list");
}

const KNOWN_CIRCLES: [&str; 3] = [
    "src/lib.rs: a circle of 5 modules",
    "engine/src/lib.rs: a circle of 4 modules",
    "kernels/src/lib.rs: a circle of 6 modules",
];
