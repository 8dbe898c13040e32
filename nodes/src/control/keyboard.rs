//! A key of the computer's keyboard.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, NodeSpec, Opt, Out};
use pastiche_engine::take::Input;

const DOWN: Out<Control> = Out::share("down", "1 while it is held, else 0.");
const TRIGGER: Out<Trigger> = Out::new("trigger", "Each time it goes down.");
const RELEASED: Out<Trigger> = Out::new("released", "Each time it goes up.");

const KEY: Opt<&'static str> = Opt::text("key", "q", "Name of the key.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "keyboard",
        category: Category::Control,
        summary: "A key of the computer's keyboard.",
        doc: "A key as a switch. Its name is what is printed on it, in small letters: `q`, `7`, `space`, \
              `enter`, `left`, `f1`. A key that is held does not repeat.",
        example: "let more = toggle(keyboard(\"q\").trigger);\nscreen(blur(test_card(), more * 30));\n",
        options: &[KEY.0],
        outputs: &[DOWN.0, TRIGGER.0, RELEASED.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| {
        let key = options.get(&KEY).to_lowercase();
        Ok(Box::new(Keyboard { key, is_old: false, is_down: false }))
    },
}];

struct Keyboard {
    /// In lower case.
    key: String,
    is_old: bool,
    is_down: bool,
}

impl Node for Keyboard {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        if !std::mem::replace(&mut self.is_old, true) {
            for input in ctx.external_input.remembered() {
                self.is_down = self.heard(input).unwrap_or(self.is_down);
            }
        }
        let (mut struck, mut released) = (0, 0);
        for event in ctx.external_input.events {
            let Some(is_down) = self.heard(&event.input) else { continue };
            struck += u32::from(is_down && !self.is_down);
            released += u32::from(!is_down && self.is_down);
            self.is_down = is_down;
        }
        io.set_control(&DOWN, f64::from(u8::from(self.is_down)));
        io.set_trigger(&TRIGGER, struck);
        io.set_trigger(&RELEASED, released);
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        if old.key == self.key {
            (self.is_old, self.is_down) = (old.is_old, old.is_down);
        }
    }
}

impl Keyboard {
    fn heard(&self, input: &Input) -> Option<bool> {
        match input {
            Input::Key { key, down } if key.to_lowercase() == self.key => Some(*down),
            _ => None,
        }
    }
}
