//! Lets only loud sound through.

use pastiche_engine::audio::{AudioIo, AudioNode, BlockCtx};
use pastiche_engine::port::{Audio, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};
use pastiche_signals as signals;
use pastiche_signals::GateSettings;

use crate::sound::audio_effect::{Glides, Side, Sounding, at_amount, each_sample};

const SOUND: In<Audio> = In::required("sound", "Sound to let through.");
const THRESHOLD: In<Control> = In::control(
    "threshold",
    -40.0,
    Unit::Decibels,
    range(-80.0, 0.0),
    range(-200.0, 120.0),
    "Sound louder than this opens the gate; 3 dB below it closes.",
);
const ATTACK: In<Control> = In::control(
    "attack",
    0.002,
    Unit::Secs,
    range(0.0, 0.1),
    range(0.0, 60.0),
    "How long it takes to open, to 63%.",
);
const HOLD: In<Control> = In::control(
    "hold",
    0.05,
    Unit::Secs,
    range(0.0, 1.0),
    range(0.0, 60.0),
    "How long it stays open behind the last loud sample.",
);
const RELEASE: In<Control> = In::control(
    "release",
    0.1,
    Unit::Secs,
    range(0.0, 2.0),
    range(0.0, 60.0),
    "How long it takes to close, to 63%.",
);
const AMOUNT: In<Control> = In::amount("How far it closes: 0 is the sound as it was.");
const SIDE: In<Audio> = In::optional("side", "What opens the gate; without it, the sound itself.");
const OUT: Out<Audio> = Out::new("sound", "What the gate lets through.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "gate",
        category: Category::Sound,
        summary: "Lets only loud sound through.",
        doc: "Closes while the sound is soft: noise of a line goes, and a long sound is cut into pieces by \
              the rhythm of another at `side`. Its ears are the louder of left and right.",
        example: "let chop = gain(tone(60), envelope(0, #{ trigger: every(0.5), decay: 0.1, sustain: 0 }));\n\
                  let pad = tone(220, #{ shape: \"saw\" });\nspeakers(gate(pad, #{ side: chop, threshold: -30 }));\n",
        inputs: &[&SOUND.0, &THRESHOLD.0, &ATTACK.0, &HOLD.0, &RELEASE.0, &AMOUNT.0, &SIDE.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Sounding::boxed(Gate::default())),
}];

#[derive(Default)]
struct Gate {
    gate: signals::Gate,
    glides: Glides<1>,
}

impl AudioNode for Gate {
    fn block(&mut self, _ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        self.glides.toward([io.control(&AMOUNT)]);
        let settings = GateSettings {
            threshold_db: io.control(&THRESHOLD),
            attack_secs: io.control(&ATTACK),
            hold_secs: io.control(&HOLD),
            release_secs: io.control(&RELEASE),
        };
        let mut heard = Side::of(io, &SIDE);
        each_sample(io, &SOUND, &OUT, |sound| {
            let [amount] = self.glides.advance();
            let gain = self.gate.tick(heard.next_or(sound), &settings) as f32;
            at_amount(sound, sound.map(|sample| sample * gain), amount)
        });
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(self, old);
    }
}
