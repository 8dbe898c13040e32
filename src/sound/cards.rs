//! The sound cards of a machine, seen from what plays on them: a trait. The cards themselves stand in
//! `card.rs`, and benches and tests put theirs in that place.

use std::any::Any;
use std::sync::mpsc::Sender;

use super::output::CardOutput;

/// A card that plays until it is dropped; with it goes its output.
pub type OpenCard = Box<dyn Any>;

/// The sound cards of a machine. Asked on a thread that may be kept waiting.
pub trait SoundCards: Send + Sync {
    /// Opens a card by a part of its name, or the system's own choice. `output` gives what fills the card's
    /// buffers, once its rate in hertz is known; `lost` receives why the card went away. Also gives what a
    /// person calls the card.
    ///
    /// # Errors
    /// Why there is no such card, or why it does not play.
    fn open(
        &self,
        name: Option<&str>,
        output: &mut dyn FnMut(u32) -> CardOutput,
        lost: Sender<String>,
    ) -> Result<(OpenCard, String), String>;
}
