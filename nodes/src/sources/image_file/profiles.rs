//! Brings the colours of a picture to sRGB, by the profile in its file (ICC.1), through `moxcms`.

use std::io::Cursor;

use image::{DynamicImage, Rgba, Rgba32FImage, RgbaImage};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};
use tiff::decoder::DecodingResult;

/// The picture in sRGB with 8 bits. Without a profile, whole numbers are taken for sRGB and floats for linear light, as
/// programs write them; a profile that cannot be read is left out.
pub(super) fn to_srgb(picture: DynamicImage, profile: Option<&[u8]>) -> RgbaImage {
    let profile = profile.and_then(|profile| ColorProfile::new_from_slice(profile).ok());
    if is_float(&picture) {
        let picture = picture.into_rgba32f();
        let converted = profile.as_ref().and_then(|profile| floats_by_profile(&picture, profile));
        return converted.unwrap_or_else(|| encoded(&picture));
    }
    let mut picture = picture.into_rgba8();
    if let Some(converted) = profile.and_then(|profile| by_profile(&picture, &profile)) {
        picture = converted;
    }
    picture
}

/// A TIFF file of grey floats, which the crate `image` does not read.
pub(super) fn grey_floats(bytes: &[u8], most_side_px: u32) -> Option<DynamicImage> {
    let mut decoder = tiff::decoder::Decoder::new(Cursor::new(bytes)).ok()?;
    let (width, height) = decoder.dimensions().ok()?;
    if width > most_side_px || height > most_side_px {
        return None;
    }
    let DecodingResult::F32(values) = decoder.read_image().ok()? else { return None };
    let channels = values.len() / (width as usize * height as usize).max(1);
    let pixels = values.chunks_exact(channels.max(1)).flat_map(|pixel| match *pixel {
        [grey, alpha] => [grey, grey, grey, alpha],
        [grey, ..] => [grey, grey, grey, 1.0],
        [] => [0.0; 4],
    });
    Rgba32FImage::from_raw(width, height, pixels.collect()).map(DynamicImage::from)
}

fn is_float(picture: &DynamicImage) -> bool {
    matches!(picture, DynamicImage::ImageRgb32F(_) | DynamicImage::ImageRgba32F(_))
}

/// `None` where it is sRGB already, or cannot be converted.
fn by_profile(picture: &RgbaImage, profile: &ColorProfile) -> Option<RgbaImage> {
    let srgb = ColorProfile::new_srgb();
    let options = TransformOptions::default();
    let mut converted = RgbaImage::new(picture.width(), picture.height());
    match profile.color_space {
        DataColorSpace::Rgb => {
            let transform = profile.create_transform_8bit(Layout::Rgba, &srgb, Layout::Rgba, options).ok()?;
            let mut probed = vec![0; PROBES.len()];
            transform.transform(&PROBES, &mut probed).ok()?;
            if PROBES.iter().zip(&probed).all(|(before, after)| before.abs_diff(*after) <= 1) {
                return None;
            }
            transform.transform(picture, &mut converted).ok()?;
        }
        DataColorSpace::Gray => {
            let transform =
                profile.create_transform_8bit(Layout::GrayAlpha, &srgb, Layout::Rgba, options).ok()?;
            let grey: Vec<u8> =
                picture.pixels().flat_map(|Rgba([grey, _, _, alpha])| [*grey, *alpha]).collect();
            transform.transform(&grey, &mut converted).ok()?;
        }
        // What was decoded is no longer in the colours of the profile.
        _ => return None,
    }
    Some(converted)
}

/// Colours by which a profile is seen to be sRGB.
const PROBES: [u8; 32] = [
    255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 128, 128, 128, 255, 40, 40, 40, 255, 200, 90, 30, 255,
    20, 120, 220, 255, 250, 240, 20, 255,
];

