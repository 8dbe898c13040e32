//! Winograd's minimal filtering F(4x4, 3x3): A. Lavin, S. Gray, "Fast Algorithms for Convolutional
//! Neural Networks", 2015, arXiv:1509.09308. A tile of 6x6 pixels and a kernel of 3x3 become 36
//! frequencies each; their products, summed over the input channels, become 4x4 output pixels. That
//! takes 36 multiplications where the plain way takes 144.

use crate::map::{Buffer, block_of};
use crate::moments::Sums;
use crate::simd::{BLOCK, Level, Product, Simd};

/// Output pixels of a tile's side.
pub(crate) const TILE: usize = 4;
/// Input pixels of a tile's side.
pub(crate) const PATCH: usize = 6;
/// Frequencies of a tile.
pub(crate) const FREQUENCIES: usize = PATCH * PATCH;
/// The most tiles that are done at a time, so that all frequencies of them stay in the level 2 cache.
const MOST_TILES: usize = 28;

/// Tiles of a picture, and how they are dealt out: a job is a number of tiles beside each other.
#[derive(Clone, Copy)]
pub(crate) struct Tiling {
    pub height: usize,
    pub width: usize,
    /// Tiles of a job, the last one of a row may have fewer.
    pub tiles: usize,
    /// Jobs of a row of tiles.
    pub jobs_across: usize,
    /// Rows of a product.
    pub rows: usize,
    /// Tiles that there is memory for.
    pub room: usize,
}

impl Tiling {
    /// The tiling of a picture; the jobs do not depend on the level.
    pub(crate) fn new(height: usize, width: usize, level: Level) -> Self {
        let across = width.div_ceil(TILE).max(1);
        let tiles = across.div_ceil(across.div_ceil(MOST_TILES));
        let rows = level.rows(tiles);
        Self {
            height,
            width,
            tiles,
            jobs_across: across.div_ceil(tiles),
            rows,
            room: tiles.next_multiple_of(rows),
        }
    }

    pub(crate) fn jobs(&self) -> usize {
        self.height.div_ceil(TILE) * self.jobs_across
    }

    /// The first output row and column of a job, and its number of tiles.
    pub(crate) fn job(&self, job: usize) -> (usize, usize, usize) {
        let (down, across) = (job / self.jobs_across, job % self.jobs_across);
        let first = across * self.tiles;
        let tiles = self.tiles.min(self.width.div_ceil(TILE) - first);
        (down * TILE, first * TILE, tiles)
    }
}

/// The frequencies of 3x3 kernels, packed for products.
pub(crate) struct Frequencies {
    buffer: Buffer,
    /// Depths of all segments together.
    depth: usize,
    /// Output channels in blocks.
    blocks: usize,
    /// Blocks of a product.
    pub at_once: usize,
    /// Floats of an output pixel: a block, or eight where there are no more channels.
    pixel: usize,
}

impl Frequencies {
    /// Transforms kernels: `tap(output, depth, row, column)` is their value, zero where there is none.
    pub(crate) fn new(
        level: Level,
        outputs: usize,
        depth: usize,
        tap: impl Fn(usize, usize, usize, usize) -> f32,
    ) -> Self {
        let blocks = outputs.div_ceil(BLOCK);
        let at_once = if blocks.is_multiple_of(level.blocks()) { level.blocks() } else { 1 };
        let lanes = at_once * BLOCK;
        let mut packed = vec![0.0; FREQUENCIES * depth * blocks * BLOCK];
        for output in 0..outputs {
            for depth_at in 0..depth {
                let kernel = [0, 1, 2].map(|row| [0, 1, 2].map(|column| tap(output, depth_at, row, column)));
                for (frequency, value) in kernel_frequencies(kernel).into_iter().enumerate() {
                    let group = frequency * (blocks / at_once) + output / lanes;
                    packed[(group * depth + depth_at) * lanes + output % lanes] = value;
                }
            }
        }
        Self { buffer: Buffer::of(&packed), depth, blocks, at_once, pixel: block_of(outputs) }
    }

    /// Floats of the products of a job: frequencies lie a line further apart than they must, for
    /// distances of whole pages would all want the same places of the cache.
    pub(crate) fn products_len(&self, tiling: &Tiling) -> usize {
        FREQUENCIES * self.distance(tiling)
    }

    fn distance(&self, tiling: &Tiling) -> usize {
        tiling.room * self.blocks * BLOCK + BLOCK
    }

