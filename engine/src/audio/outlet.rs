//! The way of sound out of the audio half, for nodes that listen.

use rtrb::{Consumer, Producer, RingBuffer};

use super::BlockCtx;
use crate::clock::Tick;

/// Samples that may wait for the frame side: the longest frame, of a second, and some.
const WAITING: usize = 1 << 16;

/// A sample, and its transport time.
type Stamped = (u64, [f32; 2]);

/// The two ends of a wait-free way from the audio half of a node to its frame half. Make it when the
/// node is built. When a node takes over from another, both of its halves must swap their ends, or
/// none: then nothing is lost on the way.
pub fn outlet() -> (SoundSender, SoundReceiver) {
    let (producer, consumer) = RingBuffer::new(WAITING);
    (SoundSender(producer), SoundReceiver(consumer))
}

/// The audio half's end.
pub struct SoundSender(Producer<Stamped>);

impl SoundSender {
    /// Sends the sound of a block; `None` is silence. Neither waits nor allocates: while the frame
    /// side stands still for more than a second, what has no room is left out.
    pub fn send(&mut self, ctx: &BlockCtx, sound: Option<[&[f32]; 2]>) {
        for position in 0..ctx.samples {
            let sample = sound.map_or([0.0; 2], |[left, right]| [left[position], right[position]]);
            // A full queue is a frame side that stands still: no one misses what it cannot show.
            let _ = self.0.push((ctx.start_sample + position as u64, sample));
        }
    }
}

/// The frame half's end.
pub struct SoundReceiver(Consumer<Stamped>);

impl SoundReceiver {
    /// Adds what was heard since the frame before to `heard`: every sample before the start of this
    /// frame that the audio half has made by now. Offline that is exactly the sound of the frame
    /// before; live it may come a frame later, but none is left out.
    pub fn receive(&mut self, tick: &Tick, heard: &mut Vec<[f32; 2]>) {
        heard.extend(std::iter::from_fn(|| self.next(tick.start_sample)).map(|(_, sound)| sound));
    }

    /// The next sample that was heard before a transport time, with its own.
    pub fn next(&mut self, before: u64) -> Option<(u64, [f32; 2])> {
        self.0.peek().is_ok_and(|(sample, _)| *sample < before).then(|| self.0.pop().ok()).flatten()
    }
}
