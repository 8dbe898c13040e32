//! One voice as many.

use pastiche_engine::audio::{AudioIo, AudioNode, BlockCtx};
use pastiche_engine::port::{Audio, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};
use pastiche_signals as signals;
use pastiche_signals::ChorusSettings;

use crate::sound::audio_effect::{Glides, Sounding, at_amount, each_sample};

const SOUND: In<Audio> = In::required("sound", "Sound to multiply.");
const RATE: In<Control> = In::control(
    "rate",
    0.6,
    Unit::Hz,
    range(0.0, 8.0),
    range(-1000.0, 1000.0),
    "Swings a second; negative runs backwards.",
);
const DEPTH: In<Control> = In::control(
    "depth",
    0.003,
    Unit::Secs,
    range(0.0, 0.01),
    range(0.0, 0.05),
    "How far each voice swings in time, and so in pitch.",
);
const AMOUNT: In<Control> =
    In::amount("How many are heard: 0 is the sound alone, 1 as much chorus as sound.");
const OUT: Out<Audio> = Out::new("sound", "The sound and its chorus.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "chorus",
        category: Category::Sound,
        summary: "Makes one voice many.",
        doc: "Three more voices on each side, each a little late and a little out of tune by a slow swing; \
              those on the right are others than those on the left, so that the sound grows wide. Fast and \
              shallow it is a vibrato, deep it is seasick.",
        example: "speakers(chorus(tone(220, #{ shape: \"saw\" }), 0.5, 0.004));\n",
        inputs: &[&SOUND.0, &RATE.0, &DEPTH.0, &AMOUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Sounding::boxed(Chorus::default())),
}];

#[derive(Default)]
struct Chorus {
    chorus: signals::Chorus,
    glides: Glides<3>,
}

impl AudioNode for Chorus {
    fn block(&mut self, _ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        self.glides.toward([&RATE, &DEPTH, &AMOUNT].map(|key| io.control(key)));
        each_sample(io, &SOUND, &OUT, |sound| {
            let [rate_hz, depth_secs, amount] = self.glides.advance();
            let voices = self.chorus.tick(sound, &ChorusSettings { rate_hz, depth_secs });
            at_amount(sound, voices, 0.5 * amount)
        });
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(self, old);
    }
}
