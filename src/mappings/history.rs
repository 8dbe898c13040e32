//! What was moved by hand, to take it back.

use std::time::Duration;

use engine::address::ControlAddress;
use pastiche_engine as engine;

/// One move: however many steps it took, it is taken back at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// What was moved.
    pub control: ControlAddress,
    /// The value before.
    pub from: f64,
    /// The value after.
    pub to: f64,
}

/// The moves that were made by hand, the newest last.
#[derive(Clone, Debug, Default)]
pub struct History {
    moves: Vec<Move>,
    /// When the newest step came.
    last: Duration,
}

/// Steps of one control that follow each other so closely are one move.
const PAUSE: Duration = Duration::from_millis(500);

/// This many moves can be taken back.
const MOST: usize = 1000;

impl History {
    /// A hand moved a control; times are those of any clock that never goes back.
    pub fn note(&mut self, control: &ControlAddress, from: f64, to: f64, at: Duration) {
        let follows = at.saturating_sub(self.last) < PAUSE;
        self.last = at;
        match self.moves.last_mut() {
            Some(last) if follows && last.control == *control => last.to = to,
            _ if from == to => {}
            _ => {
                if self.moves.len() == MOST {
                    self.moves.remove(0);
                }
                self.moves.push(Move { control: control.clone(), from, to });
            }
        }
    }

    /// The newest move, which is taken back by setting its control to `from`.
    pub fn undo(&mut self) -> Option<Move> {
        // What comes next is a move of its own.
        self.last = Duration::ZERO;
        self.moves.pop()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knob(name: &str) -> ControlAddress {
        ControlAddress::knob(name)
    }

    fn after(millis: u64) -> Duration {
        Duration::from_millis(10_000 + millis)
    }

    #[test]
    fn a_gesture_is_taken_back_as_one() {
        let mut history = History::default();
        for step in 0..10 {
            let place = |step: u64| step as f64 / 10.0;
            history.note(&knob("glow"), place(step), place(step + 1), after(step * 20));
        }
        history.note(&knob("soft"), 0.0, 0.5, after(220));
        history.note(&knob("glow"), 1.0, 0.7, after(240));
        history.note(&knob("glow"), 0.7, 0.8, after(2000));
        history.note(&knob("still"), 1.0, 1.0, after(2001));
        let undone: Vec<(ControlAddress, f64)> =
            std::iter::from_fn(|| history.undo()).map(|last| (last.control, last.from)).collect();
        let expected = [(knob("glow"), 0.7), (knob("glow"), 1.0), (knob("soft"), 0.0), (knob("glow"), 0.0)];
        assert_eq!(undone, expected);
        assert_eq!(history.undo(), None);
    }

    #[test]
    fn a_night_of_moves_stays_small() {
        let mut history = History::default();
        for step in 0..5 * MOST {
            history.note(&knob("glow"), step as f64, step as f64 + 1.0, after(1000 * step as u64));
        }
        assert_eq!(history.moves.len(), MOST);
        assert_eq!(history.undo().map(|last| last.to), Some((5 * MOST) as f64));
    }
}
