//! One of several numbers.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, List};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{ANY, Category, In, NodeSpec, Opt, Out, Unit, range};

use crate::choosing::place;

const VALUES: In<List<Control>> =
    In::controls("values", Unit::None, range(-1.0, 1.0), ANY, "Numbers to choose from.");
const INDEX: In<Control> = In::control(
    "index",
    0.0,
    Unit::None,
    range(0.0, 8.0),
    range(-1e9, 1e9),
    "Number of the member, from 0; past the last it begins again with the first.",
);
const OUT: Out<Control> = Out::new("value", "The chosen number.");

const SMOOTH: Opt<bool> =
    Opt::flag("smooth", false, "Whether numbers between two members go from one to the other.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "choose_number",
        category: Category::Control,
        summary: "One of several numbers.",
        doc: "Switches between numbers and controls by a number, as `choose` does between pictures. The short form \
              is `pick([4, 20, 60], trigger)`, which goes on with each trigger.",
        example: "let radius = choose_number([4, 20, 60], sections([1, 1, 1]).index);\n\
                  screen(blur(test_card(), radius));\n",
        inputs: &[&VALUES.0, &INDEX.0],
        options: &[SMOOTH.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| Ok(Box::new(ChooseNumber { smooth: options.get(&SMOOTH) })),
}];

struct ChooseNumber {
    smooth: bool,
}

impl Node for ChooseNumber {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let count = io.controls(&VALUES).count();
        if count > 0 {
            let (index, next, share) = place(io.control(&INDEX), count, self.smooth);
            let at = |member: usize| io.controls(&VALUES).nth(member).unwrap_or(0.0);
            let (this, following) = (at(index), at(next));
            io.set_control(&OUT, ANY.clamp(this + (following - this) * share));
        }
        Ok(())
    }
}
