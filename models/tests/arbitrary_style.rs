//! Arbitrary style transfer against onnxruntime, value by value (`scripts/make_arbitrary_style_goldens.py` says
//! how the outputs to compare with were made), and what a caller may rely on.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod golden;

use golden::{MOST_ANYWHERE, MOST_ON_AVERAGE, data, difference, packed, photo, unpack};
use pastiche_kernels::Level;
use pastiche_models::Threads;
use pastiche_models::arbitrary_style::{
    ArbitraryStyle, ArbitraryStyleError, EMBEDDED_WEIGHTS, LEAST_SIDE, MOST_PIXELS, STYLE_LENGTH, blend,
};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

#[derive(serde::Deserialize)]
struct Goldens {
    squares: Vec<String>,
    predicted: Vec<Vec<f32>>,
    photos: Vec<String>,
    styles: Vec<Vec<f32>>,
}

fn goldens() -> Goldens {
    serde_json::from_str(&std::fs::read_to_string(data("arbitrary_style.json")).unwrap()).unwrap()
}

fn networks(threads: usize) -> ArbitraryStyle {
    ArbitraryStyle::embedded(&Threads::new(threads)).unwrap()
}

/// A picture with structure and an alpha that changes.
fn picture(width: usize, height: usize) -> Vec<u8> {
    (0..width * height)
        .flat_map(|i| {
            let (x, y) = (i % width, i / width);
            [(x * 5) as u8, (y * 7) as u8, (x * y / 3) as u8, 255 - (x % 9) as u8]
        })
        .collect()
}

#[test]
fn style_vectors_agree_with_onnxruntime_on_every_level() {
    let goldens = goldens();
    for level in Level::available() {
        let networks = ArbitraryStyle::at_level(EMBEDDED_WEIGHTS, &Threads::new(2), level).unwrap();
        for (name, expected) in goldens.squares.iter().zip(&goldens.predicted) {
            // Each pixel repeated four times in both directions: what the predictor sees, unscaled.
            let photo = image::open(data(name)).unwrap();
            let large = image::imageops::resize(&photo, 256, 256, image::imageops::FilterType::Nearest);
            let style = networks.predict_srgb8(&large, [256, 256]).unwrap();
            let (average, most) = difference(&style, expected);
            println!("{name} on {level:?}: {average:.7} on average, {most:.7} at most");
            assert!(average < 1e-5 && most < 1e-4, "{name} on {level:?}: {average}, {most}");
        }
    }
}

