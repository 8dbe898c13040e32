//! Which of the twelve notes sound.

use crate::hops::{Fourier, Hops, peak_between};
use crate::{Stereo, step_of};

const WINDOW: usize = 16_384;

/// Samples from one look to the next, 43 ms.
const HOP: usize = 2048;

/// Partials between these are counted, four to a note's overtones at most.
const LOWEST_HZ: f64 = 100.0;
const HIGHEST_HZ: f64 = 2500.0;

/// Softer than this part of the loudest partial, nothing counts: -40 dB.
const SOFTEST: f32 = 0.01;

/// Softer than this, -80 dB, nothing sounds.
const SILENCE: f32 = 1e-4;

/// How much of each of the twelve notes sounds, whatever its octave, in the last third of a second.
pub struct Chroma {
    hops: Hops,
    fourier: Fourier,
    notes: [f64; 12],
}

impl Default for Chroma {
    fn default() -> Chroma {
        Chroma { hops: Hops::new(WINDOW, HOP), fourier: Fourier::new(WINDOW), notes: [0.0; 12] }
    }
}

impl Chroma {
    /// Takes in sound. What changes is 63% there after `smooth_secs`.
    pub fn hear(&mut self, sound: &[Stereo], smooth_secs: f64) {
        let step = 1.0 - (1.0 - step_of(smooth_secs)).powf(HOP as f64);
        for sample in sound {
            if self.hops.push(*sample) {
                let now = self.look();
                self.notes.iter_mut().zip(now).for_each(|(note, now)| *note += (now - *note) * step);
            }
        }
    }

    /// C, C sharp and so on up to B, each against the loudest of the twelve; all 0 in silence.
    pub fn notes(&self) -> [f64; 12] {
        self.notes
    }

    fn look(&mut self) -> [f64; 12] {
        let step_hz = self.fourier.step_hz();
        let strengths = self.fourier.strengths(self.hops.newest(WINDOW));
        let range = (LOWEST_HZ / step_hz) as usize..(HIGHEST_HZ / step_hz) as usize;
        let loudest = strengths[range.clone()].iter().fold(0.0_f32, |most, strength| most.max(*strength));
        let mut notes = [0.0; 12];
        if loudest < SILENCE {
            return notes;
        }
        for bin in range {
            let [before, here, after] = [strengths[bin - 1], strengths[bin], strengths[bin + 1]];
            if here < loudest * SOFTEST || here <= before || here < after {
                continue;
            }
            // A Hann window's peak is nearly a parabola in its logarithm.
            let [low, middle, high] =
                [before, here, after].map(|strength| f64::from(strength.max(1e-12)).ln());
            let hz = (bin as f64 + peak_between(low, middle, high)) * step_hz;
            // Overtones lie on other notes: the higher, the less it counts.
            let note = 69.0 + 12.0 * (hz / 440.0).log2();
            notes[note.round().rem_euclid(12.0) as usize % 12] +=
                f64::from(here) * (LOWEST_HZ / hz).powf(0.5);
        }
        let most = notes.into_iter().fold(0.0, f64::max);
        notes.map(|note| note / most.max(1e-12))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_signals::{plucks, sine};

    fn heard(sound: impl Iterator<Item = f32>) -> [f64; 12] {
        let mut chroma = Chroma::default();
        let sound: Vec<Stereo> = sound.map(|sample| [sample; 2]).collect();
        sound.chunks(800).for_each(|frame| chroma.hear(frame, 0.0));
        chroma.notes()
    }

    fn loudest(notes: [f64; 12], number: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..12).collect();
        order.sort_by(|one, two| notes[*two].total_cmp(&notes[*one]));
        order.truncate(number);
        order.sort_unstable();
        order
    }

    #[test]
    fn every_note_of_every_octave_is_itself() {
        for pitch in 45..96 {
            let hz = 440.0 * ((f64::from(pitch) - 69.0) / 12.0).exp2();
            let notes = heard(sine(hz, 0.2, 24_000));
            for (note, level) in notes.into_iter().enumerate() {
                let expected = if note == pitch as usize % 12 { 1.0 } else { 0.0 };
                assert!((level - expected).abs() < 0.05, "pitch {pitch}, note {note}: {level}");
            }
        }
    }

    #[test]
    fn a_chord_is_its_notes() {
        for (name, pitches, expected) in [
            ("C major", [130.81, 164.81, 196.0], vec![0, 4, 7]),
            ("A minor", [220.0, 261.63, 329.63], vec![0, 4, 9]),
            ("E flat major", [155.56, 196.0, 233.08], vec![3, 7, 10]),
        ] {
            let parts = pitches.map(|hz| plucks(&[0.0], 0.5, &[hz]));
            let sum = (0..20_000).map(|at| parts.iter().map(|part| part[at]).sum());
            assert_eq!(loudest(heard(sum), 3), expected, "{name}");
        }
    }

    #[test]
    fn silence_has_no_notes() {
        assert_eq!(heard((0..24_000).map(|_| 0.0)), [0.0; 12]);
    }
}
