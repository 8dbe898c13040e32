//! Holds loud sound back.

use pastiche_engine::audio::{AudioIo, AudioNode, BlockCtx};
use pastiche_engine::port::{Audio, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};
use pastiche_signals::{Compressor, CompressorSettings, ratio_of};

use crate::sound::audio_effect::{Glides, Side, Sounding, at_amount, each_sample};

const SOUND: In<Audio> = In::required("sound", "Sound to hold back.");
const THRESHOLD: In<Control> = In::control(
    "threshold",
    -18.0,
    Unit::Decibels,
    range(-60.0, 0.0),
    range(-200.0, 120.0),
    "Sound louder than this is held back.",
);
const RATIO: In<Control> = In::control(
    "ratio",
    4.0,
    Unit::None,
    range(1.0, 20.0),
    range(1.0, 1000.0),
    "How many decibels above the threshold become one.",
);
const ATTACK: In<Control> = In::control(
    "attack",
    0.01,
    Unit::Secs,
    range(0.0, 0.2),
    range(0.0, 60.0),
    "How long it takes to hold back, to 63%.",
);
const RELEASE: In<Control> = In::control(
    "release",
    0.15,
    Unit::Secs,
    range(0.01, 2.0),
    range(0.0, 60.0),
    "How long it takes to let go, to 63%.",
);
const MAKEUP: In<Control> = In::control(
    "makeup",
    0.0,
    Unit::Decibels,
    range(0.0, 24.0),
    range(-60.0, 60.0),
    "How much louder all of it comes out.",
);
const AMOUNT: In<Control> = In::amount("How much of the held sound: 0 is the sound as it was.");
const SIDE: In<Audio> = In::optional("side", "What is listened to; without it, the sound itself.");
const OUT: Out<Audio> = Out::new("sound", "The held sound.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "compress",
        category: Category::Sound,
        summary: "Holds loud sound back.",
        doc: "Makes loud sound softer, so that all of it can be louder. With a kick drum at `side`, a pad \
              ducks under each beat. The curve is round over 6 dB around the threshold; its ears are the \
              louder of left and right.",
        example: "let kick = gain(tone(55, 0.8), envelope(0, #{ trigger: every(1), decay: 0.15, sustain: 0 }));\n\
                  let pad = tone(220, 0.4, #{ shape: \"saw\" });\n\
                  speakers(mix([kick, compress(pad, -30, 8, #{ side: kick })], [1, 1]));\n",
        inputs: &[&SOUND.0, &THRESHOLD.0, &RATIO.0, &ATTACK.0, &RELEASE.0, &MAKEUP.0, &AMOUNT.0, &SIDE.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Sounding::boxed(Compress::default())),
}];

#[derive(Default)]
struct Compress {
    compressor: Compressor,
    /// Makeup and amount; the compressor itself moves slowly.
    glides: Glides<2>,
}

impl AudioNode for Compress {
    fn block(&mut self, _ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        self.glides.toward([ratio_of(io.control(&MAKEUP)), io.control(&AMOUNT)]);
        let settings = CompressorSettings {
            threshold_db: io.control(&THRESHOLD),
            ratio: io.control(&RATIO),
            attack_secs: io.control(&ATTACK),
            release_secs: io.control(&RELEASE),
        };
        let mut heard = Side::of(io, &SIDE);
        each_sample(io, &SOUND, &OUT, |sound| {
            let [makeup, amount] = self.glides.advance();
            let gain = (self.compressor.tick(heard.next_or(sound), &settings) * makeup) as f32;
            at_amount(sound, sound.map(|sample| sample * gain), amount)
        });
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(self, old);
    }
}
