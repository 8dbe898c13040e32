//! Transport time: samples that the sound card has played, or a monotonic clock without one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::clock::SAMPLE_RATE;
use pastiche_engine as engine;

use crate::sound::SoundClock;

/// Counts samples from its start.
#[derive(Clone, Debug)]
pub(super) enum Transport {
    /// Of real time.
    Real { start: Instant },
    /// That a card plays; times are those since `epoch`.
    Card { clock: Arc<SoundClock>, epoch: Instant },
}

impl Transport {
    /// Starts now; with a card that has just begun, it is that card's clock.
    pub(super) fn start(card: Option<(Arc<SoundClock>, Instant)>) -> Transport {
        match card {
            Some((clock, epoch)) => Transport::Card { clock, epoch },
            None => Transport::Real { start: Instant::now() },
        }
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
        self.samples_at(Instant::now())
    }

    /// The sample at which something happened; 0 for what was before the start.
    pub(super) fn samples_at(&self, at: Instant) -> u64 {
        match self {
            Transport::Real { start } => Transport::samples(at.saturating_duration_since(*start)),
            Transport::Card { clock, epoch } => clock.at(at.saturating_duration_since(*epoch)) as u64,
        }
    }

    pub(super) fn sleep_until(&self, sample: u64) {
        let wait = match self {
            Transport::Real { start } => Transport::time_of(sample).saturating_sub(start.elapsed()),
            Transport::Card { clock, epoch } => clock.until(sample, epoch.elapsed()),
        };
        std::thread::sleep(wait);
    }

    /// When a sample is due; now, if it was before.
    pub(super) fn moment_of(&self, sample: u64) -> Instant {
        match self {
            Transport::Real { start } => *start + Transport::time_of(sample),
            Transport::Card { clock, epoch } => Instant::now() + clock.until(sample, epoch.elapsed()),
        }
    }

    /// How long ago a sample was due.
    pub(super) fn since(&self, sample: u64) -> Duration {
        Transport::time_of(self.now_samples().saturating_sub(sample))
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
