//! What nodes see of what comes from outside: the events of their frame, and the newest that was
//! said of each key, fader and button before, for a node that is made later.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::midi::{Message, SOSTENUTO, SUSTAIN};
use crate::take::{Input, MouseButton, Stamped};

/// What has come from outside.
#[derive(Clone, Copy, Debug)]
pub struct ExternalInput<'a> {
    /// What took effect in this frame, in order.
    pub events: &'a [Stamped],
    pub(crate) memory: &'a Memory,
}

impl<'a> ExternalInput<'a> {
    /// What came before this frame and still counts: the newest of each fader, wheel, key and
    /// button, in the order in which it came. A node that is new begins with it.
    pub fn remembered(&self) -> Vec<&'a Input> {
        self.memory.remembered()
    }

    /// The MIDI ports that are there, in the order of their numbers.
    pub fn midi_ports(&self) -> &'a [Arc<str>] {
        &self.memory.ports
    }
}

/// The newest of everything.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    ports: Vec<Arc<str>>,
    newest: BTreeMap<Cell, (u64, Input)>,
    count: u64,
}

/// What is remembered once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cell {
    Midi { port: Arc<str>, part: Part, channel: u8, number: u8 },
    Mouse,
    Button(MouseButton),
    Key(Arc<str>),
}

/// A part of a MIDI controller that stands somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Key,
    KeyPressure,
    Controller,
    ChannelPressure,
    PitchBend,
}

/// More than eight controllers can fill; garbage cannot grow it further.
const MOST_CELLS: usize = 65_536;

impl Memory {
    /// The ports count from the start of the frame on; call it before the nodes run.
    pub(crate) fn see_ports(&mut self, events: &[Stamped]) {
        for event in events {
            match &event.input {
                Input::MidiPorts { ports } => {
                    self.ports.clone_from(ports);
                    self.newest.retain(|cell, _| !cell.is_held_by_none(ports));
                }
                // A take that was written by hand tells of no ports: they are there once they speak.
                Input::Midi { port, .. } if !self.ports.contains(port) && self.ports.len() < MOST_CELLS => {
                    self.ports.push(port.clone());
                }
                _ => {}
            }
        }
    }

    /// Remembers the events of a frame; call it when the nodes have run.
    pub(crate) fn remember(&mut self, events: &[Stamped]) {
        for event in events {
            let Some(cell) = Cell::of(&event.input) else { continue };
            if self.newest.len() < MOST_CELLS || self.newest.contains_key(&cell) {
                self.count += 1;
                self.newest.insert(cell, (self.count, event.input.clone()));
            }
        }
    }

    fn remembered(&self) -> Vec<&Input> {
        let mut newest: Vec<&(u64, Input)> = self.newest.values().collect();
        newest.sort_unstable_by_key(|(count, _)| *count);
        newest.into_iter().map(|(_, input)| input).collect()
    }
}

impl Cell {
    fn of(input: &Input) -> Option<Cell> {
        match input {
            Input::Midi { port, message } => {
                let (part, channel, number) = match *message {
                    // That a key is up replaces that it is down.
                    Message::NoteOn { channel, pitch, .. } | Message::NoteOff { channel, pitch, .. } => {
                        (Part::Key, channel, pitch)
                    }
                    Message::KeyPressure { channel, pitch, .. } => (Part::KeyPressure, channel, pitch),
                    Message::Controller { channel, number, .. } => (Part::Controller, channel, number),
                    Message::ChannelPressure { channel, .. } => (Part::ChannelPressure, channel, 0),
                    Message::PitchBend { channel, .. } => (Part::PitchBend, channel, 0),
                    _ => return None,
                };
                Some(Cell::Midi { port: port.clone(), part, channel, number })
            }
            Input::Mouse { .. } => Some(Cell::Mouse),
            Input::MouseButton { button, .. } => Some(Cell::Button(*button)),
            Input::Key { key, .. } => Some(Cell::Key(key.clone())),
            Input::Move { .. } | Input::MidiPorts { .. } | Input::MouseWheel { .. } => None,
        }
    }

    /// Whether it is a key or a pedal of a port that is gone: no one holds it any more.
    fn is_held_by_none(&self, ports: &[Arc<str>]) -> bool {
        match self {
            Cell::Midi { port, part: Part::Key, .. }
            | Cell::Midi { port, part: Part::Controller, number: SUSTAIN | SOSTENUTO, .. } => {
                !ports.contains(port)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn midi(port: &str, bytes: &[u8]) -> Stamped {
        Stamped::new(0, Input::Midi { port: port.into(), message: Message::parse(bytes).unwrap() })
    }

    fn ports(ports: &[&str]) -> Stamped {
        Stamped::new(0, Input::MidiPorts { ports: ports.iter().map(|port| (*port).into()).collect() })
    }

    fn take_in(memory: &mut Memory, events: &[Stamped]) {
        memory.see_ports(events);
        memory.remember(events);
    }

    #[test]
    fn the_newest_of_each_is_remembered_in_the_order_in_which_it_came() {
        let mut memory = Memory::default();
        let events = [
            midi("a", &[0xb0, 7, 1]),
            midi("b", &[0xb0, 7, 2]),
            midi("a", &[0xb0, 39, 3]),
            midi("a", &[0x90, 60, 9]),
            midi("a", &[0xf8]),
            midi("a", &[0xb0, 7, 4]),
            midi("a", &[0x80, 60, 0]),
        ];
        take_in(&mut memory, &events);
        let expected = [&events[1], &events[2], &events[5], &events[6]].map(|event| &event.input);
        assert_eq!(memory.remembered(), expected);
        assert_eq!(memory.ports, ["a".into(), "b".into()]);
    }

    #[test]
    fn a_port_that_goes_holds_no_keys_but_keeps_its_faders() {
        let mut memory = Memory::default();
        let fader = midi("a", &[0xb0, 7, 1]);
        take_in(&mut memory, &[ports(&["a", "b"]), fader.clone(), midi("a", &[0x90, 60, 9])]);
        take_in(&mut memory, &[ports(&["b"])]);
        assert_eq!((memory.ports.len(), memory.remembered()), (1, vec![&fader.input]));
    }

    #[test]
    fn garbage_does_not_grow_it_for_ever() {
        let mut memory = Memory::default();
        for number in 0..MOST_CELLS + 100 {
            let key = Input::Key { key: number.to_string().into(), down: true };
            memory.remember(&[Stamped::new(0, key)]);
        }
        assert_eq!(memory.newest.len(), MOST_CELLS);
    }
}
