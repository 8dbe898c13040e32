//! Decodes still pictures.

mod profiles;

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits, RgbaImage};

use pastiche_engine::frame::{PixelFormat, Pixels};

const MOST_SIDE_PX: u32 = 16_384;
const MOST_DECODED_BYTES: u64 = 512 << 20;

/// Endings of the names of files that hold pictures, in small letters.
pub const ENDINGS: [&str; 8] = ["png", "jpg", "jpeg", "webp", "bmp", "tif", "tiff", "gif"];

/// Why a picture cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureError {
    /// What is wrong, naming the picture.
    pub message: String,
    /// What to do.
    pub help: &'static str,
}

/// Decodes the content of a file, turned the way the camera noted, with its colours brought to sRGB. `name` is for
/// what is reported.
pub fn decode(name: &str, bytes: &[u8]) -> Result<Pixels, PictureError> {
    if is_cut_jpeg(bytes) {
        return Err(PictureError {
            message: format!("the picture `{name}` is not complete: it ends before its end mark"),
            help: "wait until it is copied, or copy or save it again",
        });
    }
    let picture = read(bytes).map_err(|error| unreadable(name, bytes, &error))?;
    let size_px = [picture.width(), picture.height()];
    Pixels::new(size_px, PixelFormat::Srgb8, picture.into_raw()).ok_or_else(|| PictureError {
        message: format!("the picture `{name}` has no pixels"),
        help: "choose another picture",
    })
}

/// Whether the end of a JPEG file is missing (ITU-T T.81, annex B): what is missing would be shown grey.
fn is_cut_jpeg(bytes: &[u8]) -> bool {
    if !bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        return false;
    }
    let mut place = 2;
    loop {
        // From one marker to the next; a 0 behind 0xFF is a part of what is packed, as are restarts.
        let Some(found) = bytes[place..]
            .windows(2)
            .position(|pair| pair[0] == 0xFF && !matches!(pair[1], 0 | 0x01 | 0xD0..=0xD8 | 0xFF))
        else {
            return true;
        };
        place += found;
        if bytes[place + 1] == 0xD9 {
            return false;
        }
        // Any other has a length, which counts itself.
        let Some(length) = bytes.get(place + 2..place + 4) else { return true };
        place += 2 + usize::from(u16::from_be_bytes([length[0], length[1]]));
        if place >= bytes.len() {
            return true;
        }
    }
}

fn read(bytes: &[u8]) -> Result<RgbaImage, ImageError> {
    let mut reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(ImageError::IoError)?;
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(MOST_SIDE_PX);
    limits.max_image_height = Some(MOST_SIDE_PX);
    limits.max_alloc = Some(MOST_DECODED_BYTES);
    reader.limits(limits);
    let mut decoder = match reader.into_decoder() {
        Err(ImageError::Unsupported(error)) => {
            let grey = profiles::grey_floats(bytes, MOST_SIDE_PX);
            return grey.map(|grey| profiles::to_srgb(grey, None)).ok_or(ImageError::Unsupported(error));
        }
        decoder => decoder?,
    };
    let [width, height] = <[u32; 2]>::from(decoder.dimensions());
    let decoded_bytes = decoder.total_bytes().max(u64::from(width) * u64::from(height) * 4);
    if width > MOST_SIDE_PX || height > MOST_SIDE_PX || decoded_bytes > MOST_DECODED_BYTES {
        let kind = image::error::LimitErrorKind::DimensionError;
        return Err(ImageError::Limits(image::error::LimitError::from_kind(kind)));
    }
    // A damaged note about the orientation or the colours is no reason to refuse the picture.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten();
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok(profiles::to_srgb(picture, profile.as_deref()))
}

