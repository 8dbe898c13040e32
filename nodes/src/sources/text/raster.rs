//! Sets letters in lines and draws them.

use ab_glyph::{Font, FontArc, PxScale, PxScaleFont, ScaleFont, point};
use pastiche_engine::frame::{PixelFormat, Pixels};

use super::shaping::{Line, shape};

/// The widest picture, and the highest of one strip: what is higher is drawn smaller, and shown larger.
const MOST_SIDE_PX: f64 = 4096.0;
/// The highest picture of all strips.
const MOST_ROWS: f64 = 8192.0;
/// What is around each strip: pixels of its neighbours, and none above and below.
const BORDER_PX: u32 = 1;
/// The letters themselves; above, they are drawn smaller, and shown larger.
const MOST_LINE_PX: f64 = 1024.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alignment {
    Left,
    Centre,
    Right,
}

/// Letters, white on nothing. A line that is too long for one picture lies in it in strips, one below the other.
pub(super) struct Raster {
    pub(super) pixels: Pixels,
    /// Its upper left corner, from the middle of the words, to the right and down.
    pub(super) corner_px: [f64; 2],
    pub(super) strips: Strips,
}

/// How letters lie in a picture: in strips of a width, each with a pixel of its neighbours around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Strips {
    /// Of all letters.
    pub(super) size_px: [u32; 2],
    /// Of a strip, without its neighbours.
    pub(super) width_px: u32,
}

impl Strips {
    fn new(size_px: [u32; 2]) -> Strips {
        Strips { size_px, width_px: size_px[0].clamp(1, MOST_SIDE_PX as u32 - 2 * BORDER_PX) }
    }

    fn count(self) -> u32 {
        self.size_px[0].div_ceil(self.width_px).max(1)
    }

    /// The size of the picture in which they lie.
    fn picture_px(self) -> [u32; 2] {
        [self.width_px + 2 * BORDER_PX, self.count() * (self.size_px[1] + 2 * BORDER_PX)]
    }

    /// Where a pixel of the letters lies: in its own strip, and beside the edge of the next.
    fn places(self, [column, row]: [u32; 2]) -> impl Iterator<Item = [u32; 2]> {
        let own = column / self.width_px;
        let height = self.size_px[1] + 2 * BORDER_PX;
        (own.saturating_sub(1)..(own + 2).min(self.count())).filter_map(move |strip| {
            let x = (column + BORDER_PX).checked_sub(strip * self.width_px)?;
            (x < self.width_px + 2 * BORDER_PX).then_some([x, strip * height + BORDER_PX + row])
        })
    }
}

/// What is to be drawn.
pub(super) struct Letters {
    font: FontArc,
    lines: Vec<Line>,
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
    /// `bytes` are those of the font.
    pub(super) fn new(
        (font, bytes): (FontArc, &[u8]),
        content: &str,
        alignment: Alignment,
        spacing: f64,
    ) -> Letters {
        let shown = |character: &char| !character.is_control();
        let lines = content.lines().map(|line| line.replace('\t', "    ").chars().filter(shown).collect());
        let lines: Vec<Line> = shape(&font, bytes, &lines.collect::<Vec<String>>());
        let width = lines.iter().map(|line| line.width).fold(0.0, f64::max);
        let further = lines.len().saturating_sub(1) as f64;
        let size = [width, 1.0 + further * spacing.abs()];
        Letters { font, lines, alignment, spacing, size }
    }

    /// The height of a line at which letters of this height are drawn: the same, within limits.
    pub(super) fn drawable(&self, line_px: f64) -> f64 {
        let [width, height] = self.size;
        let mut line_px = line_px.min(MOST_LINE_PX).min((MOST_SIDE_PX - 8.0) / height.max(1e-6)).max(1.0);
        let rows = |line_px: f64| {
            // Letters may reach a little out of their lines.
            let strips = (width * line_px / (MOST_SIDE_PX - 2.0)).ceil().max(1.0);
            strips * (1.25 * height * line_px + 8.0)
        };
        while rows(line_px) > MOST_ROWS && line_px > 1.0 {
            line_px = (0.95 * line_px).max(1.0);
        }
        line_px
    }

