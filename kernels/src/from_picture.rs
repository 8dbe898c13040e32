//! The 9x9 convolution at the beginning of a network: three planes of a picture to many channels.
//!
//! The kernel is cut into nine kernels of 3x3, so that Winograd's algorithm does it: a tile has nine
//! patches, three pixels apart, of three colours each, which are 27 input channels.

use crate::crew::{Crew, Shared, deal};
use crate::error::KernelError;
use crate::map::Map;
use crate::moments::{Moments, gather};
use crate::simd::{BLOCK, Level, Simd, on_level};
use crate::source::{Beyond, Window, fill, inside_columns};
use crate::winograd::{FREQUENCIES, Frequencies, PATCH, TILE, Tiling, input_line, load_line, store_line};
use crate::workspace::{Workspace, hold};

/// Planes of a picture.
const COLOURS: usize = 3;
const SIDE: usize = 9;
/// Pixels beyond the edge on each side.
const MARGIN: usize = SIDE / 2;
/// Kernels of 3x3 in each direction.
const PIECES: usize = SIDE / 3;
/// Rows of a picture that a row of tiles sees.
const ROWS: usize = TILE + SIDE - 1;

/// A 9x9 convolution from three planes to at least five channels; beyond the edges the picture is
/// mirrored.
pub struct FromPicture {
    level: Level,
    outputs: usize,
    frequencies: Frequencies,
}

impl FromPicture {
    /// Lays out a kernel, `[outputs][3][9][9]`.
    pub fn new(level: Level, outputs: usize, kernel: &[f32]) -> Result<Self, KernelError> {
        if !level.runs_here() {
            return Err(KernelError::Level { level: level.name() });
        }
        if outputs.checked_mul(COLOURS * SIDE * SIDE) != Some(kernel.len()) {
            let found = kernel.len();
            return Err(KernelError::KernelLength { outputs, inputs: COLOURS, side: SIDE, found });
        }
        if outputs <= 4 {
            return Err(KernelError::Channels { outputs, inputs: COLOURS });
        }
        let frequencies =
            Frequencies::new(level, outputs, PIECES * PIECES * COLOURS, |output, depth, row, column| {
                let (piece, colour) = (depth / COLOURS, depth % COLOURS);
                let (row, column) = (piece / PIECES * 3 + row, piece % PIECES * 3 + column);
                kernel[((output * COLOURS + colour) * SIDE + row) * SIDE + column]
            });
        Ok(Self { level, outputs, frequencies })
    }

    /// Convolves a picture of three planes, `[3][height][width]`, into `output`, which takes on its
    /// size, and gives the moments of each channel of it.
    pub fn run(
        &self,
        planes: &[f32],
        [height, width]: [usize; 2],
        output: &mut Map,
        moments: &mut Vec<Moments>,
        workspace: &mut Workspace,
        crew: &dyn Crew,
    ) -> Result<(), KernelError> {
        let whole = height.checked_mul(width).and_then(|pixels| pixels.checked_mul(COLOURS));
        if planes.is_empty() || whole != Some(planes.len()) {
            return Err(KernelError::Source { expected: COLOURS, found: [COLOURS, height, width] });
        }
        let tiling = Tiling::new(height, width, self.level);
        let layout = Layout::new(&self.frequencies, &tiling);
        let lanes = self.outputs.next_multiple_of(BLOCK);
        workspace.prepare(crew.size(), layout.len, tiling.jobs(), lanes);
        workspace.offsets.clear();
        let piece = |piece: usize| piece / PIECES * layout.line + piece % PIECES * 3 * COLOURS;
        workspace.offsets.extend((0..PIECES * PIECES).map(piece));
        output.reshape([self.outputs, height, width]);
        let to = Shared::new(output.as_mut_ptr());
        let (scratch, offsets, partials) = workspace.parts();
        let each = partials.len() / tiling.jobs();
        let partials = Shared::new(partials.as_mut_ptr());
        deal(crew, tiling.jobs(), |worker, job| {
            let mut scratch = hold(scratch, worker);
            let task = Task {
                frequencies: &self.frequencies,
                planes,
                tiling: &tiling,
                layout: &layout,
                offsets,
                job,
                scratch: scratch.as_mut_ptr(),
                output: to.get(),
                // SAFETY: there are partial sums for each job.
                partials: unsafe { partials.get().add(job * each) },
            };
            // SAFETY: the level runs here, the memory was made above, and each job is done once.
            unsafe { run_tiles(self.level, &task) }
        });
        let channel = |lane| (lane < self.outputs).then_some(lane);
        moments.resize(self.outputs, Moments { mean: 0.0, variance: 0.0 });
        gather(workspace.partials(), lanes, channel, moments);
        Ok(())
    }
}

