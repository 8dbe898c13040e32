//! Transport time is the samples that have been played.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use engine::clock::SAMPLE_RATE;
use pastiche_engine as engine;

/// How far a look at the card moves the clock towards it: callbacks come unevenly, the clock must not.
const SHARE: f64 = 0.02;

/// From here on the clock jumps, for it would take too long.
const JUMP_SAMPLES: f64 = 24_000.0;

/// The video's view of the transport: samples since the start, by a monotonic clock that follows the
/// card. It runs ahead of the card by this many samples, so that the notes of a frame are known before
/// its sound is made. One thread at a time writes.
#[derive(Debug)]
pub(crate) struct SoundClock {
    ahead: f64,
    /// What is added to the samples of the monotonic clock, as bits.
    offset: AtomicU64,
    /// Blocks that a card has asked for.
    calls: AtomicU64,
}

impl SoundClock {
    pub(crate) fn new(ahead_samples: u64) -> SoundClock {
        SoundClock {
            ahead: ahead_samples as f64,
            offset: AtomicU64::new(0.0_f64.to_bits()),
            calls: AtomicU64::new(0),
        }
    }

    /// The transport begins at 0 at this time.
    pub(crate) fn begin(&self, now: Duration) {
        self.offset.store((-samples(now)).to_bits(), Relaxed);
    }

    /// The transport at a time, in samples; 0 before it begins.
    pub(crate) fn at(&self, time: Duration) -> f64 {
        (samples(time) + f64::from_bits(self.offset.load(Relaxed))).max(0.0)
    }

    /// How long to wait for a sample.
    pub(crate) fn until(&self, sample: u64, now: Duration) -> Duration {
        Duration::try_from_secs_f64((sample as f64 - self.at(now)) / SAMPLE_RATE as f64).unwrap_or_default()
    }

    /// The card has been given all samples before this one.
    pub(super) fn observe(&self, now: Duration, next_sample: u64) {
        let offset = f64::from_bits(self.offset.load(Relaxed));
        let seen = next_sample as f64 + self.ahead - samples(now);
        let error = seen - offset;
        let moved = if error.abs() > JUMP_SAMPLES { error } else { error * SHARE };
        self.offset.store((offset + moved).to_bits(), Relaxed);
    }

    /// How far the audio half should be while no card asks for sound.
    pub(super) fn silent_goal(&self, now: Duration) -> u64 {
        (self.at(now) - self.ahead).max(0.0) as u64
    }

    pub(super) fn count_call(&self) {
        self.calls.fetch_add(1, Relaxed);
    }

    pub(super) fn calls(&self) -> u64 {
        self.calls.load(Relaxed)
    }
}

fn samples(time: Duration) -> f64 {
    time.as_secs_f64() * SAMPLE_RATE as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_follows_a_card_that_runs_fast_and_unevenly() {
        let clock = SoundClock::new(800);
        clock.begin(Duration::from_secs(1));
        let mut previous = 0.0;
        for call in 0..20_000_u64 {
            // 100 parts in a million fast, and each call up to 3 ms late.
            let due = 1.0 + call as f64 * 480.0 / 48_004.8;
            let late = (call % 7) as f64 * 0.0005;
            let now = Duration::from_secs_f64(due + late);
            clock.observe(now, (call + 1) * 480);
            let at = clock.at(now);
            assert!(at >= previous, "it never goes back");
            previous = at;
            if call > 500 {
                let ahead = at - (call + 1) as f64 * 480.0;
                assert!((700.0..1000.0).contains(&ahead), "call {call}: {ahead} ahead");
            }
        }
    }

    #[test]
    fn it_is_told_when_to_wake() {
        let clock = SoundClock::new(0);
        clock.begin(Duration::from_secs(10));
        assert_eq!(clock.at(Duration::from_secs(3)), 0.0);
        assert_eq!(clock.until(48_000, Duration::from_millis(10_250)), Duration::from_millis(750));
        assert_eq!(clock.until(0, Duration::from_secs(60)), Duration::ZERO);
    }
}
