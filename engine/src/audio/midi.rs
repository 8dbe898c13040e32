//! Played notes on their straight way to the audio half: from the thread on which they come, through a queue
//! that the audio thread reads without waiting.

use std::sync::atomic::{
    AtomicBool,
    Ordering::{Acquire, Release},
};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rtrb::{Consumer, Producer, RingBuffer};

use crate::midi::{Message, RESET_CONTROLLERS, SUSTAIN};
use crate::take::Input;

/// Events that may wait for their block.
const WAITING: usize = 4096;

/// Events that are heard in one block; what is more comes with the next.
const MOST_IN_BLOCK: usize = 256;

/// Ports that are kept apart; those behind them are one.
const MOST_PORTS: usize = 256;

/// Keys that are remembered for a node that is made later.
const MOST_HELD: usize = 512;

/// A port, by the order in which it was first heard of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortId(u8);

/// Something that a port does, at a sample of the transport.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MidiEvent {
    /// When it is heard.
    pub sample: u64,
    /// What is heard.
    pub what: Played,
}

/// What is heard of the ports.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Played {
    /// A message of a port.
    Message(PortId, Message),
    /// A port has this number among those that are there; `None`: it is gone, and no one holds its keys.
    Number(PortId, Option<u8>),
    /// This many came at once that some were left out: no key is held any more.
    Lost,
}

/// The way in, for any number of threads. They wait for each other for as long as one writes an event; the
/// audio thread waits for none.
#[derive(Clone)]
pub struct MidiInlet(Arc<Mutex<Inlet>>);

impl std::fmt::Debug for MidiInlet {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("MidiInlet").finish_non_exhaustive()
    }
}

struct Inlet {
    events: Producer<MidiEvent>,
    names: Arc<PortNames>,
    ids: Vec<Arc<str>>,
    /// The ports that are there, in the order of their numbers.
    there: Vec<Arc<str>>,
    /// The newest sample: events come in their order.
    last: u64,
    overflowed: Arc<AtomicBool>,
}

impl MidiInlet {
    /// Something came that is to be heard at a sample. Returns when it is heard: then, or with what came before
    /// it if that is later. `None` for what is not played.
    pub fn input(&self, input: &Input, sample: u64) -> Option<u64> {
        match input {
            Input::Midi { port, message } if message.plays() => Some(self.message(port, *message, sample)),
            Input::MidiPorts { ports } => Some(self.ports(ports, sample)),
            _ => None,
        }
    }

    fn message(&self, port: &Arc<str>, message: Message, sample: u64) -> u64 {
        let mut inlet = self.lock();
        let id = inlet.id(port);
        // A take that was written by hand does not say which ports there are: they are there once they speak.
        if !inlet.there.contains(port) && inlet.there.len() < MOST_PORTS {
            inlet.there.push(port.clone());
            let number = u8::try_from(inlet.there.len() - 1).ok();
            inlet.push(sample, Played::Number(id, number));
        }
        inlet.push(sample, Played::Message(id, message))
    }

    /// These ports are there from now on.
    fn ports(&self, ports: &[Arc<str>], sample: u64) -> u64 {
        let mut inlet = self.lock();
        let before = std::mem::replace(&mut inlet.there, ports.to_vec());
        for port in before.iter().filter(|port| !ports.contains(port)) {
            let id = inlet.id(port);
            inlet.push(sample, Played::Number(id, None));
        }
        for (number, port) in ports.iter().enumerate() {
            let id = inlet.id(port);
            inlet.push(sample, Played::Number(id, Some(u8::try_from(number).unwrap_or(u8::MAX))));
        }
        inlet.last
    }

    fn lock(&self) -> MutexGuard<'_, Inlet> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inlet {
    fn id(&mut self, port: &Arc<str>) -> PortId {
        let known = self.ids.iter().position(|known| known == port);
        let place = known.unwrap_or_else(|| {
            if self.ids.len() < MOST_PORTS {
                self.ids.push(port.clone());
                // Only here, and once for each place.
                let _ = self.names.0[self.ids.len() - 1].set(port.to_lowercase().into());
            }
            self.ids.len() - 1
        });
        PortId(place as u8)
    }

