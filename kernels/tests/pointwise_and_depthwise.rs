//! The kernels of networks for recognition against the plain computation, on random shapes, on every level
//! that this processor has.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod reference;

use pastiche_kernels::{
    Activation, Alone, Depthwise, KernelError, Level, Map, Pointwise, Workspace, halving_patches,
};
use reference::{Random, Threads};

fn clipped(value: f64, activation: Activation) -> f64 {
    match activation {
        Activation::Linear => value,
        Activation::Relu6 => value.clamp(0.0, 6.0),
    }
}

fn assert_close(name: &str, found: &[f32], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{name}");
    let most = expected.iter().fold(1e-3f64, |most, value| most.max(value.abs()));
    for (place, (&found, &expected)) in found.iter().zip(expected).enumerate() {
        let off = (f64::from(found) - expected).abs() / most;
        assert!(off < 1e-5, "{name}: {found} instead of {expected} at {place}");
    }
}

/// Values large enough that six clips some of them.
fn large(random: &mut Random, count: usize) -> Vec<f32> {
    random.floats(count).iter().map(|value| value * 5.0).collect()
}

fn pointwise(
    shape: [usize; 3],
    values: &[f32],
    (kernel, bias): (&[f32], &[f32]),
    activation: Activation,
    plus: Option<&[f32]>,
) -> Vec<f64> {
    let pixels = shape[1] * shape[2];
    (0..bias.len() * pixels)
        .map(|at| {
            let (output, pixel) = (at / pixels, at % pixels);
            let product = |input: usize| {
                f64::from(kernel[output * shape[0] + input]) * f64::from(values[input * pixels + pixel])
            };
            let sum = (0..shape[0]).map(product).sum::<f64>() + f64::from(bias[output]);
            clipped(sum, activation) + plus.map_or(0.0, |plus| f64::from(plus[at]))
        })
        .collect()
}

#[test]
fn pointwise_convolutions_agree_with_the_plain_one() {
    let mut random = Random(11);
    for [outputs, inputs] in [[16, 32], [96, 16], [24, 96], [9, 27], [144, 24], [64, 9], [100, 160]] {
        for activation in [Activation::Linear, Activation::Relu6] {
            let shape = [inputs, 1 + random.whole(40), 1 + random.whole(40)];
            let pixels = shape[1] * shape[2];
            let values = large(&mut random, inputs * pixels);
            let [kernel, bias, plus] =
                [outputs * inputs, outputs, outputs * pixels].map(|count| random.floats(count));
            let map = Map::from_planes(shape, &values).unwrap();
            let addend = Map::from_planes([outputs, shape[1], shape[2]], &plus).unwrap();
            for level in Level::available() {
                let convolution =
                    Pointwise::new(level, [outputs, inputs], &kernel, &bias, activation).unwrap();
                let (mut output, mut workspace) = (Map::new(), Workspace::new());
                for plus in [None, Some(&plus[..])] {
                    let addend = plus.map(|_| &addend);
                    convolution.run(&map, addend, &mut output, &mut workspace, &Threads(2)).unwrap();
                    let expected = pointwise(shape, &values, (&kernel, &bias), activation, plus);
                    let name = format!("{shape:?} to {outputs} on {level:?}, plus {}", plus.is_some());
                    assert_close(&name, &output.to_planes(), &expected);
                }
            }
        }
    }
}

fn depthwise(
    [channels, height, width]: [usize; 3],
    values: &[f32],
    (kernel, bias): (&[f32], &[f32]),
    stride: usize,
    activation: Activation,
) -> Vec<f64> {
    let [high, wide] = [height, width].map(|side| side.div_ceil(stride));
    let before = |size: usize, side: usize| ((size - 1) * stride + 3).saturating_sub(side) / 2;
    let mut expected = Vec::new();
    for (channel, y, x) in
        (0..channels * high * wide).map(|at| (at / (high * wide), at / wide % high, at % wide))
    {
        let mut sum = f64::from(bias[channel]);
        for (row, column) in (0..9).map(|tap| (tap / 3, tap % 3)) {
            let y = (y * stride + row).checked_sub(before(high, height)).filter(|&y| y < height);
            let x = (x * stride + column).checked_sub(before(wide, width)).filter(|&x| x < width);
            if let (Some(y), Some(x)) = (y, x) {
                let value = f64::from(values[(channel * height + y) * width + x]);
                sum += f64::from(kernel[channel * 9 + row * 3 + column]) * value;
            }
        }
        expected.push(clipped(sum, activation));
    }
    expected
}

