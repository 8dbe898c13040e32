//! Every kernel against the plain computation, on random shapes, on every level that this processor has.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod reference;

use pastiche_kernels::{
    Affine, Alone, Convolution, FromPicture, KernelError, Level, Map, Moments, Scale, Source, ToPicture,
    Workspace,
};
use reference::{Planes, Random, Threads, assert_agree, convolve};

/// What a 3x3 convolution gives: its values and moments, and what it kept.
struct Run {
    values: Vec<f32>,
    moments: Vec<Moments>,
}

fn convolved(level: Level, scale: Scale, outputs: usize, kernel: &[f32], input: &Map, threads: usize) -> Run {
    let convolution = Convolution::new(level, scale, [outputs, input.shape()[0]], kernel).unwrap();
    let (mut output, mut moments) = (Map::new(), Vec::new());
    let (source, mut workspace) = (Source::plain(input), Workspace::new());
    convolution.run(&source, None, &mut output, &mut moments, &mut workspace, &Threads(threads)).unwrap();
    Run { values: output.to_planes(), moments }
}

#[test]
fn convolutions_of_three_taps_agree_with_the_plain_one() {
    let mut random = Random(1);
    let shapes = [
        (Scale::Keep, [[32, 32], [16, 9], [33, 16], [9, 48]]),
        (Scale::Half, [[32, 32], [16, 8], [12, 9], [48, 5]]),
        (Scale::Double, [[8, 32], [4, 8], [16, 9], [32, 5]]),
    ];
    for (scale, channels) in shapes {
        for [outputs, inputs] in channels {
            for _ in 0..6 {
                let shape = [inputs, 1 + random.whole(12), 1 + random.whole(131)];
                let values = random.floats(shape.iter().product());
                let kernel = random.floats(outputs * inputs * 9);
                let map = Map::from_planes(shape, &values).unwrap();
                let expected = convolve(&Planes::new(shape, &values), outputs, &kernel, 3, scale);
                for level in Level::available() {
                    let run = convolved(level, scale, outputs, &kernel, &map, 1);
                    let name = format!("{scale:?} to {outputs} of {shape:?} on {level:?}");
                    assert_agree(&name, &run.values, &expected, &run.moments);
                }
            }
        }
    }
}

#[test]
fn a_source_is_normalised_clipped_added_and_kept() {
    let mut random = Random(2);
    for (scale, shape) in [
        (Scale::Keep, [20, 9, 37]),
        (Scale::Keep, [32, 1, 130]),
        (Scale::Half, [32, 7, 61]),
        (Scale::Double, [32, 5, 33]),
        (Scale::Double, [8, 6, 41]),
    ] {
        let count = shape.iter().product();
        let [values, plus, kernel] = [count, count, 16 * shape[0] * 9].map(|count| random.floats(count));
        let moments: Vec<Moments> = (0..shape[0])
            .map(|channel| Moments { mean: channel as f64 / 9.0 - 1.0, variance: 0.3 + channel as f64 / 5.0 })
            .collect();
        let [gain, shift] = [shape[0]; 2].map(|count| random.floats(count));
        let mut affine = Affine::new();
        affine.normalise(&moments, 1e-5, &gain, &shift);
        let pixels = shape[1] * shape[2];
        let read: Vec<f32> = values
            .iter()
            .zip(&plus)
            .enumerate()
            .map(|(place, (value, plus))| {
                let (channel, moments) = (place / pixels, moments[place / pixels]);
                let normal = (f64::from(*value) - moments.mean) / (moments.variance + 1e-5).sqrt();
                (normal * f64::from(gain[channel]) + f64::from(shift[channel])).max(0.0) as f32 + plus
            })
            .collect();
        let expected = convolve(&Planes::new(shape, &read), 16, &kernel, 3, scale);
        let [map, plus] = [&values, &plus].map(|values| Map::from_planes(shape, values).unwrap());
        for level in Level::available() {
            let convolution = Convolution::new(level, scale, [16, shape[0]], &kernel).unwrap();
            let (mut output, mut kept, mut gathered) = (Map::new(), Map::new(), Vec::new());
            let source = Source { map: &map, affine: Some(&affine), relu: true, plus: Some(&plus) };
            let mut workspace = Workspace::new();
            let keep = (scale == Scale::Keep).then_some(&mut kept);
            convolution.run(&source, keep, &mut output, &mut gathered, &mut workspace, &Threads(2)).unwrap();
            let name = format!("{scale:?} of {shape:?} on {level:?}");
            assert_agree(&name, &output.to_planes(), &expected, &gathered);
            if scale == Scale::Keep {
                let planes = kept.to_planes();
                let is_same = planes.iter().zip(&read).all(|(a, b)| (a - b).abs() < 1e-5);
                assert!(kept.shape() == shape && planes.len() == read.len(), "{name}: {:?}", kept.shape());
                assert!(is_same, "{name}: what is kept is not what was read");
            }
        }
    }
}

