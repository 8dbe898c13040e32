//! The mouse over the picture.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{ANY, Category, In, NodeSpec, Out, Range, Unit, range};
use pastiche_engine::take::{Input, MouseButton};

const FAR: Range = range(-20_000.0, 20_000.0);

const START_X: In<Control> =
    In::control("x", 0.0, Unit::Px, range(-960.0, 960.0), FAR, "Where it is to the right until it moves.");
const START_Y: In<Control> =
    In::control("y", 0.0, Unit::Px, range(-540.0, 540.0), FAR, "Where it is above until it moves.");
const X: Out<Control> = Out::with_unit("x", Unit::Px, "How far to the right of the middle it is.");
const Y: Out<Control> = Out::with_unit("y", Unit::Px, "How far above the middle it is.");
const LEFT: Out<Control> = Out::share("left", "1 while the left button is down, else 0.");
const MIDDLE: Out<Control> = Out::share("middle", "1 while the middle button is down, else 0.");
const RIGHT: Out<Control> = Out::share("right", "1 while the right button is down, else 0.");
const WHEEL: Out<Control> =
    Out::new("wheel", "How many lines the wheel has been turned, away from the hand counts up.");
const CLICK: Out<Trigger> = Out::new("click", "Each time the left button goes down.");
const ALIVE: Out<Control> = Out::share("alive", "1 once it has moved, else 0.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "mouse",
        category: Category::Control,
        summary: "Where the mouse is, and its buttons.",
        doc: "The mouse over the picture, in the pixels in which shapes are placed: `x` and `y` of `shape` \
              follow it as they are. Until it moves it is where its inputs say.",
        example: "let hand = mouse(lfo(0.2) * 500, lfo(0.3) * 250);\n\
                  screen(shape(#{ x: hand.x, y: hand.y, size: 150 + hand.left * 150 }));\n",
        inputs: &[&START_X.0, &START_Y.0],
        outputs: &[X.0, Y.0, LEFT.0, MIDDLE.0, RIGHT.0, WHEEL.0, CLICK.0, ALIVE.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(Mouse::default())),
}];

#[derive(Clone, Default)]
struct Mouse {
    is_old: bool,
    place: Option<[f64; 2]>,
    /// Left, middle, right.
    buttons: [bool; 3],
    wheel: f64,
    clicks: u32,
}

impl Node for Mouse {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        if !std::mem::replace(&mut self.is_old, true) {
            ctx.external_input.remembered().into_iter().for_each(|input| self.hear(input));
        }
        self.clicks = 0;
        ctx.external_input.events.iter().for_each(|event| self.hear(&event.input));
        let [x, y] = self.place.unwrap_or([io.control(&START_X), io.control(&START_Y)]);
        let [left, middle, right] = self.buttons.map(|is_down| f64::from(u8::from(is_down)));
        io.set_control(&X, x);
        io.set_control(&Y, y);
        io.set_control(&LEFT, left);
        io.set_control(&MIDDLE, middle);
        io.set_control(&RIGHT, right);
        io.set_control(&WHEEL, self.wheel);
        io.set_trigger(&CLICK, self.clicks);
        io.set_control(&ALIVE, f64::from(u8::from(self.place.is_some())));
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        self.clone_from(old);
    }
}

impl Mouse {
    fn hear(&mut self, input: &Input) {
        match input {
            Input::Mouse { x, y } => self.place = Some([FAR.clamp(*x), FAR.clamp(*y)]),
            Input::MouseWheel { lines } => self.wheel = ANY.clamp(self.wheel + lines),
            Input::MouseButton { button, down } => {
                let place = match button {
                    MouseButton::Left => 0,
                    MouseButton::Middle => 1,
                    MouseButton::Right => 2,
                };
                self.clicks += u32::from(*down && place == 0 && !self.buttons[0]);
                self.buttons[place] = *down;
            }
            _ => {}
        }
    }
}
