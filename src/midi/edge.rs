//! What MIDI asks of a machine: the outermost edge, which tests replace.

use std::any::Any;

/// What is called with the bytes of a port, on a thread of the system's.
pub type Hear = Box<dyn FnMut(&[u8]) + Send>;

/// A port that is open until it is dropped.
pub type OpenInput = Box<dyn Any + Send>;

/// What MIDI a machine has. Ports are chosen by their place in
/// the list that was asked for last.
pub trait MidiEdge: Send {
    /// The ports that can be listened to, by the system's names for them.
    ///
    /// # Errors
    /// Why there is no MIDI.
    fn inputs(&mut self) -> Result<Vec<String>, String>;

    /// The ports that can be sent to.
    ///
    /// # Errors
    /// Why there is no MIDI.
    fn outputs(&mut self) -> Result<Vec<String>, String>;

    /// Listens to a port.
    ///
    /// # Errors
    /// Why it cannot be opened.
    fn open_input(&mut self, place: usize, hear: Hear) -> Result<OpenInput, String>;

    /// Opens a port to send to.
    ///
    /// # Errors
    /// Why it cannot be opened.
    fn open_output(&mut self, place: usize) -> Result<Box<dyn MidiOutput>, String>;

    /// Makes a port of our own that other programs can send to; `None` where the system has none.
    ///
    /// # Errors
    /// Why it cannot be made.
    fn open_virtual(&mut self, name: &str, hear: Hear) -> Result<Option<OpenInput>, String>;
}

/// A port that can be sent to.
pub trait MidiOutput: Send {
    /// Sends one message.
    ///
    /// # Errors
    /// Why it was not sent.
    fn send(&mut self, bytes: &[u8]) -> Result<(), String>;
}
