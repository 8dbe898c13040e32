//! A room for a sound.

use pastiche_engine::audio::{AudioIo, AudioNode, BlockCtx};
use pastiche_engine::port::{Audio, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Opt, Out, Unit, range};
use pastiche_signals as signals;
use pastiche_signals::ReverbSettings;

use crate::sound::audio_effect::{Glides, Sounding, each_sample, with_more};

const SOUND: In<Audio> = In::required("sound", "Sound in the room.");
const DECAY: In<Control> = In::control(
    "decay",
    2.5,
    Unit::Secs,
    range(0.1, 12.0),
    range(0.02, 1000.0),
    "Until the room is silent: 60 dB softer. Very long ones hold a sound for good.",
);
const DAMPING: In<Control> = In::control(
    "damping",
    0.3,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 1.0),
    "How much faster highs decay: 0 is stone, 1 is velvet.",
);
const AMOUNT: In<Control> = In::amount("How loud the room is: 0 is the sound alone.");
const OUT: Out<Audio> = Out::new("sound", "The sound in its room.");

const SIZE: Opt<f64> =
    Opt::number("size", 1.0, range(0.05, 8.0), "Size of the room: 0.2 is a chamber, 1 a hall, 4 a canyon.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "reverb",
        category: Category::Sound,
        summary: "A room, from a chamber to a cathedral.",
        doc: "Reverberation behind the sound itself. Decay and damping move while it sounds; without damping \
              the decay is true to 7%. However long the decay and however loud the sound, what is in the room is \
              held below 30 dB over full scale.",
        example: "let drop = gain(tone(660), envelope(0, #{ trigger: every(4), decay: 0.1, sustain: 0 }));\n\
                  speakers(reverb(drop, 4, 0.4, 0.7));\n",
        inputs: &[&SOUND.0, &DECAY.0, &DAMPING.0, &AMOUNT.0],
        options: &[SIZE.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| {
        let reverb = signals::Reverb::new(options.get(&SIZE));
        Ok(Sounding::boxed(Room { reverb, glides: Glides::default() }))
    },
}];

struct Room {
    reverb: signals::Reverb,
    /// Amount alone: the room's own memory smooths the rest.
    glides: Glides<1>,
}

impl AudioNode for Room {
    fn block(&mut self, _ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        self.glides.toward([io.control(&AMOUNT)]);
        let settings = ReverbSettings { decay_secs: io.control(&DECAY), damping: io.control(&DAMPING) };
        each_sample(io, &SOUND, &OUT, |sound| {
            let [amount] = self.glides.advance();
            with_more(sound, self.reverb.tick(sound, &settings), amount)
        });
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(&mut self.glides, &mut old.glides);
        // The sound of a room of another size does not fit.
        if self.reverb.is_as_large_as(&old.reverb) {
            std::mem::swap(&mut self.reverb, &mut old.reverb);
        }
    }
}
