//! Pixels as movies hold them: 8-bit sRGB on black.

use std::sync::OnceLock;

use half::f16;
use pastiche_engine::frame::{PixelFormat, Pixels};
use pastiche_engine::port::{linear_to_srgb, srgb_to_linear};

/// Red, green and blue of each pixel, opaque on black.
pub(super) fn on_black(pixels: &Pixels) -> Vec<u8> {
    match pixels.format() {
        // Premultiplied is on black.
        PixelFormat::LinearHalf => {
            let encoded = encoded_halves();
            let component = |bytes: [u8; 2]| encoded[usize::from(u16::from_le_bytes(bytes))];
            let pixel = |pixel: &[u8]| [0, 2, 4].map(|at| component([pixel[at], pixel[at + 1]]));
            pixels.bytes().chunks_exact(8).flat_map(pixel).collect()
        }
        PixelFormat::Srgb8 => pixels.bytes().chunks_exact(4).flat_map(on_black_srgb8).collect(),
    }
}

fn on_black_srgb8(pixel: &[u8]) -> [u8; 3] {
    let [red, green, blue, alpha] = [pixel[0], pixel[1], pixel[2], pixel[3]];
    if alpha == 255 {
        return [red, green, blue];
    }
    let alpha = f32::from(alpha) / 255.0;
    [red, green, blue].map(|component| encode(srgb_to_linear(f32::from(component) / 255.0) * alpha))
}

fn encode(linear: f32) -> u8 {
    // What is no number becomes 0.
    (linear_to_srgb(linear).clamp(0.0, 1.0) * 255.0 + 0.5) as u8
}

/// The encoded component of each of the 65536 numbers of 16 bits.
fn encoded_halves() -> &'static [u8] {
    static ENCODED: OnceLock<Vec<u8>> = OnceLock::new();
    ENCODED.get_or_init(|| (0..=u16::MAX).map(|bits| encode(f16::from_bits(bits).to_f32())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_transparent_is_black_in_both_formats() {
        let bytes = vec![255, 128, 0, 255, 255, 255, 255, 0, 200, 200, 200, 128];
        let straight = Pixels::new([3, 1], PixelFormat::Srgb8, bytes).unwrap();
        let found = on_black(&straight);
        assert_eq!(found[..6], [255, 128, 0, 0, 0, 0]);
        let half = srgb_to_linear(200.0 / 255.0) * 128.0 / 255.0;
        assert_eq!(found[6], encode(half));
        let values =
            [1.0, srgb_to_linear(128.0 / 255.0), 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, half, f32::NAN, 7.0, 0.5];
        let bytes = values.iter().flat_map(|value| f16::from_f32(*value).to_le_bytes()).collect();
        let linear = Pixels::new([3, 1], PixelFormat::LinearHalf, bytes).unwrap();
        assert_eq!(on_black(&linear), [&found[..7], &[0, 255]].concat());
    }
}
