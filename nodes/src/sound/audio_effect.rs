//! What nodes that shape sound share.

use pastiche_engine::audio::{AudioIo, AudioNode, Smoothed};
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Audio;
use pastiche_engine::spec::{In, Out};

/// The frame half of a node whose work is all done in its audio half.
pub(crate) struct Sounding(Option<Box<dyn AudioNode>>);

impl Sounding {
    pub(crate) fn boxed(half: impl AudioNode) -> Box<dyn Node> {
        Box::new(Sounding(Some(Box::new(half))))
    }
}

impl Node for Sounding {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, _io: &mut Io<'_>) -> Result<(), Fault> {
        Ok(())
    }

    fn take_audio(&mut self) -> Option<Box<dyn AudioNode>> {
        self.0.take()
    }
}

/// Several controls that glide together.
pub(crate) struct Glides<const N: usize>([Smoothed; N]);

impl<const N: usize> Default for Glides<N> {
    fn default() -> Glides<N> {
        Glides(std::array::from_fn(|_| Smoothed::default()))
    }
}

impl<const N: usize> Glides<N> {
    /// Sets where they go; once a block.
    pub(crate) fn toward(&mut self, targets: [f64; N]) {
        self.0.iter_mut().zip(targets).for_each(|(glide, target)| glide.toward(target));
    }

    /// The values at the next sample.
    pub(crate) fn advance(&mut self) -> [f64; N] {
        std::array::from_fn(|position| self.0[position].advance())
    }
}

/// Passes each sample of a block through `shape`; what is not wired is silence.
pub(crate) fn each_sample(
    io: &mut AudioIo<'_>,
    sound: &In<Audio>,
    out: &Out<Audio>,
    mut shape: impl FnMut([f32; 2]) -> [f32; 2],
) {
    let sound = io.audio(sound);
    let [left, right] = io.out(out);
    for (position, (left, right)) in left.iter_mut().zip(right).enumerate() {
        let sample = sound.map_or([0.0; 2], |[left, right]| [left[position], right[position]]);
        [*left, *right] = shape(sample);
    }
}

/// The sound itself at amount 0, the effect at 1, and past both ends.
pub(crate) fn at_amount(sound: [f32; 2], effect: [f32; 2], amount: f64) -> [f32; 2] {
    if amount == 1.0 {
        return effect;
    }
    [0, 1].map(|side| sound[side] + (effect[side] - sound[side]) * amount as f32)
}

/// The sound and so much of what an effect adds.
pub(crate) fn with_more(sound: [f32; 2], more: [f32; 2], amount: f64) -> [f32; 2] {
    [0, 1].map(|side| sound[side] + more[side] * amount as f32)
}

/// What a node listens to instead of the sound that it shapes.
pub(crate) struct Side<'a> {
    sound: Option<[&'a [f32]; 2]>,
    position: usize,
}

impl<'a> Side<'a> {
    pub(crate) fn of(io: &AudioIo<'a>, side: &In<Audio>) -> Side<'a> {
        Side { sound: io.audio(side), position: 0 }
    }

    /// The next sample; without a side that of the sound itself.
    pub(crate) fn next_or(&mut self, sound: [f32; 2]) -> [f32; 2] {
        let Some([left, right]) = self.sound else { return sound };
        let sample = [left[self.position], right[self.position]];
        self.position += 1;
        sample
    }
}
