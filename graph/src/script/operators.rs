//! Which kind an operator on controls makes.
//!
//! | written | kind | inputs |
//! |---|---|---|
//! | `x + y` | `add` | `a`, `b` |
//! | `x - y` | `subtract` | `a`, `b` |
//! | `x * y` | `multiply` | `a`, `b` |
//! | `x / y` | `divide` | `a`, `b` |
//! | `x % y` | `remainder` | `a`, `b` |
//! | `x ** y` | `power` | `a`, `b` |
//! | `-x` | `negate` | `a` |
//! | `x == y`, `x != y` | `equal`, `not_equal` | `a`, `b` |
//! | `x < y`, `x <= y` | `less`, `less_equal` | `a`, `b` |
//! | `x > y`, `x >= y` | `greater`, `greater_equal` | `a`, `b` |
//! | `x & y`, `x \| y` | `both`, `either` | `a`, `b` |
//!
//! Functions of the same family are called by the names of their kinds, on controls and on numbers:
//! `select(condition, a, b)`, `min(a, b)`, `max(a, b)`, `clamp(a, low, high)`,
//! `lerp(a, b, amount)`, `smoothstep(a, low, high)`, and with one input `a`: `not`, `abs`, `sign`,
//! `floor`, `ceil`, `round`, `fract`, `sqrt`, `exp`, `ln`, `sin`, `cos`, `tan` (radians).

/// Operators with two sides, and their kinds.
pub(super) const BINARY: [(&str, &str); 14] = [
    ("+", "add"),
    ("-", "subtract"),
    ("*", "multiply"),
    ("/", "divide"),
    ("%", "remainder"),
    ("**", "power"),
    ("==", "equal"),
    ("!=", "not_equal"),
    ("<", "less"),
    ("<=", "less_equal"),
    (">", "greater"),
    (">=", "greater_equal"),
    ("&", "both"),
    ("|", "either"),
];

/// Operators that no control has.
pub(super) const UNKNOWN: [&str; 5] = ["^", "<<", ">>", "..", "..="];

/// The operator that makes a kind.
pub(super) fn operator_of(kind: &str) -> Option<&'static str> {
    if kind == "negate" {
        return Some("-");
    }
    BINARY.iter().find(|(_, made)| *made == kind).map(|(operator, _)| *operator)
}
