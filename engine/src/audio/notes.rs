//! Notes on their way into the audio half: from the frame side, through a queue that never waits.

use std::sync::atomic::{
    AtomicBool, AtomicU64, AtomicUsize,
    Ordering::{Acquire, Relaxed, Release},
};

use crate::port::Note;

/// Events that fit into a queue: far more than anybody plays in a frame. A power of two.
const CAPACITY: usize = 1024;

/// A note event in a block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DueNote {
    /// The sample of the block at which it happens.
    pub at: usize,
    /// What happens.
    pub event: NoteEvent,
}

/// What happens to notes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NoteEvent {
    /// A note starts or ends; its `at_secs` has been used up.
    Note(Note),
    /// All notes end: so many came at once that some were left out, and none may stay.
    EndAll,
}

/// The note events of one input. One thread writes, one reads, neither waits.
#[derive(Debug)]
pub(crate) struct NoteQueue {
    cells: Box<[Cell]>,
    /// Events written so far.
    written: AtomicUsize,
    /// Events read so far.
    read: AtomicUsize,
    /// Events were left out. Nothing is written until the reader has ended all notes.
    overflowed: AtomicBool,
}

#[derive(Debug, Default)]
struct Cell {
    sample: AtomicU64,
    note: AtomicU64,
}

impl NoteQueue {
    pub(crate) fn new() -> NoteQueue {
        NoteQueue {
            cells: (0..CAPACITY).map(|_| Cell::default()).collect(),
            written: AtomicUsize::new(0),
            read: AtomicUsize::new(0),
            overflowed: AtomicBool::new(false),
        }
    }

    /// Writes an event that happens at a sample of the transport.
    pub(crate) fn push(&self, sample: u64, note: &Note) {
        if self.overflowed.load(Acquire) {
            return;
        }
        let written = self.written.load(Relaxed);
        if written.wrapping_sub(self.read.load(Acquire)) >= CAPACITY {
            self.overflowed.store(true, Release);
            return;
        }
        let cell = &self.cells[written % CAPACITY];
        cell.sample.store(sample, Relaxed);
        cell.note.store(packed(note), Relaxed);
        self.written.store(written.wrapping_add(1), Release);
    }

    /// Takes the next event that is due before the end of a block. What comes late is due at once.
    pub(crate) fn pop(&self, start_sample: u64, samples: usize) -> Option<DueNote> {
        let written = self.written.load(Acquire);
        if self.overflowed.load(Acquire) {
            self.read.store(self.written.load(Acquire), Release);
            self.overflowed.store(false, Release);
            return Some(DueNote { at: 0, event: NoteEvent::EndAll });
        }
        let read = self.read.load(Relaxed);
        if read == written {
            return None;
        }
        let cell = &self.cells[read % CAPACITY];
        let at = cell.sample.load(Relaxed).saturating_sub(start_sample);
        let at = usize::try_from(at).ok().filter(|at| *at < samples)?;
        let note = unpacked(cell.note.load(Relaxed));
        self.read.store(read.wrapping_add(1), Release);
        Some(DueNote { at, event: NoteEvent::Note(note) })
    }
}

fn packed(note: &Note) -> u64 {
    u64::from_le_bytes([note.pitch, note.velocity, note.voice, note.channel, u8::from(note.on), 0, 0, 0])
}

fn unpacked(bits: u64) -> Note {
    let [pitch, velocity, voice, channel, on, ..] = bits.to_le_bytes();
    Note { at_secs: 0.0, pitch, velocity, voice, channel, on: on != 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(pitch: u8, on: bool) -> Note {
        Note { at_secs: 0.0, pitch, velocity: 99, voice: 3, channel: 15, on }
    }

    #[test]
    fn events_come_in_order_each_in_its_block() {
        let queue = NoteQueue::new();
        for (sample, pitch) in [(10, 60), (63, 61), (64, 62), (64, 63), (200, 64)] {
            queue.push(sample, &note(pitch, true));
        }
        let taken = |start: u64, samples: usize| {
            std::iter::from_fn(|| queue.pop(start, samples))
                .map(|due| match due.event {
                    NoteEvent::Note(note) => (due.at, note.pitch),
                    NoteEvent::EndAll => unreachable!(),
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(taken(0, 10), []);
        assert_eq!(taken(10, 54), [(0, 60), (53, 61)]);
        assert_eq!(taken(64, 64), [(0, 62), (0, 63)]);
        assert_eq!(taken(256, 64), [(0, 64)], "late is at once");
    }

    #[test]
    fn a_note_arrives_as_it_was() {
        let queue = NoteQueue::new();
        queue.push(u64::MAX, &note(127, false));
        let due = queue.pop(u64::MAX, 1).unwrap();
        assert_eq!(due.event, NoteEvent::Note(note(127, false)));
    }

    #[test]
    fn what_does_not_fit_ends_all_notes() {
        let queue = NoteQueue::new();
        for event in 0..3 * CAPACITY {
            queue.push(0, &note((event % 128) as u8, true));
        }
        let ended = DueNote { at: 0, event: NoteEvent::EndAll };
        assert_eq!(queue.pop(0, 64), Some(ended));
        assert_eq!(queue.pop(0, 64), None);
        queue.push(5, &note(60, true));
        assert_eq!(queue.pop(0, 64).unwrap().at, 5);
    }
}
