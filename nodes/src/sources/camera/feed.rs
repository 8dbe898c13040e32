//! The newest picture of a camera that may come and go. A thread of its own waits for it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pastiche_engine::cameras::{CameraWish, Cameras, WhichCamera};
use pastiche_engine::frame::{Frame, Pixels};
use pastiche_engine::node::{Fault, Status};
use pastiche_engine::supervisor::{Backoff, Change, Supervisor};

use super::convert::convert;
use crate::device_thread::DeviceThread;

/// A camera that gives nothing for so long is taken for lost.
pub(super) const STALL: Duration = Duration::from_secs(3);

/// A camera that is being watched.
pub(super) struct Feed {
    shared: Arc<Shared>,
    thread: DeviceThread,
}

struct Shared {
    wish: CameraWish,
    mirror: bool,
    begun: Instant,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    supervisor: Supervisor,
    /// Its whole name, once it has been open.
    name: String,
    /// Width and height of its last picture.
    size_px: [u32; 2],
    /// The newest picture, until somebody has looked at it.
    newest: Option<Pixels>,
    /// When it was opened, or gave its last good picture.
    heard: Instant,
    /// In what way its last picture was garbage, if it was.
    garbage: Option<String>,
    is_closed: bool,
}

/// What a camera shows now.
pub(super) struct Look {
    /// The newest picture since the last look.
    pub(super) fresh: Option<Frame>,
    /// Whether it is there and gives pictures.
    pub(super) is_alive: bool,
    /// For people.
    pub(super) status: Status,
    /// Its thread panicked.
    pub(super) fault: Option<Fault>,
}

impl Feed {
    /// Looks for a camera at once, and again whenever it is gone.
    pub(super) fn start(
        cameras: Arc<dyn Cameras>,
        wish: CameraWish,
        mirror: bool,
        patience: Backoff,
    ) -> std::io::Result<Feed> {
        let name = match &wish.which {
            WhichCamera::Number(number) => format!("camera {number}"),
            WhichCamera::Name(name) => format!("a camera called `{name}`"),
        };
        let begun = Instant::now();
        let state = State {
            supervisor: Supervisor::new(name, patience),
            name: String::new(),
            size_px: [0; 2],
            newest: None,
            heard: begun,
            garbage: None,
            is_closed: false,
        };
        let state = Mutex::new(state);
        let shared = Arc::new(Shared { wish, mirror, begun, state, changed: Condvar::new() });
        let watching = shared.clone();
        // It ends by itself, as soon as it notices: no one waits for a camera that hangs.
        let thread = DeviceThread::start("camera", move |_| watching.watch(cameras.as_ref()))?;
        Ok(Feed { shared, thread })
    }

    /// What there is at this moment. Never waits.
    pub(super) fn look(&mut self, now: Instant) -> Look {
        let begun = self.shared.begun;
        let mut state = self.shared.lock();
        let fault = self.thread.tend(&mut state.supervisor, now.saturating_duration_since(begun));
        state.notice_stall(now, begun);
        let age = now.saturating_duration_since(state.heard).as_millis();
        let status = match state.supervisor.status() {
            Status::Ready => {
                let [width, height] = state.size_px;
                Status::Active(format!("`{}`, {width}x{height}, {age} ms old", state.name))
            }
            other => other,
        };
        Look {
            fresh: state.newest.take().map(Frame::from_pixels),
            is_alive: state.supervisor.is_alive(),
            status,
            fault,
        }
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.shared.lock().is_closed = true;
        self.shared.changed.notify_all();
    }
}

impl State {
    /// A camera that is open and gives nothing is lost.
    fn notice_stall(&mut self, now: Instant, begun: Instant) {
        if self.supervisor.is_alive() && now.saturating_duration_since(self.heard) > STALL {
            let why = match self.garbage.take() {
                Some(garbage) => format!("it gives {garbage}"),
                None => "it gives no pictures".into(),
            };
            self.supervisor.failed(now.saturating_duration_since(begun), why);
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Opens the camera again and again, until no one looks any more.
    fn watch(&self, cameras: &dyn Cameras) {
        while self.wait_until_due() {
            match cameras.open(&self.wish) {
                Ok(mut camera) => {
                    {
                        let mut state = self.lock();
                        (state.name, state.heard) = (camera.name(), Instant::now());
                    }
                    let why = loop {
                        match camera.wait() {
                            Ok(picture) => {
                                if !self.take_in(convert(&picture, self.mirror)) {
                                    return;
                                }
                            }
                            Err(error) => break error.why,
                        }
                    };
                    self.fail(why);
                }
                Err(error) => self.fail(error.why),
            }
        }
    }

    /// Whether it is to be opened; not when no one looks any more.
    fn wait_until_due(&self) -> bool {
        let mut state = self.lock();
        loop {
            if state.is_closed {
                return false;
            }
            let Some(wait) = state.supervisor.due_in(self.now()) else { return true };
            let waited = self.changed.wait_timeout(state, wait);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Puts a picture in the place of the one before. Whether anybody looks.
    fn take_in(&self, picture: Result<Pixels, String>) -> bool {
        let mut state = self.lock();
        match picture {
            Ok(pixels) => {
                if matches!(state.supervisor.found(), Change::Found | Change::Back) {
                    tracing::info!("the camera `{}` is there", state.name);
                }
                (state.heard, state.size_px) = (Instant::now(), pixels.size_px());
                (state.newest, state.garbage) = (Some(pixels), None);
            }
            Err(garbage) => {
                if !state.supervisor.is_alive() {
                    state.supervisor.failed(self.now(), format!("it gives {garbage}"));
                }
                state.garbage = Some(garbage);
            }
        }
        !state.is_closed
    }

    fn fail(&self, why: String) {
        let mut state = self.lock();
        if state.supervisor.failed(self.now(), &why) == Change::Lost {
            tracing::warn!("the camera `{}` is gone: {why}", state.name);
        }
    }
}

#[cfg(test)]
mod tests;
