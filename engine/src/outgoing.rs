//! What a running graph says to the outside: MIDI messages, each with the time at which it is heard.

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
pub struct Outgoing {
    /// Where it goes.
    pub port: WhichPort,
    /// The transport time at which it is heard.
    pub sample: u64,
    /// A channel message: status and two data bytes (MIDI 1.0).
    pub bytes: [u8; 3],
}

/// Messages of one frame, and the notes that nodes have begun and not ended.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    /// Who sends now.
    node: u64,
    messages: Vec<Outgoing>,
    sounding: Vec<Sounding>,
}

#[derive(Debug, PartialEq, Eq)]
struct Sounding {
    node: u64,
    port: WhichPort,
    channel: u8,
    pitch: u8,
}

const NOTE_OFF: u8 = 0x80;
const NOTE_ON: u8 = 0x90;

impl Outbox {
    /// What is sent from now on is sent by this node.
    pub(crate) fn begin(&mut self, node: u64) {
        self.node = node;
    }

    pub(crate) fn send(&mut self, port: &WhichPort, sample: u64, bytes: [u8; 3]) {
        let [status, pitch, velocity] = bytes;
        let kind = status & 0xf0;
        if kind == NOTE_ON || kind == NOTE_OFF {
            let note = Sounding { node: self.node, port: port.clone(), channel: status & 0x0f, pitch };
            self.sounding.retain(|sounding| *sounding != note);
            if kind == NOTE_ON && velocity > 0 {
                self.sounding.push(note);
            }
        }
        self.messages.push(Outgoing { port: port.clone(), sample, bytes });
    }

    /// Ends the notes of nodes that are gone.
    pub(crate) fn end_gone(&mut self, sample: u64, is_there: impl Fn(u64) -> bool) {
        for note in self.sounding.extract_if(.., |note| !is_there(note.node)) {
            let bytes = [NOTE_OFF | note.channel, note.pitch, 0];
            self.messages.push(Outgoing { port: note.port, sample, bytes });
        }
    }

    pub(crate) fn take(&mut self) -> Vec<Outgoing> {
        std::mem::take(&mut self.messages)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notes_of_a_node_that_is_gone_are_ended() {
        let mut outbox = Outbox::default();
        let port = WhichPort::Name("synth".into());
        outbox.begin(1);
        for bytes in
            [[0x91, 60, 90], [0x91, 64, 90], [0x81, 60, 0], [0xb1, 7, 9], [0x92, 67, 90], [0x92, 67, 0]]
        {
            outbox.send(&port, 5, bytes);
        }
        outbox.begin(2);
        outbox.send(&port, 5, [0x91, 64, 90]);
        assert_eq!(outbox.take().len(), 7);
        outbox.end_gone(9, |_| true);
        assert_eq!(outbox.take(), []);
        outbox.end_gone(9, |node| node == 2);
        assert_eq!(outbox.take(), [Outgoing { port, sample: 9, bytes: [0x81, 64, 0] }]);
        outbox.end_gone(9, |node| node == 2);
        assert_eq!(outbox.take(), []);
    }
}
