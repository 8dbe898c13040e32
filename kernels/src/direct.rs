//! 3x3 convolutions that change the size, as products over the taps where they lie in the picture.
//!
//! Doubling ("repeat each pixel twice, mirror, convolve") is a convolution of the small picture to four
//! phases, one for each of the four pixels that a pixel becomes; mirroring the doubled picture by one
//! pixel repeats the edge of the small one.

use crate::crew::{Crew, Shared, deal};
use crate::map::{Buffer, Map, block_of};
use crate::moments::Sums;
use crate::simd::{BLOCK, Level, Product, Simd, on_level};
use crate::source::{Beyond, Source, Window, stage};
use crate::workspace::{Workspace, hold};

/// Pixels of a job: output pixels where the picture is halved, input pixels where it is doubled.
const COLUMNS: usize = 56;
/// Rows of a job, likewise.
const ROWS: usize = 2;

/// A 3x3 convolution that halves or doubles a picture.
pub(crate) struct Direct {
    doubles: bool,
    outputs: usize,
    /// Blocks that one product makes.
    at_once: usize,
    groups: Vec<Group>,
}

/// Output lanes that are made by one product.
struct Group {
    /// The taps: row, column and block of input channels.
    taps: Vec<[usize; 3]>,
    weights: Buffer,
}

impl Direct {
    pub(crate) fn halving(level: Level, outputs: usize, inputs: usize, kernel: &[f32]) -> Self {
        let blocks = outputs.div_ceil(BLOCK);
        let at_once = if blocks.is_multiple_of(level.blocks()) { level.blocks() } else { 1 };
        let lanes = at_once * BLOCK;
        let group = |group: usize| {
            Group::new(lanes, inputs, |lane, input, row, column| {
                let output = group * lanes + lane;
                let inside = output < outputs;
                if inside { kernel[(output * inputs + input) * 9 + row * 3 + column] } else { 0.0 }
            })
        };
        Self { doubles: false, outputs, at_once, groups: (0..blocks / at_once).map(group).collect() }
    }

    pub(crate) fn doubling(outputs: usize, inputs: usize, kernel: &[f32]) -> Self {
        // Where tap `k` of phase `a` falls: output row `2y + a` sees rows `y + (a + k - 1) / 2` of the small
        // picture, rounded down.
        let falls = |phase: usize, k: usize| (phase + k).div_ceil(2);
        let groups = (outputs * 4).div_ceil(BLOCK);
        let group = |group: usize| {
            Group::new(BLOCK, inputs, |lane, input, row, column| {
                let (output, [down, across]) = place(outputs, group, lane);
                let at = |k: usize| kernel[(output * inputs + input) * 9 + k];
                let falling = |k: &usize| falls(down, k / 3) == row && falls(across, k % 3) == column;
                (0..9).filter(falling).map(at).sum()
            })
        };
        Self { doubles: true, outputs, at_once: 1, groups: (0..groups).map(group).collect() }
    }

    /// Lanes of the partial sums.
    pub(crate) fn lanes(&self) -> usize {
        self.groups.len() * self.at_once * BLOCK
    }

    /// The output channel of a lane.
    pub(crate) fn channel(&self, lane: usize) -> Option<usize> {
        let channel = if self.doubles { place(self.outputs, lane / BLOCK, lane % BLOCK).0 } else { lane };
        (channel < self.outputs).then_some(channel)
    }

