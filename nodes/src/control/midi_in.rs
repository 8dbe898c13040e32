//! What is played on a MIDI keyboard.

use std::sync::Arc;

use pastiche_engine::audio::{AudioIo, AudioNode, BlockCtx, Played, PortId};
use pastiche_engine::io::Io;
use pastiche_engine::midi::{Message, SUSTAIN};
use pastiche_engine::node::{Fault, FrameCtx, Node, Status};
use pastiche_engine::options::Options;
use pastiche_engine::port::{Control, Notes, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, NodeSpec, Opt, Out};

use crate::control::midi_listener::{CHANNEL, Listener, PORT};
use crate::played_keys::PlayedKeys;

const NOTES: Out<Notes> = Out::new("notes", "The keys that go down and up, each at its time.");
const TRIGGER: Out<Trigger> = Out::new("trigger", "Each key that goes down.");
const HELD: Out<Control> = Out::new("held", "How many keys sound.");
const ALIVE: Out<Control> = Out::new("alive", "1 while the port is there, else 0.");

const PEDAL: Opt<bool> = Opt::flag(
    "sustain",
    true,
    "Whether the pedals, sustain (controller 64) and sostenuto (66), hold the notes.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "midi_in",
        category: Category::Control,
        summary: "The notes of a MIDI keyboard.",
        doc: "Notes as they are played, in their own rhythm to the sample. An instrument sounds a buffer of the \
              sound card and 2 ms after the key, whatever the frame rate; pictures follow with the next frame. The \
              sustain pedal holds notes. When the keyboard is unplugged its notes end; plugged in again, it plays \
              on.",
        example: "let keys = midi_in();\n\
                  screen(blur(test_card(), pulse(keys.trigger, 0.3) * 30 + keys.held * 4));\n",
        options: &[PORT.0, CHANNEL.0, PEDAL.0],
        outputs: &[NOTES.0, TRIGGER.0, HELD.0, ALIVE.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| Ok(Box::new(MidiIn::new(options))),
}];

/// The frame half.
struct MidiIn {
    listener: Listener,
    keyboard: PlayedKeys<Arc<str>>,
    audio: Option<Box<Playing>>,
}

impl MidiIn {
    fn new(options: &Options) -> MidiIn {
        let (listener, has_pedal) = (Listener::of(options), options.get(&PEDAL));
        let playing =
            Playing { listener: listener.clone(), is_new: true, keyboard: PlayedKeys::new(has_pedal) };
        MidiIn { listener, keyboard: PlayedKeys::new(has_pedal), audio: Some(Box::new(playing)) }
    }
}

impl Node for MidiIn {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let mut notes = Vec::new();
        let start_sample = ctx.tick.start_sample;
        self.keyboard.end_left(start_sample, &mut |note| notes.push(note));
        for heard in self.listener.hear(ctx) {
            let sample = if heard.is_remembered { start_sample } else { heard.delayed };
            self.keyboard.hear((&heard.port, 0), heard.message, sample, &mut |note| notes.push(note));
        }
        let last = notes.last().map_or(start_sample, |note| note.sample);
        let ports = ctx.external_input.midi_ports();
        self.keyboard.lose(|port| !ports.contains(port), last, &mut |note| notes.push(note));
        io.set_trigger(&TRIGGER, notes.iter().filter(|note| note.on).count() as u32);
        io.set_control(&HELD, self.keyboard.sounding() as f64);
        io.set_control(&ALIVE, f64::from(u8::from(self.listener.is_alive())));
        if let Some(out) = io.notes_out(&NOTES) {
            out.append(&mut notes);
        }
        Ok(())
    }

    fn take_audio(&mut self) -> Option<Box<dyn AudioNode>> {
        self.audio.take().map(|audio| audio as Box<dyn AudioNode>)
    }

    fn adopt(&mut self, old: &mut Self) {
        let is_like = old.listener.is_like(&self.listener);
        self.keyboard.take_over(&mut old.keyboard, is_like);
        if is_like {
            std::mem::swap(&mut self.listener, &mut old.listener);
        }
    }

    fn status(&self) -> Status {
        self.listener.status()
    }
}

/// The audio half: it hears the same keys, as soon as they come.
struct Playing {
    listener: Listener,
    is_new: bool,
    keyboard: PlayedKeys<PortId>,
}

impl AudioNode for Playing {
    fn block(&mut self, ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        let state = io.midi_state();
        let start_sample = ctx.start_sample;
        self.keyboard.end_left(start_sample, &mut |note| io.write_note(&NOTES, note));
        if std::mem::take(&mut self.is_new) {
            for key in state.held() {
                let (channel, pitch, velocity) = (key.channel, key.pitch, key.velocity);
                let message = Message::NoteOn { channel, pitch, velocity };
                if !self.listener.hears(state, key.port, &message) {
                    continue;
                }
                let value = if state.is_pedal_down(key.port, channel) { 127 } else { 0 };
                let pedal = Message::Controller { channel, number: SUSTAIN, value };
                self.keyboard
                    .hear((&key.port, 0), pedal, start_sample, &mut |note| io.write_note(&NOTES, note));
                self.keyboard
                    .hear((&key.port, 0), message, start_sample, &mut |note| io.write_note(&NOTES, note));
            }
        }
        for event in io.midi() {
            let sample = event.sample;
            let mut write = |note| io.write_note(&NOTES, note);
            match event.what {
                Played::Message(port, message) if self.listener.hears(state, port, &message) => {
                    self.keyboard.hear((&port, 0), message, sample, &mut write);
                }
                Played::Number(port, None) => {
                    self.keyboard.lose(|gone| *gone == port, sample, &mut write);
                }
                Played::Lost => self.keyboard.lose(|_| true, sample, &mut write),
                _ => {}
            }
        }
    }

    fn makes_notes(&self) -> bool {
        true
    }

    fn adopt(&mut self, old: &mut Self) {
        let is_like = old.listener.is_like(&self.listener);
        self.keyboard.take_over(&mut old.keyboard, is_like);
        self.is_new = !is_like || old.is_new;
    }
}
