//! What the kinds of arithmetic give for plain numbers: a script that computes with numbers alone
//! makes no nodes. The formulas are those of the nodes.

/// The value of a kind of arithmetic, if it is known.
pub(super) fn evaluate(kind: &str, numbers: &[f64]) -> Option<f64> {
    let truth = |holds: bool| f64::from(u8::from(holds));
    let is_true = |number: f64| number >= 0.5;
    Some(match (kind, numbers) {
        ("add", [a, b]) => a + b,
        ("subtract", [a, b]) => a - b,
        ("multiply", [a, b]) => a * b,
        ("divide" | "remainder", [_, 0.0]) => 0.0,
        ("divide", [a, b]) => a / b,
        ("remainder", [a, b]) => a - b * (a / b).floor(),
        ("power", [a, b]) => a.powf(*b),
        ("negate", [a]) => -a,
        ("equal", [a, b]) => truth(a == b),
        ("not_equal", [a, b]) => truth(a != b),
        ("less", [a, b]) => truth(a < b),
        ("less_equal", [a, b]) => truth(a <= b),
        ("greater", [a, b]) => truth(a > b),
        ("greater_equal", [a, b]) => truth(a >= b),
        ("both", [a, b]) => truth(is_true(*a) && is_true(*b)),
        ("either", [a, b]) => truth(is_true(*a) || is_true(*b)),
        ("not", [a]) => truth(!is_true(*a)),
        ("select", [condition, a, b]) => *(if is_true(*condition) { a } else { b }),
        ("min", [a, b]) => a.min(*b),
        ("max", [a, b]) => a.max(*b),
        ("clamp", [a, low, high]) => a.max(*low).min(*high),
        ("lerp", [a, b, amount]) => a + (b - a) * amount,
        ("smoothstep", [a, low, high]) if low == high => truth(a >= high),
        ("smoothstep", [a, low, high]) => {
            let along = ((a - low) / (high - low)).clamp(0.0, 1.0);
            along * along * (3.0 - 2.0 * along)
        }
        ("abs", [a]) => a.abs(),
        ("sign", [0.0]) => 0.0,
        ("sign", [a]) => a.signum(),
        ("floor", [a]) => a.floor(),
        ("ceil", [a]) => a.ceil(),
        ("round", [a]) => a.round(),
        ("fract", [a]) => a - a.floor(),
        ("sqrt", [a]) => a.max(0.0).sqrt(),
        ("exp", [a]) => a.exp(),
        ("ln", [a]) => {
            if *a > 0.0 {
                a.ln()
            } else {
                0.0
            }
        }
        ("sin", [a]) => a.sin(),
        ("cos", [a]) => a.cos(),
        ("tan", [a]) => a.tan(),
        _ => return None,
    })
}
