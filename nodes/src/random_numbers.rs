//! Chance that is the same for the same seed and number, whatever happened before: it needs no state.

use std::f64::consts::TAU;

/// From 0 up to, but never, 1 (SplitMix64 of Steele, Lea and Flood, 2014, at a place of its sequence).
pub(crate) fn uniform(seed: u64, number: i64) -> f64 {
    let place = seed.wrapping_add((number as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mut bits = (place ^ (place >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((bits ^ (bits >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

/// Around 0 with a standard deviation of 1 (Box and Muller, 1958).
pub(crate) fn gaussian(seed: u64, number: i64) -> f64 {
    let radius = (-2.0 * (1.0 - uniform(seed, number)).ln()).sqrt();
    radius * (TAU * uniform(!seed, number)).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(draw: impl Fn(i64) -> f64) -> (f64, f64) {
        let numbers = 100_000;
        let values = || (-numbers / 2..numbers / 2).map(&draw);
        let mean = values().sum::<f64>() / numbers as f64;
        let variance = values().map(|value| (value - mean).powi(2)).sum::<f64>() / numbers as f64;
        (mean, variance)
    }

    #[test]
    fn numbers_are_spread_as_they_should_be() {
        for seed in [0, 1, u64::MAX] {
            let (mean, variance) = moments(|number| uniform(seed, number));
            assert!((mean - 0.5).abs() < 0.005 && (variance - 1.0 / 12.0).abs() < 0.002, "{mean} {variance}");
            let (mean, variance) = moments(|number| gaussian(seed, number));
            assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.02, "{mean} {variance}");
            assert!((0..1000).all(|number| (0.0..1.0).contains(&uniform(seed, number))));
        }
    }

    #[test]
    fn the_same_seed_and_number_give_the_same() {
        assert_eq!(uniform(7, -3), uniform(7, -3));
        assert_ne!(uniform(7, 3), uniform(8, 3));
        assert_ne!(uniform(7, 3), uniform(7, 4));
    }
}
