//! Decodes sound files, through Symphonia or `ffmpeg`, to stereo at 48 kHz.

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::{Cursor, ErrorKind};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use pastiche_engine::assets::Asset;
use pastiche_engine::audio::Resampler;
use pastiche_engine::clock::SAMPLE_RATE;
use pastiche_engine::node::{BuildCtx, BuildError};
use symphonia::core::audio::SampleBuffer;
use symphonia::core::codecs::{CODEC_TYPE_NULL, DecoderOptions};
use symphonia::core::errors::Error as Symphonia;
use symphonia::core::formats::FormatOptions;
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;
use symphonia::core::probe::Hint;
use thiserror::Error;

use crate::ffmpeg::{INSTALL, Programs, ReadError, SOUND_CONTAINERS, input_arguments, without_path};
use crate::sound::wave_sizes;

/// Ten minutes.
const MOST_SAMPLES: usize = 600 * SAMPLE_RATE as usize;
/// A little more than ten minutes.
const LONGER_SECS: &str = "601";
/// Eight channels at 48 kHz fit, and two at 192 kHz.
const MOST_BYTES: u64 = 1 << 30;
/// Bytes of a WAV file that holds no sound yet, at most.
const WAVE_HEAD: usize = 200;
/// How long `ffmpeg` may take.
const PATIENCE: Duration = Duration::from_secs(60);
const RATES: std::ops::RangeInclusive<u32> = 1000..=768_000;

/// Why a sound cannot be played.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
enum DecodeError {
    #[error("it is no sound file that can be read: {why}")]
    Unknown { why: String },
    #[error("its format is read by the program `ffmpeg`, and {why}")]
    NoProgram { why: String },
    #[error("it is damaged: {why}")]
    Damaged { why: String },
    #[error("it holds no sound")]
    Silent,
    #[error("invalid sample rate {rate} Hz")]
    Rate { rate: u32 },
    #[error("it is longer than ten minutes")]
    Long,
}

impl DecodeError {
    fn help(&self) -> &'static str {
        match self {
            DecodeError::Unknown { .. } => "save it as WAV, FLAC or Ogg Vorbis",
            DecodeError::NoProgram { .. } => INSTALL,
            DecodeError::Long => "cut it into pieces",
            _ => "save or copy it again",
        }
    }
}

/// Left and right at 48 kHz.
pub(crate) type Sound = Arc<[[f32; 2]]>;

/// The sound of a file that an option names. Where a part of it cannot be read, the node says so and plays the rest.
///
/// # Errors
/// When nothing of it can be played.
pub(crate) fn load(ctx: &BuildCtx<'_>, asset: &Asset, option: &'static str) -> Result<Sound, BuildError> {
    let decoded = decode(&asset.bytes, asset.path.as_deref(), &Programs::default()).map_err(|error| {
        BuildError::new(format!("`{}` cannot be played: {error}", asset.name), error.help()).option(option)
    })?;
    if let Some(damage) = decoded.damage {
        let message = format!("`{}` is damaged: {damage}", asset.name);
        ctx.warn(BuildError::new(message, "save or copy it again").option(option));
    }
    Ok(decoded.sound)
}

/// A sound that can be played.
#[derive(Clone, Debug)]
struct Decoded {
    sound: Sound,
    /// What of the file could not be read.
    damage: Option<String>,
}

/// Decodes a file's content. What Symphonia does not know, `ffmpeg` reads from the file itself.
fn decode(bytes: &Arc<[u8]>, path: Option<&Path>, programs: &Programs) -> Result<Decoded, DecodeError> {
    let raw = match decode_ours(bytes) {
        Err(Refusal::Unknown) => {
            decode_ours(&by_ffmpeg(path, programs)?.into()).map_err(|refusal| match refusal {
                Refusal::Unknown => DecodeError::Silent,
                Refusal::Of(error) => error,
            })?
        }
        Err(Refusal::Of(error)) => return Err(error),
        Ok(raw) => raw,
    };
    if raw.sound.is_empty() {
        return Err(DecodeError::Silent);
    }
    let (rate, damage) = (raw.rate, raw.damage());
    Ok(Decoded { sound: at_engine_rate(raw.sound, rate), damage })
}

