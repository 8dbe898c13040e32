//! An oscillator.

use std::f64::consts::TAU;

use pastiche_engine::audio::{AudioIo, AudioNode, BlockCtx, Phase, Smoothed};
use pastiche_engine::clock::SAMPLE_RATE;
use pastiche_engine::port::{Audio, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::sound::audio_effect::Sounding;

const FREQUENCY: In<Control> = In::control(
    "frequency",
    220.0,
    Unit::Hz,
    range(20.0, 2000.0),
    range(-20_000.0, 20_000.0),
    "Pitch; negative runs backwards.",
);
const LEVEL: In<Control> = In::control(
    "level",
    0.25,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-16.0, 16.0),
    "Loudness; 1 is full scale.",
);
const SOUND: Out<Audio> = Out::new("sound", "The tone, the same left and right.");

/// The wave at a phase, for a step of the phase.
type Wave = fn(f64, f64) -> f64;

const SHAPE: Opt<Choice<Wave>> = Opt::choice(
    "shape",
    &[("sine", sine), ("triangle", triangle), ("saw", saw), ("square", square)],
    "Form of the wave.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "tone",
        category: Category::Sound,
        summary: "A plain tone.",
        doc: "A tone without overtones, or with those of a triangle, saw or square. Frequency and level glide, \
              so that nothing clicks; the phase survives a reload.",
        example: "speakers(tone(220 + lfo(5) * 4, 0.2));\n",
        inputs: &[&FREQUENCY.0, &LEVEL.0],
        options: &[SHAPE.0],
        outputs: &[SOUND.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| {
        Ok(Sounding::boxed(Oscillator { shape: options.get(&SHAPE), ..Oscillator::default() }))
    },
}];

struct Oscillator {
    /// The wave at a phase, and how far the phase moves to the next sample (not negative).
    shape: fn(f64, f64) -> f64,
    phase: Phase,
    frequency: Smoothed,
    level: Smoothed,
}

impl Default for Oscillator {
    fn default() -> Oscillator {
        let (phase, frequency, level) = Default::default();
        Oscillator { shape: sine, phase, frequency, level }
    }
}

impl AudioNode for Oscillator {
    fn block(&mut self, _ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        self.frequency.toward(io.control(&FREQUENCY));
        self.level.toward(io.control(&LEVEL));
        let [left, right] = io.out(&SOUND);
        for (left, right) in left.iter_mut().zip(right) {
            let hz = self.frequency.advance();
            let phase = self.phase.advance(hz);
            let step = (hz / SAMPLE_RATE as f64).abs().min(0.5);
            let sample = ((self.shape)(phase, step) * self.level.advance()) as f32;
            (*left, *right) = (sample, sample);
        }
    }

    fn adopt(&mut self, old: &mut Self) {
        self.phase = old.phase;
        std::mem::swap(&mut self.frequency, &mut old.frequency);
        std::mem::swap(&mut self.level, &mut old.level);
    }
}

fn sine(phase: f64, _step: f64) -> f64 {
    (phase * TAU).sin()
}

/// Starts at 0 and rises, like the sine.
fn saw(phase: f64, step: f64) -> f64 {
    let phase = wrap(phase + 0.5);
    2.0 * phase - 1.0 - poly_blep(phase, step)
}

fn square(phase: f64, step: f64) -> f64 {
    let naive = if phase < 0.5 { 1.0 } else { -1.0 };
    naive + poly_blep(phase, step) - poly_blep(wrap(phase + 0.5), step)
}

/// A triangle has corners, not jumps; the correction of a corner is the integral of that of a jump.
fn triangle(phase: f64, step: f64) -> f64 {
    let phase = wrap(phase + 0.25);
    let naive = 1.0 - 4.0 * (phase - 0.5).abs();
    naive + 8.0 * step * (poly_blamp(phase, step) - poly_blamp(wrap(phase + 0.5), step))
}

fn wrap(phase: f64) -> f64 {
    if phase >= 1.0 { phase - 1.0 } else { phase }
}

