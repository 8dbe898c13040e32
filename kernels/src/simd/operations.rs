//! The operations of a processor's vectors, and the product that every convolution here is made of: a few
//! rows of one matrix by a narrow, packed other, all sums kept in registers.

/// Floats of a block: the unit of every layout.
pub(crate) const BLOCK: usize = 16;

/// The operations. All methods need the level's processor, and pointers that are good for a
/// whole vector, aligned or not.
pub(crate) trait Simd {
    /// A register's floats.
    type V: Copy;
    /// How many these are; a divisor of [`BLOCK`].
    const LANES: usize;

    unsafe fn load(from: *const f32) -> Self::V;
    unsafe fn store(to: *mut f32, value: Self::V);
    /// Writes the first eight floats of a register of 16; of a smaller one, all.
    unsafe fn store8(to: *mut f32, value: Self::V);
    unsafe fn splat(value: f32) -> Self::V;
    /// Four floats, repeated.
    unsafe fn repeat4(from: *const f32) -> Self::V;
    /// Eight floats, repeated; the first of them in a register that is smaller.
    unsafe fn repeat8(from: *const f32) -> Self::V;
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn sub(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn mul(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn div(a: Self::V, b: Self::V) -> Self::V;
    /// `a * b + c`.
    unsafe fn fma(a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// The greater; `b` if either is NaN.
    unsafe fn max(a: Self::V, b: Self::V) -> Self::V;
    /// The lesser; `b` if either is NaN.
    unsafe fn min(a: Self::V, b: Self::V) -> Self::V;
    /// Two to the power of whole numbers from -126 to 127, given with `1.5 * 2^23` added to them.
    unsafe fn exp2_whole(shifted: Self::V) -> Self::V;
    /// See [`Product`]; `rows` as `Level::rows` gives them, `blocks` 1 or `Level::blocks`,
    /// `stride` one of those that the level's file lists.
    unsafe fn product(rows: usize, blocks: usize, stride: usize, product: &Product<'_>);
}

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

/// Writes the choice among products of fixed sizes.
macro_rules! choose_product {
    ($fixed:ident, $rows:expr, $blocks:expr, $stride:expr, $product:expr, $vectors:literal,
     [$($row:literal),*], [$(($block:literal, $step:literal)),*]) => {
        choose_product!(@rows $fixed, $rows, ($blocks, $stride), $product, $vectors, [$($row),*],
            [$(($block, $step)),*])
    };
    (@rows $fixed:ident, $rows:expr, $key:expr, $product:expr, $vectors:literal, [$($row:literal),*],
     $shapes:tt) => {
        match $rows {
            $($row => choose_product!(@shapes $fixed, $row, $key, $product, $vectors, $shapes),)*
            rows => unreachable!("there is no product of {rows} rows"),
        }
    };
    (@shapes $fixed:ident, $row:literal, $key:expr, $product:expr, $vectors:literal,
     [$(($block:literal, $step:literal)),*]) => {
        match $key {
            $(($block, $step) => $fixed::<$row, { $block * $vectors }, $step>($product),)*
            shape => unreachable!("there is no product of blocks and stride {shape:?}"),
        }
    };
}
pub(crate) use choose_product;

/// Makes a kind of processor: its vectors, its operations, and the products that its registers have room
/// for, by their rows, and by their blocks with their stride.
macro_rules! processor {
    ($(#[$about:meta])* $name:ident: $vector:ty, $lanes:literal lanes, enabled by $features:literal,
     products of $rows:tt rows by $shapes:tt in vectors of $vectors:literal a block;
     $($operation:ident($($argument:ident: $type:ty),*) $(-> $result:ty)? $body:block)*) => {
        $(#[$about])*
        pub(crate) struct $name;

        impl Simd for $name {
            type V = $vector;
            const LANES: usize = $lanes;

            $(
                #[inline(always)]
                unsafe fn $operation($($argument: $type),*) $(-> $result)? {
                    // SAFETY: the trait's terms.
                    unsafe { $body }
                }
            )*

            #[inline(always)]
            unsafe fn product(rows: usize, blocks: usize, stride: usize, product: &Product<'_>) {
                #[target_feature(enable = $features)]
                unsafe fn fixed<const ROWS: usize, const VECTORS: usize, const STRIDE: usize>(
                    product: &Product<'_>,
                ) {
                    // SAFETY: the caller's promise is the product's.
                    unsafe { multiply::<$name, ROWS, VECTORS, STRIDE>(product) }
                }
                // SAFETY: the trait's terms.
                unsafe { choose_product!(fixed, rows, blocks, stride, product, $vectors, $rows, $shapes) }
            }
        }
    };
}
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub(crate) use processor;
