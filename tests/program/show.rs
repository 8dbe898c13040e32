//! `play`: a patch that changes while it plays.

use std::fs;
use std::process::{Child, Command, Stdio};

use pastiche::engine::gpu::Gpu;
use pastiche_testing::{Means, find_program, need};
use serde_json::Value;

use crate::folder::Folder;

#[cfg(unix)]
pub fn interrupt(child: &Child) {
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

/// A patch that plays until it is dropped.
pub struct Show<'a> {
    folder: &'a Folder,
    child: Child,
}

impl Show<'_> {
    pub fn start(folder: &Folder) -> Show<'_> {
        Show::start_at(folder, "a.rhai")
    }

    pub fn start_at<'a>(folder: &'a Folder, patch: &str) -> Show<'a> {
        let arguments =
            format!("play {patch} --headless --fps 60 --size 32x32 --stats stats.jsonl --seconds 120");
        let mut command = folder.command(arguments.split(' '));
        let told = fs::File::create(folder.path("told.txt")).unwrap();
        let child = command.stdin(Stdio::null()).stderr(told).spawn().unwrap();
        Show { folder, child }
    }

    /// What the program has told on standard error.
    fn told(&self) -> String {
        fs::read_to_string(self.folder.path("told.txt")).unwrap_or_default()
    }

    /// The lines of figures that are whole.
    fn stats(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.folder.path("stats.jsonl")).unwrap_or_default();
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub fn version(&self) -> u64 {
        self.stats().last().and_then(|stats| stats["version"].as_u64()).unwrap_or(0)
    }

    #[track_caller]
    pub fn wait_for_version(&self, version: u64) {
        self.folder.wait_for(&format!("version {version}"), || self.version() >= version);
        assert_eq!(self.version(), version, "{}", self.told());
    }

    #[track_caller]
    pub fn wait_for_words(&self, words: &str) {
        self.folder.wait_for(words, || self.told().contains(words));
    }

    #[track_caller]
    fn wait_for_frames(&self, number: usize) {
        let before = self.stats().len();
        self.folder.wait_for("frames", || self.stats().len() >= before + number);
    }
}

impl Drop for Show<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_edit_is_heard_and_a_broken_one_is_not() {
    let folder = Folder::with("speakers(tone(220));\n");
    let show = Show::start(&folder);
    show.wait_for_version(1);
    folder.replace("a.rhai", "speakers(tone(330));\n");
    show.wait_for_version(2);
    let reload = show.stats().iter().find_map(|stats| stats["reload_ms"].as_f64()).unwrap();
    assert!(reload > 0.0);
    folder.replace("a.rhai", "speakers(tone(;\n");
    show.wait_for_words("version 2 keeps playing");
    show.wait_for_frames(5);
    assert_eq!(show.version(), 2);
    folder.replace("a.rhai", "speakers(tone(440));\n");
    show.wait_for_version(3);
    // A number of a frame never comes twice.
    let frames: Vec<u64> = show.stats().iter().map(|stats| stats["frame"].as_u64().unwrap()).collect();
    assert!(frames.is_sorted_by(|before, after| before < after));
}

#[test]
fn everything_that_a_patch_reads_is_watched() {
    let folder = Folder::with("import \"part\" as part;\nspeakers(part::tune());\n");
    folder.write("part.rhai", "fn tune() { tone(220) }\n");
    let show = Show::start(&folder);
    show.wait_for_version(1);
    // In place, not by a new file.
    folder.write("part.rhai", "fn tune() { tone(330) }\n");
    show.wait_for_version(2);
    // Gone, and back with something else.
    fs::remove_file(folder.path("a.rhai")).unwrap();
    show.wait_for_words("there is no patch a.rhai");
    folder.write("a.rhai", "screen(picture(\"photo.png\"));\n");
    show.wait_for_words("there is no picture `photo.png`");
    // A file that was never there.
    let astronaut = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/astronaut.png");
    folder.replace("photo.png", fs::read(astronaut).unwrap());
    show.wait_for_version(3);
    // Other content under the same name.
    folder.replace("photo.png", {
        let mut png = Vec::new();
        let picture = image::RgbImage::from_pixel(8, 8, image::Rgb([9, 9, 9]));
        picture.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
        png
    });
    show.wait_for_version(4);
}

/// A clip of one colour.
fn clip(folder: &Folder, name: &str, colour: &str) {
    let source = format!("color=c={colour}:s=32x18:d=0.5");
    let mut command = Command::new("ffmpeg");
    command.args(["-loglevel", "error", "-y", "-f", "lavfi", "-i", &source, "-c:v", "mpeg4"]);
    assert!(command.arg(folder.path(name)).status().unwrap().success());
}

#[test]
fn clips_are_watched() {
    let Some(()) = need(Means::Ffmpeg, find_program("ffmpeg", "-version")) else { return };
    let folder = Folder::with("screen(movie(\"a.mp4\"));\n");
    clip(&folder, "a.mp4", "red");
    let show = Show::start(&folder);
    show.wait_for_version(1);
    clip(&folder, "b.mp4", "blue");
    fs::rename(folder.path("b.mp4"), folder.path("a.mp4")).unwrap();
    show.wait_for_version(2);
}

#[test]
fn folders_are_watched() {
    let Some(_) = need(Means::Adapter, Gpu::new()) else { return };
    let folder = Folder::with("screen(slides(\"photos\"));\n");
    fs::create_dir(folder.path("photos")).unwrap();
    let show = Show::start(&folder);
    show.wait_for_version(1);
    // Into a folder that was empty, and out of it again.
    let astronaut = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/astronaut.png");
    fs::copy(astronaut, folder.path("new.png")).unwrap();
    fs::rename(folder.path("new.png"), folder.path("photos/one.png")).unwrap();
    show.wait_for_version(2);
    fs::remove_file(folder.path("photos/one.png")).unwrap();
    show.wait_for_version(3);
}

#[test]
fn the_same_content_again_is_no_edit() {
    let folder = Folder::with("speakers(tone(220));\n");
    let show = Show::start(&folder);
    show.wait_for_version(1);
    folder.replace("a.rhai", "speakers(tone(220));\n");
    show.wait_for_frames(20);
    assert_eq!(show.version(), 1, "{}", show.told());
    folder.replace("a.rhai", "speakers(tone(330));\n");
    show.wait_for_version(2);
}

#[test]
fn a_patch_that_is_at_fault_from_the_start_is_waited_for() {
    let folder = Folder::with("speakers(tone(;\n");
    let show = Show::start(&folder);
    show.wait_for_words("nothing plays yet");
    show.wait_for_frames(3);
    folder.replace("a.rhai", "speakers(tone(220));\n");
    show.wait_for_version(1);
}

#[test]
fn it_ends_when_it_should() {
    let folder = Folder::with("speakers(tone(220));\n");
    folder.run("play a.rhai --headless --seconds 0.2 --stills s --every 3 --size 16x16").good();
    assert_eq!(folder.names("s")[0], "frame_00000.png");
    folder.run("play a.rhai --headless --seconds -1").with(2, &[]);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_show() {
    let folder = Folder::with("speakers(tone(220));\n");
    let mut show = Show::start(&folder);
    show.wait_for_version(1);
    interrupt(&show.child);
    assert_eq!(show.child.wait().unwrap().code(), Some(130));
}