    fn push(&mut self, sample: u64, what: Played) -> u64 {
        self.last = self.last.max(sample);
        // Nothing is written until the audio thread knows that something was left out.
        if !self.overflowed.load(Acquire) && self.events.push(MidiEvent { sample: self.last, what }).is_err()
        {
            self.overflowed.store(true, Release);
        }
        self.last
    }
}

/// Names of ports in lower case, by their id. Written once each, read without waiting.
struct PortNames(Box<[OnceLock<Box<str>>]>);

/// What is known of the ports at the start of a block, for a node that is new.
pub struct MidiState {
    names: Arc<PortNames>,
    numbers: Box<[Option<u8>]>,
    held: Vec<HeldKey>,
    /// Channels whose pedal is down, by port.
    pedals: Box<[u16]>,
}

/// A key that is down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldKey {
    /// Of this port.
    pub port: PortId,
    /// 0 to 15.
    pub channel: u8,
    /// 0 to 127.
    pub pitch: u8,
    /// 1 to 127.
    pub velocity: u8,
}

impl HeldKey {
    /// Whether it is that key.
    pub fn is(&self, port: PortId, channel: u8, pitch: u8) -> bool {
        (self.port, self.channel, self.pitch) == (port, channel, pitch)
    }
}

impl MidiState {
    /// A port's name in lower case.
    pub fn name(&self, port: PortId) -> &str {
        self.names.0[usize::from(port.0)].get().map_or("", |name| name)
    }

    /// A port's number among those that are there; `None`: it is gone.
    pub fn number(&self, port: PortId) -> Option<u8> {
        self.numbers[usize::from(port.0)]
    }

    /// The keys that are down, in the order in which they went down.
    pub fn held(&self) -> &[HeldKey] {
        &self.held
    }

    /// Whether the sustain pedal of a port's channel is down.
    pub fn is_pedal_down(&self, port: PortId, channel: u8) -> bool {
        self.pedals[usize::from(port.0)] >> (channel & 15) & 1 == 1
    }

    fn learn(&mut self, event: &MidiEvent) {
        match event.what {
            Played::Message(port, message) => self.hear(port, message),
            Played::Number(port, number) => {
                self.numbers[usize::from(port.0)] = number;
                if number.is_none() {
                    self.held.retain(|key| key.port != port);
                    self.pedals[usize::from(port.0)] = 0;
                }
            }
            Played::Lost => {
                self.held.clear();
                self.pedals.fill(0);
            }
        }
    }

    fn hear(&mut self, port: PortId, message: Message) {
        match message {
            Message::NoteOn { channel, pitch, velocity } => {
                self.held.retain(|key| !key.is(port, channel, pitch));
                if self.held.len() < self.held.capacity() {
                    self.held.push(HeldKey { port, channel, pitch, velocity });
                }
            }
            Message::NoteOff { channel, pitch, .. } => {
                self.held.retain(|key| !key.is(port, channel, pitch));
            }
            Message::Controller { channel, number: SUSTAIN, value } => {
                let pedals = &mut self.pedals[usize::from(port.0)];
                let bit = 1 << (channel & 15);
                *pedals = if value >= 64 { *pedals | bit } else { *pedals & !bit };
            }
            Message::Controller { channel, number: RESET_CONTROLLERS, .. } => {
                self.pedals[usize::from(port.0)] &= !(1 << (channel & 15));
            }
            Message::Controller { channel, .. } if message.ends_notes() => {
                self.held.retain(|key| (key.port, key.channel) != (port, channel));
            }
            _ => {}
        }
    }
}

/// The audio thread's end: the events of one block.
pub(crate) struct MidiOutlet {
    events: Consumer<MidiEvent>,
    overflowed: Arc<AtomicBool>,
    block: Vec<MidiEvent>,
    pub(crate) state: MidiState,
}

