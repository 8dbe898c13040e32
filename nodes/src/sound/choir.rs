//! A choir that sings notes.

use std::f64::consts::TAU;
use std::sync::Arc;

use pastiche_engine::audio::{AudioIo, AudioNode, BlockCtx, MAX_BLOCK, Smoothed};
use pastiche_engine::clock::SAMPLE_RATE;
use pastiche_engine::port::{Audio, Control, Note, Notes};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Opt, Out, Unit, range};

use crate::random_numbers::uniform;
use crate::sound::audio_effect::Sounding;
use crate::sound::voices::{Noise, Voice, Voices, approach, hz, loudness};
use crate::sound::wavetable::{Wavetable, read};

mod formants;

use formants::{FORMANTS, PARTS, formants};

const NOTES: In<Notes> = In::required("notes", "Notes to sing.");
const VOWEL: In<Control> = In::control(
    "vowel",
    2.0,
    Unit::None,
    range(0.0, 4.0),
    range(0.0, 4.0),
    "0 is u, 1 o, 2 a, 3 e, 4 i; between them the mouth moves.",
);
const BREATH: In<Control> = In::control(
    "breath",
    0.1,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 4.0),
    "How much air is heard; at 1 it is as loud as the voice.",
);
const VIBRATO: In<Control> = In::control(
    "vibrato",
    0.2,
    Unit::Semitones,
    range(0.0, 1.0),
    range(0.0, 12.0),
    "How far the pitch swings to either side, about five times a second.",
);
const ENSEMBLE: In<Control> = In::control(
    "ensemble",
    0.5,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 8.0),
    "How far the singers of a note differ in pitch: at 1 up to 16 cents. At 0 they sing as one.",
);
const ATTACK: In<Control> =
    In::control("attack", 0.15, Unit::Secs, range(0.01, 2.0), range(0.001, 60.0), "How long a note swells.");
const RELEASE: In<Control> = In::control(
    "release",
    0.4,
    Unit::Secs,
    range(0.02, 4.0),
    range(0.005, 60.0),
    "How long a note dies away.",
);
const LEVEL: In<Control> =
    In::control("level", 0.5, Unit::Ratio, range(0.0, 1.0), range(-16.0, 16.0), "Loudness of the choir.");
const SOUND: Out<Audio> = Out::new("sound", "The choir.");

const VOICES: Opt<usize> = Opt::whole("voices", 16, range(1.0, 64.0), "Most notes at once.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "choir",
        category: Category::Sound,
        summary: "A choir that sings notes.",
        doc: "Four singers to a note, each with a pitch and a vibrato of its own, through the formants of a \
              soprano, alto, tenor or bass. Voices 1 to 3 of the notes are alto, tenor and bass; voice 0 is \
              sung by whoever has the pitch. Of more notes than `voices` the oldest fades in 5 ms.",
        example: "let chords = merge(\n    melody([72, 71, 72, 74], 2), melody([67, 67, 67, 67], 2, #{ voice: 1 }),\n    \
                  melody([64, 62, 64, 65], 2, #{ voice: 2 }), melody([48, 55, 52, 47], 2, #{ voice: 3 }));\n\
                  speakers(choir(chords, 1 + lfo(0.05)));\n",
        inputs: &[&NOTES.0, &VOWEL.0, &BREATH.0, &VIBRATO.0, &ENSEMBLE.0, &ATTACK.0, &RELEASE.0, &LEVEL.0],
        options: &[VOICES.0],
        outputs: &[SOUND.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let voices = options.get(&VOICES);
        let pulse = Arc::new(Wavetable::cosines(|_| 1.0));
        Ok(Sounding::boxed(Singing::new(voices, ctx.seed, &pulse)))
    },
}];

/// Samples between two looks at what moves slowly.
const SLOW: u32 = 16;
const SINGERS: usize = 4;

/// So loud is a note at full velocity and level 1, on average over pitches and vowels.
const LOUDNESS: f32 = 0.12;

#[derive(Clone, Copy, Default)]
struct Controls {
    vowel: f32,
    breath: f32,
    vibrato: f32,
    ensemble: f32,
    attack: f32,
    release: f32,
    level: f32,
}

