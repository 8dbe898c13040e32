//! x86-64.

use std::arch::x86_64::*;

use super::operations::{Product, Simd, choose_product, multiply, processor};

processor! {
    /// AVX2 with fused multiply-add: 16 registers of 8 floats.
    Avx2: __m256, 8 lanes, enabled by "avx2,fma",
    products of [4, 5, 6] rows by [(1, 8), (1, 12), (1, 16), (1, 32)] in vectors of 2 a block;

    load(from: *const f32) -> __m256 { _mm256_loadu_ps(from) }
    store(to: *mut f32, value: __m256) { _mm256_storeu_ps(to, value) }
    store8(to: *mut f32, value: __m256) { _mm256_storeu_ps(to, value) }
    splat(value: f32) -> __m256 { _mm256_set1_ps(value) }
    repeat4(from: *const f32) -> __m256 { _mm256_broadcast_ps(&*from.cast::<__m128>()) }
    repeat8(from: *const f32) -> __m256 { _mm256_loadu_ps(from) }
    add(a: __m256, b: __m256) -> __m256 { _mm256_add_ps(a, b) }
    sub(a: __m256, b: __m256) -> __m256 { _mm256_sub_ps(a, b) }
    mul(a: __m256, b: __m256) -> __m256 { _mm256_mul_ps(a, b) }
    div(a: __m256, b: __m256) -> __m256 { _mm256_div_ps(a, b) }
    fma(a: __m256, b: __m256, c: __m256) -> __m256 { _mm256_fmadd_ps(a, b, c) }
    max(a: __m256, b: __m256) -> __m256 { _mm256_max_ps(a, b) }
    min(a: __m256, b: __m256) -> __m256 { _mm256_min_ps(a, b) }
    exp2_whole(shifted: __m256) -> __m256 {
        let whole = _mm256_slli_epi32::<23>(_mm256_castps_si256(shifted));
        _mm256_castsi256_ps(_mm256_add_epi32(whole, _mm256_set1_epi32(127 << 23)))
    }
}

processor! {
    /// AVX-512F: 32 registers of 16 floats.
    Avx512: __m512, 16 lanes, enabled by "avx512f",
    products of [8, 10, 12, 14] rows by [(1, 8), (1, 12), (1, 16), (1, 32), (2, 12), (2, 16), (2, 32)]
        in vectors of 1 a block;

    load(from: *const f32) -> __m512 { _mm512_loadu_ps(from) }
    store(to: *mut f32, value: __m512) { _mm512_storeu_ps(to, value) }
    store8(to: *mut f32, value: __m512) { _mm256_storeu_ps(to, _mm512_castps512_ps256(value)) }
    splat(value: f32) -> __m512 { _mm512_set1_ps(value) }
    repeat4(from: *const f32) -> __m512 { _mm512_broadcast_f32x4(_mm_loadu_ps(from)) }
    repeat8(from: *const f32) -> __m512 {
        _mm512_castpd_ps(_mm512_broadcast_f64x4(_mm256_castps_pd(_mm256_loadu_ps(from))))
    }
    add(a: __m512, b: __m512) -> __m512 { _mm512_add_ps(a, b) }
    sub(a: __m512, b: __m512) -> __m512 { _mm512_sub_ps(a, b) }
    mul(a: __m512, b: __m512) -> __m512 { _mm512_mul_ps(a, b) }
    div(a: __m512, b: __m512) -> __m512 { _mm512_div_ps(a, b) }
    fma(a: __m512, b: __m512, c: __m512) -> __m512 { _mm512_fmadd_ps(a, b, c) }
    max(a: __m512, b: __m512) -> __m512 { _mm512_max_ps(a, b) }
    min(a: __m512, b: __m512) -> __m512 { _mm512_min_ps(a, b) }
    exp2_whole(shifted: __m512) -> __m512 {
        let whole = _mm512_slli_epi32::<23>(_mm512_castps_si512(shifted));
        _mm512_castsi512_ps(_mm512_add_epi32(whole, _mm512_set1_epi32(127 << 23)))
    }
}
