//! A sound as a line.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use half::f16;
use pastiche_engine::audio::AudioNode;
use pastiche_engine::clock::SAMPLE_RATE;
use pastiche_engine::frame::{Frame, PixelFormat, Pixels};
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Colour, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::audio_tap::{AudioTap, SOUND};
use crate::effect::compile;

const SECS: In<Control> = In::control(
    "secs",
    0.02,
    Unit::Secs,
    range(0.005, 1.0),
    range(0.001, MOST_SECS),
    "How much of the newest sound is seen.",
);
const ZOOM: In<Control> = In::control(
    "zoom",
    0.8,
    Unit::Ratio,
    range(0.0, 4.0),
    range(-1000.0, 1000.0),
    "How high full scale is: 1 reaches the edges.",
);
const THICKNESS: In<Control> =
    In::control("thickness", 4.0, Unit::Px, range(1.0, 40.0), range(0.0, 2000.0), "Thickness of the line.");
const COLOUR: In<Colour> = In::colour("colour", Colour::WHITE, "Colour of the line.");
const IMAGE: Out<Frame> = Out::new("image", "The line on nothing, at the size of the canvas.");

const MOST_SECS: f64 = 2.0;

/// Newest samples that are kept: what is seen, and as much again to find where the wave rises.
const KEPT: usize = 2 * (MOST_SECS as usize) * SAMPLE_RATE as usize;

/// Columns that the sound is drawn in.
const COLUMNS: usize = 1024;

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "waveform",
        category: Category::Sound,
        summary: "Draws a sound as a line.",
        doc: "The wave itself, as an oscilloscope shows it: left and right together, on nothing. It begins \
              where the wave rises through 0, so that a steady tone stands still.",
        example: "let sound = tone(220, 0.6).filter(800).chorus();\nspeakers(sound);\n\
                  screen(waveform(sound, #{ colour: colour(\"#7fffd4\") }));\n",
        inputs: &[&SOUND.0, &SECS.0, &ZOOM.0, &THICKNESS.0, &COLOUR.0],
        outputs: &[IMAGE.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| {
        let wgsl = include_str!("waveform.wgsl");
        Ok(Box::new(Waveform {
            effect: compile::<Uniforms>(ctx, "waveform", 1, wgsl)?,
            ear: AudioTap::default(),
            newest: vec![0.0; KEPT],
        }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    colour: [f32; 4],
    size: [f32; 2],
    zoom: f32,
    half_thickness: f32,
}

struct Waveform {
    effect: Arc<Effect>,
    ear: AudioTap,
    /// Left and right together, oldest first.
    newest: Vec<f32>,
}

impl Node for Waveform {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        for [left, right] in self.ear.hear(ctx) {
            self.newest.push(0.5 * (left + right));
        }
        let old = self.newest.len() - KEPT;
        self.newest.drain(..old);
        let samples = ((io.control(&SECS) * SAMPLE_RATE as f64) as usize).max(2);
        let Some(columns) = columns(begin(&self.newest, samples), samples) else { return Ok(()) };
        let uniforms = Uniforms {
            colour: io.colour(&COLOUR).0,
            size: ctx.canvas_px.map(|side| side as f32),
            zoom: io.control(&ZOOM) as f32,
            half_thickness: (0.5 * io.control(&THICKNESS) * ctx.pixel_scale()) as f32,
        };
        let size_px = ctx.canvas_px;
        let gpu = ctx.gpu()?;
        let texture = gpu.texture(&columns)?;
        let line = gpu.draw(&self.effect, &[&texture], bytemuck::bytes_of(&uniforms), size_px)?;
        io.set_frame(&IMAGE, Frame::from_texture(line));
        Ok(())
    }

    fn take_audio(&mut self) -> Option<Box<dyn AudioNode>> {
        self.ear.take_audio()
    }

    fn adopt(&mut self, old: &mut Self) {
        self.ear.adopt(&mut old.ear);
        std::mem::swap(&mut self.newest, &mut old.newest);
    }
}

/// The newest samples from the last place on where the wave rises through 0 and all are there, or
/// just the newest.
fn begin(newest: &[f32], samples: usize) -> &[f32] {
    let last = newest.len() - samples;
    let first = last.saturating_sub(samples).max(1);
    let rises = (first..=last).rev().find(|at| newest[at - 1] < 0.0 && newest[*at] >= 0.0);
    &newest[rises.unwrap_or(last)..]
}

/// The lowest and highest value in each column, as a picture one pixel high: red and green.
fn columns(sound: &[f32], samples: usize) -> Option<Frame> {
    let mut bytes = Vec::with_capacity(COLUMNS * 8);
    for column in 0..COLUMNS {
        // From edge to edge of the column, on the straight line between samples.
        let edges = [column, column + 1].map(|edge| edge as f64 * (samples - 1) as f64 / COLUMNS as f64);
        let at = |place: f64| {
            let (below, along) = (place.floor() as usize, place.fract() as f32);
            let (one, two) = (sound[below], sound[(below + 1).min(samples - 1)]);
            one + (two - one) * along
        };
        let inside = sound[edges[0].ceil() as usize..=edges[1].floor() as usize].iter().copied();
        let ends = edges.map(at);
        let [low, high] =
            inside.chain(ends).fold([ends[0]; 2], |[low, high], value| [low.min(value), high.max(value)]);
        for value in [low, high, 0.0, 1.0] {
            bytes.extend(f16::from_f32(value.clamp(-1000.0, 1000.0)).to_le_bytes());
        }
    }
    Pixels::new([COLUMNS as u32, 1], PixelFormat::LinearHalf, bytes).map(Frame::from_pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(samples: usize, period: f32) -> Vec<f32> {
        (0..samples).map(|sample| (sample as f32 / period * std::f32::consts::TAU).sin()).collect()
    }

    #[test]
    fn it_begins_where_the_wave_rises() {
        for shift in [0, 17, 60] {
            let sound = wave(4000 + shift, 100.3);
            let seen = begin(&sound, 1000);
            assert!(seen.len() >= 1000 && seen[0].abs() < 0.07 && seen[20] > 0.5, "{shift}");
        }
        assert_eq!(begin(&[1.0; 100], 10).len(), 10);
    }

    #[test]
    fn columns_hold_all_that_lies_in_them() {
        let at = |frame: &Frame, column: usize| {
            let bytes = frame.memory().unwrap().bytes();
            [0, 2].map(|at| f16::from_le_bytes([bytes[8 * column + at], bytes[8 * column + at + 1]]).to_f32())
        };
        // Far more samples than columns: each is as high as the wave.
        let dense = columns(&wave(48_000, 20.0), 48_000).unwrap();
        assert!(at(&dense, 500)[0] < -0.99 && at(&dense, 500)[1] > 0.99);
        // Far fewer: the line between them.
        let sparse = columns(&[0.0, 1.0], 2).unwrap();
        assert!((at(&sparse, 511)[1] - 0.5).abs() < 2e-3);
    }
}
