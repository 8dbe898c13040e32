//! Waves with overtones and without alias: one table an octave, each with what fits below 20 kHz.

use std::f64::consts::TAU;

const SIZE: usize = 4096;
const LOWEST_HZ: f64 = 27.5;
const OCTAVES: usize = 10;
const HIGHEST_HZ: f64 = 20_000.0;

/// A wave by the strengths of its overtones. Linear between the entries: the error of an overtone of
/// number k is below (k / 4096)², as many decibels as it is itself below the fundamental in most waves.
pub(crate) struct Wavetable {
    octaves: Box<[Box<[f32]>]>,
}

impl Wavetable {
    /// Cosines of the strengths that `strength` gives, the fundamental being number 1.
    pub(crate) fn cosines(strength: impl Fn(usize) -> f64) -> Wavetable {
        Wavetable::new(strength, |turn| (1.0, turn.cos()))
    }

    /// Sines of these strengths.
    pub(crate) fn sines(strength: impl Fn(usize) -> f64) -> Wavetable {
        Wavetable::new(strength, |turn| (0.0, turn.sin()))
    }

    /// `start` gives the wave of the fundamental one step before the start, which is 0 or 1, and there.
    fn new(strength: impl Fn(usize) -> f64, wave: impl Fn(f64) -> (f64, f64)) -> Wavetable {
        let octaves = (0..OCTAVES).map(|octave| {
            let overtones = Wavetable::overtones(octave);
            let strengths: Vec<f64> = (1..=overtones).map(&strength).collect();
            let entry = |place: usize| {
                let turn = TAU * place as f64 / SIZE as f64;
                // Chebyshev: each overtone from the two below it.
                let (mut before, mut now) = wave(turn);
                let twice = 2.0 * turn.cos();
                let mut sum = 0.0;
                for strength in &strengths {
                    sum += strength * now;
                    (before, now) = (now, twice * now - before);
                }
                sum as f32
            };
            (0..=SIZE).map(entry).collect()
        });
        Wavetable { octaves: octaves.collect() }
    }

    fn overtones(octave: usize) -> usize {
        let highest = LOWEST_HZ * (octave as f64 + 1.0).exp2();
        ((HIGHEST_HZ / highest) as usize).max(1)
    }

    /// The table for tones up to this frequency.
    pub(crate) fn octave(&self, hz: f64) -> &[f32] {
        let octave = (hz.abs() / LOWEST_HZ).max(1.0).log2() as usize;
        &self.octaves[octave.min(OCTAVES - 1)]
    }
}

/// The entry of a table at a phase from 0 up to 1.
pub(crate) fn read(table: &[f32], phase: f64) -> f32 {
    let place = phase * SIZE as f64;
    let index = (place as usize).min(SIZE - 1);
    let along = (place - index as f64) as f32;
    match table.get(index..index + 2) {
        Some([this, next]) => this + (next - this) * along,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_octave_holds_the_wave() {
        let saw = Wavetable::sines(|overtone| 1.0 / overtone as f64);
        // What fits below 20 kHz at the highest tone of each octave from 27.5 Hz on.
        for (hz, overtones) in
            [(20.0, 363), (27.5, 363), (100.0, 181), (440.0, 22), (3000.0, 5), (12_000.0, 1), (20_000.0, 1)]
        {
            let table = saw.octave(hz);
            for step in 0..50 {
                let phase = f64::from(step) / 50.0 + 0.003;
                let sine = |overtone: usize| (TAU * overtone as f64 * phase).sin() / overtone as f64;
                let exact: f64 = (1..=overtones).map(sine).sum();
                assert!((f64::from(read(table, phase)) - exact).abs() < 2e-2, "{hz} Hz at {phase}");
            }
        }
        assert_eq!(read(saw.octave(440.0), 0.0), 0.0);
        assert_eq!(read(Wavetable::cosines(|_| 1.0).octave(15_000.0), 0.0), 1.0);
    }
}
