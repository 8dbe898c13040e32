//! 64-bit ARM.

use std::arch::aarch64::*;

use super::operations::{Product, Simd, choose_product, multiply, processor};

processor! {
    /// NEON: 32 registers of 4 floats.
    Neon: float32x4_t, 4 lanes, enabled by "neon",
    products of [4, 5, 6] rows by [(1, 8), (1, 12), (1, 16), (1, 32)] in vectors of 4 a block;

    load(from: *const f32) -> float32x4_t { vld1q_f32(from) }
    store(to: *mut f32, value: float32x4_t) { vst1q_f32(to, value) }
    store8(to: *mut f32, value: float32x4_t) { vst1q_f32(to, value) }
    splat(value: f32) -> float32x4_t { vdupq_n_f32(value) }
    repeat4(from: *const f32) -> float32x4_t { vld1q_f32(from) }
    repeat8(from: *const f32) -> float32x4_t { vld1q_f32(from) }
    add(a: float32x4_t, b: float32x4_t) -> float32x4_t { vaddq_f32(a, b) }
    sub(a: float32x4_t, b: float32x4_t) -> float32x4_t { vsubq_f32(a, b) }
    mul(a: float32x4_t, b: float32x4_t) -> float32x4_t { vmulq_f32(a, b) }
    div(a: float32x4_t, b: float32x4_t) -> float32x4_t { vdivq_f32(a, b) }
    fma(a: float32x4_t, b: float32x4_t, c: float32x4_t) -> float32x4_t { vfmaq_f32(c, a, b) }
    max(a: float32x4_t, b: float32x4_t) -> float32x4_t { vbslq_f32(vcgtq_f32(a, b), a, b) }
    min(a: float32x4_t, b: float32x4_t) -> float32x4_t { vbslq_f32(vcltq_f32(a, b), a, b) }
    exp2_whole(shifted: float32x4_t) -> float32x4_t {
        let whole = vshlq_n_s32::<23>(vreinterpretq_s32_f32(shifted));
        vreinterpretq_f32_s32(vaddq_s32(whole, vdupq_n_s32(127 << 23)))
    }
}
