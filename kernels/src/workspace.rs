//! Memory that outlives a frame.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::map::Buffer;
use crate::moments::PARTIAL;

/// What convolutions need while they run. Keep one and use it again: it grows to the largest need and
/// then nothing is allocated any more.
#[derive(Default)]
pub struct Workspace {
    /// One for each worker; a worker holds its own, so the lock is never waited for.
    scratch: Vec<Mutex<Buffer>>,
    partials: Vec<f32>,
    pub(crate) offsets: Vec<usize>,
}

impl Workspace {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes room for `floats` a worker, and for partial sums of this many jobs and lanes.
    pub(crate) fn prepare(&mut self, workers: usize, floats: usize, jobs: usize, lanes: usize) {
        self.scratch.resize_with(workers.max(self.scratch.len()), Mutex::default);
        for scratch in &mut self.scratch {
            scratch.get_mut().unwrap_or_else(PoisonError::into_inner).reserve(floats);
        }
        self.partials.resize(jobs * lanes * PARTIAL, 0.0);
    }

    /// A worker's memory, the offsets, and the partial sums.
    pub(crate) fn parts(&mut self) -> (&[Mutex<Buffer>], &[usize], &mut [f32]) {
        (&self.scratch, &self.offsets, &mut self.partials)
    }

    pub(crate) fn partials(&self) -> &[f32] {
        &self.partials
    }
}

/// A worker's memory.
pub(crate) fn hold(scratch: &[Mutex<Buffer>], worker: usize) -> MutexGuard<'_, Buffer> {
    scratch[worker % scratch.len()].lock().unwrap_or_else(PoisonError::into_inner)
}
