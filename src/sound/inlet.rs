//! The straight way of played notes to the sound: from the thread on which they come.

use std::sync::Arc;
use std::time::Instant;

use engine::audio::MidiInlet;
use engine::take::Input;
use pastiche_engine as engine;

use super::SoundClock;

/// Gives played notes to the sound, in the time of the sound card.
#[derive(Clone, Debug)]
pub(crate) struct SoundInlet {
    pub(super) inlet: MidiInlet,
    pub(super) clock: Arc<SoundClock>,
    pub(super) epoch: Instant,
}

impl SoundInlet {
    /// Something came at a time. Returns the sample at which it is heard; `None` where it is not played, or no
    /// card plays: then the frames give it to the sound.
    pub(crate) fn play(&self, at: Instant, input: &Input) -> Option<u64> {
        if !input.is_played() {
            return None;
        }
        let sample = self.clock.note_at(at.saturating_duration_since(self.epoch))?;
        self.inlet.input(input, sample)
    }
}

#[cfg(test)]
mod tests;
