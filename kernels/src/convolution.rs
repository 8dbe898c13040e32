//! Convolutions from map to map.

use crate::crew::{Crew, Shared, deal};
use crate::direct::Direct;
use crate::error::KernelError;
use crate::map::Map;
use crate::moments::{Moments, gather};
use crate::simd::{BLOCK, Level, Simd, on_level};
use crate::source::{Beyond, Source, Window, inside_columns, stage};
use crate::winograd::{FREQUENCIES, Frequencies, PATCH, TILE, Tiling, input_tile};
use crate::workspace::{Workspace, hold};

/// How a convolution changes the size of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// The size stays; beyond the edges the picture is mirrored.
    Keep,
    /// Every second pixel of every second row, from the first; beyond the edges the picture is mirrored.
    Half,
    /// Each pixel is repeated twice in both directions, then convolved, with the doubled picture mirrored
    /// beyond its edges.
    Double,
}

/// A 3x3 convolution, its weights laid out for one level.
///
/// Channels: any from nine on for [`Scale::Keep`]; [`Scale::Half`] takes five or more and gives nine or more;
/// [`Scale::Double`] takes five or more and gives four, eight, or a multiple of 16.
pub struct Convolution {
    level: Level,
    inputs: usize,
    outputs: usize,
    way: Way,
}

enum Way {
    Winograd(Frequencies),
    Direct(Direct),
}

impl Convolution {
    /// Lays out a kernel, `[outputs][inputs][3][3]`.
    pub fn new(
        level: Level,
        scale: Scale,
        [outputs, inputs]: [usize; 2],
        kernel: &[f32],
    ) -> Result<Self, KernelError> {
        if !level.runs_here() {
            return Err(KernelError::Level { level: level.name() });
        }
        if outputs.checked_mul(inputs).and_then(|count| count.checked_mul(9)) != Some(kernel.len()) {
            return Err(KernelError::KernelLength { outputs, inputs, side: 3, found: kernel.len() });
        }
        let possible = match scale {
            Scale::Keep => inputs > 8 && outputs > 8,
            Scale::Half => inputs > 4 && outputs > 8,
            Scale::Double => inputs > 4 && (matches!(outputs, 4 | 8) || is_whole_blocks(outputs)),
        };
        if !possible {
            return Err(KernelError::Channels { outputs, inputs });
        }
        let way = match scale {
            Scale::Keep => {
                let tap = |output: usize, input: usize, row: usize, column: usize| {
                    if input < inputs {
                        kernel[(output * inputs + input) * 9 + row * 3 + column]
                    } else {
                        0.0
                    }
                };
                Way::Winograd(Frequencies::new(level, outputs, inputs.next_multiple_of(BLOCK), tap))
            }
            Scale::Half => Way::Direct(Direct::halving(level, outputs, inputs, kernel)),
            Scale::Double => Way::Direct(Direct::doubling(outputs, inputs, kernel)),
        };
        Ok(Self { level, inputs, outputs, way })
    }

    /// Convolves the source into `output`, which takes on its size, and gives the moments of each of its
    /// channels. With `keep`, the source as it was read is written there (for a later `plus`); only
    /// convolutions that keep the size can.
    pub fn run(
        &self,
        source: &Source<'_>,
        keep: Option<&mut Map>,
        output: &mut Map,
        moments: &mut Vec<Moments>,
        workspace: &mut Workspace,
        crew: &dyn Crew,
    ) -> Result<(), KernelError> {
        let shape = source.map.shape();
        if shape[0] != self.inputs || !source.fits() || shape[1] == 0 || shape[2] == 0 {
            return Err(KernelError::Source { expected: self.inputs, found: shape });
        }
        moments.resize(self.outputs, Moments { mean: 0.0, variance: 0.0 });
        match &self.way {
            Way::Winograd(frequencies) => {
                let lanes = self.outputs.next_multiple_of(BLOCK);
                self.tiled(frequencies, source, keep, output, workspace, crew);
                let channel = |lane| (lane < self.outputs).then_some(lane);
                gather(workspace.partials(), lanes, channel, moments);
            }
            Way::Direct(direct) => {
                if keep.is_some() {
                    return Err(KernelError::Keep);
                }
                direct.run(self.level, source, output, workspace, crew);
                gather(workspace.partials(), direct.lanes(), |lane| direct.channel(lane), moments);
            }
        }
        Ok(())
    }