/// Why Symphonia does not read a file.
enum Refusal {
    /// It does not know the format.
    Unknown,
    Of(DecodeError),
}

/// A sound at its own rate.
struct Raw {
    sound: Vec<[f32; 2]>,
    rate: u32,
    /// What broke it off.
    broken: Option<String>,
    /// Packets that were left out.
    left_out: usize,
}

impl Raw {
    fn damage(&self) -> Option<String> {
        let secs = self.sound.len() as f64 / f64::from(self.rate);
        match (&self.broken, self.left_out) {
            (Some(why), _) => Some(format!("it breaks off after {secs:.2} s: {why}")),
            (None, 0) => None,
            (None, 1) => Some("a part of it cannot be decoded and is left out".into()),
            (None, count) => Some(format!("{count} parts of it cannot be decoded and are left out")),
        }
    }
}

fn decode_ours(bytes: &Arc<[u8]>) -> Result<Raw, Refusal> {
    let wave = wave_sizes::put_right(bytes);
    let whole: Arc<[u8]> = match wave.bytes {
        Cow::Borrowed(_) => bytes.clone(),
        Cow::Owned(bytes) => bytes.into(),
    };
    // Not every damage is expected by the decoders.
    let decoded = catch_unwind(AssertUnwindSafe(|| decode_all(whole)));
    let gave_up = |_| Err(Refusal::Of(DecodeError::Damaged { why: "its decoder gave up".into() }));
    let mut raw = decoded.unwrap_or_else(gave_up)?;
    if wave.missing > 0 && raw.broken.is_none() {
        raw.broken = Some(format!("{} bytes are missing at its end", wave.missing));
    }
    Ok(raw)
}

