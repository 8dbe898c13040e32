//! Makes steps of a control.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{ANY, Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

const VALUE: In<Control> = In::control("value", 0.0, Unit::None, range(0.0, 1.0), ANY, "Control to round.");
const STEP: In<Control> = In::control(
    "step",
    0.25,
    Unit::None,
    range(0.0, 1.0),
    range(0.0, 1e12),
    "How far the steps are apart; 0 leaves the control as it is.",
);
const OFFSET: In<Control> =
    In::control("offset", 0.0, Unit::None, range(-1.0, 1.0), ANY, "Where one of the steps is.");
const OUT: Out<Control> = Out::new("value", "The step.");

const STEPS: Opt<Option<usize>> =
    Opt::optional_whole("steps", range(1.0, 1e6), "Number of steps from 0 to 1.");

type Rounding = fn(f64) -> f64;

const ROUND: Opt<Choice<Rounding>> = Opt::choice(
    "round",
    &[("nearest", f64::round), ("down", f64::floor), ("up", f64::ceil)],
    "Which of the two steps around it is taken.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "quantise",
        category: Category::Control,
        summary: "Makes steps of a control.",
        doc: "Rounds a control to a grid. With the option `steps` there are this many steps from each whole \
              number to the next, and `step` is not looked at.",
        example: "let radius = quantise(lfo(0.2) * 20 + 20, 10);\nscreen(blur(test_card(), radius));\n",
        inputs: &[&VALUE.0, &STEP.0, &OFFSET.0],
        options: &[STEPS.0, ROUND.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| {
        let step = options.get(&STEPS).map(|steps| 1.0 / steps as f64);
        Ok(Box::new(Quantise { step, round: options.get(&ROUND) }))
    },
}];

struct Quantise {
    /// The size of a step, if the option says it.
    step: Option<f64>,
    round: fn(f64) -> f64,
}

impl Node for Quantise {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let step = self.step.unwrap_or_else(|| io.control(&STEP));
        io.set_control(&OUT, quantised(io.control(&VALUE), step, io.control(&OFFSET), self.round));
        Ok(())
    }
}

fn quantised(value: f64, step: f64, offset: f64, round: fn(f64) -> f64) -> f64 {
    // A step too small to be counted is none.
    let steps = (value - offset) / step;
    if steps.is_finite() { ANY.clamp(round(steps) * step + offset) } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_to_its_grid() {
        assert_eq!(quantised(0.3, 0.25, 0.0, f64::round), 0.25);
        assert_eq!(quantised(0.3, 0.25, 0.1, f64::round), 0.35);
        assert_eq!(quantised(-0.3, 0.25, 0.0, f64::floor), -0.5);
        assert_eq!(quantised(0.3, 0.25, 0.0, f64::ceil), 0.5);
    }

    #[test]
    fn without_steps_it_is_the_control_itself() {
        assert_eq!(quantised(0.3, 0.0, 0.0, f64::round), 0.3);
        assert_eq!(quantised(0.0, 0.0, 0.0, f64::round), 0.0);
        assert_eq!(quantised(1e12, 1e-320, 0.0, f64::round), 1e12);
    }
}
