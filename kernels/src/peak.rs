//! How fast the machine multiplies at best.

use crate::crew::{Crew, deal};
use crate::map::Buffer;
use crate::simd::{BLOCK, Level, Product, Simd, on_level};

/// Depth of the product, such that all of it stays in the nearest cache.
const DEPTH: usize = 128;
const PRODUCTS: usize = 400;
/// Jobs for each worker.
const JOBS: usize = 32;

/// Does matrix products from the nearest cache on all threads, and gives the number of multiply-adds, for the
/// caller to time; none where the processor lacks the level.
pub fn matrix_products(level: Level, crew: &dyn Crew) -> u64 {
    if !level.runs_here() {
        return 0;
    }
    let (rows, blocks, jobs) = (level.rows(level.most_rows()), level.blocks(), crew.size() * JOBS);
    deal(crew, jobs, |_, _| {
        let (mut a, mut b, mut c) = (Buffer::default(), Buffer::default(), Buffer::default());
        a.reserve(rows * BLOCK + DEPTH);
        b.reserve(DEPTH * blocks * BLOCK);
        c.reserve(rows * blocks * BLOCK);
        let product =
            Product { a: a.as_ptr(), offsets: &[0], depth: DEPTH, b: b.as_ptr(), c: c.as_mut_ptr() };
        // SAFETY: the level runs here, and there is room for a product.
        unsafe { run_products(level, rows, blocks, &product) }
        std::hint::black_box(c.floats());
    });
    (jobs * PRODUCTS * rows * blocks * BLOCK * DEPTH) as u64
}

on_level! {
    /// The same product again and again.
    run_products = products(rows: usize, blocks: usize, product: &Product<'_>)
}

#[inline(always)]
unsafe fn products<S: Simd>(rows: usize, blocks: usize, product: &Product<'_>) {
    for _ in 0..PRODUCTS {
        // SAFETY: the caller's promise.
        unsafe { S::product(rows, blocks, BLOCK, product) };
    }
}
