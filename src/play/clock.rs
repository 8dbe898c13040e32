//! Transport time while there is no sound card: a monotonic clock.

use std::time::{Duration, Instant};

use engine::clock::SAMPLE_RATE;
use pastiche_engine as engine;

/// Counts samples of real time from its start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transport {
    start: Instant,
}

impl Transport {
    pub(super) fn start() -> Transport {
        Transport { start: Instant::now() }
    }

    /// The samples of so much time, in whole numbers: a month of playing moves nothing.
    pub(super) fn samples(time: Duration) -> u64 {
        (time.as_nanos() * u128::from(SAMPLE_RATE) / 1_000_000_000) as u64
    }

    fn time_of(sample: u64) -> Duration {
        let nanos = (u128::from(sample) * 1_000_000_000).div_ceil(u128::from(SAMPLE_RATE));
        Duration::from_nanos(nanos as u64)
    }

    pub(super) fn now_samples(&self) -> u64 {
        Transport::samples(self.start.elapsed())
    }

    /// The sample at which something happened; 0 for what was before the start.
    pub(super) fn samples_at(&self, at: Instant) -> u64 {
        Transport::samples(at.saturating_duration_since(self.start))
    }

    pub(super) fn sleep_until(&self, sample: u64) {
        std::thread::sleep(Transport::time_of(sample).saturating_sub(self.start.elapsed()));
    }

    /// How long ago a sample was due.
    pub(super) fn since(&self, sample: u64) -> Duration {
        self.start.elapsed().saturating_sub(Transport::time_of(sample))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_and_time_agree_after_a_month() {
        for sample in [0, 1, 799, 800, 48_000, 30 * 24 * 3600 * SAMPLE_RATE + 1] {
            assert_eq!(Transport::samples(Transport::time_of(sample)), sample);
        }
    }
}
