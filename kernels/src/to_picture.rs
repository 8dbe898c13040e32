//! The 9x9 convolution at the end of a network, four or eight channels to the three planes of a picture, and
//! the normalisation and sigmoid behind it.
//!
//! Lanes are the pixels and channels of a row as they lie in memory; a pixel's channels are summed
//! last. Down the columns the kernel is cut into three of three taps, for Winograd's F(4, 3): four rows
//! of outputs take six products of rows where the plain way takes twelve.

use crate::crew::{Crew, Shared, deal};
use crate::error::KernelError;
use crate::map::Buffer;
use crate::moments::{Affine, Moments, gather};
use crate::simd::{BLOCK, Level, Simd, on_level};
use crate::source::{Beyond, Source, Window, stage};
use crate::winograd::{PATCH, TILE, input_line, kernel_line, load_line, output_line, store_line};
use crate::workspace::{Workspace, hold};

/// Planes of a picture.
const COLOURS: usize = 3;
const SIDE: usize = 9;
const MARGIN: usize = SIDE / 2;
/// Kernels of three rows.
const PIECES: usize = SIDE / 3;
/// Rows that four rows of outputs see.
const ROWS: usize = TILE + SIDE - 1;
/// The most floats of a job's rows.
const LENGTH: usize = 768;

/// A 9x9 convolution from four or eight channels to three planes; beyond the edges the map is mirrored.
pub struct ToPicture {
    level: Level,
    inputs: usize,
    /// `[frequency][piece][column][colour][input]`.
    weights: Buffer,
}

impl ToPicture {
    /// Lays out a kernel, `[3][inputs][9][9]`, `inputs` four or eight.
    pub fn new(level: Level, inputs: usize, kernel: &[f32]) -> Result<Self, KernelError> {
        if !level.runs_here() {
            return Err(KernelError::Level { level: level.name() });
        }
        if !matches!(inputs, 4 | 8) {
            return Err(KernelError::Channels { outputs: COLOURS, inputs });
        }
        if kernel.len() != COLOURS * inputs * SIDE * SIDE {
            let found = kernel.len();
            return Err(KernelError::KernelLength { outputs: COLOURS, inputs, side: SIDE, found });
        }
        let mut weights = vec![0.0; PATCH * PIECES * SIDE * COLOURS * inputs];
        for (piece, column, colour, input) in (0..PIECES * SIDE * COLOURS * inputs).map(|at| {
            (
                at / (SIDE * COLOURS * inputs),
                at / (COLOURS * inputs) % SIDE,
                at / inputs % COLOURS,
                at % inputs,
            )
        }) {
            let tap = |row: usize| {
                let row = piece * 3 + row;
                f64::from(kernel[((colour * inputs + input) * SIDE + row) * SIDE + column])
            };
            for (frequency, value) in kernel_line([0, 1, 2].map(tap)).into_iter().enumerate() {
                let at = ((frequency * PIECES + piece) * SIDE + column) * COLOURS + colour;
                weights[at * inputs + input] = value as f32;
            }
        }
        Ok(Self { level, inputs, weights: Buffer::of(&weights) })
    }

    /// Convolves the source into `planes`, `[3][height][width]`, and gives the moments of each plane.
    pub fn run(
        &self,
        source: &Source<'_>,
        planes: &mut [f32],
        moments: &mut Vec<Moments>,
        workspace: &mut Workspace,
        crew: &dyn Crew,
    ) -> Result<(), KernelError> {
        let [channels, height, width] = source.map.shape();
        let whole = planes.len() == COLOURS * height * width && !planes.is_empty();
        if channels != self.inputs || !source.fits() || !whole {
            return Err(KernelError::Source { expected: self.inputs, found: source.map.shape() });
        }
        let segments = width.div_ceil(LENGTH / self.inputs);
        let columns = width.div_ceil(segments).next_multiple_of(BLOCK / self.inputs);
        let segments = width.div_ceil(columns);
        let layout = Layout::new(columns, self.inputs);
        let jobs = segments * height.div_ceil(TILE);
        workspace.prepare(crew.size(), layout.len, jobs, COLOURS * BLOCK);
        let to = Shared::new(planes.as_mut_ptr());
        let (scratch, _, partials) = workspace.parts();
        let each = partials.len() / jobs;
        let partials = Shared::new(partials.as_mut_ptr());
        deal(crew, jobs, |worker, job| {
            let mut scratch = hold(scratch, worker);
            let left = job % segments * columns;
            let task = Task {
                weights: self.weights.as_ptr(),
                source,
                layout: &layout,
                top: job / segments * TILE,
                left,
                columns: columns.min(width - left),
                scratch: scratch.as_mut_ptr(),
                output: to.get(),
                // SAFETY: there are partial sums for each job.
                partials: unsafe { partials.get().add(job * each) },
            };
            // SAFETY: the level runs here, the memory was made above, and each job is done once.
            unsafe {
                match self.inputs {
                    4 => run_segment4(self.level, &task),
                    _ => run_segment8(self.level, &task),
                }
            }
        });
        moments.resize(COLOURS, Moments { mean: 0.0, variance: 0.0 });
        gather(workspace.partials(), COLOURS * BLOCK, |lane| Some(lane / BLOCK), moments);
        Ok(())
    }

