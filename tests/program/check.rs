//! `check`, `new`, `nodes`, `styles`, `doctor`, and what all commands have in common.

use std::fs;

use pastiche::engine::gpu::Gpu;
use pastiche_testing::{Means, need};
use serde_json::{Value, json};

use crate::folder::Folder;

#[test]
fn a_good_patch_is_good() {
    let folder = Folder::with("speakers(tone(220));\n");
    let ended = folder.run("check a.rhai").good();
    assert_eq!(ended.out, "a.rhai is good: 2 nodes\n");
    assert_eq!(folder.run("check a.rhai --json").good().out.trim(), "[]");
}

#[test]
fn every_fault_is_told_at_once_for_people_and_for_tools() {
    let folder = Folder::with("let sound = tone(frequncy: 1);\n");
    folder.run("check a.rhai").with(1, &["a.rhai:1:"]);

    let folder =
        Folder::with("let t = tone(#{ frequncy: 220 });\nspeakers(t);\nscreen(picture(\"no.png\"));\n");
    let ended = folder.run("check a.rhai").with(1, &["frequncy", "no.png", "2 faults", "▶ a.rhai:1:"]);
    assert!(ended.out.is_empty());
    let ended = folder.run("check a.rhai --json").with(1, &[]);
    let records: Vec<Value> = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(records.len(), 2, "{}", ended.out);
    let keys: Vec<&String> = records[0].as_object().unwrap().keys().collect();
    let mut expected = ["severity", "file", "line", "column", "length", "node", "input", "message", "help"];
    expected.sort_unstable();
    let mut keys: Vec<&str> = keys.into_iter().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, expected);
    let place = |record: &Value| json!([record["severity"], record["file"], record["line"]]);
    assert_eq!(place(&records[0]), json!(["error", "a.rhai", 1]));
    assert_eq!(records[0]["length"], 8);
    assert_eq!(place(&records[1]), json!(["error", "a.rhai", 3]));
    assert!(records[1]["message"].as_str().unwrap().contains("no.png"));
}

#[test]
fn files_that_are_missing_broken_or_elsewhere_are_told() {
    let folder = Folder::new();
    folder.run("check none.rhai").with(1, &["there is no patch none.rhai", "pastiche new"]);
    folder.run("check .").with(1, &["is a folder"]);
    folder.write("latin.rhai", b"// caf\xe9\nscreen(picture(\"astronaut.png\"));\n");
    folder.run("check latin.rhai").with(1, &["the patch is not UTF-8 text from here on", "latin.rhai:1:7"]);
    folder.write("huge.rhai", vec![b' '; 2 << 20]);
    folder.run("check huge.rhai").with(1, &["larger than 1 MiB"]);
    folder.write("a.rhai", "screen(picture(\"photo.png\"));\n");
    folder.run("check a.rhai").with(1, &["there is no picture `photo.png`", "= "]);
    folder.write("phto.png", "");
    folder.run("check a.rhai").with(1, &["did you mean `phto.png`?"]);
    folder.write(
        "photo.png",
        &fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/astronaut.png")).unwrap()[..999],
    );
    folder.run("check a.rhai").with(1, &["`photo.png` is damaged or not complete", "a.rhai:1:"]);
    folder.write("a.rhai", "screen(picture(\"../secret.png\"));\n");
    folder.run("check a.rhai").with(1, &["outside the patch's folder"]);
}

#[test]
fn a_canvas_that_cannot_be_is_a_fault() {
    for canvas in ["0, 10", "10, 100000"] {
        let folder = Folder::with(&format!("canvas({canvas});\nspeakers(tone(220));\n"));
        folder.run("check a.rhai").with(1, &["`canvas` takes a width and a height in whole pixels"]);
    }
}

#[test]
fn arguments_that_make_no_sense_end_with_2() {
    let folder = Folder::new();
    for arguments in ["paly", "render", "render --out o --size 12", "render --out o --fps 0"] {
        assert_eq!(folder.run(arguments).code, Some(2), "{arguments}");
    }
    if cfg!(not(feature = "stage")) {
        folder.run("play").with(2, &["no window", "--headless"]);
    }
    for arguments in ["--help", "render --help", "--version"] {
        folder.run(arguments).good();
    }
}

#[test]
fn a_first_patch_is_made_and_is_good() {
    let folder = Folder::new();
    folder.run("new mine").good();
    assert_eq!(folder.names("mine"), ["astronaut.png", "first.rhai", "ripple.wgsl"]);
    folder.run("new mine").with(1, &["mine is not empty"]);
    // Its shader needs a graphics adapter.
    let Some(_) = need(Means::Adapter, Gpu::new()) else { return };
    folder.run("check mine/first.rhai").good();
}

#[test]
fn lists_are_for_people_and_for_tools() {
    let folder = Folder::new();
    assert!(folder.run("nodes").good().out.contains("style_transfer"));
    assert!(folder.run("nodes knob").good().out.contains("let soft = knob("));
    folder.run("nodes konb").with(1, &["did you mean `knob`?"]);
    assert_eq!(folder.run("styles").good().out.lines().count(), 26);
    let doctor: Value = serde_json::from_str(&folder.run("doctor --json").good().out).unwrap();
    assert_eq!(doctor["painting"]["ok"], true);
    folder.run("doctor").good();
}

#[test]
fn a_contact_sheet_has_a_picture_of_every_patch() {
    let folder = Folder::with("screen(picture(\"astronaut.png\"));\n");
    folder.run("sheet a.rhai a.rhai a.rhai --out sheet.png --seconds 0 --columns 2").good();
    let sheet = image::open(folder.path("sheet.png")).unwrap().to_rgb8();
    assert_eq!(sheet.dimensions(), (2 * 324 + 4, 2 * 184 + 4));
    let middle = |column: u32, row: u32| sheet.get_pixel(324 * column + 164, 184 * row + 94).0;
    assert_ne!(middle(0, 0), [0; 3]);
    assert_eq!([middle(1, 0), middle(0, 1), middle(1, 1)], [middle(0, 0), middle(0, 0), [0; 3]]);
    folder.run("sheet a.rhai --out sheet.jpg").with(1, &["does not end in .png"]);
    folder.run("sheet --out sheet.png").with(2, &[]);
}
