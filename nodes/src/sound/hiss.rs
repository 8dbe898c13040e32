//! Noise that is heard.

use pastiche_engine::audio::{AudioIo, AudioNode, BlockCtx, Smoothed};
use pastiche_engine::port::{Audio, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::sound::audio_effect::Sounding;
use crate::sound::voices::Noise;

const LEVEL: In<Control> = In::control(
    "level",
    0.1,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-16.0, 16.0),
    "Loudness; at 1 the peaks of white noise are full scale.",
);
const SOUND: Out<Audio> = Out::new("sound", "Noise, another one left than right.");

const COLOUR: Opt<Choice<Colour>> = Opt::choice(
    "colour",
    &[("white", Colour::White), ("pink", Colour::Pink), ("brown", Colour::Brown)],
    "Where the strength lies.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "hiss",
        category: Category::Sound,
        summary: "Noise that is heard.",
        doc: "White noise (as much in every hertz), pink (as much in every octave: rain, surf) or brown (6 dB less \
              an octave: thunder, wind). The word `noise` is that of the picture.",
        example: "speakers(hiss(lfo(0.1) * 0.1 + 0.12, #{ colour: \"pink\" }));\n",
        inputs: &[&LEVEL.0],
        options: &[COLOUR.0],
        outputs: &[SOUND.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let colour = options.get(&COLOUR);
        let sides = [Side::new(ctx.seed), Side::new(!ctx.seed)];
        Ok(Sounding::boxed(Generator { colour, sides, level: Smoothed::default() }))
    },
}];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Colour {
    White,
    Pink,
    Brown,
}

struct Generator {
    colour: Colour,
    sides: [Side; 2],
    level: Smoothed,
}

struct Side {
    noise: Noise,
    pink: [f32; 7],
    brown: f32,
}

impl Side {
    fn new(seed: u64) -> Side {
        Side { noise: Noise::new(seed), pink: [0.0; 7], brown: 0.0 }
    }

    fn next(&mut self, colour: Colour) -> f32 {
        let white = self.noise.next();
        match colour {
            Colour::White => white,
            Colour::Pink => self.pink(white),
            Colour::Brown => {
                // A leak below 20 Hz, so that it stays around 0.
                self.brown = self.brown * 0.9975 + white * 0.05;
                self.brown
            }
        }
    }

    /// Kellet's filter, within 0.05 dB of 3 dB an octave above 9 Hz (musicdsp.org, 1999).
    fn pink(&mut self, white: f32) -> f32 {
        let poles = [
            (0.99886, 0.0555179),
            (0.99332, 0.0750759),
            (0.96900, 0.153852),
            (0.86650, 0.3104856),
            (0.55000, 0.5329522),
            (-0.7616, -0.016898),
        ];
        let sum = self.pink.iter().sum::<f32>() + white * 0.5362;
        for (state, (pole, gain)) in self.pink.iter_mut().zip(poles) {
            *state = *state * pole + white * gain;
        }
        self.pink[6] = white * 0.115926;
        sum * 0.2
    }
}

impl AudioNode for Generator {
    fn block(&mut self, _ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        self.level.toward(io.control(&LEVEL));
        let [left, right] = io.out(&SOUND);
        for (left, right) in left.iter_mut().zip(right) {
            let level = self.level.advance() as f32;
            *left = self.sides[0].next(self.colour) * level;
            *right = self.sides[1].next(self.colour) * level;
        }
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(&mut self.sides, &mut old.sides);
        std::mem::swap(&mut self.level, &mut old.level);
    }
}
