//! 3x3 convolutions of each channel by itself.

use std::ops::Range;

use crate::crew::{Crew, Shared, deal};
use crate::error::KernelError;
use crate::map::{Buffer, Map};
use crate::pointwise::{Activation, activate};
use crate::simd::{BLOCK, Level, Simd, on_level};

const SIDE: usize = 3;
/// Output rows of a job.
const ROWS: usize = 8;

/// A 3x3 convolution of at least nine channels, each by itself, with a bias. Beyond the edges lie zeros; how
/// many on which side is the rule that TensorFlow calls SAME: as many as the last output pixel needs, half of them before the
/// picture, and the odd one behind it.
pub struct Depthwise {
    level: Level,
    channels: usize,
    stride: usize,
    activation: Activation,
    /// `[block][tap][16]`.
    weights: Buffer,
    bias: Buffer,
}

impl Depthwise {
    /// Lays out a kernel, `[channels][3][3]`, and a bias for each channel. The stride is one or two pixels in
    /// both directions.
    pub fn new(
        level: Level,
        channels: usize,
        stride: usize,
        kernel: &[f32],
        bias: &[f32],
        activation: Activation,
    ) -> Result<Self, KernelError> {
        if !level.runs_here() {
            return Err(KernelError::Level { level: level.name() });
        }
        if channels.checked_mul(SIDE * SIDE) != Some(kernel.len()) {
            let found = kernel.len();
            return Err(KernelError::KernelLength { outputs: channels, inputs: 1, side: SIDE, found });
        }
        if bias.len() != channels {
            return Err(KernelError::BiasLength { outputs: channels, found: bias.len() });
        }
        if channels <= 8 {
            return Err(KernelError::Channels { outputs: channels, inputs: channels });
        }
        if !matches!(stride, 1 | 2) {
            return Err(KernelError::Stride { found: stride });
        }
        let mut packed = vec![0.0; channels.next_multiple_of(BLOCK) * SIDE * SIDE];
        for (channel, taps) in kernel.chunks_exact(SIDE * SIDE).enumerate() {
            for (tap, &value) in taps.iter().enumerate() {
                packed[(channel / BLOCK * SIDE * SIDE + tap) * BLOCK + channel % BLOCK] = value;
            }
        }
        let (weights, bias) = (Buffer::of(&packed), Buffer::of(bias));
        Ok(Self { level, channels, stride, activation, weights, bias })
    }

    /// Convolves `source` into `output`, which takes on its size, or half of it, rounded up.
    pub fn run(&self, source: &Map, output: &mut Map, crew: &dyn Crew) -> Result<(), KernelError> {
        let [channels, height, width] = source.shape();
        if channels != self.channels || height * width == 0 {
            return Err(KernelError::Source { expected: self.channels, found: source.shape() });
        }
        let size = [height, width].map(|side| side.div_ceil(self.stride));
        output.reshape([channels, size[0], size[1]]);
        let before = [0, 1].map(|axis| {
            let side = source.shape()[axis + 1];
            ((size[axis] - 1) * self.stride + SIDE).saturating_sub(side) / 2
        });
        let to = Shared::new(output.as_mut_ptr());
        let strips = size[0].div_ceil(ROWS);
        deal(crew, source.blocks() * strips, |_, job| {
            let (block, top) = (job / strips, job % strips * ROWS);
            let task = Task {
                depthwise: self,
                source,
                block,
                rows: top..(top + ROWS).min(size[0]),
                size,
                before,
                output: to.get(),
            };
            // SAFETY: the level runs here, and each job is done once.
            unsafe { run_strip(self.level, &task) }
        });
        Ok(())
    }
}

struct Task<'a> {
    depthwise: &'a Depthwise,
    source: &'a Map,
    block: usize,
    /// Output rows.
    rows: Range<usize>,
    /// Height and width of the output.
    size: [usize; 2],
    /// Zeros above and to the left of the source.
    before: [usize; 2],
    output: *mut f32,
}

