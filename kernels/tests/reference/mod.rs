//! The same computations, written as plainly as can be.

use pastiche_kernels::{Crew, Moments, Scale};

/// Numbers from -1 to 1 from a seed.
pub struct Random(pub u64);

impl Random {
    pub fn whole(&mut self, below: usize) -> usize {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % below as u64) as usize
    }

    pub fn floats(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| self.whole(20_001) as f32 / 10_000.0 - 1.0).collect()
    }
}

/// Channels, height, width, and values in that order.
pub struct Planes {
    pub shape: [usize; 3],
    pub values: Vec<f64>,
}

impl Planes {
    pub fn new(shape: [usize; 3], values: &[f32]) -> Self {
        Self { shape, values: values.iter().map(|&value| f64::from(value)).collect() }
    }

    fn at(&self, channel: usize, y: usize, x: usize) -> f64 {
        self.values[(channel * self.shape[1] + y) * self.shape[2] + x]
    }
}

fn mirrored(at: isize, side: usize) -> usize {
    let last = side as isize - 1;
    let at = if at < 0 { -at } else { at };
    let at = if at > last { 2 * last - at } else { at };
    at.clamp(0, last) as usize
}

/// A convolution of `side` taps with mirrored edges.
pub fn convolve(input: &Planes, outputs: usize, kernel: &[f32], side: usize, scale: Scale) -> Planes {
    let [inputs, height, width] = input.shape;
    let (doubled, step) = match scale {
        Scale::Keep => (1, 1),
        Scale::Half => (1, 2),
        Scale::Double => (2, 1),
    };
    let [high, wide] = [height, width].map(|side| (side * doubled).div_ceil(step));
    let mut values = Vec::new();
    for (output, y, x) in
        (0..outputs * high * wide).map(|at| (at / (high * wide), at / wide % high, at % wide))
    {
        let mut sum = 0.0;
        for (input_channel, row, column) in
            (0..inputs * side * side).map(|at| (at / (side * side), at / side % side, at % side))
        {
            let from = |at: usize, tap: usize, side_px: usize| {
                mirrored((at * step + tap) as isize - (side / 2) as isize, side_px * doubled) / doubled
            };
            let tap = kernel[((output * inputs + input_channel) * side + row) * side + column];
            let value = input.at(input_channel, from(y, row, height), from(x, column, width));
            sum += f64::from(tap) * value;
        }
        values.push(sum);
    }
    Planes { shape: [outputs, high, wide], values }
}

/// Moments of each channel.
pub fn moments(planes: &Planes) -> Vec<Moments> {
    let pixels = planes.shape[1] * planes.shape[2];
    let of = |values: &[f64]| {
        let mean = values.iter().sum::<f64>() / pixels as f64;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / pixels as f64;
        Moments { mean, variance }
    };
    planes.values.chunks(pixels).map(of).collect()
}

/// Checks values and moments, with bounds in proportion to how large the values are.
pub fn assert_agree(name: &str, found: &[f32], expected: &Planes, gathered: &[Moments]) {
    assert_eq!(found.len(), expected.values.len(), "{name}");
    let most = expected.values.iter().fold(0.0f64, |most, value| most.max(value.abs())).max(1e-3);
    for (place, (&found, &expected)) in found.iter().zip(&expected.values).enumerate() {
        let off = (f64::from(found) - expected).abs() / most;
        assert!(off < 1e-5, "{name}: {found} instead of {expected} at {place}");
    }
    let plain = moments(expected);
    assert_eq!(gathered.len(), plain.len(), "{name}");
    for (gathered, plain) in gathered.iter().zip(plain) {
        assert!((gathered.mean - plain.mean).abs() < 1e-5 * most, "{name}: {gathered:?}, {plain:?}");
        let off = (gathered.variance - plain.variance).abs();
        assert!(off < 2e-5 * most * most, "{name}: {gathered:?}, {plain:?}");
    }
}

/// Threads of the standard library, as many as it says.
pub struct Threads(pub usize);

impl Crew for Threads {
    fn size(&self) -> usize {
        self.0
    }

    fn run(&self, work: &(dyn Fn(usize) + Sync)) {
        std::thread::scope(|scope| {
            for worker in 0..self.0 {
                scope.spawn(move || work(worker));
            }
        });
    }
}
