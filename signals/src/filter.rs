//! A filter whose cutoff and resonance may move with every sample.

use std::f64::consts::PI;

use crate::{SAMPLE_RATE, Stereo};

/// The lowest cutoff.
pub const LOWEST_HZ: f64 = 1.0;

/// The highest cutoff.
pub const HIGHEST_HZ: f64 = 23_000.0;

/// The most resonance: far past the point where the filter sings by itself.
pub const MOST_RESONANCE: f64 = 1.25;

/// Where the band inside begins to be held down, so that resonance never runs away.
const LOUD: f64 = 1.0;

/// What passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Response {
    /// What is below the cutoff.
    Low,
    /// What is above it.
    High,
    /// What is around it.
    Band,
    /// All but what is around it.
    Notch,
}

/// Two integrators in a loop, trapezoidal (Simper, "Solving the continuous SVF equations using
/// trapezoidal integration and equivalent currents", 2013).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Integrators([f64; 2]);

impl Integrators {
    /// The band and the low part of a sample; `g` is the warped cutoff, `k` the damping.
    pub(crate) fn tick(&mut self, sample: f64, g: f64, k: f64) -> [f64; 2] {
        let [first, second] = self.0;
        let a1 = 1.0 / (1.0 + g * (g + k));
        let rest = sample - second;
        let band = a1 * (first + g * rest);
        let low = second + g * band;
        self.0 = [2.0 * band - first, 2.0 * low - second];
        [band, low]
    }
}

/// The warped cutoff: the filter is exact at this frequency.
pub(crate) fn warped(hz: f64) -> f64 {
    (PI * hz.clamp(LOWEST_HZ, HIGHEST_HZ) / SAMPLE_RATE).tan()
}

/// A state variable filter, 12 dB an octave.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    channels: [Integrators; 2],
    cutoff_hz: f64,
    g: f64,
}

impl Filter {
    /// One sample. `resonance` is from 0 (none) through 0.3 (flat) to 1 (endless ringing); past 1, up
    /// to [`MOST_RESONANCE`], the filter sings at its cutoff, about as loud as full scale.
    pub fn tick(&mut self, sound: Stereo, response: Response, cutoff_hz: f64, resonance: f64) -> Stereo {
        if cutoff_hz != self.cutoff_hz {
            self.cutoff_hz = cutoff_hz;
            self.g = warped(cutoff_hz);
        }
        let damping = 2.0 * (1.0 - resonance.clamp(0.0, MOST_RESONANCE));
        let g = self.g;
        let mut out = sound;
        for (sample, integrators) in out.iter_mut().zip(&mut self.channels) {
            let input = f64::from(*sample);
            // Louder than full scale inside, damping grows: a van der Pol oscillator.
            let held = (0.25 * (integrators.0[0].abs() / LOUD - 1.0)).min(0.5);
            let k = damping.max(held);
            let [band, low] = integrators.tick(input, g, k);
            let filtered = match response {
                Response::Low => low,
                Response::High => input - k * band - low,
                Response::Band => band,
                Response::Notch => input - k * band,
            };
            *sample = filtered as f32;
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_signals::{level_after, peak, sine};

    /// The gain of a filter at a frequency, in dB.
    fn gain(response: Response, cutoff: f64, resonance: f64, hz: f64) -> f64 {
        let mut filter = Filter::default();
        let out =
            sine(hz, 0.1, 96_000).map(|sample| filter.tick([sample; 2], response, cutoff, resonance)[0]);
        level_after(out, 48_000) - crate::decibels_of(0.1 / 2.0_f64.sqrt())
    }

    #[test]
    fn it_falls_by_twelve_decibels_an_octave() {
        let flat = 1.0 - 0.5_f64.sqrt();
        for (response, hz, expected) in [
            (Response::Low, 100.0, 0.0),
            (Response::Low, 1000.0, -3.01),
            (Response::Low, 4000.0, -24.5),
            (Response::High, 1000.0, -3.01),
            (Response::High, 250.0, -24.1),
            (Response::Band, 1000.0, -3.01),
            (Response::Notch, 100.0, 0.0),
        ] {
            let gain = gain(response, 1000.0, flat, hz);
            assert!((gain - expected).abs() < 0.2, "{response:?} at {hz}: {gain} against {expected}");
        }
        assert!(gain(Response::Notch, 1000.0, flat, 1000.0) < -60.0);
    }

    #[test]
    fn past_one_it_sings_at_its_cutoff_and_never_runs_away() {
        for cutoff in [50.0, 440.0, 12_000.0, HIGHEST_HZ] {
            for resonance in [1.0, 1.1, MOST_RESONANCE] {
                let mut filter = Filter::default();
                let mut out = Vec::new();
                for (position, sample) in sine(cutoff, 1.0, 480_000).enumerate() {
                    // A knock, then silence.
                    let sample = if position < 100 { sample } else { 0.0 };
                    out.push(filter.tick([sample; 2], Response::Band, cutoff, resonance)[0]);
                }
                let loudest = peak(out.iter().copied());
                assert!(loudest < 6.0, "{loudest} at {cutoff}, {resonance}");
                let late = level_after(out.into_iter(), 400_000);
                if resonance > 1.0 && cutoff < 20_000.0 {
                    assert!((-12.0..6.0).contains(&late), "{late} dB at {cutoff}, {resonance}");
                }
            }
        }
    }

    #[test]
    fn endless_ringing_on_its_own_pitch_stays_bounded() {
        let mut filter = Filter::default();
        let out =
            sine(440.0, 1.0, 480_000).map(|sample| filter.tick([sample; 2], Response::Low, 440.0, 1.0)[0]);
        let loudest = peak(out);
        assert!(loudest < 8.0, "{loudest}");
    }
}
