//! A line of samples in which sound travels.

/// The newest samples, as many as fit.
#[derive(Clone, Debug)]
pub(crate) struct Line<T> {
    samples: Box<[T]>,
    /// Where the next sample is written.
    next: usize,
}

impl<T: Copy + Default> Line<T> {
    /// Holds at least this many samples, silent ones at first.
    pub(crate) fn new(samples: usize) -> Line<T> {
        Line { samples: vec![T::default(); samples.next_power_of_two()].into(), next: 0 }
    }

    pub(crate) fn push(&mut self, sample: T) {
        self.samples[self.next] = sample;
        self.next = (self.next + 1) & (self.samples.len() - 1);
    }

    /// The sample that was pushed so long ago; 1 is the newest.
    pub(crate) fn ago(&self, samples: usize) -> T {
        self.samples[self.next.wrapping_sub(samples) & (self.samples.len() - 1)]
    }
}

impl Line<f32> {
    /// Between samples, on a curve through four of them (Catmull-Rom); at least 2 samples ago.
    pub(crate) fn between(&self, samples: f64) -> f32 {
        let whole = samples.floor();
        let along = (samples - whole) as f32;
        let at = whole as usize;
        let [before, from, to, after] = [at - 1, at, at + 1, at + 2].map(|ago| self.ago(ago));
        let slope = 0.5 * (to - before);
        let bend = before - 2.5 * from + 2.0 * to - 0.5 * after;
        let twist = 0.5 * (after - before) + 1.5 * (from - to);
        ((twist * along + bend) * along + slope) * along + from
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pushed_comes_back_later() {
        let mut line = Line::new(5);
        (0..20).for_each(|sample| line.push(sample));
        assert_eq!([1, 2, 8].map(|ago| line.ago(ago)), [19, 18, 12]);
    }

    #[test]
    fn a_straight_line_is_straight_between_samples() {
        let mut line = Line::new(64);
        (0..64).for_each(|sample| line.push(sample as f32));
        for ago in [2.0, 2.25, 7.9, 40.5] {
            assert!((f64::from(line.between(ago)) - (64.0 - ago)).abs() < 1e-4, "{ago}");
        }
    }
}