#[test]
fn depthwise_convolutions_agree_with_the_plain_one() {
    let mut random = Random(12);
    let sizes = [[1, 1], [2, 2], [1, 9], [8, 8], [3, 2], [17, 4]];
    let drawn: Vec<[usize; 2]> = (0..8).map(|_| [1 + random.whole(30), 1 + random.whole(30)]).collect();
    for size in sizes.into_iter().chain(drawn) {
        for (stride, activation) in [(1, Activation::Relu6), (2, Activation::Linear)] {
            let channels = [16, 24, 9, 40][random.whole(4)];
            let shape = [channels, size[0], size[1]];
            let values = large(&mut random, channels * size[0] * size[1]);
            let [kernel, bias] = [channels * 9, channels].map(|count| random.floats(count));
            let expected = depthwise(shape, &values, (&kernel, &bias), stride, activation);
            let map = Map::from_planes(shape, &values).unwrap();
            for level in Level::available() {
                let convolution =
                    Depthwise::new(level, channels, stride, &kernel, &bias, activation).unwrap();
                let mut output = Map::new();
                convolution.run(&map, &mut output, &Threads(2)).unwrap();
                assert_eq!(output.shape()[1..], size.map(|side| side.div_ceil(stride)));
                let name = format!("{shape:?}, stride {stride}, on {level:?}");
                assert_close(&name, &output.to_planes(), &expected);
            }
        }
    }
}

#[test]
fn patches_are_what_a_halving_convolution_sees() {
    let mut random = Random(13);
    for _ in 0..6 {
        let [height, width] = [2 + 2 * random.whole(20), 2 + 2 * random.whole(20)];
        let picture = random.floats(3 * height * width);
        let mut output = Map::from_planes([27, 40, 40], &vec![f32::NAN; 27 * 1600]).unwrap();
        halving_patches(&picture, [height, width], &mut output, &Threads(3)).unwrap();
        let (high, wide) = (height / 2, width / 2);
        assert_eq!(output.shape(), [27, high, wide]);
        for (at, found) in output.to_planes().into_iter().enumerate() {
            let (channel, y, x) = (at / (high * wide), at / wide % high, at % wide);
            let (y, x) = (2 * y + channel / 3 % 3, 2 * x + channel % 3);
            let inside = y < height && x < width;
            let expected = if inside { picture[(channel / 9 * height + y) * width + x] } else { 0.0 };
            assert_eq!(found, expected, "channel {channel} at {x}, {y} of {width}x{height}");
        }
    }
}

#[test]
fn means_are_taken_of_each_channel() {
    let mut random = Random(14);
    for channels in [3, 8, 9, 40] {
        let shape = [channels, 1 + random.whole(9), 1 + random.whole(9)];
        let pixels = shape[1] * shape[2];
        let values = random.floats(channels * pixels);
        let means = Map::from_planes(shape, &values).unwrap().means();
        let plain = |plane: &[f32]| plane.iter().map(|&value| f64::from(value)).sum::<f64>() / pixels as f64;
        assert_close("means", &means, &values.chunks(pixels).map(plain).collect::<Vec<_>>());
    }
}

