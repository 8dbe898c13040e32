//! Sets letters in lines and draws them.

use ab_glyph::{Font, FontArc, GlyphId, PxScale, PxScaleFont, ScaleFont, point};
use pastiche_engine::frame::{PixelFormat, Pixels};

/// A larger picture is drawn smaller, and shown larger.
const MOST_SIDE_PX: f64 = 4096.0;
/// The letters themselves; above, they are drawn smaller, and shown larger.
const MOST_LINE_PX: f64 = 1024.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alignment {
    Left,
    Centre,
    Right,
}

/// Letters, white on nothing.
pub(super) struct Raster {
    pub(super) pixels: Pixels,
    /// Its upper left corner, from the middle of the words, to the right and down.
    pub(super) corner_px: [f64; 2],
}

/// What is to be drawn.
pub(super) struct Letters {
    font: FontArc,
    lines: Vec<String>,
    alignment: Alignment,
    spacing: f64,
    /// Of the whole, for a line of one pixel.
    size: [f64; 2],
}

/// Whether letters of a typeface can have a height: a damaged one may say that they have none.
pub(super) fn has_a_size(font: &FontArc) -> bool {
    let scaled = font.as_scaled(PxScale::from(16.0));
    let height = scaled.height();
    height.is_finite() && height > 0.0 && scaled.ascent().abs() < 1e4
}

impl Letters {
    pub(super) fn new(font: FontArc, content: &str, alignment: Alignment, spacing: f64) -> Letters {
        let shown = |character: &char| !character.is_control();
        let lines = content.lines().map(|line| line.replace('\t', "    ").chars().filter(shown).collect());
        let lines: Vec<String> = lines.collect();
        let mut letters = Letters { font, lines, alignment, spacing, size: [0.0; 2] };
        let scaled = letters.scaled(256.0);
        let width = letters.lines.iter().map(|line| width(&scaled, line)).fold(0.0, f64::max);
        let further = letters.lines.len().saturating_sub(1) as f64;
        letters.size = [width / 256.0, 1.0 + further * spacing.abs()];
        letters
    }

    /// The height of a line at which letters of this height are drawn: the same, within limits.
    pub(super) fn drawable(&self, line_px: f64) -> f64 {
        let longest = self.size[0].max(self.size[1]).max(1e-6);
        line_px.min(MOST_LINE_PX).min((MOST_SIDE_PX - 8.0) / longest).max(1.0)
    }

    /// `None` when there is nothing to see.
    pub(super) fn draw(&self, line_px: f64) -> Option<Raster> {
        let scaled = self.scaled(line_px);
        let glyphs = self.set(&scaled, line_px);
        let outlines: Vec<_> =
            glyphs.into_iter().filter_map(|glyph| self.font.outline_glyph(glyph)).collect();
        let mut bounds: Option<[f32; 4]> = None;
        for outline in &outlines {
            let glyph = outline.px_bounds();
            let [left, top, right, bottom] = bounds.unwrap_or([f32::MAX, f32::MAX, f32::MIN, f32::MIN]);
            let [x, y] = [glyph.min.x.min(left), glyph.min.y.min(top)];
            bounds = Some([x, y, glyph.max.x.max(right), glyph.max.y.max(bottom)]);
        }
        // Letters may reach out of their lines, but a damaged typeface must not fill the memory.
        let limit = (2.0 * MOST_SIDE_PX) as f32;
        let [left, top, right, bottom] = bounds?.map(|edge| edge.clamp(-limit, limit).floor());
        let side = |low: f32, high: f32| ((high - low) as u32).clamp(1, MOST_SIDE_PX as u32);
        let [columns, rows] = [side(left, right), side(top, bottom)];
        let mut covers = vec![0.0f32; columns as usize * rows as usize];
        for outline in &outlines {
            let glyph = outline.px_bounds();
            if !(glyph.width() < limit && glyph.height() < limit) {
                continue;
            }
            let corner = [glyph.min.x - left, glyph.min.y - top];
            outline.draw(|x, y, cover| {
                let [column, row] = [corner[0] + x as f32, corner[1] + y as f32];
                let inside = |at: f32, side: u32| at >= 0.0 && at < side as f32;
                if inside(column, columns) && inside(row, rows) {
                    let at = row as usize * columns as usize + column as usize;
                    covers[at] = covers[at].max(cover.clamp(0.0, 1.0));
                }
            });
        }
        let bytes = covers.iter().flat_map(|cover| [255, 255, 255, (cover * 255.0 + 0.5) as u8]).collect();
        let pixels = Pixels::new([columns, rows], PixelFormat::Srgb8, bytes)?;
        Some(Raster { pixels, corner_px: [f64::from(left), f64::from(top)] })
    }

