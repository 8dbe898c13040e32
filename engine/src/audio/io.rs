//! What the audio half of a node reads and writes in one block.

use super::{AudioLink, Block, DueNote};
use crate::port::{Audio, Control, List, Notes};
use crate::spec::{In, InputSpec, Out, OutputSpec, Unwired};

/// The buffers that the members of one input read; an input that takes no list has one member at
/// most.
pub(crate) type Members = Box<[Option<usize>]>;

/// The view that the audio half of a node has of the graph in one block, through the typed keys of
/// its declaration. Every slice is as long as the block.
pub struct AudioIo<'a> {
    pub(crate) start_sample: u64,
    pub(crate) samples: usize,
    pub(crate) inputs: &'a [InputSpec],
    pub(crate) sources: &'a [Members],
    pub(crate) link: &'a AudioLink,
    /// The outputs of all nodes that run before this one.
    pub(crate) before: &'a [Block],
    pub(crate) output_specs: &'static [OutputSpec],
    pub(crate) outputs: &'a mut [Block],
}

impl<'a> AudioIo<'a> {
    /// Sound, left and right; `None` when nothing is wired.
    pub fn audio(&self, key: &In<Audio>) -> Option<[&'a [f32]; 2]> {
        let position = self.position(&key.0.name)?;
        self.read(*self.sources.get(position)?.first()?)
    }

    /// The members of a list of sounds; `None` where a member has no sound.
    pub fn audios(&self, key: &In<List<Audio>>) -> impl Iterator<Item = Option<[&'a [f32]; 2]>> + use<'a> {
        let members: &'a [Option<usize>] = self
            .position(&key.0.name)
            .and_then(|position| self.sources.get(position))
            .map_or(&[], |members| members);
        let (before, samples) = (self.before, self.samples);
        members.iter().map(move |buffer| slices(before.get((*buffer)?)?, samples))
    }

    /// The newest value of a control: in its hard range, and a number.
    pub fn control(&self, key: &In<Control>) -> f64 {
        let value = self.position(&key.0.name).and_then(|position| self.link.load(position, 0));
        match (value, key.0.unwired) {
            (Some(value), _) | (None, Unwired::Value(value)) => value,
            _ => key.0.hard.clamp(0.0),
        }
    }

    /// The newest values of the members of a list of controls.
    pub fn controls(&self, key: &In<List<Control>>) -> impl Iterator<Item = f64> + use<'a> {
        let (link, position) = (self.link, self.position(&key.0.name));
        (0..).map_while(move |member| link.load(position?, member))
    }

    /// The next note event of this block, at its sample; `None` when there is no more. Take them all:
    /// what is left comes late, in the next block.
    pub fn next_note(&mut self, key: &In<Notes>) -> Option<DueNote> {
        self.link.pop_note(self.position(&key.0.name)?, self.start_sample, self.samples)
    }

    /// Sound to be written, left and right. Silent at the start of the block; empty if the node has
    /// no such output.
    pub fn out(&mut self, key: &Out<Audio>) -> [&mut [f32]; 2] {
        let position = self.output_specs.iter().position(|output| output.name == key.0.name);
        match position.and_then(|position| self.outputs.get_mut(position)) {
            Some([left, right]) => [&mut left[..self.samples], &mut right[..self.samples]],
            None => [&mut [], &mut []],
        }
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.inputs.iter().position(|input| input.name == name)
    }

    fn read(&self, buffer: Option<usize>) -> Option<[&'a [f32]; 2]> {
        slices(self.before.get(buffer?)?, self.samples)
    }
}

fn slices(block: &Block, samples: usize) -> Option<[&[f32]; 2]> {
    let [left, right] = block;
    Some([left.get(..samples)?, right.get(..samples)?])
}
