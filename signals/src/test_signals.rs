//! Signals whose truth is known, and measures of them.

use std::f64::consts::TAU;

use crate::{SAMPLE_RATE, decibels_of};

pub(crate) fn sine(hz: f64, level: f64, samples: usize) -> impl Iterator<Item = f32> {
    (0..samples).map(move |sample| (level * (TAU * hz * sample as f64 / SAMPLE_RATE).sin()) as f32)
}

/// White noise between -1 and 1, the same for the same seed.
pub(crate) fn noise(seed: u64, samples: usize) -> impl Iterator<Item = f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..samples).map(move |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    })
}

/// An impulse, and silence behind it.
pub(crate) fn impulse(samples: usize) -> impl Iterator<Item = f32> {
    (0..samples).map(|sample| if sample == 0 { 1.0 } else { 0.0 })
}

/// Root mean square in decibels behind this many samples.
pub(crate) fn level_after(sound: impl Iterator<Item = f32>, samples: usize) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for sample in sound.skip(samples) {
        sum += f64::from(sample).powi(2);
        count += 1.0;
    }
    decibels_of((sum / f64::max(count, 1.0)).sqrt())
}

/// The greatest magnitude; not a number where one sample is none.
pub(crate) fn peak(sound: impl IntoIterator<Item = f32>) -> f32 {
    let magnitudes = sound.into_iter().map(f32::abs);
    magnitudes.fold(0.0, |most: f32, loud| if most.is_nan() || loud <= most { most } else { loud })
}

/// Plucked notes at these seconds, one pitch after the other.
pub(crate) fn plucks(times: &[f64], secs: f64, pitches: &[f64]) -> Vec<f32> {
    let mut sound = vec![0.0; (secs * SAMPLE_RATE) as usize];
    for (number, time) in times.iter().enumerate() {
        let (start, hz) = ((time * SAMPLE_RATE) as usize, pitches[number % pitches.len()]);
        for (position, sample) in sound.iter_mut().skip(start).enumerate().take(24_000) {
            let along = position as f64 / SAMPLE_RATE;
            let attack = (along / 0.002).min(1.0);
            let overtones: f64 =
                (1..6).map(|order| (TAU * hz * f64::from(order) * along).sin() / f64::from(order)).sum();
            *sample += (0.3 * attack * (-along * 12.0).exp() * overtones) as f32;
        }
    }
    sound
}
