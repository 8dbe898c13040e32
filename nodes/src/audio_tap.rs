//! What nodes that listen to a sound share.

use pastiche_engine::audio::{AudioIo, AudioNode, BlockCtx, SoundReceiver, SoundSender, outlet};
use pastiche_engine::node::FrameCtx;
use pastiche_engine::port::Audio;
use pastiche_engine::spec::In;

/// The sound of every node that listens.
pub(crate) const SOUND: In<Audio> = In::required("sound", "Sound to listen to.");

/// Hears in the frame half what the audio half of the node is given. The work is all done in the
/// frame half: the audio thread only copies samples.
pub(crate) struct AudioTap {
    /// Until the audio half is taken.
    sender: Option<SoundSender>,
    receiver: SoundReceiver,
    heard: Vec<[f32; 2]>,
}

impl Default for AudioTap {
    fn default() -> AudioTap {
        let (sender, receiver) = outlet();
        AudioTap { sender: Some(sender), receiver, heard: Vec::new() }
    }
}

impl AudioTap {
    /// The audio half of the node, once.
    pub(crate) fn take_audio(&mut self) -> Option<Box<dyn AudioNode>> {
        self.sender.take().map(|sender| Box::new(Tap(sender)) as Box<dyn AudioNode>)
    }

    /// What was heard since the frame before.
    pub(crate) fn hear(&mut self, ctx: &FrameCtx<'_>) -> &[[f32; 2]] {
        self.heard.clear();
        self.receiver.receive(&ctx.tick, &mut self.heard);
        &self.heard
    }

    /// What was heard before a transport time and not asked for yet: stretches without a gap, each with
    /// the transport time of its first sample.
    pub(crate) fn stretches(&mut self, before: u64) -> Vec<(u64, Vec<[f32; 2]>)> {
        let mut stretches: Vec<(u64, Vec<[f32; 2]>)> = Vec::new();
        while let Some((at, sound)) = self.receiver.next(before) {
            match stretches.last_mut() {
                Some((from, stretch)) if *from + stretch.len() as u64 == at => stretch.push(sound),
                _ => stretches.push((at, vec![sound])),
            }
        }
        stretches
    }

    /// Goes on hearing what the ear of the node before hears; the audio halves do the same.
    pub(crate) fn adopt(&mut self, old: &mut AudioTap) {
        std::mem::swap(&mut self.receiver, &mut old.receiver);
    }
}

/// The audio half.
struct Tap(SoundSender);

impl AudioNode for Tap {
    fn block(&mut self, ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        self.0.send(ctx, io.audio(&SOUND));
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(self, old);
    }
}
