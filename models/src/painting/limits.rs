//! How large a picture may be.

/// The shortest side of a picture, in pixels.
pub const LEAST_SIDE: usize = 32;

/// The most pixels of a picture (3840 x 2160); at that size a run takes about 1.8 GB of memory.
pub const MOST_PIXELS: usize = 3840 * 2160;
