//! Work beside the show. All of it shares one budget of threads, by priority.
//!
//! A node hands a job to its [`Background`] and asks for the result in each frame; it never waits. The
//! jobs of all nodes run on the threads of one [`Workers`]. No more run at a time than the machine has
//! room for, and where the operating system lets a thread have a priority of its own, what is heard
//! and seen goes before all of them.

mod background;
mod priority;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

pub use background::{Background, Wanted};
pub use priority::Priority;

/// A job as the threads see it.
trait Work: Send + Sync {
    /// Does it, unless no one wants it any more.
    fn run(&self);
}

#[derive(Default)]
struct Queue {
    /// In the order of [`Priority::ALL`], the oldest in front.
    waiting: [VecDeque<Arc<dyn Work>>; Priority::ALL.len()],
    running: [usize; Priority::ALL.len()],
}

impl Queue {
    /// The next job of a priority, if there is room for one and nothing of a higher priority waits. What
    /// is of a lower priority takes no room: it gives way.
    fn take(&mut self, priority: Priority, room: usize) -> Option<Arc<dyn Work>> {
        let lane = priority as usize;
        let taken: usize = self.running[..=lane].iter().sum();
        if taken >= room || self.waiting[..lane].iter().any(|higher| !higher.is_empty()) {
            return None;
        }
        let work = self.waiting[lane].pop_front()?;
        self.running[lane] += 1;
        Some(work)
    }
}

struct Shared {
    queue: Mutex<Queue>,
    wake: Condvar,
    /// Jobs of one priority and those above it that run at a time.
    room: usize,
    closed: Arc<AtomicBool>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self, priority: Priority) {
        priority.apply();
        let mut queue = self.lock();
        while !self.closed.load(Ordering::Acquire) {
            let Some(work) = queue.take(priority, self.room) else {
                queue = self.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            drop(queue);
            // A job catches its own panic; what is left is the end of a result that no one wants.
            if catch_unwind(AssertUnwindSafe(move || work.run())).is_err() {
                tracing::error!("a result that no one wants any more panicked when it was dropped");
            }
            queue = self.lock();
            queue.running[priority as usize] -= 1;
            self.wake.notify_all();
        }
    }
}

struct Pool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl Drop for Pool {
    fn drop(&mut self) {
        let waiting = {
            let mut queue = self.shared.lock();
            self.shared.closed.store(true, Ordering::Release);
            std::mem::take(&mut queue.waiting)
        };
        drop(waiting);
        self.shared.wake.notify_all();
        for thread in self.threads.drain(..) {
            // A job may hold the last handle of the pool: then this is that worker's own thread,
            // which cannot wait for itself and ends by itself.
            if thread.thread().id() != std::thread::current().id() {
                // A worker catches the panics of its jobs, so there is nothing to learn here.
                let _ = thread.join();
            }
        }
    }
}

/// A handle to the threads that work beside the show. Cheap to clone; they end with the last handle,
/// when each has finished its job.
#[derive(Clone)]
pub struct Workers(Option<Arc<Pool>>);

impl Workers {
    /// No threads: a job is done when it is submitted. For offline renders, where the result must
    /// not depend on time.
    pub fn inline() -> Workers {
        Workers(None)
    }

    /// For a show on this machine: room for one job on each core where jobs give way to the show, and
    /// else on each core but one; at least one.
    ///
    /// # Errors
    /// When a thread cannot be started.
    pub fn start() -> std::io::Result<Workers> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Workers::with_room(if Priority::CAN_GIVE_WAY { cores } else { cores.saturating_sub(1) })
    }

    /// Room for this many jobs at a time, at least one. A job of a lower priority that runs already is
    /// not counted when one of a higher priority comes.
    ///
    /// # Errors
    /// When a thread cannot be started.
    pub fn with_room(jobs: usize) -> std::io::Result<Workers> {
        let room = jobs.max(1);
        let shared =
            Arc::new(Shared { queue: Mutex::default(), wake: Condvar::new(), room, closed: Arc::default() });
        let mut pool = Pool { shared, threads: Vec::new() };
        for priority in Priority::ALL {
            for number in 0..room {
                let shared = pool.shared.clone();
                let builder = std::thread::Builder::new().name(format!("{} {number}", priority.name()));
                pool.threads.push(builder.spawn(move || shared.work(priority))?);
            }
        }
        Ok(Workers(Some(Arc::new(pool))))
    }

    /// Whether jobs are done at once.
    pub fn is_inline(&self) -> bool {
        self.0.is_none()
    }

    fn submit(&self, priority: Priority, work: Arc<dyn Work>) {
        let Some(pool) = &self.0 else { return work.run() };
        pool.shared.lock().waiting[priority as usize].push_back(work);
        pool.shared.wake.notify_all();
    }

    /// Becomes true when the last handle goes.
    fn closed(&self) -> Arc<AtomicBool> {
        self.0.as_ref().map(|pool| pool.shared.closed.clone()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
