//! What comes from outside while a patch plays: stamped events from any thread, read once a frame. MIDI,
//! windows and typed lines write into it; whoever plays the patch reads it.

mod command;
mod line;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use engine::take::Input;
use pastiche_engine as engine;

use crate::sound::SoundInlet;

pub use command::Command;
pub use line::{LineError, parse_line};

/// So much may wait for the next frame; a flood beyond it is counted and left out.
const MOST_WAITING: usize = 65_536;

/// Something that comes from outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Goes into the log.
    Input(Input),
    /// Is done at once.
    Command(Command),
}

/// An event, and when it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrival {
    /// When it came.
    pub at: Instant,
    /// The sample of the transport at which it is heard, where the sound has been given it already.
    pub heard: Option<u64>,
    /// What came.
    pub event: Event,
}

/// Writes into an inbox, from any thread.
#[derive(Clone, Debug)]
pub struct InboxSender {
    arrivals: SyncSender<Arrival>,
    lost: Arc<AtomicU64>,
    /// The straight way of played notes to the sound, once there is one.
    sound: Arc<OnceLock<SoundInlet>>,
}

impl InboxSender {
    /// Something that happens now. Never waits. Whether somebody may still read it.
    pub fn send(&self, event: Event) -> bool {
        self.send_at(Instant::now(), event)
    }

    /// Something that happened at another time than now.
    pub fn send_at(&self, at: Instant, event: Event) -> bool {
        let heard = match (&event, self.sound.get()) {
            (Event::Input(input), Some(sound)) => sound.play(at, input),
            _ => None,
        };
        match self.arrivals.try_send(Arrival { at, heard, event }) {
            Ok(()) => true,
            Err(TrySendError::Full(_)) => {
                self.lost.fetch_add(1, Ordering::Relaxed);
                true
            }
            Err(TrySendError::Disconnected(_)) => false,
        }
    }
}

/// What has come and has not been read.
#[derive(Debug)]
pub struct Inbox {
    arrivals: Receiver<Arrival>,
    sender: InboxSender,
    /// Losses that were reported.
    lost: u64,
}

impl Default for Inbox {
    fn default() -> Inbox {
        let (arrivals, receiver) = sync_channel(MOST_WAITING);
        let sender = InboxSender { arrivals, lost: Arc::default(), sound: Arc::default() };
        Inbox { arrivals: receiver, sender, lost: 0 }
    }
}

impl Inbox {
    /// Writes into this inbox.
    pub fn sender(&self) -> InboxSender {
        self.sender.clone()
    }

    /// All that has come since it was read last, in the order in which it came.
    pub fn read(&mut self) -> Vec<Arrival> {
        self.arrivals.try_iter().collect()
    }

    /// How many events were left out since this was asked last.
    pub fn lost(&mut self) -> u64 {
        let lost = self.sender.lost.load(Ordering::Relaxed);
        lost - std::mem::replace(&mut self.lost, lost)
    }

    /// From now on played notes go straight to the sound. The second time it is connected already.
    pub(crate) fn connect(&self, sound: SoundInlet) {
        let _ = self.sender.sound.set(sound);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wheel(lines: f64) -> Event {
        Event::Input(Input::MouseWheel { lines })
    }

    #[test]
    fn what_comes_is_read_in_its_order_and_a_flood_is_counted() {
        let mut inbox = Inbox::default();
        let sender = inbox.sender();
        assert!(sender.send(wheel(1.0)) && sender.send(Event::Command(Command::Undo)));
        let events: Vec<Event> = inbox.read().into_iter().map(|arrival| arrival.event).collect();
        assert_eq!(events, [wheel(1.0), Event::Command(Command::Undo)]);
        assert_eq!((inbox.read(), inbox.lost()), (Vec::new(), 0));
        assert!((0..MOST_WAITING + 3).all(|_| sender.send(wheel(2.0))));
        assert_eq!((inbox.read().len(), inbox.lost(), inbox.lost()), (MOST_WAITING, 3, 0));
        drop(inbox);
        assert!(!sender.send(wheel(3.0)), "no one reads it any more");
    }
}
