//! One job beside the show, and what became of it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::{Priority, Work, Workers};
use crate::fault::Fault;

/// A node's work beside the show: one job at a time. Submit it, ask for the result in each frame; a
/// panic becomes the node's fault. Dropping it while a job runs waits for nothing: a job that has not
/// begun never does, and one that runs ends unheard.
///
/// ```
/// use pastiche_engine::workers::{Background, Priority, Workers};
///
/// let mut sum = Background::default();
/// sum.submit(&Workers::inline(), Priority::Picture, |_| 1 + 1);
/// assert_eq!(sum.poll(), Ok(Some(2)));
/// assert_eq!(sum.poll(), Ok(None));
/// ```
pub struct Background<T> {
    task: Option<Arc<Task<T>>>,
    /// The last job panicked.
    fault: Option<Fault>,
}

impl<T> Default for Background<T> {
    fn default() -> Background<T> {
        Background { task: None, fault: None }
    }
}

impl<T: Send + 'static> Background<T> {
    /// Hands over a job. Inline workers do it here and now. A job that was submitted before and whose
    /// result has not been taken is given up, and a fault of it forgotten.
    pub fn submit(
        &mut self,
        workers: &Workers,
        priority: Priority,
        job: impl FnOnce(&Wanted) -> T + Send + 'static,
    ) {
        let task = self.begin(workers.closed(), job);
        workers.submit(priority, task);
    }

    /// Starts a job on a thread of its own: for what waits for a device or another program rather than
    /// works. It may go on for as long as it is wanted.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub fn start_thread(
        &mut self,
        name: &str,
        job: impl FnOnce(&Wanted) -> T + Send + 'static,
    ) -> std::io::Result<()> {
        let task = self.begin(Arc::default(), job);
        let started = std::thread::Builder::new().name(name.into()).spawn(move || task.run());
        if started.is_err() {
            *self = Background::default();
        }
        started.map(drop)
    }

    fn begin(
        &mut self,
        closed: Arc<AtomicBool>,
        job: impl FnOnce(&Wanted) -> T + Send + 'static,
    ) -> Arc<Task<T>> {
        let task = Arc::new(Task {
            state: Mutex::new(State::Waiting(Box::new(job))),
            changed: Condvar::new(),
            wanted: Wanted { given_up: AtomicBool::new(false), closed },
        });
        *self = Background { task: Some(task.clone()), fault: None };
        task
    }

    /// The result, once, as soon as there is one. Never waits.
    ///
    /// # Errors
    /// The fault of a job that panicked, each time until another is submitted.
    pub fn poll(&mut self) -> Result<Option<T>, Fault> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let Some(result) = self.task.as_ref().and_then(|task| task.take_result()) else { return Ok(None) };
        self.task = None;
        match result {
            Ok(result) => Ok(Some(result)),
            Err(fault) => Err(self.fault.insert(fault).clone()),
        }
    }

    /// Waits for the result; a job that has not begun is done here and now. Not for a frame: for the end
    /// of a node whose work must not be lost.
    ///
    /// # Errors
    /// As [`Background::poll`].
    pub fn finish(&mut self) -> Result<Option<T>, Fault> {
        if let Some(task) = &self.task {
            task.run();
            task.wait();
        }
        self.poll()
    }

    /// Whether another job may begin: none is on its way, and the last has not panicked.
    pub fn is_idle(&self) -> bool {
        self.task.is_none() && self.fault.is_none()
    }
}

impl<T> Drop for Background<T> {
    fn drop(&mut self) {
        if let Some(task) = self.task.take() {
            task.give_up();
        }
    }
}

/// Whether anybody still wants the result. A long job looks from time to time and ends when no one does.
pub struct Wanted {
    given_up: AtomicBool,
    closed: Arc<AtomicBool>,
}

impl Wanted {
    /// Whether the job should go on.
    pub fn is_wanted(&self) -> bool {
        !self.given_up.load(Ordering::Relaxed) && !self.closed.load(Ordering::Relaxed)
    }
}

type Job<T> = Box<dyn FnOnce(&Wanted) -> T + Send>;

enum State<T> {
    Waiting(Job<T>),
    Running,
    Done(Result<T, Fault>),
    /// The result has been taken, or no one wants it.
    Over,
}

struct Task<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
    wanted: Wanted,
}

impl<T> Task<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_result(&self) -> Option<Result<T, Fault>> {
        let mut state = self.lock();
        match std::mem::replace(&mut *state, State::Over) {
            State::Done(result) => Some(result),
            other => {
                *state = other;
                None
            }
        }
    }

    fn wait(&self) {
        let mut state = self.lock();
        while matches!(*state, State::Running) {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn give_up(&self) {
        self.wanted.given_up.store(true, Ordering::Relaxed);
        let mut state = self.lock();
        // One that runs finds out by itself, and its worker drops what comes of it.
        if !matches!(*state, State::Running) {
            let over = std::mem::replace(&mut *state, State::Over);
            drop(state);
            drop(over);
        }
    }
}

impl<T: Send> Work for Task<T> {
    fn run(&self) {
        let job = {
            let mut state = self.lock();
            match std::mem::replace(&mut *state, State::Running) {
                State::Waiting(job) => job,
                other => {
                    *state = other;
                    return;
                }
            }
        };
        let result = catch_unwind(AssertUnwindSafe(|| job(&self.wanted)));
        *self.lock() = State::Done(
            result.map_err(|panic| Fault::panicked("its work in the background", panic.as_ref())),
        );
        self.changed.notify_all();
    }
}
