//! How fast a music goes, and where its beats are.

use std::collections::VecDeque;

use crate::hops::peak_between;
use crate::onsets::{Flux, HOP};
use crate::{SAMPLE_RATE, Stereo};

/// Looks a second.
const RATE: f64 = SAMPLE_RATE / HOP as f64;

/// Looks that are remembered: 8 s.
const MEMORY: usize = 1536;

/// Looks from one estimate to the next: a quarter of a second.
const PATIENCE: usize = 47;

/// Beats over which the music must be like itself.
const ALIKE: usize = 4;

/// The slowest and fastest tempo that can be looked for.
pub const SLOWEST_BPM: f64 = 40.0;
/// The fastest.
pub const FASTEST_BPM: f64 = 300.0;

/// Tempi around this are believed more easily, with such a spread in octaves (Ellis, "Beat Tracking
/// by Dynamic Programming", 2007).
const USUAL_BPM: f64 = 120.0;
const SPREAD_OCTAVES: f64 = 1.4;

/// How much being like itself after half a beat speaks against a tempo.
const HALF: f64 = 0.1;

/// How much of the way the beat goes to where it is found, with each estimate.
const PULL: f64 = 0.35;

/// A beat is found this many looks behind where it was.
const LATE: f64 = 1.5;

/// Tracks the beat of music: what it is like itself after (autocorrelation of the onsets' strength
/// over 8 s), and where the onsets lie in that time.
pub struct BeatTracker {
    flux: Flux,
    past: VecDeque<f64>,
    looks: usize,
    /// Looks from beat to beat; 0 before anything was found.
    period: f64,
    confidence: f64,
    /// The way from beat to beat, 0 at a beat.
    phase: f64,
    /// Looks since the last beat that was reported.
    since: f64,
}

impl Default for BeatTracker {
    fn default() -> BeatTracker {
        BeatTracker {
            flux: Flux::default(),
            past: VecDeque::from([0.0; MEMORY]),
            looks: 0,
            period: 0.0,
            confidence: 0.0,
            phase: 0.0,
            since: 0.0,
        }
    }
}

impl BeatTracker {
    /// Takes in sound; how many beats passed. The tempo is looked for between two tempi, which may be
    /// moved to choose between a tempo and its double.
    pub fn hear(&mut self, sound: &[Stereo], slowest_bpm: f64, fastest_bpm: f64) -> u32 {
        let slowest = slowest_bpm.clamp(SLOWEST_BPM, FASTEST_BPM);
        let fastest = fastest_bpm.clamp(slowest, FASTEST_BPM);
        let mut beats = 0;
        for sample in sound {
            if let Some(flux) = self.flux.push(*sample) {
                self.past.pop_front();
                self.past.push_back(flux);
                beats += u32::from(self.advance());
                self.looks += 1;
                if self.looks.is_multiple_of(PATIENCE) {
                    self.estimate(slowest, fastest);
                }
            }
        }
        beats
    }

    /// Beats a minute; what was found last while there is no beat. 0 before.
    pub fn bpm(&self) -> f64 {
        if self.period > 0.0 { 60.0 * RATE / self.period } else { 0.0 }
    }

    /// From 0 (no beat) to 1 (a machine's).
    pub fn confidence(&self) -> f64 {
        self.confidence
    }

    fn advance(&mut self) -> bool {
        if self.period <= 0.0 {
            return false;
        }
        self.since += 1.0;
        self.phase += 1.0 / self.period;
        if self.phase < 1.0 {
            return false;
        }
        self.phase -= 1.0;
        // A beat that was pulled back over its own time is not told twice.
        let is_new = self.since > 0.5 * self.period;
        if is_new {
            self.since = 0.0;
        }
        is_new && self.confidence > 0.0
    }

    fn estimate(&mut self, slowest: f64, fastest: f64) {
        let mean = self.past.iter().sum::<f64>() / MEMORY as f64;
        let past: Vec<f64> = self.past.iter().map(|flux| flux - mean).collect();
        let energy: f64 = past.iter().map(|flux| flux * flux).sum::<f64>() / MEMORY as f64;
        if energy < 1e-9 {
            self.confidence = 0.0;
            return;
        }
        // How like itself the past is after this many looks, 1 at most.
        let longest = (ALIKE as f64 * 60.0 * RATE / slowest).ceil() as usize + 2;
        let alike: Vec<f64> = (0..longest.min(MEMORY - PATIENCE))
            .map(|lag| {
                let products: f64 = past[lag..].iter().zip(&past).map(|(now, before)| now * before).sum();
                products / (energy * (MEMORY - lag) as f64)
            })
            .collect();
        let at = |lag: f64| {
            let below = lag.floor() as usize;
            match (alike.get(below), alike.get(below + 1)) {
                (Some(one), Some(two)) => one + (two - one) * lag.fract(),
                _ => 0.0,
            }
        };
        let over_beats =
            |period: f64| (1..=ALIKE).map(|beats| at(period * beats as f64)).sum::<f64>() / ALIKE as f64;
        let steps = ((fastest / slowest).log2() * 400.0).ceil().max(1.0) as u32;
        let (mut best, mut most) = (0.0, f64::NEG_INFINITY);
        for step in 0..=steps {
            let bpm = slowest * (fastest / slowest).powf(f64::from(step) / f64::from(steps));
            let period = 60.0 * RATE / bpm;
            let usual = (-0.5 * ((bpm / USUAL_BPM).log2() / SPREAD_OCTAVES).powi(2)).exp();
            let least = (1..=ALIKE).map(|beats| at(period * beats as f64)).fold(1.0, f64::min);
            let score = (least - HALF * at(period / 2.0)) * usual;
            if score > most {
                (best, most) = (period, score);
            }
        }
        self.confidence = over_beats(best).clamp(0.0, 1.0);
        let period = refined(&alike, best);
        let found = found_phase(&past, period);
        let away = (found - self.phase + 0.5).rem_euclid(1.0) - 0.5;
        // Another tempo, or the first: the beat begins where it is found.
        let is_new = self.period <= 0.0 || (period / self.period - 1.0).abs() > 0.06;
        self.phase = if is_new { found } else { (self.phase + PULL * away).max(0.0) };
        self.period = period;
    }
}

