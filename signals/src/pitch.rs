//! How high a sound is.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use crate::hops::{Hops, peak_between};
use crate::{SAMPLE_RATE, Stereo};

/// Samples that are compared.
const COMPARED: usize = 2048;

/// Longest period in samples: 40 Hz.
const LONGEST: usize = 1200;

/// Shortest period in samples: 4800 Hz.
const SHORTEST: usize = 10;

const TRANSFORM: usize = 4096;

/// Samples from one look to the next, 21 ms.
const HOP: usize = 1024;

/// The first dip below this is the period.
const DIP: f64 = 0.15;

/// A dip must be this deep to be believed: the end of a tone is no other tone.
const CLEAR: f64 = 0.08;

/// Softer than this, -80 dB, nothing has a pitch.
const SILENCE: f64 = 1e-4;

/// Finds the pitch of one voice (de Cheveigné and Kawahara, "YIN, a fundamental frequency estimator
/// for speech and music", 2002, with the sums made by Fourier transforms).
pub struct Pitch {
    hops: Hops,
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    signal: Vec<f32>,
    start: Vec<f32>,
    spectra: [Vec<Complex<f32>>; 2],
    sums: Vec<f32>,
    differences: Vec<f64>,
    hz: f64,
    confidence: f64,
}

impl Default for Pitch {
    fn default() -> Pitch {
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(TRANSFORM);
        let inverse = planner.plan_fft_inverse(TRANSFORM);
        Pitch {
            hops: Hops::new(COMPARED + LONGEST, HOP),
            signal: forward.make_input_vec(),
            start: forward.make_input_vec(),
            spectra: [forward.make_output_vec(), forward.make_output_vec()],
            sums: inverse.make_output_vec(),
            differences: vec![0.0; LONGEST],
            forward,
            inverse,
            hz: 0.0,
            confidence: 0.0,
        }
    }
}

impl Pitch {
    /// Takes in sound.
    pub fn hear(&mut self, sound: &[Stereo]) {
        for sample in sound {
            if self.hops.push(*sample) {
                self.look();
            }
        }
    }

    /// The pitch in hertz, from 40 to 4800; what was heard last while nothing has one. 0 before.
    pub fn hz(&self) -> f64 {
        self.hz
    }

    /// From 0 (noise, silence) to 1 (a clear tone).
    pub fn confidence(&self) -> f64 {
        self.confidence
    }

    fn look(&mut self) {
        self.signal.fill(0.0);
        for (place, sample) in self.signal.iter_mut().zip(self.hops.newest(COMPARED + LONGEST)) {
            *place = sample;
        }
        // How unlike the sound is to itself this many samples later, summed over all it is compared.
        let square = |sample: f32| f64::from(sample).powi(2);
        let first: f64 = self.signal[..COMPARED].iter().copied().map(square).sum();
        if first < COMPARED as f64 * SILENCE * SILENCE {
            self.confidence = 0.0;
            return;
        }
        let edges: Vec<f64> = (0..LONGEST)
            .scan(first, |energy, lag| {
                let now = *energy;
                *energy += square(self.signal[lag + COMPARED]) - square(self.signal[lag]);
                Some(now)
            })
            .collect();
        self.correlate();
        let mut sum = 0.0;
        self.differences[0] = 1.0;
        for (lag, edge) in edges.iter().enumerate().skip(1) {
            let difference = (first + edge - 2.0 * f64::from(self.sums[lag])).max(0.0);
            sum += difference;
            self.differences[lag] = if sum > 0.0 { difference * lag as f64 / sum } else { 1.0 };
        }
        let Some(lag) = self.period() else {
            self.confidence = 0.0;
            return;
        };
        let [before, here, after] = [lag - 1, lag, lag + 1].map(|lag| self.differences[lag]);
        self.confidence = (1.0 - here).clamp(0.0, 1.0);
        if here < CLEAR {
            self.hz = SAMPLE_RATE / (lag as f64 + peak_between(-before, -here, -after));
        }
    }

    /// The first dip that is deep enough, or else the deepest.
    fn period(&self) -> Option<usize> {
        let differences = &self.differences;
        let dips = (SHORTEST..LONGEST - 1).filter(|lag| {
            differences[*lag] <= differences[lag - 1] && differences[*lag] < differences[lag + 1]
        });
        let first = dips.clone().find(|lag| differences[*lag] < DIP);
        first.or_else(|| dips.min_by(|one, two| differences[*one].total_cmp(&differences[*two])))
    }

    /// Puts the sum of the products of the start and what lies this many samples later into `sums`.
    fn correlate(&mut self) {
        self.start.fill(0.0);
        self.start[..COMPARED].copy_from_slice(&self.signal[..COMPARED]);
        let [later, start] = &mut self.spectra;
        // The lengths are those that the transforms themselves gave.
        let mut done = self.forward.process(&mut self.signal, later).is_ok();
        done &= self.forward.process(&mut self.start, start).is_ok();
        for (later, start) in later.iter_mut().zip(start.iter()) {
            *later = *later * start.conj() / TRANSFORM as f32;
        }
        // Both ends are real by nature; rounding must not say otherwise.
        later[0].im = 0.0;
        later[TRANSFORM / 2].im = 0.0;
        done &= self.inverse.process(later, &mut self.sums).is_ok();
        debug_assert!(done);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_signals::{noise, plucks, sine};

    fn heard(sound: impl Iterator<Item = f32>) -> Pitch {
        let mut pitch = Pitch::default();
        let sound: Vec<Stereo> = sound.map(|sample| [sample; 2]).collect();
        sound.chunks(800).for_each(|frame| pitch.hear(frame));
        pitch
    }

    fn cents(hz: f64, truth: f64) -> f64 {
        1200.0 * (hz / truth).log2()
    }

    #[test]
    fn a_sweep_is_followed() {
        let mut worst = [0.0_f64; 2];
        for step in 0..60 {
            let hz = 45.0 * (f64::from(step) / 9.0).exp2();
            let pitch = heard(sine(hz, 0.3, 12_000));
            let error = cents(pitch.hz(), hz).abs();
            let high = usize::from(hz > 1000.0);
            worst[high] = worst[high].max(error);
            assert!(pitch.confidence() > 0.9, "{hz}: {}", pitch.confidence());
        }
        println!("pitch: {:.2} cents up to 1 kHz, {:.2} up to 4.4 kHz", worst[0], worst[1]);
        assert!(worst[0] < 2.0 && worst[1] < 15.0, "{worst:?}");
    }

    #[test]
    fn a_note_with_overtones_is_its_fundamental() {
        for hz in [55.0, 82.4, 196.0, 440.0, 987.8] {
            let sound = plucks(&[0.0], 0.3, &[hz]);
            let pitch = heard(sound.into_iter().take(9000));
            assert!(cents(pitch.hz(), hz).abs() < 3.0, "{hz}: {}", pitch.hz());
        }
    }

    #[test]
    fn noise_and_silence_have_no_pitch() {
        assert!(heard(noise(7, 24_000)).confidence() < 0.5);
        let silence = heard(sine(440.0, 0.3, 24_000).chain((0..24_000).map(|_| 0.0)));
        assert_eq!(silence.confidence(), 0.0);
        assert!(cents(silence.hz(), 440.0).abs() < 10.0, "the last pitch stays: {}", silence.hz());
    }
}