    /// Multiplies the frequencies of tiles, `from + frequency * distance`, whose segments lie at
    /// `offsets` with `stride` from tile to tile, and writes products for [`Frequencies::write`].
    ///
    /// # Safety
    /// The processor has the level of `S`, and all memory is there.
    #[inline(always)]
    pub(crate) unsafe fn multiply<S: Simd>(
        &self,
        tiling: &Tiling,
        tiles: usize,
        (from, distance): (*const f32, usize),
        (offsets, stride): (&[usize], usize),
        products: *mut f32,
    ) {
        let depth = self.depth / offsets.len();
        let lanes = self.at_once * BLOCK;
        let groups = self.blocks / self.at_once;
        for frequency in 0..FREQUENCIES {
            for group in 0..groups {
                for tile in (0..tiles).step_by(tiling.rows) {
                    // SAFETY: there is room for whole products, in what is read and in what is written.
                    unsafe {
                        let product = Product {
                            a: from.add(frequency * distance + tile * stride),
                            offsets,
                            depth,
                            b: self.buffer.as_ptr().add((frequency * groups + group) * self.depth * lanes),
                            c: products.add(
                                frequency * self.distance(tiling) + (group * tiling.room + tile) * lanes,
                            ),
                        };
                        S::product(tiling.rows, self.at_once, stride, &product);
                    }
                }
            }
        }
    }

    /// Turns products into output pixels, writes them to `output`, a map's memory, and leaves the
    /// job's partial sums.
    ///
    /// # Safety
    /// The processor has the level of `S`, all memory is there, and no one else uses the output pixels of
    /// this job.
    #[inline(always)]
    pub(crate) unsafe fn write<S: Simd>(
        &self,
        tiling: &Tiling,
        (top, left, tiles): (usize, usize, usize),
        products: *const f32,
        output: *mut f32,
        partials: *mut f32,
    ) {
        // SAFETY: the caller's promise.
        unsafe {
            if self.pixel == BLOCK {
                self.write_pixels::<S, BLOCK>(tiling, (top, left, tiles), products, output, partials);
            } else {
                self.write_pixels::<S, 8>(tiling, (top, left, tiles), products, output, partials);
            }
        }
    }

    /// As [`Frequencies::write`], for pixels of as many floats.
    ///
    /// # Safety
    /// As there.
    #[inline(always)]
    unsafe fn write_pixels<S: Simd, const PIXEL: usize>(
        &self,
        tiling: &Tiling,
        (top, left, tiles): (usize, usize, usize),
        products: *const f32,
        output: *mut f32,
        partials: *mut f32,
    ) {
        let lanes = self.at_once * BLOCK;
        let rows = TILE.min(tiling.height - top);
        let row = tiling.width * PIXEL;
        for block in 0..self.blocks {
            let group = block / self.at_once;
            for part in (0..PIXEL).step_by(S::LANES) {
                // SAFETY: the caller's promise; a tile at the edge writes only what is inside.
                unsafe {
                    let from =
                        products.add(group * tiling.room * lanes + block % self.at_once * BLOCK + part);
                    let to = output.add((block * tiling.height + top) * row + left * PIXEL + part);
                    let mut sums = Sums::<S>::new(output_tile::<S>(from, self.distance(tiling))[0][0]);
                    let mut count = 0;
                    for tile in 0..tiles {
                        let pixels = output_tile::<S>(from.add(tile * lanes), self.distance(tiling));
                        let columns = TILE.min(tiling.width - left - tile * TILE);
                        let to = to.add(tile * TILE * PIXEL);
                        if rows == TILE && columns == TILE {
                            for y in 0..TILE {
                                for x in 0..TILE {
                                    store_pixel::<S, PIXEL>(to.add(y * row + x * PIXEL), pixels[y][x]);
                                    sums.add(pixels[y][x]);
                                }
                            }
                        } else {
                            for y in 0..rows {
                                for x in 0..columns {
                                    store_pixel::<S, PIXEL>(to.add(y * row + x * PIXEL), pixels[y][x]);
                                    sums.add(pixels[y][x]);
                                }
                            }
                        }
                        count += rows * columns;
                    }
                    sums.write(partials, self.blocks * BLOCK, block * BLOCK + part, count);
                }
            }
        }
    }
}

/// Writes a vector of a pixel of this many floats, and nothing past them.
///
/// # Safety
/// The processor has the level of `S`, and the memory is there.
#[inline(always)]
unsafe fn store_pixel<S: Simd, const PIXEL: usize>(to: *mut f32, value: S::V) {
    // SAFETY: the caller's promise.
    unsafe {
        if PIXEL < S::LANES {
            S::store8(to, value);
        } else {
            S::store(to, value);
        }
    }
}

/// `G g` of the paper.
pub(crate) fn kernel_line([a, b, c]: [f64; 3]) -> [f64; PATCH] {
    let (even, odd) = (a + c, a + 4.0 * c);
    [a / 4.0, -(even + b) / 6.0, (b - even) / 6.0, (odd + 2.0 * b) / 24.0, (odd - 2.0 * b) / 24.0, c]
}

