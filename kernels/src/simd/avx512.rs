//! AVX-512F: 32 registers of 16 floats.

use std::arch::x86_64::*;

use super::{Simd, choose_product};
use crate::product::{Product, multiply};

pub(crate) struct Avx512;

impl Simd for Avx512 {
    type V = __m512;
    const LANES: usize = 16;

    #[inline(always)]
    unsafe fn load(from: *const f32) -> __m512 {
        // SAFETY: the trait's terms.
        unsafe { _mm512_loadu_ps(from) }
    }

    #[inline(always)]
    unsafe fn store(to: *mut f32, value: __m512) {
        // SAFETY: the trait's terms.
        unsafe { _mm512_storeu_ps(to, value) }
    }

    #[inline(always)]
    unsafe fn splat(value: f32) -> __m512 {
        // SAFETY: the trait's terms.
        unsafe { _mm512_set1_ps(value) }
    }

    #[inline(always)]
    unsafe fn repeat4(from: *const f32) -> __m512 {
        // SAFETY: the trait's terms.
        unsafe { _mm512_broadcast_f32x4(_mm_loadu_ps(from)) }
    }

    #[inline(always)]
    unsafe fn add(a: __m512, b: __m512) -> __m512 {
        // SAFETY: the trait's terms.
        unsafe { _mm512_add_ps(a, b) }
    }

    #[inline(always)]
    unsafe fn sub(a: __m512, b: __m512) -> __m512 {
        // SAFETY: the trait's terms.
        unsafe { _mm512_sub_ps(a, b) }
    }

    #[inline(always)]
    unsafe fn mul(a: __m512, b: __m512) -> __m512 {
        // SAFETY: the trait's terms.
        unsafe { _mm512_mul_ps(a, b) }
    }

    #[inline(always)]
    unsafe fn div(a: __m512, b: __m512) -> __m512 {
        // SAFETY: the trait's terms.
        unsafe { _mm512_div_ps(a, b) }
    }

    #[inline(always)]
    unsafe fn fma(a: __m512, b: __m512, c: __m512) -> __m512 {
        // SAFETY: the trait's terms.
        unsafe { _mm512_fmadd_ps(a, b, c) }
    }

    #[inline(always)]
    unsafe fn max(a: __m512, b: __m512) -> __m512 {
        // SAFETY: the trait's terms.
        unsafe { _mm512_max_ps(a, b) }
    }

    #[inline(always)]
    unsafe fn min(a: __m512, b: __m512) -> __m512 {
        // SAFETY: the trait's terms.
        unsafe { _mm512_min_ps(a, b) }
    }

    #[inline(always)]
    unsafe fn exp2_whole(shifted: __m512) -> __m512 {
        // SAFETY: the trait's terms.
        unsafe {
            let whole = _mm512_slli_epi32::<23>(_mm512_castps_si512(shifted));
            _mm512_castsi512_ps(_mm512_add_epi32(whole, _mm512_set1_epi32(127 << 23)))
        }
    }

    #[inline(always)]
    unsafe fn product(rows: usize, blocks: usize, stride: usize, product: &Product<'_>) {
        // SAFETY: the trait's terms.
        unsafe {
            choose_product!(
                fixed,
                rows,
                blocks,
                stride,
                product,
                1,
                [8, 10, 12, 14],
                [(1, 8), (1, 12), (1, 16), (1, 32), (2, 12), (2, 16), (2, 32)]
            )
        }
    }
}

#[target_feature(enable = "avx512f")]
unsafe fn fixed<const ROWS: usize, const VECTORS: usize, const STRIDE: usize>(product: &Product<'_>) {
    // SAFETY: the caller's promise is the product's.
    unsafe { multiply::<Avx512, ROWS, VECTORS, STRIDE>(product) }
}
