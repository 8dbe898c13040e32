//! `pastiche sheet`, and the contact sheet that other commands draw as well.

use std::path::Path;

use pastiche::loader::PatchSource;
use pastiche::picture::Picture;
use pastiche::render::write_png;
use pastiche::{Error, Pace, Player, PlayerConfig, registry};

use super::arguments::SheetArguments;
use super::end::End;
use super::terminal;

/// A contact sheet of patches: one picture each, as it is after this many seconds.
pub fn run(arguments: SheetArguments) -> anyhow::Result<End> {
    let SheetArguments { patches, out, seconds, columns, force } = arguments;
    check_out(&out, force)?;
    let cell_px = [320, 180];
    let mut sheet = Sheet::new(patches.len(), columns, cell_px);
    let gpu = terminal::open_gpu();
    for (number, patch) in patches.into_iter().enumerate() {
        terminal::say(format_args!("{number:2}  {}", patch.display()))?;
        let mut config = PlayerConfig::new(registry()?, Pace::Offline);
        config.gpu.clone_from(&gpu);
        config.size_px = Some(cell_px.map(|side| side as u32));
        let mut player = Player::new(config)?;
        let report = player.load_source(PatchSource::File(patch))?;
        terminal::show_load(&report);
        let frames = (seconds * player.rate().fps()).max(0.0) as u64;
        (0..=frames).for_each(|_| {
            player.step();
        });
        let picture =
            player.pixels(0).map_err(|fault| Error::Setting { message: fault.message, help: fault.help })?;
        sheet.place(number, &picture.rgba);
    }
    write_png(&out, &sheet.picture)?;
    Ok(End::Good)
}

/// Refuses a name that says another format than the one that is written, and one that is taken.
pub fn check_out(path: &Path, force: bool) -> Result<(), Error> {
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png")) {
        return match path.exists() && !force {
            true => Err(Error::Occupied { path: path.to_owned(), what: "there already" }),
            false => Ok(()),
        };
    }
    Err(Error::Setting {
        message: format!("{} does not end in .png", path.display()),
        help: "the sheet is a PNG file: give it such a name".into(),
    })
}

const GAP_PX: usize = 4;
/// Pixels of the sheet for one dot of a digit.
const DOT_PX: usize = 3;

/// Pictures in rows, numbered from 0.
pub struct Sheet {
    /// The sheet.
    pub picture: Picture,
    columns: usize,
    cell_px: [usize; 2],
}

impl Sheet {
    pub fn new(cells: usize, columns: usize, cell_px: [usize; 2]) -> Sheet {
        let columns = columns.clamp(1, cells.max(1));
        let [width, height] = cell_px.map(|side| side + GAP_PX);
        let size_px = [columns * width + GAP_PX, cells.div_ceil(columns) * height + GAP_PX];
        Sheet { picture: Picture::black(size_px.map(|side| side as u32)), columns, cell_px }
    }

    /// Puts a picture of the cell's size, as RGBA, into its place.
    pub fn place(&mut self, number: usize, rgba: &[u8]) {
        let [width, height] = self.cell_px;
        let left = GAP_PX + (number % self.columns) * (width + GAP_PX);
        let top = GAP_PX + (number / self.columns) * (height + GAP_PX);
        for (row, line) in rgba.chunks_exact(width * 4).enumerate() {
            let start = self.offset(left, top + row);
            self.picture.rgba[start..start + line.len()].copy_from_slice(line);
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
                self.picture.rgba[start..start + 3].fill(if is_lit { 255 } else { 0 });
            }
        }
    }

    fn offset(&self, x: usize, y: usize) -> usize {
        (y * self.picture.size_px[0] as usize + x) * 4
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
