//! The GPU: a device, a pool of textures, effects, and one recorder a running graph.

use std::sync::Arc;

use crate::frame::{Frame, Pixels};
use crate::node::Fault;

/// A device and what is shared on it.
#[derive(Clone, Debug)]
pub struct Gpu;

/// A texture of the pool: RGBA16F, linear light, premultiplied.
#[derive(Clone, Debug)]
pub struct Texture {
    size_px: [u32; 2],
}

impl Texture {
    /// Width and height in pixels.
    pub fn size_px(&self) -> [u32; 2] {
        self.size_px
    }
}

/// A wire of the running graph, across reloads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WireId {
    /// The running node that writes it.
    pub node: u64,
    /// Position of its output.
    pub output: usize,
}

/// Records the GPU work of one running graph.
#[derive(Debug)]
pub struct Recorder;

impl Recorder {
    /// A recorder on a device.
    pub fn new(_gpu: &Gpu) -> Recorder {
        Recorder
    }

    /// Submits what was recorded.
    pub fn submit(&mut self) {}

    /// The pixels of a frame on the GPU.
    pub fn read_back(
        &mut self,
        _wire: WireId,
        _frame: &Frame,
        _wait: bool,
    ) -> Result<Option<Arc<Pixels>>, Fault> {
        Ok(None)
    }
}