struct Singing {
    voices: Voices<Chorister>,
    vowel: Smoothed,
    breath: Smoothed,
    level: Smoothed,
}

impl Singing {
    fn new(voices: usize, seed: u64, pulse: &Arc<Wavetable>) -> Singing {
        let voices = Voices::new(voices, |number| Chorister::new(seed, number, pulse.clone()));
        Singing {
            voices,
            vowel: Smoothed::default(),
            breath: Smoothed::default(),
            level: Smoothed::default(),
        }
    }
}

impl AudioNode for Singing {
    fn block(&mut self, ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        self.vowel.toward(io.control(&VOWEL));
        self.breath.toward(io.control(&BREATH));
        self.level.toward(io.control(&LEVEL));
        let now = Controls {
            vibrato: io.control(&VIBRATO) as f32,
            ensemble: io.control(&ENSEMBLE) as f32,
            attack: approach(io.control(&ATTACK)),
            release: approach(io.control(&RELEASE)),
            ..Controls::default()
        };
        let mut controls = [now; MAX_BLOCK];
        for controls in &mut controls[..ctx.samples] {
            controls.vowel = self.vowel.advance() as f32;
            controls.breath = self.breath.advance() as f32;
            controls.level = self.level.advance() as f32;
        }
        self.voices.block(ctx, io, &NOTES, &SOUND, &controls[..ctx.samples]);
    }

    fn adopt(&mut self, old: &mut Self) {
        self.voices.adopt(&mut old.voices);
        std::mem::swap(&mut self.vowel, &mut old.vowel);
        std::mem::swap(&mut self.breath, &mut old.breath);
        std::mem::swap(&mut self.level, &mut old.level);
    }
}

/// A note of the choir: some singers who stand close to each other, and share one mouth.
struct Chorister {
    seed: u64,
    pulse: Arc<Wavetable>,
    noise: Noise,
    part: usize,
    hz: f64,
    loudness: f32,
    singers: [Singer; SINGERS],
    is_held: bool,
    swell: f32,
    /// Samples since the start of the note.
    age: u32,
    vowel: f32,
    /// Gain of the input, and of the two outputs before: the formants, and the chest, which carries the
    /// fundamental where it lies between formants.
    mouth: [[f32; 3]; FORMANTS + 1],
    /// The two samples before, left and right: what goes in, and what comes out of each formant.
    fed: [[f32; 2]; 2],
    rung: [[[f32; 2]; 2]; FORMANTS + 1],
}

#[derive(Clone, Copy, Default)]
struct Singer {
    phase: f64,
    /// Cycles in a sample.
    step: f64,
    /// From -1 to 1.
    detune: f32,
    /// Radians, and radians in a second.
    vibrato: [f32; 2],
    pan: [f32; 2],
}

impl Chorister {
    fn new(seed: u64, number: usize, pulse: Arc<Wavetable>) -> Chorister {
        Chorister {
            seed,
            pulse,
            noise: Noise::new(seed ^ number as u64),
            part: 0,
            hz: 0.0,
            loudness: 0.0,
            singers: [Singer::default(); SINGERS],
            is_held: false,
            swell: 0.0,
            age: 0,
            vowel: 0.0,
            mouth: [[0.0; 3]; FORMANTS + 1],
            fed: [[0.0; 2]; 2],
            rung: [[[0.0; 2]; 2]; FORMANTS + 1],
        }
    }

    /// What moves slowly.
    fn look(&mut self, controls: &Controls) {
        let secs = self.age as f32 / SAMPLE_RATE as f32;
        // No one starts a note with vibrato.
        let onset = ((secs - 0.2) / 0.6).clamp(0.0, 1.0);
        for singer in &mut self.singers {
            let [start, rate] = singer.vibrato;
            let swing = (start + rate * secs).sin() * controls.vibrato * onset;
            let semitones = swing + singer.detune * controls.ensemble * 0.08;
            singer.step = self.hz * f64::from(semitones / 12.0).exp2() / SAMPLE_RATE as f64;
        }
        if self.age == 0 || self.vowel != controls.vowel {
            self.vowel = controls.vowel;
            let formants = formants(self.part, f64::from(self.vowel));
            for (coefficients, [hz, decibels, width_hz]) in self.mouth.iter_mut().zip(formants) {
                *coefficients = resonator(hz, width_hz, decibels);
            }
            self.mouth[FORMANTS] = resonator(self.hz, 0.4 * self.hz, -6.0);
        }
    }
}