    /// Replaces the planes of a picture by `1 / (1 + exp(-(value * scale + offset)))`, with the scale and
    /// the offset of each of the three; other lengths than a multiple of three are left as they are.
    pub fn finish(&self, planes: &mut [f32], affine: &Affine, crew: &dyn Crew) {
        /// Floats of a job.
        const PIECE: usize = 1 << 14;
        let length = planes.len() / COLOURS;
        if length * COLOURS != planes.len() || affine.lanes() < COLOURS {
            return;
        }
        let pieces = length.div_ceil(PIECE);
        let to = Shared::new(planes.as_mut_ptr());
        deal(crew, COLOURS * pieces, |_, job| {
            let (colour, first) = (job / pieces, job % pieces * PIECE);
            // SAFETY: the level runs here, and the pieces lie beside each other inside the planes.
            unsafe {
                let piece = to.get().add(colour * length + first);
                run_sigmoid(self.level, piece, PIECE.min(length - first), affine.of(colour));
            }
        });
    }
}

/// Where things lie in a worker's memory, in floats.
struct Layout {
    columns: usize,
    /// Floats of a row.
    line: usize,
    /// `[piece][frequency][line]`.
    frequencies: usize,
    /// `[frequency][colour][line]`.
    products: usize,
    /// `[row][line]`.
    rows: usize,
    len: usize,
}

impl Layout {
    fn new(columns: usize, inputs: usize) -> Self {
        let line = ((columns + SIDE - 1) * inputs).next_multiple_of(BLOCK) + MOST_VECTORS * BLOCK;
        let window = (columns + SIDE - 1) * inputs * ROWS + 2 * BLOCK;
        let frequencies = window.next_multiple_of(BLOCK);
        let products = frequencies + PIECES * PATCH * line;
        let rows = products + PATCH * COLOURS * line;
        Self { columns, line, frequencies, products, rows, len: rows + TILE * line }
    }
}

struct Task<'a> {
    weights: *const f32,
    source: &'a Source<'a>,
    layout: &'a Layout,
    top: usize,
    left: usize,
    columns: usize,
    scratch: *mut f32,
    output: *mut f32,
    partials: *mut f32,
}

