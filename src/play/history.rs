//! What the hands have moved, so that it can be put back.

use engine::clock::SAMPLE_RATE;
use engine::live::Live;
use engine::take::{Input, Stamped};
use pastiche_engine as engine;

/// Moves of one control that follow each other so closely are one: a slider that is dragged.
const ONE_MOVE_SAMPLES: u64 = SAMPLE_RATE / 2;

/// The oldest moves beyond so many are forgotten.
const MOST_MOVES: usize = 1000;

/// Moves by hand, the last one last.
#[derive(Debug, Default)]
pub(super) struct History {
    moves: Vec<Move>,
}

#[derive(Debug)]
struct Move {
    /// What puts it back.
    back: Input,
    /// When it was moved last.
    sample: u64,
}

impl History {
    /// Remembers what an input is about to change.
    pub(super) fn note(&mut self, live: &Live, stamped: &Stamped) {
        let Some(back) = live.inverse(&stamped.input) else { return };
        let sample = stamped.sample;
        if let Some(last) = self.moves.last_mut()
            && last.back.moves_the_same(&back)
            && sample.saturating_sub(last.sample) < ONE_MOVE_SAMPLES
        {
            last.sample = sample;
            return;
        }
        if self.moves.len() == MOST_MOVES {
            self.moves.remove(0);
        }
        self.moves.push(Move { back, sample });
    }

    /// What puts the last move back; it is forgotten then.
    #[cfg(feature = "stage")]
    pub(super) fn undo(&mut self) -> Option<Input> {
        self.moves.pop().map(|last| last.back)
    }
}
