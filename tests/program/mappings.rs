//! What is kept beside a patch, for the next start.

use std::fs;
use std::io::Write;
use std::process::{Child, Stdio};

use crate::folder::Folder;

const PATCH: &str = "let pitch = knob(\"pitch\", 0.0);\nspeakers(tone(220 + pitch * 100).gain(0.5));\n";
const KEPT: &str = "a.pastiche.toml";

fn play(folder: &Folder, more: &str) -> Child {
    let arguments = format!("play a.rhai --headless --seconds 120 --size 8x8 {more}");
    let told = fs::File::create(folder.path("told.txt")).unwrap();
    let mut command = folder.command(arguments.trim().split(' '));
    command.stdin(Stdio::piped()).stderr(told).spawn().unwrap()
}

fn end(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

fn text(folder: &Folder, name: &str) -> String {
    fs::read_to_string(folder.path(name)).unwrap_or_default()
}

#[test]
fn what_was_moved_is_there_again_though_the_program_was_killed() {
    let folder = Folder::with(PATCH);
    let mut child = play(&folder, "");
    child.stdin.as_mut().unwrap().write_all(b"pitch = 0.5\n").unwrap();
    folder.wait_for("the file", || text(&folder, KEPT).contains("value = 0.5"));
    end(child);
    let child = play(&folder, "--take show.take");
    folder.wait_for("the value", || {
        text(&folder, "show.take").contains("\"control\":\"pitch\",\"value\":0.5}\n")
    });
    end(child);
    // A render plays what the script says.
    folder.run("render a.rhai --seconds 0.1 --size 8x8 --out with").good();
    fs::remove_file(folder.path(KEPT)).unwrap();
    folder.run("render a.rhai --seconds 0.1 --size 8x8 --out without").good();
    assert!(folder.contents("with") == folder.contents("without"));
}

#[test]
fn a_broken_file_is_told_with_its_line_and_left_alone() {
    let folder = Folder::with(PATCH);
    let broken = "version = 1\n\n[[hand]]\ncontrol = \"pitch\"\nvalue = much\nscript = 0.0\n";
    folder.write(KEPT, broken);
    let mut child = play(&folder, "--take show.take");
    folder.wait_for("the fault", || text(&folder, "told.txt").contains("a.pastiche.toml:5:"));
    child.stdin.as_mut().unwrap().write_all(b"pitch = 0.5\nlearn pitch\nlearn nothing\n").unwrap();
    folder.wait_for("the knob", || text(&folder, "show.take").contains("pitch\",\"value\":0.5"));
    folder.wait_for("the answer", || text(&folder, "told.txt").contains("there is no control `nothing`"));
    assert!(text(&folder, "told.txt").contains("move a controller for `pitch`"));
    end(child);
    assert_eq!(text(&folder, KEPT), broken);
}
