//! A virtual display with a mouse and keys, what is seen on it, and a patch that plays there.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use pastiche::engine::gpu::Gpu;
use pastiche_testing::{Means, find_program, need};
use serde_json::Value;

use crate::folder::Folder;

/// Seconds after which a tool that waits for a window is given up; only a failing test waits so long.
const PATIENCE: &str = "60";

/// A virtual display with nothing on it, until it is dropped.
pub struct Display {
    server: Child,
    pub name: String,
}

impl Display {
    /// Starts one, and finds an adapter to draw on; `None` where this machine lacks what it takes.
    pub fn start() -> Option<Display> {
        need(Means::Adapter, Gpu::new())?;
        let programs = ["Xvfb", "xdotool", "import"];
        need(Means::Display, programs.into_iter().try_for_each(|program| find_program(program, "-version")))?;
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1400x1000x24", "-nolisten", "tcp"]);
        let mut server = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut number = String::new();
        // It takes the first number that is free, and writes it when it is ready.
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).unwrap();
        assert!(!number.is_empty(), "Xvfb has ended: {:?}", server.wait());
        Some(Display { server, name: format!(":{}", number.trim()) })
    }

    fn tool(&self, program: &str, arguments: &[&str]) -> Vec<u8> {
        let mut command = Command::new("timeout");
        command.args([PATIENCE, program]).args(arguments).env("DISPLAY", &self.name);
        let output = command.output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {arguments:?}: {error}");
        output.stdout
    }

    /// Moves the mouse and presses keys, one command after the other.
    pub fn hand(&self, commands: &str) {
        self.tool("xdotool", &commands.split_whitespace().collect::<Vec<_>>());
    }

    /// The window whose title begins so, as a number for xdotool.
    pub fn window(&self, title: &str) -> String {
        let found = self.tool("xdotool", &["search", "--sync", "--onlyvisible", "--name", title]);
        String::from_utf8(found).unwrap().lines().next().unwrap().to_owned()
    }

    /// Whether there is a window whose title begins so.
    pub fn is_there(&self, title: &str) -> bool {
        let search = ["search", "--onlyvisible", "--name", title];
        let found = Command::new("xdotool").args(search).env("DISPLAY", &self.name).output().unwrap();
        !found.stdout.is_empty()
    }

    /// What a window shows.
    pub fn picture(&self, window: &str) -> Picture {
        Picture::read(&self.tool("import", &["-window", window, "-depth", "8", "ppm:-"]))
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

pub struct Picture {
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

    pub fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let at = 3 * (y * self.width + x);
        [self.rgb[at], self.rgb[at + 1], self.rgb[at + 2]]
    }

    /// How many pixels are nearly of this colour.
    pub fn count(&self, colour: [u8; 3]) -> usize {
        self.count_of(|pixel| pixel.iter().zip(colour).all(|(part, wanted)| part.abs_diff(wanted) < 12))
    }

    /// How many pixels are such.
    pub fn count_of(&self, is_such: impl Fn(&[u8]) -> bool) -> usize {
        self.rgb.chunks_exact(3).filter(|pixel| is_such(pixel)).count()
    }
}

/// A patch in its windows, until it is dropped.
pub struct Show<'a> {
    pub folder: &'a Folder,
    pub child: Child,
}

impl Show<'_> {
    /// Starts a program that plays `a.rhai` in windows and writes `stats.jsonl`.
    pub fn start<'a>(folder: &'a Folder, display: &Display, mut command: Command) -> Show<'a> {
        let told = fs::File::create(folder.path("told.txt")).unwrap();
        command.env("DISPLAY", &display.name).env_remove("WAYLAND_DISPLAY").env("WGPU_BACKEND", "vulkan");
        Show { folder, child: command.stderr(told).spawn().unwrap() }
    }

    pub fn text(&self, file: &str) -> String {
        fs::read_to_string(self.folder.path(file)).unwrap_or_default()
    }

    /// Frames that were shown.
    pub fn frames(&self) -> usize {
        self.text("stats.jsonl").lines().count()
    }

    pub fn version(&self) -> u64 {
        let stats = self.text("stats.jsonl");
        let whole = stats.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let last: Option<Value> = whole.lines().last().and_then(|line| serde_json::from_str(line).ok());
        last.and_then(|stats| stats["version"].as_u64()).unwrap_or(0)
    }

    #[track_caller]
    pub fn wait_for(&mut self, what: &str, is_there: impl Fn(&Self) -> bool) {
        let folder = self.folder;
        folder.wait_for(what, || {
            let has_ended = self.child.try_wait().unwrap().is_some();
            assert!(!has_ended, "the program has ended: {}", self.text("told.txt"));
            is_there(self)
        });
    }

    #[track_caller]
    pub fn wait_for_frames(&mut self, number: usize) {
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

/// Until what was done is seen in the windows.
pub const SOME_FRAMES: usize = 12;
