//! The last thing before the card: nothing is louder than full scale.

/// Samples in which the loudness is let go again, a quarter of a second.
const RELEASE: f32 = 12_000.0;

/// A limiter without delay. A peak is turned down in the sample in which it comes, together on both
/// sides, and what follows comes back slowly. Quieter sound passes as it is.
#[derive(Debug)]
pub(super) struct Guard {
    gain: f32,
}

impl Guard {
    /// The loudest sample that is let through.
    pub(super) const CEILING: f32 = 0.985;

    pub(super) fn new() -> Guard {
        Guard { gain: 1.0 }
    }

    pub(super) fn pass(&mut self, [left, right]: [f32; 2]) -> [f32; 2] {
        let peak = left.abs().max(right.abs());
        self.gain += (1.0 - self.gain) / RELEASE;
        // What is not a number compares as false, and becomes silence.
        if !(peak * self.gain <= Guard::CEILING) {
            if !peak.is_finite() {
                return [0.0; 2];
            }
            self.gain = Guard::CEILING / peak;
        }
        [left * self.gain, right * self.gain]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quiet_passes_and_what_is_loud_is_turned_down() {
        let mut guard = Guard::new();
        for at in 0..1000 {
            let sample = [(at as f32 * 0.1).sin() * 0.9, 0.3];
            assert_eq!(guard.pass(sample), sample);
        }
        let mut before = guard.pass([0.0; 2])[0];
        for at in 0..48_000 {
            let [left, right] = guard.pass([(at as f32 * 0.05).sin() * 8.0, 1.0]);
            assert!(left.abs() <= Guard::CEILING + 1e-6 && right.abs() <= Guard::CEILING);
            assert!((left - before).abs() < 0.41, "{at}: no step that was not there");
            before = left;
        }
        let last = (0..100_000).map(|_| guard.pass([0.5; 2])[0]).fold(0.0, |_, sample| sample);
        assert!((last - 0.5).abs() < 1e-3, "it comes back: {last}");
    }

    #[test]
    fn what_is_no_number_is_silence() {
        let mut guard = Guard::new();
        for wrong in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert_eq!(guard.pass([0.1, wrong]), [0.0; 2]);
            let [left, _] = guard.pass([0.5, 0.1]);
            assert!((left - 0.5).abs() < 1e-3);
        }
    }
}
