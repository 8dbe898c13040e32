//! Struck and plucked strings.

use std::f64::consts::TAU;

use pastiche_engine::audio::{AudioIo, AudioNode, BlockCtx, MAX_BLOCK, Smoothed};
use pastiche_engine::clock::SAMPLE_RATE;
use pastiche_engine::port::{Audio, Control, Note, Notes};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Opt, Out, Unit, range};

use crate::sound::audio_effect::Sounding;
use crate::sound::voices::{Noise, Voice, Voices, hz, loudness};

const NOTES: In<Notes> = In::required("notes", "Notes to play.");
const DECAY: In<Control> = In::control(
    "decay",
    4.0,
    Unit::Secs,
    range(0.1, 12.0),
    range(0.01, 120.0),
    "How long middle C rings until it is 60 dB down; lower strings longer, higher ones shorter.",
);
const BRIGHTNESS: In<Control> = In::control(
    "brightness",
    0.6,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 1.0),
    "How long the overtones ring: 0 a felt, 1 a wire.",
);
const HARDNESS: In<Control> = In::control(
    "hardness",
    0.5,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 1.0),
    "How hard the hammer or plectrum is; a hard stroke is brighter too.",
);
const DAMPER: In<Control> = In::control(
    "damper",
    0.25,
    Unit::Secs,
    range(0.02, 4.0),
    range(0.01, 120.0),
    "How long a string rings on when its key is let go.",
);
const LEVEL: In<Control> =
    In::control("level", 0.5, Unit::Ratio, range(0.0, 1.0), range(-16.0, 16.0), "Loudness of the strings.");
const SOUND: Out<Audio> = Out::new("sound", "The strings; low ones more to the left.");

const VOICES: Opt<usize> = Opt::whole("voices", 24, range(1.0, 64.0), "Most strings at once.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "keys",
        category: Category::Sound,
        summary: "Struck and plucked strings.",
        doc: "A keyboard of strings (Karplus and Strong's, tuned): from harp to harpsichord by `hardness` and \
              `brightness`, from a wood block to a bell by `decay`. All but the level is taken when a note \
              starts.",
        example: "let tune = melody([60, 64, 67, 72, 67, 64], 0.5);\nspeakers(keys(tune, 6, 0.7));\n",
        inputs: &[&NOTES.0, &DECAY.0, &BRIGHTNESS.0, &HARDNESS.0, &DAMPER.0, &LEVEL.0],
        options: &[VOICES.0],
        outputs: &[SOUND.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let voices = options.get(&VOICES);
        Ok(Sounding::boxed(Strings::new(voices, ctx.seed)))
    },
}];

/// So hard is a string struck at full velocity.
const LOUDNESS: f32 = 0.9;

/// So much louder is what is heard than the string, for the level of the other instruments.
const GAIN: f32 = 1.7;

/// Where a string is struck, as a share of its length.
const STRUCK_AT: f64 = 0.13;

/// Samples of the longest string: that of MIDI pitch 0.
const LONGEST: usize = 6144;

/// Samples in which a stroke reaches its strength.
const STROKE: f32 = 48.0;

/// Middle C.
const MIDDLE_HZ: f64 = 261.63;

#[derive(Clone, Copy, Default)]
struct Controls {
    decay: f32,
    brightness: f32,
    hardness: f32,
    damper: f32,
    level: f32,
}

struct Strings {
    voices: Voices<Chord>,
    level: Smoothed,
}

impl Strings {
    fn new(voices: usize, seed: u64) -> Strings {
        Strings { voices: Voices::new(voices, |_| Chord::new(seed)), level: Smoothed::default() }
    }
}

impl AudioNode for Strings {
    fn block(&mut self, ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        self.level.toward(io.control(&LEVEL));
        let now = Controls {
            decay: io.control(&DECAY) as f32,
            brightness: io.control(&BRIGHTNESS) as f32,
            hardness: io.control(&HARDNESS) as f32,
            damper: io.control(&DAMPER) as f32,
            level: 0.0,
        };
        let mut controls = [now; MAX_BLOCK];
        for controls in &mut controls[..ctx.samples] {
            controls.level = self.level.advance() as f32 * GAIN;
        }
        self.voices.block(ctx, io, &NOTES, &SOUND, &controls[..ctx.samples]);
    }

    fn adopt(&mut self, old: &mut Self) {
        self.voices.adopt(&mut old.voices);
        std::mem::swap(&mut self.level, &mut old.level);
    }
}

/// A string (Karplus and Strong, "Digital Synthesis of Plucked-String and Drum Timbres", 1983; tuned as
/// in Jaffe and Smith, "Extensions of the Karplus-Strong Plucked-String Algorithm", 1983).
struct Chord {
    seed: u64,
    string: Box<[f32]>,
    length: usize,
    place: usize,
    hz: f64,
    /// What is left of the string after a round.
    loss: f32,
    /// Share of the sample before, in the filter that takes the overtones away.
    dull: f32,
    before: f32,
    /// The all-pass that makes the string a part of a sample longer.
    tuning: f32,
    tuned: [f32; 2],
    damper: f32,
    /// Samples until it is inaudible.
    left: f32,
    /// Samples since the stroke.
    age: f32,
    pan: [f32; 2],
}

