//! Memory that waits between two runs of a network.

use std::sync::{Mutex, PoisonError};

/// Memory that a run takes and leaves for the next one; as many as ran at the same time.
#[derive(Default)]
pub(crate) struct Idle<T>(Mutex<Vec<T>>);

impl<T: Default> Idle<T> {
    /// Runs work with memory that an earlier run left, or new memory.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        let idle = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut memory = idle.unwrap_or_default();
        let result = work(&mut memory);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
        result
    }
}