#[test]
fn paintings_agree_with_onnxruntime_on_every_level() {
    let goldens = goldens();
    let differences = packed("arbitrary_style.bin.z");
    for level in Level::available() {
        let networks = ArbitraryStyle::at_level(EMBEDDED_WEIGHTS, &Threads::new(2), level).unwrap();
        let (mut rest, mut worst_average, mut worst) = (&differences[..], 0.0, 0.0);
        for name in &goldens.photos {
            let picture = photo(name);
            for (number, style) in goldens.styles.iter().enumerate() {
                let (mine, others) = rest.split_at(picture.values().len());
                rest = others;
                let expected = unpack(mine, picture.width(), picture.height());
                let painted = networks.paint_planes(&picture, style).unwrap();
                let (average, most) = difference(painted.values(), &expected);
                assert!(
                    average < MOST_ON_AVERAGE && most < MOST_ANYWHERE,
                    "{name}, style {number}, {level:?}: {average} on average, {most} at most"
                );
                worst_average = f64::max(worst_average, average);
                worst = f32::max(worst, most);
            }
        }
        assert!(rest.is_empty());
        println!("{level:?}: worst average {worst_average:.7}, worst value {worst:.7}");
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let styles = goldens().styles;
    let run = |networks: &ArbitraryStyle| {
        [[160, 90], [101, 67], [320, 180]].map(|[width, height]| {
            let pixels = picture(width, height);
            let size = [width as u32, height as u32];
            let predicted = networks.predict_srgb8(&pixels, size).unwrap();
            let painted = networks.paint_srgb8(&pixels, size, &styles[0]).unwrap();
            (predicted.iter().map(|value| value.to_bits()).collect::<Vec<_>>(), painted)
        })
    };
    let expected = run(&networks(1));
    for threads in [2, 3] {
        let networks = networks(threads);
        // The second time in memory that was used before.
        assert!(run(&networks) == expected && run(&networks) == expected, "{threads} threads");
    }
}

#[test]
fn any_size_from_the_least_side_is_painted_and_keeps_its_alpha() {
    let networks = networks(2);
    let style = &goldens().styles[1];
    for [width, height] in [[16, 16], [17, 31], [18, 16], [35, 38], [200, 19]] {
        let pixels = picture(width, height);
        let painted = networks.paint_srgb8(&pixels, [width as u32, height as u32], style).unwrap();
        assert_eq!(painted.len(), pixels.len());
        assert!(painted.chunks(4).zip(pixels.chunks(4)).all(|(a, b)| a[3] == b[3]));
        assert!(painted.chunks(4).zip(pixels.chunks(4)).any(|(a, b)| a[..3] != b[..3]));
        let planes = (0..3).flat_map(|c| pixels.chunks(4).map(move |pixel| f32::from(pixel[c]) / 255.0));
        let planes = pastiche_models::painting::Planes::new(width, height, planes.collect()).unwrap();
        let floats = networks.paint_planes(&planes, style).unwrap();
        for (place, pixel) in painted.chunks(4).enumerate() {
            for (plane, &byte) in floats.values().chunks(width * height).zip(pixel) {
                assert_eq!(byte, (plane[place] * 255.0 + 0.5) as u8);
            }
        }
    }
}

#[test]
fn styles_of_any_size_are_predicted_and_differ() {
    let networks = networks(2);
    let mut styles: Vec<Vec<f32>> = Vec::new();
    for [width, height] in [[1, 1], [3, 200], [400, 100], [256, 256], [511, 300]] {
        let style = networks.predict_srgb8(&picture(width, height), [width as u32, height as u32]).unwrap();
        assert!(style.len() == STYLE_LENGTH && style.iter().all(|value| value.is_finite()));
        assert!(styles.iter().all(|other| *other != style));
        styles.push(style);
    }
    // The same picture at another size has nearly the same style.
    let wave = |side: usize| -> Vec<u8> {
        let at = |place: usize| (place as f32 / side as f32 * 9.0).sin() * 100.0 + 128.0;
        (0..side * side)
            .flat_map(|i| [at(i % side) as u8, at(i / side) as u8, at(i % side) as u8, 255])
            .collect()
    };
    let [small, large] =
        [300, 600].map(|side| networks.predict_srgb8(&wave(side), [side as u32; 2]).unwrap());
    let (between, _) = difference(&small, &large);
    let (apart, _) = difference(&small, &styles[4]);
    assert!(between < 0.2 * apart, "{between} between sizes, {apart} to another picture");
}

#[test]
fn blends_lie_between_styles_and_beyond() {
    assert_eq!(blend(&[1.0, 2.0], &[3.0, -2.0], 0.0), [1.0, 2.0]);
    assert_eq!(blend(&[1.0, 2.0], &[3.0, -2.0], 1.0), [3.0, -2.0]);
    assert_eq!(blend(&[1.0, 2.0], &[3.0, -2.0], 0.25), [1.5, 1.0]);
    assert_eq!(blend(&[1.0, 2.0], &[3.0, -2.0], 1.5), [4.0, -4.0]);
    let (networks, styles) = (networks(2), goldens().styles);
    let picture = photo("astronaut_64x64.png");
    let paint = |style: &[f32]| networks.paint_planes(&picture, style).unwrap();
    let [first, middle, last] = [0.0, 0.5, 1.0].map(|amount| paint(&blend(&styles[0], &styles[4], amount)));
    let distance = |a: &pastiche_models::painting::Planes, b: &pastiche_models::painting::Planes| {
        difference(a.values(), b.values()).0
    };
    let whole = distance(&first, &last);
    assert!(distance(&first, &middle) < whole && distance(&middle, &last) < whole);
}

#[test]
fn any_finite_style_is_painted() {
    let networks = networks(2);
    let pixels = picture(40, 36);
    let paint = |style: &[f32]| networks.paint_srgb8(&pixels, [40, 36], style).unwrap();
    let mut painted = vec![paint(&[0.0; STYLE_LENGTH])];
    for value in [-2.0, 30.0, 1e6] {
        let picture = paint(&[value; STYLE_LENGTH]);
        assert!(!painted.contains(&picture));
        painted.push(picture);
    }
    for value in [f32::MAX, f32::MIN, f32::MIN_POSITIVE] {
        assert_eq!(paint(&[value; STYLE_LENGTH]).len(), pixels.len());
    }
    // What no float can carry is black, as it is everywhere.
    assert!(paint(&[f32::MAX; STYLE_LENGTH]).chunks(4).all(|pixel| pixel[..3] == [0; 3]));
}

#[test]
fn bad_input_is_refused_in_words() {
    let networks = networks(1);
    let style = vec![0.0; STYLE_LENGTH];
    let refused =
        |size: [u32; 2], pixels: &[u8], style: &[f32]| networks.paint_srgb8(pixels, size, style).unwrap_err();
    for size in [[0, 0], [0, 64], [15, 64], [64, 15]] {
        assert!(matches!(refused(size, &[], &style), ArbitraryStyleError::PictureTooSmall { .. }));
    }
    for size in [[u32::MAX, u32::MAX], [1 << 20, 1 << 20], [MOST_PIXELS as u32 / 16, 17]] {
        assert!(matches!(refused(size, &[], &style), ArbitraryStyleError::PictureTooLarge { .. }));
        let error = networks.predict_srgb8(&[], size).unwrap_err();
        assert!(matches!(error, ArbitraryStyleError::PictureTooLarge { .. }));
    }
    let side = LEAST_SIDE as u32;
    for length in [0, 16 * 16 * 3, 16 * 16 * 4 - 1, 16 * 16 * 4 + 1] {
        let error = refused([side; 2], &vec![0; length], &style);
        assert!(matches!(error, ArbitraryStyleError::BufferLength { .. }));
        let error = networks.predict_srgb8(&vec![0; length], [side; 2]).unwrap_err();
        assert!(matches!(error, ArbitraryStyleError::BufferLength { .. }));
    }
    let error = networks.predict_srgb8(&[], [7, 0]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the picture is 7x0 pixels, and at least 1 a side are needed; give a larger picture"
    );
    let pixels = picture(16, 16);
    for length in [0, 26, 99, 101] {
        let error = refused([side; 2], &pixels, &vec![0.0; length]);
        assert_eq!(error, ArbitraryStyleError::StyleLength { found: length });
    }
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut style = style.clone();
        style[9] = value;
        let error = refused([side; 2], &pixels, &style);
        assert!(matches!(error, ArbitraryStyleError::StyleNotFinite { index: 9, .. }));
    }
}