    /// `None` when there is nothing to see.
    pub(super) fn draw(&self, line_px: f64) -> Option<Raster> {
        let outlines: Vec<_> =
            self.set(line_px).into_iter().filter_map(|glyph| self.font.outline_glyph(glyph)).collect();
        let mut bounds: Option<[f32; 4]> = None;
        for outline in &outlines {
            let glyph = outline.px_bounds();
            let [left, top, right, bottom] = bounds.unwrap_or([f32::MAX, f32::MAX, f32::MIN, f32::MIN]);
            let [x, y] = [glyph.min.x.min(left), glyph.min.y.min(top)];
            bounds = Some([x, y, glyph.max.x.max(right), glyph.max.y.max(bottom)]);
        }
        // Letters may reach out of their lines, but a damaged typeface must not fill the memory.
        let [left, top, right, bottom] = bounds?;
        let wide = (self.size[0] * line_px + MOST_SIDE_PX) as f32;
        let high = (2.0 * MOST_SIDE_PX) as f32;
        let [left, right] = [left, right].map(|edge| edge.clamp(-wide, wide).floor());
        let [top, bottom] = [top, bottom].map(|edge| edge.clamp(-high, high).floor());
        let side = |low: f32, high: f32, most: f64| ((high - low) as u32).clamp(1, most as u32);
        let rows = side(top, bottom, MOST_SIDE_PX);
        let most_strips = (MOST_ROWS / f64::from(rows + 2 * BORDER_PX)).floor().max(1.0);
        let columns = side(left, right, most_strips * (MOST_SIDE_PX - 2.0));
        let strips = Strips::new([columns, rows]);
        let [picture_columns, picture_rows] = strips.picture_px();
        let mut covers = vec![0_u8; picture_columns as usize * picture_rows as usize];
        for outline in &outlines {
            let glyph = outline.px_bounds();
            if !(glyph.width() < high && glyph.height() < high) {
                continue;
            }
            let corner = [glyph.min.x - left, glyph.min.y - top];
            outline.draw(|x, y, cover| {
                let [column, row] = [corner[0] + x as f32, corner[1] + y as f32];
                let inside = |at: f32, side: u32| at >= 0.0 && at < side as f32;
                if inside(column, columns) && inside(row, rows) {
                    let cover = (cover.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
                    for [column, row] in strips.places([column as u32, row as u32]) {
                        let at = row as usize * picture_columns as usize + column as usize;
                        covers[at] = covers[at].max(cover);
                    }
                }
            });
        }
        let bytes = covers.iter().flat_map(|cover| [255, 255, 255, *cover]).collect();
        let pixels = Pixels::new([picture_columns, picture_rows], PixelFormat::Srgb8, bytes)?;
        Some(Raster { pixels, corner_px: [f64::from(left), f64::from(top)], strips })
    }

    /// Every glyph at its place; the middle of the words is the origin.
    fn set(&self, line_px: f64) -> Vec<ab_glyph::Glyph> {
        let scaled = self.scaled(line_px);
        let [whole, height] = self.size.map(|side| side * line_px);
        let mut glyphs = Vec::new();
        for (number, line) in self.lines.iter().enumerate() {
            let rest = whole - line.width * line_px;
            let indent = match self.alignment {
                Alignment::Left => 0.0,
                Alignment::Centre => 0.5 * rest,
                Alignment::Right => rest,
            };
            // With negative spacing the lines go up.
            let first = if self.spacing < 0.0 { height - line_px } else { 0.0 };
            let top = first + number as f64 * self.spacing * line_px - 0.5 * height;
            let baseline = top + f64::from(scaled.ascent());
            let left = indent - 0.5 * whole;
            glyphs.extend(line.glyphs.iter().map(|glyph| {
                let [x, y] = [left + glyph.x * line_px, baseline - glyph.y * line_px];
                glyph.id.with_scale_and_position(scaled.scale(), point(x as f32, y as f32))
            }));
        }
        glyphs
    }

    fn scaled(&self, line_px: f64) -> PxScaleFont<&FontArc> {
        PxScaleFont { font: &self.font, scale: PxScale::from(line_px as f32) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(content: &str, alignment: Alignment) -> Letters {
        let font = FontArc::try_from_slice(super::super::INTER).unwrap();
        Letters::new((font, super::super::INTER), content, alignment, 1.2)
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
                assert!(size[0] <= 4096 && size[1] <= 8192 && lit(&raster) > 0, "{wanted_px}: {size:?}");
            }
        }
    }

    #[test]
    fn a_long_line_is_drawn_at_its_height_in_strips() {
        let long = letters(&"Tick ".repeat(400), Alignment::Left);
        assert_eq!(long.drawable(80.0), 80.0);
        let raster = long.draw(80.0).unwrap();
        let strips = raster.strips;
        assert!(strips.size_px[0] > 40_000 && strips.count() > 10, "{strips:?}");
        let short = letters("Tick ", Alignment::Left).draw(80.0).unwrap();
        // The same words stand at the same places of each, but for parts of a pixel.
        let ratio = lit(&raster) as f64 / lit(&short) as f64 / 400.0;
        assert!((0.95..1.05).contains(&ratio), "{ratio}");
    }

    #[test]
    fn strips_share_their_edges() {
        let strips = Strips::new([10_000, 50]);
        assert_eq!((strips.width_px, strips.count(), strips.picture_px()), (4094, 3, [4096, 156]));
        let places = |column| strips.places([column, 7]).collect::<Vec<_>>();
        assert_eq!(places(0), [[1, 8]]);
        assert_eq!(places(4093), [[4094, 8], [0, 60]]);
        assert_eq!(places(4094), [[4095, 8], [1, 60]]);
        assert_eq!(places(4095), [[2, 60]]);
    }
}
