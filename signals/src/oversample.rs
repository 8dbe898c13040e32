//! Four samples for one and back, for what bends a wave.

/// Two chains of all-passes that keep one half of the band (Valenzuela and Constantinides, "Digital
/// signal processing schemes for efficient interpolation and decimation", 1983).
#[derive(Clone, Copy, Debug)]
struct HalfBand<const N: usize> {
    coefficients: [f64; N],
    up: [AllPass; N],
    down: [AllPass; N],
}

#[derive(Clone, Copy, Debug, Default)]
struct AllPass {
    input: f64,
    output: f64,
}

impl AllPass {
    fn tick(&mut self, sample: f64, coefficient: f64) -> f64 {
        let output = coefficient * (sample - self.output) + self.input;
        (self.input, self.output) = (sample, output);
        output
    }
}

impl<const N: usize> HalfBand<N> {
    /// `transition` is the width of the band between what passes and what does not, in sample rates.
    fn new(transition: f64) -> HalfBand<N> {
        HalfBand {
            coefficients: coefficients(transition),
            up: [AllPass::default(); N],
            down: [AllPass::default(); N],
        }
    }

    fn up(&mut self, sample: f64) -> [f64; 2] {
        let mut out = [sample; 2];
        for (position, all_pass) in self.up.iter_mut().enumerate() {
            let value = &mut out[position % 2];
            *value = all_pass.tick(*value, self.coefficients[position]);
        }
        out
    }

    fn down(&mut self, [first, second]: [f64; 2]) -> f64 {
        let mut out = [second, first];
        for (position, all_pass) in self.down.iter_mut().enumerate() {
            let value = &mut out[position % 2];
            *value = all_pass.tick(*value, self.coefficients[position]);
        }
        0.5 * (out[0] + out[1])
    }
}

/// An elliptic half-band filter of 2N + 1 poles: series of theta functions, after the same paper.
fn coefficients<const N: usize>(transition: f64) -> [f64; N] {
    use std::f64::consts::PI;
    let k = ((1.0 - 2.0 * transition) * PI / 4.0).tan().powi(2);
    let root = (1.0 - k * k).powf(0.25);
    let e = 0.5 * (1.0 - root) / (1.0 + root);
    let q = e * (1.0 + e.powi(4) * (2.0 + e.powi(4) * (15.0 + 150.0 * e.powi(4))));
    let order = (2 * N + 1) as f64;
    let mut coefficients = [0.0; N];
    for (position, coefficient) in coefficients.iter_mut().enumerate() {
        let place = (position + 1) as f64;
        let (mut numerator, mut denominator) = (0.0, 0.5);
        for term in 0..16 {
            let number = f64::from(term);
            let sign = if term % 2 == 0 { 1.0 } else { -1.0 };
            numerator +=
                sign * q.powf(number * (number + 1.0)) * ((2.0 * number + 1.0) * place * PI / order).sin();
            if term > 0 {
                denominator += sign * q.powf(number * number) * (2.0 * number * place * PI / order).cos();
            }
        }
        let w = (numerator * q.powf(0.25) / denominator).powi(2);
        let r = ((1.0 - w * k) * (1.0 - w / k)).sqrt() / (1.0 + w);
        *coefficient = (1.0 - r) / (1.0 + r);
    }
    coefficients
}

/// One channel at four times the rate: flat to 20 kHz, 100 dB down from 28 kHz on. It has no delay in
/// samples, but turns phases, as an amplifier does.
#[derive(Clone, Debug)]
pub(crate) struct Oversampler {
    inner: HalfBand<8>,
    outer: HalfBand<4>,
}

impl Default for Oversampler {
    fn default() -> Oversampler {
        Oversampler { inner: HalfBand::new(0.04), outer: HalfBand::new(0.13) }
    }
}

impl Oversampler {
    /// One sample through a function that is called four times.
    pub(crate) fn tick(&mut self, sample: f64, mut bend: impl FnMut(f64) -> f64) -> f64 {
        let halves = self.inner.up(sample).map(|half| {
            let quarters = self.outer.up(half).map(&mut bend);
            self.outer.down(quarters)
        });
        self.inner.down(halves)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_signals::{level_after, sine};

    #[test]
    fn what_is_not_bent_is_flat_to_twenty_kilohertz() {
        for hz in [20.0, 1000.0, 10_000.0, 18_000.0, 20_000.0] {
            let mut oversampler = Oversampler::default();
            let out = sine(hz, 0.5, 48_000).map(|sample| oversampler.tick(f64::from(sample), |x| x) as f32);
            let gain = level_after(out, 4800) - level_after(sine(hz, 0.5, 48_000), 4800);
            assert!(gain.abs() < 0.1, "{gain} dB at {hz}");
        }
    }

    #[test]
    fn what_lies_above_the_band_is_taken_away() {
        // A tone that only exists between the samples: it would fold down.
        for hz in [28_500.0, 40_000.0, 70_000.0] {
            let mut oversampler = Oversampler::default();
            let mut time = 0.0_f64;
            let out = (0..48_000).map(|_| {
                oversampler.tick(0.0, |_| {
                    time += 1.0;
                    (std::f64::consts::TAU * hz * time / 192_000.0).sin()
                }) as f32
            });
            let level = level_after(out, 4800);
            assert!(level < -80.0, "{level} dB at {hz}");
        }
    }
}
