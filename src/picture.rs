//! What a screen shows, as bytes.

use engine::frame::{Frame, PixelFormat};
use engine::port::{linear_to_srgb, srgb_to_linear};
use pastiche_engine as engine;

/// A picture as a file holds it: 8-bit sRGB, red, green, blue, alpha, opaque, rows from the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Width and height in pixels.
    pub size_px: [u32; 2],
    /// Four bytes a pixel.
    pub rgba: Vec<u8>,
}

impl Picture {
    /// Nothing but black.
    pub fn black(size_px: [u32; 2]) -> Picture {
        let rgba = [0, 0, 0, 255].repeat(size_px[0] as usize * size_px[1] as usize);
        Picture { size_px, rgba }
    }

    /// A picture with straight alpha, on black.
    pub(crate) fn on_black(size_px: [u32; 2], rgba: Vec<u8>) -> Picture {
        Picture { size_px, rgba: on_black(rgba) }
    }

    /// A frame that lies in memory, whole inside the size, on black. For machines without a GPU.
    pub(crate) fn contain(frame: &Frame, size_px: [u32; 2]) -> Option<Picture> {
        let pixels = frame.memory()?;
        let source = match pixels.format() {
            PixelFormat::Srgb8 => pixels.bytes().to_vec(),
            PixelFormat::LinearHalf => pixels.to_srgb8(),
        };
        let source = Source { size_px: pixels.size_px(), rgba: on_black(source) };
        if source.size_px == size_px {
            return Some(Picture { size_px, rgba: source.rgba });
        }
        Some(source.contained(size_px))
    }

    /// Red, green and blue alone.
    pub fn rgb(&self) -> Vec<u8> {
        self.rgba.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect()
    }
}

fn on_black(mut rgba: Vec<u8>) -> Vec<u8> {
    for pixel in rgba.chunks_exact_mut(4).filter(|pixel| pixel[3] != 255) {
        let alpha = f32::from(pixel[3]) / 255.0;
        for component in &mut pixel[..3] {
            *component = encode(decode(*component) * alpha);
        }
        pixel[3] = 255;
    }
    rgba
}

fn decode(component: u8) -> f32 {
    srgb_to_linear(f32::from(component) / 255.0)
}

fn encode(linear: f32) -> u8 {
    (linear_to_srgb(linear).clamp(0.0, 1.0) * 255.0 + 0.5) as u8
}

struct Source {
    size_px: [u32; 2],
    rgba: Vec<u8>,
}

impl Source {
    /// Bilinear, in linear light.
    fn contained(&self, size_px: [u32; 2]) -> Picture {
        let [width, height] = size_px.map(f64::from);
        let [from_width, from_height] = self.size_px.map(f64::from);
        let scale = (width / from_width).min(height / from_height);
        let [left, top] = [(width - from_width * scale) / 2.0, (height - from_height * scale) / 2.0];
        let mut picture = Picture::black(size_px);
        let row_bytes = size_px[0] as usize * 4;
        for (row, line) in picture.rgba.chunks_exact_mut(row_bytes).enumerate() {
            let y = (row as f64 + 0.5 - top) / scale;
            for (column, pixel) in line.chunks_exact_mut(4).enumerate() {
                let x = (column as f64 + 0.5 - left) / scale;
                if (0.0..from_width).contains(&x) && (0.0..from_height).contains(&y) {
                    pixel[..3].copy_from_slice(&self.at(x - 0.5, y - 0.5));
                }
            }
        }
        picture
    }

    fn at(&self, x: f64, y: f64) -> [u8; 3] {
        let (across, down) = (x - x.floor(), y - y.floor());
        let texel = |step_x: f64, step_y: f64| {
            let column = (x.floor() + step_x).clamp(0.0, f64::from(self.size_px[0] - 1)) as usize;
            let row = (y.floor() + step_y).clamp(0.0, f64::from(self.size_px[1] - 1)) as usize;
            let start = (row * self.size_px[0] as usize + column) * 4;
            &self.rgba[start..start + 3]
        };
        let corners = [
            (texel(0.0, 0.0), (1.0 - across) * (1.0 - down)),
            (texel(1.0, 0.0), across * (1.0 - down)),
            (texel(0.0, 1.0), (1.0 - across) * down),
            (texel(1.0, 1.0), across * down),
        ];
        [0, 1, 2].map(|component| {
            encode(corners.iter().map(|(texel, weight)| decode(texel[component]) * *weight as f32).sum())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::frame::Pixels;

    fn frame(size_px: [u32; 2], rgba: Vec<u8>) -> Frame {
        Frame::from_pixels(Pixels::new(size_px, PixelFormat::Srgb8, rgba).unwrap())
    }

    #[test]
    fn the_same_size_is_passed_on_byte_for_byte() {
        let rgba: Vec<u8> = (0..=255).flat_map(|value| [value, 255 - value, 7, 255]).collect();
        assert_eq!(Picture::contain(&frame([16, 16], rgba.clone()), [16, 16]).unwrap().rgba, rgba);
    }

    #[test]
    fn another_shape_stands_between_black_bars() {
        let white = frame([2, 2], vec![255; 16]);
        let picture = Picture::contain(&white, [8, 4]).unwrap();
        let row: Vec<u8> = picture.rgba[..32].chunks_exact(4).map(|pixel| pixel[0]).collect();
        assert_eq!(row, [0, 0, 255, 255, 255, 255, 0, 0]);
    }

    #[test]
    fn what_is_transparent_shows_black() {
        let clear = frame([1, 1], vec![255, 255, 255, 0]);
        assert_eq!(Picture::contain(&clear, [1, 1]).unwrap().rgba, [0, 0, 0, 255]);
    }
}
