//! Mean and variance of each channel, gathered while a convolution writes, and the normalisation made
//! of them.

use crate::map::block_of;
use crate::simd::{BLOCK, Simd};

/// The mean and the variance (not corrected for the number) of one channel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// The mean.
    pub mean: f64,
    /// The mean square distance to the mean.
    pub variance: f64,
}

/// Floats that a job leaves for each lane: count, shift, sum, sum of squares.
pub(crate) const PARTIAL: usize = 4;

/// Sums over the values of a vector of lanes. They are taken of the distance to the lane's first value,
/// so that no digits are lost where the mean is far from zero.
pub(crate) struct Sums<S: Simd> {
    shift: S::V,
    sum: S::V,
    squares: S::V,
}

impl<S: Simd> Sums<S> {
    /// # Safety
    /// The processor has the level of `S`.
    #[inline(always)]
    pub(crate) unsafe fn new(first: S::V) -> Self {
        // SAFETY: the caller's promise.
        unsafe { Self { shift: first, sum: S::splat(0.0), squares: S::splat(0.0) } }
    }

    /// # Safety
    /// The processor has the level of `S`.
    #[inline(always)]
    pub(crate) unsafe fn add(&mut self, value: S::V) {
        // SAFETY: the caller's promise.
        unsafe {
            let distance = S::sub(value, self.shift);
            self.sum = S::add(self.sum, distance);
            self.squares = S::fma(distance, distance, self.squares);
        }
    }

    /// The sums that were written, to go on with.
    ///
    /// # Safety
    /// As for [`Sums::write`].
    #[inline(always)]
    pub(crate) unsafe fn read(partials: *const f32, lanes: usize, first: usize) -> Self {
        // SAFETY: the caller's promise.
        unsafe {
            let from = partials.add(first);
            Self {
                shift: S::load(from.add(lanes)),
                sum: S::load(from.add(2 * lanes)),
                squares: S::load(from.add(3 * lanes)),
            }
        }
    }

    /// Writes the lanes into a job's partials, `[PARTIAL][lanes]`, from lane `first`.
    ///
    /// # Safety
    /// The processor has the level of `S`, and the memory is there.
    #[inline(always)]
    pub(crate) unsafe fn write(&self, partials: *mut f32, lanes: usize, first: usize, count: usize) {
        // SAFETY: the caller's promise.
        unsafe {
            let to = partials.add(first);
            S::store(to, S::splat(count as f32));
            S::store(to.add(lanes), self.shift);
            S::store(to.add(2 * lanes), self.sum);
            S::store(to.add(3 * lanes), self.squares);
        }
    }
}

/// Puts partial sums of jobs, `[jobs][PARTIAL][lanes]`, together in their order. `channel` says which
/// channel a lane belongs to, if any.
pub(crate) fn gather(
    partials: &[f32],
    lanes: usize,
    channel: impl Fn(usize) -> Option<usize>,
    moments: &mut [Moments],
) {
    let each = |from: &mut dyn FnMut(usize, [f64; PARTIAL])| {
        for job in partials.chunks_exact(lanes * PARTIAL) {
            for lane in 0..lanes {
                if let Some(channel) = channel(lane) {
                    from(channel, [0, 1, 2, 3].map(|part| f64::from(job[part * lanes + lane])));
                }
            }
        }
    };
    // The mean field holds the sum, the variance field the number, until both are known.
    moments.fill(Moments { mean: 0.0, variance: 0.0 });
    each(&mut |channel, [count, shift, sum, _]| {
        moments[channel].mean += count * shift + sum;
        moments[channel].variance += count;
    });
    let mut number = 1.0;
    for moment in &mut *moments {
        number = moment.variance;
        *moment = Moments { mean: moment.mean / number, variance: 0.0 };
    }
    each(&mut |channel, [count, shift, sum, squares]| {
        let moment = &mut moments[channel];
        let distance = moment.mean - shift;
        moment.variance += squares - 2.0 * distance * sum + count * distance * distance;
    });
    for moment in moments {
        moment.variance = (moment.variance / number).max(0.0);
    }
}

/// A scale and an offset for each channel: `value * scale + offset`.
#[derive(Default)]
pub struct Affine {
    scale: Vec<f32>,
    offset: Vec<f32>,
}

impl Affine {
    /// One that is to be set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes values of these moments have a mean of `shift` and a standard deviation of `gain`; what is
    /// added to the variance is `epsilon`. All three have one entry a channel, or fewer: the shortest
    /// counts.
    pub fn normalise(&mut self, moments: &[Moments], epsilon: f32, gain: &[f32], shift: &[f32]) {
        let channels = moments.len().min(gain.len()).min(shift.len());
        self.fill(channels, |channel| {
            let moments = moments[channel];
            let scale = f64::from(gain[channel]) / (moments.variance + f64::from(epsilon)).sqrt();
            (scale as f32, (f64::from(shift[channel]) - moments.mean * scale) as f32)
        });
    }

    /// Takes a scale and an offset for each channel as they are; the shorter list counts.
    pub fn assign(&mut self, scale: &[f32], offset: &[f32]) {
        self.fill(scale.len().min(offset.len()), |channel| (scale[channel], offset[channel]));
    }

    fn fill(&mut self, channels: usize, of: impl Fn(usize) -> (f32, f32)) {
        let block = block_of(channels);
        let lanes = channels.next_multiple_of(BLOCK);
        self.scale.clear();
        self.offset.clear();
        self.scale.resize(lanes, 0.0);
        self.offset.resize(lanes, 0.0);
        for lane in 0..lanes {
            // A narrow block is repeated to the width of a wide one.
            let channel = if block < BLOCK { lane % block } else { lane };
            if channel < channels {
                (self.scale[lane], self.offset[lane]) = of(channel);
            }
        }
    }

    /// The scale and the offset of a channel.
    pub(crate) fn of(&self, channel: usize) -> (f32, f32) {
        (self.scale[channel], self.offset[channel])
    }

    pub(crate) fn lanes(&self) -> usize {
        self.scale.len()
    }

    pub(crate) fn pointers(&self) -> (*const f32, *const f32) {
        (self.scale.as_ptr(), self.offset.as_ptr())
    }
}
