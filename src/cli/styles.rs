//! `pastiche styles`.

use std::path::Path;

use anyhow::Context;
use pastiche::models::painting::{Painting, STYLES};
use pastiche::{Error, Picture, embedded, write_png};

use super::End;
use super::arguments::StylesArguments;
use super::terminal;

const PHOTOGRAPH: &str = "astronaut.png";
const COLUMNS: usize = 6;
const CELL_PX: usize = 160;
const GAP_PX: usize = 4;
/// Pixels of the sheet for one dot of a digit.
const DOT_PX: usize = 3;

pub fn run(arguments: &StylesArguments) -> anyhow::Result<End> {
    match &arguments.sheet {
        None => list()?,
        Some(path) => sheet(path)?,
    }
    Ok(End::Good)
}

fn list() -> anyhow::Result<()> {
    let width = STYLES.iter().map(|style| style.name.len()).max().unwrap_or(0);
    for style in STYLES {
        terminal::say(format_args!("{:2}  {:width$}  {}", style.number, style.name, style.look))?;
    }
    Ok(())
}

fn sheet(path: &Path) -> anyhow::Result<()> {
    if path.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("png")) {
        return Err(Error::Setting {
            message: format!("{} does not end in .png", path.display()),
            help: "the sheet is a PNG file: give it such a name".into(),
        }
        .into());
    }
    let bytes = embedded(PHOTOGRAPH).context("the photograph is missing from the program")?;
    let photograph = image::load_from_memory(bytes).context("the photograph is damaged")?;
    let cell = CELL_PX as u32;
    let photograph = photograph.resize_to_fill(cell, cell, image::imageops::FilterType::Triangle).to_rgba8();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let painting = Painting::embedded(threads).context("the network is damaged")?;
    let mut sheet = Sheet::new(STYLES.len());
    for style in STYLES {
        let vector = painting.single_style(style.number);
        let painted = painting.paint_srgb8(photograph.as_raw(), [cell, cell], &vector)?;
        sheet.place(style.number, &painted);
    }
    write_png(path, &sheet.0)?;
    list()
}

struct Sheet(Picture);

impl Sheet {
    fn new(cells: usize) -> Sheet {
        let side = |count: usize| (count * (CELL_PX + GAP_PX) + GAP_PX) as u32;
        Sheet(Picture::black([side(COLUMNS), side(cells.div_ceil(COLUMNS))]))
    }

    fn place(&mut self, number: usize, painted: &[u8]) {
        let left = GAP_PX + (number % COLUMNS) * (CELL_PX + GAP_PX);
        let top = GAP_PX + (number / COLUMNS) * (CELL_PX + GAP_PX);
        for (row, line) in painted.chunks_exact(CELL_PX * 4).enumerate() {
            let start = self.offset(left, top + row);
            self.0.rgba[start..start + line.len()].copy_from_slice(line);
        }
        for (position, digit) in number.to_string().bytes().enumerate() {
            self.digit(digit - b'0', left + DOT_PX + position * 6 * DOT_PX, top + DOT_PX);
        }
    }

    /// White on black, 5 dots by 7.
    fn digit(&mut self, digit: u8, left: usize, top: usize) {
        let rows = DIGITS[usize::from(digit)];
        for y in 0..9 * DOT_PX {
            for x in 0..7 * DOT_PX {
                let (column, row) = (x / DOT_PX, y / DOT_PX);
                let inside = (1..=5).contains(&column) && (1..=7).contains(&row);
                let is_lit = inside && rows[row - 1] >> (5 - column) & 1 == 1;
                let start = self.offset(left + x, top + y);
                self.0.rgba[start..start + 3].fill(if is_lit { 255 } else { 0 });
            }
        }
    }

    fn offset(&self, x: usize, y: usize) -> usize {
        (y * self.0.size_px[0] as usize + x) * 4
    }
}

/// The digits, row by row from the top, the leftmost of five dots in bit 4.
const DIGITS: [[u8; 7]; 10] = [
    [0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110],
    [0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110],
    [0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111],
    [0b01110, 0b10001, 0b00001, 0b00110, 0b00001, 0b10001, 0b01110],
    [0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010],
    [0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110],
    [0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110],
    [0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000],
    [0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110],
    [0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100],
];
