//! What is played on a MIDI keyboard.

use std::sync::Arc;

use pastiche_engine::audio::{AudioIo, AudioNode, BlockCtx, Played, PortId};
use pastiche_engine::io::Io;
use pastiche_engine::midi::{ALL_NOTES_OFF, ALL_SOUND_OFF, Message, SUSTAIN};
use pastiche_engine::node::{Fault, FrameCtx, Node, Status};
use pastiche_engine::options::Options;
use pastiche_engine::port::{Control, Note, Notes, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, NodeSpec, Opt, Out};

use crate::control::midi_listener::{CHANNEL, Listener, PORT};
use crate::note_window::MOST_SOUNDING;

const NOTES: Out<Notes> = Out::new("notes", "The keys that go down and up, each at its time.");
const TRIGGER: Out<Trigger> = Out::new("trigger", "Each key that goes down.");
const HELD: Out<Control> = Out::new("held", "How many keys sound.");
const ALIVE: Out<Control> = Out::new("alive", "1 while the port is there, else 0.");

const PEDAL: Opt<bool> =
    Opt::flag("sustain", true, "Whether the sustain pedal (controller 64) holds the notes.");

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
    inputs_for: None,
    make: |_, options| Ok(Box::new(MidiIn::new(options))),
}];

/// The frame half.
struct MidiIn {
    listener: Listener,
    keyboard: Keyboard<Arc<str>>,
    audio: Option<Box<Playing>>,
}

impl MidiIn {
    fn new(options: &Options) -> MidiIn {
        let (listener, has_pedal) = (Listener::of(options), options.get(&PEDAL));
        let playing =
            Playing { listener: listener.clone(), is_new: true, keyboard: Keyboard::new(has_pedal) };
        MidiIn { listener, keyboard: Keyboard::new(has_pedal), audio: Some(Box::new(playing)) }
    }
}