fn floats_by_profile(picture: &Rgba32FImage, profile: &ColorProfile) -> Option<RgbaImage> {
    if profile.color_space != DataColorSpace::Rgb {
        return None;
    }
    let srgb = ColorProfile::new_srgb();
    let options = TransformOptions::default();
    let transform = profile.create_transform_f32(Layout::Rgba, &srgb, Layout::Rgba, options).ok()?;
    let mut converted = vec![0.0; picture.as_raw().len()];
    transform.transform(picture, &mut converted).ok()?;
    let bytes = converted.iter().map(|value| byte(*value)).collect();
    RgbaImage::from_raw(picture.width(), picture.height(), bytes)
}

/// From linear light (IEC 61966-2-1).
fn encoded(picture: &Rgba32FImage) -> RgbaImage {
    let curve =
        |value: f32| if value <= 0.003_130_8 { 12.92 * value } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 };
    let pixels = picture.pixels().flat_map(|Rgba([red, green, blue, alpha])| {
        let [red, green, blue] = [red, green, blue].map(|value| byte(curve(value.max(0.0))));
        [red, green, blue, byte(*alpha)]
    });
    RgbaImage::from_raw(picture.width(), picture.height(), pixels.collect()).unwrap_or_default()
}

/// What is no number is black.
fn byte(value: f32) -> u8 {
    (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, Luma, Rgb32FImage};

    fn one(colour: [u8; 3]) -> DynamicImage {
        let [red, green, blue] = colour;
        RgbaImage::from_pixel(2, 2, Rgba([red, green, blue, 200])).into()
    }

    #[test]
    fn colours_of_a_profile_become_those_of_srgb() {
        // The primaries of Adobe RGB (1998) with its gamma, against littleCMS's figures for the same profile.
        let adobe = ColorProfile::new_adobe_rgb().encode().unwrap();
        for (colour, expected) in
            [([220, 30, 30], [255, 24, 24]), ([40, 60, 209], [21, 57, 214]), ([200, 190, 40], [205, 191, 0])]
        {
            let Rgba([red, green, blue, alpha]) = *to_srgb(one(colour), Some(&adobe)).get_pixel(0, 0);
            let is_near =
                [red, green, blue].iter().zip(expected).all(|(found, one)| found.abs_diff(one) <= 2);
            assert!(is_near && alpha == 200, "{colour:?}: {red} {green} {blue}");
        }
    }

    #[test]
    fn srgb_and_what_cannot_be_read_are_left_as_they_are() {
        let srgb = ColorProfile::new_srgb().encode().unwrap();
        for profile in [Some(&srgb[..]), Some(b"no profile"), None] {
            assert_eq!(to_srgb(one([220, 30, 99]), profile).get_pixel(1, 1).0, [220, 30, 99, 200]);
        }
    }

    #[test]
    fn grey_profiles_are_converted() {
        let linear = ColorProfile::new_gray_with_gamma(1.0).encode().unwrap();
        let grey = GrayImage::from_pixel(2, 2, Luma([55]));
        let Rgba([value, ..]) = *to_srgb(grey.into(), Some(&linear)).get_pixel(0, 0);
        assert!(value.abs_diff(128) <= 2, "{value}");
    }

    #[test]
    fn floats_are_linear_light() {
        let light = Rgb32FImage::from_pixel(2, 2, image::Rgb([0.214, 2.0, f32::NAN]));
        assert_eq!(to_srgb(light.into(), None).get_pixel(0, 0).0, [127, 255, 0, 255]);
    }

    #[test]
    fn tiff_files_of_grey_floats_are_read() {
        let mut bytes = Cursor::new(Vec::new());
        let mut encoder = tiff::encoder::TiffEncoder::new(&mut bytes).unwrap();
        encoder.write_image::<tiff::encoder::colortype::Gray32Float>(2, 1, &[0.214, 1.5]).unwrap();
        let pixels = super::super::decode("a.tif", bytes.get_ref()).unwrap();
        assert_eq!(pixels.bytes(), [127, 127, 127, 255, 255, 255, 255, 255]);
    }
}
