//! Where sound goes: a sound card, or a silent one that keeps the pace.

mod audio_input;
mod card;
mod card_supervisor;
mod cards;
mod clock;
mod denormals;
mod guard;
mod inlet;
mod output;
mod silent;
mod speakers;

pub use audio_input::{SystemAudioInputs, audio_inputs};
pub use card::{SystemSoundCards, sound_cards};
pub use cards::{OpenCard, SoundCards};
pub(crate) use clock::SoundClock;
pub(crate) use inlet::SoundInlet;
pub use output::CardOutput;
pub(crate) use silent::SilentCard;
pub(crate) use speakers::Speakers;

/// Where the sound of a live player goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SoundOutput {
    /// Nowhere: the audio half runs, and nothing is heard.
    #[default]
    Silent,
    /// The system's own choice.
    Default,
    /// The first sound card whose name holds this text, in any case.
    Named(String),
}
