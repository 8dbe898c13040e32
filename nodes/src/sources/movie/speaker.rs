//! The audio half of a clip: it plays what the frames send, each sample at its own time.

use pastiche_engine::audio::{AudioIo, AudioNode, BlockCtx};
use pastiche_engine::clock::SAMPLE_RATE;
use rtrb::{Consumer, Producer, RingBuffer};

use super::SOUND;

/// Samples that may wait: two seconds, for patches of very few frames a second.
const WAITING: usize = 2 * SAMPLE_RATE as usize;

/// Samples in which sound comes and goes at a gap, 5 ms: a gap is no click.
const FADE: f32 = 240.0;

/// A sample and when it is heard.
type Timed = (u64, [f32; 2]);

/// The end in the frames.
pub(super) struct Sender(Producer<Timed>);

impl Sender {
    /// Sends samples, the first of which is heard at `start_sample`. What there is no room for is lost.
    pub(super) fn send(&mut self, start_sample: u64, samples: impl Iterator<Item = [f32; 2]>) {
        for (at, sample) in (start_sample..).zip(samples) {
            if self.0.push((at, sample)).is_err() {
                return;
            }
        }
    }
}

/// The end in the audio half.
pub(super) struct Speaker {
    samples: Consumer<Timed>,
    /// How far the sound has come in, 0 to 1.
    fade: f32,
    /// How much of the last sample before a gap is still heard, 1 to 0.
    tail: f32,
    last: [f32; 2],
}

/// Both ends of the way.
pub(super) fn way() -> (Sender, Speaker) {
    let (producer, samples) = RingBuffer::new(WAITING);
    (Sender(producer), Speaker { samples, fade: 1.0, tail: 0.0, last: [0.0; 2] })
}

impl Speaker {
    fn next(&mut self, at: u64) -> [f32; 2] {
        let mut heard = None;
        while heard.is_none() && self.samples.peek().is_ok_and(|(sample, _)| *sample <= at) {
            heard = self.samples.pop().ok().filter(|(sample, _)| *sample == at);
        }
        match heard {
            Some((_, sample)) => {
                self.fade = (self.fade + 1.0 / FADE).min(1.0);
                (self.tail, self.last) = (1.0, sample);
                sample.map(|side| side * self.fade)
            }
            None => {
                let fade = std::mem::replace(&mut self.fade, 0.0);
                // What was still coming in goes out from where it stood.
                self.tail = if fade > 0.0 { self.tail * fade } else { self.tail };
                self.tail = (self.tail - 1.0 / FADE).max(0.0);
                self.last.map(|side| side * self.tail)
            }
        }
    }
}

impl AudioNode for Speaker {
    fn block(&mut self, ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        let [left, right] = io.out(&SOUND);
        for (at, (left, right)) in (ctx.start_sample..).zip(left.iter_mut().zip(right)) {
            [*left, *right] = self.next(at);
        }
    }

    fn adopt(&mut self, old: &mut Self) {
        (self.tail, self.last, self.fade) = (old.tail, old.last, 0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_heard_at_their_time_and_a_gap_is_no_click() {
        let (mut sender, mut speaker) = way();
        sender.send(10, [[0.5; 2]; 100].into_iter());
        sender.send(1000, [[0.5; 2]; 1000].into_iter());
        let heard: Vec<f32> = (0..2000).map(|at| speaker.next(at)[0]).collect();
        assert!(heard[9] == 0.0 && heard[10] > 0.0 && heard[109] > 0.2, "it comes in behind a silence");
        assert!((110..2000).all(|at| (heard[at] - heard[at - 1]).abs() < 0.004), "{heard:?}");
        assert_eq!((heard[800], heard[1500]), (0.0, 0.5));
    }

    #[test]
    fn what_comes_too_late_is_lost() {
        let (mut sender, mut speaker) = way();
        sender.send(0, (0..100).map(|number| [number as f32; 2]));
        assert_eq!(speaker.next(50), [50.0; 2]);
        assert_eq!(speaker.next(51), [51.0; 2]);
    }
}
