//! `play` in its windows, on a virtual display of its own. Everything is counted in frames.

use std::process::Stdio;

use crate::display::{Display, SOME_FRAMES, Show};
use crate::folder::Folder;
use crate::show::interrupt;

/// More light is more green.
const GREY: &str = "let light = knob(\"light\", 0.5);\nlet green = solid(rgb(0.0, 0.5, 0.0));\n\
                    screen(solid(rgb(0.2, 0.2, 0.2)).blend(green, #{ mode: \"add\", amount: light }));\n";

#[test]
fn a_show_in_its_windows() {
    let Some(display) = Display::start() else { return };
    let folder = Folder::with(GREY);
    let arguments = "play a.rhai --size 320x180 --stats stats.jsonl --take show.take --seconds 600";
    let mut command = folder.command(arguments.split(' '));
    command.stdin(Stdio::null());
    // What the sound card does is no business of the audience.
    #[cfg(target_os = "linux")]
    {
        folder.write("asound.conf", crate::card::CLOSED);
        command.env("ALSA_CONFIG_PATH", folder.path("asound.conf"));
    }
    let mut show = Show::start(&folder, &display, command);
    show.wait_for("version 1", |show| show.version() == 1);
    show.wait_for_frames(SOME_FRAMES);
    let stage = display.window("Pastiche: a.rhai");
    let operator = display.window("Pastiche: operator");
    assert!(display.is_there("Pastiche: operator"));
    assert_ne!(stage, operator);
    // Without a window manager both lie in the corner, one over the other.
    display.hand(&format!("windowmove --sync {stage} 0 810"));
    #[cfg(target_os = "linux")]
    show.wait_for("the sound card", |show| show.text("told.txt").contains("playing silently"));
    show.wait_for_frames(SOME_FRAMES);

    // The picture, as the patch says.
    let picture = display.picture(&stage);
    let calm = picture.at(160, 90);
    assert_eq!(picture.count(calm), 320 * 180, "one colour fills the window: {calm:?}");
    assert!(calm[1] > calm[0] && calm[0] == calm[2], "{calm:?}");

    // A slider of the operator's window, dragged by mouse, moves the knob and the picture.
    let is_moved = |show: &Show| show.text("show.take").contains("\"light\"");
    for y in (90..400).step_by(8) {
        if is_moved(&show) {
            break;
        }
        display.hand(&format!("mousemove --window {operator} 110 {y} mousedown 1"));
        show.wait_for_frames(4);
        display.hand(&format!("mousemove --window {operator} 190 {y}"));
        show.wait_for_frames(4);
        display.hand("mouseup 1");
        show.wait_for_frames(4);
    }
    assert!(is_moved(&show), "the slider was not found");
    show.wait_for_frames(SOME_FRAMES);
    let bright = display.picture(&stage).at(160, 90);
    assert!(bright[1] > calm[1] && bright[0] == calm[0], "{calm:?} became {bright:?}");

    // A broken save: the picture plays on with the fault in its corner, and the operator reads it too.
    let calm_operator = display.picture(&operator).count([255, 92, 80]);
    folder.replace("a.rhai", GREY.replace("solid", "sollid"));
    show.wait_for("the fault", |show| show.text("told.txt").contains("sollid"));
    show.wait_for_frames(2 * SOME_FRAMES);
    assert_eq!(show.version(), 1);
    let broken = display.picture(&stage);
    assert_eq!(broken.at(310, 10), bright, "the picture plays on");
    assert!(broken.count([255, 255, 255]) > 20, "nothing is written on the picture");
    let red = display.picture(&operator).count([255, 92, 80]);
    assert!(red > calm_operator + 100, "the operator is not told");

    // Mended, the corner is clean, and the hand's value is still there.
    folder.replace("a.rhai", format!("{GREY}// mended\n"));
    show.wait_for("version 2", |show| show.version() == 2);
    show.wait_for_frames(SOME_FRAMES);
    assert_eq!(display.picture(&stage).at(10, 170), bright);

    // Keys: B is black, Esc quits nothing.
    display.hand(&format!("windowfocus --sync {stage} key b"));
    show.wait_for_frames(SOME_FRAMES);
    assert_eq!(display.picture(&stage).at(160, 90), [0, 0, 0]);
    display.hand("key Escape key b");
    show.wait_for_frames(SOME_FRAMES);
    assert_eq!(display.picture(&stage).at(160, 90), bright);

    // Ctrl-C closes the windows. (What a window manager does when it closes one, xdotool cannot do
    // everywhere.)
    interrupt(&show.child);
    let ended = show.child.wait().unwrap();
    assert_eq!(ended.code(), Some(130), "{}", show.text("told.txt"));
}

#[test]
fn without_a_display_the_program_says_what_to_do() {
    if cfg!(not(target_os = "linux")) {
        return;
    }
    let folder = Folder::with(GREY);
    let mut command = folder.command(["play", "a.rhai", "--seconds", "5"]);
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").stdin(Stdio::null());
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("no display") && told.contains("--headless"), "{told}");
}