#[test]
fn an_affine_takes_scales_and_offsets_as_they_are() {
    let mut random = Random(7);
    let kernel = random.floats(16 * 5 * 9);
    let [values, scale, offset] = [5 * 7 * 9, 5, 5].map(|count| random.floats(count));
    let mut affine = Affine::new();
    affine.assign(&scale, &offset);
    let read: Vec<f32> = values
        .iter()
        .enumerate()
        .map(|(place, value)| (value * scale[place / 63] + offset[place / 63]).max(0.0))
        .collect();
    let expected = convolve(&Planes::new([5, 7, 9], &read), 16, &kernel, 3, Scale::Half);
    let map = Map::from_planes([5, 7, 9], &values).unwrap();
    for level in Level::available() {
        let convolution = Convolution::new(level, Scale::Half, [16, 5], &kernel).unwrap();
        let (mut output, mut moments, mut workspace) = (Map::new(), Vec::new(), Workspace::new());
        let source = Source { affine: Some(&affine), relu: true, ..Source::plain(&map) };
        convolution.run(&source, None, &mut output, &mut moments, &mut workspace, &Alone).unwrap();
        assert_agree(&format!("{level:?}"), &output.to_planes(), &expected, &moments);
    }
}

#[test]
fn both_ends_of_a_network_agree_with_the_plain_convolution() {
    let mut random = Random(3);
    for _ in 0..14 {
        let [height, width] = [1 + random.whole(30), 1 + random.whole(230)];
        let inputs = [4, 8][random.whole(2)];
        let [picture, map] = [3, inputs].map(|channels| random.floats(channels * height * width));
        let outputs = [32, 16, 9, 48, 8, 5][random.whole(6)];
        let [first, last] = [outputs * 3 * 81, 3 * inputs * 81].map(|count| random.floats(count));
        let first_expected =
            convolve(&Planes::new([3, height, width], &picture), outputs, &first, 9, Scale::Keep);
        let last_expected = convolve(&Planes::new([inputs, height, width], &map), 3, &last, 9, Scale::Keep);
        let map = Map::from_planes([inputs, height, width], &map).unwrap();
        for level in Level::available() {
            let name = format!("{width}x{height} on {level:?}");
            let (mut output, mut moments, mut workspace) = (Map::new(), Vec::new(), Workspace::new());
            FromPicture::new(level, outputs, &first)
                .unwrap()
                .run(&picture, [height, width], &mut output, &mut moments, &mut workspace, &Alone)
                .unwrap();
            assert_agree(&format!("first, {name}"), &output.to_planes(), &first_expected, &moments);

            let mut planes = vec![0.0; 3 * height * width];
            let to_picture = ToPicture::new(level, inputs, &last).unwrap();
            let source = Source::plain(&map);
            to_picture.run(&source, &mut planes, &mut moments, &mut workspace, &Alone).unwrap();
            assert_agree(&format!("last, {name}"), &planes, &last_expected, &moments);

            let (before, mut affine) = (planes.clone(), Affine::new());
            affine.normalise(&moments, 1e-5, &[2.0, -1.0, 30.0], &[0.1, 0.5, -0.3]);
            to_picture.finish(&mut planes, &affine, &Threads(3));
            for (place, (before, after)) in before.iter().zip(planes).enumerate() {
                let colour = place / (height * width);
                let deviation = (moments[colour].variance + 1e-5).sqrt();
                let normal = (f64::from(*before) - moments[colour].mean) / deviation;
                let value = normal * [2.0, -1.0, 30.0][colour] + [0.1, 0.5, f64::from(-0.3f32)][colour];
                let expected = 1.0 / (1.0 + (-value).exp());
                assert!((f64::from(after) - expected).abs() < 2e-5, "{name}: {after} for {expected}");
            }
        }
    }
}

