//! A flash that dies away.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::control::curve::bend;

const TRIGGER: In<Trigger> = In::required("trigger", "Each one is a hit.");
const DECAY: In<Control> = In::control(
    "decay",
    0.3,
    Unit::Secs,
    range(0.0, 4.0),
    range(0.0, 86_400.0),
    "Time to fall from 1 to 0; at 0 a hit is there for one frame.",
);
const CURVE: In<Control> = In::control(
    "curve",
    3.0,
    Unit::None,
    range(-8.0, 8.0),
    range(-40.0, 40.0),
    "Form of the fall: 0 is straight, above 0 is quick at first, below 0 slow at first.",
);
const LEVEL: Out<Control> = Out::share("level", "1 at the hit, then down to 0.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "hit",
        category: Category::Control,
        summary: "Jumps to 1 with each trigger and dies away.",
        doc: "A flash, a kick, a stab: 1 in the moment of the trigger, then down to 0 in its time, the same at any \
              frame rate. For a rise before the fall there is `envelope`.",
        example: "screen(blur(test_card(), hit(beat().trigger, 0.4) * 40));\n",
        inputs: &[&TRIGGER.0, &DECAY.0, &CURVE.0],
        outputs: &[LEVEL.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(Hit { age_secs: None })),
}];

struct Hit {
    /// Time since the trigger; nothing before the first.
    age_secs: Option<f64>,
}

impl Node for Hit {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let older = self.age_secs.map(|age| age + ctx.tick.delta_secs());
        self.age_secs = if io.trigger(&TRIGGER) > 0 { Some(0.0) } else { older };
        let level = self.age_secs.map_or(0.0, |age| level(age, io.control(&DECAY), io.control(&CURVE)));
        io.set_control(&LEVEL, level);
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        self.age_secs = old.age_secs;
    }
}

fn level(age_secs: f64, decay_secs: f64, curve: f64) -> f64 {
    match age_secs {
        0.0 => 1.0,
        age if age >= decay_secs => 0.0,
        age => 1.0 - bend(age / decay_secs, curve),
    }
}

#[cfg(test)]
mod tests {
    use super::level;

    #[test]
    fn a_hit_falls_from_one_to_nothing_in_its_time() {
        assert_eq!((level(0.0, 0.3, 3.0), level(0.3, 0.3, 3.0), level(9.0, 0.3, 3.0)), (1.0, 0.0, 0.0));
        assert!((level(0.15, 0.3, 0.0) - 0.5).abs() < 1e-12);
        assert!(level(0.15, 0.3, 3.0) < 0.3 && level(0.15, 0.3, -3.0) > 0.7);
        assert_eq!((level(0.0, 0.0, 3.0), level(0.01, 0.0, 3.0)), (1.0, 0.0));
    }
}
