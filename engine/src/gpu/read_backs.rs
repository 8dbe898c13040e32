//! What a recorder knows of the wires that are read back to memory.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::buffers::Staging;
use crate::frame::{Frame, FrameId, Pixels};

/// Copies of one wire on their way at the same time.
pub(super) const MOST_FLIGHTS: usize = 3;

/// A wire that no one has asked for is forgotten after this many frames.
const FORGET_FRAMES: u64 = 60;

/// A wire of the running graph, across reloads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WireId {
    /// The running node that writes it.
    pub node: u64,
    /// Position of its output.
    pub output: usize,
}

/// What is known of a wire that is read back.
#[derive(Default)]
pub(super) struct Wire {
    /// Oldest first.
    pub(super) flights: Vec<Flight>,
    pub(super) newest: Option<(Arc<Pixels>, FrameId)>,
    asked_frame: u64,
}

/// A picture of a wire on its way to memory.
pub(super) struct Flight {
    pub(super) frame: Frame,
    pub(super) id: FrameId,
    pub(super) download: Download,
    is_mapping: bool,
}

/// A copy of a texture on its way to memory.
pub(super) struct Download {
    pub(super) staging: Staging,
    /// Whether it is there; nothing while it is on its way.
    pub(super) arrived: Arc<OnceLock<bool>>,
}

/// The wires that are read back.
#[derive(Default)]
pub(super) struct ReadBacks(HashMap<WireId, Wire>);

impl ReadBacks {
    /// What is known of a wire, for somebody who asks in a frame.
    pub(super) fn asked(&mut self, wire: WireId, frame: u64) -> &mut Wire {
        let state = self.0.entry(wire).or_default();
        state.asked_frame = frame;
        state
    }

    /// What is known of a wire that has been asked for.
    pub(super) fn known(&mut self, wire: WireId) -> Option<&mut Wire> {
        self.0.get_mut(&wire)
    }

    /// After a submit: asks for what was copied in it.
    pub(super) fn map(&mut self) {
        for flight in self.0.values_mut().flat_map(|wire| &mut wire.flights) {
            if !flight.is_mapping {
                flight.is_mapping = true;
                flight.download.map();
            }
        }
    }

    /// Forgets the wires that no one reads any more.
    pub(super) fn forget(&mut self, now: u64) {
        self.0.retain(|_, wire| now.saturating_sub(wire.asked_frame) <= FORGET_FRAMES);
    }
}

impl Flight {
    pub(super) fn new(frame: &Frame, id: FrameId, download: Download) -> Flight {
        Flight { frame: frame.clone(), id, download, is_mapping: false }
    }
}

impl Download {
    pub(super) fn new(staging: Staging) -> Download {
        Download { staging, arrived: Arc::default() }
    }

    pub(super) fn map(&self) {
        let arrived = self.arrived.clone();
        self.staging.buffer().map_async(wgpu::MapMode::Read, .., move |result| {
            // Set once: the device calls back once.
            let _ = arrived.set(result.is_ok());
        });
    }
}

impl Staging {
    /// The rows of a mapped buffer without their padding. Unmaps it.
    pub(super) fn unpack(&self) -> Vec<u8> {
        let (row, stride) = (self.row_bytes(), self.stride() as usize);
        let view = self.buffer().get_mapped_range(..);
        let mut bytes = Vec::with_capacity(view.len() / stride * row);
        for padded in view.chunks_exact(stride) {
            bytes.extend_from_slice(&padded[..row]);
        }
        drop(view);
        self.buffer().unmap();
        bytes
    }
}
