//! Vectors of 32-bit floats, one set of operations for each kind of processor.
//!
//! Everything works on blocks of 16 floats, whatever a register holds, and in the same order of
//! operations, so that all kinds with a fused multiply-add give the same bits.

#[cfg(target_arch = "aarch64")]
mod aarch64;
mod operations;
mod portable;
#[cfg(target_arch = "x86_64")]
mod x86_64;

#[cfg(target_arch = "aarch64")]
pub(crate) use aarch64::Neon;
pub(crate) use operations::{BLOCK, Product, Simd};
pub(crate) use portable::Portable;
#[cfg(target_arch = "x86_64")]
pub(crate) use x86_64::{Avx2, Avx512};

/// A kind of processor that there are kernels for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Any processor. It has no fused multiply-add, so its results differ in rounding.
    Portable,
    /// x86-64 with AVX2 and fused multiply-add.
    Avx2,
    /// x86-64 with AVX-512F.
    Avx512,
    /// 64-bit ARM.
    Neon,
}

impl Level {
    /// The levels that this processor can run, the fastest first.
    pub fn available() -> Vec<Level> {
        let all = [Level::Avx512, Level::Avx2, Level::Neon, Level::Portable];
        all.into_iter().filter(|level| level.runs_here()).collect()
    }

    /// The fastest level of this processor.
    pub fn fastest() -> Level {
        Level::available().first().copied().unwrap_or(Level::Portable)
    }

    /// What it is called in reports.
    pub fn name(self) -> &'static str {
        match self {
            Level::Portable => "portable",
            Level::Avx2 => "AVX2",
            Level::Avx512 => "AVX-512",
            Level::Neon => "NEON",
        }
    }

    /// Whether this processor can run it.
    pub(crate) fn runs_here(self) -> bool {
        match self {
            Level::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma"),
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => std::is_x86_feature_detected!("avx512f"),
            #[cfg(target_arch = "aarch64")]
            Level::Neon => std::arch::is_aarch64_feature_detected!("neon"),
            #[allow(unreachable_patterns, reason = "which levels are left depends on the processor")]
            _ => false,
        }
    }

    /// Blocks of outputs that one product makes when there are enough.
    pub(crate) fn blocks(self) -> usize {
        match self {
            Level::Avx512 => 2,
            _ => 1,
        }
    }

    /// Rows of one product when `count` rows are to be made in as few products as can be.
    pub(crate) fn rows(self, count: usize) -> usize {
        let (step, least, most) = self.row_sizes();
        let products = count.div_ceil(most).max(1);
        count.div_ceil(products).next_multiple_of(step).clamp(least, most)
    }

    /// The most rows of a product.
    pub(crate) fn most_rows(self) -> usize {
        self.row_sizes().2
    }

    /// Rows of products go from a least to a most number by a step.
    fn row_sizes(self) -> (usize, usize, usize) {
        match self {
            Level::Avx512 => (2, 8, 14),
            Level::Avx2 | Level::Neon => (1, 4, 6),
            Level::Portable => (1, 2, 2),
        }
    }
}

/// Makes a function that runs a generic kernel on the level that it is given. The kernel must be
/// `#[inline(always)]`, so that it is compiled with the level's instructions.
macro_rules! on_level {
    ($(#[$about:meta])* $name:ident = $kernel:ident($($argument:ident: $type:ty),* $(,)?)) => {
        $(#[$about])*
        ///
        /// # Safety
        /// As the kernel says; besides, the processor must have the level.
        unsafe fn $name(level: $crate::simd::Level, $($argument: $type),*) {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f")]
            unsafe fn avx512($($argument: $type),*) {
                // SAFETY: the caller's promise is the kernel's.
                unsafe { $kernel::<$crate::simd::Avx512>($($argument),*) }
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            unsafe fn avx2($($argument: $type),*) {
                // SAFETY: the caller's promise is the kernel's.
                unsafe { $kernel::<$crate::simd::Avx2>($($argument),*) }
            }
            #[cfg(target_arch = "aarch64")]
            #[target_feature(enable = "neon")]
            unsafe fn neon($($argument: $type),*) {
                // SAFETY: the caller's promise is the kernel's.
                unsafe { $kernel::<$crate::simd::Neon>($($argument),*) }
            }
            // SAFETY: the caller promises that the processor has the level.
            unsafe {
                match level {
                    #[cfg(target_arch = "x86_64")]
                    $crate::simd::Level::Avx512 => avx512($($argument),*),
                    #[cfg(target_arch = "x86_64")]
                    $crate::simd::Level::Avx2 => avx2($($argument),*),
                    #[cfg(target_arch = "aarch64")]
                    $crate::simd::Level::Neon => neon($($argument),*),
                    _ => $kernel::<$crate::simd::Portable>($($argument),*),
                }
            }
        }
    };
}
pub(crate) use on_level;