/// Takes the alias out of a jump from -1 to 1 at phase 0 (Välimäki and Huovilainen, "Antialiasing
/// Oscillators in Subtractive Synthesis", 2007, two-point polynomial).
fn poly_blep(phase: f64, step: f64) -> f64 {
    if phase < step {
        let along = phase / step;
        along + along - along * along - 1.0
    } else if phase > 1.0 - step {
        let along = (phase - 1.0) / step;
        along * along + along + along + 1.0
    } else {
        0.0
    }
}

/// Takes the alias out of a corner at phase 0 (Esqueda, Välimäki and Bilbao, "Rounding Corners with
/// BLAMP", 2016, two-point polynomial), for a change of slope of 1 a sample.
fn poly_blamp(phase: f64, step: f64) -> f64 {
    if phase < step {
        let left = 1.0 - phase / step;
        left * left * left / 6.0
    } else if phase > 1.0 - step {
        let left = 1.0 + (phase - 1.0) / step;
        left * left * left / 6.0
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Shape = fn(f64, f64) -> f64;

    const SHAPES: [(&str, Shape); 4] =
        [("sine", sine), ("triangle", triangle), ("saw", saw), ("square", square)];

    fn wave(shape: Shape, hz: f64, samples: usize) -> Vec<f64> {
        let mut phase = Phase::default();
        let step = hz / SAMPLE_RATE as f64;
        (0..samples).map(|_| shape(phase.advance(hz), step)).collect()
    }

    /// The strength of one frequency, by a discrete Fourier transform over whole cycles.
    fn strength(wave: &[f64], hz: f64) -> f64 {
        let turn = TAU * hz / SAMPLE_RATE as f64;
        let (mut real, mut imaginary) = (0.0, 0.0);
        for (sample, value) in wave.iter().enumerate() {
            real += value * (turn * sample as f64).cos();
            imaginary += value * (turn * sample as f64).sin();
        }
        2.0 * real.hypot(imaginary) / wave.len() as f64
    }

    #[test]
    fn overtones_are_those_of_the_shape() {
        let overtones = |shape| {
            let wave = wave(shape, 100.0, 48_000);
            [1.0, 2.0, 3.0].map(|overtone| strength(&wave, 100.0 * overtone))
        };
        let pi = std::f64::consts::PI;
        for ((name, shape), expected) in SHAPES.into_iter().zip([
            [1.0, 0.0, 0.0],
            [8.0 / (pi * pi), 0.0, 8.0 / (9.0 * pi * pi)],
            [2.0 / pi, 1.0 / pi, 2.0 / (3.0 * pi)],
            [4.0 / pi, 0.0, 4.0 / (3.0 * pi)],
        ]) {
            for (strength, expected) in overtones(shape).into_iter().zip(expected) {
                assert!((strength - expected).abs() < 2e-3, "{name}: {strength} against {expected}");
            }
        }
    }

    #[test]
    fn high_tones_hardly_alias() {
        // The 11th overtone of 5010 Hz would fold down to 7110 Hz (55110 - 48000).
        for ((name, shape), (order, naive)) in
            SHAPES.into_iter().skip(1).zip([(11.0, 8.0 / 9.87 / 121.0), (11.0, 0.0579), (11.0, 0.1157)])
        {
            let tone = wave(shape, 5010.0, 48_000);
            assert!(strength(&tone, 5010.0) > 0.5, "{name} is not there");
            let folded = strength(&tone, 5010.0 * order - 48_000.0);
            assert!(folded < naive / 4.0, "{name}: {folded} against {naive}");
        }
    }

    #[test]
    fn never_louder_than_full_scale() {
        for (name, shape) in SHAPES {
            for hz in [0.0, 20.0, 997.0, 15_000.0, 20_000.0] {
                let is_bounded = wave(shape, hz, 4800).into_iter().all(|value| value.abs() <= 1.0 + 1e-9);
                assert!(is_bounded, "{name} at {hz}");
            }
        }
    }
}
