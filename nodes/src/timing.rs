//! How nodes count time, in seconds or in beats.

use pastiche_engine::clock::{BEFORE_START, SAMPLE_RATE};
use pastiche_engine::node::FrameCtx;
use pastiche_engine::spec::{Choice, Opt};

/// A beat that rounding puts just behind the frame it belongs to is still counted in it.
const ROUNDING: f64 = 1e-9;

/// What a node counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    Secs,
    Beats,
}

impl Base {
    /// The option that chooses, beats by default.
    pub(crate) const OPTION: Opt<Choice<Base>> = Opt::choice(
        "unit",
        &[("beats", Base::Beats), ("secs", Base::Secs)],
        "What is counted: beats of the patch's tempo, or seconds.",
    );

    /// The option that chooses for a rate, hertz by default.
    pub(crate) const RATE_OPTION: Opt<Choice<Base>> = Opt::choice(
        "unit",
        &[("hz", Base::Secs), ("beats", Base::Beats)],
        "What the rate means: `hz` for cycles a second, `beats` for cycles a beat of the patch's tempo.",
    );

    /// From the start of the frame before to the start of this one.
    pub(crate) fn span(self, ctx: &FrameCtx<'_>) -> Span {
        if self == Base::Beats {
            return Span { before: ctx.beats.before, now: ctx.beats.now };
        }
        let tick = &ctx.tick;
        let before = match tick.start_sample {
            0 => BEFORE_START,
            start => start.saturating_sub(tick.delta_samples) as f64 / SAMPLE_RATE as f64,
        };
        Span { before, now: tick.time_secs() }
    }
}

/// A stretch of transport time: behind `before`, up to and including `now`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Span {
    pub(crate) before: f64,
    pub(crate) now: f64,
}

impl Span {
    /// Its length; the first frame has none.
    pub(crate) fn delta(self) -> f64 {
        (self.now - self.before.max(0.0)).max(0.0)
    }

    /// The cell of a grid in which it ends, and the one in which it began. Cells are `period` long, the
    /// one of number 0 begins at `origin`. `None` without a length.
    pub(crate) fn cells(self, period: f64, origin: f64) -> Option<Cells> {
        if period <= 0.0 {
            return None;
        }
        let cell = |time: f64| ((time - origin) / period + ROUNDING).floor();
        let place = (self.now - origin) / period;
        let now = cell(self.now);
        // The start lies before 0 by less than the rounding, but must not count as 0.
        let before = if self.before < 0.0 && self.now >= 0.0 {
            ((BEFORE_START - origin) / period - ROUNDING).floor()
        } else {
            cell(self.before)
        };
        let before = before.min(now);
        Some(Cells { before: before as i64, now: now as i64, along: (place - now).clamp(0.0, 1.0) })
    }
}

/// Where a span lies on a grid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cells {
    /// The cell before.
    pub(crate) before: i64,
    /// The cell now.
    pub(crate) now: i64,
    /// The way into it, from 0 to 1.
    pub(crate) along: f64,
}

impl Cells {
    /// How many cells began.
    pub(crate) fn begun(self) -> u32 {
        u32::try_from(self.now.saturating_sub(self.before)).unwrap_or(u32::MAX)
    }
}

/// Cycles that pass at a rate that may move: whole ones, and the way into the current one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Cycles {
    pub(crate) whole: i64,
    /// From 0 up to, but never, 1, so that a month of running loses no precision.
    pub(crate) along: f64,
}

impl Cycles {
    pub(crate) fn at(total: f64) -> Cycles {
        Cycles::default().later(total)
    }

    pub(crate) fn later(self, by: f64) -> Cycles {
        let total = self.along + by;
        let along = total - total.floor();
        let whole = self.whole.saturating_add(total.floor() as i64);
        // A tiny step backwards rounds up to 1.
        if along < 1.0 {
            Cycles { whole, along }
        } else {
            Cycles { whole: whole.saturating_add(1), along: 0.0 }
        }
    }

    /// All of it as one number.
    pub(crate) fn total(self) -> f64 {
        self.whole as f64 + self.along
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pastiche_engine::clock::{FrameRate, Tick};

    const MONTH_SECS: u64 = 30 * 24 * 3600;

    fn span(rate: FrameRate, frame: u64) -> Span {
        let start = |frame: u64| rate.start_sample(frame) as f64 / SAMPLE_RATE as f64;
        Span { before: if frame == 0 { BEFORE_START } else { start(frame - 1) }, now: start(frame) }
    }

    #[test]
    fn every_cell_begins_once_at_any_frame_rate_and_after_a_month() {
        for fps in [1.0, 24.0, 29.97, 60.0, 144.0] {
            let rate = FrameRate::from_fps(fps).unwrap();
            for first in [0, MONTH_SECS] {
                for (period, origin) in [(0.25, 0.0), (1.0, 0.5), (0.3, -7.0), (3.0, 1.0)] {
                    let frames =
                        rate.frame_at(first * SAMPLE_RATE)..rate.frame_at((first + 60) * SAMPLE_RATE);
                    let begun: u32 = frames
                        .clone()
                        .map(|frame| span(rate, frame).cells(period, origin).unwrap().begun())
                        .sum();
                    let whole =
                        Span { before: span(rate, frames.start).before, now: span(rate, frames.end - 1).now };
                    assert_eq!(begun, whole.cells(period, origin).unwrap().begun(), "{fps} {first} {period}");
                    let most = 1.0 + 1.0 / (fps * period);
                    assert!((f64::from(begun) - 60.0 / period).abs() <= most, "{begun} of {period}");
                }
            }
        }
    }

    #[test]
    fn the_start_passes_zero_and_nothing_has_no_cells() {
        let start = Span { before: BEFORE_START, now: 0.0 };
        assert_eq!(start.cells(4.0, 0.0).unwrap().begun(), 1);
        assert_eq!(start.cells(1e6, 0.0).unwrap().begun(), 1);
        assert_eq!(start.cells(4.0, 1.0).unwrap().begun(), 0);
        assert_eq!(start.delta(), 0.0);
        assert_eq!(start.cells(0.0, 0.0), None);
    }

    #[test]
    fn cycles_lose_nothing_in_a_month() {
        let rate = FrameRate::from_fps(1.0).unwrap();
        for speed in [1.0, -0.37] {
            let (mut cycles, mut previous) = (Cycles::default(), None);
            for frame in 0..MONTH_SECS {
                let tick = Tick::new(rate, frame, previous);
                cycles = cycles.later(speed * tick.delta_secs());
                previous = Some(tick);
            }
            let exact = speed * previous.unwrap().time_secs();
            assert!((cycles.total() - exact).abs() < 1e-6, "{} against {exact}", cycles.total());
        }
    }

    #[test]
    fn a_tiny_step_backwards_is_not_a_whole_one() {
        let cycles = Cycles::default().later(-1e-300);
        assert_eq!((cycles.whole, cycles.along), (0, 0.0));
    }
}