/// The embedded file with one tensor changed.
fn changed(name: &str, change: impl Fn(&TensorView<'_>) -> Option<(Dtype, Vec<usize>, Vec<u8>)>) -> Vec<u8> {
    let file = SafeTensors::deserialize(EMBEDDED_WEIGHTS).unwrap();
    let tensors: Vec<_> = file
        .tensors()
        .into_iter()
        .filter_map(|(other, view)| {
            let same = (view.dtype(), view.shape().to_vec(), view.data().to_vec());
            let tensor = if other == name { change(&view)? } else { same };
            Some((other, tensor))
        })
        .collect();
    let views = tensors.iter().map(|(name, (kind, shape, bytes))| {
        (name.clone(), TensorView::new(*kind, shape.clone(), bytes).unwrap())
    });
    safetensors::serialize(views, None).unwrap()
}

#[test]
fn broken_weights_are_refused_in_words() {
    let threads = Threads::new(1);
    let refused = |bytes: &[u8]| ArbitraryStyle::from_bytes(bytes, &threads).err().unwrap().to_string();
    assert!(refused(&[]).starts_with("cannot read the weights of arbitrary style transfer: "));
    assert!(refused(&EMBEDDED_WEIGHTS[..EMBEDDED_WEIGHTS.len() - 1]).contains("convert or fetch it again"));
    for byte in [0, 7, 9, 40] {
        let mut bytes = EMBEDDED_WEIGHTS.to_vec();
        bytes[byte] ^= 0x80;
        assert!(refused(&bytes).contains("weights"));
    }
    let bias = "transfer.contract.0.bias";
    let missing = refused(&changed(bias, |_| None));
    assert!(missing.contains("tensor `transfer.contract.0.bias` should be F32 of shape [8], found nothing"));
    let wrong = refused(&changed(bias, |_| Some((Dtype::F32, vec![2, 4], vec![0; 32]))));
    assert!(wrong.contains("found F32 of shape [2, 4]"), "{wrong}");
    let kind = refused(&changed("predictor.head.weight", |view| {
        Some((Dtype::U8, view.shape().to_vec(), view.data().to_vec()))
    }));
    assert!(kind.contains("should be I8 of shape [1280, 320, 1, 1], found U8"), "{kind}");
    let infinite = f32::INFINITY.to_le_bytes().repeat(8);
    let infinite = refused(&changed(bias, |_| Some((Dtype::F32, vec![8], infinite.clone()))));
    assert!(infinite.contains("should be finite, found inf at 0"), "{infinite}");
    let same = changed("nothing", |_| None);
    assert!(ArbitraryStyle::from_bytes(&same, &threads).is_ok());
}
