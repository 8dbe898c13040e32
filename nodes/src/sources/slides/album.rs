//! The pictures of a folder in the order in which they are shown.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::RgbaImage;
use image::imageops::thumbnail;
use pastiche_engine::assets::Media;
use pastiche_engine::frame::{PixelFormat, Pixels};
use pastiche_engine::stamp::Stamp;

use crate::sources::image_file::{ENDINGS, decode};

/// A picture's turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) path: PathBuf,
    /// How often all have been shown.
    round: u64,
}

/// The pictures.
pub(super) struct Album {
    paths: Vec<PathBuf>,
    /// For an order that is another in each round; `None` is that of their names.
    seed: Option<u64>,
}

impl Album {
    /// Those of the files that are pictures by their names.
    pub(super) fn new(files: &Arc<[PathBuf]>, seed: Option<u64>) -> Album {
        Album { paths: files.iter().filter(|path| is_picture(path)).cloned().collect(), seed }
    }

    pub(super) fn len(&self) -> usize {
        self.paths.len()
    }

    /// Whose turn it is behind a page that need not be there any more; `None` when all are left out.
    pub(super) fn next(&self, from: Option<&Page>, is_left_out: impl Fn(&Path) -> bool) -> Option<Page> {
        let paths = || self.paths.iter().filter(|path| !is_left_out(path));
        let first = |round: u64| {
            let path = paths().min_by_key(|path| self.key(round, path))?.clone();
            Some(Page { path, round })
        };
        let Some(from) = from else { return first(0) };
        let key = self.key(from.round, &from.path);
        let later = paths().filter(|path| self.key(from.round, path) > key);
        if let Some(path) = later.min_by_key(|path| self.key(from.round, path)) {
            return Some(Page { path: path.clone(), round: from.round });
        }
        let mut round = from.round + 1;
        // In an order of its own, the last of a round may be the first of the next.
        while first(round).is_some_and(|page| page.path == from.path) && paths().nth(1).is_some() {
            round += 1;
        }
        first(round)
    }

    /// By names alone, so that the order is the same wherever the folder lies.
    fn key<'a>(&self, round: u64, path: &'a Path) -> (u64, Name<'a>) {
        let name = path.file_name().unwrap_or_default();
        let place = self.seed.map_or(0, |seed| {
            Stamp::new().number(seed).number(round).bytes(name.as_encoded_bytes()).finish()
        });
        (place, Name(name))
    }
}

/// The name of a file, in the order in which people count: 2 before 10.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Name<'a>(&'a OsStr);

impl Ord for Name<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        // Names that count the same, such as 1 and 01, are still two.
        alphanumeric_sort::compare_os_str(self.0, other.0).then_with(|| self.0.cmp(other.0))
    }
}

impl PartialOrd for Name<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn is_picture(path: &Path) -> bool {
    let ending = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// Reads and decodes a picture; one that is far larger than the canvas is made smaller.
pub(super) fn load(path: &Path, canvas_px: [u32; 2]) -> Result<Pixels, String> {
    let most_bytes = Media::Picture.max_bytes();
    let mut bytes = Vec::new();
    let file = File::open(path).and_then(|file| file.take(most_bytes + 1).read_to_end(&mut bytes));
    file.map_err(|error| format!("it cannot be read: {error}"))?;
    if bytes.len() as u64 > most_bytes {
        return Err(format!("it is larger than {} MiB", most_bytes >> 20));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let pixels = decode(&name, &bytes).map_err(|error| error.message)?;
    Ok(reduced(&pixels, canvas_px).unwrap_or(pixels))
}

/// To the least size of the same shape that covers the canvas; `None` when it is not twice that.
fn reduced(pixels: &Pixels, canvas_px: [u32; 2]) -> Option<Pixels> {
    let [width, height] = pixels.size_px().map(f64::from);
    let [canvas_width, canvas_height] = canvas_px.map(f64::from);
    let scale = (canvas_width / width).max(canvas_height / height);
    if scale > 0.5 {
        return None;
    }
    let [to_width, to_height] = [width, height].map(|side| (side * scale).round().max(1.0) as u32);
    let [width, height] = pixels.size_px();
    let picture = RgbaImage::from_raw(width, height, pixels.bytes().to_vec())?;
    let picture = thumbnail(&picture, to_width, to_height);
    Pixels::new([to_width, to_height], PixelFormat::Srgb8, picture.into_raw())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn album(names: &[&str], seed: Option<u64>) -> Album {
        let files: Vec<PathBuf> = names.iter().map(PathBuf::from).collect();
        Album::new(&files.into(), seed)
    }

    fn turns(album: &Album, from: Option<Page>, count: usize) -> Vec<String> {
        let mut page = from;
        let mut next = || {
            page = album.next(page.as_ref(), |_| false);
            page.as_ref().map_or_else(String::new, |page| page.path.display().to_string())
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn by_name_round_and_round_and_nothing_but_pictures() {
        let album = album(&["a.png", "b.JPG", "c.txt", "d.webp", "e"], None);
        assert_eq!(turns(&album, None, 5), ["a.png", "b.JPG", "d.webp", "a.png", "b.JPG"]);
        assert_eq!(album.len(), 3);
    }

    #[test]
    fn numbers_in_names_count() {
        let album = album(&["a10.png", "a2.png", "a1.png", "a01.png"], None);
        let mut shown = turns(&album, None, 4);
        assert_eq!(shown[2..], ["a2.png", "a10.png"]);
        shown.sort();
        assert_eq!(shown, ["a01.png", "a1.png", "a10.png", "a2.png"], "each has its turn");
    }

    #[test]
    fn the_turn_goes_on_where_a_picture_came_or_went() {
        let from = Page { path: "b.png".into(), round: 3 };
        assert_eq!(turns(&album(&["a.png", "b.png", "bb.png"], None), Some(from.clone()), 1), ["bb.png"]);
        assert_eq!(turns(&album(&["a.png", "c.png"], None), Some(from.clone()), 1), ["c.png"]);
        assert_eq!(turns(&album(&[], None), Some(from), 1), [""]);
        let only = album(&["a.png"], None);
        assert_eq!(turns(&only, None, 3), ["a.png", "a.png", "a.png"]);
        assert!(only.next(None, |_| true).is_none());
    }

    #[test]
    fn an_order_of_its_own_shows_all_and_none_twice_in_a_row() {
        let names = ["a.png", "b.png", "c.png", "d.png"];
        let album = album(&names, Some(7));
        let shown = turns(&album, None, 400);
        assert!(shown.windows(2).all(|pair| pair[0] != pair[1]));
        for round in shown.chunks_exact(4) {
            assert_eq!(round.iter().collect::<BTreeSet<_>>().len(), 4, "{round:?}");
        }
        let rounds: BTreeSet<&[String]> = shown.chunks_exact(4).collect();
        assert!(rounds.len() > 10, "{}", rounds.len());
    }

    #[test]
    fn a_huge_picture_is_made_smaller_and_keeps_its_shape() {
        let pixels = |width: u32, height: u32| {
            let bytes = vec![99; (width * height * 4) as usize];
            Pixels::new([width, height], PixelFormat::Srgb8, bytes).unwrap()
        };
        assert_eq!(reduced(&pixels(1000, 500), [64, 36]).unwrap().size_px(), [72, 36]);
        assert_eq!(reduced(&pixels(10, 5000), [64, 36]), None);
        assert_eq!(reduced(&pixels(100, 70), [64, 36]), None);
    }
}
