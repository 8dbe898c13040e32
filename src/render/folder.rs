//! A folder of PNG files, a WAV file and, where a choir sings, a MIDI file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, ImageError};

use crate::atomic_file::write_atomic;
use crate::error::Error;
use crate::picture::Picture;

const SOUND: &str = "sound.wav";
/// What a choir sings.
pub(super) const SCORE: &str = "score.mid";

/// Says which pictures of the folder a render has written, `frames = 300`, and, in a second line, whether it has written
/// a score: `score = true`. Without it nothing that is there is taken for a render's.
const MARK: &str = ".pastiche_render";

/// What a render has written, or will.
#[derive(Clone, Copy, Debug, Default)]
struct Files {
    frames: u64,
    has_score: bool,
}

/// A folder that is being filled.
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes the folder, or removes what an earlier render left in it. At most `frames` pictures will be
    /// written, and a score where `has_score` says so.
    pub(super) fn start(path: &Path, frames: u64, has_score: bool) -> Result<Folder, Error> {
        fs::create_dir_all(path).map_err(|error| Error::file("make", path, error))?;
        let (rendered, coming) = (rendered(path), Files { frames, has_score });
        let concerns = |file: &PathBuf| looks_rendered(file, rendered) || looks_rendered(file, coming);
        for file in files(path)?.into_iter().filter(concerns) {
            if !looks_rendered(&file, rendered) {
                return Err(not_ours(&file));
            }
            fs::remove_file(&file).map_err(|error| Error::file("remove", &file, error))?;
        }
        let score = if has_score { "score = true\n" } else { "" };
        write_atomic(&path.join(MARK), format!("frames = {frames}\n{score}").as_bytes())?;
        Ok(Folder { path: path.to_owned() })
    }

    pub(super) fn sound_path(&self) -> PathBuf {
        self.path.join(SOUND)
    }

    pub(super) fn write(&mut self, number: u64, picture: &Picture) -> Result<(), Error> {
        write_png(&self.path.join(format!("frame_{number:05}.png")), picture)
    }
}

/// Whether a render of this many frames may go into the folder. Only what an earlier render wrote is
/// written over.
pub(super) fn check(path: &Path, frames: u64, force: bool) -> Result<(), Error> {
    match path.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::file("use", path, error)),
        Ok(metadata) if !metadata.is_dir() => Err(Error::Setting {
            message: format!("{} is a file, not a folder", path.display()),
            help: "name a folder, or a file that ends in .mp4".into(),
        }),
        Ok(_) if !force && !files(path)?.is_empty() => {
            Err(Error::Occupied { path: path.to_owned(), what: "not empty" })
        }
        Ok(_) => {
            // Whether there will be a score is known when the patch is.
            let (rendered, coming) = (rendered(path), Files { frames, has_score: false });
            let is_in_the_way =
                |file: &PathBuf| looks_rendered(file, coming) && !looks_rendered(file, rendered);
            files(path)?.into_iter().find(is_in_the_way).map_or(Ok(()), |file| Err(not_ours(&file)))
        }
    }
}

/// What an earlier render was to write into the folder; nothing where there was none.
fn rendered(folder: &Path) -> Files {
    let mark = fs::read_to_string(folder.join(MARK)).unwrap_or_default();
    let mut lines = mark.lines();
    let frames = lines.next().and_then(|line| line.strip_prefix("frames = ")?.parse().ok()).unwrap_or(0);
    Files { frames, has_score: lines.next() == Some("score = true") }
}