on_level! {
    /// One job of a depthwise convolution: some rows of a block of channels.
    run_strip = strip(task: &Task<'_>)
}

#[inline(always)]
unsafe fn strip<S: Simd>(task: &Task<'_>) {
    let Depthwise { stride, activation, weights, bias, .. } = task.depthwise;
    let [_, height, width] = task.source.shape();
    // Output columns whose taps all lie inside the source.
    let first = task.before[1].div_ceil(*stride).min(task.size[1]);
    let past = ((width + task.before[1] + stride).saturating_sub(SIDE) / stride).clamp(first, task.size[1]);
    // SAFETY: only taps inside the source are read, and the rows of a job are its own.
    unsafe {
        let source = task.source.as_ptr().add(task.block * task.source.plane());
        let weights = weights.as_ptr().add(task.block * SIDE * SIDE * BLOCK);
        for part in (0..BLOCK).step_by(S::LANES) {
            let filter = Filter::<S>::new(weights.add(part), bias.as_ptr().add(task.block * BLOCK + part));
            for y in task.rows.clone() {
                let top = (y * stride) as isize - task.before[0] as isize;
                let down = inside(top, height);
                let line = source.wrapping_offset(top * (width * BLOCK) as isize + part as isize);
                let to = task.output.add((task.block * task.size[0] + y) * task.size[1] * BLOCK + part);
                let at = |x: usize| (x * stride) as isize - task.before[1] as isize;
                for x in (0..first).chain(past..task.size[1]) {
                    let from = line.wrapping_offset(at(x) * BLOCK as isize);
                    let sum = filter.sum(from, width * BLOCK, down.clone(), inside(at(x), width));
                    S::store(to.add(x * BLOCK), activate::<S>(*activation, sum));
                }
                for x in first..past {
                    let from = line.wrapping_offset(at(x) * BLOCK as isize);
                    let sum = if down.len() == SIDE {
                        filter.sum(from, width * BLOCK, 0..SIDE, 0..SIDE)
                    } else {
                        filter.sum(from, width * BLOCK, down.clone(), 0..SIDE)
                    };
                    S::store(to.add(x * BLOCK), activate::<S>(*activation, sum));
                }
            }
        }
    }
}

/// Which taps lie inside a side when the first one is at `at`.
#[inline(always)]
fn inside(at: isize, side: usize) -> Range<usize> {
    let past = (side as isize - at).clamp(0, SIDE as isize) as usize;
    (at.clamp(-(SIDE as isize), 0).unsigned_abs()).min(past)..past
}

/// The taps of a vector of channels.
struct Filter<S: Simd> {
    taps: [[S::V; SIDE]; SIDE],
    bias: S::V,
}

impl<S: Simd> Filter<S> {
    /// # Safety
    /// The processor has the level of `S`, and the memory is there.
    #[inline(always)]
    unsafe fn new(weights: *const f32, bias: *const f32) -> Self {
        // SAFETY: the caller's promise.
        unsafe {
            let mut taps = [[S::splat(0.0); SIDE]; SIDE];
            for row in 0..SIDE {
                for column in 0..SIDE {
                    taps[row][column] = S::load(weights.add((row * SIDE + column) * BLOCK));
                }
            }
            Self { taps, bias: S::load(bias) }
        }
    }

    /// The sum over some of the taps; `from` is where the first of all would lie.
    ///
    /// # Safety
    /// The processor has the level of `S`, and these taps' pixels are there.
    #[inline(always)]
    unsafe fn sum(&self, from: *const f32, row: usize, rows: Range<usize>, columns: Range<usize>) -> S::V {
        let mut sum = self.bias;
        for y in rows {
            for x in columns.clone() {
                // SAFETY: the caller's promise.
                unsafe {
                    let value = S::load(from.wrapping_add(y * row + x * BLOCK));
                    sum = S::fma(value, self.taps[y][x], sum);
                }
            }
        }
        sum
    }
}
