//! Event files of TensorBoard: scalars and audio.
//!
//! A file is a list of records as TensorFlow's `TFRecord` has them: the length as 64 bits, its checksum, the content, its
//! checksum; all little-endian. A content is a message `Event` of `tensorflow/core/util/event.proto` in the wire format of
//! protocol buffers. The few fields that are needed are written here: the crate that is published for this,
//! `tensorboard-rs`, writes no audio and has stood still since 2023.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::chorale::TrainError;

/// A file that is being written.
#[derive(Debug)]
pub struct EventFile {
    file: File,
    path: PathBuf,
}

impl EventFile {
    /// Begins a file in a folder, which is made where there is none. Each call begins another: TensorBoard shows the
    /// files of a folder as one run.
    ///
    /// # Errors
    /// What the disk refuses.
    pub fn create(folder: &Path) -> Result<Self, TrainError> {
        let refused = |error| TrainError::file("write", folder, error);
        fs::create_dir_all(folder).map_err(refused)?;
        let mut number = seconds() as u64;
        let (file, path) = loop {
            let path = folder.join(format!("events.out.tfevents.{number:010}.pastiche"));
            match File::create_new(&path) {
                Ok(file) => break (file, path),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(refused(error)),
            }
        };
        let mut events = Self { file, path };
        // Field 3: the version of the format.
        events.write(0, &[bytes_field(3, b"brain.Event:2")])?;
        Ok(events)
    }

    /// Adds values of a step under their names.
    ///
    /// # Errors
    /// What the disk refuses.
    pub fn scalars(&mut self, step: u64, values: &[(&str, f32)]) -> Result<(), TrainError> {
        let value = |(name, value): &(&str, f32)| {
            [bytes_field(1, name.as_bytes()), tagged(2, 5, &value.to_le_bytes())].concat()
        };
        let values: Vec<Vec<u8>> = values.iter().map(value).collect();
        self.summary(step, &values)
    }

    /// Adds a sound of a step under its name: a WAV file of one channel with `frames` samples.
    ///
    /// # Errors
    /// What the disk refuses.
    pub fn sound(
        &mut self,
        step: u64,
        name: &str,
        wav: &[u8],
        [rate, frames]: [u32; 2],
    ) -> Result<(), TrainError> {
        let audio = [
            tagged(1, 5, &(rate as f32).to_le_bytes()),
            number_field(2, 1),
            number_field(3, frames.into()),
            bytes_field(4, wav),
            bytes_field(5, b"audio/wav"),
        ]
        .concat();
        // Without the plugin's name what is heard is not found.
        let plugin = bytes_field(1, &bytes_field(1, b"audio"));
        let value =
            [bytes_field(1, name.as_bytes()), bytes_field(6, &audio), bytes_field(9, &plugin)].concat();
        self.summary(step, &[value])
    }

    fn summary(&mut self, step: u64, values: &[Vec<u8>]) -> Result<(), TrainError> {
        let values: Vec<Vec<u8>> = values.iter().map(|value| bytes_field(1, value)).collect();
        self.write(step, &[bytes_field(5, &values.concat())])
    }

    fn write(&mut self, step: u64, fields: &[Vec<u8>]) -> Result<(), TrainError> {
        let head = [tagged(1, 1, &seconds().to_le_bytes()), number_field(2, step)].concat();
        let content = [head, fields.concat()].concat();
        self.file.write_all(&record(&content)).map_err(|error| TrainError::file("write", &self.path, error))
    }
}

/// Seconds since 1970.
fn seconds() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

fn record(content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u64).to_le_bytes();
    [&length[..], &masked(&length), content, &masked(content)].concat()
}

/// The checksum as records have it: turned and moved, so that a checksum of checksums is no trap.
fn masked(bytes: &[u8]) -> [u8; 4] {
    checksum(bytes).rotate_right(15).wrapping_add(0xa282_ead8).to_le_bytes()
}

/// CRC-32C (Castagnoli), bit by bit: a record is written once in some seconds.
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |mut sum: u32, byte| {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = (sum >> 1) ^ (0x82f6_3b78 * (sum & 1));
        }
        sum
    })
}

/// A field of the wire format: its number and its wire type in front of what it holds.
fn tagged(number: u64, wire: u64, content: &[u8]) -> Vec<u8> {
    let mut field = varint(number << 3 | wire);
    field.extend_from_slice(content);
    field
}

fn number_field(number: u64, value: u64) -> Vec<u8> {
    tagged(number, 0, &varint(value))
}

fn bytes_field(number: u64, content: &[u8]) -> Vec<u8> {
    let mut field = tagged(number, 2, &varint(content.len() as u64));
    field.extend_from_slice(content);
    field
}

/// Seven bits a byte, the lowest first.
fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_published_one() {
        assert_eq!(checksum(b"123456789"), 0xe306_9283);
        assert_eq!(checksum(&[0; 32]), 0x8a91_36aa);
        assert_eq!(varint(300), [0xac, 0x02]);
    }

    /// The contents of the records of a file, checked.
    fn contents(bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut rest = bytes;
        let mut contents = Vec::new();
        while !rest.is_empty() {
            let length = u64::from_le_bytes(rest[..8].try_into().unwrap()) as usize;
            assert_eq!(rest[8..12], masked(&rest[..8]));
            assert_eq!(rest[12 + length..16 + length], masked(&rest[12..12 + length]));
            contents.push(rest[12..12 + length].to_vec());
            rest = &rest[16 + length..];
        }
        contents
    }

    #[test]
    fn a_file_says_its_version_and_then_its_steps() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("deep/run");
        let mut events = EventFile::create(&folder).unwrap();
        events.scalars(300, &[("loss", 0.5), ("rate", 0.25)]).unwrap();
        events.sound(300, "sung", b"RIFF", [48_000, 7]).unwrap();
        EventFile::create(&folder).unwrap();
        let mut files: Vec<PathBuf> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert_eq!(files.len(), 2, "a training that goes on writes a file of its own");
        let found = contents(&fs::read(&events.path).unwrap());
        // Behind the time, 9 bytes: the step, and the version or a summary.
        assert_eq!(found[0][9..], *b"\x10\x00\x1a\x0dbrain.Event:2");
        assert_eq!(
            found[1][9..],
            *b"\x10\xac\x02\x2a\x1a\x0a\x0b\x0a\x04loss\x15\0\0\0\x3f\x0a\x0b\x0a\x04rate\x15\0\0\x80\x3e"
        );
        let audio = b"\x0d\0\x80\x3b\x47\x10\x01\x18\x07\x22\x04RIFF\x2a\x09audio/wav";
        let value = [&b"\x0a\x04sung\x32"[..], &[audio.len() as u8], audio, b"\x4a\x09\x0a\x07\x0a\x05audio"]
            .concat();
        let summary = [&[0x0a, value.len() as u8], &value[..]].concat();
        assert_eq!(found[2][9..], [&[0x10, 0xac, 0x02, 0x2a, summary.len() as u8], &summary[..]].concat());
    }
}
