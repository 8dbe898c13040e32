//! AVX2 with fused multiply-add: 16 registers of 8 floats.

use std::arch::x86_64::*;

use super::{Simd, choose_product};
use crate::product::{Product, multiply};

pub(crate) struct Avx2;

impl Simd for Avx2 {
    type V = __m256;
    const LANES: usize = 8;

    #[inline(always)]
    unsafe fn load(from: *const f32) -> __m256 {
        // SAFETY: the trait's terms.
        unsafe { _mm256_loadu_ps(from) }
    }

    #[inline(always)]
    unsafe fn store(to: *mut f32, value: __m256) {
        // SAFETY: the trait's terms.
        unsafe { _mm256_storeu_ps(to, value) }
    }

    #[inline(always)]
    unsafe fn splat(value: f32) -> __m256 {
        // SAFETY: the trait's terms.
        unsafe { _mm256_set1_ps(value) }
    }

    #[inline(always)]
    unsafe fn repeat4(from: *const f32) -> __m256 {
        // SAFETY: the trait's terms.
        unsafe { _mm256_broadcast_ps(&*from.cast::<__m128>()) }
    }

    #[inline(always)]
    unsafe fn add(a: __m256, b: __m256) -> __m256 {
        // SAFETY: the trait's terms.
        unsafe { _mm256_add_ps(a, b) }
    }

    #[inline(always)]
    unsafe fn sub(a: __m256, b: __m256) -> __m256 {
        // SAFETY: the trait's terms.
        unsafe { _mm256_sub_ps(a, b) }
    }

    #[inline(always)]
    unsafe fn mul(a: __m256, b: __m256) -> __m256 {
        // SAFETY: the trait's terms.
        unsafe { _mm256_mul_ps(a, b) }
    }

    #[inline(always)]
    unsafe fn div(a: __m256, b: __m256) -> __m256 {
        // SAFETY: the trait's terms.
        unsafe { _mm256_div_ps(a, b) }
    }

    #[inline(always)]
    unsafe fn fma(a: __m256, b: __m256, c: __m256) -> __m256 {
        // SAFETY: the trait's terms.
        unsafe { _mm256_fmadd_ps(a, b, c) }
    }

    #[inline(always)]
    unsafe fn max(a: __m256, b: __m256) -> __m256 {
        // SAFETY: the trait's terms.
        unsafe { _mm256_max_ps(a, b) }
    }

    #[inline(always)]
    unsafe fn min(a: __m256, b: __m256) -> __m256 {
        // SAFETY: the trait's terms.
        unsafe { _mm256_min_ps(a, b) }
    }

    #[inline(always)]
    unsafe fn exp2_whole(shifted: __m256) -> __m256 {
        // SAFETY: the trait's terms.
        unsafe {
            let whole = _mm256_slli_epi32::<23>(_mm256_castps_si256(shifted));
            _mm256_castsi256_ps(_mm256_add_epi32(whole, _mm256_set1_epi32(127 << 23)))
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
                2,
                [4, 5, 6],
                [(1, 8), (1, 12), (1, 16), (1, 32)]
            )
        }
    }
}

#[target_feature(enable = "avx2,fma")]
unsafe fn fixed<const ROWS: usize, const VECTORS: usize, const STRIDE: usize>(product: &Product<'_>) {
    // SAFETY: the caller's promise is the product's.
    unsafe { multiply::<Avx2, ROWS, VECTORS, STRIDE>(product) }
}