/// `G g G^T` of the paper.
fn kernel_frequencies(kernel: [[f32; 3]; 3]) -> [f32; FREQUENCIES] {
    let rows = kernel.map(|row| kernel_line(row.map(f64::from)));
    let mut frequencies = [0.0; FREQUENCIES];
    for column in 0..PATCH {
        for (row, value) in kernel_line([0, 1, 2].map(|row| rows[row][column])).into_iter().enumerate() {
            frequencies[row * PATCH + column] = value as f32;
        }
    }
    frequencies
}

/// `B^T d` of the paper.
///
/// # Safety
/// The processor has the level of `S`.
#[inline(always)]
pub(crate) unsafe fn input_line<S: Simd>(d: [S::V; PATCH]) -> [S::V; PATCH] {
    // SAFETY: the caller's promise.
    unsafe {
        let (two, four, five) = (S::splat(2.0), S::splat(-4.0), S::splat(-5.0));
        let even = S::fma(four, d[2], d[4]);
        let odd = S::fma(four, d[1], d[3]);
        let outer = S::sub(d[4], d[2]);
        let inner = S::mul(two, S::sub(d[3], d[1]));
        [
            S::fma(S::splat(4.0), d[0], S::fma(five, d[2], d[4])),
            S::add(even, odd),
            S::sub(even, odd),
            S::add(outer, inner),
            S::sub(outer, inner),
            S::fma(S::splat(4.0), d[1], S::fma(five, d[3], d[5])),
        ]
    }
}

/// `A^T m` of the paper.
///
/// # Safety
/// The processor has the level of `S`.
#[inline(always)]
pub(crate) unsafe fn output_line<S: Simd>(m: [S::V; PATCH]) -> [S::V; TILE] {
    // SAFETY: the caller's promise.
    unsafe {
        let (near, far) = (S::add(m[1], m[2]), S::add(m[3], m[4]));
        let (near_odd, far_odd) = (S::sub(m[1], m[2]), S::sub(m[3], m[4]));
        [
            S::add(m[0], S::add(near, far)),
            S::fma(S::splat(2.0), far_odd, near_odd),
            S::fma(S::splat(4.0), far, near),
            S::add(S::fma(S::splat(8.0), far_odd, near_odd), m[5]),
        ]
    }
}

// Vectors go through no closures and no iterators here: those are functions of their own, which would be
// compiled without the level's instructions.

/// Six vectors that lie `distance` apart.
///
/// # Safety
/// The processor has the level of `S`, and all memory is there.
#[inline(always)]
pub(crate) unsafe fn load_line<S: Simd>(from: *const f32, distance: usize) -> [S::V; PATCH] {
    // SAFETY: the caller's promise.
    unsafe {
        [
            S::load(from),
            S::load(from.add(distance)),
            S::load(from.add(2 * distance)),
            S::load(from.add(3 * distance)),
            S::load(from.add(4 * distance)),
            S::load(from.add(5 * distance)),
        ]
    }
}

/// Writes six vectors `distance` apart.
///
/// # Safety
/// The processor has the level of `S`, and all memory is there.
#[inline(always)]
pub(crate) unsafe fn store_line<S: Simd>(to: *mut f32, distance: usize, values: [S::V; PATCH]) {
    // SAFETY: the caller's promise.
    unsafe {
        for x in 0..PATCH {
            S::store(to.add(x * distance), values[x]);
        }
    }
}

/// Frequencies of a patch: pixels a block apart and rows `row` floats apart become frequencies
/// `distance` apart.
///
/// # Safety
/// The processor has the level of `S`, and all memory is there.
#[inline(always)]
pub(crate) unsafe fn input_tile<S: Simd>(from: *const f32, row: usize, to: *mut f32, distance: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        let mut lines = [[S::splat(0.0); PATCH]; PATCH];
        for x in 0..PATCH {
            let column = input_line::<S>(load_line::<S>(from.add(x * BLOCK), row));
            for y in 0..PATCH {
                lines[y][x] = column[y];
            }
        }
        for y in 0..PATCH {
            store_line::<S>(to.add(y * PATCH * distance), distance, input_line::<S>(lines[y]));
        }
    }
}

/// Pixels of a tile from products `distance` apart.
///
/// # Safety
/// The processor has the level of `S`, and all memory is there.
#[inline(always)]
unsafe fn output_tile<S: Simd>(from: *const f32, distance: usize) -> [[S::V; TILE]; TILE] {
    // SAFETY: the caller's promise.
    unsafe {
        let mut lines = [[S::splat(0.0); PATCH]; TILE];
        for x in 0..PATCH {
            let column = output_line::<S>(load_line::<S>(from.add(x * distance), PATCH * distance));
            for y in 0..TILE {
                lines[y][x] = column[y];
            }
        }
        [
            output_line::<S>(lines[0]),
            output_line::<S>(lines[1]),
            output_line::<S>(lines[2]),
            output_line::<S>(lines[3]),
        ]
    }
}
