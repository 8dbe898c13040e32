//! A room.

use std::f64::consts::TAU;

use crate::line::Line;
use crate::{SAMPLE_RATE, Stereo, soft};

const LINES: usize = 8;

/// Samples of each line in a room of size 1: primes, so that their echoes never fall together.
const LENGTHS: [usize; LINES] = [1447, 1657, 1867, 2053, 2251, 2473, 2687, 2903];

/// Samples of the four diffusers of each side, and their gains (after Dattorro, "Effect Design,
/// Part 1", 1997).
const DIFFUSERS: [[usize; 4]; 2] = [[149, 211, 541, 743], [163, 223, 557, 719]];
const DIFFUSION: [f32; 4] = [0.75, 0.75, 0.625, 0.625];

/// How loud the room is.
const LEVEL: f32 = 0.25;

/// Two lines breathe by a few samples, so that no pitch of the room stands out.
const BREATH_SAMPLES: f64 = 7.0;
const BREATHS: [(usize, f64); 2] = [(3, 0.61), (6, 0.83)];

/// How the room stands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ReverbSettings {
    /// Until the reverberation is 60 dB softer.
    pub decay_secs: f64,
    /// How much faster highs decay, from 0 to 1.
    pub damping: f64,
}

/// Eight lines that feed each other without loss (Jot and Chaigne, "Digital delay networks for
/// designing artificial reverberators", 1991), behind diffusers. The decay may move while it sounds.
#[derive(Clone, Debug)]
pub struct Reverb {
    lengths: [usize; LINES],
    lines: [Line<f32>; LINES],
    damped: [f32; LINES],
    gains: [f32; LINES],
    diffusers: [[Line<f32>; 4]; 2],
    settings: ReverbSettings,
    breaths: [f64; 2],
}

impl Reverb {
    /// An empty room; size 1 is a hall, 0.2 a chamber.
    pub fn new(size: f64) -> Reverb {
        let size = size.clamp(0.05, 8.0);
        let lengths = LENGTHS.map(|samples| (samples as f64 * size).round() as usize);
        Reverb {
            lengths,
            lines: lengths.map(|samples| Line::new(samples + BREATH_SAMPLES as usize + 4)),
            damped: [0.0; LINES],
            gains: [0.0; LINES],
            diffusers: DIFFUSERS.map(|lengths| lengths.map(|samples| Line::new(samples + 1))),
            settings: ReverbSettings::default(),
            breaths: [0.0; 2],
        }
    }

    /// Whether two rooms have the same size, so that the sound of one may go on in the other.
    pub fn is_as_large_as(&self, other: &Reverb) -> bool {
        self.lengths == other.lengths
    }

    /// The reverberation alone, without the sound itself.
    pub fn tick(&mut self, sound: Stereo, settings: &ReverbSettings) -> Stereo {
        if *settings != self.settings {
            self.settings = *settings;
            self.gains = self.lengths.map(|samples| {
                let secs = samples as f64 / SAMPLE_RATE;
                10.0_f64.powf(-3.0 * secs / settings.decay_secs.max(1e-3)) as f32
            });
        }
        let input = [0, 1].map(|side| self.diffuse(side, sound[side]));
        let mut outs = [0.0; LINES];
        for (position, out) in outs.iter_mut().enumerate() {
            *out = self.lines[position].ago(self.lengths[position]);
        }
        for (breath, (position, hz)) in self.breaths.iter_mut().zip(BREATHS) {
            let ago = self.lengths[position] as f64 + BREATH_SAMPLES * (*breath * TAU).sin();
            outs[position] = self.lines[position].between(ago);
            *breath = (*breath + hz / SAMPLE_RATE).fract();
        }
        let keep = 1.0 - 0.95 * settings.damping.clamp(0.0, 1.0) as f32;
        let mut sum = 0.0;
        for ((damped, out), gain) in self.damped.iter_mut().zip(outs).zip(self.gains) {
            *damped += (out * gain - *damped) * keep;
            // What no one can hear is nothing, so that it costs nothing.
            if damped.abs() < 1e-15 {
                *damped = 0.0;
            }
            sum += *damped;
        }
        // A Householder reflection: every line hears every other, and no energy is lost.
        let shared = sum * (2.0 / LINES as f32);
        for (position, line) in self.lines.iter_mut().enumerate() {
            line.push(held(input[position % 2] + self.damped[position] - shared));
        }
        // Two rows of a Hadamard matrix: each side hears all lines, and both are unlike.
        let [a, b, c, d, e, f, g, h] = outs;
        [LEVEL * (a + b - c - d + e + f - g - h), LEVEL * (a - b - c + d - e + f + g - h)]
    }

