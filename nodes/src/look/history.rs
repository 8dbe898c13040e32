//! The last frames of a picture, for effects that look back: tiles of one texture on the GPU.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::gpu::{Effect, Fit, Recorder, Texture};
use pastiche_engine::node::{BuildCtx, BuildError, Fault};
use pastiche_engine::options::Options;
use pastiche_engine::port::Colour;
use pastiche_engine::spec::{Opt, range};

use crate::effect::compile;

/// The option of every kind that looks back.
pub(crate) const FRAMES: Opt<usize> = Opt::whole(
    "frames",
    60,
    range(2.0, 600.0),
    "How many frames it remembers; many frames of a large picture are remembered smaller.",
);

/// What the frames of one node may take; above, they are kept smaller.
const MOST_BYTES: u64 = 256 << 20;
const BYTES_PER_PIXEL: u64 = 8;

/// Also on adapters that allow more, so that a patch looks the same everywhere.
const MOST_SIDE_PX: u32 = 8192;

/// `History` of `history.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub(crate) struct Uniforms {
    tile: [f32; 2],
    columns: u32,
    slots: u32,
    newest: u32,
    held: u32,
    padding: [u32; 2],
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct MoveUniforms {
    old: Uniforms,
    next: Uniforms,
}

/// A ring of frames.
pub(crate) struct History {
    slots: u32,
    mover: Arc<Effect>,
    ring: Option<Ring>,
}

struct Ring {
    atlas: Texture,
    layout: Layout,
    newest: u32,
    held: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Layout {
    tile_px: [u32; 2],
    columns: u32,
    slots: u32,
}

impl History {
    /// As many frames as the option says.
    pub(crate) fn new(ctx: &BuildCtx<'_>, options: &Options) -> Result<History, BuildError> {
        let slots = options.get(&FRAMES) as u32;
        let wgsl = include_str!("history_move.wgsl");
        let mover = compile::<MoveUniforms>(ctx, "history", 1, wgsl)?;
        Ok(History { slots: slots.max(2), mover, ring: None })
    }

    /// Remembers a frame: from now on it has age 0.
    pub(crate) fn push(&mut self, gpu: &mut Recorder, picture: &Texture) -> Result<(), Fault> {
        let most_side_px = gpu.gpu().max_texture_side().min(MOST_SIDE_PX);
        let layout = Layout::of(picture.size_px(), self.slots, most_side_px);
        let ring = match self.ring.take() {
            Some(ring) if ring.layout == layout => ring,
            Some(ring) => ring.moved(gpu, &self.mover, layout)?,
            None => Ring { atlas: layout.clear(gpu)?, layout, newest: layout.slots - 1, held: 0 },
        };
        let ring = self.ring.insert(ring);
        ring.newest = (ring.newest + 1) % layout.slots;
        ring.held = (ring.held + 1).min(layout.slots);
        let tile = gpu.fit(picture, layout.tile_px, Fit::Stretch)?;
        let [column, row] = [ring.newest % layout.columns, ring.newest / layout.columns];
        gpu.copy_into(&tile, &ring.atlas, [column * layout.tile_px[0], row * layout.tile_px[1]])
    }

    /// The texture of all frames and where each lies; `None` before the first.
    pub(crate) fn atlas(&self) -> Option<(&Texture, Uniforms)> {
        self.ring.as_ref().map(|ring| (&ring.atlas, ring.uniforms()))
    }

    /// Takes over what another one remembers.
    pub(crate) fn adopt(&mut self, old: &mut History) {
        self.ring = old.ring.take();
    }
}

impl Ring {
    fn uniforms(&self) -> Uniforms {
        Uniforms {
            tile: self.layout.tile_px.map(|side| side as f32),
            columns: self.layout.columns,
            slots: self.layout.slots,
            newest: self.newest,
            held: self.held,
            padding: [0; 2],
        }
    }

    /// The same frames in another layout, the oldest forgotten where there are too many.
    fn moved(self, gpu: &mut Recorder, mover: &Effect, layout: Layout) -> Result<Ring, Fault> {
        let held = self.held.min(layout.slots);
        let mut ring = Ring { atlas: self.atlas.clone(), layout, newest: held.max(1) - 1, held };
        let uniforms = MoveUniforms { old: self.uniforms(), next: ring.uniforms() };
        ring.atlas = gpu.draw(mover, &[&self.atlas], bytemuck::bytes_of(&uniforms), layout.size_px())?;
        Ok(ring)
    }
}

impl Layout {
    fn of([width, height]: [u32; 2], slots: u32, most_side_px: u32) -> Layout {
        let pixels = f64::from(width) * f64::from(height) * f64::from(slots);
        let most_pixels = (MOST_BYTES / BYTES_PER_PIXEL) as f64;
        let mut scale = (most_pixels / pixels).sqrt().min(1.0);
        loop {
            let tile_px = [width, height].map(|side| ((f64::from(side) * scale) as u32).max(1));
            let [tile_width, tile_height] = tile_px.map(f64::from);
            // About a square.
            let columns = (f64::from(slots) * tile_height / tile_width).sqrt().ceil() as u32;
            let columns = columns.clamp(1, (most_side_px / tile_px[0]).max(1)).min(slots);
            let layout = Layout { tile_px, columns, slots };
            let size_px = layout.size_px();
            let bytes = u64::from(size_px[0]) * u64::from(size_px[1]) * BYTES_PER_PIXEL;
            if size_px[0] <= most_side_px && size_px[1] <= most_side_px && bytes <= MOST_BYTES {
                return layout;
            }
            scale *= 0.96;
        }
    }

    fn size_px(&self) -> [u32; 2] {
        [self.columns * self.tile_px[0], self.slots.div_ceil(self.columns) * self.tile_px[1]]
    }

    fn clear(&self, gpu: &mut Recorder) -> Result<Texture, Fault> {
        gpu.solid(Colour([0.0; 4]), self.size_px())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_history_fits_into_a_texture_and_its_bytes() {
        for size_px in
            [[1, 1], [64, 36], [640, 360], [1920, 1080], [16_384, 16_384], [1, 16_384], [16_384, 1]]
        {
            for slots in [2, 3, 60, 120, 600] {
                let layout = Layout::of(size_px, slots, 8192);
                let [width, height] = layout.size_px();
                assert!(width <= 8192 && height <= 8192, "{size_px:?}, {slots}: {layout:?}");
                let tiles = layout.columns * height / layout.tile_px[1];
                assert!(tiles >= slots, "{size_px:?}, {slots}: {layout:?}");
                let bytes = u64::from(width) * u64::from(height) * BYTES_PER_PIXEL;
                assert!(bytes <= MOST_BYTES, "{size_px:?}, {slots}: {bytes} bytes");
            }
        }
        assert_eq!(Layout::of([640, 360], 120, 8192).tile_px, [640, 360], "two seconds in full");
    }
}
