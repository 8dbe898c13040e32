//! 1x1 convolutions: the channels of each pixel times a matrix.
//!
//! Pixels are the rows of products, and lie in the map one block after the other, so that nothing is copied
//! on the way in.

use crate::crew::{Crew, Shared, deal};
use crate::error::KernelError;
use crate::map::{Buffer, Map};
use crate::simd::{BLOCK, Level, Product, Simd, on_level};
use crate::workspace::{Workspace, hold};

/// The most pixels of a job.
const PIXELS: usize = 112;
/// In maps of no more pixels, output channels are dealt out too.
const FEW_PIXELS: usize = 1024;

/// What becomes of a sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// It stays.
    Linear,
    /// `min(max(x, 0), 6)`.
    Relu6,
}

/// A 1x1 convolution with a bias, from at least nine channels to at least nine.
pub struct Pointwise {
    level: Level,
    inputs: usize,
    outputs: usize,
    activation: Activation,
    /// Blocks that one product makes.
    at_once: usize,
    /// `[group][input][at_once * 16]`.
    weights: Buffer,
    bias: Buffer,
}

impl Pointwise {
    /// Lays out a kernel, `[outputs][inputs]`, and a bias for each output.
    pub fn new(
        level: Level,
        [outputs, inputs]: [usize; 2],
        kernel: &[f32],
        bias: &[f32],
        activation: Activation,
    ) -> Result<Self, KernelError> {
        if !level.runs_here() {
            return Err(KernelError::Level { level: level.name() });
        }
        if outputs.checked_mul(inputs) != Some(kernel.len()) {
            return Err(KernelError::KernelLength { outputs, inputs, side: 1, found: kernel.len() });
        }
        if bias.len() != outputs {
            return Err(KernelError::BiasLength { outputs, found: bias.len() });
        }
        if outputs <= 8 || inputs <= 8 {
            return Err(KernelError::Channels { outputs, inputs });
        }
        let blocks = outputs.div_ceil(BLOCK);
        let at_once = if blocks.is_multiple_of(level.blocks()) { level.blocks() } else { 1 };
        let (lanes, depth) = (at_once * BLOCK, inputs.next_multiple_of(BLOCK));
        let mut packed = vec![0.0; blocks * BLOCK * depth];
        for (output, row) in kernel.chunks_exact(inputs).enumerate() {
            for (input, &value) in row.iter().enumerate() {
                packed[(output / lanes * depth + input) * lanes + output % lanes] = value;
            }
        }
        let (weights, bias) = (Buffer::of(&packed), Buffer::of(bias));
        Ok(Self { level, inputs, outputs, activation, at_once, weights, bias })
    }

    /// Convolves `source` into `output`, which takes on its size. A map of the output's shape may be added to
    /// it, behind the activation.
    pub fn run(
        &self,
        source: &Map,
        plus: Option<&Map>,
        output: &mut Map,
        workspace: &mut Workspace,
        crew: &dyn Crew,
    ) -> Result<(), KernelError> {
        let [channels, height, width] = source.shape();
        let shape = [self.outputs, height, width];
        if channels != self.inputs || height * width == 0 || plus.is_some_and(|plus| plus.shape() != shape) {
            return Err(KernelError::Source { expected: self.inputs, found: source.shape() });
        }
        let pixels = height * width;
        let chunks = pixels.div_ceil(PIXELS);
        let chunk = pixels.div_ceil(chunks);
        let groups = self.outputs.div_ceil(BLOCK) / self.at_once;
        let groups_a_job = if pixels > FEW_PIXELS { groups } else { 1 };
        let rows = self.level.rows(chunk);
        workspace.prepare(crew.size(), rows * self.at_once * BLOCK, 0, 0);
        workspace.offsets.clear();
        workspace.offsets.extend((0..source.blocks()).map(|block| block * source.plane()));
        output.reshape(shape);
        let to = Shared::new(output.as_mut_ptr());
        let (scratch, offsets, _) = workspace.parts();
        deal(crew, chunks * (groups / groups_a_job), |worker, job| {
            let mut scratch = hold(scratch, worker);
            let (first, group) = (job % chunks * chunk, job / chunks * groups_a_job);
            let task = Task {
                pointwise: self,
                source: source.as_ptr(),
                offsets,
                plus: plus.map(Map::as_ptr),
                plane: pixels * BLOCK,
                rows,
                pixels: [first, (first + chunk).min(pixels)],
                groups: [group, group + groups_a_job],
                scratch: scratch.as_mut_ptr(),
                output: to.get(),
            };
            // SAFETY: the level runs here, the memory was made above, and each job is done once.
            unsafe { run_pixels(self.level, &task) }
        });
        Ok(())
    }
}

