//! What sounds on a wire of notes, so that a wire that goes away leaves nothing sounding.

use crate::port::{Note, PortType};
use crate::slot::{Outputs, Slot};
use crate::spec::InputSpec;
use crate::value::Value;

/// Notes that can sound on one wire at once; what comes on top is played, but not watched over.
const MOST_SOUNDING: usize = 2048;

/// An input that takes notes.
#[derive(Debug, Default)]
pub(crate) struct NotesInput {
    pub(crate) position: usize,
    /// Identity of the node that was read last, and its output.
    from: Option<(u64, usize)>,
    /// The notes that it has started and not ended.
    sounding: Vec<Note>,
    /// The ends of notes whose wire went away, and then the events of this frame. Empty in all other
    /// frames, when the events are read from the wire.
    pub(crate) ended: Vec<Note>,
}

impl NotesInput {
    /// Those of a new node.
    pub(crate) fn of(inputs: &[InputSpec]) -> Vec<NotesInput> {
        let notes = inputs.iter().enumerate().filter(|(_, input)| input.port == PortType::Notes);
        notes.map(|(position, _)| NotesInput { position, ..NotesInput::default() }).collect()
    }

    /// Looks at what is on the wire in this frame; once a frame, before the node runs.
    pub(crate) fn follow(&mut self, slots: &[Slot], wires: &[Outputs]) {
        let (from, notes) = read(slots.get(self.position), wires);
        self.ended.clear();
        if from != self.from {
            self.from = from;
            self.ended.extend(self.sounding.drain(..).map(|note| Note { at_secs: 0.0, on: false, ..note }));
            if !self.ended.is_empty() {
                self.ended.extend_from_slice(notes);
            }
        }
        for note in notes {
            self.sounding.retain(|other| !is_same(other, note));
            if note.on && self.sounding.len() < MOST_SOUNDING {
                self.sounding.push(*note);
            }
        }
    }
}

fn is_same(one: &Note, other: &Note) -> bool {
    (one.pitch, one.voice, one.channel) == (other.pitch, other.voice, other.channel)
}

/// What is on a wire, and where it comes from. A node that panicked is not there.
fn read<'a>(slot: Option<&Slot>, wires: &'a [Outputs]) -> (Option<(u64, usize)>, &'a [Note]) {
    let Some(Slot::Wire { node, output }) = slot else { return (None, &[]) };
    match wires.get(*node) {
        Some(from) if !from.is_dead => match from.values.get(*output) {
            Some(Value::Notes(notes)) => (Some((from.uid, *output)), notes),
            _ => (None, &[]),
        },
        _ => (None, &[]),
    }
}

/// Puts the events that a node has written in the order of their times, inside the frame.
pub(crate) fn settle(values: &mut [Value], frame_secs: f32) {
    for value in values {
        let Value::Notes(notes) = value else { continue };
        for note in notes.iter_mut() {
            // What is not a number is at the start.
            note.at_secs = note.at_secs.max(0.0).min(frame_secs);
            (note.pitch, note.velocity) = (note.pitch.min(127), note.velocity.min(127));
            note.channel = note.channel.min(15);
        }
        notes.sort_by(|one, other| one.at_secs.total_cmp(&other.at_secs));
    }
}
