//! Pictures as the network takes them, and the way there and back.

use super::PaintingError;

/// A picture as three planes of 32-bit floats: all of red, then green, then blue, each row by row
/// from the top. Values are sRGB-encoded and run from 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Planes {
    width: usize,
    height: usize,
    values: Vec<f32>,
}

impl Planes {
    /// Wraps the values of a picture; there must be `3 * width * height`.
    pub fn new(width: usize, height: usize, values: Vec<f32>) -> Result<Self, PaintingError> {
        check_length(width, height, 3, values.len())?;
        Ok(Self { width, height, values })
    }

    /// The width in pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The height in pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The values: red, green and blue plane, each row by row from the top.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The picture made larger at the right and at the bottom, until both sides are multiples of
    /// `step`, with its own mirror image (the edge is not repeated, like the network's own padding).
    pub(crate) fn padded_to_multiple(&self, step: usize) -> Self {
        let width = self.width.next_multiple_of(step);
        let height = self.height.next_multiple_of(step);
        let mut values = Vec::with_capacity(3 * width * height);
        for plane in self.values.chunks_exact(self.width * self.height) {
            for y in 0..height {
                let start = mirrored(y, self.height) * self.width;
                let row = &plane[start..start + self.width];
                values.extend_from_slice(row);
                values.extend((self.width..width).map(|x| row[mirrored(x, self.width)]));
            }
        }
        Self { width, height, values }
    }

    /// As [`Planes::padded_to_multiple`]; a picture that needs no padding is not copied.
    pub(crate) fn into_padded(self, step: usize) -> Self {
        let fits = self.width.is_multiple_of(step) && self.height.is_multiple_of(step);
        if fits { self } else { self.padded_to_multiple(step) }
    }

    /// The top left corner of the picture.
    pub(crate) fn cropped(&self, width: usize, height: usize) -> Self {
        let rows = self
            .values
            .chunks_exact(self.width * self.height)
            .flat_map(|plane| plane.chunks_exact(self.width).take(height));
        let values = rows.flat_map(|row| &row[..width]).copied().collect();
        Self { width, height, values }
    }

    /// Planes from 8-bit sRGB pixels of four channels; alpha is not looked at.
    pub(crate) fn from_srgb8(pixels: &[u8], width: usize, height: usize) -> Result<Self, PaintingError> {
        check_length(width, height, 4, pixels.len())?;
        let mut values = vec![0.0; 3 * width * height];
        for (channel, plane) in values.chunks_exact_mut((width * height).max(1)).enumerate() {
            for (value, pixel) in plane.iter_mut().zip(pixels.chunks_exact(4)) {
                *value = f32::from(pixel[channel]) / 255.0;
            }
        }
        Ok(Self { width, height, values })
    }

    /// The top left corner as 8-bit sRGB pixels of four channels, alpha taken from `alpha_of`.
    pub(crate) fn to_srgb8(&self, width: usize, height: usize, alpha_of: &[u8]) -> Vec<u8> {
        let mut pixels = alpha_of.to_vec();
        for (channel, plane) in self.values.chunks_exact(self.width * self.height).enumerate() {
            let rows = plane.chunks_exact(self.width).take(height);
            for (row, pixels) in rows.zip(pixels.chunks_exact_mut(width * 4)) {
                for (&value, pixel) in row.iter().zip(pixels.chunks_exact_mut(4)) {
                    // The cast clamps to 0..=255 and takes NaN to 0.
                    pixel[channel] = (value * 255.0 + 0.5) as u8;
                }
            }
        }
        pixels
    }
}

fn check_length(width: usize, height: usize, channels: usize, found: usize) -> Result<(), PaintingError> {
    let expected = width.saturating_mul(height).saturating_mul(channels);
    if found == expected {
        Ok(())
    } else {
        Err(PaintingError::BufferLength { width, height, expected, found })
    }
}

/// Where pixel `at` of a padded side comes from, mirrored at the last pixel of the side.
fn mirrored(at: usize, side: usize) -> usize {
    if at < side { at } else { 2 * (side - 1) - at }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(width: usize, height: usize) -> Planes {
        let values = (0..3 * width * height).map(|value| value as f32).collect();
        Planes::new(width, height, values).unwrap()
    }

    #[test]
    fn padding_mirrors_without_repeating_the_edge() {
        let padded = counted(5, 3).padded_to_multiple(4);
        assert_eq!((padded.width(), padded.height()), (8, 4));
        assert_eq!(padded.values()[..8], [0., 1., 2., 3., 4., 3., 2., 1.]);
        assert_eq!(padded.values()[24..32], [5., 6., 7., 8., 9., 8., 7., 6.]);
        assert_eq!(padded.values()[32..36], [15., 16., 17., 18.]);
    }

    #[test]
    fn cropping_undoes_padding() {
        for (width, height) in [(33, 32), (34, 39), (36, 35)] {
            let picture = counted(width, height);
            assert_eq!(picture.padded_to_multiple(4).cropped(width, height), picture);
        }
    }

    #[test]
    fn eight_bits_survive_the_way_there_and_back() {
        let pixels: Vec<u8> = (0..=255).flat_map(|v: u8| [v, 255 - v, v / 2, v / 3]).collect();
        let planes = Planes::from_srgb8(&pixels, 16, 16).unwrap();
        assert_eq!(planes.to_srgb8(16, 16, &pixels), pixels);
    }

    #[test]
    fn values_outside_the_range_are_clamped() {
        let planes = Planes::new(1, 1, vec![-3.0, 7.0, f32::NAN]).unwrap();
        assert_eq!(planes.to_srgb8(1, 1, &[1, 2, 3, 4]), [0, 255, 0, 4]);
    }

    #[test]
    fn a_buffer_of_the_wrong_length_is_refused() {
        let error = PaintingError::BufferLength { width: 2, height: 2, expected: 12, found: 11 };
        assert_eq!(Planes::new(2, 2, vec![0.0; 11]), Err(error));
        assert!(Planes::from_srgb8(&[], usize::MAX, 2).is_err());
    }
}
