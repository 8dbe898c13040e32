//! The picture that the style predictor sees: the middle square, scaled in linear light.

use super::limits::STYLE_SIDE;
use crate::scaling::{scaled_srgb8, to_linear, to_srgb};

/// The largest square in the middle of a picture of 8-bit sRGB pixels with straight alpha, scaled to
/// [`STYLE_SIDE`] a side: three planes of sRGB from 0 to 1. What is transparent takes the mean colour of what is
/// seen, so that it adds no colour of its own; a picture that is wholly transparent is black. A picture of this
/// very size that is opaque comes back as it is. `None` if the bytes are not those of a picture of this size.
pub(super) fn style_planes(pixels: &[u8], [width, height]: [usize; 2]) -> Option<Vec<f32>> {
    let side = width.min(height);
    let (left, top) = ((width - side) / 2, (height - side) / 2);
    let rows = pixels.chunks_exact(width.max(1) * 4).skip(top).take(side);
    let square: Vec<u8> = rows.flat_map(|row| &row[left * 4..][..side * 4]).copied().collect();
    let scaled = scaled_srgb8(&square, [side as u32; 2], [STYLE_SIDE as u32; 2])?;
    let behind = mean_colour(&scaled);
    let mut planes = vec![0.0; 3 * STYLE_SIDE * STYLE_SIDE];
    for (colour, plane) in planes.chunks_exact_mut(STYLE_SIDE * STYLE_SIDE).enumerate() {
        for (to, pixel) in plane.iter_mut().zip(scaled.as_chunks::<4>().0) {
            let (value, alpha) = (f64::from(pixel[colour]) / 255.0, f64::from(pixel[3]) / 255.0);
            *to = match pixel[3] {
                u8::MAX => value,
                _ => to_srgb(to_linear(value) * alpha + (1.0 - alpha) * behind[colour]),
            } as f32;
        }
    }
    Some(planes)
}

/// The mean colour in linear light, each pixel counted by its alpha.
fn mean_colour(pixels: &[u8]) -> [f64; 3] {
    let mut sums = [0.0; 4];
    for pixel in pixels.as_chunks::<4>().0 {
        let alpha = f64::from(pixel[3]);
        for (sum, value) in sums.iter_mut().zip(&pixel[..3]) {
            *sum += to_linear(f64::from(*value) / 255.0) * alpha;
        }
        sums[3] += alpha;
    }
    let [red, green, blue, alpha] = sums;
    [red, green, blue].map(|sum| if alpha > 0.0 { sum / alpha } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: usize, height: usize, pixel: impl Fn(usize, usize) -> [u8; 4]) -> Vec<u8> {
        (0..width * height).flat_map(|at| pixel(at % width, at / width)).collect()
    }

    #[test]
    fn an_opaque_picture_of_the_right_size_comes_back() {
        let pixels = picture(256, 256, |x, y| [x as u8, y as u8, (x ^ y) as u8, 255]);
        let planes = style_planes(&pixels, [256, 256]).unwrap();
        for (at, pixel) in pixels.chunks(4).enumerate() {
            for colour in 0..3 {
                assert!((planes[colour * 65536 + at] - f32::from(pixel[colour]) / 255.0).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn scaling_is_done_in_linear_light_on_the_middle_square() {
        // Black and white lines, between two sides that are not looked at.
        let lines = |x: usize, y: usize| match (x, y % 2) {
            (100..612, 0) => [0, 0, 0, 255],
            (100..612, _) => [255; 4],
            _ => [255, 0, 0, 255],
        };
        let planes = style_planes(&picture(712, 512, lines), [712, 512]).unwrap();
        let grey = to_srgb(0.5) as f32;
        for (at, value) in planes.iter().enumerate() {
            let (x, y) = (at % 256, at / 256 % 256);
            if (1..255).contains(&x) && (1..255).contains(&y) {
                // A step of 8 bits.
                assert!((value - grey).abs() < 0.004, "{value} at {x}, {y}");
            }
        }
    }

    #[test]
    fn hidden_colour_is_not_seen() {
        let half = |x: usize| if x < 20 { [90, 140, 200, 255] } else { [255, 0, 255, 0] };
        for size in [[40, 40], [300, 300], [1, 1]] {
            let planes = style_planes(&picture(size[0], size[1], |x, _| half(x)), size).unwrap();
            for (at, value) in planes.iter().enumerate() {
                let expected = f32::from(half(0)[at / 65536]) / 255.0;
                assert!((value - expected).abs() < 0.006, "{value} instead of {expected}");
            }
        }
        assert!(style_planes(&[7, 8, 9, 0], [1, 1]).unwrap().iter().all(|&value| value == 0.0));
    }
}
