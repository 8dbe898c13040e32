//! One voice as many.

use std::f64::consts::TAU;

use crate::line::Line;
use crate::{SAMPLE_RATE, Stereo};

const VOICES: usize = 3;

/// The least delay, so that a voice never meets the sound itself.
const LEAST_SECS: f64 = 0.006;

/// The deepest swing.
const MOST_DEPTH_SECS: f64 = 0.05;

/// How the voices stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChorusSettings {
    /// Swings a second; negative runs backwards.
    pub rate_hz: f64,
    /// How far a voice swings in time, up to 0.05 s.
    pub depth_secs: f64,
}

/// Three voices a side, each behind a delay that swings, a third of a swing apart; those of the
/// right between those of the left.
#[derive(Clone, Debug)]
pub struct Chorus {
    lines: [Line<f32>; 2],
    phase: f64,
}

impl Default for Chorus {
    fn default() -> Chorus {
        let samples = ((LEAST_SECS + 2.0 * MOST_DEPTH_SECS) * SAMPLE_RATE) as usize + 8;
        Chorus { lines: [Line::new(samples), Line::new(samples)], phase: 0.0 }
    }
}

impl Chorus {
    /// The voices alone, without the sound itself: about as loud as it.
    pub fn tick(&mut self, sound: Stereo, settings: &ChorusSettings) -> Stereo {
        let depth = settings.depth_secs.clamp(0.0, MOST_DEPTH_SECS);
        let mut out = [0.0; 2];
        for (side, (line, out)) in self.lines.iter_mut().zip(&mut out).enumerate() {
            line.push(sound[side]);
            for voice in 0..VOICES {
                let turn = self.phase + (voice as f64 + 0.5 * side as f64) / VOICES as f64;
                let secs = LEAST_SECS + depth * (1.0 + (turn * TAU).sin());
                *out += line.between(secs * SAMPLE_RATE);
            }
            // Unlike sounds add up by their power.
            *out /= (VOICES as f32).sqrt();
        }
        let next = (self.phase + settings.rate_hz / SAMPLE_RATE).rem_euclid(1.0);
        self.phase = if next < 1.0 { next } else { 0.0 };
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_signals::{impulse, level_after, noise};

    #[test]
    fn an_impulse_comes_as_three_voices_within_the_depth() {
        let mut chorus = Chorus::default();
        let settings = ChorusSettings { rate_hz: 0.5, depth_secs: 0.004 };
        let out: Vec<Stereo> = impulse(4800).map(|sample| chorus.tick([sample; 2], &settings)).collect();
        for side in [0, 1] {
            let heard: Vec<usize> = (0..out.len()).filter(|at| out[*at][side].abs() > 0.2).collect();
            let (first, last) = (heard[0] as f64 / SAMPLE_RATE, heard[heard.len() - 1] as f64 / SAMPLE_RATE);
            assert!(first >= LEAST_SECS - 1e-4 && last <= LEAST_SECS + 0.0085, "{first} to {last}");
            let groups = 1 + heard.windows(2).filter(|pair| pair[1] - pair[0] > 8).count();
            assert!((2..=3).contains(&groups), "{groups}");
        }
    }

    #[test]
    fn it_is_about_as_loud_as_the_sound() {
        let mut chorus = Chorus::default();
        let settings = ChorusSettings { rate_hz: 0.7, depth_secs: 0.003 };
        let out = noise(5, 96_000).map(|sample| chorus.tick([sample; 2], &settings)[0]);
        let gain = level_after(out, 4800) - level_after(noise(5, 96_000), 4800);
        assert!(gain.abs() < 1.5, "{gain} dB");
    }
}
