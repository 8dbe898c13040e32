//! The product that every convolution here is made of: a few rows of one matrix by a narrow, packed
//! other, all sums kept in registers.

use crate::simd::Simd;

/// `c[r][n] = sum over segments s and depths k of a[offset[s] + r * stride + k] * b[s][k][n]`.
///
/// `n` runs over one or two blocks of 16. `a` need not be a matrix in memory: each segment begins
/// at an offset of its own, so that the taps of a convolution are read where the picture lies.
/// Rows past the end of what is wanted may be read and written; the memory must be there.
pub(crate) struct Product<'a> {
    pub a: *const f32,
    /// Where each segment begins, in floats from `a`.
    pub offsets: &'a [usize],
    /// Depths of a segment.
    pub depth: usize,
    pub b: *const f32,
    pub c: *mut f32,
}

/// # Safety
/// The processor has the level of `S`, and the pointers are good for the sizes above.
#[inline(always)]
pub(crate) unsafe fn multiply<S: Simd, const ROWS: usize, const VECTORS: usize, const STRIDE: usize>(
    product: &Product<'_>,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let mut sums = [[S::splat(0.0); VECTORS]; ROWS];
        let mut b = product.b;
        for &offset in product.offsets {
            let mut a = product.a.add(offset);
            for _ in 0..product.depth {
                let mut weights = [S::splat(0.0); VECTORS];
                for place in 0..VECTORS {
                    weights[place] = S::load(b.add(place * S::LANES));
                }
                for row in 0..ROWS {
                    let value = S::splat(*a.add(row * STRIDE));
                    for place in 0..VECTORS {
                        sums[row][place] = S::fma(value, weights[place], sums[row][place]);
                    }
                }
                a = a.add(1);
                b = b.add(VECTORS * S::LANES);
            }
        }
        for row in 0..ROWS {
            for place in 0..VECTORS {
                S::store(product.c.add((row * VECTORS + place) * S::LANES), sums[row][place]);
            }
        }
    }
}
