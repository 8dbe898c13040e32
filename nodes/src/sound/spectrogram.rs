//! A sound as a picture of its pitches over time.

use std::collections::VecDeque;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use half::f16;
use pastiche_engine::audio::AudioNode;
use pastiche_engine::frame::{Frame, PixelFormat, Pixels};
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Colour, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};
use pastiche_signals::{Spectrum, decibels_of, looks_in};

use crate::audio_tap::{AudioTap, SOUND};
use crate::effect::compile;

const SECS: In<Control> = In::control(
    "secs",
    4.0,
    Unit::Secs,
    range(0.5, 10.0),
    range(0.1, MOST_SECS),
    "How much time is seen; the newest is at the right.",
);
const LOWEST: In<Control> = In::control(
    "floor",
    -80.0,
    Unit::Decibels,
    range(-120.0, -20.0),
    range(-160.0, -1.0),
    "What is softer is quiet's colour; a sine at full scale is loud's.",
);
const QUIET: In<Colour> = In::colour("quiet", Colour::BLACK, "Colour of silence.");
const MIDDLING: In<Colour> =
    In::colour("middling", Colour([0.35, 0.02, 0.25, 1.0]), "Colour half way, in decibels.");
const LOUD: In<Colour> = In::colour("loud", Colour([1.0, 0.75, 0.3, 1.0]), "Colour of full scale.");
const IMAGE: Out<Frame> = Out::new("image", "The spectrogram, at the size of the canvas.");

const MOST_SECS: f64 = 10.0;

/// Rows, from the lowest to the highest frequency.
const ROWS: usize = 256;
const LOWEST_HZ: f64 = 30.0;
const HIGHEST_HZ: f64 = 16_000.0;

/// Columns that go to the graphics adapter.
const COLUMNS: usize = 512;

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "spectrogram",
        category: Category::Sound,
        summary: "Draws a sound as its pitches over time.",
        doc: "Low pitches at the bottom, high ones at the top (30 Hz to 16 kHz, each octave as high as the \
              next); time goes to the right, where the newest is. A new column every 11 ms or slower.",
        example: "let sweep = lfo(0.5, #{ phase: 0.75 }) * 1500 + 1800;\n\
                  let sound = tone(sweep, #{ shape: \"saw\" });\nspeakers(sound);\n\
                  screen(spectrogram(sound, 1));\n",
        inputs: &[&SOUND.0, &SECS.0, &LOWEST.0, &QUIET.0, &MIDDLING.0, &LOUD.0],
        outputs: &[IMAGE.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| {
        let wgsl = include_str!("spectrogram.wgsl");
        Ok(Box::new(Spectrogram {
            effect: compile::<Uniforms>(ctx, "spectrogram", 1, wgsl)?,
            ear: AudioTap::default(),
            spectrum: Spectrum::default(),
            looks: VecDeque::new(),
        }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    quiet: [f32; 4],
    middling: [f32; 4],
    loud: [f32; 4],
    size: [f32; 2],
    floor_db: f32,
    padding: f32,
}

struct Spectrogram {
    effect: Arc<Effect>,
    ear: AudioTap,
    spectrum: Spectrum,
    /// Decibels at each row, the newest last.
    looks: VecDeque<Box<[f16; ROWS]>>,
}

impl Node for Spectrogram {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let most = looks_in(MOST_SECS) as usize + 1;
        let looks = &mut self.looks;
        self.spectrum.hear(self.ear.hear(ctx), 0.0, |spectrum| {
            // Columns are used again, so that nothing is allocated in the long run.
            let mut rows = if looks.len() < most { None } else { looks.pop_front() }
                .unwrap_or_else(|| Box::new([f16::ZERO; ROWS]));
            for (row, decibels) in rows.iter_mut().enumerate() {
                let along = (row as f64 + 0.5) / ROWS as f64;
                let hz = LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ).powf(along);
                *decibels = f16::from_f64(decibels_of(spectrum.level_at(hz)));
            }
            looks.push_back(rows);
        });
        let Some(data) = picture(&self.looks, looks_in(io.control(&SECS))) else { return Ok(()) };
        let uniforms = Uniforms {
            quiet: io.colour(&QUIET).0,
            middling: io.colour(&MIDDLING).0,
            loud: io.colour(&LOUD).0,
            size: ctx.canvas_px.map(|side| side as f32),
            floor_db: io.control(&LOWEST) as f32,
            padding: 0.0,
        };
        let size_px = ctx.canvas_px;
        let gpu = ctx.gpu()?;
        let texture = gpu.texture(&data)?;
        let drawn = gpu.draw(&self.effect, &[&texture], bytemuck::bytes_of(&uniforms), size_px)?;
        io.set_frame(&IMAGE, Frame::from_texture(drawn));
        Ok(())
    }

    fn take_audio(&mut self) -> Option<Box<dyn AudioNode>> {
        self.ear.take_audio()
    }

    fn adopt(&mut self, old: &mut Self) {
        self.ear.adopt(&mut old.ear);
        std::mem::swap(&mut self.spectrum, &mut old.spectrum);
        std::mem::swap(&mut self.looks, &mut old.looks);
    }
}

/// The newest looks side by side, the decibels of each pixel in red; what has not been is silent.
fn picture(looks: &VecDeque<Box<[f16; ROWS]>>, seen: f64) -> Option<Frame> {
    let silent = Box::new([f16::from_f64(decibels_of(0.0)); ROWS]);
    let shown: Vec<&[f16; ROWS]> = (0..COLUMNS)
        .map(|column| {
            let ago = ((COLUMNS - 1 - column) as f64 * seen / COLUMNS as f64) as usize;
            looks.len().checked_sub(ago + 1).map_or(&*silent, |place| &*looks[place])
        })
        .collect();
    // Red of each pixel is written; green, blue and alpha stay 0.
    let mut bytes = vec![0; COLUMNS * ROWS * 8];
    for (row, line) in bytes.chunks_exact_mut(COLUMNS * 8).enumerate() {
        for (pixel, rows) in line.chunks_exact_mut(8).zip(&shown) {
            [pixel[0], pixel[1]] = rows[ROWS - 1 - row].to_le_bytes();
        }
    }
    Pixels::new([COLUMNS as u32, ROWS as u32], PixelFormat::LinearHalf, bytes).map(Frame::from_pixels)
}
