//! Lets a part of a sound pass.

use pastiche_engine::audio::{AudioIo, AudioNode, BlockCtx};
use pastiche_engine::port::{Audio, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};
use pastiche_signals as signals;
use pastiche_signals::{HIGHEST_HZ, LOWEST_HZ, MOST_RESONANCE, Response};

use crate::sound::audio_effect::{Glides, Sounding, at_amount, each_sample};

const SOUND: In<Audio> = In::required("sound", "Sound to filter.");
const CUTOFF: In<Control> = In::control(
    "cutoff",
    1000.0,
    Unit::Hz,
    range(20.0, 20_000.0),
    range(LOWEST_HZ, HIGHEST_HZ),
    "Where it cuts.",
);
const RESONANCE: In<Control> = In::control(
    "resonance",
    0.3,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, MOST_RESONANCE),
    "How much it rings at the cutoff: 0.3 is flat, at 1 it rings on and on, past 1 it sings by itself.",
);
const AMOUNT: In<Control> = In::amount("How much of the filter: 0 is the sound as it was.");
const OUT: Out<Audio> = Out::new("sound", "The filtered sound.");

const RESPONSE: Opt<Choice<Response>> = Opt::choice(
    "response",
    &[("low", Response::Low), ("high", Response::High), ("band", Response::Band), ("notch", Response::Notch)],
    "What passes: what is below the cutoff, above it, around it, or all but what is around it.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "filter",
        category: Category::Sound,
        summary: "Lets the low, high or middle part of a sound pass.",
        doc: "A state variable filter, 12 dB an octave: what is below the cutoff passes, or above it, or \
              around it, or all but that. Cutoff and resonance may move as fast as they like. With a \
              resonance past 1 the filter is an oscillator at its cutoff, about as loud as full scale; it \
              never runs away.",
        example: "let sweep = lfo(0.2) * 1400 + 1600;\n\
                  speakers(filter(tone(110, #{ shape: \"saw\" }), sweep, 0.8));\n",
        inputs: &[&SOUND.0, &CUTOFF.0, &RESONANCE.0, &AMOUNT.0],
        options: &[RESPONSE.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| {
        let response = options.get(&RESPONSE);
        Ok(Sounding::boxed(Filter { response, filter: Default::default(), glides: Glides::default() }))
    },
}];

struct Filter {
    response: Response,
    filter: signals::Filter,
    glides: Glides<3>,
}

impl AudioNode for Filter {
    fn block(&mut self, _ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        self.glides.toward([&CUTOFF, &RESONANCE, &AMOUNT].map(|key| io.control(key)));
        each_sample(io, &SOUND, &OUT, |sound| {
            let [cutoff, resonance, amount] = self.glides.advance();
            let filtered = self.filter.tick(sound, self.response, cutoff, resonance);
            at_amount(sound, filtered, amount)
        });
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(&mut self.filter, &mut old.filter);
        std::mem::swap(&mut self.glides, &mut old.glides);
    }
}
