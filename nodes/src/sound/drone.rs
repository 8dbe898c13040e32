//! A tone that stands and breathes.

use std::sync::Arc;

use pastiche_engine::audio::{AudioIo, AudioNode, BlockCtx, Phase, Smoothed};
use pastiche_engine::clock::SAMPLE_RATE;
use pastiche_engine::port::{Audio, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::random_numbers::uniform;
use crate::sound::audio_effect::Sounding;
use crate::sound::voices::hz;
use crate::sound::wavetable::{Wavetable, read};

const PITCH: In<Control> = In::control(
    "pitch",
    36.0,
    Unit::Semitones,
    range(24.0, 60.0),
    range(0.0, 127.0),
    "MIDI pitch; between the semitones too. It glides.",
);
const SPREAD: In<Control> = In::control(
    "spread",
    0.3,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 16.0),
    "How far the strings are out of tune: at 1 up to 20 cents to either side.",
);
const BRIGHTNESS: In<Control> = In::control(
    "brightness",
    0.4,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 1.0),
    "How many overtones are heard.",
);
const MOTION: In<Control> = In::control(
    "motion",
    0.5,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 1.0),
    "How much the strings come and go.",
);
const FIFTH: In<Control> = In::control(
    "fifth",
    0.4,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 4.0),
    "Loudness of the fifth above, pure.",
);
const LEVEL: In<Control> =
    In::control("level", 0.3, Unit::Ratio, range(0.0, 1.0), range(-16.0, 16.0), "Loudness of the drone.");
const SOUND: Out<Audio> = Out::new("sound", "The drone, wide.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "drone",
        category: Category::Sound,
        summary: "A tone that stands and breathes.",
        doc: "Eight strings on one pitch, its octave and its pure fifth, each coming and going at its own pace: \
              it never repeats and never stops. It needs no notes.",
        example: "speakers(drone(33, #{ brightness: lfo(0.03) * 0.3 + 0.4 }));\n",
        inputs: &[&PITCH.0, &SPREAD.0, &BRIGHTNESS.0, &MOTION.0, &FIFTH.0, &LEVEL.0],
        outputs: &[SOUND.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| Ok(Sounding::boxed(Strings::new(ctx.seed))),
}];

const STRINGS: usize = 8;

/// What the pitch of each string is multiplied with.
const RATIOS: [f64; STRINGS] = [0.5, 1.0, 1.0, 1.0, 1.0, 2.0, 1.5, 1.5];
const LOUDNESS: [f32; STRINGS] = [0.5, 0.5, 0.5, 0.5, 0.5, 0.25, 0.5, 0.5];
/// From here on they are fifths.
const FIFTHS: usize = 6;

/// Samples between two looks at what moves slowly.
const SLOW: u64 = 32;

struct Strings {
    saw: Arc<Wavetable>,
    strings: [Bow; STRINGS],
    /// Two filters in a row on each side.
    filters: [[f32; 2]; 2],
    pitch: Smoothed,
    spread: Smoothed,
    brightness: Smoothed,
    motion: Smoothed,
    fifth: Smoothed,
    level: Smoothed,
    share: f32,
}

#[derive(Clone, Copy, Default)]
struct Bow {
    phase: Phase,
    /// From -1 to 1.
    detune: f64,
    breath: Phase,
    breath_hz: f64,
    pan: [f32; 2],
    hz: f64,
    gain: f32,
    /// What the gain moves by in a sample.
    rise: f32,
}

impl Strings {
    fn new(seed: u64) -> Strings {
        let strings = std::array::from_fn(|place| {
            let chance = |what: i64| uniform(seed, place as i64 * 8 + what);
            let mut bow = Bow {
                detune: chance(0) * 2.0 - 1.0,
                breath_hz: 0.02 + 0.08 * chance(1),
                pan: [(0.2 + 0.6 * chance(2) as f32).sqrt(), (0.8 - 0.6 * chance(2) as f32).sqrt()],
                ..Bow::default()
            };
            bow.phase.advance(chance(3) * SAMPLE_RATE as f64);
            bow.breath.advance(chance(4) * SAMPLE_RATE as f64);
            bow
        });
        let (pitch, spread, brightness, motion, fifth, level) = Default::default();
        let saw = Arc::new(Wavetable::sines(|overtone| 0.6 / overtone as f64));
        let filters = [[0.0; 2]; 2];
        Strings { saw, strings, filters, pitch, spread, brightness, motion, fifth, level, share: 0.0 }
    }

    /// What moves slowly, the same however time is cut into blocks.
    fn look(&mut self, [pitch, spread, brightness, motion, fifth]: [f64; 5]) {
        let root = hz(pitch);
        for (place, bow) in self.strings.iter_mut().enumerate() {
            let cents = bow.detune * spread * 20.0;
            bow.hz = root * RATIOS[place] * (cents / 1200.0).exp2();
            let breath =
                0.5 + 0.5 * (bow.breath.advance(bow.breath_hz * SLOW as f64) * std::f64::consts::TAU).sin();
            let loudness = LOUDNESS[place] * if place >= FIFTHS { fifth as f32 } else { 1.0 };
            let goal = loudness * (1.0 - motion + motion * breath) as f32;
            bow.rise = (goal - bow.gain) / SLOW as f32;
        }
        let cutoff_hz = (root * 2.0 * (brightness * 6.0).exp2()).min(16_000.0);
        self.share = (1.0 - (-std::f64::consts::TAU * cutoff_hz / SAMPLE_RATE as f64).exp()) as f32;
    }
}

impl AudioNode for Strings {
    fn block(&mut self, ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        self.pitch.toward(io.control(&PITCH));
        self.spread.toward(io.control(&SPREAD));
        self.brightness.toward(io.control(&BRIGHTNESS));
        self.motion.toward(io.control(&MOTION));
        self.fifth.toward(io.control(&FIFTH));
        self.level.toward(io.control(&LEVEL));
        let [left, right] = io.out(&SOUND);
        for (at, (left, right)) in left.iter_mut().zip(right).enumerate() {
            let moving =
                [&mut self.pitch, &mut self.spread, &mut self.brightness, &mut self.motion, &mut self.fifth];
            let now = moving.map(Smoothed::advance);
            let sample = ctx.start_sample + at as u64;
            if sample.is_multiple_of(SLOW) || self.strings[0].hz == 0.0 {
                self.look(now);
            }
            let mut sum = [0.0_f32; 2];
            for bow in &mut self.strings {
                bow.gain += bow.rise;
                let wave = read(self.saw.octave(bow.hz), bow.phase.advance(bow.hz)) * bow.gain;
                sum[0] += wave * bow.pan[0];
                sum[1] += wave * bow.pan[1];
            }
            let level = self.level.advance() as f32;
            for (side, out) in [left, right].into_iter().enumerate() {
                let filters = &mut self.filters[side];
                filters[0] += (sum[side] - filters[0]) * self.share;
                filters[1] += (filters[0] - filters[1]) * self.share;
                *out = filters[1] * level * 0.5;
            }
        }
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(self, old);
    }
}
