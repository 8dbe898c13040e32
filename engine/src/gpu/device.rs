//! A device at the ground: what can fail on it, and whether it is still there.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use wgpu::ErrorFilter;

use crate::fault::Fault;

/// A device and its queue.
pub(super) struct Device {
    device: wgpu::Device,
    queue: wgpu::Queue,
    is_lost: Arc<AtomicBool>,
    faults: Arc<AtomicU64>,
}

impl Device {
    pub(super) fn new(device: wgpu::Device, queue: wgpu::Queue) -> Device {
        Device { device, queue, is_lost: Arc::default(), faults: Arc::default() }
    }

    pub(super) fn wgpu(&self) -> &wgpu::Device {
        &self.device
    }

    pub(super) fn queue(&self) -> &wgpu::Queue {
        &self.queue
    }

    /// The longest side of a picture, in pixels.
    pub(super) fn max_texture_side(&self) -> u32 {
        self.device.limits().max_texture_dimension_2d
    }

    /// Whether the device is gone: driver crash, unplugged, suspended.
    pub(super) fn is_lost(&self) -> bool {
        self.is_lost.load(Ordering::Acquire)
    }

    /// Notes that the device is gone.
    pub(super) fn report_lost(&self) {
        self.is_lost.store(true, Ordering::Release);
    }

    /// Errors that reached no one since the start.
    pub(super) fn stray_errors(&self) -> u64 {
        self.faults.load(Ordering::Relaxed)
    }

    /// A fault when the device is gone.
    pub(super) fn check_alive(&self) -> Result<(), Fault> {
        if self.is_lost() { Err(lost()) } else { Ok(()) }
    }

    /// A fault when a picture of this size cannot be.
    pub(super) fn check_size(&self, size_px: [u32; 2]) -> Result<(), Fault> {
        let [width, height] = size_px;
        let longest = self.max_texture_side();
        if width == 0 || height == 0 {
            return Err(Fault::new(
                format!("a picture of {width}x{height} pixels has nothing in it"),
                "give both sides at least 1 pixel",
            ));
        }
        if width > longest || height > longest {
            return Err(Fault::new(
                format!(
                    "a picture of {width}x{height} pixels is too large for the graphics adapter, \
                     whose limit is {longest}"
                ),
                "make the picture or the canvas smaller",
            ));
        }
        Ok(())
    }

    /// Makes something of which the device may run out.
    pub(super) fn make<T>(&self, make: impl FnOnce(&wgpu::Device) -> T) -> Result<T, Fault> {
        self.check_alive()?;
        let device = &self.device;
        let memory = device.push_error_scope(ErrorFilter::OutOfMemory);
        let validation = device.push_error_scope(ErrorFilter::Validation);
        let internal = device.push_error_scope(ErrorFilter::Internal);
        let made = make(device);
        let errors = [internal, validation, memory].map(|scope| pollster::block_on(scope.pop()));
        match errors.into_iter().flatten().next() {
            None => Ok(made),
            Some(wgpu::Error::OutOfMemory { .. }) => Err(Fault::new(
                "the graphics adapter is out of memory",
                "make the canvas smaller, or close other programs that draw",
            )),
            Some(error) => Err(Fault::new(
                format!("the graphics adapter refused: {error}"),
                "update its driver, or make the canvas smaller",
            )),
        }
    }

    /// Lets the device call back, and waits as long as it is asked to.
    pub(super) fn poll(&self, how: wgpu::PollType) -> Result<(), Fault> {
        self.check_alive()?;
        // wgpu 29 panics in `poll` when the device is lost while it waits.
        match catch_unwind(AssertUnwindSafe(|| self.device.poll(how))) {
            Ok(Ok(_) | Err(wgpu::PollError::Timeout)) => self.check_alive(),
            // The submit has failed, and what it should have written is anything.
            Ok(Err(wgpu::PollError::WrongSubmissionIndex(..))) => Err(Fault::new(
                "the graphics adapter has refused the frame",
                "look at the log for the reason",
            )),
            Err(_) => {
                self.report_lost();
                Err(lost())
            }
        }
    }

    /// Logs what wgpu would panic about, and notices the loss of the device.
    pub(super) fn watch(&self) {
        let faults = self.faults.clone();
        self.device.on_uncaptured_error(Arc::new(move |error| {
            faults.fetch_add(1, Ordering::Relaxed);
            tracing::error!("graphics: {error}");
        }));
        let is_lost = self.is_lost.clone();
        self.device.set_device_lost_callback(move |reason, message| {
            is_lost.store(true, Ordering::Release);
            // Dropping the device is no loss.
            if reason != wgpu::DeviceLostReason::Destroyed {
                tracing::error!("the graphics adapter is lost: {message}");
            }
        });
    }
}

fn lost() -> Fault {
    Fault::new("the graphics adapter is lost", "pictures come back when it is opened again")
}
