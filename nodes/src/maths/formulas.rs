//! Arithmetic on controls: one row a kind. The operators of scripts end up here.
//!
//! Every result is finite: what has no answer is 0, and nothing leaves the range of a wire. A number
//! counts as true from 0.5 upwards; what is true is 1, what is false 0.

use std::borrow::Cow;
use std::f64::consts::E;

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, PortType};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{ANY, Category, InputSpec, NodeSpec, Out, Unit, Unwired, range};

const RESULT: Out<Control> = Out::new("result", "The result.");

const fn number(name: &'static str, default: f64, doc: &'static str) -> InputSpec {
    let soft = if default < -1.0 || default > 1.0 { range(-10.0, 10.0) } else { range(-1.0, 1.0) };
    InputSpec {
        name: Cow::Borrowed(name),
        port: PortType::Control,
        list: false,
        unwired: Unwired::Value(default),
        unit: Unit::None,
        soft,
        hard: ANY,
        doc: Cow::Borrowed(doc),
    }
}

/// A formula of one, two or three numbers.
struct Formula<const INPUTS: usize>(fn([f64; INPUTS]) -> f64);

impl<const INPUTS: usize> Node for Formula<INPUTS> {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let inputs = std::array::from_fn(|position| io.control_at(position));
        io.set_control(&RESULT, tame((self.0)(inputs)));
        Ok(())
    }
}

/// Into the range of a wire; what is not a number is 0.
fn tame(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { ANY.clamp(value) }
}

macro_rules! rows {
    ($($name:ident([$($input:ident = $default:expr, $input_doc:literal);+]) => $formula:expr,
       $summary:literal, $doc:literal, $call:literal;)*) => {
        pub static KINDS: [NodeKind; [$(stringify!($name)),*].len()] = [$(NodeKind {
            spec: NodeSpec {
                name: stringify!($name),
                category: Category::Maths,
                summary: $summary,
                doc: $doc,
                example: concat!(
                    "let wave = lfo(0.25);\nlet number = ", $call,
                    ";\nscreen(blur(test_card(), number));\n"
                ),
                inputs: &[$(&number(stringify!($input), $default, $input_doc)),+],
                options: &[],
                outputs: &[RESULT.0],
                ..NodeSpec::PLAIN
            },
            make: |_, _| Ok(Box::new(Formula(|[$($input),+]| $formula))),
        }),*];

        #[cfg(test)]
        fn value_of(name: &str, inputs: &[f64]) -> f64 {
            match name {
                $(stringify!($name) => {
                    let [$($input),+] = inputs else { panic!("{name} takes other inputs") };
                    let formula: fn([f64; [$(stringify!($input)),+].len()]) -> f64 = |[$($input),+]| $formula;
                    tame(formula([$(*$input),+]))
                })*
                _ => panic!("there is no {name}"),
            }
        }
    };
}

