//! A control with a name and a place in the operator's window.

use std::cmp::Ordering;

use pastiche_engine::io::Io;
use pastiche_engine::node::{BuildError, Fault, FrameCtx, Node};
use pastiche_engine::options::Options;
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{ANY, Category, In, InputSpec, NodeSpec, Opt, Out, Role, Unit, Unwired, range};

const VALUE: In<Control> =
    In::control("value", 0.0, Unit::None, range(0.0, 1.0), ANY, "Where the knob stands.");
const OUT: Out<Control> = Out::new("value", "Where the knob stands.");

const NAME: Opt<Option<&'static str>> =
    Opt::optional_text("name", "Name in the operator's window and for MIDI; without one the node's own.");
const MIN: Opt<f64> = Opt::number("min", 0.0, ANY, "Low end of the slider.");
const MAX: Opt<f64> = Opt::number("max", 1.0, ANY, "High end of the slider.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "knob",
        category: Category::Control,
        summary: "A control to play by hand.",
        doc: "A number with a name, which the operator's window shows as a slider from `min` to `max`, and \
              which MIDI can move. Scripts and typed lines may move it past both ends, by three times the \
              width of its range.",
        example: "let soft = knob(6, #{ name: \"softness\", max: 40 });\nscreen(blur(test_card(), soft));\n",
        inputs: &[&VALUE.0],
        options: &[NAME.0, MIN.0, MAX.0],
        outputs: &[OUT.0],
        role: Role::Knob,
        inputs_for: Some(inputs_for),
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(Knob)),
}];

fn inputs_for(options: &Options) -> Result<Vec<InputSpec>, BuildError> {
    let (min, max) = (options.get(&MIN), options.get(&MAX));
    // A NaN has no order, and is refused too.
    if min.partial_cmp(&max) != Some(Ordering::Less) {
        let message = format!("the knob's `min` {min} is not below its `max` {max}");
        return Err(BuildError::new(message, "give `max` a number above `min`").option(MAX.0.name));
    }
    let mut value = VALUE.0;
    let width = max - min;
    value.soft = range(min, max);
    value.hard = range(ANY.clamp(min - 3.0 * width), ANY.clamp(max + 3.0 * width));
    value.unwired = Unwired::Value(value.soft.clamp(0.0));
    Ok(vec![value])
}

struct Knob;

impl Node for Knob {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        io.set_control(&OUT, io.control(&VALUE));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pastiche_engine::options::OptionValue;

    fn value_between(min: f64, max: f64) -> Result<InputSpec, BuildError> {
        let mut options = Options::default();
        options.set(MIN.0.name, OptionValue::Number(min));
        options.set(MAX.0.name, OptionValue::Number(max));
        inputs_for(&options).map(|inputs| inputs[0].clone())
    }

    #[test]
    fn reaches_three_widths_past_both_ends() {
        let value = value_between(10.0, 20.0).unwrap();
        assert_eq!((value.soft, value.hard), (range(10.0, 20.0), range(-20.0, 50.0)));
        assert_eq!(value.unwired, Unwired::Value(10.0));
    }

    #[test]
    fn refuses_a_range_without_width() {
        for (min, max) in [(1.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0)] {
            assert_eq!(value_between(min, max).unwrap_err().option, Some("max"));
        }
    }
}
