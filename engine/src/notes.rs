//! Notes on wires. They run twice: in the frames, for pictures, and in the blocks of the audio half, for
//! sound. What makes notes of notes is written once, as a [`NoteTool`]: it is given one stretch of time after
//! the other, a frame in the one half and a block in the other, and each half has its own state.

use crate::clock::SAMPLE_RATE;
use crate::port::{Control, Note, Notes};
use crate::spec::{In, InputSpec, Out};

/// Notes that can sound on one wire at once. What is started on top of them is played, but its end is not
/// watched over.
pub(crate) const MOST_SOUNDING: usize = 512;

/// Events of one wire in one block. The notes that sound end where there are more.
pub(crate) const MOST_IN_BLOCK: usize = 512;

/// A frame on the grid of the beat.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FrameTime {
    /// Transport time of its first sample.
    pub start_sample: u64,
    /// Transport time of the first sample of the next frame.
    pub end_sample: u64,
    /// Beats of transport time at its start.
    pub beats: f64,
    /// Beats a minute in it.
    pub bpm: f64,
}

impl FrameTime {
    /// Samples in it.
    pub fn samples(&self) -> u64 {
        self.end_sample.saturating_sub(self.start_sample)
    }

    /// The frame behind it, up to a sample, if the tempo stays.
    pub(crate) fn next(&self, start_sample: u64, end_sample: u64) -> FrameTime {
        let samples = start_sample.saturating_sub(self.start_sample) as f64;
        let beats = self.beats + samples * self.bpm / (60.0 * SAMPLE_RATE as f64);
        FrameTime { start_sample, end_sample, beats, bpm: self.bpm }
    }
}

/// A stretch of transport time: a whole frame, or a block of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// Its first sample.
    pub start_sample: u64,
    /// The first sample behind it.
    pub end_sample: u64,
    /// The frame in which it lies.
    pub frame: FrameTime,
}

/// What a [`NoteTool`] reads and writes in a stretch of time.
pub trait NoteIo<'a> {
    /// A control, in its hard range.
    fn control(&self, key: &In<Control>) -> f64;

    /// The events of the stretch, in the order of their samples. What comes late has a sample before it.
    fn notes(&self, key: &In<Notes>) -> &'a [Note];

    /// Writes an event. They may come in any order; one without a place in the stretch is moved into it.
    fn write_note(&mut self, key: &Out<Notes>, note: Note);
}

/// Makes notes of notes, or notes by the beat. It must not hear how time is cut: stretches of any lengths
/// give the same notes. It runs on the audio thread too: no allocation, lock, input or output, panic.
pub trait NoteTool: Send + 'static {
    /// The notes of the next stretch of time.
    fn play(&mut self, stretch: &Stretch, io: &mut dyn NoteIo<'_>);

    /// An option changed: take over what still fits from the tool that this one replaces, by swapping.
    fn adopt(&mut self, _old: &mut Self)
    where
        Self: Sized,
    {
    }
}

/// Puts events in the order of their samples, inside a stretch, with data bytes as MIDI has them. Those of
/// one sample stay in their order. Allocates nothing.
pub(crate) fn settle(notes: &mut [Note], start_sample: u64, end_sample: u64) {
    for place in 0..notes.len() {
        let note = &mut notes[place];
        note.sample = note.sample.min(end_sample.saturating_sub(1)).max(start_sample);
        (note.pitch, note.velocity) = (note.pitch.min(127), note.velocity.min(127));
        note.channel = note.channel.min(15);
        // They come nearly in order: each is moved past the few that are later.
        let sample = note.sample;
        let behind = notes[..place].iter().rev().take_while(|other| other.sample > sample).count();
        notes[place - behind..=place].rotate_right(1);
    }
}

/// An input that takes notes, and what sounds on its wire: a wire that goes away leaves nothing sounding.
#[derive(Debug, Default)]
pub(crate) struct NotesInput {
    pub(crate) position: usize,
    /// Identity of the node that was read last, and its output.
    from: Option<(u64, usize)>,
    /// The notes that it has started and not ended.
    sounding: Vec<Note>,
    /// The ends of notes whose wire went away, and then the events of this stretch. Empty in all other
    /// stretches, when the events are read from the wire.
    ended: Vec<Note>,
}

impl NotesInput {
    /// Those of a new node. They never grow beyond what is reserved here, as long as no more than
    /// [`MOST_IN_BLOCK`] events come at once.
    pub(crate) fn of(inputs: &[InputSpec]) -> Vec<NotesInput> {
        let notes = inputs.iter().enumerate().filter(|(_, input)| input.port == crate::port::PortType::Notes);
        let input = |position| NotesInput {
            position,
            from: None,
            sounding: Vec::with_capacity(MOST_SOUNDING),
            ended: Vec::with_capacity(MOST_SOUNDING + MOST_IN_BLOCK),
        };
        notes.map(|(position, _)| input(position)).collect()
    }

    /// Looks at what is on the wire; once a stretch, before the node runs. `is_broken`: events of the wire
    /// were left out.
    pub(crate) fn follow(
        &mut self,
        from: Option<(u64, usize)>,
        is_broken: bool,
        start_sample: u64,
        notes: &[Note],
    ) {
        self.ended.clear();
        if from != self.from || is_broken {
            self.from = from;
            self.ended.extend(self.sounding.drain(..).map(|note| note.end_at(start_sample)));
            if !self.ended.is_empty() {
                self.ended.extend_from_slice(notes);
            }
        }
        for note in notes {
            self.sounding.retain(|other| !other.is_same(note));
            if note.on && self.sounding.len() < MOST_SOUNDING {
                self.sounding.push(*note);
            }
        }
    }

    /// The events of this stretch, of which `notes` are on the wire.
    pub(crate) fn events<'a>(&'a self, notes: &'a [Note]) -> &'a [Note] {
        if self.ended.is_empty() { notes } else { &self.ended }
    }

    /// Goes on with what sounds on an input of the node before.
    pub(crate) fn take_over(&mut self, old: &mut NotesInput) {
        if self.position == old.position {
            std::mem::swap(self, old);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(sample: u64, pitch: u8) -> Note {
        Note { sample, pitch, velocity: 200, voice: 0, channel: 99, on: true }
    }

    #[test]
    fn events_are_put_in_order_and_into_their_stretch() {
        let mut notes =
            [(30, 1), (10, 2), (99, 3), (0, 4), (30, 5), (10, 6)].map(|(at, name)| note(at, name));
        settle(&mut notes, 10, 40);
        let places = notes.map(|note| (note.sample, note.pitch));
        assert_eq!(places, [(10, 2), (10, 4), (10, 6), (30, 1), (30, 5), (39, 3)]);
        assert!(notes.iter().all(|note| (note.velocity, note.channel) == (127, 15)));
    }

    #[test]
    fn what_sounds_ends_with_its_wire() {
        let spec = In::<Notes>::optional("notes", "Notes.").0;
        let mut input = NotesInput::of(&[spec]).remove(0);
        let start = [note(5, 60), note(6, 64)];
        input.follow(Some((1, 0)), false, 0, &start);
        assert_eq!(input.events(&start), start);
        input.follow(Some((2, 0)), false, 64, &start[..1]);
        assert_eq!(input.events(&[]), [start[0].end_at(64), start[1].end_at(64), start[0]]);
        input.follow(Some((2, 0)), true, 128, &[]);
        assert_eq!(input.events(&[]), [start[0].end_at(128)]);
        input.follow(None, false, 192, &[]);
        assert_eq!(input.events(&[]), []);
    }
}
