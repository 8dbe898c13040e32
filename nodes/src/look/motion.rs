//! How much moves in a picture, and where.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use half::f16;
use pastiche_engine::frame::{Frame, FrameId, Pixels};
use pastiche_engine::gpu::{Effect, Fit, Recorder, Texture, WireId};
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::effect::compile;

const IMAGE: In<Frame> = In::required("image", "Picture in which something moves.");
const SENSITIVITY: In<Control> = In::control(
    "sensitivity",
    1.0,
    Unit::Ratio,
    range(0.0, 8.0),
    range(0.0, 1000.0),
    "How strongly a difference counts.",
);
const THRESHOLD: In<Control> = In::control(
    "threshold",
    0.04,
    Unit::Ratio,
    range(0.0, 0.5),
    range(0.0, 4.0),
    "Differences up to this are the noise of the camera.",
);
const SMOOTH: In<Control> = In::control(
    "smooth",
    0.1,
    Unit::Secs,
    range(0.0, 2.0),
    range(0.0, 60.0),
    "Time in which the numbers go half of the way to new ones.",
);
const AMOUNT: In<Control> = In::amount("How much of the difference picture.");
const OUT: Out<Frame> =
    Out::new("image", "The difference from the frame before: light where something moves.");
const LEVEL: Out<Control> =
    Out::with_unit("level", Unit::Ratio, "How much of the picture moves, from 0 to 1.");
const X: Out<Control> =
    Out::with_unit("x", Unit::Px, "How far to the right of the middle it moves; stays when nothing does.");
const Y: Out<Control> =
    Out::with_unit("y", Unit::Px, "How far above the middle it moves; stays when nothing does.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "motion",
        category: Category::Look,
        summary: "Sees how much moves in a picture, and where.",
        doc: "Compares each frame with the one before. Its numbers play other nodes: `level` how much \
              moves, `x` and `y` the middle of what moves, as `shape` and `text` take them. Live they come \
              a few frames late.",
        example: "let scene = scene();\n\
                  let seen = motion(scene);\n\
                  let dot = shape(60, #{ x: seen.x, y: seen.y, softness: seen.level * 200 });\n\
                  screen(layers([scene, dot], [1, 0.7]));\n",
        inputs: &[&IMAGE.0, &SENSITIVITY.0, &THRESHOLD.0, &SMOOTH.0, &AMOUNT.0],
        outputs: &[OUT.0, LEVEL.0, X.0, Y.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| {
        let measure = concat!(include_str!("../colour.wgsl"), include_str!("motion_measure.wgsl"));
        Ok(Box::new(Motion {
            wire: WireId { node: ctx.seed, output: usize::MAX },
            difference: compile::<Uniforms>(ctx, "motion", 2, include_str!("motion.wgsl"))?,
            measure: compile::<()>(ctx, "motion measure", 2, measure)?,
            before: None,
            measured: None,
            seen: Seen::default(),
        }))
    },
}];

/// Cells in which movement is counted.
const CELLS: [u32; 2] = [64, 36];
/// Until a source gives the same picture for so long it is only slower than the show.
const LONGEST_FRAME_SECS: f64 = 0.25;

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    sensitivity: f32,
    amount: f32,
}

struct Motion {
    /// Under which its own small picture is read back: the seed is the node's own, and no node has
    /// an output of this number.
    wire: WireId,
    difference: Arc<Effect>,
    measure: Arc<Effect>,
    before: Option<Before>,
    /// The differences in cells, until they are in memory.
    measured: Option<Frame>,
    seen: Seen,
}

/// The two newest pictures, of which the older is compared with.
struct Before {
    id: FrameId,
    secs: f64,
    older: Texture,
    newer: Texture,
}

impl Motion {
    /// Takes in a picture: after it, `before` holds what to compare.
    fn look(&mut self, gpu: &mut Recorder, image: &Frame, delta_secs: f64) -> Result<(), Fault> {
        let picture = gpu.texture(image)?;
        let before = self.before.take();
        let is_slow =
            |before: &Before| before.id == image.id() && before.secs + delta_secs < LONGEST_FRAME_SECS;
        self.before = Some(match before {
            Some(before) if is_slow(&before) => Before { secs: before.secs + delta_secs, ..before },
            Some(before) => {
                let older = gpu.fit(&before.newer, image.size_px(), Fit::Stretch)?;
                let light = gpu.draw(&self.measure, &[&older, &picture], &[], image.size_px())?;
                self.measured = Some(Frame::from_texture(gpu.fit(&light, CELLS, Fit::Stretch)?));
                Before { id: image.id(), secs: 0.0, older, newer: picture }
            }
            None => Before { id: image.id(), secs: 0.0, older: picture.clone(), newer: picture },
        });
        Ok(())
    }
}

