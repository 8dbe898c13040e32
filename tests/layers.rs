//! The rules of the house, made executable: what each part of the project must never see.

mod imports;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

static CRATES: LazyLock<Vec<imports::Crate>> = LazyLock::new(|| imports::workspace(root()));

/// The modules of files below these folders, or of these files, that name something below one of the forbidden
/// paths, through whatever gives it on. Each line is a file and what it names.
fn offences(places: &[&str], forbidden: &[&str]) -> Vec<String> {
    let mut found = BTreeSet::new();
    let mut seen = vec![false; places.len()];
    for read in CRATES.iter() {
        for (module, file) in read.files().enumerate() {
            let is_in = |place: &&str| Path::new(file).starts_with(place);
            let Some(place) = places.iter().position(is_in) else { continue };
            seen[place] = true;
            let outside = read.outside(module);
            let named = forbidden.iter().filter(|wanted| outside.iter().any(|path| names(path, wanted)));
            found.extend(named.map(|wanted| format!("{file} names `{wanted}`")));
        }
    }
    let missing: Vec<_> = places.iter().zip(&seen).filter(|(_, seen)| !**seen).collect();
    assert!(missing.is_empty(), "no modules are there: {missing:?}");
    found.into_iter().collect()
}

/// Whether a path is a forbidden one, lies below it, or takes in everything above it.
fn names(path: &str, forbidden: &str) -> bool {
    let is_below = |path: &str, above: &str| {
        path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    is_below(path, forbidden) || path.strip_suffix("::*").is_some_and(|glob| is_below(forbidden, glob))
}

const NOTHING: Vec<String> = Vec::new();

const ALL: [&str; 11] = [
    "engine/src",
    "graph/src",
    "kernels/src",
    "models/src",
    "nodes/src",
    "signals/src",
    "src",
    "stage/src",
    "testing/src",
    "train/src",
    "xtask/src",
];

#[test]
fn the_pure_half_is_free_of_threads_and_clocks() {
    let forbidden = ["std::fs", "std::time::Instant", "std::net", "tracing"];
    let script = "graph/src/script/";
    let mut found = offences(&["graph/src"], &forbidden);
    // The front end reads imports, bounds its time, and prints.
    found.retain(|offence| !offence.starts_with(script));
    assert_eq!(found, NOTHING);
    assert_eq!(offences(&["graph/src"], &["std::thread"]), ["graph/src/script/mod.rs names `std::thread`"]);
}

#[test]
fn only_the_script_front_end_sees_rhai() {
    let is_looked_at = |file: &&str| ALL.iter().any(|place| Path::new(file).starts_with(place));
    let left_out: Vec<&str> =
        CRATES.iter().flat_map(|read| read.files()).filter(|file| !is_looked_at(file)).collect();
    assert!(left_out.is_empty(), "no rule looks at {left_out:?}");
    let mut found = offences(&ALL, &["rhai"]);
    assert!(!found.is_empty(), "not even the front end is seen to use it");
    found.retain(|offence| !offence.starts_with("graph/src/script/"));
    assert_eq!(found, NOTHING);
}

#[test]
fn the_running_half_executes_plans_and_never_interprets() {
    let places =
        ["engine/src/live", "engine/src/audio", "engine/src/gpu", "engine/src/io.rs", "engine/src/node.rs"];
    let forbidden = ["pastiche_graph::script", "pastiche_graph::description", "pastiche_graph::check"];
    assert_eq!(offences(&places, &forbidden), NOTHING);
}

#[test]
fn a_node_does_not_know_other_nodes_planning_or_scripts() {
    let planning = ["plan", "diff", "check", "script", "live", "graph", "description"];
    let paths = planning
        .iter()
        .flat_map(|module| ["pastiche_engine", "pastiche_graph"].map(|name| format!("{name}::{module}")));
    let paths: Vec<String> = paths.collect();
    let forbidden: Vec<&str> = paths.iter().map(String::as_str).collect();
    assert_eq!(offences(&["nodes/src"], &forbidden), NOTHING);
    assert_eq!(CRATES.iter().flat_map(|read| read.strangers()).collect::<Vec<_>>(), NOTHING);
    let kinds: usize = CRATES.iter().map(|read| read.kinds()).sum();
    assert!(kinds > 100, "only {kinds} files of kinds are read");
}

#[test]
fn a_node_starts_threads_by_its_background_alone() {
    let found =
        offences(&["nodes/src"], &["std::thread::Builder", "std::thread::spawn", "std::thread::scope"]);
    // It listens to a program's pipes, and ends with it.
    assert_eq!(found, ["nodes/src/ffmpeg.rs names `std::thread::Builder`"]);
}

#[test]
fn only_the_stage_sees_windows() {
    let windows = ["nannou", "bevy", "bevy_egui", "egui", "egui_snarl", "winit"];
    let mut found = offences(&ALL, &windows);
    for word in ["nannou", "bevy", "bevy_egui"] {
        let is_seen = found.iter().any(|offence| offence.ends_with(&format!("`{word}`")));
        assert!(is_seen, "not even the stage is seen to use {word}");
    }
    found.retain(|offence| !offence.starts_with("stage/src/"));
    assert_eq!(found, NOTHING);
    let forbidden = ["pastiche_nodes", "pastiche_models", "std::fs", "rhai", "clap"];
    assert_eq!(offences(&["stage/src"], &forbidden), NOTHING);
}

#[test]
fn training_is_offered_by_one_command_alone() {
    let mut found = offences(&ALL, &["pastiche_train"]);
    found.retain(|offence| !offence.starts_with("src/cli/train"));
    assert_eq!(found, NOTHING);
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
    let playing =
        ["engine", "graph", "kernels", "models", "signals", "stage"].map(|name| format!("pastiche-{name}"));
    for package in &playing {
        assert_eq!(unwanted(package, &["pastiche-train"]), NOTHING, "{package}");
    }
    assert_eq!(unwanted("pastiche-nodes", &["notify", "clap", "pastiche", "pastiche-train"]), NOTHING);
    assert_eq!(unwanted("pastiche-stage", &["pastiche-nodes", "pastiche-models", "pastiche"]), NOTHING);
}

#[test]
fn each_device_is_known_at_the_edge_alone() {
    let homes: [(&str, &[&str]); 3] = [
        ("midir", &["src/midi/system.rs"]),
        ("cpal", &["src/sound/audio_input.rs", "src/sound/card.rs"]),
        ("nokhwa", &["src/camera.rs"]),
    ];
    for (device, homes) in homes {
        let expected: Vec<String> = homes.iter().map(|home| format!("{home} names `{device}`")).collect();
        assert_eq!(offences(&ALL, &[device]), expected);
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
    let circles: Vec<String> = CRATES.iter().flat_map(|read| read.circles()).collect();
    assert!(circles.is_empty(), "\n{}", circles.join("\n\n"));
}
