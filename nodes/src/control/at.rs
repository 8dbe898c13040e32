//! A trigger at one moment.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::timing::Base;

const MOMENT: In<Control> = In::control(
    "moment",
    0.0,
    Unit::None,
    range(0.0, 600.0),
    range(-1e9, 1e9),
    "Beat or second of the show.",
);
const TRIGGER: Out<Trigger> = Out::new("trigger", "Once, when the moment comes.");
const PASSED: Out<Control> = Out::share("passed", "0 before the moment, 1 from then on.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "at",
        category: Category::Control,
        summary: "Triggers at a moment of the show.",
        doc: "A moment in beats or seconds from the start of the show, to the frame: for shows that are rehearsed \
              and rendered.",
        example: "let drop = at(32);\nscreen(blur(test_card(), smooth(drop.passed, 1) * 40));\n",
        inputs: &[&MOMENT.0],
        options: &[Base::OPTION.0],
        outputs: &[TRIGGER.0, PASSED.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| Ok(Box::new(At(options.get(&Base::OPTION)))),
}];

/// A moment that rounding puts just behind its frame still belongs to it.
const ROUNDING: f64 = 1e-9;

struct At(Base);

impl Node for At {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let (span, moment) = (self.0.span(ctx), io.control(&MOMENT));
        let passed = moment <= span.now + ROUNDING;
        let comes = passed && (moment > span.before + ROUNDING || (span.before < 0.0 && moment >= 0.0));
        io.set_trigger(&TRIGGER, u32::from(comes));
        io.set_control(&PASSED, f64::from(u8::from(passed)));
        Ok(())
    }
}
