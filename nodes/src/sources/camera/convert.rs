//! From what cameras give to 8-bit sRGB.

use std::io::Cursor;

use image::{ImageFormat, ImageReader, Limits};
use pastiche_engine::cameras::{CameraFormat, CameraPicture};
use pastiche_engine::frame::{PixelFormat, Pixels};

/// The longest side of a picture, in pixels.
const MOST_SIDE_PX: u32 = 8192;

/// What a JPEG file may take while it is decoded.
const MOST_DECODED_BYTES: u64 = 512 << 20;

/// The picture, mirrored left to right if wanted. `Err` says in what way it is garbage.
pub(super) fn convert(picture: &CameraPicture, mirror: bool) -> Result<Pixels, String> {
    let CameraPicture { size_px, format, bytes } = picture;
    let [width, height] = *size_px;
    if *format != CameraFormat::Mjpeg && size_px.iter().any(|side| !(1..=MOST_SIDE_PX).contains(side)) {
        return Err(format!("a picture of {width}x{height} pixels"));
    }
    let (size_px, mut rgba) = match format {
        CameraFormat::Mjpeg => jpeg(bytes)?,
        other => ([width, height], raw(*other, width as usize, height as usize, bytes)?),
    };
    if mirror {
        for row in rgba.chunks_exact_mut(size_px[0] as usize * 4) {
            flip(row);
        }
    }
    Pixels::new(size_px, PixelFormat::Srgb8, rgba).ok_or_else(|| "a picture without pixels".into())
}

fn jpeg(bytes: &[u8]) -> Result<([u32; 2], Vec<u8>), String> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), ImageFormat::Jpeg);
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(MOST_SIDE_PX);
    limits.max_image_height = Some(MOST_SIDE_PX);
    limits.max_alloc = Some(MOST_DECODED_BYTES);
    reader.limits(limits);
    let picture = reader.decode().map_err(|error| format!("a damaged picture: {error}"))?.into_rgba8();
    Ok(([picture.width(), picture.height()], picture.into_raw()))
}

fn raw(format: CameraFormat, width: usize, height: usize, bytes: &[u8]) -> Result<Vec<u8>, String> {
    let pixels = width * height;
    let expected = match format {
        CameraFormat::Yuyv => width.div_ceil(2) * 4 * height,
        CameraFormat::Nv12 => pixels + width.div_ceil(2) * 2 * height.div_ceil(2),
        CameraFormat::Grey => pixels,
        CameraFormat::Rgb | CameraFormat::Bgr => pixels * 3,
        CameraFormat::Mjpeg => 0,
    };
    // Some drivers hand over more than the picture.
    if bytes.len() < expected {
        return Err(format!("{} bytes instead of {expected}", bytes.len()));
    }
    let mut rgba = vec![255; pixels * 4];
    for (y, row) in rgba.chunks_exact_mut(width * 4).enumerate() {
        for (x, pixel) in row.chunks_exact_mut(4).enumerate() {
            let at = y * width + x;
            let colour = match format {
                CameraFormat::Yuyv => {
                    let pair = y * width.div_ceil(2) * 4 + x / 2 * 4;
                    rgb(bytes[pair + x % 2 * 2], bytes[pair + 1], bytes[pair + 3])
                }
                CameraFormat::Nv12 => {
                    let square = pixels + y / 2 * width.div_ceil(2) * 2 + x / 2 * 2;
                    rgb(bytes[at], bytes[square], bytes[square + 1])
                }
                CameraFormat::Rgb => [bytes[at * 3], bytes[at * 3 + 1], bytes[at * 3 + 2]],
                CameraFormat::Bgr => [bytes[at * 3 + 2], bytes[at * 3 + 1], bytes[at * 3]],
                CameraFormat::Grey | CameraFormat::Mjpeg => [bytes[at]; 3],
            };
            pixel[..3].copy_from_slice(&colour);
        }
    }
    Ok(rgba)
}

/// ITU-R BT.601 with luma from 16 to 235, in 256ths.
fn rgb(luma: u8, blue_difference: u8, red_difference: u8) -> [u8; 3] {
    let luma = 298 * (i32::from(luma) - 16) + 128;
    let [blue, red] = [blue_difference, red_difference].map(|value| i32::from(value) - 128);
    [luma + 409 * red, luma - 100 * blue - 208 * red, luma + 516 * blue]
        .map(|component| (component >> 8).clamp(0, 255) as u8)
}

