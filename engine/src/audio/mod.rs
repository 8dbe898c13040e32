//! The half of a patch that runs on the audio thread: 48 kHz, stereo, 32-bit float, in blocks of at
//! most [`MAX_BLOCK`] samples, cut where a frame starts.
//!
//! The loader thread builds an [`AudioPlan`], the frame side sends it with an [`AudioHandle`], and
//! the [`AudioRunner`] takes over what is kept and sends the plan before it back to be freed.

mod block;
mod declick;
mod io;
mod link;
mod midi;
mod note_halves;
mod notes;
mod outlet;
mod plan;
mod resample;
mod runner;
mod smooth;

use std::any::Any;

pub use block::{Block, BlockCtx, LOUDEST, MAX_BLOCK};
pub use io::AudioIo;
pub use link::AudioLink;
pub use midi::{HeldKey, MidiEvent, MidiInlet, MidiState, Played, PortId};
pub(crate) use note_halves::{ToolHalf, Written};
pub use outlet::{SoundReceiver, SoundSender, outlet};
pub use plan::{AudioHalf, AudioPart, AudioPlan};
pub use resample::Resampler;
pub use runner::{AudioHandle, AudioRunner, audio_pair};
pub use smooth::{Phase, Smoothed};

/// The audio half of a node.
pub trait AudioNode: AdoptAudio + Any + Send {
    /// At most [`MAX_BLOCK`] samples. No allocation, lock, input or output, panic.
    ///
    /// How time is cut into blocks is no one's to hear: the same samples come out for blocks of
    /// any lengths.
    fn block(&mut self, ctx: &BlockCtx, io: &mut AudioIo<'_>);

    /// Whether it writes the notes of its outputs itself. Else those are heard that the frame half writes.
    fn makes_notes(&self) -> bool {
        false
    }

    /// An option changed: take over what still fits from the audio half that this one replaces, by
    /// swapping. Runs on the audio thread: no allocation, and nothing is freed.
    fn adopt(&mut self, _old: &mut Self)
    where
        Self: Sized,
    {
    }
}

/// `AudioNode::adopt` for a audio half whose type is not known: implemented for every audio half.
pub trait AdoptAudio {
    /// Adopts from what is of the same type; from anything else there is nothing to take.
    fn adopt_from(&mut self, old: &mut dyn Any);
}

impl<N: AudioNode> AdoptAudio for N {
    fn adopt_from(&mut self, old: &mut dyn Any) {
        if let Some(old) = old.downcast_mut() {
            self.adopt(old);
        }
    }
}
