//! The one worker pool of a running engine: all cores but one, with priorities.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// Who goes first when a worker is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// A picture is waited for.
    Picture,
    /// A model is at work in the background.
    Model,
    /// Training; only when nothing else is to be done.
    Training,
}

type Job = Box<dyn FnOnce() + Send>;

struct Queued {
    order: Reverse<(Priority, u64)>,
    job: Job,
}

impl PartialEq for Queued {
    fn eq(&self, other: &Queued) -> bool {
        self.order == other.order
    }
}
impl Eq for Queued {}
impl PartialOrd for Queued {
    fn partial_cmp(&self, other: &Queued) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Queued {
    fn cmp(&self, other: &Queued) -> std::cmp::Ordering {
        self.order.cmp(&other.order)
    }
}

#[derive(Default)]
struct Queue {
    jobs: BinaryHeap<Queued>,
    submitted: u64,
    closed: bool,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    wake: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Pool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl Drop for Pool {
    fn drop(&mut self) {
        {
            let mut queue = self.shared.lock();
            queue.closed = true;
            queue.jobs.clear();
        }
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

/// A handle to the worker pool. Cheap to clone; the threads end with the last handle.
#[derive(Clone)]
pub struct Workers(Option<Arc<Pool>>);

impl Workers {
    /// No threads: a job is done when it is submitted. For offline renders, where the result must
    /// not depend on time.
    pub fn inline() -> Workers {
        Workers(None)
    }

    /// One thread for each core but one, at least one.
    pub fn start() -> std::io::Result<Workers> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Workers::with_threads(cores.saturating_sub(1).max(1))
    }

    /// A chosen number of threads, at least one.
    pub fn with_threads(number: usize) -> std::io::Result<Workers> {
        let shared = Arc::new(Shared::default());
        let threads = (0..number.max(1))
            .map(|index| {
                let shared = shared.clone();
                std::thread::Builder::new().name(format!("worker {index}")).spawn(move || work(&shared))
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Workers(Some(Arc::new(Pool { shared, threads }))))
    }

    /// Whether jobs are done at once.
    pub fn is_inline(&self) -> bool {
        self.0.is_none()
    }

    /// Hands over a job. A job that panics ends alone.
    pub fn submit(&self, priority: Priority, job: impl FnOnce() + Send + 'static) {
        let Some(pool) = &self.0 else {
            run(Box::new(job));
            return;
        };
        let mut queue = pool.shared.lock();
        queue.submitted += 1;
        let order = Reverse((priority, queue.submitted));
        queue.jobs.push(Queued { order, job: Box::new(job) });
        drop(queue);
        pool.shared.wake.notify_one();
    }
}

fn work(shared: &Shared) {
    loop {
        let mut queue = shared.lock();
        let queued = loop {
            if queue.closed {
                return;
            }
            match queue.jobs.pop() {
                Some(queued) => break queued,
                None => queue = shared.wake.wait(queue).unwrap_or_else(PoisonError::into_inner),
            }
        };
        drop(queue);
        run(queued.job);
    }
}

fn run(job: Job) {
    if catch_unwind(AssertUnwindSafe(job)).is_err() {
        tracing::error!("a background job panicked; its node keeps its last result");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn pictures_go_before_models_before_training() {
        let workers = Workers::with_threads(1).unwrap();
        let (open, gate) = mpsc::channel::<()>();
        workers.submit(Priority::Picture, move || gate.recv().unwrap());
        let (sender, receiver) = mpsc::channel();
        for priority in [Priority::Training, Priority::Model, Priority::Picture, Priority::Model] {
            let sender = sender.clone();
            workers.submit(priority, move || sender.send(priority).unwrap());
        }
        open.send(()).unwrap();
        let order: Vec<_> = receiver.iter().take(4).collect();
        assert_eq!(order, [Priority::Picture, Priority::Model, Priority::Model, Priority::Training]);
    }

    #[test]
    fn a_panicking_job_leaves_the_pool_alive() {
        let workers = Workers::with_threads(1).unwrap();
        workers.submit(Priority::Picture, || panic!("on purpose"));
        let (sender, receiver) = mpsc::channel();
        workers.submit(Priority::Picture, move || sender.send(7).unwrap());
        assert_eq!(receiver.recv(), Ok(7));
    }

    #[test]
    fn the_last_handle_may_be_dropped_by_a_job() {
        let workers = Workers::with_threads(1).unwrap();
        let (sender, receiver) = mpsc::channel();
        let (open, gate) = mpsc::channel::<()>();
        let handle = workers.clone();
        workers.submit(Priority::Picture, move || {
            gate.recv().unwrap();
            drop(handle);
            sender.send(()).unwrap();
        });
        drop(workers);
        open.send(()).unwrap();
        assert_eq!(receiver.recv(), Ok(()));
    }
}
