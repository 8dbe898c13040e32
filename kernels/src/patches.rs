//! The first convolution of many networks for recognition, 3x3 with a stride of two, as a 1x1 convolution of
//! the patches that it sees.

use crate::crew::{Crew, Shared, deal};
use crate::error::KernelError;
use crate::map::Map;
use crate::simd::BLOCK;

/// Planes of a picture.
const COLOURS: usize = 3;
const SIDE: usize = 3;
/// Channels that the patches have.
const CHANNELS: usize = COLOURS * SIDE * SIDE;
/// Output rows of a job.
const ROWS: usize = 8;

/// Gathers the 3x3 patches of a picture of three planes, `[3][height][width]` with even sides, that begin at
/// every second pixel of every second row: 27 channels, `[colour][row][column]`, of half the size. Beyond the
/// right and the lower edge lie zeros.
pub fn halving_patches(
    planes: &[f32],
    [height, width]: [usize; 2],
    output: &mut Map,
    crew: &dyn Crew,
) -> Result<(), KernelError> {
    let whole = height.checked_mul(width).and_then(|pixels| pixels.checked_mul(COLOURS));
    let even = height.is_multiple_of(2) && width.is_multiple_of(2);
    if planes.is_empty() || whole != Some(planes.len()) || !even {
        return Err(KernelError::Source { expected: COLOURS, found: [COLOURS, height, width] });
    }
    let (high, wide) = (height / 2, width / 2);
    output.reshape([CHANNELS, high, wide]);
    let (blocks, plane) = (output.blocks(), output.plane());
    let to = Shared::new(output.as_mut_ptr());
    deal(crew, high.div_ceil(ROWS), |_, job| {
        for y in job * ROWS..((job + 1) * ROWS).min(high) {
            for channel in 0..blocks * BLOCK {
                let (colour, row, column) = (channel / 9, channel / SIDE % SIDE, channel % SIDE);
                let y_in = 2 * y + row;
                let inside = channel < CHANNELS && y_in < height;
                let line = if inside { &planes[(colour * height + y_in) * width..][..width] } else { &[] };
                for x in 0..wide {
                    let value = line.get(2 * x + column).copied().unwrap_or(0.0);
                    let place = channel / BLOCK * plane + (y * wide + x) * BLOCK + channel % BLOCK;
                    // SAFETY: the place is inside the map, in a row that is this job's.
                    unsafe { *to.get().add(place) = value };
                }
            }
        }
    });
    Ok(())
}