rows! {
    add([a = 0.0, "First number."; b = 0.0, "Second number."]) => a + b,
        "Adds two numbers.", "The sum of `a` and `b`; `a + b` in a script.", "add(wave, 1.0)";
    subtract([a = 0.0, "Number to take from."; b = 0.0, "Number to take away."]) => a - b,
        "Takes one number from another.", "`a` less `b`; `a - b` in a script.", "subtract(2.0, wave)";
    multiply([a = 0.0, "First number."; b = 1.0, "Second number."]) => a * b,
        "Multiplies two numbers.", "`a` times `b`; `a * b` in a script.", "multiply(wave, 8.0)";
    divide([a = 0.0, "Number to divide."; b = 1.0, "Number to divide by."]) =>
        if b == 0.0 { 0.0 } else { a / b },
        "Divides one number by another.",
        "`a` divided by `b`; `a / b` in a script. Divided by 0 it is 0.", "divide(8.0, wave)";
    remainder([a = 0.0, "Number to divide."; b = 1.0, "Number to divide by."]) =>
        if b == 0.0 { 0.0 } else { a - b * (a / b).floor() },
        "What is left of a division.",
        "What is left when `a` is divided by `b`; `a % b` in a script. It wraps: the result lies between 0 \
         and `b` for negative `a` too. Divided by 0 it is 0.", "remainder(wave, 0.5)";
    power([a = 0.0, "Number to raise."; b = 1.0, "Exponent."]) => a.powf(b),
        "Raises a number to a power.",
        "`a` to the power of `b`; `a ** b` in a script. A power without an answer, such as the root of a \
         negative number, is 0.", "power(abs(wave), 2.0)";
    negate([a = 0.0, "A number."]) => -a,
        "Turns a number's sign.", "`-a`.", "negate(wave)";

    equal([a = 0.0, "First number."; b = 0.0, "Second number."]) => truth(a == b),
        "1 when two numbers are the same.",
        "1 when `a` and `b` are exactly the same, else 0; `a == b` in a script.", "equal(wave, 0.0)";
    not_equal([a = 0.0, "First number."; b = 0.0, "Second number."]) => truth(a != b),
        "1 when two numbers differ.",
        "1 when `a` and `b` differ, else 0; `a != b` in a script.", "not_equal(wave, 0.0)";
    less([a = 0.0, "First number."; b = 0.0, "Second number."]) => truth(a < b),
        "1 when one number is below another.",
        "1 when `a` is below `b`, else 0; `a < b` in a script.", "less(wave, 0.0)";
    less_equal([a = 0.0, "First number."; b = 0.0, "Second number."]) => truth(a <= b),
        "1 when one number is not above another.",
        "1 when `a` is below `b` or the same, else 0; `a <= b` in a script.", "less_equal(wave, 0.0)";
    greater([a = 0.0, "First number."; b = 0.0, "Second number."]) => truth(a > b),
        "1 when one number is above another.",
        "1 when `a` is above `b`, else 0; `a > b` in a script.", "greater(wave, 0.0)";
    greater_equal([a = 0.0, "First number."; b = 0.0, "Second number."]) => truth(a >= b),
        "1 when one number is not below another.",
        "1 when `a` is above `b` or the same, else 0; `a >= b` in a script.", "greater_equal(wave, 0.0)";
    both([a = 0.0, "First condition."; b = 0.0, "Second condition."]) => truth(is_true(a) && is_true(b)),
        "1 when two conditions hold.",
        "1 when `a` and `b` both count as true, that is from 0.5 upwards, else 0; `a & b` in a script.",
        "both(greater(wave, 0.0), less(wave, 0.5))";
    either([a = 0.0, "First condition."; b = 0.0, "Second condition."]) => truth(is_true(a) || is_true(b)),
        "1 when one of two conditions holds.",
        "1 when `a` or `b` counts as true, that is from 0.5 upwards, else 0; `a | b` in a script.",
        "either(less(wave, -0.5), greater(wave, 0.5))";
    not([a = 0.0, "A condition."]) => truth(!is_true(a)),
        "1 when a condition does not hold.",
        "0 when `a` counts as true, that is from 0.5 upwards, else 1.",
        "not(greater(wave, 0.0))";
    select([condition = 1.0, "Which of the two."; a = 0.0, "Result when it holds.";
            b = 0.0, "Result when it does not."]) => if is_true(condition) { a } else { b },
        "Chooses between two numbers.",
        "`a` when the condition counts as true, that is from 0.5 upwards, else `b`.",
        "select(greater(wave, 0.0), 2.0, 12.0)";

    min([a = 0.0, "First number."; b = 0.0, "Second number."]) => a.min(b),
        "The lower of two numbers.", "The lower of `a` and `b`.", "min(wave, 0.5)";
    max([a = 0.0, "First number."; b = 0.0, "Second number."]) => a.max(b),
        "The higher of two numbers.", "The higher of `a` and `b`.", "max(wave, 0.0)";
    clamp([a = 0.0, "A number."; low = 0.0, "Lowest result."; high = 1.0, "Highest result."]) =>
        a.max(low).min(high),
        "Keeps a number inside a range.",
        "`a`, but never below `low` and never above `high`. If `low` is above `high`, it is `high`.",
        "clamp(wave, 0.0, 0.5)";
    lerp([a = 0.0, "Where amount is 0."; b = 1.0, "Where amount is 1."; amount = 0.5, "How far from a to b."]) =>
        a + (b - a) * amount,
        "Blends two numbers.",
        "`a` where `amount` is 0, `b` where it is 1, on the straight line through both elsewhere, past both \
         ends too.", "lerp(2.0, 12.0, abs(wave))";
    smoothstep([a = 0.0, "A number."; low = 0.0, "Where the step begins."; high = 1.0, "Where it ends."]) =>
        smooth(a, low, high),
        "A soft step from 0 to 1.",
        "0 while `a` is below `low`, 1 above `high`, a soft curve in between. Where `low` and `high` are the \
         same it is a hard step.", "smoothstep(wave, -1.0, 1.0)";
    abs([a = 0.0, "A number."]) => a.abs(),
        "A number without its sign.", "How far `a` is from 0.", "abs(wave)";
    sign([a = 0.0, "A number."]) => if a == 0.0 { 0.0 } else { a.signum() },
        "The sign of a number.", "-1 for a negative number, 1 for a positive one, 0 for 0.", "sign(wave)";
    floor([a = 0.0, "A number."]) => a.floor(),
        "Rounds down.", "The nearest whole number that is not above `a`.", "floor(multiply(wave, 4.0))";
    ceil([a = 0.0, "A number."]) => a.ceil(),
        "Rounds up.", "The nearest whole number that is not below `a`.", "ceil(multiply(wave, 4.0))";
    round([a = 0.0, "A number."]) => a.round(),
        "Rounds.", "The nearest whole number; halves go away from 0.", "round(multiply(wave, 4.0))";
    fract([a = 0.0, "A number."]) => a - a.floor(),
        "What stands behind the decimal point.",
        "`a` less the whole number below it: from 0 up to, but never, 1.", "fract(multiply(wave, 4.0))";
    sqrt([a = 0.0, "A number."]) => a.max(0.0).sqrt(),
        "The square root.", "The square root of `a`; 0 for negative numbers.", "sqrt(abs(wave))";
    exp([a = 0.0, "A number."]) => a.exp(),
        "The exponential function.", "2.718… to the power of `a`.", "exp(wave)";
    ln([a = E, "A number."]) => if a > 0.0 { a.ln() } else { 0.0 },
        "The natural logarithm.", "The natural logarithm of `a`; 0 for 0 and for negative numbers.",
        "ln(add(wave, 2.0))";
    sin([a = 0.0, "An angle in radians."]) => a.sin(),
        "The sine of an angle.", "The sine of an angle in radians; a turn is 6.283….",
        "sin(multiply(wave, 6.2831853))";
    cos([a = 0.0, "An angle in radians."]) => a.cos(),
        "The cosine of an angle.", "The cosine of an angle in radians; a turn is 6.283….",
        "cos(multiply(wave, 6.2831853))";
    tan([a = 0.0, "An angle in radians."]) => a.tan(),
        "The tangent of an angle.",
        "The tangent of an angle in radians. Near a quarter turn it is very large.", "tan(wave)";
}

