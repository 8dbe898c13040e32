//! A slow wave that moves controls.

use std::any::Any;
use std::f64::consts::TAU;

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{
    Category, In, NodeSpec, OptionDefault, OptionSpec, OptionType, Out, Role, Unit, range,
};

const RATE: In<Control> = In::control(
    "rate",
    0.25,
    Unit::Hz,
    range(0.0, 8.0),
    range(-1000.0, 1000.0),
    "Waves a second; negative runs backwards.",
);
const PHASE: In<Control> = In::control(
    "phase",
    0.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-1000.0, 1000.0),
    "Where in the wave it is ahead, in waves: 0.25 makes the sine a cosine.",
);
const WAVE: Out<Control> = Out::new("wave", "The wave, from -1 to 1.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "lfo",
        category: Category::Control,
        summary: "A slow wave between -1 and 1.",
        doc: "A wave that moves other controls: 0 and rising at the start, from -1 to 1. Its phase is \
              kept when the patch is changed and when the rate moves, so it never jumps.",
        example: "let breath = lfo(0.1);\nscreen(blur(test_card(), breath * 12 + 12));\n",
        inputs: &[&RATE.0, &PHASE.0],
        options: &[OptionSpec {
            name: "shape",
            takes: OptionType::Choice(&["sine", "triangle", "saw", "square"]),
            default: OptionDefault::Text("sine"),
            doc: "Form of the wave: all start at 0, but the square, which starts at 1.",
        }],
        outputs: &[WAVE.0],
        role: Role::Plain,
        breaks_cycles: false,
    },
    inputs_for: None,
    make: |_, options| {
        let shape = match options.text("shape") {
            Some("triangle") => triangle,
            Some("saw") => saw,
            Some("square") => square,
            _ => sine,
        };
        Ok(Box::new(Lfo { shape, turns: 0.0 }))
    },
}];

struct Lfo {
    shape: fn(f64) -> f64,
    /// Always from 0 to 1, so that a month of running loses no precision.
    turns: f64,
}

impl Node for Lfo {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        self.turns = advance(self.turns, io.control(&RATE), ctx.tick.delta_secs());
        io.set_control(&WAVE, (self.shape)((self.turns + io.control(&PHASE)).rem_euclid(1.0)));
        Ok(())
    }

    fn adopt(&mut self, old: &mut dyn Any) {
        if let Some(old) = old.downcast_ref::<Lfo>() {
            self.turns = old.turns;
        }
    }
}

fn advance(turns: f64, rate_hz: f64, delta_secs: f64) -> f64 {
    (turns + rate_hz * delta_secs).rem_euclid(1.0)
}

fn sine(turns: f64) -> f64 {
    (turns * TAU).sin()
}

fn triangle(turns: f64) -> f64 {
    1.0 - 4.0 * ((turns + 0.25).rem_euclid(1.0) - 0.5).abs()
}

fn saw(turns: f64) -> f64 {
    2.0 * (turns + 0.5).rem_euclid(1.0) - 1.0
}

fn square(turns: f64) -> f64 {
    if turns < 0.5 { 1.0 } else { -1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pastiche_engine::clock::{FrameRate, Tick};

    #[test]
    fn shapes_start_rising_and_stay_inside() {
        for (shape, quarters) in [
            (sine as fn(f64) -> f64, [0.0, 1.0, 0.0, -1.0]),
            (triangle, [0.0, 1.0, 0.0, -1.0]),
            (saw, [0.0, 0.5, -1.0, -0.5]),
            (square, [1.0, 1.0, -1.0, -1.0]),
        ] {
            for (quarter, expected) in quarters.into_iter().enumerate() {
                let value = shape(quarter as f64 / 4.0);
                assert!((value - expected).abs() < 1e-9, "{quarter}: {value}");
            }
            assert!((0..1000).all(|step| shape(f64::from(step) / 1000.0).abs() <= 1.0));
        }
    }

    #[test]
    fn twelve_hours_of_frames_lose_no_phase() {
        for rate_hz in [0.25, -3.7] {
            let rate = FrameRate::from_fps(59.94).unwrap();
            let (mut turns, mut previous) = (0.0, None);
            for frame in 0..12 * 3600 * 60 {
                let tick = Tick::new(rate, frame, previous);
                turns = advance(turns, rate_hz, tick.delta_secs());
                previous = Some(tick);
            }
            let exact = (rate_hz * previous.unwrap().time_secs()).rem_euclid(1.0);
            assert!((turns - exact).abs() < 1e-7, "{turns} against {exact}");
        }
    }
}
