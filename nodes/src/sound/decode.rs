//! Decodes sound files through Symphonia, to stereo at 48 kHz.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use pastiche_engine::audio::Resampler;
use pastiche_engine::clock::SAMPLE_RATE;
use symphonia::core::audio::SampleBuffer;
use symphonia::core::codecs::{CODEC_TYPE_NULL, DecoderOptions};
use symphonia::core::errors::Error as Symphonia;
use symphonia::core::formats::FormatOptions;
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;
use symphonia::core::probe::Hint;
use thiserror::Error;

/// Ten minutes.
const MOST_SAMPLES: usize = 600 * SAMPLE_RATE as usize;
const RATES: std::ops::RangeInclusive<u32> = 1000..=768_000;

/// Why a sound cannot be played.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum DecodeError {
    #[error("it is no WAV, FLAC or Ogg Vorbis file")]
    Unknown,
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
    pub(crate) fn help(&self) -> &'static str {
        match self {
            DecodeError::Unknown => "save it as WAV, FLAC or Ogg Vorbis",
            DecodeError::Long => "cut it into pieces",
            _ => "save or copy it again",
        }
    }
}

/// Left and right at 48 kHz.
pub(crate) type Sound = Arc<[[f32; 2]]>;

pub(crate) fn decode(bytes: Arc<[u8]>) -> Result<Sound, DecodeError> {
    // Not every damage is expected by the decoders.
    let decoded = catch_unwind(AssertUnwindSafe(|| decode_all(bytes)));
    let (sound, rate) =
        decoded.unwrap_or_else(|_| Err(DecodeError::Damaged { why: "its decoder gave up".into() }))?;
    if sound.is_empty() {
        return Err(DecodeError::Silent);
    }
    Ok(at_engine_rate(sound, rate))
}

fn decode_all(bytes: Arc<[u8]>) -> Result<(Vec<[f32; 2]>, u32), DecodeError> {
    let stream = MediaSourceStream::new(Box::new(Cursor::new(bytes)), Default::default());
    let (format, meta) = (FormatOptions::default(), MetadataOptions::default());
    let probed = symphonia::default::get_probe().format(&Hint::new(), stream, &format, &meta);
    let mut reader = probed.map_err(|_| DecodeError::Unknown)?.format;
    let mut tracks = reader.tracks().iter();
    let track =
        tracks.find(|track| track.codec_params.codec != CODEC_TYPE_NULL).ok_or(DecodeError::Silent)?;
    let id = track.id;
    let decoder = symphonia::default::get_codecs().make(&track.codec_params, &DecoderOptions::default());
    let mut decoder = decoder.map_err(damaged)?;
    let (mut sound, mut rate) = (Vec::new(), None);
    loop {
        let packet = match reader.next_packet() {
            Ok(packet) => packet,
            // A file that ends too early is played as far as it goes.
            Err(Symphonia::IoError(_) | Symphonia::ResetRequired) => break,
            Err(error) if sound.is_empty() => return Err(damaged(error)),
            Err(_) => break,
        };
        if packet.track_id() != id {
            continue;
        }
        match decoder.decode(&packet) {
            Ok(buffer) => {
                let spec = *buffer.spec();
                let this = *rate.get_or_insert(spec.rate);
                if !RATES.contains(&this) {
                    return Err(DecodeError::Rate { rate: this });
                }
                let channels = spec.channels.count().max(1);
                let mut samples = SampleBuffer::<f32>::new(buffer.capacity() as u64, spec);
                samples.copy_interleaved_ref(buffer);
                sound.extend(samples.samples().chunks_exact(channels).map(stereo));
                if sound.len() as u64 * SAMPLE_RATE / u64::from(this) > MOST_SAMPLES as u64 {
                    return Err(DecodeError::Long);
                }
            }
            // One packet that is damaged is left out.
            Err(Symphonia::DecodeError(_)) => {}
            Err(error) if sound.is_empty() => return Err(damaged(error)),
            Err(_) => break,
        }
    }
    Ok((sound, rate.unwrap_or(SAMPLE_RATE as u32)))
}

fn damaged(error: Symphonia) -> DecodeError {
    DecodeError::Damaged { why: error.to_string() }
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

    #[test]
    fn any_rate_and_any_number_of_channels_becomes_stereo_at_48_khz() {
        for rate in [8000, 22_050, 44_100, 48_000, 96_000, 192_000] {
            for channels in [1, 2, 6, 8] {
                let sound = decode(wav(rate, channels, rate as usize / 10).into()).unwrap();
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
        assert_eq!(decode(Arc::new([])), Err(DecodeError::Unknown));
        assert_eq!(decode(b"It was a dark and stormy night.".to_vec().into()), Err(DecodeError::Unknown));
        assert_eq!(decode(wav(48_000, 1, 0).into()), Err(DecodeError::Silent));
        assert_eq!(decode(wav(10, 1, 10).into()), Err(DecodeError::Rate { rate: 10 }));
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
            if let Ok(sound) = decode(bytes.into()) {
                assert!(sound.iter().flatten().all(|sample| sample.is_finite()));
            }
        }
    }
}
