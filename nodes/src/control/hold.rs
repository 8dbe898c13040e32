//! Keeps a value until a trigger takes another.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{ANY, Category, In, NodeSpec, Out, Unit, range};

const VALUE: In<Control> =
    In::control("value", 0.0, Unit::None, range(0.0, 1.0), ANY, "Control to take from.");
const TRIGGER: In<Trigger> = In::required("trigger", "Takes the value that the control has now.");
const OUT: Out<Control> = Out::new("value", "The value that was taken last.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "hold",
        category: Category::Control,
        summary: "Takes a value with each trigger and keeps it.",
        doc: "Sample and hold: the value of a control at the last trigger; before the first, that of the first \
              frame. The value survives a reload.",
        example: "let radius = hold(lfo(0.3) * 20 + 24, beat().trigger);\nscreen(blur(test_card(), radius));\n",
        inputs: &[&VALUE.0, &TRIGGER.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(Hold(None))),
}];

struct Hold(Option<f64>);

impl Node for Hold {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let held = self.0.filter(|_| io.trigger(&TRIGGER) == 0).unwrap_or_else(|| io.control(&VALUE));
        self.0 = Some(held);
        io.set_control(&OUT, held);
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        self.0 = old.0;
    }
}
