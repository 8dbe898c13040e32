//! A ceiling for loud sound.

use pastiche_engine::audio::{AudioIo, AudioNode, BlockCtx};
use pastiche_engine::port::{Audio, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};
use pastiche_signals as signals;
use pastiche_signals::LimiterSettings;

use crate::sound::audio_effect::{Glides, Sounding, at_amount, each_sample};

const SOUND: In<Audio> = In::required("sound", "Sound to keep below a ceiling.");
const CEILING: In<Control> = In::control(
    "ceiling",
    -0.3,
    Unit::Decibels,
    range(-24.0, 0.0),
    range(-120.0, 60.0),
    "No sample is louder than this.",
);
const RELEASE: In<Control> = In::control(
    "release",
    0.1,
    Unit::Secs,
    range(0.01, 1.0),
    range(0.0, 60.0),
    "How long it takes to let go, to 63%.",
);
const AMOUNT: In<Control> = In::amount("How much of the limited sound: 0 is the sound as it was.");
const OUT: Out<Audio> = Out::new("sound", "The sound below its ceiling.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "limiter",
        category: Category::Sound,
        summary: "Keeps every sample below a ceiling.",
        doc: "Turns loud sound down at once and lets go slowly. It looks at samples, not between them, and \
              does not look ahead, so that it has no delay. What is below the ceiling is left alone.",
        example: "let drive = knob(\"drive\", 4, 0, 16);\nspeakers(limiter(gain(tone(110), drive), -3));\n",
        inputs: &[&SOUND.0, &CEILING.0, &RELEASE.0, &AMOUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Sounding::boxed(Limiter::default())),
}];

#[derive(Default)]
struct Limiter {
    limiter: signals::Limiter,
    glides: Glides<2>,
}

impl AudioNode for Limiter {
    fn block(&mut self, _ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        self.glides.toward([&CEILING, &AMOUNT].map(|key| io.control(key)));
        let release_secs = io.control(&RELEASE);
        each_sample(io, &SOUND, &OUT, |sound| {
            let [ceiling_db, amount] = self.glides.advance();
            let limited = self.limiter.tick(sound, &LimiterSettings { ceiling_db, release_secs });
            at_amount(sound, limited, amount)
        });
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(self, old);
    }
}
