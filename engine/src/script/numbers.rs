//! What the kinds of arithmetic give for plain numbers: a script that computes with numbers alone
//! makes no nodes.

/// The value of a kind of arithmetic, if it is known.
pub(super) fn evaluate(kind: &str, numbers: &[f64]) -> Option<f64> {
    let truth = |truth: bool| f64::from(u8::from(truth));
    Some(match (kind, numbers) {
        ("add", [a, b]) => a + b,
        ("subtract", [a, b]) => a - b,
        ("multiply", [a, b]) => a * b,
        ("divide", [a, b]) => a / b,
        ("remainder", [a, b]) => a % b,
        ("power", [a, b]) => a.powf(*b),
        ("negate", [x]) => -x,
        ("equal", [a, b]) => truth(a == b),
        ("not_equal", [a, b]) => truth(a != b),
        ("less", [a, b]) => truth(a < b),
        ("less_equal", [a, b]) => truth(a <= b),
        ("greater", [a, b]) => truth(a > b),
        ("greater_equal", [a, b]) => truth(a >= b),
        ("both", [a, b]) => truth(*a != 0.0 && *b != 0.0),
        ("either", [a, b]) => truth(*a != 0.0 || *b != 0.0),
        ("not", [x]) => truth(*x == 0.0),
        ("select", [condition, a, b]) => *(if *condition != 0.0 { a } else { b }),
        ("min", [a, b]) => a.min(*b),
        ("max", [a, b]) => a.max(*b),
        ("clamp", [x, low, high]) => x.max(*low).min(*high),
        ("lerp", [a, b, t]) => a + (b - a) * t,
        ("smoothstep", [low, high, x]) => {
            let share = ((x - low) / (high - low)).clamp(0.0, 1.0);
            share * share * (3.0 - 2.0 * share)
        }
        ("step", [edge, x]) => truth(x >= edge),
        ("abs", [x]) => x.abs(),
        ("sign", [x]) => f64::from(i8::from(*x > 0.0) - i8::from(*x < 0.0)),
        ("floor", [x]) => x.floor(),
        ("ceil", [x]) => x.ceil(),
        ("round", [x]) => x.round(),
        ("fract", [x]) => x - x.floor(),
        ("sqrt", [x]) => x.sqrt(),
        ("exp", [x]) => x.exp(),
        ("ln", [x]) => x.ln(),
        ("sin", [x]) => x.sin(),
        ("cos", [x]) => x.cos(),
        ("tan", [x]) => x.tan(),
        _ => return None,
    })
}
