//! A slow wave that moves controls.

use std::f64::consts::TAU;

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::random_numbers::uniform;
use crate::timing::{Base, Cycles};

const RATE: In<Control> = In::control(
    "rate",
    0.25,
    Unit::Hz,
    range(0.0, 8.0),
    range(-1000.0, 1000.0),
    "Waves a second, or a beat; negative runs backwards.",
);
const PHASE: In<Control> = In::control(
    "phase",
    0.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-1000.0, 1000.0),
    "Where in the wave it is ahead, in waves: 0.25 makes the sine a cosine.",
);
const WAVE: Out<Control> = Out::wave("wave", "The wave, from -1 to 1.");

const SHAPE: Opt<Choice<Shape>> = Opt::choice(
    "shape",
    &[
        ("sine", Shape::Wave(sine)),
        ("triangle", Shape::Wave(triangle)),
        ("saw", Shape::Wave(saw)),
        ("square", Shape::Wave(square)),
        ("random", Shape::Steps),
        ("smooth_random", Shape::Hills),
    ],
    "Form of the wave: all start at 0, but the square, which starts at 1, and chance, which starts anywhere.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "lfo",
        category: Category::Control,
        summary: "A slow wave between -1 and 1.",
        doc: "A wave that moves other controls: 0 and rising at the start, from -1 to 1. Its phase is \
              kept when the patch is changed and when the rate moves, so it never jumps. With the unit \
              `beats` it begins in step with the beat. The shapes `random` and `smooth_random` are their own \
              in each patch: a new level with each wave, at once or along a soft curve.",
        example: "let breath = lfo(0.1);\nscreen(blur(test_card(), breath * 12 + 12));\n",
        inputs: &[&RATE.0, &PHASE.0],
        options: &[SHAPE.0, Base::RATE_OPTION.0],
        outputs: &[WAVE.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let (shape, base) = (options.get(&SHAPE), options.get(&Base::RATE_OPTION));
        Ok(Box::new(Lfo { shape, seed: ctx.seed, base, cycles: None }))
    },
}];

#[derive(Clone, Copy)]
enum Shape {
    Wave(fn(f64) -> f64),
    /// A level for each wave.
    Steps,
    /// From one level to the next.
    Hills,
}

impl Shape {
    fn at(self, cycles: Cycles, seed: u64) -> f64 {
        let level = |wave| 2.0 * uniform(seed, wave) - 1.0;
        match self {
            Shape::Wave(wave) => wave(cycles.along),
            Shape::Steps => level(cycles.whole),
            Shape::Hills => {
                let (from, to) = (level(cycles.whole), level(cycles.whole.saturating_add(1)));
                from + (to - from) * cycles.along * cycles.along * (3.0 - 2.0 * cycles.along)
            }
        }
    }
}

struct Lfo {
    shape: Shape,
    seed: u64,
    base: Base,
    /// Nothing before the first frame.
    cycles: Option<Cycles>,
}

impl Node for Lfo {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let (span, rate) = (self.base.span(ctx), io.control(&RATE));
        let cycles = match self.cycles {
            Some(cycles) => cycles.later(rate * span.delta()),
            None if self.base == Base::Beats => Cycles::at(rate * span.now),
            None => Cycles::default(),
        };
        self.cycles = Some(cycles);
        io.set_control(&WAVE, self.shape.at(cycles.later(io.control(&PHASE)), self.seed));
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        self.cycles = old.cycles;
    }
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
            let (mut cycles, mut previous) = (Cycles::default(), None);
            for frame in 0..12 * 3600 * 60 {
                let tick = Tick::new(rate, frame, previous);
                cycles = cycles.later(rate_hz * tick.delta_secs());
                previous = Some(tick);
            }
            let exact = (rate_hz * previous.unwrap().time_secs()).rem_euclid(1.0);
            assert!((cycles.along - exact).abs() < 1e-7, "{} against {exact}", cycles.along);
        }
    }

    #[test]
    fn chance_stays_inside_and_hills_have_no_steps() {
        let at = |shape: Shape, step: i64| shape.at(Cycles::at(step as f64 / 100.0), 5);
        let (steps, hills) = (Shape::Steps, Shape::Hills);
        for step in -1000..1000 {
            assert!(at(steps, step).abs() <= 1.0 && at(hills, step).abs() <= 1.0);
            assert!((at(hills, step + 1) - at(hills, step)).abs() < 0.04);
            assert_eq!(at(steps, step), at(steps, step.div_euclid(100) * 100));
        }
        assert_eq!(at(hills, 300), at(steps, 300), "both are at the same level where a wave begins");
        assert_ne!(at(steps, 0), at(steps, 100));
    }
}
