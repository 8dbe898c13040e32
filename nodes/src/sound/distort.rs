//! The amplifier that was pushed too far.

use pastiche_engine::audio::{AudioIo, AudioNode, BlockCtx};
use pastiche_engine::port::{Audio, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};
use pastiche_signals::{Distortion, DistortionSettings, ratio_of};

use crate::sound::audio_effect::{Glides, Sounding, at_amount, each_sample};

const SOUND: In<Audio> = In::required("sound", "Sound to bend.");
const DRIVE: In<Control> = In::control(
    "drive",
    12.0,
    Unit::Decibels,
    range(0.0, 48.0),
    range(-48.0, 96.0),
    "How much louder the sound goes in.",
);
const BIAS: In<Control> = In::control(
    "bias",
    0.0,
    Unit::Ratio,
    range(-1.0, 1.0),
    range(-4.0, 4.0),
    "How far the wave is pushed to one side: even overtones, and a sputter where it is loud.",
);
const FOLD: In<Control> = In::control(
    "fold",
    0.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-1.0, 2.0),
    "From saturating (0) to folding the wave over where it is too loud (1).",
);
const LEVEL: In<Control> = In::control(
    "level",
    0.5,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-16.0, 16.0),
    "How loud it comes out; driven hard, 1 is full scale.",
);
const AMOUNT: In<Control> = In::amount("How much of the bent sound: 0 is the sound as it was.");
const OUT: Out<Audio> = Out::new("sound", "The bent sound.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "distort",
        category: Category::Sound,
        summary: "The guitar amplifier that was pushed too far.",
        doc: "Drives the sound into a soft wall, or folds it over. It works at four times the sample rate: the \
              worst alias below 20 kHz of a sine at -2 dB is 87 dB below it with 12 dB of drive, and 48 dB \
              with 36 dB of drive. It has no delay, but turns phases as an amplifier does.",
        example: "let pedal = knob(\"pedal\", 24, 0, 60);\nspeakers(distort(tone(82.4, 0.5), pedal, 0.2, 0.3, 0.2));\n",
        inputs: &[&SOUND.0, &DRIVE.0, &BIAS.0, &FOLD.0, &LEVEL.0, &AMOUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Sounding::boxed(Distort::default())),
}];

#[derive(Default)]
struct Distort {
    distortion: Distortion,
    glides: Glides<5>,
}

impl AudioNode for Distort {
    fn block(&mut self, _ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        let [bias, fold, level, amount] = [&BIAS, &FOLD, &LEVEL, &AMOUNT].map(|key| io.control(key));
        self.glides.toward([ratio_of(io.control(&DRIVE)), bias, fold, level, amount]);
        each_sample(io, &SOUND, &OUT, |sound| {
            let [drive, bias, fold, level, amount] = self.glides.advance();
            let bent = self.distortion.tick(sound, &DistortionSettings { drive, bias, fold });
            at_amount(sound, bent.map(|sample| sample * level as f32), amount)
        });
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(self, old);
    }
}
