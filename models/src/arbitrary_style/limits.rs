//! How large pictures and styles are.

/// Numbers of a style vector.
pub const STYLE_LENGTH: usize = 100;

/// The side of the square that the predictor sees, in pixels.
pub const STYLE_SIDE: usize = 256;

/// The shortest side of a picture to paint, in pixels.
pub const LEAST_SIDE: usize = 16;

/// The most pixels of a picture (3840 x 2160).
pub const MOST_PIXELS: usize = 3840 * 2160;