/// The bits of everything, on some number of threads.
fn bits(level: Level, threads: usize) -> Vec<u32> {
    let mut random = Random(4);
    let mut all = Vec::new();
    for (scale, [outputs, inputs]) in
        [(Scale::Keep, [32, 32]), (Scale::Half, [32, 32]), (Scale::Double, [8, 32])]
    {
        let shape = [inputs, 37, 203];
        let map = Map::from_planes(shape, &random.floats(inputs * 37 * 203)).unwrap();
        let run = convolved(level, scale, outputs, &random.floats(outputs * inputs * 9), &map, threads);
        all.extend(run.values.iter().map(|value| value.to_bits()));
        all.extend(run.moments.iter().map(|moments| (moments.variance as f32).to_bits()));
    }
    let (mut output, mut moments, mut workspace) = (Map::new(), Vec::new(), Workspace::new());
    let first = FromPicture::new(level, 32, &random.floats(32 * 243)).unwrap();
    let picture = random.floats(3 * 61 * 150);
    first.run(&picture, [61, 150], &mut output, &mut moments, &mut workspace, &Threads(threads)).unwrap();
    all.extend(output.to_planes().iter().map(|value| value.to_bits()));
    for inputs in [4, 8] {
        let map = Map::from_planes([inputs, 61, 450], &random.floats(inputs * 61 * 450)).unwrap();
        let last = ToPicture::new(level, inputs, &random.floats(3 * 81 * inputs)).unwrap();
        let mut planes = vec![0.0; 3 * 61 * 450];
        last.run(&Source::plain(&map), &mut planes, &mut moments, &mut workspace, &Threads(threads)).unwrap();
        let mut affine = Affine::new();
        affine.normalise(&moments, 1e-5, &[1.0; 3], &[0.0; 3]);
        last.finish(&mut planes, &affine, &Threads(threads));
        all.extend(planes.iter().map(|value| value.to_bits()));
    }
    let first = FromPicture::new(level, 8, &random.floats(8 * 243)).unwrap();
    first.run(&picture, [61, 150], &mut output, &mut moments, &mut workspace, &Threads(threads)).unwrap();
    all.extend(output.to_planes().iter().map(|value| value.to_bits()));
    all
}

#[test]
fn neither_threads_nor_the_fused_levels_change_a_bit() {
    for level in Level::available() {
        let one = bits(level, 1);
        assert!(one == bits(level, 2) && one == bits(level, 5), "{level:?}");
    }
    let fused: Vec<Level> =
        Level::available().into_iter().filter(|level| *level != Level::Portable).collect();
    for pair in fused.windows(2) {
        assert!(bits(pair[0], 1) == bits(pair[1], 1), "{pair:?}");
    }
}

