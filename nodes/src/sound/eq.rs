//! Lows, middle and highs of a sound.

use pastiche_engine::audio::{AudioIo, AudioNode, BlockCtx};
use pastiche_engine::port::{Audio, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Range, Unit, range};
use pastiche_signals::{Equaliser, EqualiserSettings, HIGHEST_HZ, LOWEST_HZ};

use crate::sound::audio_effect::{Glides, Sounding, at_amount, each_sample};

const GAIN: Range = range(-18.0, 18.0);
const MOST_GAIN: Range = range(-36.0, 36.0);
const AUDIBLE: Range = range(20.0, 20_000.0);
const HZ: Range = range(LOWEST_HZ, HIGHEST_HZ);

const SOUND: In<Audio> = In::required("sound", "Sound to colour.");
const LOW: In<Control> =
    In::control("low", 0.0, Unit::Decibels, GAIN, MOST_GAIN, "How much louder the lows are.");
const MIDDLE: In<Control> =
    In::control("middle", 0.0, Unit::Decibels, GAIN, MOST_GAIN, "How much louder the middle is.");
const HIGH: In<Control> =
    In::control("high", 0.0, Unit::Decibels, GAIN, MOST_GAIN, "How much louder the highs are.");
const LOW_FREQUENCY: In<Control> =
    In::control("low_frequency", 200.0, Unit::Hz, AUDIBLE, HZ, "Lows are below this.");
const MIDDLE_FREQUENCY: In<Control> =
    In::control("middle_frequency", 1000.0, Unit::Hz, AUDIBLE, HZ, "The middle is around this.");
const HIGH_FREQUENCY: In<Control> =
    In::control("high_frequency", 4000.0, Unit::Hz, AUDIBLE, HZ, "Highs are above this.");
const AMOUNT: In<Control> = In::amount("How much of the colour: 0 is the sound as it was.");
const OUT: Out<Audio> = Out::new("sound", "The coloured sound.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "eq",
        category: Category::Sound,
        summary: "Lows, middle and highs, louder or softer.",
        doc: "An equaliser of three bands: a low shelf, a bell of about an octave and a half, and a high \
              shelf. Turned far down, a band is gone, as on a DJ's mixer. A band at 0 dB changes nothing.",
        example: "let bass = knob(\"bass\", -24, -36, 12);\nspeakers(eq(tone(110, #{ shape: \"saw\" }), bass, 0, 6));\n",
        inputs: &[
            &SOUND.0,
            &LOW.0,
            &MIDDLE.0,
            &HIGH.0,
            &LOW_FREQUENCY.0,
            &MIDDLE_FREQUENCY.0,
            &HIGH_FREQUENCY.0,
            &AMOUNT.0,
        ],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Sounding::boxed(Eq::default())),
}];

#[derive(Default)]
struct Eq {
    equaliser: Equaliser,
    glides: Glides<7>,
}

impl AudioNode for Eq {
    fn block(&mut self, _ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        let keys = [&LOW, &MIDDLE, &HIGH, &LOW_FREQUENCY, &MIDDLE_FREQUENCY, &HIGH_FREQUENCY, &AMOUNT];
        self.glides.toward(keys.map(|key| io.control(key)));
        each_sample(io, &SOUND, &OUT, |sound| {
            let [low, middle, high, low_hz, middle_hz, high_hz, amount] = self.glides.advance();
            let settings = EqualiserSettings {
                gains_db: [low, middle, high],
                frequencies_hz: [low_hz, middle_hz, high_hz],
            };
            at_amount(sound, self.equaliser.tick(sound, &settings), amount)
        });
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(self, old);
    }
}