    fn diffuse(&mut self, side: usize, sample: f32) -> f32 {
        let mut value = sample;
        for ((line, length), gain) in self.diffusers[side].iter_mut().zip(DIFFUSERS[side]).zip(DIFFUSION) {
            let delayed = line.ago(length);
            let inner = value - gain * delayed;
            let inner = if inner.abs() < 1e-15 { 0.0 } else { inner };
            line.push(inner);
            value = delayed + gain * inner;
        }
        value
    }
}

/// Louder than 24 dB over full scale it is held, below 30: no sound that stays makes the room burst.
fn held(sample: f32) -> f32 {
    const LOUD: f32 = 16.0;
    LOUD * soft(sample / LOUD)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decibels_of;
    use crate::test_signals::{impulse, noise, peak};

    fn response(size: f64, settings: ReverbSettings, secs: f64) -> Vec<Stereo> {
        let mut reverb = Reverb::new(size);
        impulse((secs * SAMPLE_RATE) as usize).map(|sample| reverb.tick([sample; 2], &settings)).collect()
    }

    /// Seconds until it is 60 dB softer, from the line between -5 and -35 dB of the energy that is
    /// still to come (Schroeder, 1965).
    fn decay_of(response: &[Stereo]) -> f64 {
        let energies: Vec<f64> = response.iter().map(|[left, _]| f64::from(*left).powi(2)).collect();
        let whole: f64 = energies.iter().sum();
        let mut left = whole;
        let mut times = [None; 2];
        for (position, energy) in energies.into_iter().enumerate() {
            left -= energy;
            for (time, decibels) in times.iter_mut().zip([-5.0, -35.0]) {
                if time.is_none() && decibels_of((left / whole).max(0.0).sqrt()) <= decibels {
                    *time = Some(position as f64 / SAMPLE_RATE);
                }
            }
        }
        2.0 * (times[1].unwrap() - times[0].unwrap())
    }

    #[test]
    fn an_impulse_decays_in_the_time_that_was_asked_for() {
        for (size, decay_secs) in [(0.3, 0.5), (1.0, 1.0), (1.0, 3.0), (2.0, 6.0)] {
            let settings = ReverbSettings { decay_secs, damping: 0.0 };
            let measured = decay_of(&response(size, settings, 1.5 * decay_secs));
            println!("size {size}: {measured:.3} s instead of {decay_secs} s");
            assert!((measured / decay_secs - 1.0).abs() < 0.1, "{measured} against {decay_secs}");
        }
        let dull = decay_of(&response(1.0, ReverbSettings { decay_secs: 3.0, damping: 0.8 }, 6.0));
        assert!(dull < 2.5, "highs decay faster: {dull}");
    }

    #[test]
    fn the_sides_are_unlike_and_the_echoes_many() {
        let out = response(1.0, ReverbSettings { decay_secs: 2.0, damping: 0.2 }, 1.0);
        let product: f64 = out.iter().map(|[left, right]| f64::from(left * right)).sum();
        let energy = |side: usize| out.iter().map(|sample| f64::from(sample[side]).powi(2)).sum::<f64>();
        let likeness = product / (energy(0) * energy(1)).sqrt();
        assert!(likeness.abs() < 0.3, "{likeness}");
        assert!((energy(0) / energy(1) - 1.0).abs() < 0.5);
        let tail = &out[9600..19_200];
        let busy = tail.iter().filter(|sample| sample[0].abs() > 1e-4).count();
        assert!(busy > tail.len() / 2, "{busy} of {}", tail.len());
    }

    #[test]
    fn a_sound_that_stays_in_an_endless_room_is_held() {
        let mut reverb = Reverb::new(1.0);
        let settings = ReverbSettings { decay_secs: 1000.0, damping: 0.0 };
        let loudest = peak(noise(3, 3_000_000).map(|sample| reverb.tick([100.0 * sample; 2], &settings)[0]));
        assert!(loudest < 64.0, "{loudest}");
    }

    #[test]
    fn an_endless_room_is_bounded_by_what_is_in_it() {
        let mut reverb = Reverb::new(1.0);
        let settings = ReverbSettings { decay_secs: 1000.0, damping: 0.0 };
        let out: Vec<f32> = noise(3, 3_000_000)
            .enumerate()
            .map(|(position, sample)| if position < 48_000 { sample } else { 0.0 })
            .map(|sample| reverb.tick([sample; 2], &settings)[0])
            .collect();
        let (early, late) = (peak(out[48_000..96_000].to_vec()), peak(out[2_900_000..].to_vec()));
        assert!(late < early, "{late} against {early}");
        assert!(late > 0.1 * early, "it is endless: {late} against {early}");
    }
}
