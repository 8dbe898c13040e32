//! What a caller of the painting network may rely on.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use pastiche_models::Threads;
use pastiche_models::painting::{
    LAYER_COUNT, LEAST_SIDE, MOST_PIXELS, Painting, PaintingError, Planes, STYLES, multiply_adds,
};

fn picture(width: usize, height: usize) -> Vec<u8> {
    (0..width * height)
        .flat_map(|i| {
            let (x, y) = (i % width, i / width);
            [(x * 5) as u8, (y * 7) as u8, (x * y / 3) as u8, 255 - (x % 9) as u8]
        })
        .collect()
}

#[test]
fn a_painting_takes_19_thousand_multiply_adds_a_pixel() {
    assert_eq!(multiply_adds([640, 360]), 19_404 * 640 * 360);
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let one = Painting::embedded(&Threads::new(1)).unwrap();
    let two = Painting::embedded(&Threads::new(2)).unwrap();
    let five = Painting::embedded(&Threads::new(5)).unwrap();
    for (width, height) in [(160, 90), (101, 67), (320, 180)] {
        let values: Vec<f32> = (0..3 * width * height).map(|i| (i * 7919 % 1000) as f32 / 999.0).collect();
        let picture = Planes::new(width, height, values).unwrap();
        let mut style = vec![0.0; 26];
        (style[4], style[19]) = (0.3, 0.7);
        let expected = one.paint_planes(&picture, &style).unwrap();
        for other in [&two, &five, &two] {
            let painted = other.paint_planes(&picture, &style).unwrap();
            let same = expected.values().iter().zip(painted.values());
            assert!(same.into_iter().all(|(a, b)| a.to_bits() == b.to_bits()));
        }
    }
}

#[test]
fn any_size_from_the_least_side_is_painted_and_keeps_its_alpha() {
    let painting = Painting::embedded(&Threads::new(2)).unwrap();
    let style = painting.single_style(7);
    for (width, height) in [(32, 32), (33, 47), (34, 32), (35, 38), (200, 32)] {
        let pixels = picture(width, height);
        let painted = painting.paint_srgb8(&pixels, [width as u32, height as u32], &style).unwrap();
        assert_eq!(painted.len(), pixels.len());
        assert!(painted.chunks(4).zip(pixels.chunks(4)).all(|(a, b)| a[3] == b[3]));
        assert!(painted.chunks(4).zip(pixels.chunks(4)).any(|(a, b)| a[..3] != b[..3]));
    }
}

#[test]
fn bytes_and_floats_give_the_same_painting() {
    let painting = Painting::embedded(&Threads::new(2)).unwrap();
    let style = painting.single_style(12);
    let (width, height) = (45, 39);
    let pixels = picture(width, height);
    let planes =
        (0..3).flat_map(|c| pixels.chunks(4).map(move |pixel| f32::from(pixel[c]) / 255.0)).collect();
    let planes = Planes::new(width, height, planes).unwrap();
    let floats = painting.paint_planes(&planes, &style).unwrap();
    let bytes = painting.paint_srgb8(&pixels, [45, 39], &style).unwrap();
    for (i, pixel) in bytes.chunks(4).enumerate() {
        for (plane, &byte) in floats.values().chunks(width * height).zip(pixel) {
            assert_eq!(byte, (plane[i] * 255.0 + 0.5) as u8);
        }
    }
}

#[test]
fn every_style_looks_different_and_any_finite_weights_are_painted() {
    let painting = Painting::embedded(&Threads::new(2)).unwrap();
    assert_eq!(painting.style_count(), STYLES.len());
    let pixels = picture(40, 36);
    let paint = |style: &[f32]| painting.paint_srgb8(&pixels, [40, 36], style).unwrap();
    let sheet = painting.style_sheet(&pixels, [40, 36]).unwrap();
    assert_eq!(sheet[19].0, "19 blue_swirls");
    assert!(
        sheet
            .iter()
            .enumerate()
            .all(|(number, (_, painted))| *painted == paint(&painting.single_style(number)))
    );
    for (number, (_, painted)) in sheet.iter().enumerate() {
        assert!(sheet[..number].iter().all(|(_, other)| other != painted));
    }
    for weight in [-2.0, 3.5, 1e6, -1e30, f32::MAX, f32::MIN_POSITIVE] {
        let mut style = painting.single_style(3);
        style[11] = weight;
        assert_eq!(paint(&style).len(), pixels.len());
    }
    let grey = paint(&[0.0; 26]);
    assert!(grey.chunks(4).all(|pixel| pixel[..3] == [128, 128, 128]));
}

#[test]
fn each_layer_may_have_a_style_of_its_own() {
    let painting = Painting::embedded(&Threads::new(2)).unwrap();
    assert_eq!(painting.layer_count(), LAYER_COUNT);
    let pixels = picture(40, 36);
    let paint = |style: &[f32]| painting.paint_srgb8(&pixels, [40, 36], style).unwrap();
    let (one, other) = (painting.single_style(3), painting.single_style(19));
    assert_eq!(paint(&one.repeat(LAYER_COUNT)), paint(&one), "the same row in each layer is one row");
    let layered = |split: usize| paint(&[one.repeat(split), other.repeat(LAYER_COUNT - split)].concat());
    assert_eq!(layered(0), paint(&other));
    for split in 0..LAYER_COUNT {
        assert_ne!(layered(split), layered(split + 1), "layer {split} does nothing");
    }
    for length in [26 * 2, 26 * LAYER_COUNT - 1, 26 * (LAYER_COUNT + 1)] {
        let error = painting.paint_srgb8(&pixels, [40, 36], &vec![0.0; length]).unwrap_err();
        assert!(matches!(error, PaintingError::StyleLength { .. }));
    }
}

#[test]
fn bad_input_is_refused_in_words() {
    let painting = Painting::embedded(&Threads::new(1)).unwrap();
    let style = painting.single_style(0);
    let refused =
        |size: [u32; 2], pixels: &[u8], style: &[f32]| painting.paint_srgb8(pixels, size, style).unwrap_err();
    for size in [[0, 0], [0, 64], [31, 64], [64, 31]] {
        assert!(matches!(refused(size, &[], &style), PaintingError::PictureTooSmall { .. }));
    }
    for size in [[u32::MAX, u32::MAX], [1 << 20, 1 << 20], [MOST_PIXELS as u32 / 32, 33]] {
        assert!(matches!(refused(size, &[], &style), PaintingError::PictureTooLarge { .. }));
    }
    let side = LEAST_SIDE as u32;
    for length in [0, 32 * 32 * 3, 32 * 32 * 4 - 1, 32 * 32 * 4 + 1] {
        let error = refused([side, side], &vec![0; length], &style);
        assert!(matches!(error, PaintingError::BufferLength { .. }));
    }
    let pixels = picture(32, 32);
    for length in [0, 25, 27] {
        let error = refused([side, side], &pixels, &vec![0.0; length]);
        assert!(matches!(error, PaintingError::StyleLength { .. }));
    }
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut style = style.clone();
        style[9] = value;
        let error = refused([side, side], &pixels, &style);
        assert!(matches!(error, PaintingError::StyleNotFinite { index: 9, .. }));
    }
    let error = refused([31, 64], &[], &style).to_string();
    assert_eq!(
        error,
        "the picture is 31x64 pixels, and the painting network needs at least 32 a side; \
         give it a larger picture"
    );
}