fn not_ours(file: &Path) -> Error {
    Error::Setting {
        message: format!("{} is in the way, and no render of pastiche has written it", file.display()),
        help: "name another folder, or move that file".into(),
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let entries = entries.map_err(|error| Error::file("read", folder, error))?;
    Ok(entries.into_iter().map(|entry| entry.path()).collect())
}

/// Whether a render writes a file of this name: `frame_00012.png`, `sound.wav` and `score.mid`, finished or not.
fn looks_rendered(file: &Path, Files { frames, has_score }: Files) -> bool {
    let Some(name) = file.file_name().and_then(|name| name.to_str()) else { return false };
    let unfinished = name.strip_prefix('.').and_then(|name| name.strip_suffix(".part"));
    let name = unfinished.unwrap_or(name);
    if name == SOUND {
        return frames > 0;
    }
    if name == SCORE {
        return has_score;
    }
    let digits = name.strip_prefix("frame_").and_then(|name| name.strip_suffix(".png"));
    let number: Option<u64> = digits.and_then(|digits| digits.parse().ok());
    number.is_some_and(|number| number < frames && digits == Some(&*format!("{number:05}")))
}

/// Writes a picture as a PNG file, whole or not at all.
pub fn write_png(path: &Path, picture: &Picture) -> Result<(), Error> {
    let [width, height] = picture.size_px;
    let mut bytes = Vec::new();
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::Adaptive)
        .write_image(&picture.rgb(), width, height, ExtendedColorType::Rgb8)
        .map_err(|error: ImageError| Error::file("encode", path, io::Error::other(error)))?;
    write_atomic(path, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_a_render_are_known_by_their_names() {
        for (name, ours) in [
            ("frame_00000.png", true),
            ("frame_123456.png", true),
            (".frame_00007.png.part", true),
            ("sound.wav", true),
            ("frame_200000.png", false),
            ("frame_7.png", false),
            ("frame_+0007.png", false),
            ("frame_0000x.png", false),
            ("photo.png", false),
            ("sound.wave", false),
            ("score.mid", true),
            (".score.mid.part", true),
            ("score.midi", false),
        ] {
            assert_eq!(
                looks_rendered(Path::new(name), Files { frames: 200_000, has_score: true }),
                ours,
                "{name}"
            );
        }
        assert!(!looks_rendered(Path::new("sound.wav"), Files::default()));
        assert!(!looks_rendered(Path::new("score.mid"), Files { frames: 2, has_score: false }));
    }

    #[test]
    fn what_no_render_wrote_is_never_written_over() {
        for mine in ["sound.wav", "frame_00001.png"] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path();
            fs::write(path.join(mine), "mine").unwrap();
            let told = check(path, 2, true).unwrap_err().to_string();
            assert!(told.contains(mine), "{told}");
            assert!(Folder::start(path, 2, false).is_err());
            assert_eq!(fs::read(path.join(mine)).unwrap(), b"mine");
        }
        // A score of somebody else's is left by a render without one, also by the second.
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        fs::write(path.join(SCORE), "mine").unwrap();
        for _ in 0..2 {
            Folder::start(path, 2, false).unwrap();
            assert!(check(path, 2, true).is_ok());
            assert!(Folder::start(path, 2, true).is_err());
        }
        assert_eq!(fs::read(path.join(SCORE)).unwrap(), b"mine");
        fs::remove_file(path.join(SCORE)).unwrap();
        Folder::start(path, 2, true).unwrap();
        fs::write(path.join(SCORE), "a render's").unwrap();
        Folder::start(path, 2, false).unwrap();
        assert!(!path.join(SCORE).exists(), "the next render has none");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        Folder::start(path, 2, false).unwrap().write(0, &Picture::black([2, 3])).unwrap();
        fs::write(path.join("frame_00002.png"), "mine").unwrap();
        assert!(check(path, 2, true).is_ok());
        assert!(check(path, 3, true).is_err(), "a longer render would write over it");
    }

    #[test]
    fn a_folder_that_is_not_empty_is_refused_unless_forced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        assert!(check(path, 100, false).is_ok());
        assert!(check(&path.join("new/deep"), 100, false).is_ok());
        fs::write(path.join("photo.png"), "mine").unwrap();
        assert!(check(path, 100, false).is_err());
        assert!(check(path, 100, true).is_ok());
        assert!(check(&path.join("photo.png"), 100, true).is_err());
        Folder::start(path, 100, false).unwrap().write(99, &Picture::black([2, 3])).unwrap();
        assert!(check(path, 1, true).is_ok());
        Folder::start(path, 1, false).unwrap().write(0, &Picture::black([2, 3])).unwrap();
        let mut names: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, [MARK, "frame_00000.png", "photo.png"]);
    }
}