fn decode_all(bytes: Arc<[u8]>) -> Result<Raw, Refusal> {
    let stream = MediaSourceStream::new(Box::new(Cursor::new(bytes)), Default::default());
    let (format, meta) = (FormatOptions::default(), MetadataOptions::default());
    let probed = symphonia::default::get_probe().format(&Hint::new(), stream, &format, &meta);
    let mut reader = probed.map_err(unknown)?.format;
    let mut tracks = reader.tracks().iter();
    let track = tracks
        .find(|track| track.codec_params.codec != CODEC_TYPE_NULL)
        .ok_or(Refusal::Of(DecodeError::Silent))?;
    let id = track.id;
    let decoder = symphonia::default::get_codecs().make(&track.codec_params, &DecoderOptions::default());
    let mut decoder = decoder.map_err(unknown)?;
    let (mut sound, mut rate, mut broken, mut left_out) = (Vec::new(), None, None, 0);
    loop {
        let packet = match reader.next_packet() {
            Ok(packet) => packet,
            // That is how the end of a file shows.
            Err(Symphonia::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof => break,
            Err(Symphonia::ResetRequired) => break,
            Err(error) if sound.is_empty() => return Err(damaged(error)),
            // A file that ends too early is played as far as it goes.
            Err(error) => {
                broken = Some(error.to_string());
                break;
            }
        };
        if packet.track_id() != id {
            continue;
        }
        match decoder.decode(&packet) {
            Ok(buffer) => {
                let spec = *buffer.spec();
                let this = *rate.get_or_insert(spec.rate);
                if !RATES.contains(&this) {
                    return Err(Refusal::Of(DecodeError::Rate { rate: this }));
                }
                let channels = spec.channels.count().max(1);
                let mut samples = SampleBuffer::<f32>::new(buffer.capacity() as u64, spec);
                samples.copy_interleaved_ref(buffer);
                sound.extend(samples.samples().chunks_exact(channels).map(stereo));
                if sound.len() as u64 * SAMPLE_RATE / u64::from(this) > MOST_SAMPLES as u64 {
                    return Err(Refusal::Of(DecodeError::Long));
                }
            }
            // One packet that is damaged is left out.
            Err(Symphonia::DecodeError(_)) => left_out += 1,
            Err(error) if sound.is_empty() => return Err(damaged(error)),
            Err(error) => {
                broken = Some(error.to_string());
                break;
            }
        }
    }
    Ok(Raw { sound, rate: rate.unwrap_or(SAMPLE_RATE as u32), broken, left_out })
}

/// The file as a WAV file of 32-bit floats, at its own rate and with its own channels.
fn by_ffmpeg(path: Option<&Path>, programs: &Programs) -> Result<Vec<u8>, DecodeError> {
    let not_known = || DecodeError::Unknown { why: "its format is not known".into() };
    let path = path.ok_or_else(not_known)?;
    let mut arguments: Vec<OsString> = vec!["-nostdin".into()];
    arguments.extend(input_arguments(path, SOUND_CONTAINERS));
    arguments.extend(["-map", "0:a:0", "-vn", "-sn", "-dn", "-t", LONGER_SECS].map(OsString::from));
    arguments.extend(["-c:a", "pcm_f32le", "-f", "wav", "pipe:1"].map(OsString::from));
    match programs.read(&programs.ffmpeg, &arguments, MOST_BYTES, PATIENCE) {
        Ok(bytes) => Ok(bytes),
        Err(ReadError::NoProgram(why)) => Err(DecodeError::NoProgram { why }),
        Err(ReadError::Failed { complaint, bytes }) if bytes.len() > WAVE_HEAD => {
            tracing::debug!("{}: {complaint}", path.display());
            Ok(bytes)
        }
        Err(ReadError::Failed { complaint, .. }) => {
            let why = without_path(&complaint, path);
            Err(if why.contains("matches no streams") {
                DecodeError::Silent
            } else {
                DecodeError::Unknown { why }
            })
        }
    }
}

fn unknown(error: Symphonia) -> Refusal {
    match error {
        // No format is found in what ends before one begins.
        Symphonia::Unsupported(_) | Symphonia::IoError(_) => Refusal::Unknown,
        error => damaged(error),
    }
}

fn damaged(error: Symphonia) -> Refusal {
    Refusal::Of(DecodeError::Damaged { why: error.to_string() })
}

/// One channel goes to both sides; of more than two, every other one to each. What is no number is
/// silence.
fn stereo(channels: &[f32]) -> [f32; 2] {
    let side = |first: usize| {
        let members = channels.iter().skip(first).step_by(2);
        let count = members.len().max(1) as f32;
        let sum: f32 =
            members.map(|sample| if sample.is_finite() { sample.clamp(-8.0, 8.0) } else { 0.0 }).sum();
        sum / count
    };
    match channels {
        [_] => [side(0); 2],
        _ => [side(0), side(1)],
    }
}

fn at_engine_rate(sound: Vec<[f32; 2]>, rate: u32) -> Sound {
    if u64::from(rate) == SAMPLE_RATE {
        return sound.into();
    }
    let mut resampler = Resampler::new(rate, SAMPLE_RATE as u32);
    let samples = (sound.len() as u64 * SAMPLE_RATE).div_ceil(u64::from(rate)) as usize;
    let mut samples_in = sound.iter();
    let mut pull = || samples_in.next().copied().unwrap_or_default();
    resampler.look_ahead(&mut pull);
    (0..samples).map(|_| resampler.next(&mut pull)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sounds::wav;
    use pastiche_testing::{Means, need};

    fn decoded(bytes: Vec<u8>) -> Result<Sound, DecodeError> {
        decode(&bytes.into(), None, &Programs::default()).map(|decoded| decoded.sound)
    }

    #[test]
    fn any_rate_and_any_number_of_channels_becomes_stereo_at_48_khz() {
        for rate in [8000, 22_050, 44_100, 48_000, 96_000, 192_000] {
            for channels in [1, 2, 6, 8] {
                let sound = decoded(wav(rate, channels, rate as usize / 10)).unwrap();
                assert_eq!(sound.len(), 4800, "{rate} Hz");
                for at in [1000, 2345, 3999] {
                    let exact = 0.5 * (at as f32 / 48_000.0 * 440.0 * std::f32::consts::TAU).sin();
                    let [left, right] = sound[at];
                    assert!(
                        (left - exact).abs() < 0.01,
                        "{rate} Hz, {channels} channels: {left} for {exact}"
                    );
                    assert!((right - if channels == 1 { exact } else { -exact }).abs() < 0.01);
                }
            }
        }
    }

    #[test]
    fn says_what_is_wrong() {
        let unknown = DecodeError::Unknown { why: "its format is not known".into() };
        assert_eq!(decoded(Vec::new()), Err(unknown.clone()));
        assert_eq!(decoded(b"It was a dark and stormy night.".to_vec()), Err(unknown));
        assert_eq!(decoded(wav(48_000, 1, 0)), Err(DecodeError::Silent));
        assert_eq!(decoded(wav(10, 1, 10)), Err(DecodeError::Rate { rate: 10 }));
        let whole = wav(48_000, 1, 4800);
        let cut = decode(&whole[..4844].into(), None, &Programs::default()).unwrap();
        assert_eq!(cut.sound.len(), 2400);
        assert_eq!(
            cut.damage.as_deref(),
            Some("it breaks off after 0.05 s: 4800 bytes are missing at its end")
        );
    }

    #[test]
    fn other_formats_are_read_by_ffmpeg() {
        if need(Means::Ffmpeg, crate::ffmpeg::check(&Programs::default())).is_none() {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let from = folder.path().join("from.wav");
        std::fs::write(&from, wav(48_000, 2, 48_000)).unwrap();
        let cases: [(&str, &[&str]); 6] = [
            ("a.aiff", &[]),
            ("a.mp3", &["-c:a", "libmp3lame"]),
            ("a.m4a", &["-c:a", "aac"]),
            ("a.opus", &["-c:a", "libopus"]),
            ("ima.wav", &["-c:a", "adpcm_ima_wav"]),
            ("ms.wav", &["-c:a", "adpcm_ms"]),
        ];
        for (name, codec) in cases {
            let path = folder.path().join(name);
            let mut command = std::process::Command::new(crate::ffmpeg::FFMPEG);
            command.args(["-loglevel", "error", "-y", "-i"]).arg(&from).args(codec).arg(&path);
            assert!(command.status().unwrap().success(), "{name}");
            let bytes: Arc<[u8]> = std::fs::read(&path).unwrap().into();
            let sound = decode(&bytes, Some(&path), &Programs::default()).unwrap().sound;
            assert!(sound.len().abs_diff(48_000) < 2500, "{name}: {} samples", sound.len());
            let exact = |at: usize| 0.5 * (at as f32 / 48_000.0 * 440.0 * std::f32::consts::TAU).sin();
            let squares = |sample: &dyn Fn(usize) -> f32| {
                (10_000..40_000).map(|at| f64::from(sample(at)).powi(2)).sum::<f64>()
            };
            let power = squares(&|at| sound[at][0]);
            assert!((power / squares(&exact) - 1.0).abs() < 0.1, "{name}: {power}");
            let none = decode(&bytes, Some(&path), &missing());
            assert!(matches!(none, Err(DecodeError::NoProgram { .. })), "{name}: {none:?}");
        }
        let path = folder.path().join("words.mp3");
        std::fs::write(&path, "It was a dark and stormy night.").unwrap();
        let bytes: Arc<[u8]> = std::fs::read(&path).unwrap().into();
        let error = decode(&bytes, Some(&path), &Programs::default()).unwrap_err();
        let text = error.to_string();
        assert!(
            text.starts_with("it is no sound file that can be read") && !text.contains("words.mp3"),
            "{text}"
        );
    }

    fn missing() -> Programs {
        Programs { ffmpeg: "no-such-ffmpeg".into(), ffprobe: "no-such-ffprobe".into() }
    }

    #[test]
    fn broken_files_never_panic() {
        let whole = wav(44_100, 2, 300);
        let mut noise = crate::sound::voices::Noise::new(7);
        let mut random = || (noise.next().abs() * 1e6) as usize;
        for _ in 0..600 {
            let mut bytes = whole[..random() % (whole.len() + 1)].to_vec();
            for _ in 0..random() % 4 {
                if !bytes.is_empty() {
                    let place = random() % bytes.len().min(60);
                    bytes[place] = random() as u8;
                }
            }
            if let Ok(sound) = decoded(bytes) {
                assert!(sound.iter().flatten().all(|sample| sample.is_finite()));
            }
        }
    }
}
