//! Loud and soft: compressor, gate and limiter.

use crate::{Stereo, decibels_of, ratio_of, step_of};

/// How a compressor stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CompressorSettings {
    /// Above it, sound is held back.
    pub threshold_db: f64,
    /// Decibels going in for one coming out.
    pub ratio: f64,
    /// Until 63% of the way down.
    pub attack_secs: f64,
    /// Until 63% of the way back.
    pub release_secs: f64,
}

/// Around the threshold the curve is round over this many decibels.
const KNEE_DB: f64 = 6.0;

/// Holds loud sound back (Giannoulis, Massberg and Reiss, "Digital Dynamic Range Compressor Design",
/// 2012: feed-forward, smoothed in decibels).
#[derive(Clone, Debug, Default)]
pub struct Compressor {
    /// How much it is held back.
    reduction_db: f64,
    attack: Times,
}

/// Steps of an attack and a release, kept until the times change.
#[derive(Clone, Copy, Debug, Default)]
struct Times {
    secs: [f64; 2],
    steps: [f64; 2],
}

impl Times {
    fn steps(&mut self, secs: [f64; 2]) -> [f64; 2] {
        if secs != self.secs {
            self.secs = secs;
            self.steps = secs.map(step_of);
        }
        self.steps
    }
}

impl Compressor {
    /// The gain for a sample whose level is that of `side`.
    pub fn tick(&mut self, side: Stereo, settings: &CompressorSettings) -> f64 {
        let over = decibels_of(peak(side)) - settings.threshold_db;
        let slope = 1.0 - 1.0 / settings.ratio.max(1e-3);
        let wanted = slope
            * if over <= -KNEE_DB / 2.0 {
                0.0
            } else if over < KNEE_DB / 2.0 {
                (over + KNEE_DB / 2.0).powi(2) / (2.0 * KNEE_DB)
            } else {
                over
            };
        let [attack, release] = self.attack.steps([settings.attack_secs, settings.release_secs]);
        let step = if wanted > self.reduction_db { attack } else { release };
        self.reduction_db += (wanted - self.reduction_db) * step;
        ratio_of(-self.reduction_db)
    }
}

/// How a gate stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GateSettings {
    /// It opens above this level, and closes 3 dB below it.
    pub threshold_db: f64,
    /// Until it is 63% open.
    pub attack_secs: f64,
    /// It stays open so long behind the last loud sample.
    pub hold_secs: f64,
    /// Until it is 63% closed.
    pub release_secs: f64,
}

/// A gate closes this many decibels below where it opens, so that it does not flutter.
const HYSTERESIS_DB: f64 = 3.0;

/// Lets only loud sound through.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    is_open: bool,
    /// Samples until it may close.
    hold: f64,
    gain: f64,
    times: Times,
}

impl Gate {
    /// The gain for a sample whose level is that of `side`.
    pub fn tick(&mut self, side: Stereo, settings: &GateSettings) -> f64 {
        let level = decibels_of(peak(side));
        let threshold = settings.threshold_db - if self.is_open { HYSTERESIS_DB } else { 0.0 };
        if level >= threshold {
            self.is_open = true;
            self.hold = settings.hold_secs * crate::SAMPLE_RATE;
        } else if self.hold > 0.0 {
            self.hold -= 1.0;
        } else {
            self.is_open = false;
        }
        let [attack, release] = self.times.steps([settings.attack_secs, settings.release_secs]);
        let (target, step) = if self.is_open { (1.0, attack) } else { (0.0, release) };
        self.gain += (target - self.gain) * step;
        // The last of the way is not heard.
        if (target - self.gain).abs() < 1e-6 {
            self.gain = target;
        }
        self.gain
    }
}

/// How a limiter stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LimiterSettings {
    /// No sample is louder than this.
    pub ceiling_db: f64,
    /// Until 63% of the way back.
    pub release_secs: f64,
}

/// Keeps every sample below a ceiling, at once: it has no delay.
#[derive(Clone, Debug)]
pub struct Limiter {
    gain: f64,
    times: Times,
    ceiling: (f64, f64),
}

impl Default for Limiter {
    fn default() -> Limiter {
        Limiter { gain: 1.0, times: Times::default(), ceiling: (0.0, 1.0) }
    }
}

