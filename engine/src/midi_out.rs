//! What a running graph says to the outside: MIDI messages, each with the time at which it is heard.

use crate::midi::Message;

/// Which of the MIDI ports that can be sent to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhichPort {
    /// By its number, from 0.
    Number(u32),
    /// By a part of its name, in capital or small letters.
    Name(String),
}

/// A message on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MidiOut {
    /// Where it goes.
    pub port: WhichPort,
    /// The transport time at which it is heard.
    pub sample: u64,
    /// What is said.
    pub message: Message,
}

/// Messages of one frame, and the notes that nodes have begun and not ended.
#[derive(Debug, Default)]
pub(crate) struct MidiOutbox {
    /// Who sends now.
    node: u64,
    messages: Vec<MidiOut>,
    sounding: Vec<Sounding>,
}

#[derive(Debug, PartialEq, Eq)]
struct Sounding {
    node: u64,
    port: WhichPort,
    channel: u8,
    pitch: u8,
}

impl MidiOutbox {
    /// What is sent from now on is sent by this node.
    pub(crate) fn begin(&mut self, node: u64) {
        self.node = node;
    }

    pub(crate) fn send(&mut self, port: &WhichPort, sample: u64, message: Message) {
        if let Message::NoteOn { channel, pitch, .. } | Message::NoteOff { channel, pitch, .. } = message {
            let note = Sounding { node: self.node, port: port.clone(), channel, pitch };
            self.sounding.retain(|sounding| *sounding != note);
            if matches!(message, Message::NoteOn { velocity: 1.., .. }) {
                self.sounding.push(note);
            }
        }
        self.messages.push(MidiOut { port: port.clone(), sample, message });
    }

    /// Ends the notes of nodes that are gone.
    pub(crate) fn end_gone(&mut self, sample: u64, is_there: impl Fn(u64) -> bool) {
        for note in self.sounding.extract_if(.., |note| !is_there(note.node)) {
            let message = Message::NoteOff { channel: note.channel, pitch: note.pitch, velocity: 0 };
            self.messages.push(MidiOut { port: note.port, sample, message });
        }
    }

    pub(crate) fn take(&mut self) -> Vec<MidiOut> {
        std::mem::take(&mut self.messages)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notes_of_a_node_that_is_gone_are_ended() {
        let mut outbox = MidiOutbox::default();
        let port = WhichPort::Name("synth".into());
        outbox.begin(1);
        for bytes in
            [[0x91, 60, 90], [0x91, 64, 90], [0x81, 60, 0], [0xb1, 7, 9], [0x92, 67, 90], [0x92, 67, 0]]
        {
            outbox.send(&port, 5, Message::parse(&bytes).unwrap());
        }
        outbox.begin(2);
        outbox.send(&port, 5, Message::NoteOn { channel: 1, pitch: 64, velocity: 90 });
        assert_eq!(outbox.take().len(), 7);
        outbox.end_gone(9, |_| true);
        assert_eq!(outbox.take(), []);
        outbox.end_gone(9, |node| node == 2);
        let message = Message::NoteOff { channel: 1, pitch: 64, velocity: 0 };
        assert_eq!(outbox.take(), [MidiOut { port, sample: 9, message }]);
        outbox.end_gone(9, |node| node == 2);
        assert_eq!(outbox.take(), []);
    }
}
