//! Golden pictures: tiny, compared as an eye would, accepted with `UPDATE_GOLDENS=1`.

use std::path::PathBuf;

/// Largest mean difference of any 8x8 tile, in 8-bit steps, that no eye sees in a moving picture.
const MOST_TILE_DIFFERENCE: f64 = 4.0;

/// Compares a picture with `NAME.png` in a folder of the project. A failure is saved beside the
/// test's other files, to be looked at.
pub fn compare(folder: &str, name: &str, size_px: [u32; 2], rgba: &[u8]) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder);
    let path = folder.join(format!("{name}.png"));
    let [width, height] = size_px;
    let picture = image::RgbaImage::from_raw(width, height, rgba.to_vec()).expect("a whole picture");
    let picture = image::DynamicImage::ImageRgba8(picture).to_rgb8();
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        std::fs::create_dir_all(&folder).expect("writable");
        picture.save(&path).expect("writable");
        return;
    }
    let golden = image::open(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; accept with UPDATE_GOLDENS=1", path.display()))
        .to_rgb8();
    assert_eq!(golden.dimensions(), picture.dimensions(), "{name}");
    let worst = worst_tile(&golden, &picture);
    if worst > MOST_TILE_DIFFERENCE {
        let saved = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
        picture.save(&saved).expect("writable");
        panic!("{name} differs from its golden by {worst:.1} in one place; see {}", saved.display());
    }
}

/// The largest mean absolute difference of any 8x8 tile.
fn worst_tile(left: &image::RgbImage, right: &image::RgbImage) -> f64 {
    let (width, height) = left.dimensions();
    let mut worst = 0.0_f64;
    for y in (0..height).step_by(8) {
        for x in (0..width).step_by(8) {
            let (mut sum, mut count) = (0.0, 0.0);
            for (x, y) in (y..(y + 8).min(height)).flat_map(|y| (x..(x + 8).min(width)).map(move |x| (x, y)))
            {
                for channel in 0..3 {
                    let [left, right] =
                        [left, right].map(|picture| f64::from(picture.get_pixel(x, y).0[channel]));
                    sum += (left - right).abs();
                    count += 1.0;
                }
            }
            worst = worst.max(sum / count);
        }
    }
    worst
}
