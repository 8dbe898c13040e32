//! What a node is while it runs.

use std::any::Any;

pub use crate::context::{BuildCtx, FrameCtx};
pub use crate::fault::{BuildError, Fault, Status};

use crate::audio::{AudioNode, ToolHalf};
use crate::io::Io;
use crate::notes::{NoteTool, Stretch};

/// A running node.
pub trait Node: Adopt + Any + Send {
    /// Called once a frame, in plan order. Never blocks: slow work goes to the workers and
    /// publishes its newest result. After a fault the outputs hold their last values.
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault>;

    /// The half that runs on the audio thread; taken once, before the node runs.
    fn take_audio(&mut self) -> Option<Box<dyn AudioNode>> {
        None
    }

    /// An option changed: take over what still fits from the node of the same kind that this one
    /// replaces. Runs between two frames.
    fn adopt(&mut self, _old: &mut Self)
    where
        Self: Sized,
    {
    }

    /// How it is doing, for the inspector.
    fn status(&self) -> Status {
        Status::Ready
    }
}

/// A node that is nothing but a [`NoteTool`]: one runs in the frames, one in the audio half.
pub struct NoteNode<T> {
    frames: T,
    audio: Option<T>,
}

impl<T: NoteTool + Clone> NoteNode<T> {
    /// From a tool that has not played yet.
    pub fn boxed(tool: T) -> Box<dyn Node> {
        Box::new(NoteNode { frames: tool.clone(), audio: Some(tool) })
    }
}

impl<T: NoteTool> Node for NoteNode<T> {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let frame = ctx.frame_time();
        let (start_sample, end_sample) = (frame.start_sample, frame.end_sample);
        self.frames.play(&Stretch { start_sample, end_sample, frame }, io);
        Ok(())
    }

    fn take_audio(&mut self) -> Option<Box<dyn AudioNode>> {
        self.audio.take().map(|tool| Box::new(ToolHalf(tool)) as Box<dyn AudioNode>)
    }

    fn adopt(&mut self, old: &mut Self) {
        self.frames.adopt(&mut old.frames);
    }
}

/// `Node::adopt` for a node whose type is not known: implemented for every node.
pub trait Adopt {
    /// Adopts from what is of the same type; from anything else there is nothing to take.
    fn adopt_from(&mut self, old: &mut dyn Any);
}

impl<N: Node> Adopt for N {
    fn adopt_from(&mut self, old: &mut dyn Any) {
        if let Some(old) = old.downcast_mut() {
            self.adopt(old);
        }
    }
}