on_level! {
    /// One job of the convolution of four channels.
    run_segment4 = segment4(task: &Task<'_>)
}

on_level! {
    /// One job of the convolution of eight channels.
    run_segment8 = segment8(task: &Task<'_>)
}

#[inline(always)]
unsafe fn segment4<S: Simd>(task: &Task<'_>) {
    // SAFETY: the caller's promise.
    unsafe { segment::<S, 4>(task) }
}

#[inline(always)]
unsafe fn segment8<S: Simd>(task: &Task<'_>) {
    // SAFETY: the caller's promise.
    unsafe { segment::<S, 8>(task) }
}

#[inline(always)]
unsafe fn segment<S: Simd, const INPUTS: usize>(task: &Task<'_>) {
    let Task { layout, scratch, .. } = *task;
    let columns = layout.columns + SIDE - 1;
    let window = Window {
        top: task.top as isize - MARGIN as isize,
        left: task.left as isize - MARGIN as isize,
        rows: ROWS,
        columns,
    };
    // SAFETY: the layout has room for all of it.
    unsafe {
        stage::<S>(task.source, Beyond::Mirror, window, scratch);
        let transformed = scratch.add(layout.frequencies);
        for piece in 0..PIECES {
            for at in (0..columns * INPUTS).step_by(S::LANES) {
                let from = scratch.add(piece * 3 * columns * INPUTS + at);
                let values = input_line::<S>(load_line::<S>(from, columns * INPUTS));
                store_line::<S>(transformed.add(piece * PATCH * layout.line + at), layout.line, values);
            }
        }
        let length = task.columns * INPUTS;
        let products = scratch.add(layout.products);
        for frequency in 0..PATCH {
            let from = transformed.add(frequency * layout.line);
            let weights = task.weights.add(frequency * PIECES * SIDE * COLOURS * INPUTS);
            let to = products.add(frequency * COLOURS * layout.line);
            match S::LANES {
                8 => rows::<S, INPUTS, 4>(from, layout.line, weights, to, length),
                16 => rows::<S, INPUTS, 8>(from, layout.line, weights, to, length),
                _ => rows::<S, INPUTS, 6>(from, layout.line, weights, to, length),
            }
        }
        write::<S, INPUTS>(task, products);
    }
}

/// Vectors of sums a colour, at most.
const MOST_VECTORS: usize = 8;

/// The products of one frequency: `length` floats of three rows `line` apart.
///
/// # Safety
/// The processor has the level of `S`, and the memory is there, up to whole numbers of vectors.
#[inline(always)]
unsafe fn rows<S: Simd, const INPUTS: usize, const VECTORS: usize>(
    from: *const f32,
    line: usize,
    weights: *const f32,
    to: *mut f32,
    length: usize,
) {
    // SAFETY: the caller's promise.
    unsafe {
        for at in (0..length).step_by(VECTORS * S::LANES) {
            let mut sums = [[S::splat(0.0); VECTORS]; COLOURS];
            let mut weights = weights;
            for piece in 0..PIECES {
                for column in 0..SIDE {
                    let from = from.add(piece * PATCH * line + at + column * INPUTS);
                    // A register of four holds one half of eight channels, then the other.
                    let halves = if S::LANES < INPUTS { 2 } else { 1 };
                    for half in 0..halves {
                        let red = repeat::<S, INPUTS>(weights.add(half * S::LANES));
                        let green = repeat::<S, INPUTS>(weights.add(INPUTS + half * S::LANES));
                        let blue = repeat::<S, INPUTS>(weights.add(2 * INPUTS + half * S::LANES));
                        for place in (half..VECTORS).step_by(halves) {
                            let value = S::load(from.add(place * S::LANES));
                            sums[0][place] = S::fma(value, red, sums[0][place]);
                            sums[1][place] = S::fma(value, green, sums[1][place]);
                            sums[2][place] = S::fma(value, blue, sums[2][place]);
                        }
                    }
                    weights = weights.add(COLOURS * INPUTS);
                }
            }
            for colour in 0..COLOURS {
                for place in 0..VECTORS {
                    S::store(to.add(colour * line + at + place * S::LANES), sums[colour][place]);
                }
            }
        }
    }
}

/// The weights of a pixel's channels, repeated.
///
/// # Safety
/// The processor has the level of `S`, and the memory is there.
#[inline(always)]
unsafe fn repeat<S: Simd, const INPUTS: usize>(weights: *const f32) -> S::V {
    // SAFETY: the caller's promise.
    unsafe { if INPUTS == 4 { S::repeat4(weights) } else { S::repeat8(weights) } }
}

/// Turns products into pixels, and leaves the job's partial sums.
///
/// # Safety
/// The processor has the level of `S`, the memory is there, and no one else uses these pixels.
#[inline(always)]
unsafe fn write<S: Simd, const INPUTS: usize>(task: &Task<'_>, products: *const f32) {
    let Task { layout, columns, .. } = *task;
    let [_, height, width] = task.source.map.shape();
    let rows = TILE.min(height - task.top);
    // SAFETY: the caller's promise.
    unsafe {
        let lines = task.scratch.add(layout.rows);
        for colour in 0..COLOURS {
            for at in (0..columns * INPUTS).step_by(S::LANES) {
                let from = products.add(colour * layout.line + at);
                let values = output_line::<S>(load_line::<S>(from, COLOURS * layout.line));
                for y in 0..TILE {
                    S::store(lines.add(y * layout.line + at), values[y]);
                }
            }
            let plane = task.output.add((colour * height + task.top) * width + task.left);
            let mut shift = None;
            let mut sums = [[0.0; BLOCK]; 2];
            for y in 0..rows {
                let line = std::slice::from_raw_parts(lines.add(y * layout.line), columns * INPUTS);
                let to = std::slice::from_raw_parts_mut(plane.add(y * width), columns);
                for (to, pixel) in to.iter_mut().zip(line.chunks_exact(INPUTS)) {
                    let four = |at: usize| (pixel[at] + pixel[at + 1]) + (pixel[at + 2] + pixel[at + 3]);
                    *to = if INPUTS == 4 { four(0) } else { four(0) + four(4) };
                }
                let shift = *shift.get_or_insert(to[0]);
                for values in to.chunks(BLOCK) {
                    for (lane, &value) in values.iter().enumerate() {
                        let distance: f32 = value - shift;
                        sums[0][lane] += distance;
                        sums[1][lane] += distance * distance;
                    }
                }
            }
            leave(task, colour, shift.unwrap_or(0.0), rows, &sums);
        }
    }
}

/// Writes the partial sums of a colour.
///
/// # Safety
/// The memory is there.
unsafe fn leave(task: &Task<'_>, colour: usize, shift: f32, rows: usize, [sum, squares]: &[[f32; BLOCK]; 2]) {
    for lane in 0..BLOCK {
        let count = rows * (task.columns / BLOCK + usize::from(lane < task.columns % BLOCK));
        let parts = [count as f32, shift, sum[lane], squares[lane]];
        for (part, value) in parts.into_iter().enumerate() {
            // SAFETY: the caller's promise.
            unsafe { *task.partials.add(part * COLOURS * BLOCK + colour * BLOCK + lane) = value };
        }
    }
}

on_level! {
    /// The sigmoid of a piece of a plane.
    run_sigmoid = sigmoid(values: *mut f32, length: usize, affine: (f32, f32))
}

/// 2^f by its Taylor series, f from -0.5 to 0.5: the terms ln(2)^n / n! from n = 7 down. The first that is
/// left out is below 1e-8.
const POWERS: [f32; 8] = [
    1.525_273_4e-5,
    1.540_353e-4,
    1.333_355_8e-3,
    9.618_129e-3,
    5.550_411e-2,
    2.402_265e-1,
    std::f32::consts::LN_2,
    1.0,
];

#[inline(always)]
unsafe fn sigmoid<S: Simd>(values: *mut f32, length: usize, affine: (f32, f32)) {
    // SAFETY: the caller's promise; the last vector goes through an array.
    unsafe {
        let whole = length - length % S::LANES;
        for at in (0..whole).step_by(S::LANES) {
            S::store(values.add(at), sigmoid_of::<S>(S::load(values.add(at)), affine));
        }
        let mut last = [0.0; BLOCK];
        std::ptr::copy_nonoverlapping(values.add(whole), last.as_mut_ptr(), length - whole);
        S::store(last.as_mut_ptr(), sigmoid_of::<S>(S::load(last.as_ptr()), affine));
        std::ptr::copy_nonoverlapping(last.as_ptr(), values.add(whole), length - whole);
    }
}

/// # Safety
/// The processor has the level of `S`.
#[inline(always)]
unsafe fn sigmoid_of<S: Simd>(x: S::V, (scale, offset): (f32, f32)) -> S::V {
    /// Added to a number it leaves the nearest whole number in the last bits.
    const WHOLE: f32 = 12_582_912.0;
    // SAFETY: the caller's promise.
    unsafe {
        let x = S::fma(x, S::splat(scale), S::splat(offset));
        let x = S::mul(x, S::splat(-std::f32::consts::LOG2_E));
        // The second operand passes where one is NaN.
        let x = S::min(S::splat(126.0), S::max(S::splat(-126.0), x));
        let whole = S::add(x, S::splat(WHOLE));
        let rest = S::sub(x, S::sub(whole, S::splat(WHOLE)));
        let mut power = S::splat(POWERS[0]);
        for term in 1..POWERS.len() {
            power = S::fma(power, rest, S::splat(POWERS[term]));
        }
        let one = S::splat(1.0);
        S::div(one, S::fma(power, S::exp2_whole(whole), one))
    }
}
