//! How loud each part of the spectrum is.

use crate::hops::{Fourier, Hops};
use crate::{SAMPLE_RATE, Stereo, step_of};

const WINDOW: usize = 4096;

/// Samples from one look to the next, 11 ms.
pub const SPECTRUM_HOP: usize = 512;

/// Power of a sine spread over the bins of a Hann window, against that of its own bin.
const SPREAD: f64 = 1.5;

/// The spectrum of the last 85 ms, every 11 ms: rises at once, falls slowly.
pub struct Spectrum {
    hops: Hops,
    fourier: Fourier,
    /// Power at each frequency.
    powers: Box<[f64]>,
}

impl Default for Spectrum {
    fn default() -> Spectrum {
        let powers = vec![0.0; WINDOW / 2 + 1].into();
        Spectrum { hops: Hops::new(WINDOW, SPECTRUM_HOP), fourier: Fourier::new(WINDOW), powers }
    }
}

impl Spectrum {
    /// Takes in sound, and calls `look` every 11 ms. What falls is 63% gone after `release_secs`.
    pub fn hear(&mut self, sound: &[Stereo], release_secs: f64, mut look: impl FnMut(&Spectrum)) {
        let step = 1.0 - (1.0 - step_of(release_secs)).powf(SPECTRUM_HOP as f64);
        for sample in sound {
            if self.hops.push(*sample) {
                let strengths = self.fourier.strengths(self.hops.newest(WINDOW));
                for (power, strength) in self.powers.iter_mut().zip(strengths) {
                    let now = f64::from(*strength).powi(2);
                    *power = if now > *power { now } else { *power + (now - *power) * step };
                }
                look(self);
            }
        }
    }

    /// The level of what lies between two frequencies; a sine at full scale between them has 1.
    pub fn level(&self, low_hz: f64, high_hz: f64) -> f64 {
        let step = self.fourier.step_hz();
        let last = self.powers.len() as f64 - 1.0;
        // A bin reaches half a step to each side.
        let (low, high) =
            ((low_hz / step + 0.5).clamp(0.0, last), (high_hz / step + 0.5).clamp(0.0, last + 1.0));
        let mut power = 0.0;
        for bin in low.floor() as usize..(high.ceil() as usize).min(self.powers.len()) {
            let share = (high.min(bin as f64 + 1.0) - low.max(bin as f64)).max(0.0);
            power += self.powers[bin] * share;
        }
        (power / SPREAD).sqrt()
    }

    /// The level around a frequency, over this many octaves, but at least as wide as the transform separates.
    pub fn level_around(&self, hz: f64, octaves: f64) -> f64 {
        let half = (octaves / 2.0).exp2();
        let least = 2.0 * self.fourier.step_hz();
        self.level((hz / half).min(hz - least), (hz * half).max(hz + least))
    }

    /// The level at a frequency, between the two nearest bins: for pictures.
    pub fn level_at(&self, hz: f64) -> f64 {
        let place = (hz / self.fourier.step_hz()).clamp(0.0, self.powers.len() as f64 - 1.0);
        let (below, above) = (place.floor() as usize, place.ceil() as usize);
        let share = place - place.floor();
        (self.powers[below] * (1.0 - share) + self.powers[above] * share).sqrt()
    }
}

/// How many looks fit into this many seconds.
pub fn looks_in(secs: f64) -> f64 {
    secs * SAMPLE_RATE / SPECTRUM_HOP as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decibels_of;
    use crate::test_signals::{noise, sine};

    fn heard(sound: impl Iterator<Item = f32>, release_secs: f64) -> Spectrum {
        let mut spectrum = Spectrum::default();
        let sound: Vec<Stereo> = sound.map(|sample| [sample; 2]).collect();
        sound.chunks(801).for_each(|frame| spectrum.hear(frame, release_secs, |_| {}));
        spectrum
    }

    #[test]
    fn a_sweep_has_its_level_in_its_band_alone() {
        for hz in [60.0, 123.4, 800.0, 1234.5, 6000.0, 15_000.0] {
            let spectrum = heard(sine(hz, 0.5, 24_000), 0.0);
            for (low, high) in [(20.0, 250.0), (250.0, 4000.0), (4000.0, 20_000.0)] {
                let level = decibels_of(spectrum.level(low, high) / 0.5);
                if (low..high).contains(&hz) {
                    assert!(level.abs() < 0.1, "{hz} in {low}: {level} dB");
                } else {
                    assert!(level < -40.0, "{hz} in {low}: {level} dB");
                }
            }
            let own = decibels_of(spectrum.level_around(hz, 1.0 / 3.0) / 0.5);
            assert!(own.abs() < 0.5, "{hz}: {own} dB");
        }
    }

    #[test]
    fn noise_is_as_loud_as_its_power() {
        // A third of white noise's power lies in a third of its band.
        let spectrum = heard(noise(1, 240_000), 2.0);
        let whole = spectrum.level(0.0, 24_000.0) / spectrum.level(8000.0, 16_000.0);
        assert!((decibels_of(whole) - 4.77).abs() < 0.6, "{}", decibels_of(whole));
    }

    #[test]
    fn it_falls_in_its_time() {
        let sound = sine(1000.0, 0.5, 24_000).chain((0..4096 + 24_000).map(|_| 0.0));
        let spectrum = heard(sound, 0.25);
        // Power falls for half a second and what it takes the window to empty: to 13%.
        let level = decibels_of(spectrum.level(500.0, 2000.0) / 0.5);
        assert!((-10.5..-8.0).contains(&level), "{level} dB");
    }
}
