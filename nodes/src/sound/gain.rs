//! Makes sound louder or softer.

use pastiche_engine::audio::{AudioIo, AudioNode, BlockCtx, Smoothed};
use pastiche_engine::port::{Audio, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::sound::audio_effect::Sounding;

const SOUND: In<Audio> = In::required("sound", "Sound to make louder or softer.");
const LEVEL: In<Control> = In::control(
    "level",
    1.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-16.0, 16.0),
    "Loudness: 0 is silence, 1 leaves it as it is, below 0 turns it over.",
);
const OUT: Out<Audio> = Out::new("sound", "The sound at its new loudness.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "gain",
        category: Category::Sound,
        summary: "Makes sound louder or softer.",
        doc: "Multiplies the sound by `level`, which glides, so that a fader makes no clicks.",
        example: "let fader = knob(0.5);\nspeakers(gain(tone(220), fader));\n",
        inputs: &[&SOUND.0, &LEVEL.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Sounding::boxed(Fader::default())),
}];

#[derive(Default)]
struct Fader {
    level: Smoothed,
}

impl AudioNode for Fader {
    fn block(&mut self, ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        self.level.toward(io.control(&LEVEL));
        let Some([left_in, right_in]) = io.audio(&SOUND) else {
            // The fader moves on in silence, so that it does not matter when the sound begins.
            for _ in 0..ctx.samples {
                self.level.advance();
            }
            return;
        };
        let [left, right] = io.out(&OUT);
        let outputs = left.iter_mut().zip(right);
        for ((left, right), (left_in, right_in)) in outputs.zip(left_in.iter().zip(right_in)) {
            let level = self.level.advance() as f32;
            (*left, *right) = (left_in * level, right_in * level);
        }
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(self, old);
    }
}