    /// Every glyph at its place; the middle of the words is the origin.
    fn set(&self, scaled: &PxScaleFont<&FontArc>, line_px: f64) -> Vec<ab_glyph::Glyph> {
        let [whole, height] = self.size.map(|side| side * line_px);
        let mut glyphs = Vec::new();
        for (number, line) in self.lines.iter().enumerate() {
            let rest = whole - width(scaled, line);
            let indent = match self.alignment {
                Alignment::Left => 0.0,
                Alignment::Centre => 0.5 * rest,
                Alignment::Right => rest,
            };
            // With negative spacing the lines go up.
            let first = if self.spacing < 0.0 { height - line_px } else { 0.0 };
            let top = first + number as f64 * self.spacing * line_px - 0.5 * height;
            let baseline = top + f64::from(scaled.ascent());
            let mut caret = indent - 0.5 * whole;
            let mut last: Option<GlyphId> = None;
            for character in line.chars() {
                let id = scaled.glyph_id(character);
                caret += last.map_or(0.0, |last| f64::from(scaled.kern(last, id)));
                let position = point(caret as f32, baseline as f32);
                glyphs.push(id.with_scale_and_position(scaled.scale(), position));
                caret += f64::from(scaled.h_advance(id));
                last = Some(id);
            }
        }
        glyphs
    }

    fn scaled(&self, line_px: f64) -> PxScaleFont<&FontArc> {
        PxScaleFont { font: &self.font, scale: PxScale::from(line_px as f32) }
    }
}

fn width(scaled: &PxScaleFont<&FontArc>, line: &str) -> f64 {
    let mut last: Option<GlyphId> = None;
    let mut sum = 0.0;
    for character in line.chars() {
        let id = scaled.glyph_id(character);
        sum += last.map_or(0.0, |last| f64::from(scaled.kern(last, id)));
        sum += f64::from(scaled.h_advance(id));
        last = Some(id);
    }
    if sum.is_finite() { sum.clamp(0.0, 1e7) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(content: &str, alignment: Alignment) -> Letters {
        let font = FontArc::try_from_slice(super::super::INTER).unwrap();
        Letters::new(font, content, alignment, 1.2)
    }

    fn lit(raster: &Raster) -> usize {
        raster.pixels.bytes().chunks_exact(4).filter(|pixel| pixel[3] > 0).count()
    }

    #[test]
    fn words_stand_in_the_middle() {
        let raster = letters("HHHH\nHHHH", Alignment::Centre).draw(50.0).unwrap();
        let size = raster.pixels.size_px().map(f64::from);
        let middle = [0, 1].map(|axis| raster.corner_px[axis] + 0.5 * size[axis]);
        assert!(middle[0].abs() < 2.0 && middle[1].abs() < 6.0, "{middle:?}");
        assert!(size[1] > 90.0 && size[1] < 115.0, "{size:?}");
    }

    #[test]
    fn lines_are_flush_where_they_should_be() {
        let [left, right] = [Alignment::Left, Alignment::Right].map(|alignment| {
            let raster = letters("HHHHHHHH\nI", alignment).draw(40.0).unwrap();
            let [columns, rows] = raster.pixels.size_px().map(|side| side as usize);
            let below = &raster.pixels.bytes()[rows * 3 / 4 * columns * 4..];
            let alpha = |at: usize| below[at * 4 + 3] > 128;
            (0..below.len() / 4).filter(|at| alpha(*at)).map(|at| at % columns).max().unwrap() * 2 > columns
        });
        assert_eq!((left, right), (false, true));
    }

    #[test]
    fn any_text_has_a_bounded_size() {
        assert!(letters("", Alignment::Left).draw(40.0).is_none());
        assert!(letters(" \n\t\u{7}", Alignment::Left).draw(40.0).is_none());
        for content in ["W".repeat(4096), "W\n".repeat(2048), "Ωжé\u{1F600}漢".into()] {
            let letters = letters(&content, Alignment::Centre);
            for wanted_px in [0.5, 40.0, 1e4] {
                let line_px = letters.drawable(wanted_px);
                let raster = letters.draw(line_px).unwrap();
                let size = raster.pixels.size_px();
                assert!(size.iter().all(|side| *side <= 4096) && lit(&raster) > 0, "{wanted_px}: {size:?}");
            }
        }
    }
}
