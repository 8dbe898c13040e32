//! Where a patch's files come from, seen from the engine: a trait. Folders and embedded files are
//! the program's business.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

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
    /// Notes: a Standard MIDI File.
    Midi,
    /// Recorded sound.
    Sound,
    /// Instruments: a SoundFont.
    SoundFont,
}

impl Media {
    /// Largest file that is read, in bytes.
    pub const fn max_bytes(self) -> u64 {
        match self {
            Media::Picture => 256 << 20,
            Media::Shader => 1 << 20,
            Media::Lookup => 32 << 20,
            Media::Model => 1 << 30,
            Media::Font => 64 << 20,
            Media::Midi => 16 << 20,
            Media::Sound => 256 << 20,
            Media::SoundFont => 512 << 20,
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
            Media::Midi => "MIDI file",
            Media::Sound => "sound file",
            Media::SoundFont => "SoundFont",
        })
    }
}

/// A file that has been read.
#[derive(Clone)]
pub struct Asset {
    /// As the patch names it.
    pub name: Arc<str>,
    /// Where it lies; `None` for one embedded in the program.
    pub path: Option<PathBuf>,
    /// Its content.
    pub bytes: Arc<[u8]>,
    /// A hash of name and content.
    pub stamp: u64,
}

impl Asset {
    /// Stamps the content.
    pub fn new(name: &str, path: Option<PathBuf>, bytes: impl Into<Arc<[u8]>>) -> Asset {
        let bytes = bytes.into();
        let mut hasher = DefaultHasher::new();
        (name, &bytes).hash(&mut hasher);
        Asset { name: name.into(), path, bytes, stamp: hasher.finish() }
    }
}

impl PartialEq for Asset {
    fn eq(&self, other: &Asset) -> bool {
        self.stamp == other.stamp && self.name == other.name
    }
}

impl fmt::Debug for Asset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Asset({}, {} bytes)", self.name, self.bytes.len())
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
    /// Reads a file by the name that the patch gives it.
    fn read(&self, name: &str, media: Media) -> Result<Asset, AssetError>;
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