impl Node for Motion {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some(image) = io.frame(&IMAGE).cloned() else {
            io.clear_frame(&OUT);
            return Ok(());
        };
        let (delta_secs, offline) = (ctx.tick.delta_secs(), ctx.offline);
        let (sensitivity, amount) = (io.control(&SENSITIVITY), io.control(&AMOUNT));
        let gpu = ctx.gpu()?;
        self.look(gpu, &image, delta_secs)?;
        if let Some(measured) = &self.measured
            && let Some(cells) = gpu.read_back(self.wire, measured, offline)?
        {
            let smooth_secs = io.control(&SMOOTH);
            let keep = if smooth_secs > 0.0 { 0.5f64.powf(delta_secs / smooth_secs) } else { 0.0 };
            self.seen.follow(&count(&cells, sensitivity, io.control(&THRESHOLD)), keep);
        }
        let [width, height] = image.size_px().map(f64::from);
        io.set_control(&LEVEL, self.seen.level);
        io.set_control(&X, self.seen.place[0] * 1080.0 * width / height);
        io.set_control(&Y, self.seen.place[1] * 1080.0);
        let Some(before) = self.before.as_ref().filter(|_| amount != 0.0) else {
            io.set_frame(&OUT, image);
            return Ok(());
        };
        let uniforms = Uniforms { sensitivity: sensitivity as f32, amount: amount as f32 };
        let older = gpu.fit(&before.older, image.size_px(), Fit::Stretch)?;
        let inputs = [&before.newer, &older];
        let texture = gpu.draw(&self.difference, &inputs, bytemuck::bytes_of(&uniforms), image.size_px())?;
        io.set_frame(&OUT, Frame::from_texture(texture));
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        (self.before, self.seen) = (old.before.take(), old.seen);
    }
}

/// How much, and where: from -0.5 to 0.5, to the right and up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Seen {
    level: f64,
    place: [f64; 2],
}

impl Seen {
    fn follow(&mut self, new: &Seen, keep: f64) {
        let between = |old: f64, new: f64| new + (old - new) * keep;
        self.level = between(self.level, new.level);
        // Where nothing moves there is no place to go to.
        if new.level > 0.0 {
            self.place = [0, 1].map(|axis| between(self.place[axis], new.place[axis]));
        }
    }
}

/// A cell counts fully from twice the threshold on.
fn count(cells: &Pixels, sensitivity: f64, threshold: f64) -> Seen {
    let [width, height] = cells.size_px().map(f64::from);
    let (mut sum, mut places) = (0.0, [0.0; 2]);
    for (index, pixel) in cells.bytes().chunks_exact(8).enumerate() {
        let light = f64::from(f16::from_le_bytes([pixel[0], pixel[1]]).to_f32()) * sensitivity;
        let weight = ((light - threshold) / threshold.max(1e-6)).clamp(0.0, 1.0);
        let (column, row) = (index as f64 % width, (index as f64 / width).floor());
        sum += weight;
        places[0] += weight * ((column + 0.5) / width - 0.5);
        places[1] += weight * (0.5 - (row + 0.5) / height);
    }
    let place = if sum > 0.0 { places.map(|place| place / sum) } else { [0.0; 2] };
    Seen { level: sum / (width * height), place }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pastiche_engine::frame::PixelFormat;

    #[test]
    fn counts_what_moves_and_where() {
        let mut bytes = vec![0; 4 * 2 * 8];
        // The cell in the upper right corner.
        bytes[3 * 8..3 * 8 + 2].copy_from_slice(&f16::from_f32(0.5).to_le_bytes());
        let cells = Pixels::new([4, 2], PixelFormat::LinearHalf, bytes).unwrap();
        assert_eq!(count(&cells, 1.0, 0.04), Seen { level: 0.125, place: [0.375, 0.25] });
        assert_eq!(count(&cells, 0.0, 0.04), Seen::default());
        assert_eq!(count(&cells, 1000.0, 0.0).level, 0.125);
    }

    #[test]
    fn a_place_stays_when_nothing_moves() {
        let mut seen = Seen::default();
        seen.follow(&Seen { level: 1.0, place: [0.5, -0.5] }, 0.5);
        assert_eq!(seen, Seen { level: 0.5, place: [0.25, -0.25] });
        seen.follow(&Seen::default(), 0.5);
        assert_eq!(seen, Seen { level: 0.25, place: [0.25, -0.25] });
    }
}
