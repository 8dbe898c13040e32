//! From the GPU to memory: at once offline, behind the show live.

use std::sync::Arc;

use super::pool::Format;
use super::read_backs::{Download, Flight, MOST_FLIGHTS, WireId};
use super::recorder::{Recorder, foreign_picture};
use crate::fault::Fault;
use crate::frame::{Frame, FrameId, PixelFormat, Pixels};

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
            let now = self.frame();
            self.read_backs.asked(wire, now).newest = Some(known.clone());
            return Ok(Some(known));
        }
        let now = self.frame();
        let state = self.read_backs.asked(wire, now);
        let is_on_its_way = state.flights.iter().any(|flight| flight.id == id);
        if !is_on_its_way && state.flights.len() < MOST_FLIGHTS {
            let download = self.copy_frame(frame)?;
            self.read_backs.asked(wire, now).flights.push(Flight::new(frame, id, download));
        }
        Ok(self.read_backs.asked(wire, now).newest.clone())
    }

    /// Takes in what has arrived on a wire.
    fn collect(&mut self, wire: WireId) {
        let frame_number = self.frame();
        let Some(state) = self.read_backs.known(wire) else { return };
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
                if let Some(state) = self.read_backs.known(wire) {
                    state.newest = Some((filled, flight.id));
                }
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
        Ok(Download::new(staging))
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
}

fn cannot_read() -> Fault {
    Fault::new("the picture cannot be read from the graphics adapter", "make the canvas smaller")
}
