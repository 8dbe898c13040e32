//! The thread of a device that may come and go.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use pastiche_engine::node::Fault;
use pastiche_engine::supervisor::Supervisor;
use pastiche_engine::workers::{Background, Wanted};

/// A thread that looks after a device for as long as its node lives. A panic, of a driver most likely, is a fault
/// of the node and a loss of the device: the thread is started again when the device's supervisor says so.
pub(crate) struct DeviceThread {
    name: &'static str,
    run: Arc<dyn Fn(&Wanted) + Send + Sync>,
    work: Background<()>,
    /// It has panicked, and has not been started again.
    is_down: bool,
    /// Stands until the device is there.
    fault: Option<Fault>,
}

impl DeviceThread {
    /// Starts the thread. `run` goes on while it is wanted.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub(crate) fn start(
        name: &'static str,
        run: impl Fn(&Wanted) + Send + Sync + 'static,
    ) -> io::Result<DeviceThread> {
        let (run, work) = (Arc::new(run), Background::default());
        let mut thread = DeviceThread { name, run, work, is_down: false, fault: None };
        thread.begin()?;
        Ok(thread)
    }

    fn begin(&mut self) -> io::Result<()> {
        let run = self.run.clone();
        self.work.start_thread(self.name, move |wanted| run(wanted))
    }

    /// Looks whether the thread still runs; once a frame. The fault of one that does not.
    pub(crate) fn tend(&mut self, supervisor: &mut Supervisor, now: Duration) -> Option<Fault> {
        let panic = self.work.poll().err();
        if self.is_down {
            if supervisor.is_due(now) {
                match self.begin() {
                    Ok(()) => self.is_down = false,
                    Err(error) => {
                        supervisor.failed(now, format!("no thread can be started: {error}"));
                    }
                }
            }
        } else if let Some(panic) = panic {
            self.is_down = true;
            supervisor.failed(now, &*panic.message);
            self.fault = Some(Fault::new(
                panic.message,
                "it is tried again by itself; if it stays so, choose another device or update its driver",
            ));
        } else if supervisor.is_alive() {
            self.fault = None;
        }
        self.fault.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pastiche_engine::supervisor::Backoff;
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

    #[test]
    fn a_thread_that_panics_is_a_fault_and_is_started_again_when_it_is_time() {
        let runs = Arc::new(AtomicU32::new(0));
        let counted = runs.clone();
        let run = move |_: &Wanted| assert!(counted.fetch_add(1, Relaxed) > 0, "a bad driver");
        let mut thread = DeviceThread::start("toy", run).unwrap();
        let wait = Duration::from_secs(5);
        let mut supervisor = Supervisor::new("toy 0", Backoff { first: wait, longest: wait });
        let fault = loop {
            if let Some(fault) = thread.tend(&mut supervisor, Duration::ZERO) {
                break fault;
            }
            std::thread::yield_now();
        };
        assert!(fault.message.ends_with("panicked: a bad driver"), "{}", fault.message);
        assert_eq!(thread.tend(&mut supervisor, wait / 2), Some(fault.clone()));
        assert_eq!(runs.load(Relaxed), 1);
        assert_eq!(thread.tend(&mut supervisor, wait), Some(fault));
        while runs.load(Relaxed) < 2 {
            std::thread::yield_now();
        }
        supervisor.found();
        assert_eq!(thread.tend(&mut supervisor, wait), None);
    }
}
