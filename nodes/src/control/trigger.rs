//! From a control to triggers.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{ANY, Category, In, NodeSpec, Out, Unit, range};

const VALUE: In<Control> = In::control("value", 0.0, Unit::None, range(0.0, 1.0), ANY, "Control to watch.");
const THRESHOLD: In<Control> =
    In::control("threshold", 0.5, Unit::None, range(0.0, 1.0), ANY, "Value from which it counts as up.");
const TRIGGER: Out<Trigger> = Out::new("trigger", "Each time it goes up.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "trigger",
        category: Category::Control,
        summary: "Triggers when a control goes up.",
        doc: "A trigger each time a control gets from below the threshold to it or above: a button, a fader, a \
              loud sound. What is up at the start counts as going up. The way back is `pulse`.",
        example: "let hit = trigger(lfo(1), 0.9);\nscreen(blur(test_card(), pulse(hit, 0.2) * 30));\n",
        inputs: &[&VALUE.0, &THRESHOLD.0],
        outputs: &[TRIGGER.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(Watch { is_up: false })),
}];

struct Watch {
    is_up: bool,
}

impl Node for Watch {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let is_up = io.control(&VALUE) >= io.control(&THRESHOLD);
        io.set_trigger(&TRIGGER, u32::from(is_up && !self.is_up));
        self.is_up = is_up;
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        self.is_up = old.is_up;
    }
}
