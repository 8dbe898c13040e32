//! Seconds that pass.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::timing::Cycles;

const SPEED: In<Control> = In::control(
    "speed",
    1.0,
    Unit::None,
    range(-4.0, 4.0),
    range(-1000.0, 1000.0),
    "How fast time goes: 2 is twice as fast, 0 stands still, below 0 it runs backwards.",
);
const RESET: In<Trigger> = In::optional("reset", "Begins again at 0.");
const SECS: Out<Control> = Out::with_unit("secs", Unit::Secs, "Seconds since the start.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "time",
        category: Category::Control,
        summary: "Counts seconds.",
        doc: "Seconds since the node began, or since the last `reset`. A change of speed never makes it jump, \
              and it goes on across reloads.",
        example: "let turn = sin(time(0.5));\nscreen(blur(test_card(), turn * 10 + 12));\n",
        inputs: &[&SPEED.0, &RESET.0],
        outputs: &[SECS.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(Time(Cycles::default()))),
}];

struct Time(Cycles);

impl Node for Time {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        self.0 = self.0.later(io.control(&SPEED) * ctx.tick.delta_secs());
        if io.trigger(&RESET) > 0 {
            self.0 = Cycles::default();
        }
        io.set_control(&SECS, self.0.total());
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        self.0 = old.0;
    }
}
