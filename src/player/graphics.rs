//! Looks after the GPU of a live player: lost, it is opened again.

use std::time::Instant;

use engine::node::Status;
use engine::supervisor::{Backoff, Supervisor};
use pastiche_engine as engine;

/// What is known of the GPU's presence.
pub(super) struct Graphics {
    /// `None` when no one opens another one.
    supervisor: Option<Supervisor>,
    start: Instant,
    /// The loader has been asked and has not answered.
    is_asked: bool,
}

impl Graphics {
    pub(super) fn new(reopens: bool) -> Graphics {
        let supervisor = reopens.then(|| {
            let mut supervisor = Supervisor::new("the graphics adapter", Backoff::USUAL);
            supervisor.found();
            supervisor
        });
        Graphics { supervisor, start: Instant::now(), is_asked: false }
    }

    /// Whether it is time to open another GPU; says so once a try.
    pub(super) fn is_to_be_opened(&mut self, is_lost: bool) -> bool {
        let now = self.start.elapsed();
        let Some(supervisor) = self.supervisor.as_mut().filter(|_| is_lost && !self.is_asked) else {
            return false;
        };
        if supervisor.is_alive() {
            tracing::warn!("the graphics adapter is lost; another one is opened");
            supervisor.failed(now, "it is lost");
            // The first try is made at once.
            supervisor.hurry();
        }
        self.is_asked = supervisor.is_due(now);
        self.is_asked
    }

    /// How it is doing, if it is looked after.
    pub(super) fn status(&self) -> Option<Status> {
        self.supervisor.as_ref().map(Supervisor::status)
    }

    /// What came of the try.
    pub(super) fn answered(&mut self, regained: Result<(), String>) {
        self.is_asked = false;
        let Some(supervisor) = &mut self.supervisor else { return };
        match regained {
            Ok(()) => {
                tracing::info!("the graphics adapter is back");
                supervisor.found();
            }
            Err(why) => {
                tracing::warn!("the graphics adapter cannot be opened: {why}");
                supervisor.failed(self.start.elapsed(), why);
            }
        }
    }
}
