//! Where a patch's files come from, seen from the engine: a trait. Folders and embedded files are
//! the program's business.

use std::any::Any;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;

use crate::stamp::Stamp;

/// What a file holds; decides what is said when it cannot be read, and how large it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// A still picture.
    Picture,
    /// A shader.
    Shader,
    /// A look-up table of colours.
    Lookup,
    /// The weights of a network.
    Model,
    /// Letters.
    Font,
    /// Words: plain text.
    Words,
    /// Notes: a Standard MIDI File.
    Midi,
    /// Recorded sound.
    Sound,
    /// Instruments: a SoundFont.
    SoundFont,
    /// A moving picture.
    Clip,
    /// A folder of still pictures.
    PictureFolder,
}

/// How much of a file is read when a patch names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// All of it, at once.
    Whole,
    /// Nothing: it is found, and read while it plays.
    InPlace,
    /// It is a folder: its files are found, and read while it plays.
    Folder,
}

impl Media {
    /// How much of it is read when a patch names it.
    pub const fn reading(self) -> Reading {
        match self {
            Media::Clip => Reading::InPlace,
            Media::PictureFolder => Reading::Folder,
            _ => Reading::Whole,
        }
    }

    /// Whether what stands for a file is what would be in it: for notes, whatever does not end in `.mid` or
    /// `.midi`, for words, whatever does not end in `.txt` and has no line break, and else what has a line break or a `{` in it.
    pub fn is_the_text_itself(self, text: &str) -> bool {
        match self {
            Media::Midi => {
                let name = text.to_ascii_lowercase();
                !(name.ends_with(".mid") || name.ends_with(".midi"))
            }
            Media::Words => !text.to_ascii_lowercase().ends_with(".txt") || text.contains('\n'),
            _ => text.contains(['\n', '{']),
        }
    }

    /// Largest file that is read, in bytes.
    pub const fn max_bytes(self) -> u64 {
        match self {
            Media::Picture => 256 << 20,
            Media::Shader => 1 << 20,
            Media::Lookup => 32 << 20,
            Media::Model => 1 << 30,
            Media::Font => 64 << 20,
            Media::Words => 1 << 20,
            Media::Midi => 16 << 20,
            Media::Sound => 256 << 20,
            Media::SoundFont => 512 << 20,
            Media::Clip => u64::MAX,
            Media::PictureFolder => Media::Picture.max_bytes(),
        }
    }
}

impl fmt::Display for Media {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Media::Picture => "picture",
            Media::Shader => "shader",
            Media::Lookup => "look-up table",
            Media::Model => "model",
            Media::Font => "font",
            Media::Words => "text",
            Media::Midi => "MIDI file",
            Media::Sound => "sound file",
            Media::SoundFont => "SoundFont",
            Media::Clip => "clip",
            Media::PictureFolder => "picture folder",
        })
    }
}

/// A file that has been read, or one that has been found and is read while it plays.
#[derive(Clone)]
pub struct Asset {
    /// As the patch names it.
    pub name: Arc<str>,
    /// Where it lies; `None` for one embedded in the program.
    pub path: Option<PathBuf>,
    /// Its content; empty for what is read while it plays.
    pub bytes: Arc<[u8]>,
    /// The files of a folder, in the order of their names.
    pub files: Arc<[PathBuf]>,
    /// Equal as long as name and content are the same.
    pub stamp: u64,
    loaded: Loaded,
}

/// What was made of a file's content, one of each type.
type Loaded = Arc<Mutex<Vec<Arc<dyn Any + Send + Sync>>>>;

impl Asset {
    /// Stamps the content.
    pub fn new(name: &str, path: Option<PathBuf>, bytes: impl Into<Arc<[u8]>>) -> Asset {
        let bytes = bytes.into();
        let stamp = Stamp::new().text(name).bytes(&bytes).finish();
        Asset { name: name.into(), path, bytes, files: Arc::default(), stamp, loaded: Loaded::default() }
    }

