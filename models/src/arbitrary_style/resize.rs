//! The picture that the style predictor sees: the middle square, scaled in linear light.

use rayon::prelude::*;

use super::limits::STYLE_SIDE;

/// Channels of a pixel: linear red, green and blue, each times alpha, and alpha.
const CHANNELS: usize = 4;

/// The largest square in the middle of a picture of 8-bit sRGB pixels with straight alpha, scaled to
/// [`STYLE_SIDE`] a side with a triangle filter: three planes of sRGB from 0 to 1. What is transparent takes the
/// mean colour of what is seen, so that it adds no colour of its own; a picture that is wholly transparent is
/// black. A picture of this very size that is opaque comes back as it is.
pub(super) fn style_planes(pixels: &[u8], [width, height]: [usize; 2]) -> Vec<f32> {
    let side = width.min(height);
    let linear: Vec<f32> = (0..=255u8).map(|value| decode(f32::from(value) / 255.0)).collect();
    let across = taps(width, side);
    let mut rows = vec![0.0; height * STYLE_SIDE * CHANNELS];
    rows.par_chunks_exact_mut(STYLE_SIDE * CHANNELS).zip(pixels.par_chunks_exact(width * 4)).for_each_init(
        Vec::new,
        |line: &mut Vec<[f32; CHANNELS]>, (to, from)| {
            line.clear();
            line.extend(from.as_chunks::<4>().0.iter().map(|&[red, green, blue, alpha]| {
                let opacity = f32::from(alpha) / 255.0;
                let [red, green, blue] = [red, green, blue].map(|value| linear[usize::from(value)] * opacity);
                [red, green, blue, opacity]
            }));
            for (to, taps) in to.as_chunks_mut::<CHANNELS>().0.iter_mut().zip(&across) {
                for (from, weight) in line[taps.first..].iter().zip(&taps.weights) {
                    for (to, from) in to.iter_mut().zip(from) {
                        *to += from * weight;
                    }
                }
            }
        },
    );
    let mut scaled = vec![0.0; STYLE_SIDE * STYLE_SIDE * CHANNELS];
    let down = taps(height, side);
    scaled.par_chunks_exact_mut(STYLE_SIDE * CHANNELS).zip(&down).for_each(|(to, taps)| {
        let lines = rows.chunks_exact(STYLE_SIDE * CHANNELS).skip(taps.first);
        for (from, weight) in lines.zip(&taps.weights) {
            for (to, from) in to.iter_mut().zip(from) {
                *to += from * weight;
            }
        }
    });
    let pixels = scaled.as_chunks::<CHANNELS>().0;
    let behind = mean_colour(pixels);
    let mut planes = vec![0.0; 3 * STYLE_SIDE * STYLE_SIDE];
    planes.par_chunks_exact_mut(STYLE_SIDE).enumerate().for_each(|(row, to)| {
        let (colour, y) = (row / STYLE_SIDE, row % STYLE_SIDE);
        for (to, pixel) in to.iter_mut().zip(&pixels[y * STYLE_SIDE..]) {
            *to = encode(pixel[colour] + (1.0 - pixel[3]) * behind[colour]);
        }
    });
    planes
}

/// The mean colour, each pixel counted by its alpha.
fn mean_colour(pixels: &[[f32; CHANNELS]]) -> [f32; 3] {
    let mut sums = [0.0f64; CHANNELS];
    for pixel in pixels {
        for (sum, &value) in sums.iter_mut().zip(pixel) {
            *sum += f64::from(value);
        }
    }
    let [red, green, blue, alpha] = sums;
    [red, green, blue].map(|sum| if alpha > 0.0 { (sum / alpha) as f32 } else { 0.0 })
}

/// The pixels that a scaled pixel is made of.
struct Taps {
    first: usize,
    /// Their sum is one.
    weights: Vec<f32>,
}

/// The taps of each scaled pixel along an axis, of whose middle `side` pixels are scaled. What lies beyond the
/// square, but inside the picture, is seen by the filter at the square's edge.
fn taps(length: usize, side: usize) -> Vec<Taps> {
    let ratio = side as f64 / STYLE_SIDE as f64;
    let reach = ratio.max(1.0);
    let start = (length - side) as f64 / 2.0;
    (0..STYLE_SIDE)
        .map(|place| {
            let centre = start + (place as f64 + 0.5) * ratio - 0.5;
            let first = (centre - reach).ceil().max(0.0) as usize;
            let last = ((centre + reach).floor() as usize).min(length - 1);
            let weight = |at: usize| (1.0 - (at as f64 - centre).abs() / reach).max(0.0);
            let sum: f64 = (first..=last).map(weight).sum();
            Taps { first, weights: (first..=last).map(|at| (weight(at) / sum) as f32).collect() }
        })
        .collect()
}

/// From sRGB to linear light, IEC 61966-2-1.
fn decode(value: f32) -> f32 {
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

/// From linear light to sRGB.
fn encode(value: f32) -> f32 {
    if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 }
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
        let planes = style_planes(&pixels, [256, 256]);
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
        let planes = style_planes(&picture(712, 512, lines), [712, 512]);
        let grey = encode(0.5);
        for (at, value) in planes.iter().enumerate() {
            let (x, y) = (at % 256, at / 256 % 256);
            if (1..255).contains(&x) && (1..255).contains(&y) {
                assert!((value - grey).abs() < 1e-5, "{value} at {x}, {y}");
            }
        }
    }

    #[test]
    fn hidden_colour_is_not_seen() {
        let half = |x: usize| if x < 20 { [90, 140, 200, 255] } else { [255, 0, 255, 0] };
        for size in [[40, 40], [300, 300], [1, 1]] {
            let planes = style_planes(&picture(size[0], size[1], |x, _| half(x)), size);
            for (at, value) in planes.iter().enumerate() {
                let expected = f32::from(half(0)[at / 65536]) / 255.0;
                assert!((value - expected).abs() < 1e-4, "{value} instead of {expected}");
            }
        }
        assert!(style_planes(&[7, 8, 9, 0], [1, 1]).iter().all(|&value| value == 0.0));
    }
}
