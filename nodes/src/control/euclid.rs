//! Rhythms that are as even as they can be.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::timing::Base;

const PULSES: In<Control> =
    In::control("pulses", 3.0, Unit::None, range(0.0, 16.0), range(0.0, 1024.0), "Pulses in the rhythm.");
const STEPS: In<Control> =
    In::control("steps", 8.0, Unit::None, range(1.0, 32.0), range(1.0, 1024.0), "Steps in the rhythm.");
const ROTATE: In<Control> = In::control(
    "rotate",
    0.0,
    Unit::None,
    range(-16.0, 16.0),
    range(-1024.0, 1024.0),
    "Steps by which the rhythm comes later.",
);
const EVERY: In<Control> = In::control(
    "every",
    0.25,
    Unit::Beats,
    range(0.0625, 4.0),
    range(0.0, 1e6),
    "Length of a step; 0 stands still.",
);
const LENGTH: In<Control> = In::control(
    "length",
    0.5,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 4.0),
    "Share of a step for which the gate is open; from 1 upwards, the whole step.",
);
const TRIGGER: Out<Trigger> = Out::new("trigger", "Each pulse.");
const GATE: Out<Control> = Out::share("gate", "1 while a pulse lasts, else 0.");
const STEP: Out<Control> = Out::new("step", "Number of the step, from 0.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "euclid",
        category: Category::Control,
        summary: "A rhythm that spreads pulses over steps.",
        doc: "Spreads pulses as evenly as they go over steps, the first on the first: 3 over 8 is the tresillo, \
              5 over 8 the cinquillo. All numbers are rounded and may move while it plays.",
        example: "let hit = envelope(0, #{ trigger: euclid(5, 8), decay: 0.2, sustain: 0 });\n\
                  screen(blur(test_card(), hit * 40));\n",
        inputs: &[&PULSES.0, &STEPS.0, &ROTATE.0, &EVERY.0, &LENGTH.0],
        outputs: &[TRIGGER.0, GATE.0, STEP.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(Euclid)),
}];

/// It has no state: where it stands follows from the beat.
struct Euclid;

impl Node for Euclid {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let whole = |number: f64| number.round() as i64;
        let rhythm = Rhythm {
            pulses: whole(io.control(&PULSES)),
            steps: whole(io.control(&STEPS)).max(1),
            rotate: whole(io.control(&ROTATE)),
        };
        let Some(cells) = Base::Beats.span(ctx).cells(io.control(&EVERY), 0.0) else {
            io.set_control(&GATE, 0.0);
            return Ok(());
        };
        let open = rhythm.is_pulse(cells.now) && cells.along < io.control(&LENGTH);
        io.set_trigger(&TRIGGER, rhythm.pulses_between(cells.before, cells.now));
        io.set_control(&GATE, f64::from(u8::from(open)));
        io.set_control(&STEP, cells.now.rem_euclid(rhythm.steps) as f64);
        Ok(())
    }
}

/// The rhythm of Bresenham's line: a pulse falls on step `i` where `i * pulses` modulo `steps` is below
/// `pulses`. It is Bjorklund's (Toussaint, "The Euclidean Algorithm Generates Traditional Musical
/// Rhythms", 2005) up to a rotation, and counts in closed form.
struct Rhythm {
    pulses: i64,
    steps: i64,
    rotate: i64,
}

impl Rhythm {
    fn is_pulse(&self, step: i64) -> bool {
        let place = (step - self.rotate).rem_euclid(self.steps);
        (place * self.pulses).rem_euclid(self.steps) < self.pulses
    }

    /// Pulses behind step `before`, up to and with step `now`.
    fn pulses_between(&self, before: i64, now: i64) -> u32 {
        let pulses = self.pulses.min(self.steps);
        // A pulse falls where the line gets to the next whole number.
        let line = |step: i64| {
            let place = step.saturating_sub(self.rotate);
            let (rounds, rest) = (place.div_euclid(self.steps), place.rem_euclid(self.steps));
            i128::from(rounds) * i128::from(pulses) + i128::from(rest * pulses / self.steps)
        };
        let count = line(now) - line(before);
        u32::try_from(count.max(0)).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(pulses: i64, steps: i64, rotate: i64) -> String {
        let rhythm = Rhythm { pulses, steps, rotate };
        (0..steps).map(|step| if rhythm.is_pulse(step) { 'x' } else { '.' }).collect()
    }

    #[test]
    fn rhythms_that_people_play() {
        assert_eq!(written(3, 8, 0), "x..x..x.");
        assert_eq!(written(5, 8, 0), "x.x.xx.x");
        assert_eq!(written(4, 16, 0), "x...x...x...x...");
        assert_eq!(written(4, 16, 1), ".x...x...x...x..");
        assert_eq!(written(0, 4, 0), "....");
        assert_eq!(written(4, 4, 3), "xxxx");
        assert_eq!(written(9, 4, 0), "xxxx", "more pulses than steps fill them");
    }

    #[test]
    fn pulses_are_as_even_as_they_can_be() {
        for steps in 1..20 {
            for pulses in 1..=steps {
                let rhythm = Rhythm { pulses, steps, rotate: 0 };
                let places: Vec<i64> = (0..2 * steps).filter(|step| rhythm.is_pulse(*step)).collect();
                assert_eq!(places.len() as i64, 2 * pulses);
                let gaps = || places.windows(2).map(|pair| pair[1] - pair[0]);
                assert!(gaps().max().unwrap_or(0) - gaps().min().unwrap_or(0) <= 1, "{pulses} over {steps}");
            }
        }
    }

    #[test]
    fn counting_is_the_same_as_looking() {
        for (pulses, steps, rotate) in [(3, 8, 0), (5, 13, -4), (0, 5, 2), (7, 7, 1), (9, 4, 1)] {
            let rhythm = Rhythm { pulses, steps, rotate };
            for before in -20..20 {
                for now in before..before + 30 {
                    let looked = (before + 1..=now).filter(|step| rhythm.is_pulse(*step)).count();
                    assert_eq!(rhythm.pulses_between(before, now) as usize, looked, "{before} to {now}");
                }
            }
        }
        assert_eq!(Rhythm { pulses: 1024, steps: 1, rotate: 0 }.pulses_between(i64::MIN, i64::MAX), u32::MAX);
    }
}