impl Node for MidiIn {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let mut notes = Vec::new();
        let start_sample = ctx.tick.start_sample;
        self.keyboard.end_left(start_sample, &mut |note| notes.push(note));
        for heard in self.listener.hear(ctx) {
            let sample = if heard.is_remembered { start_sample } else { heard.delayed };
            self.keyboard.hear(&heard.port, heard.message, sample, &mut |note| notes.push(note));
        }
        let last = notes.last().map_or(start_sample, |note| note.sample);
        let ports = ctx.external_input.midi_ports();
        let is_gone = |key: &Key<Arc<str>>| !ports.contains(&key.port);
        self.keyboard.end_if(is_gone, last, &mut |note| notes.push(note));
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
    keyboard: Keyboard<PortId>,
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
                self.keyboard.hear(&key.port, pedal, start_sample, &mut |note| io.write_note(&NOTES, note));
                self.keyboard.hear(&key.port, message, start_sample, &mut |note| io.write_note(&NOTES, note));
            }
        }
        for event in io.midi() {
            let sample = event.sample;
            let mut write = |note| io.write_note(&NOTES, note);
            match event.what {
                Played::Message(port, message) if self.listener.hears(state, port, &message) => {
                    self.keyboard.hear(&port, message, sample, &mut write);
                }
                Played::Number(port, None) => {
                    self.keyboard.end_if(|key| key.port == port, sample, &mut write);
                }
                Played::Lost => self.keyboard.end_if(|_| true, sample, &mut write),
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

/// A key that sounds.
#[derive(Clone, Debug, PartialEq)]
struct Key<P> {
    port: P,
    channel: u8,
    pitch: u8,
    velocity: u8,
}

impl<P> Key<P> {
    fn start(&self, sample: u64) -> Note {
        let Key { channel, pitch, velocity, .. } = *self;
        Note { sample, pitch, velocity, voice: 0, channel, on: true }
    }

    fn end(&self, sample: u64) -> Note {
        Note { velocity: 0, ..self.start(sample).end_at(sample) }
    }
}

/// Which keys sound, by their ports. It allocates nothing while it plays.
struct Keyboard<P> {
    has_pedal: bool,
    /// Whether the pedal is down, by channel.
    pedals: [bool; 16],
    /// Keys that are down.
    held: Vec<Key<P>>,
    /// Keys that are up and sound on because of the pedal.
    sustained: Vec<Key<P>>,
    /// Keys of a node that listened elsewhere: their notes end.
    left: Vec<Key<P>>,
}

impl<P: Clone + PartialEq> Keyboard<P> {
    fn new(has_pedal: bool) -> Keyboard<P> {
        Keyboard {
            has_pedal,
            pedals: [false; 16],
            held: Vec::with_capacity(MOST_SOUNDING),
            sustained: Vec::with_capacity(MOST_SOUNDING),
            left: Vec::with_capacity(3 * MOST_SOUNDING),
        }
    }

    fn sounding(&self) -> usize {
        self.held.len() + self.sustained.len()
    }

    fn hear(&mut self, port: &P, message: Message, sample: u64, out: &mut impl FnMut(Note)) {
        match message {
            Message::NoteOn { channel, pitch, velocity } => {
                // A key that sounds already is struck again: its note ends first.
                let is_it = |key: &Key<P>| (&key.port, key.channel, key.pitch) == (port, channel, pitch);
                self.end_if(is_it, sample, out);
                if self.held.len() < MOST_SOUNDING {
                    let key = Key { port: port.clone(), channel, pitch, velocity };
                    out(key.start(sample));
                    self.held.push(key);
                }
            }
            Message::NoteOff { channel, pitch, .. } => {
                let is_it = |key: &Key<P>| (&key.port, key.channel, key.pitch) == (port, channel, pitch);
                let Some(place) = self.held.iter().position(is_it) else { return };
                let key = self.held.remove(place);
                let is_down = self.has_pedal && self.pedals[usize::from(channel & 15)];
                if is_down && self.sustained.len() < MOST_SOUNDING {
                    self.sustained.push(key);
                } else {
                    out(key.end(sample));
                }
            }
            Message::Controller { channel, number: SUSTAIN, value } => {
                self.pedals[usize::from(channel & 15)] = value >= 64;
                if value < 64 {
                    end(&mut self.sustained, |key| key.channel == channel, sample, out);
                }
            }
            Message::Controller { channel, number: ALL_SOUND_OFF | ALL_NOTES_OFF, .. } => {
                self.end_if(|key| key.channel == channel && key.port == *port, sample, out);
            }
            _ => {}
        }
    }

    fn end_if(&mut self, is_ended: impl Fn(&Key<P>) -> bool, sample: u64, out: &mut impl FnMut(Note)) {
        end(&mut self.held, &is_ended, sample, out);
        end(&mut self.sustained, &is_ended, sample, out);
    }

    /// Ends what a node left that listened elsewhere.
    fn end_left(&mut self, sample: u64, out: &mut impl FnMut(Note)) {
        self.left.drain(..).for_each(|key| out(key.end(sample)));
    }

    /// Goes on with the keys of another, or ends them where it listened elsewhere.
    fn take_over(&mut self, old: &mut Keyboard<P>, is_like: bool) {
        std::mem::swap(&mut self.left, &mut old.left);
        if is_like {
            self.pedals = old.pedals;
            std::mem::swap(&mut self.held, &mut old.held);
            std::mem::swap(&mut self.sustained, &mut old.sustained);
        } else {
            let room = 3 * MOST_SOUNDING - self.left.len();
            self.left.extend(old.held.drain(..).chain(old.sustained.drain(..)).take(room));
        }
    }
}

fn end<P>(
    keys: &mut Vec<Key<P>>,
    is_ended: impl Fn(&Key<P>) -> bool,
    sample: u64,
    out: &mut impl FnMut(Note),
) {
    keys.retain(|key| {
        let ends = is_ended(key);
        if ends {
            out(key.end(sample));
        }
        !ends
    });
}
