//! NEON: 32 registers of 4 floats.

use std::arch::aarch64::*;

use super::{Simd, choose_product};
use crate::product::{Product, multiply};

pub(crate) struct Neon;

impl Simd for Neon {
    type V = float32x4_t;
    const LANES: usize = 4;

    #[inline(always)]
    unsafe fn load(from: *const f32) -> float32x4_t {
        // SAFETY: the trait's terms.
        unsafe { vld1q_f32(from) }
    }

    #[inline(always)]
    unsafe fn store(to: *mut f32, value: float32x4_t) {
        // SAFETY: the trait's terms.
        unsafe { vst1q_f32(to, value) }
    }

    #[inline(always)]
    unsafe fn splat(value: f32) -> float32x4_t {
        // SAFETY: the trait's terms.
        unsafe { vdupq_n_f32(value) }
    }

    #[inline(always)]
    unsafe fn repeat4(from: *const f32) -> float32x4_t {
        // SAFETY: the trait's terms.
        unsafe { vld1q_f32(from) }
    }

    #[inline(always)]
    unsafe fn add(a: float32x4_t, b: float32x4_t) -> float32x4_t {
        // SAFETY: the trait's terms.
        unsafe { vaddq_f32(a, b) }
    }

    #[inline(always)]
    unsafe fn sub(a: float32x4_t, b: float32x4_t) -> float32x4_t {
        // SAFETY: the trait's terms.
        unsafe { vsubq_f32(a, b) }
    }

    #[inline(always)]
    unsafe fn mul(a: float32x4_t, b: float32x4_t) -> float32x4_t {
        // SAFETY: the trait's terms.
        unsafe { vmulq_f32(a, b) }
    }

    #[inline(always)]
    unsafe fn div(a: float32x4_t, b: float32x4_t) -> float32x4_t {
        // SAFETY: the trait's terms.
        unsafe { vdivq_f32(a, b) }
    }

    #[inline(always)]
    unsafe fn fma(a: float32x4_t, b: float32x4_t, c: float32x4_t) -> float32x4_t {
        // SAFETY: the trait's terms.
        unsafe { vfmaq_f32(c, a, b) }
    }

    #[inline(always)]
    unsafe fn max(a: float32x4_t, b: float32x4_t) -> float32x4_t {
        // SAFETY: the trait's terms.
        unsafe { vbslq_f32(vcgtq_f32(a, b), a, b) }
    }

    #[inline(always)]
    unsafe fn min(a: float32x4_t, b: float32x4_t) -> float32x4_t {
        // SAFETY: the trait's terms.
        unsafe { vbslq_f32(vcltq_f32(a, b), a, b) }
    }

    #[inline(always)]
    unsafe fn exp2_whole(shifted: float32x4_t) -> float32x4_t {
        // SAFETY: the trait's terms.
        unsafe {
            let whole = vshlq_n_s32::<23>(vreinterpretq_s32_f32(shifted));
            vreinterpretq_f32_s32(vaddq_s32(whole, vdupq_n_s32(127 << 23)))
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
                4,
                [4, 5, 6],
                [(1, 8), (1, 12), (1, 16), (1, 32)]
            )
        }
    }
}

#[target_feature(enable = "neon")]
unsafe fn fixed<const ROWS: usize, const VECTORS: usize, const STRIDE: usize>(product: &Product<'_>) {
    // SAFETY: the caller's promise is the product's.
    unsafe { multiply::<Neon, ROWS, VECTORS, STRIDE>(product) }
}
