//! Two clocks that are never quite the same: how much faster to play, so that what waits stays the same.

/// The sound that waits swings with the blocks of the device; what counts is its mean over so long.
const MEAN_SECS: f64 = 1.0;

/// An error is made good within so long: slowly enough that no one hears it.
const CATCH_SECS: f64 = 10.0;

/// At most so much faster or slower: nine cents.
const MOST: f64 = 0.005;

/// Waits at least so long, …
const LEAST_SECS: f64 = 0.02;

/// … longer by so much after every time that nothing was left, …
const MORE_SECS: f64 = 0.01;

/// … and never longer than this.
const LONGEST_SECS: f64 = 0.5;

/// Keeps as much sound waiting as the device's blocks need.
#[derive(Clone, Debug, Default)]
pub(super) struct Servo {
    mean_secs: f64,
    more_secs: f64,
}

impl Servo {
    /// How much is to wait, for a device whose largest block is so long.
    pub(super) fn target_secs(&self, block_secs: f64) -> f64 {
        let blocks = 1.5 * block_secs + MORE_SECS;
        (blocks.max(LEAST_SECS) + self.more_secs).min(LONGEST_SECS)
    }

    /// Begins to play with so much waiting.
    pub(super) fn begin(&mut self, waiting_secs: f64) {
        self.mean_secs = waiting_secs;
    }

    /// There was nothing left.
    pub(super) fn ran_dry(&mut self) {
        self.more_secs = (self.more_secs + MORE_SECS).min(LONGEST_SECS);
    }

    /// How many times as fast to play the next `secs`, while so much waits.
    pub(super) fn times(&mut self, waiting_secs: f64, target_secs: f64, secs: f64) -> f64 {
        self.mean_secs += (waiting_secs - self.mean_secs) * (secs / MEAN_SECS).min(1.0);
        1.0 + ((self.mean_secs - target_secs) / CATCH_SECS).clamp(-MOST, MOST)
    }

    /// The mean of what waits.
    pub(super) fn waiting_secs(&self) -> f64 {
        self.mean_secs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_with_another_clock_neither_runs_dry_nor_piles_up() {
        for parts_per_million in [-300.0, -20.0, 0.0, 100.0, 300.0] {
            for block_secs in [0.0013, 0.01, 0.0427] {
                let mut servo = Servo::default();
                let target = servo.target_secs(block_secs);
                let (secs, rate) = (64.0 / 48_000.0, 1.0 + parts_per_million * 1e-6);
                let (mut waiting, mut due, mut worst) = (target, 0.0, 0.0_f64);
                servo.begin(waiting);
                let mut least = f64::MAX;
                for block in 0..3600 * 750 {
                    due += secs * rate;
                    while due >= block_secs {
                        (waiting, due) = (waiting + block_secs, due - block_secs);
                    }
                    let times = servo.times(waiting, target, secs);
                    waiting -= secs * times;
                    least = least.min(waiting);
                    // Once it has settled, the pitch is off by the clocks' own difference.
                    if block > 60 * 750 {
                        worst = worst.max((times - rate).abs());
                    }
                }
                assert!(least > 0.0, "{parts_per_million} ppm, {block_secs} s: {least}");
                assert!(
                    (waiting - target).abs() < 0.5 * block_secs + 0.005,
                    "{parts_per_million}: {waiting}"
                );
                // A fifth of a cent.
                assert!(worst < 1e-4, "{parts_per_million} ppm, {block_secs} s: {worst}");
            }
        }
    }

    #[test]
    fn a_device_that_stutters_is_given_more_time() {
        let mut servo = Servo::default();
        let before = servo.target_secs(0.01);
        servo.ran_dry();
        assert!(servo.target_secs(0.01) > before);
        (0..1000).for_each(|_| servo.ran_dry());
        assert_eq!(servo.target_secs(9.0), LONGEST_SECS);
    }
}
