//! The amplifier that was pushed too far.

use std::f64::consts::{LN_2, PI};

use crate::oversample::Oversampler;
use crate::{SAMPLE_RATE, Stereo};

/// Takes away what stands still, below 10 Hz.
const STEADY_HZ: f64 = 10.0;

/// Two samples nearer than this have no slope to be measured.
const NEAR: f64 = 1e-5;

/// How it is driven.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DistortionSettings {
    /// How many times louder the sound goes in.
    pub drive: f64,
    /// What is added before: even overtones.
    pub bias: f64,
    /// From saturating (0) to folding over (1).
    pub fold: f64,
}

/// Saturates (tanh) or folds (a sine) at four times the rate, where each step is the mean of the
/// curve along it (Parker, Zavalishin and Le Bivic, "Reducing the aliasing of nonlinear waveshaping
/// using continuous-time convolution", 2016). Comes out at most at full scale.
#[derive(Clone, Debug, Default)]
pub struct Distortion {
    channels: [Channel; 2],
}

#[derive(Clone, Debug, Default)]
struct Channel {
    oversampler: Oversampler,
    /// The sample before, and the integrals of both curves there.
    before: f64,
    integrals: [f64; 2],
    steady: f64,
}

impl Distortion {
    /// One sample.
    pub fn tick(&mut self, sound: Stereo, settings: &DistortionSettings) -> Stereo {
        let mut out = sound;
        for (sample, channel) in out.iter_mut().zip(&mut self.channels) {
            let input = f64::from(*sample) * settings.drive;
            let Channel { oversampler, before, integrals, steady } = channel;
            let bent = oversampler.tick(input, |input| {
                let input = input + settings.bias;
                let step = input - *before;
                let next = [saturated_integral(input), folded_integral(input)];
                let mean = |curve: usize, at: fn(f64) -> f64| {
                    if step.abs() > NEAR {
                        (next[curve] - integrals[curve]) / step
                    } else {
                        at(input - step / 2.0)
                    }
                };
                let (saturated, folded) = (mean(0, f64::tanh), mean(1, folded));
                (*before, *integrals) = (input, next);
                saturated + (folded - saturated) * settings.fold
            });
            let rest = settings.bias.tanh() + (folded(settings.bias) - settings.bias.tanh()) * settings.fold;
            let centred = bent - rest;
            *steady += (centred - *steady) * (2.0 * PI * STEADY_HZ / SAMPLE_RATE);
            *sample = (centred - *steady) as f32;
        }
        out
    }
}

fn folded(value: f64) -> f64 {
    (value * PI / 2.0).sin()
}

fn folded_integral(value: f64) -> f64 {
    -(value * PI / 2.0).cos() * 2.0 / PI
}

/// ln(cosh(value)), without overflow.
fn saturated_integral(value: f64) -> f64 {
    let magnitude = value.abs();
    magnitude + (-2.0 * magnitude).exp().ln_1p() - LN_2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decibels_of;
    use crate::test_signals::{peak, sine};

    const CLEAN: DistortionSettings = DistortionSettings { drive: 1.0, bias: 0.0, fold: 0.0 };

    fn run(hz: f64, level: f64, settings: &DistortionSettings) -> Vec<f32> {
        let mut distortion = Distortion::default();
        sine(hz, level, 57_600).map(|sample| distortion.tick([sample; 2], settings)[0]).skip(9600).collect()
    }

    /// The level of each whole frequency in decibels.
    fn levels(sound: &[f32]) -> Vec<f64> {
        let transform = realfft::RealFftPlanner::new().plan_fft_forward(sound.len());
        let mut sound: Vec<f64> = sound.iter().copied().map(f64::from).collect();
        let mut spectrum = transform.make_output_vec();
        transform.process(&mut sound, &mut spectrum).unwrap();
        spectrum.into_iter().map(|value| decibels_of(2.0 * value.norm() / sound.len() as f64)).collect()
    }

    fn strength(sound: &[f32], hz: usize) -> f64 {
        levels(sound)[hz]
    }

    /// The loudest partial below 20 kHz that is no overtone of a tone, against the tone.
    fn worst_alias(hz: usize, settings: &DistortionSettings) -> f64 {
        let levels = levels(&run(hz as f64, 0.8, settings));
        let aliases = (20_usize..20_000).filter(|place| !place.is_multiple_of(hz)).map(|place| levels[place]);
        aliases.fold(-200.0, f64::max) - levels[hz]
    }

    #[test]
    fn quiet_sound_passes_and_loud_sound_bends_into_odd_overtones() {
        assert!((strength(&run(1000.0, 0.01, &CLEAN), 1000) + 40.0).abs() < 0.1);
        let hard = run(1000.0, 0.5, &DistortionSettings { drive: 20.0, ..CLEAN });
        assert!(strength(&hard, 3000) > -14.0 && strength(&hard, 2000) < -60.0);
        let tilted = run(1000.0, 0.5, &DistortionSettings { drive: 4.0, bias: 0.7, ..CLEAN });
        assert!(strength(&tilted, 2000) > -30.0, "bias gives even overtones");
    }

    #[test]
    fn silence_stays_silent_and_nothing_is_louder_than_twice_full_scale() {
        let mut distortion = Distortion::default();
        for bias in [0.0, 0.5, -1.0] {
            let settings = DistortionSettings { drive: 60_000.0, bias, fold: 0.5 };
            let late = (0..96_000).map(|_| distortion.tick([0.0; 2], &settings)[0]).skip(72_000);
            assert!(peak(late) < 1e-3, "{bias}");
            let loud = run(100.0, 1.0, &settings);
            assert!(peak(loud) < 3.0, "{bias}");
        }
    }

    #[test]
    fn a_sweep_hardly_aliases() {
        let sweep = [1009, 2503, 4987, 7027, 9973, 14_503];
        let worst = |settings: &DistortionSettings| {
            sweep.map(|hz| worst_alias(hz, settings)).into_iter().fold(-200.0, f64::max)
        };
        for (name, settings, most) in [
            ("12 dB of drive", DistortionSettings { drive: 4.0, ..CLEAN }, -80.0),
            ("36 dB of drive", DistortionSettings { drive: 63.0, ..CLEAN }, -45.0),
            ("12 dB of drive, folded", DistortionSettings { drive: 4.0, fold: 1.0, ..CLEAN }, -80.0),
        ] {
            let measured = worst(&settings);
            println!("worst alias with {name}: {measured:.1} dB");
            assert!(measured < most, "{name}: {measured}");
        }
    }
}
