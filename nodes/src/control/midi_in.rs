//! What is played on a MIDI keyboard.

use std::sync::Arc;

use pastiche_engine::io::Io;
use pastiche_engine::midi::Message;
use pastiche_engine::node::{Fault, FrameCtx, Node, Status};
use pastiche_engine::options::Options;
use pastiche_engine::port::{Control, Note, Notes, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, NodeSpec, OptionDefault, OptionSpec, OptionType, Out};

use crate::control::midi_listener::{
    ALL_NOTES_OFF, ALL_SOUND_OFF, CHANNEL, Heard, Key, Keys, Listener, PORT, SUSTAIN,
};

const NOTES: Out<Notes> = Out::new("notes", "The keys that go down and up, each at its time.");
const TRIGGER: Out<Trigger> = Out::new("trigger", "Each key that goes down.");
const HELD: Out<Control> = Out::new("held", "How many keys sound.");
const ALIVE: Out<Control> = Out::new("alive", "1 while the port is there, else 0.");

const PEDAL: &str = "sustain";

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "midi_in",
        category: Category::Control,
        summary: "The notes of a MIDI keyboard.",
        doc: "Notes as they are played, one frame late and so in their own rhythm to the sample. The sustain \
              pedal holds them. When the keyboard is unplugged its notes end; plugged in again, it plays on.",
        example: "let keys = midi_in();\n\
                  screen(blur(test_card(), pulse(keys.trigger, 0.3) * 30 + keys.held * 4));\n",
        options: &[
            PORT,
            CHANNEL,
            OptionSpec {
                name: PEDAL,
                takes: OptionType::Flag,
                default: OptionDefault::Flag(true),
                doc: "Whether the sustain pedal (controller 64) holds the notes.",
            },
        ],
        outputs: &[NOTES.0, TRIGGER.0, HELD.0, ALIVE.0],
        ..NodeSpec::PLAIN
    },
    inputs_for: None,
    make: |_, options| Ok(Box::new(MidiIn::new(options))),
}];

struct MidiIn {
    listener: Listener,
    has_pedal: bool,
    /// Whether the pedal is down, by channel.
    pedals: [bool; 16],
    /// Keys that are down.
    held: Keys,
    /// Keys that are up and sound on because of the pedal.
    sustained: Keys,
    /// Keys of a node that listened elsewhere: their notes end.
    ending: Keys,
}

impl Node for MidiIn {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let mut notes: Vec<Note> = self.ending.0.drain(..).map(|key| note(&key, 0.0, false)).collect();
        for heard in self.listener.hear(ctx) {
            self.hear(&heard, &mut notes);
        }
        let last = notes.last().map_or(0.0, |note| note.at_secs);
        self.end_gone(ctx.outside.midi_ports(), last, &mut notes);
        io.set_trigger(&TRIGGER, notes.iter().filter(|note| note.on).count() as u32);
        io.set_control(&HELD, (self.held.0.len() + self.sustained.0.len()) as f64);
        io.set_control(&ALIVE, f64::from(u8::from(self.listener.is_alive())));
        if let Some(out) = io.notes_out(&NOTES) {
            out.append(&mut notes);
        }
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        self.ending = std::mem::take(&mut old.ending);
        if old.listener.is_like(&self.listener) {
            std::mem::swap(&mut self.listener, &mut old.listener);
            self.pedals = old.pedals;
            self.held = std::mem::take(&mut old.held);
            self.sustained = std::mem::take(&mut old.sustained);
        } else {
            self.ending.0.append(&mut old.held.0);
            self.ending.0.append(&mut old.sustained.0);
        }
    }

    fn status(&self) -> Status {
        self.listener.status()
    }
}

impl MidiIn {
    fn new(options: &Options) -> MidiIn {
        MidiIn {
            listener: Listener::of(options),
            has_pedal: options.flag(PEDAL),
            pedals: [false; 16],
            held: Keys::default(),
            sustained: Keys::default(),
            ending: Keys::default(),
        }
    }

    fn hear(&mut self, heard: &Heard, notes: &mut Vec<Note>) {
        let Heard { at_secs, port, .. } = heard;
        match heard.message {
            Message::NoteOn { channel, pitch, velocity } => {
                // A key that sounds already is struck again: its note ends first.
                self.end(port, channel, pitch, *at_secs, notes);
                let key = Key { port: port.clone(), channel, pitch, velocity };
                notes.push(note(&key, *at_secs, true));
                self.held.0.push(key);
            }
            Message::NoteOff { channel, pitch, .. } => {
                let Some(key) = self.held.take(port, channel, pitch) else { return };
                if self.has_pedal && self.pedals[usize::from(channel & 15)] {
                    self.sustained.0.push(key);
                } else {
                    notes.push(note(&key, *at_secs, false));
                }
            }
            Message::Controller { channel, number: SUSTAIN, value } => {
                let pedal = &mut self.pedals[usize::from(channel & 15)];
                *pedal = value >= 64;
                if !*pedal {
                    let ended = self.sustained.take_if(|key| key.channel == channel);
                    notes.extend(ended.iter().map(|key| note(key, *at_secs, false)));
                }
            }
            Message::Controller { channel, number: ALL_SOUND_OFF | ALL_NOTES_OFF, .. } => {
                // What was said before the node was made ended what came before.
                let is_ended = |key: &Key| key.channel == channel && key.port == *port;
                let mut ended = self.held.take_if(is_ended);
                ended.extend(self.sustained.take_if(is_ended));
                notes.extend(ended.iter().map(|key| note(key, *at_secs, false)));
            }
            _ => {}
        }
    }

    fn end(&mut self, port: &str, channel: u8, pitch: u8, at_secs: f32, notes: &mut Vec<Note>) {
        let held = self.held.take(port, channel, pitch);
        let sustained = self.sustained.take(port, channel, pitch);
        notes.extend(held.or(sustained).map(|key| note(&key, at_secs, false)));
    }

    fn end_gone(&mut self, ports: &[Arc<str>], at_secs: f32, notes: &mut Vec<Note>) {
        let mut gone = self.held.take_gone(ports);
        gone.extend(self.sustained.take_gone(ports));
        notes.extend(gone.iter().map(|key| note(key, at_secs, false)));
    }
}

fn note(key: &Key, at_secs: f32, on: bool) -> Note {
    let Key { channel, pitch, velocity, .. } = *key;
    Note { at_secs, pitch, velocity: if on { velocity } else { 0 }, voice: 0, channel, on }
}
