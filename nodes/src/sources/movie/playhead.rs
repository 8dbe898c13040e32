//! Where a clip plays. A picture is here a tick of the clip: of a variable rate, one may last many.

use pastiche_engine::clock::FrameRate;

use super::decoder::Place;

/// The place that is shown, to a part of a picture. It is worked out from the number of frames since it last
/// jumped or changed its pace, not summed up: where a frame begins with a picture, it hits that picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Playhead {
    /// Pictures a second of the clip, as a ratio.
    clip: [f64; 2],
    /// Frames of the patch in this many seconds.
    frame_rate: FrameRate,
    /// How fast it plays: 1 as it was taken.
    rate: f64,
    /// Frames since `origin`.
    frames: u64,
    /// Where it was then, in pictures since the beginning of round `first`.
    origin: f64,
    first: i64,
    /// Rounds since then, of this many pictures.
    rounds: u64,
    length: f64,
    /// Whether it stays on the last picture.
    is_done: bool,
}

impl Playhead {
    /// At the beginning of a clip of this many pictures a second, as a ratio.
    pub(super) fn new(clip: [u32; 2]) -> Playhead {
        Playhead {
            clip: clip.map(f64::from),
            frame_rate: FrameRate { frames: 1, secs: 1 },
            rate: 0.0,
            frames: 0,
            origin: 0.0,
            first: 0,
            rounds: 0,
            length: f64::INFINITY,
            is_done: false,
        }
    }

    /// At the same place of a file that has changed.
    pub(super) fn carried(self, clip: [u32; 2]) -> Playhead {
        let (first, origin) = (self.first.saturating_add_unsigned(self.rounds), self.at());
        Playhead { first, origin, is_done: self.is_done, ..Playhead::new(clip) }
    }

    /// Pictures since the beginning of the round.
    fn at(&self) -> f64 {
        let passed = if self.rounds == 0 { 0.0 } else { self.rounds as f64 * self.length };
        let FrameRate { frames, secs } = self.frame_rate;
        // Whole numbers up to here: one rounding.
        let [above, below] = [self.clip[0] * f64::from(secs), self.clip[1] * f64::from(frames)];
        self.origin + self.rate * (self.frames as f64 * above / below) - passed
    }

    fn rest_at(&mut self, at: f64) {
        self.first = self.first.saturating_add_unsigned(self.rounds);
        (self.origin, self.frames, self.rounds) = (at, 0, 0);
    }

    /// Jumps to a share of a clip of this many pictures.
    pub(super) fn jump(&mut self, share: f64, length: u64) {
        self.rest_at((share * length as f64).clamp(0.0, length.saturating_sub(1) as f64));
        self.is_done = false;
    }

    /// Moves by this many frames of the patch, `rate` times as fast as the clip was taken.
    pub(super) fn advance(&mut self, frames: u64, frame_rate: FrameRate, rate: f64) {
        if self.is_done {
            return;
        }
        if (self.rate, self.frame_rate) != (rate, frame_rate) {
            self.rest_at(self.at());
            (self.rate, self.frame_rate) = (rate, frame_rate);
        }
        self.frames += frames;
    }

    /// Starts over behind the end, or stays on the last picture. How often the end was passed.
    pub(super) fn turn(&mut self, length: u64, repeats: bool) -> u32 {
        let length = length.max(1) as f64;
        if self.length != length {
            self.rest_at(self.at());
            self.length = length;
        }
        let at = self.at();
        if at < length {
            return 0;
        }
        if !repeats {
            self.rest_at(length - 1.0);
            self.is_done = true;
            return 1;
        }
        let rounds = (at / length) as u64;
        self.rounds += rounds;
        u32::try_from(rounds).unwrap_or(u32::MAX)
    }

    pub(super) fn place(&self) -> Place {
        Place { round: self.first.saturating_add_unsigned(self.rounds), picture: self.at().max(0.0) as u64 }
    }

    /// The round, and seconds since its beginning.
    pub(super) fn secs(&self) -> (i64, f64) {
        (self.first.saturating_add_unsigned(self.rounds), self.at().max(0.0) * self.clip[1] / self.clip[0])
    }

    /// Whether it stays on the last picture.
    pub(super) fn is_done(&self) -> bool {
        self.is_done
    }

    /// The share of a clip of this many pictures that lies behind it.
    pub(super) fn share(&self, length: u64) -> f64 {
        (self.at() / length.max(1) as f64).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: FrameRate = FrameRate { frames: 30, secs: 1 };

    fn head() -> Playhead {
        Playhead::new([30, 1])
    }

    #[test]
    fn it_starts_over_or_stays() {
        let mut head = head();
        head.jump(0.5, 10);
        head.advance(1, RATE, 4.5);
        assert_eq!((head.turn(10, true), head.place()), (0, Place { round: 0, picture: 9 }));
        head.advance(1, RATE, 1.0);
        assert_eq!((head.turn(10, true), head.place()), (1, Place { round: 1, picture: 0 }));
        head.advance(31, RATE, 1.0);
        assert_eq!((head.turn(10, true), head.place()), (3, Place { round: 4, picture: 1 }));
        let mut head = self::head();
        head.jump(1.0, 10);
        for passed in [1, 0, 0, 0] {
            assert_eq!(head.place().picture, 9);
            head.advance(2, RATE, 0.6);
            assert_eq!((head.turn(10, false), head.place()), (passed, Place { round: 0, picture: 9 }));
        }
        head.jump(0.9, 10);
        head.advance(1, RATE, 1.0);
        assert_eq!(head.turn(10, false), 1, "a jump lets it go on");
    }

    #[test]
    fn a_clip_of_one_picture_turns_on_the_spot() {
        let mut head = head();
        for _ in 0..100 {
            head.advance(1, RATE, 0.7);
            head.turn(1, true);
            assert_eq!(head.place().picture, 0);
        }
        head.jump(1.0, 0);
        assert_eq!(head.place().picture, 0);
    }

    #[test]
    fn a_shorter_clip_than_was_said_turns_where_it_ends() {
        let mut head = head();
        head.advance(25, RATE, 1.0);
        assert_eq!((head.turn(100, true), head.place().picture), (0, 25));
        assert_eq!((head.turn(10, true), head.place()), (2, Place { round: 2, picture: 5 }));
    }

    #[test]
    fn every_picture_has_its_own_time_over_ten_hours_at_any_pair_of_rates() {
        let rates: [[u32; 2]; 13] = [
            [24_000, 1001],
            [24, 1],
            [25, 1],
            [30_000, 1001],
            [30, 1],
            [48, 1],
            [50, 1],
            [60_000, 1001],
            [60, 1],
            [72, 1],
            [90, 1],
            [120_000, 1001],
            [120, 1],
        ];
        for clip in rates {
            for [frames, secs] in rates {
                let ten_hours = 36_000 * u64::from(frames) / u64::from(secs);
                for length in [u64::MAX, 1009] {
                    let mut head = Playhead::new(clip);
                    let mut before = 0;
                    for frame in (0..500).chain(ten_hours..ten_hours + 500) {
                        head.advance(frame - before, FrameRate { frames, secs }, 1.0);
                        before = frame;
                        head.turn(length, true);
                        let above = u128::from(frame) * u128::from(clip[0]) * u128::from(secs);
                        let below = u128::from(clip[1]) * u128::from(frames);
                        let due = (above / below) as u64;
                        let place = Place { round: (due / length) as i64, picture: due % length };
                        assert_eq!(head.place(), place, "{clip:?} at {frames}/{secs}, frame {frame}");
                    }
                }
            }
        }
    }
}