    fn tiled(
        &self,
        frequencies: &Frequencies,
        source: &Source<'_>,
        keep: Option<&mut Map>,
        output: &mut Map,
        workspace: &mut Workspace,
        crew: &dyn Crew,
    ) {
        let [_, height, width] = source.map.shape();
        let tiling = Tiling::new(height, width, self.level);
        let layout = Layout::new(frequencies, &tiling, source.map.blocks());
        let lanes = self.outputs.next_multiple_of(BLOCK);
        workspace.prepare(crew.size(), layout.len, tiling.jobs(), lanes);
        workspace.offsets.clear();
        workspace.offsets.extend((0..source.map.blocks()).map(|block| block * tiling.room * BLOCK));
        output.reshape([self.outputs, height, width]);
        let keep = keep.map(|keep| {
            keep.reshape(source.map.shape());
            Shared::new(keep.as_mut_ptr())
        });
        let to = Shared::new(output.as_mut_ptr());
        let (scratch, offsets, partials) = workspace.parts();
        let each = partials.len() / tiling.jobs();
        let partials = Shared::new(partials.as_mut_ptr());
        deal(crew, tiling.jobs(), |worker, job| {
            let mut scratch = hold(scratch, worker);
            let task = Task {
                source,
                frequencies,
                tiling: &tiling,
                layout: &layout,
                offsets,
                job,
                scratch: scratch.as_mut_ptr(),
                keep: keep.map(Shared::get),
                output: to.get(),
                // SAFETY: there are partial sums for each job.
                partials: unsafe { partials.get().add(job * each) },
            };
            // SAFETY: the level runs here, the memory was made above, and each job is done once.
            unsafe { run_tiles(self.level, &task) }
        });
    }
}

fn is_whole_blocks(channels: usize) -> bool {
    channels > 0 && channels.is_multiple_of(BLOCK)
}

/// Where things lie in a worker's memory, in floats.
struct Layout {
    columns: usize,
    frequencies: usize,
    distance: usize,
    products: usize,
    len: usize,
}

impl Layout {
    fn new(frequencies: &Frequencies, tiling: &Tiling, blocks: usize) -> Self {
        let columns = tiling.tiles * TILE + PATCH - TILE;
        let window = blocks * PATCH * columns * BLOCK;
        let distance = blocks * tiling.room * BLOCK + BLOCK;
        let products = window + FREQUENCIES * distance;
        let len = products + frequencies.products_len(tiling);
        Self { columns, frequencies: window, distance, products, len }
    }
}

struct Task<'a> {
    source: &'a Source<'a>,
    frequencies: &'a Frequencies,
    tiling: &'a Tiling,
    layout: &'a Layout,
    offsets: &'a [usize],
    job: usize,
    scratch: *mut f32,
    keep: Option<*mut f32>,
    output: *mut f32,
    partials: *mut f32,
}

on_level! {
    /// One job of a convolution by Winograd's algorithm.
    run_tiles = tiles(task: &Task<'_>)
}

#[inline(always)]
unsafe fn tiles<S: Simd>(task: &Task<'_>) {
    let Task { source, frequencies, tiling, layout, scratch, .. } = *task;
    let (top, left, tiles) = tiling.job(task.job);
    let columns = layout.columns;
    let window = Window { top: top as isize - 1, left: left as isize - 1, rows: PATCH, columns };
    let blocks = source.map.blocks();
    // SAFETY: the layout has room for all of it, and the pixels of a job are its own.
    unsafe {
        stage::<S>(source, Beyond::Mirror, window, scratch);
        if let Some(keep) = task.keep {
            keep_tiles(task, keep, window);
        }
        let transformed = scratch.add(layout.frequencies);
        for block in 0..blocks {
            for tile in 0..tiles {
                for part in (0..BLOCK).step_by(S::LANES) {
                    let from = scratch.add((block * PATCH * columns + tile * TILE) * BLOCK + part);
                    let to = transformed.add((block * tiling.room + tile) * BLOCK + part);
                    input_tile::<S>(from, columns * BLOCK, to, layout.distance);
                }
            }
        }
        let products = scratch.add(layout.products);
        let from = (transformed.cast_const(), layout.distance);
        frequencies.multiply::<S>(tiling, tiles, from, (task.offsets, BLOCK), products);
        frequencies.write::<S>(tiling, (top, left, tiles), products, task.output, task.partials);
    }
}

/// Copies the pixels of a job, as they were read, to where they are kept.
///
/// # Safety
/// The window is staged, and no one else uses these pixels at `keep`, which has the source's shape.
#[inline(always)]
unsafe fn keep_tiles(task: &Task<'_>, keep: *mut f32, window: Window) {
    let map = task.source.map;
    let [_, height, width] = map.shape();
    let (top, left, tiles) = task.tiling.job(task.job);
    let inner = Window { left: left as isize, columns: tiles * TILE, ..window };
    let (low, high) = inside_columns(inner, width);
    for block in 0..map.blocks() {
        for y in top..(top + TILE).min(height) {
            // SAFETY: the row is inside the staged window and inside the map.
            unsafe {
                let from = (block * PATCH + y - top + 1) * window.columns + 1;
                let to = block * map.plane() + y * map.row() + low * BLOCK;
                let from = task.scratch.add(from * BLOCK);
                std::ptr::copy_nonoverlapping(from, keep.add(to), (high - low) * BLOCK);
            }
        }
    }
}
