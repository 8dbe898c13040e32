//! One of several by a number, for the nodes that choose.

/// The member, the one behind it, and how much of that.
pub(crate) fn place(index: f64, count: usize, smooth: bool) -> (usize, usize, f64) {
    let wrapped = index.rem_euclid(count as f64);
    // Just below 0 the remainder is rounded up to the count itself.
    let whole = (wrapped.floor() as usize) % count;
    (whole, (whole + 1) % count, if smooth { wrapped.fract() } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn numbers_wrap_at_both_ends() {
        assert_eq!(place(1.75, 3, false), (1, 2, 0.0));
        assert_eq!(place(2.75, 3, true), (2, 0, 0.75));
        assert_eq!(place(-0.25, 3, true), (2, 0, 0.75));
        assert_eq!(place(-1e-300, 3, true).0, 0);
        assert_eq!(place(1e9, 1, true), (0, 0, 0.0));
    }
}
