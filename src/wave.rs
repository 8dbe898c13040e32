//! Sound as a WAV file: 48 kHz, two channels, 32-bit float, so that nothing is clipped.

use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use engine::clock::SAMPLE_RATE;
use pastiche_engine as engine;

use crate::atomic_file::AtomicFile;
use crate::error::Error;

const CHANNELS: u16 = 2;
const BYTES_PER_SAMPLE: u32 = 8;
/// RIFF, `fmt `, `fact` and the head of `data`.
const HEADER_BYTES: u32 = 56;

/// The most samples that fit: sizes in the file have 32 bits. About three hours.
pub const MOST_SAMPLES: u64 = ((u32::MAX - HEADER_BYTES) / BYTES_PER_SAMPLE) as u64;

/// A WAV file that is being written. It appears when it is finished.
#[derive(Debug)]
pub struct WaveFile {
    file: AtomicFile,
    path: PathBuf,
    samples: u32,
}

impl WaveFile {
    /// Starts a file.
    pub fn create(path: &Path) -> Result<WaveFile, Error> {
        let mut file = AtomicFile::create(path)?;
        file.write_all(&header(0)).map_err(|error| Error::file("write", path, error))?;
        Ok(WaveFile { file, path: path.to_owned(), samples: 0 })
    }

    /// Adds samples, left and right.
    pub fn write(&mut self, samples: &[[f32; 2]]) -> Result<(), Error> {
        let bytes: Vec<u8> = samples.iter().flatten().flat_map(|sample| sample.to_le_bytes()).collect();
        let total = u64::from(self.samples) + samples.len() as u64;
        let result = match u32::try_from(total).ok().filter(|_| total <= MOST_SAMPLES) {
            Some(total) => {
                self.samples = total;
                self.file.write_all(&bytes)
            }
            None => Err(io::ErrorKind::FileTooLarge.into()),
        };
        result.map_err(|error| Error::file("write", &self.path, error))
    }

    /// Gives the file its length and its name.
    pub fn finish(mut self) -> Result<(), Error> {
        let header = header(self.samples);
        let result = self.file.seek(SeekFrom::Start(0)).and_then(|_| self.file.write_all(&header));
        result.map_err(|error| Error::file("write", &self.path, error))?;
        self.file.finish()
    }
}

/// RIFF WAVE with format 3 (IEEE float), which asks for a `fact` chunk.
fn header(samples: u32) -> Vec<u8> {
    let data_bytes = samples * BYTES_PER_SAMPLE;
    let rate = SAMPLE_RATE as u32;
    let mut header = Vec::with_capacity(HEADER_BYTES as usize);
    header.extend(b"RIFF");
    header.extend((HEADER_BYTES - 8 + data_bytes).to_le_bytes());
    header.extend(b"WAVEfmt ");
    header.extend(16_u32.to_le_bytes());
    header.extend(3_u16.to_le_bytes());
    header.extend(CHANNELS.to_le_bytes());
    header.extend(rate.to_le_bytes());
    header.extend((rate * BYTES_PER_SAMPLE).to_le_bytes());
    header.extend((BYTES_PER_SAMPLE as u16).to_le_bytes());
    header.extend(32_u16.to_le_bytes());
    header.extend(b"fact");
    header.extend(4_u32.to_le_bytes());
    header.extend(samples.to_le_bytes());
    header.extend(b"data");
    header.extend(data_bytes.to_le_bytes());
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_reader_reads_what_was_written() {
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
