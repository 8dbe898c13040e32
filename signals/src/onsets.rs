//! Where sounds begin.

use std::collections::VecDeque;

use crate::Stereo;
use crate::hops::{Fourier, Hops};

const WINDOW: usize = 1024;

/// Samples from one look to the next, 5.3 ms.
pub(crate) const HOP: usize = 256;

/// Bands of a third of an octave.
const BANDS: usize = 28;
const LOWEST_BAND_HZ: f64 = 30.0;

/// How strongly soft sounds count: levels are looked at as ln(1 + 1000 level).
const SOFT: f32 = 1000.0;

/// Looks back to what a sound is new against.
const BACK: usize = 3;

/// How much new sound there is, every 5.3 ms: the sum over the bands of what has grown (spectral
/// flux, after Bello and others, "A Tutorial on Onset Detection in Music Signals", 2005, on
/// logarithmic bands as in Böck and Widmer, "Maximum filter vibrato suppression", 2013).
pub(crate) struct Flux {
    hops: Hops,
    fourier: Fourier,
    /// First bin of each band, and the end of the last.
    edges: [usize; BANDS + 1],
    past: VecDeque<[f32; BANDS]>,
}

impl Default for Flux {
    fn default() -> Flux {
        let fourier = Fourier::new(WINDOW);
        let mut edges = [0; BANDS + 1];
        for (position, edge) in edges.iter_mut().enumerate() {
            let hz = LOWEST_BAND_HZ * (position as f64 / 3.0).exp2();
            *edge = (hz / fourier.step_hz()).round() as usize;
        }
        // Low bands are narrower than a bin: each has at least its own.
        for position in 1..=BANDS {
            edges[position] = edges[position].max(edges[position - 1] + 1).min(WINDOW / 2 + 1);
        }
        Flux { hops: Hops::new(WINDOW, HOP), fourier, edges, past: VecDeque::from([[0.0; BANDS]; BACK]) }
    }
}

impl Flux {
    /// Takes in one sample; the flux, when a look is due.
    pub(crate) fn push(&mut self, sample: Stereo) -> Option<f64> {
        if !self.hops.push(sample) {
            return None;
        }
        let strengths = self.fourier.strengths(self.hops.newest(WINDOW));
        let mut bands = [0.0_f32; BANDS];
        for (band, edges) in bands.iter_mut().zip(self.edges.windows(2)) {
            let power: f32 = strengths[edges[0]..edges[1]].iter().map(|strength| strength * strength).sum();
            *band = (SOFT * power.sqrt()).ln_1p();
        }
        let mut flux = 0.0;
        for (position, band) in bands.into_iter().enumerate() {
            // Against the loudest neighbour, so that a vibrato is not a row of new notes.
            let neighbours = position.saturating_sub(1)..(position + 2).min(BANDS);
            let before = self.past[0][neighbours].iter().fold(0.0_f32, |most, value| most.max(*value));
            flux += f64::from((band - before).max(0.0));
        }
        self.past.pop_front();
        self.past.push_back(bands);
        Some(flux / BANDS as f64)
    }
}

/// Looks over which the mean is taken that an onset must stand out of, 0.4 s.
const MEAN_LOOKS: usize = 75;

/// Onsets are at least this many looks apart, 43 ms.
const LEAST_LOOKS: usize = 8;

/// An onset is the highest of this many looks before it, and of the one behind it.
const PEAK_LOOKS: usize = 4;

/// Finds where sounds begin.
pub struct Onsets {
    flux: Flux,
    /// The newest last.
    past: VecDeque<f64>,
    since: usize,
    strength: f64,
}

impl Default for Onsets {
    fn default() -> Onsets {
        let past = VecDeque::from([0.0; MEAN_LOOKS]);
        Onsets { flux: Flux::default(), past, since: LEAST_LOOKS, strength: 0.0 }
    }
}

impl Onsets {
    /// Takes in sound; how many sounds began. `threshold` is how far an onset stands out: 0.1 finds
    /// soft ones, 1 only hard ones.
    pub fn hear(&mut self, sound: &[Stereo], threshold: f64) -> u32 {
        let mut begun = 0;
        for sample in sound {
            if let Some(flux) = self.flux.push(*sample) {
                begun += u32::from(self.look(flux, threshold));
            }
        }
        begun
    }

    /// How far the last onset stood out.
    pub fn strength(&self) -> f64 {
        self.strength
    }

    fn look(&mut self, flux: f64, threshold: f64) -> bool {
        self.since += 1;
        let candidate = self.past[MEAN_LOOKS - 1];
        let mean = self.past.iter().sum::<f64>() / MEAN_LOOKS as f64;
        let before = self.past.range(MEAN_LOOKS - 1 - PEAK_LOOKS..MEAN_LOOKS - 1);
        let is_peak = candidate > flux && before.into_iter().all(|value| *value <= candidate);
        self.past.pop_front();
        self.past.push_back(flux);
        let stands_out = candidate - mean;
        let begun = is_peak && stands_out > threshold && self.since >= LEAST_LOOKS;
        if begun {
            (self.since, self.strength) = (0, stands_out);
        }
        begun
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SAMPLE_RATE;
    use crate::test_signals::{noise, plucks, sine};

    /// The samples at which onsets are reported.
    fn told(sound: &[f32], threshold: f64) -> Vec<usize> {
        let mut onsets = Onsets::default();
        let heard = |sample: usize| onsets.hear(&[[sound[sample]; 2]], threshold) > 0;
        (0..sound.len())
            .filter({
                let mut heard = heard;
                move |sample| heard(*sample)
            })
            .collect()
    }

    #[test]
    fn plucks_are_found_soon_and_nothing_else() {
        let times: Vec<f64> = (0..40).map(|number| 0.5 + 0.21 * f64::from(number)).collect();
        for (name, floor) in [("in silence", 0.0), ("in noise 40 dB softer", 0.004)] {
            let sound = plucks(&times, 10.0, &[220.0, 330.0, 440.0]);
            let sound: Vec<f32> = sound
                .into_iter()
                .zip(noise(1, 480_000))
                .map(|(pluck, noise)| pluck + floor * noise)
                .collect();
            // The noise itself begins at the start.
            let told: Vec<usize> = told(&sound, 0.3).into_iter().filter(|sample| *sample > 4800).collect();
            assert_eq!(told.len(), times.len(), "{name}: {told:?}");
            let late: Vec<f64> =
                told.iter().zip(&times).map(|(told, time)| *told as f64 / SAMPLE_RATE - time).collect();
            let (least, most) =
                late.iter().fold((1.0_f64, 0.0_f64), |(l, m), late| (l.min(*late), m.max(*late)));
            println!("onsets {name}: {:.1} to {:.1} ms late", least * 1e3, most * 1e3);
            assert!(least > 0.0 && most < 0.025, "{name}: {least} to {most}");
        }
    }

    #[test]
    fn steady_sound_and_noise_have_no_onsets_behind_their_start() {
        for (name, sound) in [
            ("a tone", sine(440.0, 0.5, 240_000).collect::<Vec<f32>>()),
            ("noise", noise(2, 240_000).map(|sample| 0.5 * sample).collect()),
            ("silence", vec![0.0; 240_000]),
        ] {
            let late = told(&sound, 0.3).into_iter().filter(|sample| *sample > 4800).count();
            assert!(late <= 1, "{name}: {late}");
        }
    }
}
