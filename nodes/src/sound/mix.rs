//! Several sounds in one.

use pastiche_engine::audio::{AudioIo, AudioNode, BlockCtx, MAX_BLOCK, Smoothed};
use pastiche_engine::port::{Audio, Control, List};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::sound::audio_effect::Sounding;

const SOUNDS: In<List<Audio>> = In::required("sounds", "Sounds to mix.");
const LEVELS: In<List<Control>> = In::controls(
    "levels",
    Unit::Ratio,
    range(0.0, 1.0),
    range(-16.0, 16.0),
    "Loudness of each sound, in the same order: 0 is silence, 1 leaves it as it is.",
);
const OUT: Out<Audio> = Out::new("sound", "All sounds in one.");

/// This many levels glide; those behind them jump.
const MOST_FADERS: usize = 256;

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "mix",
        category: Category::Sound,
        summary: "Mixes several sounds.",
        doc: "Adds sounds, each as loud as its level says; a sound without a level is left as it is. The \
              levels glide, so that a fader makes no clicks.",
        example: "let fader = knob(0.5);\n\
                  speakers(mix([tone(220), tone(277), tone(330)], [0.5, fader, lfo(0.5) * 0.2 + 0.2]));\n",
        inputs: &[&SOUNDS.0, &LEVELS.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Sounding::boxed(Mix::default())),
}];

struct Mix {
    /// As many as there may be: a list that grows must not allocate.
    faders: Box<[Smoothed]>,
}

impl Default for Mix {
    fn default() -> Mix {
        Mix { faders: vec![Smoothed::default(); MOST_FADERS].into() }
    }
}

impl AudioNode for Mix {
    fn block(&mut self, ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        let (sounds, mut levels) = (io.audios(&SOUNDS), io.controls(&LEVELS));
        let [left, right] = io.out(&OUT);
        for (position, sound) in sounds.enumerate() {
            let level = levels.next().unwrap_or(1.0);
            let mut gains = [level as f32; MAX_BLOCK];
            if let Some(fader) = self.faders.get_mut(position) {
                fader.toward(level);
                // A fader moves on in silence, so that it does not matter when the sound begins.
                gains[..ctx.samples].fill_with(|| fader.advance() as f32);
            }
            let Some(sound) = sound else { continue };
            for ((out, sound), gain) in left.iter_mut().zip(sound[0]).zip(gains) {
                *out += sound * gain;
            }
            for ((out, sound), gain) in right.iter_mut().zip(sound[1]).zip(gains) {
                *out += sound * gain;
            }
        }
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(self, old);
    }
}
