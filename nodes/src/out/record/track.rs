//! The sound of one recording, as long as its pictures.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use hound::{SampleFormat, WavSpec, WavWriter};
use pastiche_engine::clock::SAMPLE_RATE;

/// Sound that may wait for its pictures, in samples; sound and pictures go the same way, so that it is
/// far less.
const MOST_PENDING: usize = 30 * SAMPLE_RATE as usize;

/// Sound that is being written beside its pictures. What was not heard is silence in its place.
pub(super) struct Track {
    file: Option<Sink>,
    unfinished: PathBuf,
    /// Transport time of its first sample, and of the one behind its last as far as there are pictures.
    start: u64,
    end: u64,
    written: u64,
    /// Heard, and ahead of the pictures.
    pending: VecDeque<[f32; 2]>,
}

enum Sink {
    /// Left and right in turn, 32-bit floats, little end first.
    Raw(BufWriter<File>),
    Wave(WavWriter<BufWriter<File>>),
}

impl Track {
    /// A file without a head, for another program to read.
    pub(super) fn raw(unfinished: PathBuf, start: u64) -> io::Result<Track> {
        let file = create(&unfinished)?;
        Ok(Track::new(Sink::Raw(file), unfinished, start))
    }

    /// A WAV file of 32-bit floats.
    pub(super) fn wave(unfinished: PathBuf, start: u64) -> io::Result<Track> {
        let spec = WavSpec {
            channels: 2,
            sample_rate: SAMPLE_RATE as u32,
            bits_per_sample: 32,
            sample_format: SampleFormat::Float,
        };
        let file = WavWriter::new(create(&unfinished)?, spec).map_err(told)?;
        Ok(Track::new(Sink::Wave(file), unfinished, start))
    }

    fn new(file: Sink, unfinished: PathBuf, start: u64) -> Track {
        Track { file: Some(file), unfinished, start, end: start, written: 0, pending: VecDeque::new() }
    }

    /// Takes what was heard from a transport time on; what comes too early or too late is left out.
    pub(super) fn hear(&mut self, at: u64, samples: &[[f32; 2]]) -> io::Result<()> {
        let next = self.start + self.written + self.pending.len() as u64;
        let missing = at.saturating_sub(next).min(MOST_PENDING as u64) as usize;
        let early = next.saturating_sub(at).min(samples.len() as u64) as usize;
        let room = MOST_PENDING.saturating_sub(self.pending.len());
        let silence = std::iter::repeat_n([0.0; 2], missing);
        self.pending.extend(silence.chain(samples[early..].iter().copied()).take(room));
        self.extend_to(self.end)
    }

    /// The pictures have come so far.
    pub(super) fn extend_to(&mut self, end: u64) -> io::Result<()> {
        self.end = end;
        let room = end.saturating_sub(self.start + self.written);
        let ready = (self.pending.len() as u64).min(room) as usize;
        self.write(ready)
    }

    /// A stretch of time that is in no picture is in no sound.
    pub(super) fn skip(&mut self, samples: u64) {
        self.start += samples;
        let gone = samples.min(self.pending.len() as u64) as usize;
        self.pending.drain(..gone);
    }

    /// How long it is, in seconds.
    pub(super) fn secs(&self) -> f64 {
        self.end.saturating_sub(self.start) as f64 / SAMPLE_RATE as f64
    }

    /// Whether all of it has been heard.
    pub(super) fn is_full(&self) -> bool {
        self.start + self.written >= self.end
    }

    /// Fills what is missing with silence. Where the file is, which stays whatever becomes of its end, and
    /// whether it is whole.
    pub(super) fn close(mut self) -> (PathBuf, io::Result<()>) {
        let missing = self.end.saturating_sub(self.start + self.written + self.pending.len() as u64);
        self.pending.extend(std::iter::repeat_n([0.0; 2], missing as usize));
        let ended = self.extend_to(self.end).and_then(|()| match self.file.take() {
            Some(Sink::Raw(mut file)) => file.flush(),
            Some(Sink::Wave(file)) => file.finalize().map_err(told),
            None => Ok(()),
        });
        (std::mem::take(&mut self.unfinished), ended)
    }

    /// As `close`, and a file that is not whole is removed.
    fn finish(self) -> io::Result<PathBuf> {
        let (path, ended) = self.close();
        ended.map(|()| path.clone()).inspect_err(|_| {
            // The fault that led here is what is reported.
            let _ = fs::remove_file(&path);
        })
    }

