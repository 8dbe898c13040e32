//! `play` in its windows, on a virtual display of its own. Everything is counted in frames.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::folder::Folder;
use crate::show::{interrupt, wait_for};

/// Displays that nobody else is likely to use.
const DISPLAYS: std::ops::RangeInclusive<u32> = 91..=99;

/// A virtual display with nothing on it, until it is dropped.
struct Display {
    server: Child,
    name: String,
}

impl Display {
    /// `None`, said loudly, where this machine lacks what it takes.
    fn start() -> Option<Display> {
        for program in ["Xvfb", "xdotool", "import"] {
            if Command::new(program).arg("-version").output().is_err() {
                eprintln!("SKIPPED: `{program}` is missing; the windows are not tested on this machine");
                return None;
            }
        }
        for number in DISPLAYS {
            let mut command = Command::new("Xvfb");
            command.args([&format!(":{number}"), "-displayfd", "1", "-screen", "0", "1400x1000x24"]);
            command.args(["-nolisten", "tcp"]);
            let mut server = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
            let mut told = String::new();
            // It tells its number when it is ready, and nothing when the number is taken.
            BufReader::new(server.stdout.take().unwrap()).read_line(&mut told).unwrap();
            if told.trim() == number.to_string() {
                return Some(Display { server, name: format!(":{number}") });
            }
            server.wait().unwrap();
        }
        panic!("no display is free");
    }

    fn tool(&self, program: &str, arguments: &[&str]) -> Vec<u8> {
        let output = Command::new(program).args(arguments).env("DISPLAY", &self.name).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {arguments:?}: {error}");
        output.stdout
    }

    /// Moves the mouse and presses keys, one command after the other.
    fn hand(&self, commands: &str) {
        self.tool("xdotool", &commands.split_whitespace().collect::<Vec<_>>());
    }

    /// The window whose title begins so, as a number for xdotool.
    fn window(&self, title: &str) -> String {
        let found = self.tool("xdotool", &["search", "--sync", "--onlyvisible", "--name", title]);
        String::from_utf8(found).unwrap().lines().next().unwrap().to_owned()
    }

    /// What a window shows.
    fn picture(&self, window: &str) -> Picture {
        Picture::read(&self.tool("import", &["-window", window, "-depth", "8", "ppm:-"]))
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

struct Picture {
    width: usize,
    rgb: Vec<u8>,
}

impl Picture {
    /// Reads what ImageMagick writes: `P6`, width, height, 255, then the bytes.
    fn read(ppm: &[u8]) -> Picture {
        let mut words = Vec::new();
        let mut at = 0;
        while words.len() < 4 {
            let end = at + ppm[at..].iter().position(u8::is_ascii_whitespace).unwrap();
            words.push(std::str::from_utf8(&ppm[at..end]).unwrap());
            at = end + 1;
        }
        assert_eq!((words[0], words[3]), ("P6", "255"));
        Picture { width: words[1].parse().unwrap(), rgb: ppm[at..].to_vec() }
    }

    fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let at = 3 * (y * self.width + x);
        [self.rgb[at], self.rgb[at + 1], self.rgb[at + 2]]
    }

    /// How many pixels are nearly of this colour.
    fn count(&self, colour: [u8; 3]) -> usize {
        let near = |pixel: &&[u8]| pixel.iter().zip(colour).all(|(part, wanted)| part.abs_diff(wanted) < 12);
        self.rgb.chunks_exact(3).filter(near).count()
    }
}

/// A patch in its windows, until it is dropped.
struct Show<'a> {
    folder: &'a Folder,
    child: Child,
}

impl Show<'_> {
    fn start<'a>(folder: &'a Folder, display: &Display) -> Show<'a> {
        let arguments = "play a.rhai --size 320x180 --stats stats.jsonl --take show.take --seconds 600";
        let mut command = folder.command(arguments.split(' '));
        let told = fs::File::create(folder.path("told.txt")).unwrap();
        command.env("DISPLAY", &display.name).env_remove("WAYLAND_DISPLAY").env("WGPU_BACKEND", "vulkan");
        Show { folder, child: command.stdin(Stdio::null()).stderr(told).spawn().unwrap() }
    }

    fn text(&self, file: &str) -> String {
        fs::read_to_string(self.folder.path(file)).unwrap_or_default()
    }

    /// Frames that were shown.
    fn frames(&self) -> usize {
        self.text("stats.jsonl").lines().count()
    }

    fn version(&self) -> u64 {
        let stats = self.text("stats.jsonl");
        let whole = stats.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let last: Option<Value> = whole.lines().last().and_then(|line| serde_json::from_str(line).ok());
        last.and_then(|stats| stats["version"].as_u64()).unwrap_or(0)
    }

    #[track_caller]
    fn wait_for(&mut self, what: &str, is_there: impl Fn(&Self) -> bool) {
        let told = self.text("told.txt");
        assert!(self.child.try_wait().unwrap().is_none(), "the program has ended: {told}");
        wait_for(self.folder, what, || is_there(self));
    }

    #[track_caller]
    fn wait_for_frames(&mut self, number: usize) {
        let enough = self.frames() + number;
        self.wait_for("frames", |show| show.frames() >= enough);
    }
}

impl Drop for Show<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// More light is more green.
const GREY: &str = "let light = knob(\"light\", 0.5);\nlet green = solid(rgb(0.0, 0.5, 0.0));\n\
                    screen(solid(rgb(0.2, 0.2, 0.2)).blend(green, #{ mode: \"add\", amount: light }));\n";

/// Until what was done is seen in the windows.
const SOME_FRAMES: usize = 12;

#[test]
fn a_show_in_its_windows() {
    let Some(display) = Display::start() else { return };
    let folder = Folder::with(GREY);
    let mut show = Show::start(&folder, &display);
    show.wait_for("version 1", |show| show.version() == 1);
    show.wait_for_frames(SOME_FRAMES);
    let stage = display.window("Pastiche: a.rhai");
    let operator = display.window("Pastiche: operator");
    assert_ne!(stage, operator);
    // Without a window manager both lie in the corner, one over the other.
    display.hand(&format!("windowmove --sync {stage} 0 810"));
    show.wait_for_frames(SOME_FRAMES);

    // The picture, as the patch says.
    let picture = display.picture(&stage);
    let calm = picture.at(160, 90);
    assert!(picture.count(calm) > 320 * 180 * 9 / 10, "one colour fills the window: {calm:?}");
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
