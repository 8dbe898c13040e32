//! A style between styles, and past them.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node, Status};
use pastiche_engine::port::{Control, List, Style};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::paint::painting_style::{mix, settled};

const STYLES: In<List<Style>> = In::required("styles", "Styles to mix, all of the same network.");
const WEIGHTS: In<List<Control>> = In::controls(
    "weights",
    Unit::Ratio,
    range(0.0, 1.0),
    range(-4.0, 4.0),
    "How much of each style, in the same order.",
);
const STYLE: Out<Style> = Out::new("style", "The mixed style.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "style_mix",
        category: Category::Paint,
        summary: "Mixes styles.",
        doc: "Adds up styles, each times its weight. Weights are used as they are: 0.5 and 0.5 lie half-way \
              between two styles, 1 and 1 are both at once, and below 0 or above 1 a style is exaggerated.",
        example: "let bend = lfo(0.1) * 0.5 + 0.5;\n\
                  let look = style_mix([style(\"blue_swirls\"), style(\"red_embers\")], [1 - bend, bend]);\n\
                  screen(style_transfer(test_card(), look));\n",
        inputs: &[&STYLES.0, &WEIGHTS.0],
        outputs: &[STYLE.0],
        paired_lists: &[("styles", "weights")],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(StyleMix { last: None, waiting: true })),
}];

struct StyleMix {
    /// Published again while nothing changes, so that no one paints the same picture twice.
    last: Option<Style>,
    waiting: bool,
}

impl Node for StyleMix {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        // A style whose maker has not made it yet is waited for: without it the mix is another one.
        self.waiting = io.styles(&STYLES).any(|style| style.is_none());
        if self.waiting {
            return Ok(());
        }
        let keys = (STYLES, WEIGHTS);
        let members = || io.styles(&keys.0).flatten().zip(io.controls(&keys.1));
        let Some(mixed) = mix(members)? else { return Ok(()) };
        io.set_style(&STYLE, settled(&mut self.last, mixed));
        Ok(())
    }

    fn status(&self) -> Status {
        if self.waiting { Status::Waiting("waiting for every style".into()) } else { Status::Ready }
    }
}
