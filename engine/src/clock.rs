//! Transport time. Frame n starts at sample floor(n * 48000 / fps), so that picture and sound share
//! one clock and drift never accumulates.

/// Samples a second inside the engine.
pub const SAMPLE_RATE: u64 = 48_000;

/// Frames a second as a ratio, so that 29.97 is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameRate {
    /// Frames …
    pub frames: u32,
    /// … in so many seconds.
    pub secs: u32,
}

impl FrameRate {
    /// `None` unless between 1 and 1000 frames a second. Understands 23.976, 29.97 and 59.94 as the
    /// ratios over 1.001 that they stand for; other numbers are taken to a thousandth.
    pub fn from_fps(fps: f64) -> Option<FrameRate> {
        if !(1.0..=1000.0).contains(&fps) {
            return None;
        }
        let whole = fps.ceil();
        if fps.fract() != 0.0 && (whole / 1.001 - fps).abs() < 0.005 {
            return Some(FrameRate { frames: whole as u32 * 1000, secs: 1001 });
        }
        if fps.fract() == 0.0 {
            return Some(FrameRate { frames: fps as u32, secs: 1 });
        }
        Some(FrameRate { frames: (fps * 1000.0).round() as u32, secs: 1000 })
    }

    /// The sample at which a frame starts.
    pub fn start_sample(&self, frame: u64) -> u64 {
        let samples = u128::from(frame) * u128::from(SAMPLE_RATE) * u128::from(self.secs);
        (samples / u128::from(self.frames)) as u64
    }

    /// The frame that is showing at a sample.
    pub fn frame_at(&self, sample: u64) -> u64 {
        let scaled = (u128::from(sample) + 1) * u128::from(self.frames);
        let per_frame = u128::from(SAMPLE_RATE) * u128::from(self.secs);
        (scaled.div_ceil(per_frame) - 1) as u64
    }

    /// Frames a second.
    pub fn fps(&self) -> f64 {
        f64::from(self.frames) / f64::from(self.secs)
    }
}

/// One tick of the video clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tick {
    /// Number of the frame, from 0. Live, a number may be missing when the machine was too slow.
    pub frame: u64,
    /// The sample at which it starts.
    pub start_sample: u64,
    /// Samples since the frame before; 0 for the first.
    pub delta_samples: u64,
}

impl Tick {
    /// The tick of a frame that follows on `previous`.
    pub fn new(rate: FrameRate, frame: u64, previous: Option<Tick>) -> Tick {
        let start_sample = rate.start_sample(frame);
        let delta_samples = previous.map_or(0, |tick| start_sample.saturating_sub(tick.start_sample));
        Tick { frame, start_sample, delta_samples }
    }

    /// Seconds of transport time at its start.
    pub fn time_secs(&self) -> f64 {
        self.start_sample as f64 / SAMPLE_RATE as f64
    }

    /// Seconds since the frame before; 0 for the first.
    pub fn delta_secs(&self) -> f64 {
        self.delta_samples as f64 / SAMPLE_RATE as f64
    }

    /// Time for shaders, in 32 bits: wraps at an hour.
    pub fn shader_secs(&self) -> f32 {
        (self.start_sample % (SAMPLE_RATE * 3600)) as f32 / SAMPLE_RATE as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_start_on_the_sample_and_never_drift() {
        let ntsc = FrameRate::from_fps(29.97).unwrap();
        assert_eq!(ntsc, FrameRate { frames: 30_000, secs: 1001 });
        assert_eq!(ntsc.start_sample(30_000), 1001 * SAMPLE_RATE);
        for fps in [1.0, 12.5, 24.0, 25.0, 29.97, 30.0, 59.94, 60.0, 144.0, 1000.0] {
            let rate = FrameRate::from_fps(fps).unwrap();
            for frame in (0..5000).chain(155_520_000..155_520_050) {
                let start = rate.start_sample(frame);
                assert_eq!(rate.frame_at(start), frame, "{fps} fps, frame {frame}");
                let before = start.checked_sub(1).map(|sample| rate.frame_at(sample));
                assert_eq!(before, frame.checked_sub(1), "{fps} fps, frame {frame}");
            }
        }
    }

    #[test]
    fn refuses_rates_nobody_can_show() {
        for fps in [0.0, -1.0, 0.5, 1000.1, f64::NAN, f64::INFINITY] {
            assert_eq!(FrameRate::from_fps(fps), None, "{fps}");
        }
    }
}
