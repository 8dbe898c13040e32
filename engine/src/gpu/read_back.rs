//! From the GPU to memory: at once offline, behind the show live.

use std::sync::{Arc, OnceLock};

use super::buffers::Staging;
use super::pool::Format;
use super::recorder::{Recorder, foreign_picture};
use crate::frame::{Frame, FrameId, PixelFormat, Pixels};
use crate::node::Fault;

/// Copies of one wire on their way at the same time.
const MOST_FLIGHTS: usize = 3;

/// A wire that nobody has asked for is forgotten after so many frames.
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
    flights: Vec<Flight>,
    newest: Option<(Arc<Pixels>, FrameId)>,
    asked_frame: u64,
}

struct Flight {
    frame: Frame,
    id: FrameId,
    download: Download,
    is_mapping: bool,
}

/// A copy of a texture on its way to memory.
pub(super) struct Download {
    staging: Staging,
    arrived: Arc<OnceLock<bool>>,
}

impl Recorder {
    /// The pixels of a frame on the GPU. Waiting, those of this frame; otherwise the newest of this
    /// wire that have arrived, `None` until the first have.
    pub fn read_back(
        &mut self,
        wire: WireId,
        frame: &Frame,
        wait: bool,
    ) -> Result<Option<Arc<Pixels>>, Fault> {
        Ok(self.read_back_known(wire, frame, wait)?.map(|(pixels, _)| pixels))
    }

    /// As [`Recorder::read_back`], and says which frame the pixels are those of.
    pub fn read_back_known(
        &mut self,
        wire: WireId,
        frame: &Frame,
        wait: bool,
    ) -> Result<Option<(Arc<Pixels>, FrameId)>, Fault> {
        self.collect(wire);
        let id = frame.id();
        if let Some(pixels) = frame.memory() {
            return Ok(Some((pixels.clone(), id)));
        }
        self.gpu.check_alive()?;
        if wait {
            let known = (self.read_now(frame)?, id);
            self.wire(wire).newest = Some(known.clone());
            return Ok(Some(known));
        }
        let state = self.wire(wire);
        let is_on_its_way = state.flights.iter().any(|flight| flight.id == id);
        if !is_on_its_way && state.flights.len() < MOST_FLIGHTS {
            let download = self.copy_frame(frame)?;
            self.wire(wire).flights.push(Flight { frame: frame.clone(), id, download, is_mapping: false });
        }
        Ok(self.wire(wire).newest.clone())
    }

    /// Takes in what has arrived on a wire.
    fn collect(&mut self, wire: WireId) {
        let frame_number = self.frame();
        let Some(state) = self.wires.get_mut(&wire) else { return };
        let arrived: Vec<Flight> =
            state.flights.extract_if(.., |flight| flight.download.arrived.get().is_some()).collect();
        for flight in arrived {
            if flight.download.arrived.get() != Some(&true) {
                continue;
            }
            let size_px = flight.frame.size_px();
            let bytes = flight.download.staging.unpack();
            self.downloads.put(flight.download.staging, frame_number);
            if let Some(pixels) = Pixels::new(size_px, PixelFormat::LinearHalf, bytes) {
                let filled = flight.frame.fill_memory(Arc::new(pixels)).clone();
                self.wires.entry(wire).or_default().newest = Some((filled, flight.id));
            }
        }
    }

    fn read_now(&mut self, frame: &Frame) -> Result<Arc<Pixels>, Fault> {
        let download = self.copy_frame(frame)?;
        let bytes = self.wait_for(download)?;
        let pixels = Pixels::new(frame.size_px(), PixelFormat::LinearHalf, bytes).ok_or_else(cannot_read)?;
        Ok(frame.fill_memory(Arc::new(pixels)).clone())
    }

    fn copy_frame(&mut self, frame: &Frame) -> Result<Download, Fault> {
        let texture = frame.gpu().filter(|texture| self.may_read(texture)).cloned();
        let texture = texture.ok_or_else(foreign_picture)?;
        self.hold(&texture);
        self.copy_out(texture.texture(), Format::LinearHalf.bytes_per_pixel() as u32)
    }

    /// Records a copy to memory.
    pub(super) fn copy_out(
        &mut self,
        texture: &wgpu::Texture,
        bytes_per_pixel: u32,
    ) -> Result<Download, Fault> {
        let gpu = self.gpu.clone();
        let staging = self.downloads.take(&gpu, [texture.width(), texture.height()], bytes_per_pixel)?;
        let (source, extent) = (texture.as_image_copy(), staging.extent());
        self.encoder().copy_texture_to_buffer(source, staging.as_image_copy(), extent);
        self.counts.read_backs += 1;
        Ok(Download { staging, arrived: Arc::default() })
    }

    /// Submits a copy and waits until it is there.
    pub(super) fn wait_for(&mut self, download: Download) -> Result<Vec<u8>, Fault> {
        let submission = self.flush();
        download.map();
        let arrived = self.wait(submission, || download.arrived.get().copied())?;
        if !arrived {
            self.gpu.check_alive()?;
            return Err(cannot_read());
        }
        let bytes = download.staging.unpack();
        let frame = self.frame();
        self.downloads.put(download.staging, frame);
        Ok(bytes)
    }

    /// After a submit: asks for what was copied in it.
    pub(super) fn map_read_backs(&mut self) {
        for flight in self.wires.values_mut().flat_map(|wire| &mut wire.flights) {
            if !flight.is_mapping {
                flight.is_mapping = true;
                flight.download.map();
            }
        }
    }

    /// Forgets the wires that nobody reads any more.
    pub(super) fn forget_wires(&mut self) {
        let now = self.frame();
        self.wires.retain(|_, wire| now.saturating_sub(wire.asked_frame) <= FORGET_FRAMES);
    }

    fn wire(&mut self, wire: WireId) -> &mut Wire {
        let now = self.frame();
        let state = self.wires.entry(wire).or_default();
        state.asked_frame = now;
        state
    }
}

impl Download {
    fn map(&self) {
        let arrived = self.arrived.clone();
        self.staging.buffer().map_async(wgpu::MapMode::Read, .., move |result| {
            // Set once: the device calls back once.
            let _ = arrived.set(result.is_ok());
        });
    }
}

impl Staging {
    /// The rows of a mapped buffer without their padding. Unmaps it.
    fn unpack(&self) -> Vec<u8> {
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

fn cannot_read() -> Fault {
    Fault::new("the picture cannot be read from the graphics adapter", "make the canvas smaller")
}
