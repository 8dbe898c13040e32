//! From triggers to a control.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

const TRIGGER: In<Trigger> = In::required("trigger", "Begins a pulse; one that is on its way begins again.");
const LENGTH: In<Control> = In::control(
    "length",
    0.1,
    Unit::Secs,
    range(0.0, 4.0),
    range(0.0, 86_400.0),
    "How long the pulse lasts; at 0 it is there for one frame.",
);
const GATE: Out<Control> = Out::share("gate", "1 while the pulse lasts, else 0.");
const RAMP: Out<Control> = Out::share("ramp", "Falls from 1 to 0 while the pulse lasts.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "pulse",
        category: Category::Control,
        summary: "Makes a control of triggers.",
        doc: "1 for a while after each trigger, else 0. Its `ramp` is a straight fall in the same time. For a rise \
              and a fall with a form there is `envelope`.",
        example: "screen(blur(test_card(), pulse(every(2), 0.4) * 30));\n",
        inputs: &[&TRIGGER.0, &LENGTH.0],
        outputs: &[GATE.0, RAMP.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(Pulse { age_secs: None })),
}];

/// Rounding must not make a pulse a frame longer.
const ROUNDING: f64 = 1e-9;

struct Pulse {
    /// Time since the trigger, while a pulse lasts.
    age_secs: Option<f64>,
}

impl Node for Pulse {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let ramp = self.step(ctx.tick.delta_secs(), io.control(&LENGTH), io.trigger(&TRIGGER) > 0);
        io.set_control(&GATE, f64::from(u8::from(ramp > 0.0)));
        io.set_control(&RAMP, ramp);
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        self.age_secs = old.age_secs;
    }
}

impl Pulse {
    /// What is left of the pulse, from 1 to 0.
    fn step(&mut self, delta_secs: f64, length_secs: f64, begins: bool) -> f64 {
        let older = self.age_secs.map(|age| age + delta_secs);
        self.age_secs = if begins { Some(0.0) } else { older.filter(|age| age + ROUNDING < length_secs) };
        match self.age_secs {
            Some(age) if age > 0.0 => 1.0 - age / length_secs,
            Some(_) => 1.0,
            None => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pulse;

    #[test]
    fn a_pulse_has_its_length_at_any_frame_rate() {
        for fps in [10, 24, 60, 1000] {
            let mut pulse = Pulse { age_secs: None };
            let frames =
                (0..2 * fps).filter(|frame| pulse.step(1.0 / f64::from(fps), 0.5, *frame == 3) > 0.0);
            assert_eq!(frames.count() as i32, fps / 2, "{fps}");
        }
    }

    #[test]
    fn a_pulse_without_length_lasts_one_frame_and_a_ramp_falls() {
        let mut pulse = Pulse { age_secs: None };
        assert_eq!([true, false, false].map(|begins| pulse.step(0.1, 0.0, begins)), [1.0, 0.0, 0.0]);
        let ramp = [true, false, false, true, false].map(|begins| pulse.step(0.25, 1.0, begins));
        assert_eq!(ramp, [1.0, 0.75, 0.5, 1.0, 0.75]);
    }
}
