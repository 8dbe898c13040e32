//! Takes the tremble out of a control.

use std::f64::consts::TAU;

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{ANY, Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

const VALUE: In<Control> =
    In::control("value", 0.0, Unit::None, range(0.0, 1.0), ANY, "Control that trembles or jumps.");
const CUTOFF: In<Control> = In::control(
    "cutoff",
    1.0,
    Unit::Hz,
    range(0.05, 20.0),
    range(0.0001, 10_000.0),
    "With `one_euro`: how quick it is while the control stands nearly still; lower is calmer.",
);
const BETA: In<Control> = In::control(
    "beta",
    0.5,
    Unit::None,
    range(0.0, 10.0),
    range(0.0, 10_000.0),
    "With `one_euro`: how much quicker it gets while the control moves; 0 is always equally calm.",
);
const RISE: In<Control> = speed("rise", "With `slew`: how far it goes up in a second, at most.");
const FALL: In<Control> = speed("fall", "With `slew`: how far it goes down in a second, at most.");
const OUT: Out<Control> = Out::new("value", "The control, calmer.");

const fn speed(name: &'static str, doc: &'static str) -> In<Control> {
    In::control(name, 1.0, Unit::None, range(0.0, 20.0), range(0.0, 1e12), doc)
}

/// The cut-off of the filter of the slope, from the paper.
const SLOPE_CUTOFF_HZ: f64 = 1.0;

const METHOD: Opt<Choice<bool>> =
    Opt::choice("method", &[("one_euro", false), ("slew", true)], "How it is smoothed.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "smooth",
        category: Category::Control,
        summary: "Takes the tremble out of a control.",
        doc: "For faders, trackers and everything that trembles. `one_euro` is calm while the control stands \
              and quick while it moves (Casiez, Roussel and Vogel, 2012); `slew` lets it rise and fall at \
              most so fast. The first value is taken as it is.",
        example: "let wobble = lfo(2, #{ shape: \"random\" });\n\
                  screen(blur(test_card(), smooth(wobble, 0.5) * 10 + 12));\n",
        inputs: &[&VALUE.0, &CUTOFF.0, &BETA.0, &RISE.0, &FALL.0],
        options: &[METHOD.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| Ok(Box::new(Smooth { slew: options.get(&METHOD), state: None })),
}];

struct Smooth {
    slew: bool,
    state: Option<State>,
}

/// What the filters remember.
#[derive(Clone, Copy, Debug)]
struct State {
    /// The value as it came.
    raw: f64,
    value: f64,
    slope: f64,
}

impl Node for Smooth {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let (raw, delta_secs) = (io.control(&VALUE), ctx.tick.delta_secs());
        let state = match self.state {
            None => State { raw, value: raw, slope: 0.0 },
            Some(state) if delta_secs <= 0.0 => state,
            Some(state) if self.slew => {
                let (rise, fall) = (io.control(&RISE) * delta_secs, io.control(&FALL) * delta_secs);
                State { raw, value: slewed(state.value, raw, rise, fall), slope: 0.0 }
            }
            Some(state) => one_euro(state, raw, delta_secs, io.control(&CUTOFF), io.control(&BETA)),
        };
        self.state = Some(state);
        io.set_control(&OUT, state.value);
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        self.state = old.state;
    }
}

fn slewed(from: f64, to: f64, rise: f64, fall: f64) -> f64 {
    if to > from { to.min(from + rise) } else { to.max(from - fall) }
}

/// Algorithm 1 of Casiez, Roussel and Vogel, "1€ Filter", CHI 2012.
fn one_euro(before: State, raw: f64, delta_secs: f64, cutoff_hz: f64, beta: f64) -> State {
    let slope = low_pass(before.slope, (raw - before.raw) / delta_secs, SLOPE_CUTOFF_HZ, delta_secs);
    let value = low_pass(before.value, raw, cutoff_hz + beta * slope.abs(), delta_secs);
    State { raw, value, slope }
}

fn low_pass(before: f64, raw: f64, cutoff_hz: f64, delta_secs: f64) -> f64 {
    let tau_secs = 1.0 / (TAU * cutoff_hz);
    before + (raw - before) / (1.0 + tau_secs / delta_secs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random_numbers::uniform;

    const STILL: State = State { raw: 0.0, value: 0.0, slope: 0.0 };

    #[test]
    fn one_euro_as_in_the_paper() {
        // By hand: 60 frames a second, a cut-off of 1 Hz and beta 0.1, a step from 0 to 1.
        let delta = 1.0 / 60.0;
        let alpha = 1.0 / (1.0 + 60.0 / TAU);
        let slope = alpha * 60.0;
        let cutoff = 1.0 + 0.1 * slope;
        let expected = 1.0 / (1.0 + 60.0 / (TAU * cutoff));
        let state = one_euro(STILL, 1.0, delta, 1.0, 0.1);
        assert!((state.slope - slope).abs() < 1e-12 && (state.value - expected).abs() < 1e-12);
    }

    #[test]
    fn tremble_is_calmed_and_moves_are_followed_at_any_frame_rate() {
        for fps in [24.0, 60.0, 144.0] {
            let delta = 1.0 / fps;
            let mut state = STILL;
            let mut largest: f64 = 0.0;
            for frame in 0..1000 {
                state = one_euro(state, uniform(1, frame) - 0.5, delta, 1.0, 0.0);
                largest = largest.max(state.value.abs());
            }
            assert!(largest < 0.35, "{fps}: {largest}");
            for _ in 0..(3.0 * fps) as usize {
                state = one_euro(state, 10.0, delta, 1.0, 1.0);
            }
            assert!((state.value - 10.0).abs() < 0.01, "{fps}: {}", state.value);
        }
    }

    #[test]
    fn slew_keeps_its_speeds() {
        assert_eq!(slewed(0.0, 1.0, 0.25, 9.0), 0.25);
        assert_eq!(slewed(0.9, 1.0, 0.25, 9.0), 1.0);
        assert_eq!(slewed(1.0, -5.0, 0.25, 2.0), -1.0);
        assert_eq!(slewed(1.0, 1.0, 0.0, 0.0), 1.0);
    }

    #[test]
    fn nothing_leaves_the_range_of_a_wire() {
        for delta in [1e-3, 1.0, 1e6] {
            let mut state = STILL;
            for raw in [ANY.max, ANY.min, ANY.max, 0.0] {
                state = one_euro(state, raw, delta, 10_000.0, 10_000.0);
                assert!(ANY.contains(state.value), "{state:?}");
            }
        }
    }
}
