//! MIDI at the edge of the program: every port is listened to, those that are plugged in later as
//! well, and one that comes back is known again by its stable name.

mod edge;
mod names;
mod outputs;
mod parser;
mod ports;
mod system;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use engine::midi::Message;
use engine::midi_out::MidiOut;
use engine::node::Status;
use pastiche_engine as engine;

use crate::error::Error;
use crate::inbox::InboxSender;
use ports::Ports;

pub use edge::{Hear, MidiEdge, MidiOutput, OpenInput};
pub use names::stable_names;
pub use system::system_midi;

/// How often the ports are looked at: no system tells on its own what was plugged in.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Messages to send that may wait; lamps are repeated anyway.
const MOST_WAITING: usize = 4096;

/// Something to send.
enum Order {
    /// To the lamps of the port of that name, at once.
    Lamp(String, Message),
    /// At its time.
    Note(Instant, MidiOut),
}

/// Listens to all ports, on a thread of its own, until it is dropped.
pub(crate) struct MidiPorts {
    /// `None`: the thread is to end.
    orders: Option<SyncSender<Order>>,
    statuses: Arc<Mutex<Vec<(String, Status)>>>,
    thread: Option<JoinHandle<()>>,
}

impl MidiPorts {
    pub(crate) fn start(edge: impl MidiEdge + 'static, sender: InboxSender) -> Result<MidiPorts, Error> {
        let (orders, ordered) = sync_channel(MOST_WAITING);
        let statuses = Arc::new(Mutex::new(Vec::new()));
        let shown = statuses.clone();
        let watch = move || {
            let started = Instant::now();
            let mut ports = Ports::new(edge, sender);
            let mut next = Duration::ZERO;
            loop {
                let now = started.elapsed();
                if now >= next {
                    // A fault of the system's MIDI must not end the show's.
                    if catch_unwind(AssertUnwindSafe(|| ports.look(now))).is_err() {
                        ports.lose(now, "it panicked");
                    }
                    *shown.lock().unwrap_or_else(PoisonError::into_inner) = ports.statuses();
                    next = now + LOOK_EVERY;
                }
                let until = ports.next_note().map_or(next, |note| note.min(next));
                match ordered.recv_timeout(until.saturating_sub(started.elapsed())) {
                    Ok(Order::Lamp(port, message)) => ports.send(&port, message),
                    Ok(Order::Note(at, message)) => {
                        ports.note(at.saturating_duration_since(started), message);
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => {
                        ports.silence(started.elapsed());
                        return;
                    }
                }
                ports.play(started.elapsed());
            }
        };
        let thread = std::thread::Builder::new().name("midi".into()).spawn(watch);
        let thread = thread.map_err(|error| Error::file("start", "the MIDI thread".as_ref(), error))?;
        Ok(MidiPorts { orders: Some(orders), statuses, thread: Some(thread) })
    }

    /// Sends a message to a port, if it is there. Never waits.
    pub(crate) fn send(&self, port: String, message: Message) {
        if let Some(orders) = &self.orders {
            // A lamp that is not lit now is lit with its next change.
            let _ = orders.try_send(Order::Lamp(port, message));
        }
    }

    /// Sends a message to the port that it names, at a time. Never waits, unless more wait than anybody
    /// can play.
    pub(crate) fn note(&self, at: Instant, message: MidiOut) {
        if let Some(orders) = &self.orders {
            // The thread ends before us only by a panic, which has been reported.
            let _ = orders.send(Order::Note(at, message));
        }
    }

    pub(crate) fn statuses(&self) -> Vec<(String, Status)> {
        self.statuses.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for MidiPorts {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            // Its panic was reported where it happened.
            let _ = thread.join();
        }
    }
}

/// The ports that can be sent to, by their stable names and in the order of their numbers.
///
/// # Errors
/// Why there is no MIDI.
pub fn midi_outputs() -> Result<Vec<String>, String> {
    system_midi().outputs().map(|names| stable_names(&names))
}

/// The ports that can be listened to, by their stable names and in the order of their numbers.
///
/// # Errors
/// Why there is no MIDI.
pub fn midi_inputs() -> Result<Vec<String>, String> {
    system_midi().inputs().map(|names| stable_names(&names))
}