/// The period, measured over as many beats as there are.
fn refined(alike: &[f64], period: f64) -> f64 {
    for beats in (1..=ALIKE).rev() {
        let middle = (period * beats as f64).round() as usize;
        let reach = 3.max(middle / 64);
        if middle < reach + 1 || middle + reach + 1 >= alike.len() {
            continue;
        }
        let peak = (middle - reach..=middle + reach).max_by(|one, two| alike[*one].total_cmp(&alike[*two]));
        if let Some(peak) = peak {
            let between = peak_between(alike[peak - 1], alike[peak], alike[peak + 1]);
            return (peak as f64 + between) / beats as f64;
        }
    }
    period
}

/// Where between two beats the newest look is: the grid of beats that meets most onsets.
fn found_phase(past: &[f64], period: f64) -> f64 {
    let strength = |since: f64| {
        let mut sum = 0.0;
        for beat in 0.. {
            let back = (since + beat as f64 * period).round() as usize;
            let Some(place) = past.len().checked_sub(back + 1) else { break };
            sum += past[place] * 0.9_f64.powi(beat);
        }
        sum
    };
    let steps = period.ceil() as usize;
    let best = (0..steps).max_by(|one, two| strength(*one as f64).total_cmp(&strength(*two as f64)));
    ((best.unwrap_or(0) as f64 + LATE) / period).rem_euclid(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_signals::{noise, plucks};

    /// Drums: a low one on each beat, a high soft one between.
    fn rhythm(bpm: f64, secs: f64) -> Vec<f32> {
        let beat = 60.0 / bpm;
        let times = |first: f64| -> Vec<f64> {
            (0..).map(|number| first + beat * f64::from(number)).take_while(|time| *time < secs).collect()
        };
        let low = plucks(&times(0.1), secs, &[60.0]);
        let high = plucks(&times(0.1 + beat / 2.0), secs, &[3000.0]);
        low.into_iter().zip(high).map(|(low, high)| low + 0.2 * high).collect()
    }

    #[test]
    fn machines_are_followed_at_any_tempo() {
        let mut worst = 0.0_f64;
        let mut worst_beat = 0.0_f64;
        for bpm in [66.0, 85.0, 96.0, 110.3, 120.0, 128.0, 140.0, 174.0] {
            let mut tracker = BeatTracker::default();
            let sound = rhythm(bpm, 16.0);
            let mut beats = Vec::new();
            for (sample, value) in sound.into_iter().enumerate() {
                // Twice as fast is as good an answer: a slow one has to be asked for.
                let fastest = if bpm < 80.0 { 120.0 } else { 180.0 };
                if tracker.hear(&[[value; 2]], 60.0, fastest) > 0 {
                    beats.push(sample as f64 / SAMPLE_RATE);
                }
            }
            let error = (tracker.bpm() / bpm - 1.0).abs();
            worst = worst.max(error);
            assert!(error < 0.005, "{bpm}: {}", tracker.bpm());
            assert!(tracker.confidence() > 0.5, "{bpm}: {}", tracker.confidence());
            // Once it has settled, each beat is reported near where it is.
            let settled: Vec<f64> = beats.into_iter().filter(|time| *time > 10.0).collect();
            assert!((settled.len() as f64 - 6.0 * bpm / 60.0).abs() <= 1.5, "{bpm}: {} beats", settled.len());
            for time in settled {
                let away = ((time - 0.1) * bpm / 60.0 + 0.5).rem_euclid(1.0) - 0.5;
                worst_beat =
                    if away.abs() * 60.0 / bpm > worst_beat.abs() { away * 60.0 / bpm } else { worst_beat };
            }
        }
        println!("tempo: {:.2}% off at most, beats {:.0} ms", worst * 100.0, worst_beat * 1e3);
        assert!(worst_beat.abs() < 0.03, "{worst_beat}");
    }

    #[test]
    fn noise_and_silence_have_no_beat() {
        let heard = |sound: &[Stereo]| {
            let mut tracker = BeatTracker::default();
            tracker.hear(sound, 60.0, 180.0);
            tracker.confidence()
        };
        let noise: Vec<Stereo> = noise(9, 480_000).map(|sample| [sample; 2]).collect();
        assert!(heard(&noise) < 0.3, "{}", heard(&noise));
        assert_eq!(heard(&vec![[0.0; 2]; 480_000]), 0.0);
    }

    #[test]
    fn a_new_tempo_is_found() {
        let mut tracker = BeatTracker::default();
        for bpm in [120.0, 90.0, 150.0] {
            let sound: Vec<Stereo> = rhythm(bpm, 14.0).into_iter().map(|sample| [sample; 2]).collect();
            tracker.hear(&sound, 60.0, 180.0);
            assert!((tracker.bpm() / bpm - 1.0).abs() < 0.01, "{bpm}: {}", tracker.bpm());
        }
    }
}
