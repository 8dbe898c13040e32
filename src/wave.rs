//! Sound as a WAV file: 48 kHz, two channels, 32-bit float, so that nothing is clipped.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use engine::clock::SAMPLE_RATE;
use hound::{SampleFormat, WavSpec, WavWriter};
use pastiche_engine as engine;

use crate::atomic_file::AtomicFile;
use crate::error::Error;

const SPEC: WavSpec = WavSpec {
    channels: 2,
    sample_rate: SAMPLE_RATE as u32,
    bits_per_sample: 32,
    sample_format: SampleFormat::Float,
};
const BYTES_PER_SAMPLE: u32 = 8;
/// RIFF, the extended `fmt ` and the head of `data`.
const HEADER_BYTES: u32 = 68;

/// The most samples that fit: sizes in the file have 32 bits. About three hours.
pub const MOST_SAMPLES: u64 = ((u32::MAX - HEADER_BYTES) / BYTES_PER_SAMPLE) as u64;

/// A WAV file of one channel with 16 bits, at 48 kHz, in memory.
///
/// # Errors
/// More samples than such a file can have.
pub(crate) fn encode_mono16(samples: &[i16]) -> Result<Vec<u8>, Error> {
    let spec = WavSpec { channels: 1, bits_per_sample: 16, sample_format: SampleFormat::Int, ..SPEC };
    let mut bytes = io::Cursor::new(Vec::new());
    let write = |bytes| -> hound::Result<()> {
        let mut writer = WavWriter::new(bytes, spec)?;
        samples.iter().try_for_each(|sample| writer.write_sample(*sample))?;
        writer.finalize()
    };
    write(&mut bytes).map_err(|error| fault(Path::new("the sound"), error))?;
    Ok(bytes.into_inner())
}

/// A WAV file that is being written. It appears when it is finished.
pub struct WaveFile {
    /// Dropped before the file that it writes to.
    writer: WavWriter<BufWriter<File>>,
    file: AtomicFile,
    path: PathBuf,
}

impl WaveFile {
    /// Starts a file.
    pub fn create(path: &Path) -> Result<WaveFile, Error> {
        let mut file = AtomicFile::create(path)?;
        let handle = file.handle().map_err(hound::Error::IoError);
        let writer = handle.and_then(|handle| WavWriter::new(BufWriter::new(handle), SPEC));
        let writer = writer.map_err(|error| fault(path, error))?;
        Ok(WaveFile { writer, file, path: path.to_owned() })
    }

    /// Adds samples, left and right.
    pub fn write(&mut self, samples: &[[f32; 2]]) -> Result<(), Error> {
        // The writer would count past 32 bits without a word.
        if u64::from(self.writer.duration()) + samples.len() as u64 > MOST_SAMPLES {
            return Err(Error::file("write", &self.path, io::ErrorKind::FileTooLarge.into()));
        }
        let mut samples = samples.iter().flatten();
        let result = samples.try_for_each(|sample| self.writer.write_sample(*sample));
        result.map_err(|error| fault(&self.path, error))
    }

    /// Gives the file its length and its name.
    pub fn finish(self) -> Result<(), Error> {
        self.writer.finalize().map_err(|error| fault(&self.path, error))?;
        self.file.finish()
    }
}

fn fault(path: &Path, error: hound::Error) -> Error {
    let error = match error {
        hound::Error::IoError(error) => error,
        other => io::Error::other(other),
    };
    Error::file("write", path, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sound.wav");
        let mut wave = WaveFile::create(&path).unwrap();
        wave.write(&[[0.5, -0.5], [2.0, 0.0]]).unwrap();
        wave.write(&[[0.25, 1.0]]).unwrap();
        assert!(!path.exists());
        wave.finish().unwrap();
        let mut reader = hound::WavReader::open(&path).unwrap();
        assert_eq!(reader.spec().sample_rate, 48_000);
        assert_eq!(reader.duration(), 3);
        let samples: Vec<f32> = reader.samples().map(Result::unwrap).collect();
        assert_eq!(samples, [0.5, -0.5, 2.0, 0.0, 0.25, 1.0]);
    }
}
