//! What a node is while it runs.

use std::any::Any;

pub use crate::context::{BuildCtx, FrameCtx};
pub use crate::fault::{BuildError, Fault, Status};

use crate::audio::AudioNode;
use crate::io::Io;

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
