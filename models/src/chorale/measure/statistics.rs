//! Errors of what is measured, from the measurements themselves.

use crate::Random;

/// How often a bootstrap draws.
const DRAWS: usize = 1000;

/// The bootstrap of a statistic over independent parts, such as pieces.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The standard error.
    pub error: f64,
    /// The 2.5th and the 97.5th percentile.
    pub interval: [f64; 2],
}

/// Draws as many of `count` parts as there are, with replacement, a thousand times, and asks for the statistics
/// of each draw: the spread of each statistic. Draws in which a statistic is not a number are left out of it.
pub fn bootstrap(count: usize, statistics: impl Fn(&[usize]) -> Vec<f64>) -> Vec<Spread> {
    let mut random = Random::at(13, [0, 0]);
    let mut drawn: Vec<Vec<f64>> = Vec::new();
    for _ in 0..DRAWS {
        let parts: Vec<usize> = (0..count).map(|_| random.between(0, count.saturating_sub(1))).collect();
        for (index, value) in statistics(&parts).into_iter().enumerate() {
            if drawn.len() <= index {
                drawn.push(Vec::with_capacity(DRAWS));
            }
            if value.is_finite() {
                drawn[index].push(value);
            }
        }
    }
    drawn.into_iter().map(spread).collect()
}

fn spread(mut values: Vec<f64>) -> Spread {
    values.sort_by(f64::total_cmp);
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64;
    let at = |share: f64| {
        let index = (share * values.len().saturating_sub(1) as f64).round() as usize;
        values.get(index).copied().unwrap_or(f64::NAN)
    };
    Spread { error: variance.sqrt(), interval: [at(0.025), at(0.975)] }
}

/// The middle value; NaN where there is none.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => sorted[length / 2],
        length => (sorted[length / 2 - 1] + sorted[length / 2]) / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_of_a_mean_is_the_deviation_over_the_root_of_the_count() {
        let values: Vec<f64> = (0..100).map(|index| f64::from(index % 10)).collect();
        let mean = |parts: &[usize]| vec![parts.iter().map(|part| values[*part]).sum::<f64>() / 100.0];
        let found = bootstrap(100, mean)[0];
        assert!((found.error - 8.25_f64.sqrt() / 10.0).abs() < 0.02, "{found:?}");
        assert!(found.interval[0] < 4.1 && found.interval[1] > 4.9, "{found:?}");
    }

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(&[]).is_nan());
    }
}
