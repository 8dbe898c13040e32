//! Transport time is the samples that have been played.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use engine::clock::SAMPLE_RATE;
use pastiche_engine as engine;

/// How far a look at the card moves the clock towards it: callbacks come unevenly, the clock must not.
const SHARE: f64 = 0.02;

/// From here on the clock jumps, for it would take too long.
const JUMP_SAMPLES: f64 = 24_000.0;

/// Played notes are heard this many samples, 2 ms, after the buffer that follows the one in which they came: a
/// card's callbacks come unevenly, and up to a block is made before it is asked for.
const NOTE_MARGIN: f64 = 96.0;

/// The video's view of the transport: samples since the start, by a monotonic clock that follows the
/// card. It runs ahead of the card by this many samples, so that the notes of a frame are known before
/// its sound is made. One thread at a time writes.
#[derive(Debug)]
pub(crate) struct SoundClock {
    ahead: f64,
    /// What is added to the samples of the monotonic clock, as bits.
    offset: AtomicU64,
    /// What is added to give the samples that the card has been given, as bits; not a number while no card
    /// plays. It keeps to the card more closely than the pictures may.
    card: AtomicU64,
    /// Looks at this card so far.
    looks: AtomicU64,
    /// Blocks that a card has asked for.
    calls: AtomicU64,
}

impl SoundClock {
    pub(crate) fn new(ahead_samples: u64) -> SoundClock {
        SoundClock {
            ahead: ahead_samples as f64,
            offset: AtomicU64::new(0.0_f64.to_bits()),
            card: AtomicU64::new(f64::NAN.to_bits()),
            looks: AtomicU64::new(0),
            calls: AtomicU64::new(0),
        }
    }

    /// The sample at which a note is heard that is played at a time: one buffer of the card later, and 2 ms.
    /// `None` while no card plays.
    pub(crate) fn note_at(&self, time: Duration) -> Option<u64> {
        let offset = f64::from_bits(self.card.load(Relaxed));
        // What the card has been given goes to the end of the buffer: the one buffer is in it.
        offset.is_finite().then(|| (samples(time) + offset + NOTE_MARGIN).max(0.0) as u64)
    }

    /// No card plays any more.
    pub(super) fn card_is_gone(&self) {
        self.card.store(f64::NAN.to_bits(), Relaxed);
        self.looks.store(0, Relaxed);
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
        self.follow_card(next_sample as f64 - samples(now));
    }

    /// The mean of the first looks, so that the first note is in its place, and then slowly on.
    fn follow_card(&self, seen: f64) {
        let looks = self.looks.load(Relaxed) + 1;
        self.looks.store(looks, Relaxed);
        let offset = f64::from_bits(self.card.load(Relaxed));
        let error = seen - offset;
        let share = (1.0 / looks as f64).max(SHARE);
        let followed =
            if error.is_finite() && error.abs() < JUMP_SAMPLES { offset + error * share } else { seen };
        self.card.store(followed.to_bits(), Relaxed);
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

    /// Keys at every moment of a buffer: each is heard one buffer and 2 ms later, and none comes too late for
    /// the callback that makes its sample.
    #[test]
    fn a_note_is_heard_one_buffer_after_its_key() {
        for buffer in [64_u64, 256, 1024] {
            let clock = SoundClock::new(800);
            assert_eq!(clock.note_at(Duration::from_secs(2)), None, "no card");
            let begun = 1.0;
            let (mut least, mut most) = (f64::MAX, f64::MIN);
            for call in 0..2000_u64 {
                // 100 parts in a million fast, and each call up to half a millisecond late.
                let due = begun + (call * buffer) as f64 / 48_004.8;
                let late = (call % 7) as f64 * 0.000_08;
                clock.observe(Duration::from_secs_f64(due + late), (call + 1) * buffer);
                for part in 0..5 {
                    let at = due + late + (buffer as f64 / 48_004.8 - 0.000_5) * f64::from(part) / 5.0;
                    let Some(sample) = clock.note_at(Duration::from_secs_f64(at)) else { panic!("no card") };
                    let played = (at - begun) * 48_004.8;
                    if call > 50 {
                        least = least.min(sample as f64 - played);
                        most = most.max(sample as f64 - played);
                        assert!(sample >= (call + 1) * buffer, "{buffer}: made before it came");
                    }
                }
            }
            let buffer = buffer as f64;
            assert!(least >= buffer && most <= buffer + 144.0, "{buffer}: {least} to {most}");
            assert!(most - least <= 64.0, "{buffer}: {least} to {most}");
            clock.card_is_gone();
            assert_eq!(clock.note_at(Duration::from_secs(2)), None);
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