impl Limiter {
    /// One sample.
    pub fn tick(&mut self, sound: Stereo, settings: &LimiterSettings) -> Stereo {
        if settings.ceiling_db != self.ceiling.0 {
            self.ceiling = (settings.ceiling_db, ratio_of(settings.ceiling_db));
        }
        let ceiling = self.ceiling.1;
        let [release, _] = self.times.steps([settings.release_secs; 2]);
        self.gain += (1.0 - self.gain) * release;
        let peak = peak(sound);
        if peak * self.gain > ceiling {
            self.gain = ceiling / peak;
        }
        if self.gain > 1.0 - 1e-9 {
            self.gain = 1.0;
        }
        let (gain, ceiling) = (self.gain, ceiling as f32);
        sound.map(|sample| ((f64::from(sample) * gain) as f32).clamp(-ceiling, ceiling))
    }
}

fn peak([left, right]: Stereo) -> f64 {
    f64::from(left.abs().max(right.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SAMPLE_RATE;
    use crate::test_signals::{noise, sine};

    const COMPRESSOR: CompressorSettings =
        CompressorSettings { threshold_db: -20.0, ratio: 4.0, attack_secs: 0.001, release_secs: 0.1 };

    #[test]
    fn a_compressor_follows_its_curve() {
        for (level_db, expected_db) in [(-40.0, -40.0), (-20.0, -20.56), (-8.0, -17.0), (0.0, -15.0)] {
            let mut compressor = Compressor::default();
            let level = ratio_of(level_db) as f32;
            // A square wave: its peak is its level.
            let gain = (0..48_000).map(|_| compressor.tick([level, -level], &COMPRESSOR)).last().unwrap();
            let out = decibels_of(f64::from(level) * gain);
            assert!((out - expected_db).abs() < 0.1, "{level_db}: {out} against {expected_db}");
        }
    }

    #[test]
    fn a_compressor_takes_its_times() {
        let mut compressor = Compressor::default();
        let settings = CompressorSettings { attack_secs: 0.05, release_secs: 0.2, ..COMPRESSOR };
        let mut after = |level: f32, secs: f64| {
            let samples = (secs * SAMPLE_RATE) as usize;
            (0..samples).map(|_| decibels_of(compressor.tick([level; 2], &settings))).last().unwrap()
        };
        assert!((after(1.0, 0.05) + 15.0 * 0.632).abs() < 0.1, "63% after the attack");
        let held = after(1.0, 1.0);
        assert!((after(0.0, 0.2) - held * 0.368).abs() < 0.1, "63% back after the release");
    }

    #[test]
    fn a_gate_opens_holds_and_closes_without_flutter() {
        let mut gate = Gate::default();
        let settings =
            GateSettings { threshold_db: -30.0, attack_secs: 0.001, hold_secs: 0.05, release_secs: 0.01 };
        let mut after = |level_db: f64, secs: f64| {
            let level = ratio_of(level_db) as f32;
            let samples = (secs * SAMPLE_RATE) as usize;
            (0..samples).map(|_| gate.tick([level; 2], &settings)).last().unwrap()
        };
        assert_eq!(after(-31.0, 1.0), 0.0);
        assert!(after(-29.0, 0.1) > 0.999);
        assert!(after(-32.0, 1.0) > 0.999, "between the two thresholds it stays");
        assert!(after(-40.0, 0.049) > 0.999, "it holds");
        assert_eq!(after(-40.0, 1.0), 0.0);
    }

    #[test]
    fn a_limiter_lets_nothing_pass_and_leaves_soft_sound_alone() {
        let mut limiter = Limiter::default();
        let settings = LimiterSettings { ceiling_db: -6.0, release_secs: 0.05 };
        let (ceiling, mut held) = (ratio_of(-6.0) as f32, 0);
        for sample in noise(4, 48_000).map(|sample| sample * 20.0).chain(sine(50.0, 3.0, 48_000)) {
            let [left, right] = limiter.tick([sample, 0.5 * sample], &settings);
            assert!(left.abs() <= ceiling && right.abs() <= ceiling);
            held += usize::from(left.abs() > 0.999 * ceiling);
        }
        assert!(held > 5000, "what is too loud stands at the ceiling: {held} samples");
        let mut limiter = Limiter::default();
        for sample in sine(200.0, 0.5, 4800) {
            assert_eq!(limiter.tick([sample; 2], &settings), [sample; 2]);
        }
    }
}
