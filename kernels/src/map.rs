//! Feature maps in memory.

use crate::simd::BLOCK;

/// A cache line's worth of floats.
#[repr(C, align(64))]
#[derive(Clone, Copy)]
struct Line([f32; BLOCK]);

/// Floats that begin on a cache line, and at least a block more than were asked for: vectors may be
/// read past the end.
#[derive(Default)]
pub(crate) struct Buffer {
    lines: Vec<Line>,
}

impl Buffer {
    /// Makes room for `floats`; what is in it is any mixture of what was, and zeros.
    pub(crate) fn reserve(&mut self, floats: usize) {
        let lines = floats.div_ceil(BLOCK) + 1;
        if lines > self.lines.len() {
            self.lines.resize(lines, Line([0.0; BLOCK]));
        }
    }

    /// A copy of the floats.
    pub(crate) fn of(floats: &[f32]) -> Self {
        let mut buffer = Self::default();
        buffer.reserve(floats.len());
        for (line, floats) in buffer.lines.iter_mut().zip(floats.chunks(BLOCK)) {
            line.0[..floats.len()].copy_from_slice(floats);
        }
        buffer
    }

    pub(crate) fn as_ptr(&self) -> *const f32 {
        self.lines.as_ptr().cast()
    }

    pub(crate) fn as_mut_ptr(&mut self) -> *mut f32 {
        self.lines.as_mut_ptr().cast()
    }

    pub(crate) fn floats(&self) -> &[f32] {
        // SAFETY: a line is 16 floats and nothing else, and lines lie one behind the other.
        unsafe { std::slice::from_raw_parts(self.as_ptr(), self.lines.len() * BLOCK) }
    }
}

/// A feature map, `[channels / block][height][width][block]`: pixels of a block of channels lie together.
/// The block is 16 channels; maps of up to four channels have blocks of four, and of up to eight,
/// eight. Channels that fill the last block up are zero.
#[derive(Default)]
pub struct Map {
    channels: usize,
    height: usize,
    width: usize,
    buffer: Buffer,
}

/// Floats past the end of a map that may be read: a product reads whole rows, up to 15 pixels too many.
const BEYOND: usize = 15 * BLOCK;

impl Map {
    /// An empty map, to be given its size by what writes it.
    pub fn new() -> Self {
        Self::default()
    }

    /// A map of values in the order `[channels][height][width]`, `None` if their number differs.
    pub fn from_planes([channels, height, width]: [usize; 3], values: &[f32]) -> Option<Self> {
        if values.len() != channels.checked_mul(height)?.checked_mul(width)? {
            return None;
        }
        let mut map = Self::default();
        map.reshape([channels, height, width]);
        let block = map.block();
        for line in &mut map.buffer.lines {
            *line = Line([0.0; BLOCK]);
        }
        for (place, &value) in values.iter().enumerate() {
            let (channel, pixel) = (place / (height * width), place % (height * width));
            let to = (channel / block * height * width + pixel) * block + channel % block;
            map.buffer.lines[to / BLOCK].0[to % BLOCK] = value;
        }
        Some(map)
    }

    /// The values in the order `[channels][height][width]`.
    pub fn to_planes(&self) -> Vec<f32> {
        let (block, pixels) = (self.block(), self.height * self.width);
        let floats = self.buffer.floats();
        let at = |channel: usize, pixel: usize| {
            floats[(channel / block * pixels + pixel) * block + channel % block]
        };
        (0..self.channels).flat_map(|channel| (0..pixels).map(move |pixel| at(channel, pixel))).collect()
    }

    /// The mean of each channel over all pixels.
    pub fn means(&self) -> Vec<f32> {
        let (block, pixels) = (self.block(), self.height * self.width);
        let mut sums = vec![0.0; self.blocks() * block];
        for (sums, plane) in
            sums.chunks_exact_mut(block).zip(self.buffer.floats().chunks(self.plane().max(1)))
        {
            for pixel in plane.chunks_exact(block).take(pixels) {
                for (sum, value) in sums.iter_mut().zip(pixel) {
                    *sum += value;
                }
            }
        }
        sums.truncate(self.channels);
        sums.iter().map(|sum| sum / pixels as f32).collect()
    }

    /// Channels, height and width.
    pub fn shape(&self) -> [usize; 3] {
        [self.channels, self.height, self.width]
    }

    /// Takes on a shape; the values are left to what writes them. Memory is kept, never given back.
    pub(crate) fn reshape(&mut self, [channels, height, width]: [usize; 3]) {
        (self.channels, self.height, self.width) = (channels, height, width);
        self.buffer.reserve(self.blocks() * height * width * self.block() + BEYOND);
    }

    pub(crate) fn block(&self) -> usize {
        block_of(self.channels)
    }

    pub(crate) fn blocks(&self) -> usize {
        self.channels.div_ceil(self.block())
    }

    /// Floats from one block of channels to the next.
    pub(crate) fn plane(&self) -> usize {
        self.height * self.width * self.block()
    }

    /// Floats from one row to the next.
    pub(crate) fn row(&self) -> usize {
        self.width * self.block()
    }

    pub(crate) fn as_ptr(&self) -> *const f32 {
        self.buffer.as_ptr()
    }

    pub(crate) fn as_mut_ptr(&mut self) -> *mut f32 {
        self.buffer.as_mut_ptr()
    }
}

/// The block of a map of this many channels.
pub(crate) fn block_of(channels: usize) -> usize {
    match channels {
        0..=4 => 4,
        5..=8 => 8,
        _ => BLOCK,
    }
}