    /// What is read while it plays: a file, or a folder with these files in it. `state` changes when
    /// any of them does.
    pub fn in_place(name: &str, path: PathBuf, files: impl Into<Arc<[PathBuf]>>, state: u64) -> Asset {
        let place = path.as_os_str().as_encoded_bytes();
        let stamp = Stamp::new().text(name).bytes(place).number(state).finish();
        let (bytes, loaded) = Default::default();
        Asset { name: name.into(), path: Some(path), bytes, files: files.into(), stamp, loaded }
    }

    /// What is made of the content, such as a network: made once, whoever asks, and kept as long as any clone of
    /// this file is. Whoever asks meanwhile waits.
    ///
    /// # Errors
    /// Those of `load`, which is asked again next time.
    pub fn loaded<T: Any + Send + Sync, E>(
        &self,
        load: impl FnOnce(&[u8]) -> Result<T, E>,
    ) -> Result<Arc<T>, E> {
        let mut all = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.iter().find_map(|known| known.clone().downcast::<T>().ok()) {
            return Ok(known);
        }
        let made = Arc::new(load(&self.bytes)?);
        all.push(made.clone());
        Ok(made)
    }
}

impl PartialEq for Asset {
    fn eq(&self, other: &Asset) -> bool {
        self.stamp == other.stamp && self.name == other.name
    }
}

impl fmt::Debug for Asset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Asset({}, {} bytes, {} files)", self.name, self.bytes.len(), self.files.len())
    }
}

/// Why a file could not be read.
#[derive(Clone, Debug, Error, PartialEq)]
#[error("{message}")]
pub struct AssetError {
    /// What is wrong, naming the file.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// Reads the files that a patch names.
pub trait Assets {
    /// Reads a file by the name that the patch gives it, as far as [`Media::reading`] says.
    fn read(&self, name: &str, media: Media) -> Result<Asset, AssetError>;

    /// The folder that a node may write into, by the name that the patch gives it; an empty name is
    /// the patch's own folder. It need not be there yet.
    fn folder_to_fill(&self, name: &str) -> Result<PathBuf, AssetError> {
        Err(AssetError {
            message: format!("there is no folder to write `{name}` into: this graph has no files"),
            help: "load the patch from a folder".into(),
        })
    }
}

/// No files at all: for graphs that need none, and for tests.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoAssets;

impl Assets for NoAssets {
    fn read(&self, name: &str, media: Media) -> Result<Asset, AssetError> {
        Err(AssetError {
            message: format!("there is no {media} `{name}`: this graph has no files"),
            help: "load the patch from a folder".into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_from_its_text() {
        for name in ["tune.mid", "Songs/TUNE.MIDI"] {
            assert!(!Media::Midi.is_the_text_itself(name), "{name}");
        }
        for text in ["c4:2 d e f | g:4", "", "midi"] {
            assert!(Media::Midi.is_the_text_itself(text), "{text}");
        }
        assert!(!Media::Shader.is_the_text_itself("plasma.wgsl"));
        assert!(Media::Shader.is_the_text_itself("fn image() {") && Media::Lookup.is_the_text_itself("A\n1"));
    }

    #[test]
    fn what_is_made_of_a_file_is_made_once() {
        let asset = Asset::new("a", None, *b"abc");
        let loads = std::cell::Cell::new(0);
        let load = |bytes: &[u8]| {
            loads.set(loads.get() + 1);
            if loads.get() == 1 { Err("not yet") } else { Ok(bytes.len()) }
        };
        assert_eq!(asset.loaded(load), Err("not yet"));
        let (first, again) = (asset.loaded(load).unwrap(), asset.clone().loaded(load).unwrap());
        assert!(Arc::ptr_eq(&first, &again) && *first == 3);
        assert_eq!(loads.get(), 2);
        let other = asset.loaded(|bytes| Ok::<_, &str>(bytes.to_vec())).unwrap();
        assert_eq!(*other, b"abc");
    }
}
