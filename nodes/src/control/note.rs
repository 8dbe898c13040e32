//! One key of a MIDI keyboard or pad, or any.

use pastiche_engine::io::Io;
use pastiche_engine::midi::Message;
use pastiche_engine::node::{Fault, FrameCtx, Node, Status};
use pastiche_engine::port::{Control, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::control::midi_listener::{CHANNEL, Key, Keys, Listener, PORT};

const PITCH: In<Control> = In::control(
    "pitch",
    -1.0,
    Unit::None,
    range(-1.0, 127.0),
    range(-1.0, 127.0),
    "Which key, rounded: 60 is middle C; -1 is any.",
);
const GATE: Out<Control> = Out::share("gate", "1 while it is held, else 0.");
const VELOCITY: Out<Control> =
    Out::with_unit("velocity", Unit::Ratio, "How hard it was struck last, from 0 to 1.");
const STRUCK: Out<Control> =
    Out::with_unit("pitch", Unit::Semitones, "The key that was struck last; 60 is middle C.");
const TRIGGER: Out<Trigger> = Out::new("trigger", "Each time it goes down.");
const RELEASED: Out<Trigger> = Out::new("released", "Each time it goes up.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "note",
        category: Category::Control,
        summary: "One key of a MIDI keyboard or pad, or any.",
        doc: "A key as a switch, with how hard it is struck. Of several keys the newest that is held counts. \
              Struck and left within one frame it still triggers.",
        example: "let pad = note(36);\n\
                  screen(blur(test_card(), pulse(pad.trigger, 0.5) * pad.velocity * 60 + pad.gate * 10));\n",
        inputs: &[&PITCH.0],
        options: &[PORT.0, CHANNEL.0],
        outputs: &[GATE.0, VELOCITY.0, STRUCK.0, TRIGGER.0, RELEASED.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| {
        let listener = Listener::of(options);
        Ok(Box::new(KeyNode { listener, held: Keys::default(), velocity: 0, pitch: 60 }))
    },
}];

struct KeyNode {
    listener: Listener,
    held: Keys,
    velocity: u8,
    pitch: u8,
}

impl Node for KeyNode {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let wanted = io.control(&PITCH).round();
        let is_wanted = |pitch: u8| wanted < 0.0 || f64::from(pitch) == wanted;
        let (mut struck, mut released) = (0, 0);
        for heard in self.listener.hear(ctx) {
            match heard.message {
                Message::NoteOn { channel, pitch, velocity } => {
                    self.held.take(&heard.port, channel, pitch);
                    self.held.0.push(Key { port: heard.port, channel, pitch, velocity });
                    if is_wanted(pitch) {
                        struck += u32::from(!heard.is_remembered);
                        (self.pitch, self.velocity) = (pitch, velocity);
                    }
                }
                Message::NoteOff { channel, pitch, .. } => {
                    let was_held = self.held.take(&heard.port, channel, pitch).is_some();
                    released += u32::from(was_held && is_wanted(pitch) && !heard.is_remembered);
                }
                Message::Controller { channel, .. } if heard.message.ends_notes() => {
                    let ended = self.held.take_if(|key| key.channel == channel && key.port == heard.port);
                    released += ended.iter().filter(|key| is_wanted(key.pitch)).count() as u32;
                }
                _ => {}
            }
        }
        let gone = self.held.take_gone(ctx.external_input.midi_ports());
        released += gone.iter().filter(|key| is_wanted(key.pitch)).count() as u32;
        let newest = self.held.0.iter().rfind(|key| is_wanted(key.pitch));
        if let Some(newest) = newest {
            (self.pitch, self.velocity) = (newest.pitch, newest.velocity);
        }
        io.set_control(&GATE, f64::from(u8::from(newest.is_some())));
        io.set_control(&VELOCITY, f64::from(self.velocity) / 127.0);
        io.set_control(&STRUCK, f64::from(self.pitch));
        io.set_trigger(&TRIGGER, struck);
        io.set_trigger(&RELEASED, released);
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        (self.pitch, self.velocity) = (old.pitch, old.velocity);
    }

    fn status(&self) -> Status {
        self.listener.status()
    }
}