impl Chord {
    fn new(seed: u64) -> Chord {
        Chord {
            seed,
            string: vec![0.0; LONGEST].into(),
            length: 1,
            place: 0,
            hz: MIDDLE_HZ,
            loss: 0.0,
            dull: 0.0,
            before: 0.0,
            tuning: 0.0,
            tuned: [0.0; 2],
            damper: 0.1,
            left: 0.0,
            age: 0.0,
            pan: [0.0; 2],
        }
    }

    /// How much is left after a round, and for how many samples it is heard, when 60 dB take so long.
    fn ring(&mut self, secs: f64) {
        let rate = SAMPLE_RATE as f64;
        self.loss = 10.0_f64.powf(-3.0 / (self.hz * secs)) as f32;
        // 100 dB.
        self.left = (secs * rate * 100.0 / 60.0) as f32;
    }

    fn tune(&mut self, brightness: f64) {
        let period = SAMPLE_RATE as f64 / self.hz;
        let turn = TAU / period;
        let dull = 0.5 * (1.0 - brightness).powi(2);
        let filter_delay = (dull * turn.sin()).atan2(1.0 - dull + dull * turn.cos()) / turn;
        let whole = (period - filter_delay - 0.2).floor().clamp(1.0, (LONGEST - 1) as f64);
        let rest = (period - filter_delay - whole).max(0.0);
        self.length = whole as usize;
        self.dull = dull as f32;
        // The all-pass has this delay exactly at the string's pitch.
        self.tuning = (((1.0 - rest) * turn / 2.0).sin() / ((1.0 + rest) * turn / 2.0).sin()) as f32;
    }

    fn strike(&mut self, strength: f32, hardness: f32, number: u64) {
        let mut noise = Noise::new(self.seed ^ number);
        let string = &mut self.string[..self.length];
        let share = (0.05 + 0.95 * hardness * hardness).min(1.0);
        let mut soft = 0.0;
        for sample in string.iter_mut() {
            soft += (noise.next() - soft) * share;
            *sample = soft;
        }
        // A string struck at a place does not ring with a knot there.
        let distance = ((self.length as f64 * STRUCK_AT) as usize).max(1);
        for place in (distance..string.len()).rev() {
            string[place] -= string[place - distance];
        }
        let mean = string.iter().sum::<f32>() / string.len() as f32;
        string.iter_mut().for_each(|sample| *sample -= mean);
        let power = string.iter().map(|sample| sample * sample).sum::<f32>() / string.len() as f32;
        let gain = 0.3 * strength / power.sqrt().max(1e-6);
        string.iter_mut().for_each(|sample| *sample = (*sample * gain).clamp(-1.0, 1.0));
    }
}

impl Voice for Chord {
    type Controls = Controls;

    fn start(&mut self, note: &Note, number: u64, controls: &Controls) {
        self.hz = hz(f64::from(note.pitch));
        // Short strings ring shorter.
        let decay = f64::from(controls.decay) * (MIDDLE_HZ / self.hz).powf(0.6);
        self.ring(decay.max(0.005));
        let strength = loudness(note.velocity);
        self.tune(f64::from(controls.brightness));
        self.strike(strength * LOUDNESS, controls.hardness * (0.5 + 0.5 * strength), number);
        (self.place, self.before, self.tuned, self.age) = (0, 0.0, [0.0; 2], 0.0);
        self.damper = controls.damper;
        let side = ((f32::from(note.pitch) - 60.0) / 96.0).clamp(-0.5, 0.5);
        self.pan = [(0.5 - side).sqrt(), (0.5 + side).sqrt()];
    }

    fn release(&mut self) {
        let left = self.left;
        self.ring(f64::from(self.damper));
        self.left = self.left.min(left);
    }

    fn is_silent(&self) -> bool {
        self.left <= 0.0
    }

    fn next(&mut self, controls: &Controls) -> [f32; 2] {
        let Some(cell) = self.string.get_mut(self.place) else { return [0.0; 2] };
        let rung = *cell;
        let soft = rung + (self.before - rung) * self.dull;
        self.before = rung;
        let tuned = self.tuning * (soft - self.tuned[1]) + self.tuned[0];
        self.tuned = [soft, tuned];
        *cell = tuned * self.loss;
        self.place = if self.place + 1 >= self.length { 0 } else { self.place + 1 };
        self.left -= 1.0;
        self.age += 1.0;
        let ramp = (self.age / STROKE).min(1.0);
        // The last of it goes in a line, so that it ends at nothing.
        let sample = rung * ramp * (self.left / 480.0).clamp(0.0, 1.0) * controls.level;
        [sample * self.pan[0], sample * self.pan[1]]
    }
}
