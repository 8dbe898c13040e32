//! How hard keys are pressed while they are held.

use pastiche_engine::io::Io;
use pastiche_engine::midi::Message;
use pastiche_engine::node::{Fault, FrameCtx, Node, Status};
use pastiche_engine::options::Options;
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::control::midi_listener::{CHANNEL, Listener, PORT};

const PITCH: In<Control> = In::control(
    "pitch",
    -1.0,
    Unit::None,
    range(-1.0, 127.0),
    range(-1.0, 127.0),
    "Which key, rounded: 60 is middle C; -1 is the one that is pressed hardest.",
);
const VALUE: Out<Control> = Out::share("value", "How hard, from 0 to 1.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "aftertouch",
        category: Category::Control,
        summary: "How hard MIDI keys are pressed while they are held.",
        doc: "Keyboards and pads send it for all keys together or for each of them; both are heard. A key that \
              goes up is not pressed any more.",
        example: "screen(blur(test_card(), smooth(aftertouch(), 5) * 60));\n",
        inputs: &[&PITCH.0],
        options: &[PORT.0, CHANNEL.0],
        outputs: &[VALUE.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| Ok(Box::new(Aftertouch::new(options))),
}];

struct Aftertouch {
    listener: Listener,
    /// Of all keys together.
    all: u8,
    /// Of each key.
    keys: [u8; 128],
}

impl Node for Aftertouch {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        for heard in self.listener.hear(ctx) {
            self.hear(heard.message);
        }
        let wanted = io.control(&PITCH).round();
        let of_keys = if wanted < 0.0 {
            self.keys.iter().copied().max().unwrap_or(0)
        } else {
            self.keys[wanted as usize & 127]
        };
        io.set_control(&VALUE, f64::from(self.all.max(of_keys)) / 127.0);
        Ok(())
    }

    fn status(&self) -> Status {
        self.listener.status()
    }
}

impl Aftertouch {
    fn new(options: &Options) -> Aftertouch {
        Aftertouch { listener: Listener::of(options), all: 0, keys: [0; 128] }
    }

    fn hear(&mut self, message: Message) {
        match message {
            Message::ChannelPressure { pressure, .. } => self.all = pressure,
            Message::KeyPressure { pitch, pressure, .. } => self.keys[usize::from(pitch & 127)] = pressure,
            Message::NoteOff { pitch, .. } => self.keys[usize::from(pitch & 127)] = 0,
            _ => {}
        }
    }
}
