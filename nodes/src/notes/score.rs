//! Notes as a picture: a piano roll that moves to the left.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::{Frame, FrameId};
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Colour, Control, Notes};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::effect::compile;

mod roll;

use roll::{LANES, Roll, View};

const NOTES: In<Notes> = In::required("notes", "Notes to draw.");
const CANVAS: In<Frame> = In::optional(
    "canvas",
    "What is about to be sung, as `chorale` gives it: without it only what has been played is drawn.",
);
const IMAGE: In<Frame> = In::optional("image", "Picture under the score; without one there is `background`.");
const BEATS: In<Control> = In::control(
    "beats",
    16.0,
    Unit::Beats,
    range(4.0, 64.0),
    range(1.0, 256.0),
    "How much time is seen from edge to edge.",
);
const LINE: In<Control> = In::control(
    "line",
    0.4,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 1.0),
    "Where now is: 0 is the left edge, 1 the right.",
);
const LOWEST: In<Control> = In::control(
    "lowest",
    38.0,
    Unit::Semitones,
    range(0.0, 60.0),
    range(-1000.0, 1000.0),
    "MIDI pitch at the bottom; far below what is played leaves room under the notes.",
);
const HIGHEST: In<Control> = In::control(
    "highest",
    83.0,
    Unit::Semitones,
    range(61.0, 127.0),
    range(-1000.0, 1000.0),
    "MIDI pitch at the top, at least an octave higher; far above what is played leaves room over the notes.",
);
const GLOW: In<Control> = In::control(
    "glow",
    1.0,
    Unit::Ratio,
    range(0.0, 2.0),
    range(0.0, 16.0),
    "How much light is around the notes, most around those that are new.",
);
const SOPRANO: In<Colour> =
    In::colour("soprano", Colour([1.0, 0.58, 0.13, 1.0]), "Colour of voice 0, and of voices 4, 8 and so on.");
const ALTO: In<Colour> = In::colour("alto", Colour([1.0, 0.16, 0.2, 1.0]), "Colour of voice 1.");
const TENOR: In<Colour> = In::colour("tenor", Colour([0.06, 0.62, 0.5, 1.0]), "Colour of voice 2.");
const BASS: In<Colour> = In::colour("bass", Colour([0.17, 0.22, 1.0, 1.0]), "Colour of voice 3.");
const BACKGROUND: In<Colour> =
    In::colour("background", Colour([0.0022, 0.0026, 0.0065, 1.0]), "Colour where there is no picture.");
const AMOUNT: In<Control> = In::amount("How much of the score, over the picture.");
const OUT: Out<Frame> = Out::new("image", "The score over the picture.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "score",
        category: Category::Notes,
        summary: "Draws notes as a score that moves to the left.",
        doc: "A piano roll: high notes at the top, each voice in its own colour, five lines for each of the \
              two staves and a line at every bar of four beats. What sounds crosses the bright line of now. With the \
              `canvas` of a `chorale`, what is about to be sung is seen ahead of the line, and cells that were \
              just written glow. It is drawn at the size of the picture under it, or of the canvas of the patch. \
              Up to eight notes at once.",
        example: "let high = melody([67, 69, 71, 72, 74, 71], 0.5);\nlet low = melody([48, 55, 52], 1, #{ voice: 3 });\n\
                  let tune = merge(high, low);\nspeakers(keys(tune));\n\
                  screen(score(tune, #{ beats: 4, line: 0.8 }));\n",
        inputs: &[
            &NOTES.0,
            &CANVAS.0,
            &IMAGE.0,
            &BEATS.0,
            &LINE.0,
            &LOWEST.0,
            &HIGHEST.0,
            &GLOW.0,
            &SOPRANO.0,
            &ALTO.0,
            &TENOR.0,
            &BASS.0,
            &BACKGROUND.0,
            &AMOUNT.0,
        ],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| {
        let effect = compile::<Uniforms>(ctx, "score", 2, include_str!("score.wgsl"))?;
        Ok(Box::new(Score { effect, roll: Roll::default(), canvas: None }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    colours: [[f32; 4]; 4],
    background: [f32; 4],
    size: [f32; 2],
    beats: f32,
    line: f32,
    lowest: f32,
    highest: f32,
    glow: f32,
    /// Beats from a bar line to the left edge.
    along_bar: f32,
    lanes: u32,
    has_image: u32,
    amount: f32,
    padding: f32,
}

struct Score {
    effect: Arc<Effect>,
    roll: Roll,
    /// The picture of what is about to be sung that was read last.
    canvas: Option<FrameId>,
}

/// Beats of a bar.
const BAR: f64 = 4.0;

impl Node for Score {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        self.roll.hear(io.notes(&NOTES), &ctx.frame_time());
        let now_secs = ctx.tick.time_secs();
        match io.frame(&CANVAS).map(Frame::id) {
            None => {
                self.canvas = None;
                self.roll.read(None, now_secs);
            }
            Some(id) if self.canvas.as_ref() == Some(&id) => {}
            Some(id) => {
                if let Some(pixels) = io.pixels(ctx, &CANVAS)? {
                    self.roll.read(Some(&pixels), now_secs);
                    self.canvas = Some(id);
                }
            }
        }
        let (amount, image) = (io.control(&AMOUNT), io.frame(&IMAGE).cloned());
        if let (true, Some(image)) = (amount == 0.0, &image) {
            io.set_frame(&OUT, image.clone());
            return Ok(());
        }
        let beats = io.control(&BEATS);
        let (line, lowest) = (io.control(&LINE), io.control(&LOWEST));
        let view = View { now: ctx.beats.now, from: ctx.beats.now - line * beats, beats, now_secs };
        let Some((notes, lanes)) = self.roll.picture(&view) else { return Ok(()) };
        let size_px = image.as_ref().map_or(ctx.canvas_px, Frame::size_px);
        let uniforms = Uniforms {
            colours: [&SOPRANO, &ALTO, &TENOR, &BASS].map(|voice| io.colour(voice).0),
            background: io.colour(&BACKGROUND).0,
            size: size_px.map(|side| side as f32),
            beats: beats as f32,
            line: line as f32,
            lowest: lowest as f32,
            highest: io.control(&HIGHEST).max(lowest + 12.0) as f32,
            glow: io.control(&GLOW) as f32,
            along_bar: view.from.rem_euclid(BAR) as f32,
            lanes: lanes.min(LANES) as u32,
            has_image: u32::from(image.is_some()),
            amount: amount as f32,
            padding: 0.0,
        };
        let gpu = ctx.gpu()?;
        let notes = gpu.texture(&notes)?;
        let under = match &image {
            Some(image) => gpu.texture(image)?,
            None => gpu.solid(Colour([0.0; 4]), [1, 1])?,
        };
        let drawn = gpu.draw(&self.effect, &[&notes, &under], bytemuck::bytes_of(&uniforms), size_px)?;
        io.set_frame(&OUT, Frame::from_texture(drawn));
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(&mut self.roll, &mut old.roll);
        self.canvas = old.canvas.take();
    }
}
