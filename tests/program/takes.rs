//! What comes from outside is recorded, and replayed to the same bytes.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use crate::folder::Folder;

const PATCH: &str = "let pitch = knob(\"pitch\", 0.0);\nspeakers(tone(220 + pitch * 100).gain(0.5));\n";

#[test]
fn a_take_is_replayed_to_the_same_bytes() {
    let folder = Folder::with(PATCH);
    let arguments = "play a.rhai --headless --seconds 60 --size 8x8 --seed 7 --take show.take";
    let mut command = folder.command(arguments.split(' '));
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = || fs::read_to_string(folder.path("show.take")).unwrap_or_default().lines().count();
    folder.wait_for("the take", || lines() == 1);
    let mut typed = child.stdin.take().unwrap();
    typed.write_all(b"pitch = 0.5\n").unwrap();
    folder.wait_for("the knob", || lines() == 2);
    typed.write_all(b"pitch = 1\npicth = 1\npitch.value = 0.25\n").unwrap();
    folder.wait_for("the knob", || lines() == 4);
    child.kill().unwrap();
    child.wait().unwrap();

    // The show may have run for long before the knob was turned; here it is turned at once.
    let take = fs::read_to_string(folder.path("show.take")).unwrap();
    assert!(take.starts_with("{\"pastiche_take\":4,\"patch\":\"a.rhai\",\"seed\":7}\n"), "{take}");
    let mut next = 0;
    let early: Vec<String> = take
        .lines()
        .map(|line| {
            let mut record: serde_json::Value = serde_json::from_str(line).unwrap();
            if let Some(sample) = record.get_mut("sample") {
                next += 1000;
                *sample = next.into();
            }
            record.to_string() + "\n"
        })
        .collect();
    folder.write("early.take", early.concat());
    let render = "render a.rhai --seconds 0.2 --size 8x8";
    folder.run(&format!("{render} --out one --take early.take")).good();
    folder.run(&format!("{render} --out two --take early.take")).good();
    folder.run(&format!("{render} --out without")).good();
    assert!(folder.contents("one") == folder.contents("two"));
    assert!(folder.contents("one") != folder.contents("without"));
    folder.run("play a.rhai --headless --take show.take").with(1, &["there already"]);
}

#[test]
fn a_broken_take_is_told_with_its_line() {
    let folder = Folder::with(PATCH);
    folder.write("bad.take", "{\"pastiche_take\":1,\"patch\":\"a.rhai\",\"seed\":7}\nnonsense\n");
    folder.run("render a.rhai --out o --take bad.take").with(1, &["bad.take", "line 2"]);
}
