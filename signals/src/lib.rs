//! The arithmetic of sound: samples in, samples or numbers out. Knows no engine, no node, no device.
//!
//! It is a crate of its own so that it is optimised where everything else is compiled fast, and so
//! that it can be used, measured and tested alone. What runs on an audio thread allocates only while
//! it is made, has no latency, and works sample by sample: how time is cut into blocks is never heard.

mod beats;
mod chorus;
mod chroma;
mod delay;
mod distortion;
mod dynamics;
mod equaliser;
mod filter;
mod hops;
mod line;
mod loudness;
mod onsets;
mod oversample;
mod pitch;
mod reverb;
mod spectrum;

pub use beats::{BeatTracker, FASTEST_BPM, SLOWEST_BPM};
pub use chorus::{Chorus, ChorusSettings};
pub use chroma::Chroma;
pub use delay::{Delay, DelaySettings, MOST_DELAY_SECS};
pub use distortion::{Distortion, DistortionSettings};
pub use dynamics::{Compressor, CompressorSettings, Gate, GateSettings, Limiter, LimiterSettings};
pub use equaliser::{Equaliser, EqualiserSettings};
pub use filter::{Filter, HIGHEST_HZ, LOWEST_HZ, MOST_RESONANCE, Response};
pub use loudness::{Loudness, SILENCE_LUFS};
pub use onsets::Onsets;
pub use pitch::Pitch;
pub use reverb::{Reverb, ReverbSettings};
pub use spectrum::{SPECTRUM_HOP, Spectrum, looks_in};

/// Samples a second, everywhere.
pub const SAMPLE_RATE: f64 = 48_000.0;

/// One sample: left and right, 1.0 is full scale.
pub type Stereo = [f32; 2];

/// The ratio that this many decibels are.
pub fn ratio_of(decibels: f64) -> f64 {
    10.0_f64.powf(decibels / 20.0)
}

/// The decibels of a ratio; a tiny one, and none, are -200.
pub fn decibels_of(ratio: f64) -> f64 {
    20.0 * ratio.abs().max(1e-10).log10()
}

/// How much of the way a value goes with each sample that has gone 63% of it after this many seconds.
pub(crate) fn step_of(secs: f64) -> f64 {
    1.0 - (-1.0 / (secs * SAMPLE_RATE).max(1e-3)).exp()
}

/// The nearest value between -2 and 2: itself up to full scale, then softer and softer.
pub(crate) fn soft(value: f32) -> f32 {
    let magnitude = value.abs();
    if magnitude <= 1.0 { value } else { (2.0 - 1.0 / magnitude).copysign(value) }
}

#[cfg(test)]
mod test_signals;