impl MidiOutlet {
    /// Takes the events that are due before a sample; what comes late is heard at once.
    pub(crate) fn begin(&mut self, start_sample: u64, end_sample: u64) {
        for event in self.block.drain(..) {
            self.state.learn(&event);
        }
        if self.overflowed.load(Acquire) {
            while self.events.pop().is_ok() {}
            self.overflowed.store(false, Release);
            self.block.push(MidiEvent { sample: start_sample, what: Played::Lost });
        }
        while self.block.len() < MOST_IN_BLOCK
            && self.events.peek().is_ok_and(|event| event.sample < end_sample)
            && let Ok(event) = self.events.pop()
        {
            self.block.push(MidiEvent { sample: event.sample.max(start_sample), ..event });
        }
    }

    pub(crate) fn events(&self) -> &[MidiEvent] {
        &self.block
    }
}

/// Both ends of the way.
pub(crate) fn midi_way() -> (MidiInlet, MidiOutlet) {
    let (producer, events) = RingBuffer::new(WAITING);
    let names = Arc::new(PortNames((0..MOST_PORTS).map(|_| OnceLock::new()).collect()));
    let overflowed = Arc::new(AtomicBool::new(false));
    let inlet = Inlet {
        events: producer,
        names: names.clone(),
        ids: Vec::new(),
        there: Vec::new(),
        last: 0,
        overflowed: overflowed.clone(),
    };
    let state = MidiState {
        names,
        numbers: vec![None; MOST_PORTS].into(),
        held: Vec::with_capacity(MOST_HELD),
        pedals: vec![0; MOST_PORTS].into(),
    };
    let outlet = MidiOutlet { events, overflowed, block: Vec::with_capacity(MOST_IN_BLOCK), state };
    (MidiInlet(Arc::new(Mutex::new(inlet))), outlet)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(pitch: u8) -> Message {
        Message::NoteOn { channel: 0, pitch, velocity: 90 }
    }

    #[test]
    fn events_are_heard_in_their_block_and_keys_are_remembered() {
        let (inlet, mut outlet) = midi_way();
        let (desk, piano): (Arc<str>, Arc<str>) = ("Desk".into(), "Piano".into());
        assert_eq!(inlet.ports(&[desk.clone(), piano.clone()], 0), 0);
        assert_eq!(inlet.message(&piano, on(60), 70), 70);
        assert_eq!(inlet.message(&desk, on(40), 50), 70, "never before what came before it");
        outlet.begin(0, 64);
        assert_eq!(outlet.events().len(), 2, "{:?}", outlet.events());
        outlet.begin(64, 128);
        let heard: Vec<u64> = outlet.events().iter().map(|event| event.sample).collect();
        assert_eq!(heard, [70, 70]);
        assert_eq!(outlet.state.held(), []);
        inlet.ports(std::slice::from_ref(&desk), 100);
        outlet.begin(128, 192);
        let held = |outlet: &MidiOutlet| outlet.state.held().iter().map(|key| key.pitch).collect::<Vec<_>>();
        assert_eq!(held(&outlet), [60, 40]);
        assert_eq!(outlet.state.name(outlet.state.held()[0].port), "piano");
        outlet.begin(192, 256);
        assert_eq!(held(&outlet), [40], "no one holds the keys of a port that is gone");
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let (inlet, mut outlet) = midi_way();
        let port: Arc<str> = "Piano".into();
        for number in 0..WAITING as u64 {
            inlet.message(&port, on(60), number);
        }
        outlet.begin(0, u64::MAX);
        assert_eq!(outlet.events().iter().map(|event| event.what).collect::<Vec<_>>(), [Played::Lost]);
        inlet.message(&port, on(61), 0);
        outlet.begin(0, u64::MAX);
        let heard: Vec<Played> = outlet.events().iter().map(|event| event.what).collect();
        assert!(matches!(heard[..], [Played::Message(_, message)] if message == on(61)), "{heard:?}");
    }
}
