//! Plain code for any processor, in the shape that a compiler turns into what vectors there are.

use std::array::from_fn;

use super::operations::{BLOCK, Product, Simd, choose_product, multiply};

pub(crate) struct Portable;

type Floats = [f32; BLOCK];

impl Simd for Portable {
    type V = Floats;
    const LANES: usize = BLOCK;

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Floats {
        // SAFETY: the trait's terms.
        unsafe { from.cast::<Floats>().read_unaligned() }
    }

    #[inline(always)]
    unsafe fn store(to: *mut f32, value: Floats) {
        // SAFETY: the trait's terms.
        unsafe { to.cast::<Floats>().write_unaligned(value) }
    }

    #[inline(always)]
    unsafe fn store8(to: *mut f32, value: Floats) {
        // SAFETY: the trait's terms.
        unsafe { to.copy_from_nonoverlapping(value.as_ptr(), 8) }
    }

    #[inline(always)]
    unsafe fn splat(value: f32) -> Floats {
        [value; BLOCK]
    }

    #[inline(always)]
    unsafe fn repeat4(from: *const f32) -> Floats {
        // SAFETY: the trait's terms.
        let four = unsafe { from.cast::<[f32; 4]>().read_unaligned() };
        from_fn(|lane| four[lane % 4])
    }

    #[inline(always)]
    unsafe fn repeat8(from: *const f32) -> Floats {
        // SAFETY: the trait's terms.
        let eight = unsafe { from.cast::<[f32; 8]>().read_unaligned() };
        from_fn(|lane| eight[lane % 8])
    }

    #[inline(always)]
    unsafe fn add(a: Floats, b: Floats) -> Floats {
        from_fn(|lane| a[lane] + b[lane])
    }

    #[inline(always)]
    unsafe fn sub(a: Floats, b: Floats) -> Floats {
        from_fn(|lane| a[lane] - b[lane])
    }

    #[inline(always)]
    unsafe fn mul(a: Floats, b: Floats) -> Floats {
        from_fn(|lane| a[lane] * b[lane])
    }

    #[inline(always)]
    unsafe fn div(a: Floats, b: Floats) -> Floats {
        from_fn(|lane| a[lane] / b[lane])
    }

    /// Rounded twice: without the instruction a fused one is a slow function.
    #[inline(always)]
    unsafe fn fma(a: Floats, b: Floats, c: Floats) -> Floats {
        from_fn(|lane| a[lane] * b[lane] + c[lane])
    }

    #[inline(always)]
    unsafe fn max(a: Floats, b: Floats) -> Floats {
        from_fn(|lane| if a[lane] > b[lane] { a[lane] } else { b[lane] })
    }

    #[inline(always)]
    unsafe fn min(a: Floats, b: Floats) -> Floats {
        from_fn(|lane| if a[lane] < b[lane] { a[lane] } else { b[lane] })
    }

    #[inline(always)]
    unsafe fn exp2_whole(shifted: Floats) -> Floats {
        from_fn(|lane| f32::from_bits((shifted[lane].to_bits() << 23).wrapping_add(127 << 23)))
    }

    #[inline(always)]
    unsafe fn product(rows: usize, blocks: usize, stride: usize, product: &Product<'_>) {
        // SAFETY: the trait's terms.
        unsafe {
            choose_product!(fixed, rows, blocks, stride, product, 1, [2], [(1, 8), (1, 12), (1, 16), (1, 32)])
        }
    }
}

unsafe fn fixed<const ROWS: usize, const VECTORS: usize, const STRIDE: usize>(product: &Product<'_>) {
    // SAFETY: the caller's promise is the product's.
    unsafe { multiply::<Portable, ROWS, VECTORS, STRIDE>(product) }
}
