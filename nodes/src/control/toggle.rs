//! A switch.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Opt, Out};

const TRIGGER: In<Trigger> = In::required("trigger", "Turns it over.");
const RESET: In<Trigger> = In::optional("reset", "Puts it back to how it starts.");
const STATE: Out<Control> = Out::share("state", "1 when it is on, else 0.");

const ON: Opt<bool> = Opt::flag("on", false, "Whether it is on at the start.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "toggle",
        category: Category::Control,
        summary: "Turns on and off with each trigger.",
        doc: "A switch between 0 and 1 that each trigger turns over. How it stands survives a reload.",
        example: "let soft = toggle(every(2));\nscreen(blur(test_card(), soft * 30));\n",
        inputs: &[&TRIGGER.0, &RESET.0],
        options: &[ON.0],
        outputs: &[STATE.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| {
        let start = options.get(&ON);
        Ok(Box::new(Toggle { start, on: start }))
    },
}];

struct Toggle {
    start: bool,
    on: bool,
}

impl Node for Toggle {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        if io.trigger(&RESET) > 0 {
            self.on = self.start;
        } else if !io.trigger(&TRIGGER).is_multiple_of(2) {
            self.on = !self.on;
        }
        io.set_control(&STATE, f64::from(u8::from(self.on)));
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        self.on = old.on;
    }
}
