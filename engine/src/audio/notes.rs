//! Notes in the audio half: on their way from the frames, through a queue that never waits, and on the wires
//! of one block.

use std::sync::atomic::{
    AtomicBool, AtomicU64, AtomicUsize,
    Ordering::{Acquire, Relaxed, Release},
};

use super::BlockCtx;
use crate::notes::{MOST_IN_BLOCK, settle};
use crate::port::Note;

/// The events of one output in one block.
#[derive(Debug, Default)]
pub(crate) struct NoteBlock {
    /// Never grows beyond what is reserved for it.
    events: Vec<Note>,
    /// Some were left out: whatever sounds on the wire ends.
    is_broken: bool,
}

impl NoteBlock {
    pub(crate) fn new() -> NoteBlock {
        NoteBlock { events: Vec::with_capacity(MOST_IN_BLOCK), is_broken: false }
    }

    pub(crate) fn clear(&mut self) {
        self.events.clear();
        self.is_broken = false;
    }

    /// What is left out ends the notes that sound.
    pub(crate) fn write(&mut self, note: Note) {
        if self.events.len() < self.events.capacity() {
            self.events.push(note);
        } else {
            self.is_broken = true;
        }
    }

    /// All notes that sound end.
    pub(crate) fn break_off(&mut self) {
        self.events.clear();
        self.is_broken = true;
    }

    /// Takes what is due in a block out of a queue; what does not fit comes with the next block.
    pub(crate) fn fill(&mut self, queue: &NoteQueue, end_sample: u64) {
        while self.events.len() < self.events.capacity() {
            match queue.pop(end_sample) {
                Some(Queued::Note(note)) => self.events.push(note),
                Some(Queued::EndAll) => self.break_off(),
                None => return,
            }
        }
    }

    /// Puts the events in order, inside their block.
    pub(crate) fn settle(&mut self, ctx: &BlockCtx) {
        settle(&mut self.events, ctx.start_sample, ctx.start_sample + ctx.samples as u64);
    }

    pub(crate) fn events(&self) -> &[Note] {
        &self.events
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.is_broken
    }
}

/// Events that fit into a queue: far more than anybody plays in a frame. A power of two.
const CAPACITY: usize = 1024;

/// What comes out of a queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Queued {
    /// A note starts or ends.
    Note(Note),
    /// All notes end: more came at once than fit, and some were left out, or what wrote them is gone.
    EndAll,
}

/// The note events of one output. One thread writes, one reads, neither waits.
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

    /// Writes an event.
    pub(crate) fn push(&self, note: &Note) {
        self.write(note.sample, packed(note));
    }

    /// All notes end at a sample.
    pub(crate) fn push_end(&self, sample: u64) {
        self.write(sample, END_ALL);
    }

    fn write(&self, sample: u64, bits: u64) {
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
        cell.note.store(bits, Relaxed);
        self.written.store(written.wrapping_add(1), Release);
    }

    /// Takes the next event that is due before a sample.
    pub(crate) fn pop(&self, end_sample: u64) -> Option<Queued> {
        let written = self.written.load(Acquire);
        if self.overflowed.load(Acquire) {
            self.read.store(self.written.load(Acquire), Release);
            self.overflowed.store(false, Release);
            return Some(Queued::EndAll);
        }
        let read = self.read.load(Relaxed);
        if read == written {
            return None;
        }
        let cell = &self.cells[read % CAPACITY];
        let sample = cell.sample.load(Relaxed);
        if sample >= end_sample {
            return None;
        }
        let bits = cell.note.load(Relaxed);
        self.read.store(read.wrapping_add(1), Release);
        Some(if bits == END_ALL { Queued::EndAll } else { Queued::Note(unpacked(sample, bits)) })
    }
}

/// No note looks like it.
const END_ALL: u64 = u64::MAX;

fn packed(note: &Note) -> u64 {
    u64::from_le_bytes([note.pitch, note.velocity, note.voice, note.channel, u8::from(note.on), 0, 0, 0])
}

fn unpacked(sample: u64, bits: u64) -> Note {
    let [pitch, velocity, voice, channel, on, ..] = bits.to_le_bytes();
    Note { sample, pitch, velocity, voice, channel, on: on != 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(sample: u64, pitch: u8, on: bool) -> Note {
        Note { sample, pitch, velocity: 99, voice: 3, channel: 15, on }
    }

    #[test]
    fn events_come_in_order_each_in_its_block() {
        let queue = NoteQueue::new();
        for (sample, pitch) in [(10, 60), (63, 61), (64, 62), (64, 63), (200, 64)] {
            queue.push(&note(sample, pitch, true));
        }
        let mut block = NoteBlock::new();
        let mut taken = |start_sample: u64, samples: usize| {
            block.clear();
            block.fill(&queue, start_sample + samples as u64);
            block.settle(&BlockCtx { start_sample, samples });
            block.events().iter().map(|note| (note.sample - start_sample, note.pitch)).collect::<Vec<_>>()
        };
        assert_eq!(taken(0, 10), []);
        assert_eq!(taken(10, 54), [(0, 60), (53, 61)]);
        assert_eq!(taken(64, 64), [(0, 62), (0, 63)]);
        assert_eq!(taken(256, 64), [(0, 64)], "late is at once");
    }

    #[test]
    fn a_note_arrives_as_it_was() {
        let queue = NoteQueue::new();
        queue.push(&note(u64::MAX - 1, 127, false));
        assert_eq!(queue.pop(u64::MAX), Some(Queued::Note(note(u64::MAX - 1, 127, false))));
    }

    #[test]
    fn what_does_not_fit_ends_all_notes() {
        let queue = NoteQueue::new();
        for event in 0..3 * CAPACITY {
            queue.push(&note(0, (event % 128) as u8, true));
        }
        assert_eq!(queue.pop(64), Some(Queued::EndAll));
        assert_eq!(queue.pop(64), None);
        queue.push(&note(5, 60, true));
        assert_eq!(queue.pop(64), Some(Queued::Note(note(5, 60, true))));
    }

    #[test]
    fn more_than_a_block_holds_comes_with_the_next_one() {
        let queue = NoteQueue::new();
        (0..MOST_IN_BLOCK + 3).for_each(|number| queue.push(&note(number as u64, 60, true)));
        let mut block = NoteBlock::new();
        block.fill(&queue, u64::MAX);
        assert_eq!((block.events().len(), block.is_broken()), (MOST_IN_BLOCK, false));
        block.write(note(0, 60, true));
        assert!(block.is_broken());
        block.clear();
        block.fill(&queue, u64::MAX);
        assert_eq!(block.events().len(), 3);
        queue.push_end(0);
        block.fill(&queue, u64::MAX);
        assert!(block.events().is_empty() && block.is_broken());
    }
}
