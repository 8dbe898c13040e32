//! What several nodes share that listen to MIDI: which port and channel, and which keys are held.

use std::sync::Arc;

use pastiche_engine::audio::{MidiState, PortId};
use pastiche_engine::midi::Message;
use pastiche_engine::node::{FrameCtx, Status};
use pastiche_engine::options::Options;
use pastiche_engine::spec::{NumberOrName, Opt, range};
use pastiche_engine::take::Input;

/// The option that chooses a port.
pub(crate) const PORT: Opt<Option<NumberOrName<'static>>> = Opt::optional_number_or_name(
    "port",
    "The port: a part of its name, or its number from 0 as `pastiche doctor` lists them; without one, every \
     port.",
);

/// The option that chooses a channel.
pub(crate) const CHANNEL: Opt<Option<usize>> = Opt::optional_whole(
    "channel",
    range(1.0, 16.0),
    "The MIDI channel, from 1 to 16; without one, every channel.",
);

/// A message that a node hears.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Heard {
    /// When it came.
    pub(crate) sample: u64,
    /// When it happens in the frames: one frame later.
    pub(crate) delayed: u64,
    pub(crate) port: Arc<str>,
    pub(crate) message: Message,
    /// Whether it came before the node was made.
    pub(crate) is_remembered: bool,
}

/// Hears the messages of a port and a channel.
#[derive(Clone, Debug)]
pub(crate) struct Listener {
    port: Choice,
    channel: Option<u8>,
    is_new: bool,
    is_alive: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Choice {
    Every,
    Number(usize),
    /// In lower case.
    Part(String),
}

impl Listener {
    pub(crate) fn of(options: &Options) -> Listener {
        let port = match options.get(&PORT) {
            Some(NumberOrName::Name(part)) => Choice::Part(part.to_lowercase()),
            Some(NumberOrName::Number(number)) => Choice::Number(number as usize),
            None => Choice::Every,
        };
        let channel = options.get(&CHANNEL).map(|channel| channel as u8 - 1);
        Listener { port, channel, is_new: true, is_alive: false }
    }

    /// The messages of this frame, in order; once a frame. The first time those come before them that
    /// were said before the node was made and still count.
    pub(crate) fn hear(&mut self, ctx: &FrameCtx<'_>) -> Vec<Heard> {
        let ports = ctx.external_input.midi_ports();
        self.is_alive =
            ports.iter().enumerate().any(|(number, port)| self.port.is(number, &port.to_lowercase()));
        let mut heard = Vec::new();
        if std::mem::take(&mut self.is_new) {
            let start = ctx.tick.start_sample;
            let remembered = ctx.external_input.remembered().into_iter();
            heard.extend(remembered.filter_map(|input| self.heard(input, ports, [start; 2], true)));
        }
        for event in ctx.external_input.events {
            let samples = [event.sample, ctx.delayed_sample(event)];
            heard.extend(self.heard(&event.input, ports, samples, false));
        }
        heard
    }

    fn heard(
        &self,
        input: &Input,
        ports: &[Arc<str>],
        [sample, delayed]: [u64; 2],
        is_remembered: bool,
    ) -> Option<Heard> {
        let Input::Midi { port, message } = input else { return None };
        let number = ports.iter().position(|there| there == port).unwrap_or(usize::MAX);
        let is_wanted = self.port.is(number, &port.to_lowercase()) && self.is_on_channel(message);
        is_wanted.then(|| Heard { sample, delayed, port: port.clone(), message: *message, is_remembered })
    }

    fn is_on_channel(&self, message: &Message) -> bool {
        self.channel.is_none_or(|wanted| message.channel().is_none_or(|channel| channel == wanted))
    }

    /// Whether it hears a message in the audio half. Allocates nothing.
    pub(crate) fn hears(&self, state: &MidiState, port: PortId, message: &Message) -> bool {
        let number = state.number(port).map_or(usize::MAX, usize::from);
        self.port.is(number, state.name(port)) && self.is_on_channel(message)
    }

    /// Whether a port of that choice is there, as of the last frame.
    pub(crate) fn is_alive(&self) -> bool {
        self.is_alive
    }

    /// Whether another listens to the same.
    pub(crate) fn is_like(&self, other: &Listener) -> bool {
        (&self.port, self.channel) == (&other.port, other.channel)
    }

    /// A port that a patch names is waited for.
    pub(crate) fn status(&self) -> Status {
        match &self.port {
            _ if self.is_alive => Status::Ready,
            Choice::Every => Status::Ready,
            Choice::Number(number) => Status::Waiting(format!("looking for MIDI port {number}")),
            Choice::Part(part) => Status::Waiting(format!("looking for a MIDI port named `{part}`")),
        }
    }
}

impl Choice {
    /// `port` is its name in lower case.
    fn is(&self, number: usize, port: &str) -> bool {
        match self {
            Choice::Every => true,
            Choice::Number(wanted) => *wanted == number,
            Choice::Part(part) => port.contains(part),
        }
    }
}

/// A key that is held.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    pub(crate) port: Arc<str>,
    pub(crate) channel: u8,
    pub(crate) pitch: u8,
    pub(crate) velocity: u8,
}

/// The keys that are held, in the order in which they went down.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Keys(pub(crate) Vec<Key>);

impl Keys {
    /// The key as it was held until now, if it was.
    pub(crate) fn take(&mut self, port: &str, channel: u8, pitch: u8) -> Option<Key> {
        let is_it = |key: &Key| (&*key.port, key.channel, key.pitch) == (port, channel, pitch);
        self.0.iter().position(is_it).map(|position| self.0.remove(position))
    }

    /// Takes the keys of ports that are not there.
    pub(crate) fn take_gone(&mut self, ports: &[Arc<str>]) -> Vec<Key> {
        self.take_if(|key| !ports.contains(&key.port))
    }

    pub(crate) fn take_if(&mut self, is_taken: impl Fn(&Key) -> bool) -> Vec<Key> {
        self.0.extract_if(.., |key| is_taken(key)).collect()
    }
}