fn is_true(value: f64) -> bool {
    value >= 0.5
}

fn truth(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

/// As in WGSL and GLSL, but with a hard step where the ends meet.
fn smooth(a: f64, low: f64, high: f64) -> f64 {
    if low == high {
        return truth(a >= high);
    }
    let along = ((a - low) / (high - low)).clamp(0.0, 1.0);
    along * along * (3.0 - 2.0 * along)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    fn check(name: &str, inputs: &[f64], expected: f64) {
        let value = value_of(name, inputs);
        assert!((value - expected).abs() < 1e-12, "{name}{inputs:?} is {value}, not {expected}");
    }

    #[test]
    fn formulas() {
        check("add", &[1.0, 2.0], 3.0);
        check("subtract", &[1.0, 2.0], -1.0);
        check("multiply", &[3.0, -2.0], -6.0);
        check("divide", &[3.0, -2.0], -1.5);
        check("remainder", &[-0.25, 1.0], 0.75);
        check("remainder", &[7.0, -3.0], -2.0);
        check("power", &[2.0, 10.0], 1024.0);
        check("negate", &[2.0], -2.0);
        check("equal", &[2.0, 2.0], 1.0);
        check("not_equal", &[2.0, 2.0], 0.0);
        check("less", &[1.0, 2.0], 1.0);
        check("less_equal", &[2.0, 2.0], 1.0);
        check("greater", &[1.0, 2.0], 0.0);
        check("greater_equal", &[2.0, 2.0], 1.0);
        check("both", &[1.0, 0.4], 0.0);
        check("either", &[1.0, 0.4], 1.0);
        check("not", &[0.5], 0.0);
        check("select", &[1.0, 3.0, 4.0], 3.0);
        check("select", &[0.0, 3.0, 4.0], 4.0);
        check("min", &[1.0, 2.0], 1.0);
        check("max", &[1.0, 2.0], 2.0);
        check("clamp", &[3.0, 0.0, 2.0], 2.0);
        check("clamp", &[3.0, 5.0, 2.0], 2.0);
        check("lerp", &[2.0, 4.0, 1.5], 5.0);
        check("smoothstep", &[0.5, 0.0, 1.0], 0.5);
        check("smoothstep", &[0.25, 1.0, 0.0], 0.84375);
        check("smoothstep", &[1.0, 1.0, 1.0], 1.0);
        check("abs", &[-2.0], 2.0);
        check("sign", &[-2.0], -1.0);
        check("sign", &[0.0], 0.0);
        check("floor", &[-0.5], -1.0);
        check("ceil", &[-0.5], 0.0);
        check("round", &[2.5], 3.0);
        check("fract", &[-0.25], 0.75);
        check("sqrt", &[9.0], 3.0);
        check("exp", &[1.0], E);
        check("ln", &[E], 1.0);
        check("sin", &[PI / 2.0], 1.0);
        check("cos", &[PI], -1.0);
        check("tan", &[PI / 4.0], 1.0);
    }

    #[test]
    fn what_has_no_answer_is_zero() {
        check("divide", &[1.0, 0.0], 0.0);
        check("remainder", &[1.0, 0.0], 0.0);
        check("power", &[-1.0, 0.5], 0.0);
        check("sqrt", &[-1.0], 0.0);
        check("ln", &[0.0], 0.0);
    }

    #[test]
    fn every_result_is_finite_and_fits_a_wire() {
        let extremes = [ANY.min, -1.0, -1e-300, 0.0, 1e-300, 0.5, 1.0, 2.5, ANY.max];
        for kind in &KINDS {
            let inputs = kind.spec.inputs.len();
            for case in 0..extremes.len().pow(inputs as u32) {
                let values: Vec<f64> = (0..inputs)
                    .map(|input| extremes[case / extremes.len().pow(input as u32) % extremes.len()])
                    .collect();
                let value = value_of(kind.spec.name, &values);
                assert!(ANY.contains(value), "{}{values:?} is {value}", kind.spec.name);
            }
        }
    }
}