impl Voice for Chorister {
    type Controls = Controls;

    fn start(&mut self, note: &Note, number: u64, controls: &Controls) {
        self.part = part(note);
        self.hz = hz(f64::from(note.pitch));
        self.loudness = loudness(note.velocity) * LOUDNESS;
        (self.is_held, self.swell, self.age) = (true, 0.0, 0);
        (self.fed, self.rung) = ([[0.0; 2]; 2], [[[0.0; 2]; 2]; FORMANTS + 1]);
        for (place, singer) in self.singers.iter_mut().enumerate() {
            let chance =
                |what: i64| uniform(self.seed, (number as i64) * 64 + place as i64 * 8 + what) as f32;
            let side = place as f32 / (SINGERS - 1) as f32;
            *singer = Singer {
                phase: f64::from(chance(0)),
                step: 0.0,
                // On both sides of the pitch alike.
                detune: (place as f32 / (SINGERS - 1) as f32 * 2.0 - 1.0) * (0.7 + 0.3 * chance(1)),
                vibrato: [chance(2) * TAU as f32, (4.7 + 1.1 * chance(3)) * TAU as f32],
                pan: [(1.0 - 0.8 * side).sqrt(), (0.2 + 0.8 * side).sqrt()],
            };
        }
        self.look(controls);
    }

    fn release(&mut self) {
        self.is_held = false;
    }

    fn is_silent(&self) -> bool {
        !self.is_held && self.swell < 1e-4
    }

    fn next(&mut self, controls: &Controls) -> [f32; 2] {
        if self.age.is_multiple_of(SLOW) {
            self.look(controls);
        }
        self.age = self.age.wrapping_add(1);
        let (goal, share) = if self.is_held { (1.0, controls.attack) } else { (0.0, controls.release) };
        self.swell += (goal - self.swell) * share;

        let table = self.pulse.octave(self.hz * 1.06);
        let mut voice = [0.0_f32; 2];
        for singer in &mut self.singers {
            let pulse = read(table, singer.phase);
            singer.phase += singer.step;
            singer.phase -= singer.phase.floor();
            voice[0] += pulse * singer.pan[0];
            voice[1] += pulse * singer.pan[1];
        }
        let air = controls.breath * 4.0;
        let fed = voice.map(|voice| voice + self.noise.next() * air);
        let mut sung = [0.0_f32; 2];
        for ([gain, one, two], rung) in self.mouth.iter().zip(&mut self.rung) {
            for (side, sung) in sung.iter_mut().enumerate() {
                let driven = gain * (fed[side] - self.fed[1][side]);
                let now = driven + one * rung[0][side] + two * rung[1][side];
                rung[1][side] = rung[0][side];
                rung[0][side] = now;
                *sung += now;
            }
        }
        self.fed[1] = self.fed[0];
        self.fed[0] = fed;
        let gain = self.swell * self.loudness * controls.level;
        sung.map(|sung| sung * gain)
    }
}

/// The part that sings a note.
fn part(note: &Note) -> usize {
    match (note.voice, note.pitch) {
        (1..=3, _) => usize::from(note.voice),
        (_, 65..) => 0,
        (_, 57..) => 1,
        (_, 48..) => 2,
        _ => PARTS - 1,
    }
}

/// A resonator whose gain at its peak is that of the decibels (Steiglitz, "A Note on Constant-Gain
/// Digital Resonators", 1994).
fn resonator(hz: f64, width_hz: f64, decibels: f64) -> [f32; 3] {
    let rate = SAMPLE_RATE as f64;
    let radius = (-std::f64::consts::PI * width_hz / rate).exp();
    let gain = 10.0_f64.powf(decibels / 20.0) * (1.0 - radius * radius) / 2.0;
    let turn = TAU * (hz / rate).min(0.45);
    [gain as f32, (2.0 * radius * turn.cos()) as f32, (-radius * radius) as f32]
}