#[test]
fn memory_that_was_used_before_changes_nothing() {
    let mut random = Random(5);
    let kernel = random.floats(32 * 32 * 9);
    let convolution = Convolution::new(Level::fastest(), Scale::Keep, [32, 32], &kernel).unwrap();
    let (mut output, mut moments, mut workspace) = (Map::new(), Vec::new(), Workspace::new());
    for shape in [[32, 40, 90], [32, 3, 5], [32, 17, 61]] {
        let mut values = random.floats(shape.iter().product());
        let large = Map::from_planes(shape, &vec![f32::NAN; values.len()]).unwrap();
        for map in [large, Map::from_planes(shape, &values).unwrap()] {
            let source = Source::plain(&map);
            convolution.run(&source, None, &mut output, &mut moments, &mut workspace, &Alone).unwrap();
        }
        let expected = convolve(&Planes::new(shape, &values), 32, &kernel, 3, Scale::Keep);
        assert_agree(&format!("{shape:?}"), &output.to_planes(), &expected, &moments);
        values.clear();
    }
}

#[test]
fn a_flat_picture_has_no_variance_however_far_from_zero() {
    let mut random = Random(6);
    let kernel = random.floats(32 * 243);
    for level in Level::available() {
        let (mut output, mut moments, mut workspace) = (Map::new(), Vec::new(), Workspace::new());
        let first = FromPicture::new(level, 32, &kernel).unwrap();
        first
            .run(&vec![1000.0; 3 * 64 * 64], [64, 64], &mut output, &mut moments, &mut workspace, &Alone)
            .unwrap();
        for Moments { mean, variance } in moments {
            assert!(variance <= 1e-12 * mean.abs().max(1.0).powi(2), "{level:?}: {variance} at {mean}");
        }
    }
}

#[test]
fn what_does_not_fit_is_refused_in_words() {
    let level = Level::fastest();
    let new = |scale, channels, count| Convolution::new(level, scale, channels, &vec![0.0; count]).err();
    let length = KernelError::KernelLength { outputs: 32, inputs: 32, side: 3, found: 9 };
    assert_eq!(new(Scale::Keep, [32, 32], 9), Some(length));
    let channels = |outputs, inputs| Some(KernelError::Channels { outputs, inputs });
    assert_eq!(new(Scale::Keep, [8, 32], 8 * 32 * 9), channels(8, 32));
    assert_eq!(new(Scale::Half, [32, 4], 32 * 4 * 9), channels(32, 4));
    assert_eq!(new(Scale::Double, [12, 32], 12 * 32 * 9), channels(12, 32));
    assert_eq!(FromPicture::new(level, 4, &[0.0; 4 * 243]).err(), channels(4, 3));
    assert_eq!(ToPicture::new(level, 6, &[0.0; 6 * 243]).err(), channels(3, 6));
    let convolution = Convolution::new(level, Scale::Half, [32, 32], &vec![0.0; 32 * 32 * 9]).unwrap();
    let (mut output, mut moments, mut workspace) = (Map::new(), Vec::new(), Workspace::new());
    let mut run = |map: &Map, plus: Option<&Map>, keep: Option<&mut Map>| {
        let source = Source { plus, ..Source::plain(map) };
        convolution.run(&source, keep, &mut output, &mut moments, &mut workspace, &Alone)
    };
    let map = |channels| Map::from_planes([channels, 2, 3], &vec![0.0; channels * 6]).unwrap();
    let refused = Err(KernelError::Source { expected: 32, found: [16, 2, 3] });
    assert_eq!(run(&map(16), None, None), refused);
    assert!(run(&Map::new(), None, None).is_err());
    assert!(run(&map(32), Some(&map(16)), None).is_err());
    assert_eq!(run(&map(32), None, Some(&mut Map::new())), Err(KernelError::Keep));
    assert_eq!(run(&map(32), Some(&map(32)), None), Ok(()));
    assert!(Map::from_planes([3, 2, 2], &[0.0; 11]).is_none());
    assert_eq!(
        KernelError::Keep.to_string(),
        "only a convolution that keeps the size can keep what it reads"
    );
}
