//! From letters to glyphs at their places: scripts that join, letters with signs, emoji of several parts, and lines from
//! right to left (Unicode Annex 9), through HarfRust and `unicode-bidi`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ab_glyph::{Font, FontArc, GlyphId};
use harfrust::{Direction, FontRef, Shaper, ShaperData, UnicodeBuffer};
use unicode_bidi::BidiInfo;

/// A line of glyphs, for a line that is one pixel high.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) glyphs: Vec<Placed>,
    pub(super) width: f64,
}

/// A glyph and where it stands: to the right of the beginning of its line, and above the baseline.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) id: GlyphId,
    pub(super) x: f64,
    pub(super) y: f64,
}

/// The widest line.
const MOST_WIDTH: f64 = 1e7;

/// The glyphs of each line. `bytes` are those of the font; of a damaged one the letters stand side by side.
pub(super) fn shape(font: &FontArc, bytes: &[u8], lines: &[String]) -> Vec<Line> {
    let units = f64::from(font.height_unscaled());
    let shaped = catch_unwind(AssertUnwindSafe(|| {
        let font = FontRef::from_index(bytes, 0).ok()?;
        let data = ShaperData::new(&font);
        let shaper = data.shaper(&font).build();
        Some(lines.iter().map(|line| shape_line(&shaper, line, units)).collect::<Vec<Line>>())
    }));
    let shaped = shaped.ok().flatten().filter(|lines| lines.iter().all(Line::is_sound));
    shaped.unwrap_or_else(|| lines.iter().map(|line| side_by_side(font, line, units)).collect())
}

impl Line {
    fn is_sound(&self) -> bool {
        let is_number = |glyph: &Placed| glyph.x.is_finite() && glyph.y.is_finite();
        (0.0..=MOST_WIDTH).contains(&self.width) && self.glyphs.iter().all(is_number)
    }
}

fn shape_line(shaper: &Shaper<'_>, text: &str, units: f64) -> Line {
    let bidi = BidiInfo::new(text, None);
    let mut line = Line::default();
    for paragraph in &bidi.paragraphs {
        let (levels, runs) = bidi.visual_runs(paragraph, paragraph.range.clone());
        for run in runs {
            let is_rtl = levels.get(run.start).is_some_and(|level| level.is_rtl());
            let mut buffer = UnicodeBuffer::new();
            buffer.push_str(&text[run]);
            buffer.set_direction(if is_rtl { Direction::RightToLeft } else { Direction::LeftToRight });
            buffer.guess_segment_properties();
            let shaped = shaper.shape(buffer, &[]);
            for (info, position) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
                let [x, y] = [position.x_offset, position.y_offset].map(|offset| f64::from(offset) / units);
                // Typefaces have no more glyphs than that.
                let id = GlyphId(u16::try_from(info.glyph_id).unwrap_or(0));
                line.glyphs.push(Placed { id, x: line.width + x, y });
                line.width += f64::from(position.x_advance) / units;
            }
        }
    }
    line
}

fn side_by_side(font: &FontArc, text: &str, units: f64) -> Line {
    let mut line = Line::default();
    for character in text.chars() {
        let id = font.glyph_id(character);
        line.glyphs.push(Placed { id, x: line.width, y: 0.0 });
        let advance = f64::from(font.h_advance_unscaled(id)) / units;
        line.width = (line.width + if advance.is_finite() { advance } else { 0.0 }).clamp(0.0, MOST_WIDTH);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::super::INTER;
    use super::*;

    fn line(text: &str) -> Line {
        let font = FontArc::try_from_slice(INTER).unwrap();
        shape(&font, INTER, &[text.to_owned()]).remove(0)
    }

    fn seen(text: &str) -> usize {
        let font = FontArc::try_from_slice(INTER).unwrap();
        let scale = ab_glyph::PxScale::from(40.0);
        let drawn = line(text).glyphs.into_iter();
        drawn.filter(|glyph| font.outline_glyph(glyph.id.with_scale(scale)).is_some()).count()
    }

    #[test]
    fn selectors_and_joiners_draw_nothing_of_their_own() {
        assert_eq!(seen("\u{2192}\u{fe0f}"), seen("\u{2192}"));
        assert_eq!(seen("a\u{200d}b\u{200b}c\u{2060}"), 3);
        assert!((line("a\u{fe0f}b").width - line("ab").width).abs() < 1e-9);
    }

    #[test]
    fn signs_stand_on_their_letters() {
        let [one, two] = ["\u{e9}", "e\u{301}"].map(line);
        assert!((one.width - two.width).abs() < 1e-9, "{one:?} {two:?}");
    }

    #[test]
    fn letters_are_kerned() {
        let sum: f64 = ["A", "V"].map(|letter| line(letter).width).iter().sum();
        assert!(line("AV").width < sum - 0.01);
    }

    #[test]
    fn right_to_left_goes_from_right_to_left() {
        let ids = |text: &str| line(text).glyphs.iter().map(|glyph| glyph.id.0).collect::<Vec<u16>>();
        // Between marks that turn the direction, as for a script that is written so.
        let turned = ids("\u{202e}abc\u{202c}");
        let visible: Vec<u16> = turned.into_iter().filter(|id| ids("abc").contains(id)).collect();
        let mut expected = ids("abc");
        expected.reverse();
        assert_eq!(visible, expected);
    }

    #[test]
    fn what_cannot_be_shaped_stands_side_by_side() {
        let font = FontArc::try_from_slice(INTER).unwrap();
        let lines = shape(&font, b"no font", &["abc".to_owned()]);
        assert_eq!(lines[0].glyphs.len(), 3);
        assert!(lines[0].width > 0.5);
    }
}
