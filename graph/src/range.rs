//! A range of numbers.

/// From `min` to `max`, both included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// Lowest value.
    pub min: f64,
    /// Highest value.
    pub max: f64,
}

impl Range {
    /// Whether a value lies inside.
    pub fn contains(&self, value: f64) -> bool {
        self.min <= value && value <= self.max
    }

    /// The nearest value inside.
    pub fn clamp(&self, value: f64) -> f64 {
        value.max(self.min).min(self.max)
    }
}

/// A range, for declarations.
pub const fn range(min: f64, max: f64) -> Range {
    Range { min, max }
}

/// Any number that a wire may carry.
pub const ANY: Range = range(-1e12, 1e12);