fn flip(row: &mut [u8]) {
    let width = row.len() / 4;
    for left in 0..width / 2 {
        let right = width - 1 - left;
        for component in 0..4 {
            row.swap(left * 4 + component, right * 4 + component);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(size_px: [u32; 2], format: CameraFormat, bytes: &[u8]) -> CameraPicture {
        CameraPicture { size_px, format, bytes: bytes.to_vec() }
    }

    fn colours(picture: &CameraPicture) -> Vec<[u8; 3]> {
        let pixels = convert(picture, false).unwrap();
        pixels.bytes().chunks_exact(4).map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect()
    }

    const WHITE: [u8; 3] = [255; 3];
    const BLACK: [u8; 3] = [0; 3];

    #[test]
    fn colours_are_those_of_the_standard() {
        // White, black, and the 75 % bars of BT.601.
        let check = |yuv: [u8; 3], expected: [u8; 3]| {
            let found = rgb(yuv[0], yuv[1], yuv[2]);
            let near = found.iter().zip(expected).all(|(one, two)| one.abs_diff(two) <= 2);
            assert!(near, "{yuv:?}: {found:?} instead of {expected:?}");
        };
        check([235, 128, 128], WHITE);
        check([16, 128, 128], BLACK);
        check([65, 100, 212], [191, 0, 0]);
        check([112, 72, 58], [0, 191, 0]);
        check([35, 212, 114], [0, 0, 191]);
        check([255, 255, 255], [255, 125, 255]);
    }

    #[test]
    fn each_format_is_read_as_it_lies() {
        let yuyv = picture([2, 1], CameraFormat::Yuyv, &[235, 128, 16, 128]);
        assert_eq!(colours(&yuyv), [WHITE, BLACK]);
        let odd = picture([1, 2], CameraFormat::Yuyv, &[235, 128, 0, 128, 16, 128, 0, 128]);
        assert_eq!(colours(&odd), [WHITE, BLACK]);
        let nv12 = picture([2, 2], CameraFormat::Nv12, &[235, 16, 16, 235, 128, 128]);
        assert_eq!(colours(&nv12), [WHITE, BLACK, BLACK, WHITE]);
        let odd = picture([3, 1], CameraFormat::Nv12, &[235, 16, 235, 128, 128, 128, 128, 99]);
        assert_eq!(colours(&odd), [WHITE, BLACK, WHITE]);
        assert_eq!(colours(&picture([1, 1], CameraFormat::Rgb, &[1, 2, 3])), [[1, 2, 3]]);
        assert_eq!(colours(&picture([1, 1], CameraFormat::Bgr, &[1, 2, 3])), [[3, 2, 1]]);
        assert_eq!(colours(&picture([1, 1], CameraFormat::Grey, &[7])), [[7, 7, 7]]);
    }

    #[test]
    fn a_mirror_swaps_left_and_right() {
        let grey = picture([3, 2], CameraFormat::Grey, &[1, 2, 3, 4, 5, 6]);
        let mirrored = convert(&grey, true).unwrap();
        let greys: Vec<u8> = mirrored.bytes().iter().step_by(4).copied().collect();
        assert_eq!(greys, [3, 2, 1, 6, 5, 4]);
        assert_eq!(mirrored.bytes()[3], 255);
    }

    #[test]
    fn garbage_is_told_and_never_panics() {
        let check = |picture: CameraPicture, expected: &str| {
            let error = convert(&picture, false).unwrap_err();
            assert!(error.contains(expected), "{error}");
        };
        check(picture([4, 4], CameraFormat::Yuyv, &[0; 31]), "31 bytes instead of 32");
        check(picture([0, 4], CameraFormat::Grey, &[0; 31]), "0x4 pixels");
        check(picture([u32::MAX; 2], CameraFormat::Rgb, &[0; 31]), "pixels");
        check(picture([4, 4], CameraFormat::Mjpeg, b"no picture"), "damaged");
        let mut whole = Cursor::new(Vec::new());
        image::RgbImage::from_pixel(16, 8, image::Rgb([200, 0, 0]))
            .write_to(&mut whole, ImageFormat::Jpeg)
            .unwrap();
        let whole = whole.into_inner();
        let red = convert(&picture([9, 9], CameraFormat::Mjpeg, &whole), false).unwrap();
        assert_eq!((red.size_px(), red.bytes()[0] > 190), ([16, 8], true), "the size is the file's own");
        let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
        let mut random = move |below: usize| {
            bits ^= bits << 13;
            bits ^= bits >> 7;
            bits ^= bits << 17;
            (bits % below as u64) as usize
        };
        let formats = [CameraFormat::Mjpeg, CameraFormat::Yuyv, CameraFormat::Nv12, CameraFormat::Bgr];
        for _ in 0..3000 {
            let mut bytes = whole.clone();
            bytes.truncate(random(whole.len()));
            for _ in 0..random(4) {
                if !bytes.is_empty() {
                    let at = random(bytes.len());
                    bytes[at] = random(256) as u8;
                }
            }
            let size_px = [random(40) as u32, random(40) as u32];
            let _ = convert(&picture(size_px, formats[random(4)], &bytes), true);
        }
    }
}