    fn write(&mut self, samples: usize) -> io::Result<()> {
        for sample in self.pending.drain(..samples).flatten() {
            match &mut self.file {
                Some(Sink::Raw(file)) => file.write_all(&sample.to_le_bytes())?,
                Some(Sink::Wave(file)) => file.write_sample(sample).map_err(told)?,
                None => {}
            }
        }
        self.written += samples as u64;
        Ok(())
    }
}

impl Drop for Track {
    fn drop(&mut self) {
        if self.unfinished != Path::new("") {
            self.file = None;
            // The fault that led here is what is reported.
            let _ = fs::remove_file(&self.unfinished);
        }
    }
}

/// Makes a WAV file of a raw one.
pub(super) fn wave_of(raw: &Path, wave: &Path) -> io::Result<()> {
    let mut raw = BufReader::new(File::open(raw)?);
    let mut out = Track::wave(wave.to_owned(), 0)?;
    let mut samples = vec![[0.0; 2]; SAMPLE_RATE as usize];
    loop {
        let mut bytes = Vec::new();
        raw.by_ref().take(8 * samples.len() as u64).read_to_end(&mut bytes)?;
        let read = bytes.chunks_exact(8).map(|pair| [sample(&pair[..4]), sample(&pair[4..])]);
        let length = samples.iter_mut().zip(read).map(|(sample, read)| *sample = read).count();
        if length == 0 {
            return out.finish().map(drop);
        }
        out.hear(out.end, &samples[..length])?;
        out.extend_to(out.end + length as u64)?;
    }
}

fn sample(bytes: &[u8]) -> f32 {
    bytes.try_into().map_or(0.0, f32::from_le_bytes)
}

fn create(path: &Path) -> io::Result<BufWriter<File>> {
    OpenOptions::new().write(true).create(true).truncate(true).open(path).map(BufWriter::new)
}

fn told(error: hound::Error) -> io::Error {
    match error {
        hound::Error::IoError(error) => error,
        other => io::Error::other(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(track: Track) -> Vec<f32> {
        let path = track.finish().unwrap();
        let bytes = fs::read(path).unwrap();
        let samples = bytes.chunks_exact(8).map(|pair| f32::from_le_bytes(pair[..4].try_into().unwrap()));
        samples.collect()
    }

    fn count(from: usize, samples: usize) -> Vec<[f32; 2]> {
        (from..from + samples).map(|at| [at as f32; 2]).collect()
    }

    #[test]
    fn every_sample_stands_at_its_time_and_what_is_missing_is_silence() {
        let folder = tempfile::tempdir().unwrap();
        let mut track = Track::raw(folder.path().join("a"), 100).unwrap();
        track.hear(90, &count(90, 20)).unwrap();
        track.extend_to(104).unwrap();
        assert!(track.is_full());
        // Six samples are lost, and two come twice.
        track.hear(116, &count(116, 4)).unwrap();
        track.hear(118, &count(118, 4)).unwrap();
        track.extend_to(125).unwrap();
        assert!(!track.is_full());
        let expected: Vec<f32> = (100..125)
            .map(|at| if (110..116).contains(&at) || at >= 122 { 0.0 } else { at as f32 })
            .collect();
        assert_eq!(heard(track), expected);
    }

    #[test]
    fn what_is_in_no_picture_is_in_no_sound() {
        let folder = tempfile::tempdir().unwrap();
        let mut track = Track::raw(folder.path().join("a"), 0).unwrap();
        track.hear(0, &count(0, 10)).unwrap();
        track.extend_to(10).unwrap();
        // Already there when the gap is noticed.
        track.hear(10, &count(10, 5)).unwrap();
        track.skip(1000);
        track.hear(10, &count(10, 1005)).unwrap();
        track.extend_to(1020).unwrap();
        let expected: Vec<f32> = (0..10).chain(1010..1015).map(|at| at as f32).chain([0.0; 5]).collect();
        assert_eq!(heard(track), expected);
    }

    #[test]
    fn a_raw_file_becomes_a_wav_file() {
        let folder = tempfile::tempdir().unwrap();
        let mut track = Track::raw(folder.path().join("raw"), 0).unwrap();
        track.hear(0, &count(0, 100_000)).unwrap();
        track.extend_to(100_000).unwrap();
        let wave = folder.path().join("a.wav");
        wave_of(&track.finish().unwrap(), &wave).unwrap();
        let mut reader = hound::WavReader::open(wave).unwrap();
        let samples: Vec<f32> = reader.samples().map(Result::unwrap).collect();
        assert_eq!((samples.len(), samples[1], samples[199_999]), (200_000, 0.0, 99_999.0));
    }

    #[test]
    fn one_that_is_given_up_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        drop(Track::wave(path.clone(), 0).unwrap());
        assert!(!path.exists());
    }
}
