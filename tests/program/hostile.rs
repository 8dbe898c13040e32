//! What can go wrong around a show and must not end it.

use std::fs;
use std::process::Stdio;

use pastiche::engine::gpu::Gpu;
use pastiche_testing::{Means, need};

use crate::folder::Folder;
use crate::show::Show;

const PATCH: &str = "speakers(tone(220));\n";

/// Every write to it fails: the disk is full.
#[cfg(target_os = "linux")]
fn full() -> fs::File {
    fs::File::options().write(true).open("/dev/full").unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_that_cannot_be_written_ends_nothing() {
    let folder = Folder::with(PATCH);
    for verbose in ["-v", "-vv"] {
        let arguments = format!("{verbose} play a.rhai --headless --sound none --seconds 0.3 --size 16x16");
        let status = folder.command(arguments.split(' ')).stderr(full()).status().unwrap();
        assert_eq!(status.code(), Some(0), "{verbose}");
    }
    // A node that warns draws all the same.
    let Some(_) = need(Means::Adapter, Gpu::new()) else { return };
    let astronaut = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/astronaut.png");
    fs::create_dir(folder.path("photos")).unwrap();
    fs::copy(astronaut, folder.path("photos/a.png")).unwrap();
    folder.write("photos/b.png", "no picture");
    folder.write("b.rhai", "canvas(32, 18); screen(slides(\"photos\", #{ period: 0.1, fade: 0 }));\n");
    let render = |out: &str, log: Stdio| {
        let arguments = format!("render b.rhai --seconds 0.3 --out {out}");
        folder.command(arguments.split(' ')).stderr(log).status().unwrap();
        folder.contents(out)
    };
    assert!(render("told", Stdio::null()) == render("silent", full().into()));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_no_show() {
    let folder = Folder::with(PATCH);
    let arguments = "play a.rhai --headless --sound none --size 16x16 --seconds 0.5 --stills s --every 1";
    let ended = folder.run(&format!("{arguments} --stats /dev/full"));
    ended.with(1, &["the disk is full", "nothing more is written there; the show goes on"]);
    assert!(folder.names("s").len() > 3, "the other files are written on");
}

#[test]
fn nothing_of_the_users_is_written_over() {
    let folder = Folder::with("speakers(sampler(\"sound.wav\", #{ notes: melody(\"a4\") }));\n");
    folder.write("sound.wav", "mine");
    let refused = |arguments: &str, words: &str| {
        folder.run(arguments).with(1, &[words]);
        assert_eq!(fs::read(folder.path("sound.wav")).unwrap(), b"mine");
        assert!(!fs::read(folder.path("a.rhai")).unwrap().is_empty());
    };
    refused("render a.rhai --out . --force --seconds 0.1", "sound.wav is in the way");
    refused("play a.rhai --headless --stats a.rhai", "a.rhai is there already");
    refused("play a.rhai --headless --stills .", "is not empty");
    folder.write("sheet.png", "mine");
    refused("sheet a.rhai --out sheet.png", "sheet.png is there already");
    refused("styles --sheet sheet.png", "sheet.png is there already");
    assert_eq!(fs::read(folder.path("sheet.png")).unwrap(), b"mine");
}

#[test]
fn formats_that_are_not_written_are_refused() {
    let folder = Folder::with(PATCH);
    for out in ["show.gif", "show.MOV", "show.webm", "show.mkv"] {
        folder.run(&format!("render a.rhai --out {out}")).with(1, &["a render writes no ."]);
        assert!(!folder.path(out).exists(), "{out}");
    }
}

#[test]
fn nested_texts_end_with_a_fault_or_play() {
    let folder = Folder::with(PATCH);
    let sum = vec!["1"; 10_000].join(" + ");
    folder.write("sum.rhai", format!("let x = {sum};\nspeakers(tone(220 + x));\n"));
    let nodes = vec!["lfo(1)"; 3_000].join(" + ");
    folder.write("nodes.rhai", format!("let x = {nodes};\nspeakers(tone(220 + x));\n"));
    for patch in ["sum", "nodes"] {
        let ended = folder.run(&format!("check {patch}.rhai"));
        assert!(matches!(ended.code, Some(0 | 1)), "{patch}: {:?} {}", ended.code, ended.err);
    }
    let Some(_) = need(Means::Adapter, Gpu::new()) else { return };
    let value = format!("{}1.0{}", "(".repeat(800), ")".repeat(800));
    let branches = "else if (uv.x > 2.0) { x = 1.0; } ".repeat(3_000);
    for (name, body) in [
        ("brackets", format!("let x = {value};")),
        ("branches", format!("var x = 0.0; if (uv.x > 1.0) {{ x = 2.0; }} {branches}")),
    ] {
        folder.write("f.wgsl", format!("fn image(uv: vec2f) -> vec4f {{ {body} return vec4f(x); }}\n"));
        folder.write("f.rhai", "canvas(16, 16); screen(shader(\"f.wgsl\"));\n");
        let ended = folder.run("render f.rhai --out f --force --seconds 0.1");
        assert!(matches!(ended.code, Some(0 | 1)), "{name}: {:?} {}", ended.code, ended.err);
    }
}

#[test]
fn a_shader_without_an_end_ends() {
    let Some(_) = need(Means::Adapter, Gpu::new()) else { return };
    let folder = Folder::with("canvas(8, 8); screen(shader(\"f.wgsl\"));\n");
    for body in ["loop { }", "for (var i = 0; i < 1000000000; i++) { while (true) { } }"] {
        folder.write("f.wgsl", format!("fn image(uv: vec2f) -> vec4f {{ {body} return vec4f(1.0); }}\n"));
        folder.run("render a.rhai --out o --force --seconds 0.1").good();
    }
    folder.write(
        "f.wgsl",
        "fn image(uv: vec2f) -> vec4f { var a: array<f32, 1000000>; a[1] = uv.x; return vec4f(a[2]); }\n",
    );
    folder.run("check a.rhai").with(1, &["bytes for each pixel"]);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_no_import() {
    let folder = Folder::with("import \"lib\" as lib;\nspeakers(tone(220));\n");
    let made = std::process::Command::new("mkfifo").arg(folder.path("lib.rhai")).status().unwrap();
    assert!(made.success());
    folder.run("check a.rhai").with(1, &["`lib.rhai` is not a file"]);
}

#[test]
fn what_shows_nothing_replaces_nothing_at_once() {
    let folder = Folder::with(PATCH);
    let show = Show::start(&folder);
    show.wait_for_version(1);
    folder.replace("a.rhai", "/* speakers(tone(220));\n");
    show.wait_for_words("the patch shows and plays nothing");
    assert_eq!(show.version(), 1);
    // An editor has finished.
    folder.replace("a.rhai", "speakers(tone(330));\n");
    show.wait_for_version(2);
    // It is meant.
    folder.replace("a.rhai", "let quiet = 1;\n");
    show.wait_for_version(3);
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_exchanged_is_watched_again() {
    let folder = Folder::new();
    let release = |name: &str, hz: u32| {
        fs::create_dir(folder.path(name)).unwrap();
        folder.write(&format!("{name}/a.rhai"), format!("speakers(tone({hz}));\n"));
    };
    release("show", 220);
    let show = Show::start_at(&folder, "show/a.rhai");
    show.wait_for_version(1);
    // Another folder takes its name.
    release("new", 330);
    fs::rename(folder.path("show"), folder.path("old")).unwrap();
    fs::rename(folder.path("new"), folder.path("show")).unwrap();
    show.wait_for_version(2);
    folder.replace("show/a.rhai", "speakers(tone(440));\n");
    show.wait_for_version(3);
    drop(show);
    fs::remove_file(folder.path("stats.jsonl")).unwrap();
    // A link that is led elsewhere, as releases are deployed.
    std::os::unix::fs::symlink("show", folder.path("current")).unwrap();
    let show = Show::start_at(&folder, "current/a.rhai");
    show.wait_for_version(1);
    std::os::unix::fs::symlink("old", folder.path("next")).unwrap();
    fs::rename(folder.path("next"), folder.path("current")).unwrap();
    show.wait_for_version(2);
    folder.replace("current/a.rhai", "speakers(tone(550));\n");
    show.wait_for_version(3);
}
