//! Files that a test makes up.

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use pastiche_engine::assets::{Asset, AssetError, Assets, Media, Reading};
use pastiche_engine::stamp::Stamp;

/// Files in memory.
#[derive(Clone, Debug, Default)]
pub struct Files(pub HashMap<String, Vec<u8>>);

impl Assets for Files {
    fn read(&self, name: &str, media: Media) -> Result<Asset, AssetError> {
        let missing =
            || AssetError { message: format!("there is no file `{name}`"), help: "make one".into() };
        match media.reading() {
            Reading::Whole => self.0.get(name).map(|bytes| Asset::new(name, None, &bytes[..])),
            Reading::InPlace => self.0.get(name).map(|bytes| {
                let (path, state) = on_disk(name, bytes);
                Asset::in_place(name, path, [], state)
            }),
            Reading::Folder => {
                let inside = format!("{name}/");
                let mut files: Vec<_> = self.0.iter().filter(|(path, _)| path.starts_with(&inside)).collect();
                files.sort();
                let (paths, states): (Vec<_>, Vec<_>) =
                    files.into_iter().map(|(path, bytes)| on_disk(path, bytes)).unzip();
                let state = states.iter().fold(paths.len() as u64, |all, state| all.rotate_left(7) ^ state);
                (self.0.contains_key(name) || !paths.is_empty())
                    .then(|| Asset::in_place(name, scratch().join(name), paths, state))
            }
        }
        .ok_or_else(missing)
    }

    fn folder_to_fill(&self, name: &str) -> Result<PathBuf, AssetError> {
        Ok(scratch().join("filled").join(name))
    }
}

/// A folder of this test program's own, below the folder of what is built; empty at its start.
pub fn scratch() -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let make = || {
        let program = std::env::current_exe().unwrap();
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(program.file_stem().unwrap());
        // There is none in the first run.
        let _ = fs::remove_dir_all(&folder);
        folder
    };
    FOLDER.get_or_init(make).clone()
}

/// A file that another program can read, in a folder by its content; and a number for its content.
fn on_disk(name: &str, bytes: &[u8]) -> (PathBuf, u64) {
    let stamp = Stamp::new().bytes(bytes).finish();
    let path = scratch().join(format!("{stamp:x}")).join(name);
    if !path.exists() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let unfinished = path.with_extension(format!("{:?}", std::thread::current().id()));
        fs::write(&unfinished, bytes).unwrap();
        fs::rename(&unfinished, &path).unwrap();
    }
    (path, stamp)
}

/// A clip without loss of pictures that hold one colour each: 8-bit red, green, blue, alpha.
pub fn clip(size_px: [u32; 2], fps: u32, colours: &[[u8; 4]]) -> Vec<u8> {
    let pixels = size_px[0] as usize * size_px[1] as usize;
    let raw: Vec<u8> = colours.iter().flat_map(|colour| colour.repeat(pixels)).collect();
    let size = format!("{}x{}", size_px[0], size_px[1]);
    let rate = fps.to_string();
    ffmpeg(
        &["-f", "rawvideo", "-pix_fmt", "rgba", "-s", &size, "-r", &rate, "-i", "pipe:0", "-c:v", "png"],
        "matroska",
        &raw,
    )
}

/// What `ffmpeg` makes of these arguments and this input.
pub fn ffmpeg(arguments: &[&str], format: &str, input: &[u8]) -> Vec<u8> {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let out = scratch().join(format!("made_{}", MADE.fetch_add(1, Ordering::Relaxed)));
    fs::create_dir_all(scratch()).unwrap();
    let mut command = Command::new("ffmpeg");
    command.args(["-loglevel", "error", "-y"]).args(arguments).args(["-f", format]).arg(&out);
    let mut child =
        command.stdin(Stdio::piped()).spawn().expect("`ffmpeg` is installed: `apt install ffmpeg`");
    child.stdin.take().unwrap().write_all(input).unwrap();
    assert!(child.wait().unwrap().success());
    let bytes = fs::read(&out).unwrap();
    fs::remove_file(out).unwrap();
    bytes
}
