//! An organ with drawbars.

use std::sync::Arc;

use pastiche_engine::audio::{AudioIo, AudioNode, BlockCtx, MAX_BLOCK, Phase, Smoothed};
use pastiche_engine::clock::SAMPLE_RATE;
use pastiche_engine::port::{Audio, Control, Note, Notes};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Opt, Out, Unit, range};

use crate::sound::audio_effect::Sounding;
use crate::sound::voices::{Voice, Voices, approach, hz, loudness};
use crate::sound::wavetable::{Wavetable, read};

const NOTES: In<Notes> = In::required("notes", "Notes to play.");

const fn drawbar(name: &'static str, default: f64, doc: &'static str) -> In<Control> {
    In::control(name, default, Unit::None, range(0.0, 8.0), range(0.0, 16.0), doc)
}

const BAR_COUNT: usize = 9;
static BARS: [In<Control>; BAR_COUNT] = [
    drawbar("bar_16", 8.0, "Drawbar 16': an octave below, 0 to 8."),
    drawbar("bar_5_1_3", 0.0, "Drawbar 5 1/3': a fifth above."),
    drawbar("bar_8", 8.0, "Drawbar 8': the pitch itself."),
    drawbar("bar_4", 4.0, "Drawbar 4': an octave above."),
    drawbar("bar_2_2_3", 0.0, "Drawbar 2 2/3': an octave and a fifth above."),
    drawbar("bar_2", 2.0, "Drawbar 2': two octaves above."),
    drawbar("bar_1_3_5", 0.0, "Drawbar 1 3/5': two octaves and a third above."),
    drawbar("bar_1_1_3", 0.0, "Drawbar 1 1/3': two octaves and a fifth above."),
    drawbar("bar_1", 0.0, "Drawbar 1': three octaves above."),
];
/// Semitones above the pitch: the wheels of a tone-wheel organ are tempered.
const BAR_SEMITONES: [f64; BAR_COUNT] = [-12.0, 7.0, 0.0, 12.0, 19.0, 24.0, 28.0, 31.0, 36.0];

const VIBRATO: In<Control> = In::control(
    "vibrato",
    0.0,
    Unit::Semitones,
    range(0.0, 0.5),
    range(0.0, 12.0),
    "How far the pitch swings to either side, seven times a second.",
);
const LEVEL: In<Control> =
    In::control("level", 0.5, Unit::Ratio, range(0.0, 1.0), range(-16.0, 16.0), "Loudness of the organ.");
const SOUND: Out<Audio> = Out::new("sound", "The organ.");

const VOICES: Opt<usize> = Opt::whole("voices", 24, range(1.0, 64.0), "Most notes at once.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "organ",
        category: Category::Sound,
        summary: "An organ with drawbars.",
        doc: "Nine sines to a note, each with a drawbar from 0 (off) to 8 (full, 3 dB a step), as on a tone-wheel \
              organ; what would be above 5.9 kHz comes an octave lower, as there. Drawbars may move while it \
              plays. Velocity counts little.",
        example: "let chords = merge(melody([60, 65], 2), melody([64, 69], 2), melody([67, 72], 2));\n\
                  speakers(organ(chords, #{ bar_4: 8, bar_2: lfo(0.2) * 4 + 4 }));\n",
        inputs: &[
            &NOTES.0, &BARS[0].0, &BARS[1].0, &BARS[2].0, &BARS[3].0, &BARS[4].0, &BARS[5].0, &BARS[6].0,
            &BARS[7].0, &BARS[8].0, &VIBRATO.0, &LEVEL.0,
        ],
        options: &[VOICES.0],
        outputs: &[SOUND.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| {
        let voices = options.get(&VOICES);
        let sine = Arc::new(Wavetable::sines(|overtone| f64::from(u8::from(overtone == 1))));
        Ok(Sounding::boxed(Wheels::new(voices, &sine)))
    },
}];

/// So loud is one full drawbar of a note at level 1.
const LOUDNESS: f32 = 0.14;

/// Above this the wheels end, and begin again an octave lower.
const HIGHEST_HZ: f64 = 5920.0;

const VIBRATO_HZ: f64 = 6.9;
const ATTACK_SECS: f64 = 0.008;
const RELEASE_SECS: f64 = 0.02;