    pub(crate) fn run(
        &self,
        level: Level,
        source: &Source<'_>,
        output: &mut Map,
        workspace: &mut Workspace,
        crew: &dyn Crew,
    ) {
        let [_, height, width] = source.map.shape();
        let (height, width) =
            if self.doubles { (height, width) } else { (height.div_ceil(2), width.div_ceil(2)) };
        let shape =
            if self.doubles { [self.outputs, height * 2, width * 2] } else { [self.outputs, height, width] };
        let segments = width.div_ceil(COLUMNS);
        let columns = width.div_ceil(segments);
        let rows = level.rows(columns);
        let window = if self.doubles { [ROWS + 2, columns + 2] } else { [ROWS * 2 + 1, columns * 2 + 1] };
        let (blocks, block) = (source.map.blocks(), source.map.block());
        // A product may read rows past the end of the last segment.
        let staged = blocks * window[0] * window[1] * block + 2 * rows * 2 * BLOCK + BLOCK;
        let made = columns.next_multiple_of(rows) * self.at_once * BLOCK;
        let jobs = segments * height.div_ceil(ROWS);
        let lanes = self.lanes();
        workspace.prepare(crew.size(), staged + made + BLOCK, jobs, lanes);
        workspace.offsets.clear();
        for group in &self.groups {
            let offset =
                |&[row, column, plane]: &[usize; 3]| ((plane * window[0] + row) * window[1] + column) * block;
            workspace.offsets.extend(group.taps.iter().map(offset));
        }
        output.reshape(shape);
        let to = Shared::new(output.as_mut_ptr());
        let (scratch, offsets, partials) = workspace.parts();
        let each = partials.len() / jobs;
        let partials = Shared::new(partials.as_mut_ptr());
        deal(crew, jobs, |worker, job| {
            let mut scratch = hold(scratch, worker);
            let first = job % segments * columns;
            let task = Task {
                direct: self,
                source,
                offsets,
                window,
                top: job / segments * ROWS,
                left: first,
                columns: columns.min(width - first),
                rows,
                height,
                width,
                scratch: scratch.as_mut_ptr(),
                made: staged.next_multiple_of(BLOCK),
                output: to.get(),
                // SAFETY: there are partial sums for each job.
                partials: unsafe { partials.get().add(job * each) },
            };
            // SAFETY: the level runs here, the memory was made above, and each job is done once.
            unsafe { run_job(level, &task) }
        });
    }
}

impl Group {
    /// Packs the taps that are not zero for all lanes.
    fn new(lanes: usize, inputs: usize, tap: impl Fn(usize, usize, usize, usize) -> f32) -> Self {
        let block = block_of(inputs);
        let (mut taps, mut packed) = (Vec::new(), Vec::new());
        for (row, column) in (0..9).map(|k| (k / 3, k % 3)) {
            for plane in 0..inputs.div_ceil(block) {
                let values: Vec<f32> = (plane * block..(plane + 1) * block)
                    .flat_map(|input| (0..lanes).map(move |lane| (input, lane)))
                    .map(|(input, lane)| if input < inputs { tap(lane, input, row, column) } else { 0.0 })
                    .collect();
                if values.iter().any(|&value| value != 0.0) {
                    taps.push([row, column, plane]);
                    packed.extend(values);
                }
            }
        }
        Self { taps, weights: Buffer::of(&packed) }
    }
}

/// The output channel of a lane of a doubling group, and its phase, down and across. The lanes are such
/// that the pixels beside each other lie together where they are narrow.
fn place(outputs: usize, group: usize, lane: usize) -> (usize, [usize; 2]) {
    match outputs {
        4 => (lane % 4, [lane / 8, lane / 4 % 2]),
        8 => (lane % 8, [group, lane / 8]),
        _ => (group / 4 * BLOCK + lane, [group / 2 % 2, group % 2]),
    }
}

struct Task<'a> {
    direct: &'a Direct,
    source: &'a Source<'a>,
    offsets: &'a [usize],
    window: [usize; 2],
    top: usize,
    left: usize,
    columns: usize,
    /// Rows of a product.
    rows: usize,
    height: usize,
    width: usize,
    scratch: *mut f32,
    /// Where the products lie in the scratch.
    made: usize,
    output: *mut f32,
    partials: *mut f32,
}

