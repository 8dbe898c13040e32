//! One of several styles.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node, Status};
use pastiche_engine::port::{Control, List, Style};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Opt, Out, Unit, range};

use crate::choosing::place;
use crate::paint::painting_style::{mix, settled};

const STYLES: In<List<Style>> = In::required("styles", "Styles to choose from, all of the same network.");
const INDEX: In<Control> = In::control(
    "index",
    0.0,
    Unit::None,
    range(0.0, 8.0),
    range(-1e9, 1e9),
    "Number of the style in the list, from 0; past the last it begins again with the first.",
);
const STYLE: Out<Style> = Out::new("style", "The chosen style.");

const SMOOTH: Opt<bool> = Opt::flag("smooth", false, "Whether numbers between two styles mix them.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "choose_style",
        category: Category::Paint,
        summary: "One of several styles.",
        doc: "Switches between styles by a number, as `choose` does between pictures. The short form is \
              `pick([style(\"blue_swirls\"), style(\"red_embers\")], trigger)`, which goes on with each trigger.",
        example: "let look = choose_style([\"blue_swirls\", \"red_embers\"], counter(beat().trigger, 2));\n\
                  screen(style_transfer(test_card(), look));\n",
        inputs: &[&STYLES.0, &INDEX.0],
        options: &[SMOOTH.0],
        outputs: &[STYLE.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| Ok(Box::new(ChooseStyle { smooth: options.get(&SMOOTH), last: None, waiting: true })),
}];

struct ChooseStyle {
    smooth: bool,
    /// Published again while nothing changes, so that no one paints the same picture twice.
    last: Option<Style>,
    waiting: bool,
}

impl Node for ChooseStyle {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let count = io.styles(&STYLES).count();
        if count == 0 {
            return Ok(());
        }
        let (index, next, share) = place(io.control(&INDEX), count, self.smooth);
        let [this, following] = [index, next].map(|member| io.styles(&STYLES).nth(member).flatten());
        self.waiting = this.is_none() || (share > 0.0 && following.is_none());
        let Some(this) = this.filter(|_| !self.waiting) else { return Ok(()) };
        let members = || {
            let following = following.filter(|_| share > 0.0);
            std::iter::once((this, 1.0 - share)).chain(following.map(|style| (style, share)))
        };
        let Some(mixed) = mix(members)? else { return Ok(()) };
        io.set_style(&STYLE, settled(&mut self.last, mixed));
        Ok(())
    }

    fn status(&self) -> Status {
        if self.waiting { Status::Waiting("waiting for its style".into()) } else { Status::Ready }
    }
}
