//! What the audio half of a node reads and writes in one block.

use super::midi::{MidiEvent, MidiState};
use super::notes::NoteBlock;
use super::{AudioLink, Block};
use crate::notes::{FrameTime, NoteIo, NotesInput};
use crate::port::{Audio, Control, List, Note, Notes, Port};
use crate::spec::{In, Out, Unwired};
use crate::typed_key::{Positions, Unlisted};

/// The buffers that the members of one input read; an input that takes no list has one member at
/// most.
pub(crate) type Members = Box<[Option<usize>]>;

/// What all nodes share in a block.
#[derive(Clone, Copy)]
pub(crate) struct BlockView<'a> {
    pub(crate) frame_time: FrameTime,
    pub(crate) midi: &'a [MidiEvent],
    pub(crate) midi_state: &'a MidiState,
}

/// The view that the audio half of a node has of the graph in one block, through the typed keys of
/// its declaration. Every slice is as long as the block. A key that its kind does not list reads as nothing,
/// writes nothing, and is the node's fault.
pub struct AudioIo<'a> {
    pub(crate) samples: usize,
    pub(crate) view: BlockView<'a>,
    pub(crate) positions: &'a Positions,
    pub(crate) sources: &'a [Members],
    pub(crate) link: &'a AudioLink,
    /// The outputs of all nodes that run before this one.
    pub(crate) before: &'a [Block],
    pub(crate) notes_before: &'a [NoteBlock],
    pub(crate) notes_inputs: &'a [NotesInput],
    pub(crate) outputs: &'a mut [Block],
    pub(crate) notes_outputs: &'a mut [NoteBlock],
}

impl<'a> AudioIo<'a> {
    /// Sound, left and right; `None` when nothing is wired.
    pub fn audio(&self, key: &In<Audio>) -> Option<[&'a [f32]; 2]> {
        let position = self.input(key)?;
        self.read(*self.sources.get(position)?.first()?)
    }

    /// The members of a list of sounds; `None` where a member has no sound.
    pub fn audios(&self, key: &In<List<Audio>>) -> impl Iterator<Item = Option<[&'a [f32]; 2]>> + use<'a> {
        let members: &'a [Option<usize>] =
            self.input(key).and_then(|position| self.sources.get(position)).map_or(&[], |members| members);
        let (before, samples) = (self.before, self.samples);
        members.iter().map(move |buffer| slices(before.get((*buffer)?)?, samples))
    }

    /// The newest value of a control: in its hard range, and a number.
    pub fn control(&self, key: &In<Control>) -> f64 {
        let value = self.input(key).and_then(|position| self.link.load(position, 0));
        match (value, key.0.unwired) {
            (Some(value), _) | (None, Unwired::Value(value)) => value,
            _ => key.0.hard.clamp(0.0),
        }
    }

    /// The newest values of the members of a list of controls.
    pub fn controls(&self, key: &In<List<Control>>) -> impl Iterator<Item = f64> + use<'a> {
        let (link, position) = (self.link, self.input(key));
        (0..).map_while(move |member| link.load(position?, member))
    }

    /// The note events of this block, in the order of their samples. A wire that has gone away ends the notes
    /// that sound on it.
    pub fn notes(&self, key: &In<Notes>) -> &'a [Note] {
        let Some(position) = self.input(key) else { return &[] };
        let Some(input) = self.notes_inputs.iter().find(|input| input.position == position) else {
            return &[];
        };
        let buffer = self.sources.get(position).and_then(|members| *members.first()?);
        input.events(buffer.and_then(|buffer| self.notes_before.get(buffer)).map_or(&[], NoteBlock::events))
    }

    /// What is played on the MIDI ports in this block.
    pub fn midi(&self) -> &'a [MidiEvent] {
        self.view.midi
    }

    /// How the MIDI ports stood at the start of this block.
    pub fn midi_state(&self) -> &'a MidiState {
        self.view.midi_state
    }

    /// The frame in which the block lies.
    pub fn frame_time(&self) -> FrameTime {
        self.view.frame_time
    }

    /// Writes a note event; see [`AudioNode::makes_notes`](super::AudioNode::makes_notes).
    pub fn write_note(&mut self, key: &Out<Notes>, note: Note) {
        let position = self.output(key);
        if let Some(block) = position.and_then(|position| self.notes_outputs.get_mut(position)) {
            block.write(note);
        }
    }

    /// Sound to be written, left and right. Silent at the start of the block; empty if the node has
    /// no such output.
    pub fn out(&mut self, key: &Out<Audio>) -> [&mut [f32]; 2] {
        let position = self.output(key);
        match position.and_then(|position| self.outputs.get_mut(position)) {
            Some([left, right]) => [&mut left[..self.samples], &mut right[..self.samples]],
            None => [&mut [], &mut []],
        }
    }

    fn input<P: Port>(&self, key: &In<P>) -> Option<usize> {
        self.listed(self.positions.input(key))
    }

    fn output<P: Port>(&self, key: &Out<P>) -> Option<usize> {
        self.listed(self.positions.output(key))
    }

    fn listed(&self, found: Result<usize, Unlisted>) -> Option<usize> {
        found.map_err(|unlisted| self.link.report_unlisted(unlisted)).ok()
    }

    fn read(&self, buffer: Option<usize>) -> Option<[&'a [f32]; 2]> {
        slices(self.before.get(buffer?)?, self.samples)
    }
}

impl<'a> NoteIo<'a> for AudioIo<'a> {
    fn control(&self, key: &In<Control>) -> f64 {
        AudioIo::control(self, key)
    }

    fn notes(&self, key: &In<Notes>) -> &'a [Note] {
        AudioIo::notes(self, key)
    }

    fn write_note(&mut self, key: &Out<Notes>, note: Note) {
        AudioIo::write_note(self, key, note);
    }
}

fn slices(block: &Block, samples: usize) -> Option<[&[f32]; 2]> {
    let [left, right] = block;
    Some([left.get(..samples)?, right.get(..samples)?])
}