#[derive(Clone, Copy, Default)]
struct Controls {
    bars: [f32; BAR_COUNT],
    /// What the frequency is multiplied with.
    bend: f32,
}

struct Wheels {
    voices: Voices<Key>,
    bars: [Smoothed; BAR_COUNT],
    vibrato: Smoothed,
    level: Smoothed,
    swing: Phase,
}

impl Wheels {
    fn new(voices: usize, sine: &Arc<Wavetable>) -> Wheels {
        let voices = Voices::new(voices, |_| Key::new(sine.clone()));
        let (bars, vibrato, level, swing) = Default::default();
        Wheels { voices, bars, vibrato, level, swing }
    }
}

impl AudioNode for Wheels {
    fn block(&mut self, ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        for (bar, key) in self.bars.iter_mut().zip(&BARS) {
            bar.toward(bar_gain(io.control(key)));
        }
        self.vibrato.toward(io.control(&VIBRATO));
        self.level.toward(io.control(&LEVEL));
        let mut controls = [Controls::default(); MAX_BLOCK];
        for controls in &mut controls[..ctx.samples] {
            let level = self.level.advance() as f32;
            for (gain, bar) in controls.bars.iter_mut().zip(&mut self.bars) {
                *gain = bar.advance() as f32 * level;
            }
            let swing = (self.swing.advance(VIBRATO_HZ) * std::f64::consts::TAU).sin();
            controls.bend = (swing * self.vibrato.advance() / 12.0).exp2() as f32;
        }
        self.voices.block(ctx, io, &NOTES, &SOUND, &controls[..ctx.samples]);
    }

    fn adopt(&mut self, old: &mut Self) {
        self.voices.adopt(&mut old.voices);
        std::mem::swap(&mut self.bars, &mut old.bars);
        std::mem::swap(&mut self.vibrato, &mut old.vibrato);
        std::mem::swap(&mut self.level, &mut old.level);
        self.swing = old.swing;
    }
}

/// 3 dB a step; the last one down to silence.
fn bar_gain(bar: f64) -> f64 {
    let gain = 10.0_f64.powf((bar - 8.0) * 3.0 / 20.0);
    if bar < 1.0 { bar * 10.0_f64.powf(-21.0 / 20.0) } else { gain }
}

struct Key {
    sine: Arc<Wavetable>,
    phases: [f64; BAR_COUNT],
    /// Cycles in a sample.
    steps: [f64; BAR_COUNT],
    loudness: f32,
    is_held: bool,
    swell: f32,
    attack: f32,
    release: f32,
}

impl Key {
    fn new(sine: Arc<Wavetable>) -> Key {
        let (phases, steps) = ([0.0; BAR_COUNT], [0.0; BAR_COUNT]);
        let (attack, release) = (approach(ATTACK_SECS), approach(RELEASE_SECS));
        Key { sine, phases, steps, loudness: 0.0, is_held: false, swell: 0.0, attack, release }
    }
}

impl Voice for Key {
    type Controls = Controls;

    fn start(&mut self, note: &Note, _number: u64, _controls: &Controls) {
        for (step, semitones) in self.steps.iter_mut().zip(BAR_SEMITONES) {
            let mut hz = hz(f64::from(note.pitch) + semitones);
            while hz > HIGHEST_HZ {
                hz /= 2.0;
            }
            *step = hz / SAMPLE_RATE as f64;
        }
        self.phases = [0.0; BAR_COUNT];
        self.loudness = (0.7 + 0.3 * loudness(note.velocity)) * LOUDNESS;
        (self.is_held, self.swell) = (true, 0.0);
    }

    fn release(&mut self) {
        self.is_held = false;
    }

    fn is_silent(&self) -> bool {
        !self.is_held && self.swell < 1e-4
    }

    fn next(&mut self, controls: &Controls) -> [f32; 2] {
        let (goal, share) = if self.is_held { (1.0, self.attack) } else { (0.0, self.release) };
        self.swell += (goal - self.swell) * share;
        let table = self.sine.octave(HIGHEST_HZ);
        let mut sum = 0.0;
        for ((phase, step), gain) in self.phases.iter_mut().zip(self.steps).zip(controls.bars) {
            sum += read(table, *phase) * gain;
            *phase += step * f64::from(controls.bend);
            *phase -= phase.floor();
        }
        let sample = sum * self.swell * self.loudness;
        [sample, sample]
    }
}
