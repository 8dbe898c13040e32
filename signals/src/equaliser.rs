//! Three bands, louder or softer.

use crate::filter::{Integrators, warped};
use crate::{Stereo, ratio_of};

/// Half an octave to each side.
const Q: f64 = 0.9;

/// How the bands stand.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EqualiserSettings {
    /// Gain of lows, middle and highs in decibels.
    pub gains_db: [f64; 3],
    /// Middle of the low shelf, of the bell and of the high shelf.
    pub frequencies_hz: [f64; 3],
}

/// A low shelf, a bell and a high shelf (Simper, "Solving the continuous SVF equations", 2013).
/// What stands at 0 dB changes no sample.
#[derive(Clone, Debug, Default)]
pub struct Equaliser {
    settings: EqualiserSettings,
    bands: [Band; 3],
}

#[derive(Clone, Copy, Debug, Default)]
struct Band {
    channels: [Integrators; 2],
    g: f64,
    k: f64,
    /// Shares of the input, the band and the low part.
    shares: [f64; 3],
}

impl Equaliser {
    /// One sample.
    pub fn tick(&mut self, sound: Stereo, settings: &EqualiserSettings) -> Stereo {
        if *settings != self.settings {
            self.settings = *settings;
            self.tune();
        }
        let mut out = sound;
        for (channel, sample) in out.iter_mut().enumerate() {
            let mut value = f64::from(*sample);
            for band in &mut self.bands {
                let [middle, low] = band.channels[channel].tick(value, band.g, band.k);
                value = band.shares[0] * value + band.shares[1] * middle + band.shares[2] * low;
            }
            *sample = value as f32;
        }
        out
    }

    fn tune(&mut self) {
        let EqualiserSettings { gains_db, frequencies_hz } = self.settings;
        for (position, band) in self.bands.iter_mut().enumerate() {
            // The square root of the gain.
            let a = ratio_of(gains_db[position] / 2.0);
            let g = warped(frequencies_hz[position]);
            (band.g, band.k, band.shares) = match position {
                0 => (g / a.sqrt(), 1.0 / Q, [1.0, (a - 1.0) / Q, a * a - 1.0]),
                1 => (g, 1.0 / (Q * a), [1.0, (a * a - 1.0) / (Q * a), 0.0]),
                _ => (g * a.sqrt(), 1.0 / Q, [a * a, (1.0 - a) * a / Q, 1.0 - a * a]),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_signals::{level_after, noise, sine};

    const FREQUENCIES: [f64; 3] = [200.0, 1000.0, 4000.0];

    fn gain(gains_db: [f64; 3], hz: f64) -> f64 {
        let (mut equaliser, settings) =
            (Equaliser::default(), EqualiserSettings { gains_db, frequencies_hz: FREQUENCIES });
        let out = sine(hz, 0.1, 96_000).map(|sample| equaliser.tick([sample; 2], &settings)[1]);
        level_after(out, 48_000) - level_after(sine(hz, 0.1, 96_000), 48_000)
    }

    #[test]
    fn each_band_has_its_gain_and_leaves_the_others_alone() {
        for gain_db in [-24.0, -6.0, 12.0] {
            for (band, hz) in [30.0, 1000.0, 20_000.0].into_iter().enumerate() {
                let mut gains = [0.0; 3];
                gains[band] = gain_db;
                let measured = gain(gains, hz);
                assert!((measured - gain_db).abs() < 0.04 * gain_db.abs(), "band {band}: {measured} dB");
                for other in [30.0, 20_000.0].into_iter().filter(|other| *other != hz) {
                    assert!(gain(gains, other).abs() < 0.5, "band {band} at {other}: {}", gain(gains, other));
                }
            }
        }
    }

    #[test]
    fn flat_changes_no_sample() {
        let (mut equaliser, settings) =
            (Equaliser::default(), EqualiserSettings { gains_db: [0.0; 3], frequencies_hz: FREQUENCIES });
        for sample in noise(1, 10_000) {
            assert_eq!(equaliser.tick([sample, -sample], &settings), [sample, -sample]);
        }
    }
}