struct Task<'a> {
    pointwise: &'a Pointwise,
    source: *const f32,
    offsets: &'a [usize],
    plus: Option<*const f32>,
    /// Floats from one block of output channels to the next.
    plane: usize,
    /// Rows of a product.
    rows: usize,
    /// The first pixel, and the first of the next job; groups of blocks likewise.
    pixels: [usize; 2],
    groups: [usize; 2],
    scratch: *mut f32,
    output: *mut f32,
}

on_level! {
    /// One job of a 1x1 convolution.
    run_pixels = pixels(task: &Task<'_>)
}

#[inline(always)]
unsafe fn pixels<S: Simd>(task: &Task<'_>) {
    let Pointwise { at_once, weights, .. } = task.pointwise;
    let lanes = at_once * BLOCK;
    let depth = task.offsets.len() * BLOCK;
    for group in task.groups[0]..task.groups[1] {
        for first in (task.pixels[0]..task.pixels[1]).step_by(task.rows) {
            // SAFETY: a map may be read 15 pixels past its end, and the scratch holds a product.
            unsafe {
                let product = Product {
                    a: task.source.add(first * BLOCK),
                    offsets: task.offsets,
                    depth: BLOCK,
                    b: weights.as_ptr().add(group * depth * lanes),
                    c: task.scratch,
                };
                S::product(task.rows, *at_once, BLOCK, &product);
                for part in 0..*at_once {
                    write::<S>(task, group * at_once + part, first, task.scratch.add(part * BLOCK));
                }
            }
        }
    }
}

/// Adds the bias to one block of a product, and writes it to the output.
///
/// # Safety
/// The processor has the level of `S`, the memory is there, and no one else uses these pixels.
#[inline(always)]
unsafe fn write<S: Simd>(task: &Task<'_>, block: usize, first: usize, made: *const f32) {
    let Pointwise { at_once, bias, activation, .. } = task.pointwise;
    let count = task.rows.min(task.pixels[1] - first);
    let place = block * task.plane + first * BLOCK;
    for part in (0..BLOCK).step_by(S::LANES) {
        // SAFETY: the caller's promise.
        unsafe {
            let bias = S::load(bias.as_ptr().add(block * BLOCK + part));
            for row in 0..count {
                let sum = S::add(S::load(made.add(row * at_once * BLOCK + part)), bias);
                let mut value = activate::<S>(*activation, sum);
                let at = place + row * BLOCK + part;
                if let Some(plus) = task.plus {
                    value = S::add(value, S::load(plus.add(at)));
                }
                S::store(task.output.add(at), value);
            }
        }
    }
}

/// # Safety
/// The processor has the level of `S`.
#[inline(always)]
pub(crate) unsafe fn activate<S: Simd>(activation: Activation, value: S::V) -> S::V {
    // SAFETY: the caller's promise. The second operand passes where one is NaN.
    unsafe {
        match activation {
            Activation::Linear => value,
            Activation::Relu6 => S::min(S::splat(6.0), S::max(S::splat(0.0), value)),
        }
    }
}