/// The bits of a small network on some number of threads.
fn bits(level: Level, threads: usize) -> Vec<u32> {
    let (mut random, crew) = (Random(15), Threads(threads));
    let picture = random.floats(3 * 90 * 62);
    let (mut patches, mut wide, mut small, mut narrow) = (Map::new(), Map::new(), Map::new(), Map::new());
    let mut workspace = Workspace::new();
    halving_patches(&picture, [90, 62], &mut patches, &crew).unwrap();
    let [a, b, c] = [96 * 27, 96 * 9, 24 * 96].map(|count| random.floats(count));
    let bias = random.floats(96);
    let first = Pointwise::new(level, [96, 27], &a, &bias, Activation::Relu6).unwrap();
    first.run(&patches, None, &mut wide, &mut workspace, &crew).unwrap();
    let second = Depthwise::new(level, 96, 2, &b, &bias, Activation::Relu6).unwrap();
    second.run(&wide, &mut small, &crew).unwrap();
    let third = Pointwise::new(level, [24, 96], &c, &bias[..24], Activation::Linear).unwrap();
    third.run(&small, None, &mut narrow, &mut workspace, &crew).unwrap();
    narrow.to_planes().iter().map(|value| value.to_bits()).collect()
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
fn what_does_not_fit_is_refused_in_words() {
    let (level, linear) = (Level::fastest(), Activation::Linear);
    let pointwise = |channels, kernel, bias| {
        Pointwise::new(level, channels, &vec![0.0; kernel], &vec![0.0; bias], linear).err()
    };
    let length = KernelError::KernelLength { outputs: 16, inputs: 32, side: 1, found: 511 };
    assert_eq!(pointwise([16, 32], 511, 16), Some(length));
    assert_eq!(pointwise([16, 32], 512, 15), Some(KernelError::BiasLength { outputs: 16, found: 15 }));
    assert_eq!(pointwise([8, 32], 256, 8), Some(KernelError::Channels { outputs: 8, inputs: 32 }));
    let depthwise = |channels, stride, kernel, bias| {
        Depthwise::new(level, channels, stride, &vec![0.0; kernel], &vec![0.0; bias], linear).err()
    };
    let length = KernelError::KernelLength { outputs: 16, inputs: 1, side: 3, found: 143 };
    assert_eq!(depthwise(16, 1, 143, 16), Some(length));
    assert_eq!(depthwise(16, 1, 144, 17), Some(KernelError::BiasLength { outputs: 16, found: 17 }));
    assert_eq!(depthwise(16, 3, 144, 16), Some(KernelError::Stride { found: 3 }));
    assert_eq!(depthwise(4, 1, 36, 4), Some(KernelError::Channels { outputs: 4, inputs: 4 }));

    let map = |channels, side| {
        Map::from_planes([channels, side, side], &vec![0.0; channels * side * side]).unwrap()
    };
    let convolution = Pointwise::new(level, [16, 32], &[0.0; 512], &[0.0; 16], linear).unwrap();
    let (mut output, mut workspace) = (Map::new(), Workspace::new());
    let mut run =
        |source: &Map, plus: Option<&Map>| convolution.run(source, plus, &mut output, &mut workspace, &Alone);
    let refused = Err(KernelError::Source { expected: 32, found: [16, 3, 3] });
    assert_eq!(run(&map(16, 3), None), refused);
    assert!(run(&Map::new(), None).is_err() && run(&map(32, 3), Some(&map(16, 2))).is_err());
    assert_eq!(run(&map(32, 3), Some(&map(16, 3))), Ok(()));
    let convolution = Depthwise::new(level, 16, 1, &[0.0; 144], &[0.0; 16], linear).unwrap();
    assert!(convolution.run(&map(32, 3), &mut output, &Alone).is_err());
    for size in [[2, 3], [3, 2], [0, 0]] {
        assert!(halving_patches(&vec![0.0; 3 * size[0] * size[1]], size, &mut output, &Alone).is_err());
    }
    assert!(halving_patches(&[0.0; 11], [2, 2], &mut output, &Alone).is_err());
    assert_eq!(
        KernelError::Stride { found: 3 }.to_string(),
        "there is no convolution with a stride of 3 pixels; take 1 or 2"
    );
}
