//! Scaling pictures to the size at which a network works.

use std::sync::LazyLock;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U16x4;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};

/// Between sRGB of 8 bits and linear light of 16 (IEC 61966-2-1): tables of 64 kB, made once.
struct Tables {
    linear: [u16; 256],
    encoded: Vec<u8>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables {
    linear: std::array::from_fn(|value| (to_linear(value as f64 / 255.0) * 65_535.0).round() as u16),
    encoded: (0..=u16::MAX)
        .map(|value| (to_srgb(f64::from(value) / 65_535.0) * 255.0).round() as u8)
        .collect(),
});

pub(crate) fn to_linear(encoded: f64) -> f64 {
    if encoded <= 0.04045 { encoded / 12.92 } else { ((encoded + 0.055) / 1.055).powf(2.4) }
}

pub(crate) fn to_srgb(linear: f64) -> f64 {
    if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 }
}

/// A picture of 8-bit sRGB pixels, four channels with straight alpha, rows from the top, scaled from one
/// `[width, height]` to another. Each pixel of the result is the weighted mean of the pixels that it covers, and of
/// at least four, in linear light and premultiplied, so that what is hidden by alpha leaves no trace.
///
/// `None` if a side is 0 or the bytes are not those of a picture of this size.
pub fn scaled_srgb8(pixels: &[u8], from: [u32; 2], to: [u32; 2]) -> Option<Vec<u8>> {
    let length = from[0] as usize * from[1] as usize * 4;
    if pixels.len() != length || from.contains(&0) || to.contains(&0) {
        return None;
    }
    if from == to {
        return Some(pixels.to_vec());
    }
    // The one kind of pixel that is needed, by its type: by name, all of the crate's would be compiled.
    let tables = &*TABLES;
    let (pixels, _) = pixels.as_chunks::<4>();
    let light = |&[red, green, blue, alpha]: &[u8; 4]| {
        let [red, green, blue] = [red, green, blue].map(|value| tables.linear[usize::from(value)]);
        // 255 to 65,535.
        U16x4::new([red, green, blue, u16::from(alpha) * 257])
    };
    let linear: Vec<U16x4> = pixels.iter().map(light).collect();
    let is_opaque = pixels.iter().all(|pixel| pixel[3] == u8::MAX);
    let options =
        ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear)).use_alpha(!is_opaque);
    let source = TypedImageRef::new(from[0], from[1], &linear).ok()?;
    let mut scaled = TypedImage::<U16x4>::new(to[0], to[1]);
    Resizer::new().resize_typed(&source, &mut scaled, &options).ok()?;
    let encode = |pixel: &U16x4| {
        let [red, green, blue, alpha] = pixel.0;
        let [red, green, blue] = [red, green, blue].map(|value| tables.encoded[usize::from(value)]);
        [red, green, blue, ((u32::from(alpha) + 128) / 257) as u8]
    };
    Some(scaled.pixels().iter().flat_map(encode).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Random;

    /// A triangle as wide as what a pixel of the result covers, at least two pixels: one pixel, one channel.
    fn weights(from: u32, to: u32, at: u32) -> Vec<(u32, f64)> {
        let scale = f64::from(from) / f64::from(to);
        let reach = scale.max(1.0);
        let centre = (f64::from(at) + 0.5) * scale - 0.5;
        let weight = |place: u32| (1.0 - (f64::from(place) - centre).abs() / reach).max(0.0);
        let total: f64 = (0..from).map(weight).sum();
        (0..from).map(|place| (place, weight(place) / total)).filter(|(_, weight)| *weight > 0.0).collect()
    }

    fn plainly(pixels: &[u8], from: [u32; 2], to: [u32; 2]) -> Vec<f64> {
        let mut out = Vec::new();
        for y in 0..to[1] {
            for x in 0..to[0] {
                let mut sum = [0.0; 4];
                for (row, down) in weights(from[1], to[1], y) {
                    for (column, across) in weights(from[0], to[0], x) {
                        let start = 4 * (row * from[0] + column) as usize;
                        let pixel: Vec<f64> =
                            pixels[start..start + 4].iter().map(|value| f64::from(*value) / 255.0).collect();
                        for channel in 0..3 {
                            sum[channel] += down * across * to_linear(pixel[channel]) * pixel[3];
                        }
                        sum[3] += down * across * pixel[3];
                    }
                }
                let alpha = sum[3];
                let straight = |value: f64| if alpha > 0.0 { to_srgb((value / alpha).min(1.0)) } else { 0.0 };
                out.extend([straight(sum[0]), straight(sum[1]), straight(sum[2]), alpha]);
            }
        }
        out
    }

    #[test]
    fn as_the_plain_formula_on_random_shapes() {
        let mut random = Random::at(3, [0, 0]);
        let shapes: Vec<[u32; 4]> =
            (0..24).map(|_| std::array::from_fn(|_| random.between(1, 40) as u32)).collect();
        for [width, height, to_width, to_height] in shapes {
            for is_opaque in [true, false] {
                let bytes = (0..width * height * 4)
                    .map(|at| if is_opaque && at % 4 == 3 { 255 } else { random.between(0, 255) as u8 });
                let bytes: Vec<u8> = bytes.collect();
                let scaled = scaled_srgb8(&bytes, [width, height], [to_width, to_height]).unwrap();
                let expected = plainly(&bytes, [width, height], [to_width, to_height]);
                assert_eq!(scaled.len(), expected.len());
                for (pixel, expected) in scaled.chunks_exact(4).zip(expected.chunks_exact(4)) {
                    for channel in 0..4 {
                        let difference = f64::from(pixel[channel]) - 255.0 * expected[channel];
                        // Colour under a faint alpha has few steps.
                        let allowed = if channel == 3 || expected[3] > 0.2 { 1.01 } else { 8.0 };
                        assert!(
                            difference.abs() <= allowed,
                            "{width}x{height} to {to_width}x{to_height}, channel {channel}: {pixel:?} for {expected:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_no_picture_of_this_size_is_refused() {
        assert_eq!(scaled_srgb8(&[0; 15], [2, 2], [1, 1]), None);
        assert_eq!(scaled_srgb8(&[9; 16], [2, 2], [2, 2]), Some(vec![9; 16]));
        assert_eq!(scaled_srgb8(&[], [0, 0], [1, 1]), None);
        assert_eq!(scaled_srgb8(&[9; 16], [2, 2], [0, 1]), None);
    }
}
