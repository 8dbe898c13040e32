//! Sound cut into overlapping windows, the same whatever pieces it comes in.

use std::f32::consts::TAU;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use crate::Stereo;
use crate::line::Line;

/// The newest sound, left and right as one, and when the next window is due.
#[derive(Clone)]
pub(crate) struct Hops {
    line: Line<f32>,
    hop: usize,
    /// Samples since the last window.
    waiting: usize,
}

impl Hops {
    /// Windows of at most `size` samples, one every `hop` samples.
    pub(crate) fn new(size: usize, hop: usize) -> Hops {
        Hops { line: Line::new(size), hop, waiting: 0 }
    }

    /// Takes in one sample; whether a window is due.
    pub(crate) fn push(&mut self, [left, right]: Stereo) -> bool {
        let sample = 0.5 * (left + right);
        // What is no number, or absurdly loud, must not stay in a detector.
        self.line.push(if sample.abs() <= 1e6 { sample } else { 0.0 });
        self.waiting += 1;
        if self.waiting < self.hop {
            return false;
        }
        self.waiting = 0;
        true
    }

    /// The newest samples, oldest first.
    pub(crate) fn newest(&self, samples: usize) -> impl Iterator<Item = f32> + '_ {
        (1..=samples).rev().map(|ago| self.line.ago(ago))
    }
}

/// The strengths of the frequencies in a window.
pub(crate) struct Fourier {
    forward: Arc<dyn RealToComplex<f32>>,
    /// Hann's, scaled so that a sine of level 1 has strength 1.
    window: Box<[f32]>,
    input: Vec<f32>,
    output: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    strengths: Vec<f32>,
}

impl Fourier {
    /// For windows of this many samples, an even number.
    pub(crate) fn new(size: usize) -> Fourier {
        let forward = RealFftPlanner::new().plan_fft_forward(size);
        let hann = |sample: usize| 0.5 - 0.5 * (TAU * sample as f32 / size as f32).cos();
        Fourier {
            window: (0..size).map(|sample| hann(sample) * 4.0 / size as f32).collect(),
            input: forward.make_input_vec(),
            output: forward.make_output_vec(),
            scratch: forward.make_scratch_vec(),
            strengths: vec![0.0; size / 2 + 1],
            forward,
        }
    }

    /// Samples of a window.
    pub(crate) fn size(&self) -> usize {
        self.window.len()
    }

    /// Hertz from one strength to the next.
    pub(crate) fn step_hz(&self) -> f64 {
        crate::SAMPLE_RATE / self.size() as f64
    }

    /// The strength of each frequency, from 0 Hz up to half the sample rate.
    pub(crate) fn strengths(&mut self, samples: impl Iterator<Item = f32>) -> &[f32] {
        for ((input, sample), weight) in self.input.iter_mut().zip(samples).zip(&self.window) {
            *input = sample * weight;
        }
        // The lengths are those that the transform itself gave.
        let done = self.forward.process_with_scratch(&mut self.input, &mut self.output, &mut self.scratch);
        debug_assert!(done.is_ok(), "{done:?}");
        for (strength, value) in self.strengths.iter_mut().zip(&self.output) {
            *strength = value.norm();
        }
        &self.strengths
    }
}

/// The place of a peak between three neighbours, from -0.5 to 0.5 of the middle one.
pub(crate) fn peak_between(before: f64, middle: f64, after: f64) -> f64 {
    let bend = before - 2.0 * middle + after;
    if bend.abs() < 1e-12 { 0.0 } else { (0.5 * (before - after) / bend).clamp(-0.5, 0.5) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_signals::sine;

    #[test]
    fn a_sine_has_its_strength_at_its_frequency() {
        let mut fourier = Fourier::new(4096);
        let hz = 100.0 * fourier.step_hz();
        let strengths = fourier.strengths(sine(hz, 0.5, 4096)).to_vec();
        assert!((strengths[100] - 0.5).abs() < 1e-3 && strengths[104] < 1e-3);
    }

    #[test]
    fn windows_do_not_depend_on_the_pieces() {
        let sound: Vec<f32> = sine(440.0, 0.5, 10_000).collect();
        let mut hops = Hops::new(1024, 300);
        let due: Vec<usize> = (0..10_000).filter(|at| hops.push([sound[*at]; 2])).collect();
        assert_eq!((due[0], due[1], due.len()), (299, 599, 33));
        assert_eq!(hops.newest(3).collect::<Vec<f32>>(), &sound[9997..]);
    }
}
