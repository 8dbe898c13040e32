//! The pitch wheel of a MIDI keyboard.

use pastiche_engine::io::Io;
use pastiche_engine::midi::Message;
use pastiche_engine::node::{Fault, FrameCtx, Node, Status};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, NodeSpec, Out};

use crate::control::midi_listener::{CHANNEL, Listener, PORT};

const VALUE: Out<Control> = Out::wave("value", "Where the wheel stands, from -1 to 1; 0 is the middle.");

/// Steps from the middle down, and one less up (MIDI 1.0, pitch bend change).
const STEPS: f64 = 8192.0;

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "pitch_bend",
        category: Category::Control,
        summary: "The pitch wheel of a MIDI keyboard.",
        doc: "The wheel in all its 14 bits. It goes back to the middle by itself; a fader that sends pitch \
              bend, as many mixing desks do, stays where it is put.",
        example: "screen(transform(test_card(), #{ rotate: pitch_bend() * 90 }));\n",
        options: &[PORT.0, CHANNEL.0],
        outputs: &[VALUE.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| Ok(Box::new(PitchBend { listener: Listener::of(options), value: 0.0 })),
}];

struct PitchBend {
    listener: Listener,
    value: f64,
}

impl Node for PitchBend {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        for heard in self.listener.hear(ctx) {
            if let Message::PitchBend { bend, .. } = heard.message {
                self.value = f64::from(bend) / if bend < 0 { STEPS } else { STEPS - 1.0 };
            }
        }
        io.set_control(&VALUE, self.value);
        Ok(())
    }

    fn status(&self) -> Status {
        self.listener.status()
    }
}
