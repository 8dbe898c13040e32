//! A line from 0 to 1 that may be bent.

/// At `along` 0 it is 0, at 1 it is 1. With a `curve` of 0 the line is straight; above 0 it is quick at
/// first and slow at the end, as a capacitor loads, below 0 the other way round.
pub(crate) fn bend(along: f64, curve: f64) -> f64 {
    if curve.abs() < 1e-6 { along } else { (-curve * along).exp_m1() / (-curve).exp_m1() }
}

#[cfg(test)]
mod tests {
    use super::bend;

    #[test]
    fn ends_stay_and_the_middle_moves() {
        for curve in [-40.0, -3.0, -1e-7, 0.0, 1e-7, 3.0, 40.0] {
            assert_eq!(bend(0.0, curve), 0.0);
            assert!((bend(1.0, curve) - 1.0).abs() < 1e-12);
            let mirrored = 1.0 - bend(0.5, -curve);
            assert!((bend(0.5, curve) - mirrored).abs() < 1e-9);
        }
        assert!(bend(0.5, 3.0) > 0.8 && bend(0.5, -3.0) < 0.2);
    }
}
