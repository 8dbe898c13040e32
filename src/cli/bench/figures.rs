//! Figures that are printed.

use std::time::Duration;

use serde::Serialize;

/// The middle one of some values, the upper of two; sorts them.
pub(super) fn median<T: PartialOrd + Copy>(values: &mut [T]) -> T {
    values.sort_by(|left, right| left.partial_cmp(right).unwrap_or(std::cmp::Ordering::Equal));
    values[values.len() / 2]
}

/// Milliseconds.
pub(super) fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// How far some values lie apart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Spread {
    pub(super) least: f64,
    pub(super) median: f64,
    /// At most this much in 90 of 100 cases.
    pub(super) percent_90: f64,
    pub(super) percent_99: f64,
    pub(super) worst: f64,
}

impl Spread {
    /// `None` of nothing.
    pub(super) fn of(mut values: Vec<f64>) -> Option<Spread> {
        let last = values.len().checked_sub(1)?;
        let median = median(&mut values);
        let within = |percent: usize| values[last * percent / 100];
        Some(Spread {
            least: values[0],
            median,
            percent_90: within(90),
            percent_99: within(99),
            worst: values[last],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_spread_from_the_least_to_the_worst() {
        let spread = Spread::of((0..=100).rev().map(f64::from).collect());
        let expected = Spread { least: 0.0, median: 50.0, percent_90: 90.0, percent_99: 99.0, worst: 100.0 };
        assert_eq!(spread, Some(expected));
        assert_eq!(Spread::of(Vec::new()), None);
    }
}