on_level! {
    /// One job of a direct convolution.
    run_job = segment(task: &Task<'_>)
}

#[inline(always)]
unsafe fn segment<S: Simd>(task: &Task<'_>) {
    let direct = task.direct;
    let [rows, columns] = task.window;
    let step = if direct.doubles { 1 } else { 2 };
    let window =
        Window { top: (task.top * step) as isize - 1, left: (task.left * step) as isize - 1, rows, columns };
    let beyond = if direct.doubles { Beyond::Edge } else { Beyond::Mirror };
    let block = task.source.map.block();
    let lanes = direct.at_once * BLOCK;
    // SAFETY: the scratch has room for the window and the products, and the pixels of a job are its own.
    unsafe {
        stage::<S>(task.source, beyond, window, task.scratch);
        let made = task.scratch.add(task.made);
        let mut offsets = task.offsets;
        for (number, group) in direct.groups.iter().enumerate() {
            let (mine, others) = offsets.split_at(group.taps.len());
            offsets = others;
            for y in 0..ROWS.min(task.height - task.top) {
                for x in (0..task.columns).step_by(task.rows) {
                    let product = Product {
                        a: task.scratch.add((y * columns + x) * step * block),
                        offsets: mine,
                        depth: block,
                        b: group.weights.as_ptr(),
                        c: made.add(x * lanes),
                    };
                    S::product(task.rows, direct.at_once, step * block, &product);
                }
                for part in 0..direct.at_once {
                    let block = number * direct.at_once + part;
                    gather::<S>(task, block, y == 0, made.add(part * BLOCK), lanes);
                    write(task, block, task.top + y, made.add(part * BLOCK), lanes);
                }
            }
        }
    }
}

/// Adds a row of one block's products to the job's partial sums; the first row begins them.
///
/// # Safety
/// The processor has the level of `S`, and the memory is there.
#[inline(always)]
unsafe fn gather<S: Simd>(task: &Task<'_>, block: usize, begins: bool, made: *const f32, lanes: usize) {
    let all = task.direct.lanes();
    for part in (0..BLOCK).step_by(S::LANES) {
        // SAFETY: the caller's promise.
        unsafe {
            let made = made.add(part);
            let mut sums = if begins {
                Sums::<S>::new(S::load(made))
            } else {
                Sums::<S>::read(task.partials, all, block * BLOCK + part)
            };
            for x in 0..task.columns {
                sums.add(S::load(made.add(x * lanes)));
            }
            let rows = ROWS.min(task.height - task.top);
            sums.write(task.partials, all, block * BLOCK + part, rows * task.columns);
        }
    }
}

/// Writes a row of one block's products to the output.
///
/// # Safety
/// The memory is there, and no one else uses these pixels.
#[inline(always)]
unsafe fn write(task: &Task<'_>, block: usize, y: usize, made: *const f32, lanes: usize) {
    let Task { height, width, left, output, .. } = *task;
    for x in 0..task.columns {
        // SAFETY: the caller's promise.
        unsafe {
            let from = made.add(x * lanes);
            let x = left + x;
            if !task.direct.doubles {
                let to = ((block * height + y) * width + x) * BLOCK;
                std::ptr::copy_nonoverlapping(from, output.add(to), BLOCK);
                continue;
            }
            match task.direct.outputs {
                4 => {
                    for down in 0..2 {
                        let to = ((2 * y + down) * width + x) * 8;
                        std::ptr::copy_nonoverlapping(from.add(down * 8), output.add(to), 8);
                    }
                }
                8 => {
                    let to = ((2 * y + block) * width + x) * BLOCK;
                    std::ptr::copy_nonoverlapping(from, output.add(to), BLOCK);
                }
                _ => {
                    let (_, [down, across]) = place(task.direct.outputs, block, 0);
                    let row = (block / 4 * height * 2 + 2 * y + down) * width * 2;
                    let to = (row + 2 * x + across) * BLOCK;
                    std::ptr::copy_nonoverlapping(from, output.add(to), BLOCK);
                }
            }
        }
    }
}
