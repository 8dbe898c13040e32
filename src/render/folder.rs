//! A folder of PNG files and a WAV file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, ImageError};

use crate::atomic_file::write_atomic;
use crate::error::Error;
use crate::picture::Picture;

const SOUND: &str = "sound.wav";

/// A folder that is being filled.
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes the folder, or removes what an earlier render left in it.
    pub(super) fn start(path: &Path) -> Result<Folder, Error> {
        fs::create_dir_all(path).map_err(|error| Error::file("make", path, error))?;
        for file in files(path)?.into_iter().filter(|file| is_ours(file)) {
            fs::remove_file(&file).map_err(|error| Error::file("remove", &file, error))?;
        }
        Ok(Folder { path: path.to_owned() })
    }

    pub(super) fn sound_path(&self) -> PathBuf {
        self.path.join(SOUND)
    }

    pub(super) fn write(&mut self, number: u64, picture: &Picture) -> Result<(), Error> {
        write_png(&self.path.join(format!("frame_{number:05}.png")), picture)
    }
}

/// Whether a render may go into the folder.
pub(super) fn check(path: &Path, force: bool) -> Result<(), Error> {
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
        Ok(_) => Ok(()),
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let entries = entries.map_err(|error| Error::file("read", folder, error))?;
    Ok(entries.into_iter().map(|entry| entry.path()).collect())
}

/// `frame_00012.png` and `sound.wav`, finished or not.
fn is_ours(file: &Path) -> bool {
    let Some(name) = file.file_name().and_then(|name| name.to_str()) else { return false };
    let unfinished = name.strip_prefix('.').and_then(|name| name.strip_suffix(".part"));
    let name = unfinished.unwrap_or(name);
    let number = name.strip_prefix("frame_").and_then(|name| name.strip_suffix(".png"));
    name == SOUND
        || number
            .is_some_and(|number| number.len() >= 5 && number.bytes().all(|digit| digit.is_ascii_digit()))
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
    fn only_our_own_files_are_written_over() {
        for (name, ours) in [
            ("frame_00000.png", true),
            ("frame_123456.png", true),
            (".frame_00007.png.part", true),
            ("sound.wav", true),
            ("frame_7.png", false),
            ("frame_0000x.png", false),
            ("photo.png", false),
            ("sound.wave", false),
        ] {
            assert_eq!(is_ours(Path::new(name)), ours, "{name}");
        }
    }

    #[test]
    fn a_folder_that_is_not_empty_is_refused_unless_forced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        assert!(check(path, false).is_ok());
        assert!(check(&path.join("new/deep"), false).is_ok());
        fs::write(path.join("photo.png"), "mine").unwrap();
        fs::write(path.join("frame_00099.png"), "old").unwrap();
        assert!(check(path, false).is_err());
        assert!(check(path, true).is_ok());
        assert!(check(&path.join("photo.png"), true).is_err());
        Folder::start(path).unwrap().write(0, &Picture::black([2, 3])).unwrap();
        let mut names: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["frame_00000.png", "photo.png"]);
    }
}