fn unreadable(name: &str, bytes: &[u8], error: &ImageError) -> PictureError {
    let (message, help) = match error {
        _ if bytes.is_empty() => (format!("the picture `{name}` is empty"), "save the picture again"),
        ImageError::Unsupported(_) => (
            format!("`{name}` is no picture that can be read"),
            "save it as PNG, JPEG, WebP, BMP, TIFF or GIF",
        ),
        ImageError::Limits(_) => (
            format!(
                "the picture `{name}` is too large: at most {MOST_SIDE_PX} pixels a side and {} MB unpacked",
                MOST_DECODED_BYTES >> 20
            ),
            "scale the picture down",
        ),
        other => (
            format!("the picture `{name}` is damaged or not complete: {other}"),
            "copy or save the picture again",
        ),
    };
    PictureError { message, help }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageFormat, Rgba, RgbaImage};

    fn encoded(format: ImageFormat) -> Vec<u8> {
        let picture = RgbaImage::from_fn(7, 5, |x, y| Rgba([x as u8 * 30, y as u8 * 40, 90, 255]));
        let mut bytes = Cursor::new(Vec::new());
        let picture = DynamicImage::from(picture);
        match format {
            ImageFormat::Jpeg => picture.to_rgb8().write_to(&mut bytes, format).unwrap(),
            _ => picture.write_to(&mut bytes, format).unwrap(),
        }
        bytes.into_inner()
    }

    fn decoded(bytes: Vec<u8>) -> Result<Pixels, PictureError> {
        decode("look.png", &bytes)
    }

    const FORMATS: [ImageFormat; 6] = [
        ImageFormat::Png,
        ImageFormat::Jpeg,
        ImageFormat::WebP,
        ImageFormat::Bmp,
        ImageFormat::Tiff,
        ImageFormat::Gif,
    ];

    #[test]
    fn reads_every_format_at_its_own_size() {
        for format in FORMATS {
            let pixels = decoded(encoded(format)).unwrap();
            assert_eq!(pixels.size_px(), [7, 5], "{format:?}");
            assert_eq!(pixels.bytes()[3], 255, "{format:?}");
        }
        let pixels = decoded(encoded(ImageFormat::Png)).unwrap();
        assert_eq!(pixels.bytes()[4 * (7 + 2)..][..4], [60, 40, 90, 255]);
    }

    #[test]
    fn turns_the_picture_the_way_the_camera_noted() {
        // A TIFF block in an EXIF segment whose only entry is orientation 6: turn right.
        let exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let plain = encoded(ImageFormat::Jpeg);
        let mut turned = plain[..2].to_vec();
        turned.extend([0xff, 0xe1, 0, exif.len() as u8 + 2]);
        turned.extend(exif);
        turned.extend(&plain[2..]);
        let turned = decoded(turned).unwrap();
        assert_eq!(turned.size_px(), [5, 7]);
        // What was at the lower end of the left edge is at the left end of the upper one.
        let green = |column: usize| turned.bytes()[4 * column + 1];
        assert!(green(0) > 110 && green(4) < 50, "{} {}", green(0), green(4));
    }

    #[test]
    fn half_a_jpeg_is_no_picture() {
        let whole = encoded(ImageFormat::Jpeg);
        for length in [whole.len() - 2, whole.len() / 2, 30, 4] {
            let error = decoded(whole[..length].to_vec()).unwrap_err();
            assert!(error.message.contains("not complete"), "{length}: {}", error.message);
        }
        // A small picture inside has an end mark of its own, and rubbish may follow.
        let inside =
            [&whole[..2], &[0xff, 0xe1, 0, 6, 0xff, 0xd8, 0xff, 0xd9], &whole[2..], b"more"].concat();
        assert!(decoded(inside.clone()).is_ok());
        assert!(decoded(inside[..inside.len() - 6].to_vec()).is_err());
    }

    #[test]
    fn says_what_is_wrong_and_what_to_do() {
        let whole = encoded(ImageFormat::Png);
        for (bytes, message) in [
            (Vec::new(), "the picture `look.png` is empty"),
            (b"not a picture at all".to_vec(), "`look.png` is no picture that can be read"),
            (whole[..whole.len() / 2].to_vec(), "the picture `look.png` is damaged or not complete"),
        ] {
            let error = decoded(bytes).unwrap_err();
            assert!(error.message.starts_with(message), "{}", error.message);
            assert!(!error.help.is_empty());
        }
    }

    #[test]
    fn a_huge_picture_is_refused_before_it_is_unpacked() {
        for [width, height] in [[16_385u32, 1u32], [16_000, 16_000], [u32::MAX, u32::MAX]] {
            let mut bytes = encoded(ImageFormat::Bmp);
            bytes[18..22].copy_from_slice(&width.to_le_bytes());
            bytes[22..26].copy_from_slice(&height.to_le_bytes());
            assert!(decoded(bytes).is_err(), "{width} x {height}");
        }
        let error = unreadable("look.png", &[0], &read(&png_of_size(60_000, 60_000)).unwrap_err());
        assert!(error.message.contains("too large"), "{}", error.message);
    }

    fn png_of_size(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = encoded(ImageFormat::Png);
        bytes[16..20].copy_from_slice(&width.to_be_bytes());
        bytes[20..24].copy_from_slice(&height.to_be_bytes());
        let check = crc32(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&check.to_be_bytes());
        bytes
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0, |crc, byte| {
            (0..8)
                .fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
        })
    }

    #[test]
    fn damaged_files_never_panic() {
        let mut seed = 1u32;
        let mut random = move || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as usize
        };
        for format in FORMATS {
            let whole = encoded(format);
            for _ in 0..300 {
                let mut bytes = whole.clone();
                bytes.truncate(whole.len() - random() % (whole.len() / 2));
                for _ in 0..random() % 4 {
                    let at = random() % bytes.len();
                    bytes[at] = random() as u8;
                }
                let _ = decoded(bytes);
            }
        }
    }
}