/// Where things lie in a worker's memory, in floats.
struct Layout {
    /// Pixels of a staged row.
    columns: usize,
    /// Floats of a row of frequencies.
    line: usize,
    /// Where rows lie after the transform along them, `[row][frequency][line]`.
    across: usize,
    frequencies: usize,
    products: usize,
    len: usize,
}

impl Layout {
    fn new(frequencies: &Frequencies, tiling: &Tiling) -> Self {
        let columns = tiling.tiles * TILE + SIDE - 1;
        let staged = ROWS * columns * COLOURS + 2 * BLOCK;
        // Products may read as many tiles as there is room for.
        let line = ((tiling.room * TILE + SIDE) * COLOURS).next_multiple_of(BLOCK) + BLOCK;
        let across = staged.next_multiple_of(BLOCK);
        let transformed = across + ROWS * PATCH * line;
        let products = transformed + FREQUENCIES * PIECES * line;
        let len = products + frequencies.products_len(tiling);
        Self { columns, line, across, frequencies: transformed, products, len }
    }
}

struct Task<'a> {
    frequencies: &'a Frequencies,
    planes: &'a [f32],
    tiling: &'a Tiling,
    layout: &'a Layout,
    offsets: &'a [usize],
    job: usize,
    scratch: *mut f32,
    output: *mut f32,
    partials: *mut f32,
}

on_level! {
    /// One job of the convolution.
    run_tiles = tiles(task: &Task<'_>)
}

#[inline(always)]
unsafe fn tiles<S: Simd>(task: &Task<'_>) {
    let Task { frequencies, tiling, layout, scratch, .. } = *task;
    let (top, left, tiles) = tiling.job(task.job);
    // Every pixel is the first of a patch for one piece or another; what no tile needs is not read.
    let length = (tiles * TILE + SIDE - PATCH) * COLOURS;
    let row = layout.columns * COLOURS;
    // SAFETY: the layout has room for all of it, and the pixels of a job are its own.
    unsafe {
        interleave(task, top, left);
        let across = scratch.add(layout.across);
        for y in 0..ROWS {
            for at in (0..length).step_by(S::LANES) {
                let from = scratch.add(y * row + at);
                let values = input_line::<S>(load_line::<S>(from, COLOURS));
                store_line::<S>(across.add(y * PATCH * layout.line + at), layout.line, values);
            }
        }
        let transformed = scratch.add(layout.frequencies);
        for piece in 0..PIECES {
            for frequency in 0..PATCH {
                for at in (0..length).step_by(S::LANES) {
                    let from = across.add((piece * 3 * PATCH + frequency) * layout.line + at);
                    let values = input_line::<S>(load_line::<S>(from, PATCH * layout.line));
                    let to = transformed.add((frequency * PIECES + piece) * layout.line + at);
                    store_line::<S>(to, PATCH * PIECES * layout.line, values);
                }
            }
        }
        let products = scratch.add(layout.products);
        let from = (transformed.cast_const(), PIECES * layout.line);
        frequencies.multiply::<S>(tiling, tiles, from, (task.offsets, TILE * COLOURS), products);
        frequencies.write::<S>(tiling, (top, left, tiles), products, task.output, task.partials);
    }
}

/// Copies what a job sees to the scratch, the three colours of a pixel beside each other.
///
/// # Safety
/// The scratch has room for it.
#[inline(always)]
unsafe fn interleave(task: &Task<'_>, top: usize, left: usize) {
    let Tiling { height, width, .. } = *task.tiling;
    let columns = task.layout.columns;
    let window = Window {
        top: top as isize - MARGIN as isize,
        left: left as isize - MARGIN as isize,
        rows: ROWS,
        columns,
    };
    let (low, high) = inside_columns(window, width);
    for row in 0..ROWS {
        let y = Beyond::Mirror.inside(window.top + row as isize, height);
        let planes = task.planes.chunks_exact(height * width).map(|plane| &plane[y * width..][low..high]);
        // SAFETY: the row is inside the scratch.
        unsafe {
            let line = task.scratch.add(row * columns * COLOURS);
            let inner = line.offset((low as isize - window.left) * COLOURS as isize);
            for (colour, plane) in planes.enumerate() {
                for (x, &value) in plane.iter().enumerate() {
                    *inner.add(x * COLOURS + colour) = value;
                }
            }
            fill(line, Beyond::Mirror, window, (low, high), width, COLOURS);
        }
    }
}
