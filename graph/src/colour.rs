//! Colours, and the arithmetic between sRGB and linear light.

/// A colour: red, green, blue, alpha in linear light, premultiplied, 1.0 is white. Unclamped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Colour(pub [f32; 4]);

impl Colour {
    /// Opaque black.
    pub const BLACK: Colour = Colour([0.0, 0.0, 0.0, 1.0]);
    /// Opaque white.
    pub const WHITE: Colour = Colour([1.0, 1.0, 1.0, 1.0]);

    /// From sRGB-encoded components (0 to 1) and straight alpha.
    pub fn from_srgb([red, green, blue, alpha]: [f32; 4]) -> Colour {
        let linear = |encoded: f32| srgb_to_linear(encoded) * alpha;
        Colour([linear(red), linear(green), linear(blue), alpha])
    }
}

/// Decodes one sRGB component (IEC 61966-2-1), odd around zero so that it never makes a NaN.
pub fn srgb_to_linear(encoded: f32) -> f32 {
    let magnitude = encoded.abs();
    let linear =
        if magnitude <= 0.040_45 { magnitude / 12.92 } else { ((magnitude + 0.055) / 1.055).powf(2.4) };
    linear.copysign(encoded)
}

/// Encodes one linear component as sRGB (IEC 61966-2-1), odd around zero.
pub fn linear_to_srgb(linear: f32) -> f32 {
    let magnitude = linear.abs();
    let encoded =
        if magnitude <= 0.003_130_8 { magnitude * 12.92 } else { 1.055 * magnitude.powf(1.0 / 2.4) - 0.055 };
    encoded.copysign(linear)
}
