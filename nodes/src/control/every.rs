//! Triggers at even distances.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{ANY, Category, In, NodeSpec, Out, Unit, range};

use crate::timing::Base;

const PERIOD: In<Control> = In::control(
    "period",
    1.0,
    Unit::None,
    range(0.0, 16.0),
    range(0.0, 1e9),
    "Beats or seconds from one trigger to the next; 0 gives none.",
);
const OFFSET: In<Control> = In::control(
    "offset",
    0.0,
    Unit::None,
    range(-16.0, 16.0),
    ANY,
    "Beats or seconds by which all come later.",
);
const TRIGGER: Out<Trigger> = Out::new("trigger", "Each time.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "every",
        category: Category::Control,
        summary: "Triggers every few beats or seconds.",
        doc: "Triggers lie on a grid from the start of the show, the first at its very start: two of these stay \
              together whatever is changed.",
        example: "let soft = toggle(every(0.5, #{ unit: \"secs\" }));\nscreen(blur(test_card(), soft * 30));\n",
        inputs: &[&PERIOD.0, &OFFSET.0],
        options: &[Base::OPTION.0],
        outputs: &[TRIGGER.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| Ok(Box::new(Every(options.get(&Base::OPTION)))),
}];

struct Every(Base);

impl Node for Every {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let cells = self.0.span(ctx).cells(io.control(&PERIOD), io.control(&OFFSET));
        io.set_trigger(&TRIGGER, cells.map_or(0, |cells| cells.begun()));
        Ok(())
    }
}
