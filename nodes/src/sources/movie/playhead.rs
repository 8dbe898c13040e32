//! Where a clip plays.

use super::decoder::Place;

/// The place that is shown, to a part of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Playhead {
    round: i64,
    /// Pictures since the beginning of the round.
    at: f64,
    /// Whether it stays on the last picture.
    is_done: bool,
}

impl Playhead {
    /// Jumps to a share of a clip of this many pictures.
    pub(super) fn jump(&mut self, share: f64, length: u64) {
        self.at = (share * length as f64).clamp(0.0, length.saturating_sub(1) as f64);
        self.is_done = false;
    }

    /// Moves by this many pictures.
    pub(super) fn advance(&mut self, pictures: f64) {
        if !self.is_done {
            self.at += pictures;
        }
    }

    /// Starts over behind the end, or stays on the last picture. How often the end was passed.
    pub(super) fn turn(&mut self, length: u64, repeats: bool) -> u32 {
        let length = length.max(1) as f64;
        if self.at < length {
            return 0;
        }
        if !repeats {
            (self.at, self.is_done) = (length - 1.0, true);
            return 1;
        }
        let rounds = (self.at / length).floor();
        self.round = self.round.saturating_add(rounds as i64);
        self.at = (self.at - rounds * length).clamp(0.0, length - f64::EPSILON);
        rounds as u32
    }

    pub(super) fn place(&self) -> Place {
        Place { round: self.round, picture: self.at as u64 }
    }

    /// The share of a clip of this many pictures that lies behind it.
    pub(super) fn share(&self, length: u64) -> f64 {
        (self.at / length.max(1) as f64).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_starts_over_or_stays() {
        let mut head = Playhead::default();
        head.jump(0.5, 10);
        head.advance(4.5);
        assert_eq!((head.turn(10, true), head.place()), (0, Place { round: 0, picture: 9 }));
        head.advance(1.0);
        assert_eq!((head.turn(10, true), head.place()), (1, Place { round: 1, picture: 0 }));
        head.advance(31.0);
        assert_eq!((head.turn(10, true), head.place()), (3, Place { round: 4, picture: 1 }));
        let mut head = Playhead::default();
        head.jump(1.0, 10);
        for passed in [1, 0, 0, 0] {
            assert_eq!(head.place().picture, 9);
            head.advance(0.6);
            head.advance(0.6);
            assert_eq!((head.turn(10, false), head.place()), (passed, Place { round: 0, picture: 9 }));
        }
        head.jump(0.9, 10);
        head.advance(1.0);
        assert_eq!(head.turn(10, false), 1, "a jump lets it go on");
    }

    #[test]
    fn a_clip_of_one_picture_turns_on_the_spot() {
        let mut head = Playhead::default();
        for _ in 0..100 {
            head.advance(0.7);
            head.turn(1, true);
            assert_eq!(head.place().picture, 0);
        }
        head.jump(1.0, 0);
        assert_eq!(head.place().picture, 0);
    }
}
