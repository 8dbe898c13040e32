//! Threads, which the caller lends.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Threads that the caller lends: a pool, a scope, or [`Alone`]. How many there are changes no bit of
/// any result.
pub trait Crew: Sync {
    /// How many threads may work at a time, at least one.
    fn size(&self) -> usize;

    /// Calls `work` with each number below [`Crew::size`], each at most once, on any thread, in any order
    /// or at the same time; returns when all calls have ended. At least one call must be made.
    fn run(&self, work: &(dyn Fn(usize) + Sync));
}

/// The calling thread alone.
pub struct Alone;

impl Crew for Alone {
    fn size(&self) -> usize {
        1
    }

    fn run(&self, work: &(dyn Fn(usize) + Sync)) {
        work(0);
    }
}

/// Does all jobs, dealt out as the workers get to them; `work` is given the worker and the job.
pub(crate) fn deal(crew: &dyn Crew, jobs: usize, work: impl Fn(usize, usize) + Sync) {
    let next = AtomicUsize::new(0);
    crew.run(&|worker| {
        loop {
            let job = next.fetch_add(1, Ordering::Relaxed);
            if job >= jobs {
                return;
            }
            work(worker, job);
        }
    });
}

/// A pointer that several workers write through, each to places of its own.
#[derive(Clone, Copy)]
pub(crate) struct Shared<T>(*mut T);

// SAFETY: who takes the pointer out promises that no two workers touch the same place.
unsafe impl<T> Send for Shared<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Shared<T> {}

impl<T> Shared<T> {
    pub(crate) fn new(pointer: *mut T) -> Self {
        Self(pointer)
    }

    pub(crate) fn get(self) -> *mut T {
        self.0
    }
}
