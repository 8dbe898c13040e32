//! What a convolution reads: a map, changed on the way in.

use crate::map::Map;
use crate::moments::Affine;
use crate::simd::{BLOCK, Simd};

/// A map as a convolution reads it: `relu(map * scale + offset) + plus`, each part if it is wanted.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The map itself.
    pub map: &'a Map,
    /// A scale and an offset for each channel.
    pub affine: Option<&'a Affine>,
    /// Whether values below zero become zero.
    pub relu: bool,
    /// A map of the same shape that is added at the end.
    pub plus: Option<&'a Map>,
}

impl<'a> Source<'a> {
    /// The map as it is.
    pub fn plain(map: &'a Map) -> Self {
        Self { map, affine: None, relu: false, plus: None }
    }

    /// Whether the parts fit each other.
    pub(crate) fn fits(&self) -> bool {
        let lanes = self.map.shape()[0].next_multiple_of(BLOCK);
        self.affine.is_none_or(|affine| affine.lanes() == lanes)
            && self.plus.is_none_or(|plus| plus.shape() == self.map.shape())
    }
}

/// What lies beyond the edge of a picture.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Beyond {
    /// The picture mirrored at its outermost pixels, which are not repeated.
    Mirror,
    /// The outermost pixel.
    Edge,
}

impl Beyond {
    /// The pixel of a side that stands for pixel `at`.
    pub(crate) fn inside(self, at: isize, side: usize) -> usize {
        let last = side as isize - 1;
        let at = match self {
            // Mirrored at the far edge too, where a picture is smaller than a margin.
            Beyond::Mirror => last - (last - at.abs()).abs(),
            Beyond::Edge => at,
        };
        at.clamp(0, last) as usize
    }
}

/// A part of a picture, which may reach beyond its edges.
#[derive(Clone, Copy)]
pub(crate) struct Window {
    pub top: isize,
    pub left: isize,
    pub rows: usize,
    pub columns: usize,
}

/// Copies a window of the source to `to`, `[blocks][rows][columns][block]`. Up to a block of floats
/// behind it is overwritten too.
///
/// # Safety
/// The processor has the level of `S`; the source fits, has pixels, and some column of the window is
/// inside it; the memory at `to` is there.
#[inline(always)]
pub(crate) unsafe fn stage<S: Simd>(source: &Source<'_>, beyond: Beyond, window: Window, to: *mut f32) {
    let map = source.map;
    let ([_, height, width], block) = (map.shape(), map.block());
    let (low, high) = inside_columns(window, width);
    let length = (high - low) * block;
    for plane in 0..map.blocks() {
        for row in 0..window.rows {
            let y = beyond.inside(window.top + row as isize, height);
            let from = plane * map.plane() + y * map.row() + low * block;
            // SAFETY: the row is inside the map, whose buffer may be read a block past its end; the row at
            // `to` is the caller's, and what is written past it is written again, or allowed.
            unsafe {
                let line = to.add((plane * window.rows + row) * window.columns * block);
                let inner = line.offset((low as isize - window.left) * block as isize);
                copy::<S>(source, plane, from, length, inner);
                fill(line, beyond, window, (low, high), width, block);
            }
        }
    }
}

/// The columns of a window that are inside a picture.
pub(crate) fn inside_columns(window: Window, width: usize) -> (usize, usize) {
    let low = window.left.clamp(0, width as isize) as usize;
    let high = (window.left + window.columns as isize).clamp(0, width as isize) as usize;
    (low, high)
}

/// Fills the columns beyond the picture with those that stand for them.
///
/// # Safety
/// The columns `low..high` of the line are filled, there is one, and the line has the window's length.
#[inline(always)]
pub(crate) unsafe fn fill(
    line: *mut f32,
    beyond: Beyond,
    window: Window,
    (low, high): (usize, usize),
    width: usize,
    block: usize,
) {
    let (left, right) = (window.left, window.left + window.columns as isize);
    for x in (left..low as isize).chain(high as isize..right) {
        let stands = beyond.inside(x, width).clamp(low, high - 1) as isize;
        // SAFETY: both columns are inside the line, and they differ.
        unsafe {
            let from = line.offset((stands - left) * block as isize);
            std::ptr::copy_nonoverlapping(from, line.offset((x - left) * block as isize), block);
        }
    }
}

/// # Safety
/// As for [`stage`]; `from` is a place in the source's map and `length` floats of it are read, up to
/// the next block of 16.
#[inline(always)]
unsafe fn copy<S: Simd>(source: &Source<'_>, plane: usize, from: usize, length: usize, to: *mut f32) {
    // SAFETY: the caller's promise; a source that fits has as many scales as lanes.
    unsafe {
        let map = source.map.as_ptr().add(from);
        let plus = source.plus.map(|plus| plus.as_ptr().add(from));
        let affine = source.affine.map(|affine| {
            let (scale, offset) = affine.pointers();
            (scale.add(plane * BLOCK), offset.add(plane * BLOCK))
        });
        for part in (0..BLOCK).step_by(S::LANES) {
            let (mut scale, mut offset) = (S::splat(1.0), S::splat(0.0));
            if let Some((scales, offsets)) = affine {
                (scale, offset) = (S::load(scales.add(part)), S::load(offsets.add(part)));
            }
            for at in (part..length.next_multiple_of(BLOCK)).step_by(BLOCK) {
                let mut value = S::load(map.add(at));
                if affine.is_some() {
                    value = S::fma(value, scale, offset);
                }
                if source.relu {
                    value = S::max(S::splat(0.0), value);
                }
                if let Some(plus) = plus {
                    value = S::add(value, S::load(plus.add(at)));
                }
                S::store(to.add(at), value);
            }
        }
    }
}
