//! Transport time. Frame n starts at sample floor(n * 48000 / fps), so that picture and sound share
//! one clock and drift never accumulates.

/// Samples a second inside the engine.
pub const SAMPLE_RATE: u64 = 48_000;

/// Frames a second as a ratio, so that 29.97 is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameRate {
    /// Frames …
    pub frames: u32,
    /// … in this many seconds.
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

/// Where the beat stands at the start of a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beats {
    /// Beats of transport time at the start of the frame before; just below 0 for the first frame, so
    /// that beat 0 is passed in it.
    pub before: f64,
    /// Beats of transport time.
    pub now: f64,
    /// Beats a minute since the frame before.
    pub bpm: f64,
}

impl Beats {
    /// Before the first frame.
    pub const START: Beats = Beats { before: BEFORE_START, now: 0.0, bpm: Metronome::DEFAULT_BPM };

    /// Beats since the frame before; 0 for the first.
    pub fn delta(&self) -> f64 {
        (self.now - self.before.max(0.0)).max(0.0)
    }
}

/// Just below the start of transport time.
pub const BEFORE_START: f64 = -1e-9;

/// Counts beats. While the tempo stands nothing is summed up; when it moves, the count goes on from
/// where it is. Whole beats are kept apart from the rest, so that a month costs no precision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metronome {
    bpm: f64,
    /// The sample at which the tempo was set …
    since_sample: u64,
    /// … and the beats at it: whole ones, and the rest below 1.
    whole: f64,
    rest: f64,
    before: f64,
    /// Where the clock that leads stood last, if one does.
    led: Option<f64>,
}

/// A clock that leads and is further ahead, or further behind, in beats, has jumped.
const JUMP_AHEAD: f64 = 1.0;
const JUMP_BEHIND: f64 = 0.25;

impl Metronome {
    /// Beats a minute of a patch that says nothing.
    pub const DEFAULT_BPM: f64 = 120.0;

    /// The beat at the start of a frame; once a frame.
    pub fn beats(&mut self, tick: &Tick) -> Beats {
        // A clock that leads may take back a little; the beat waits for it.
        let now = (self.whole + self.since_change(tick)).max(self.before);
        let before = std::mem::replace(&mut self.before, now);
        Beats { before, now, bpm: self.bpm }
    }

    /// The tempo from the start of this frame on.
    pub fn set_bpm(&mut self, tick: &Tick, bpm: f64) {
        if bpm == self.bpm {
            return;
        }
        let total = self.since_change(tick);
        self.since_sample = tick.start_sample;
        self.whole += total.floor();
        self.rest = total - total.floor();
        self.bpm = bpm;
    }

    /// Another clock leads, and stood at `beat` at the start of this frame: the count follows it, stands
    /// while it stands, and jumps where it jumps. What a jump leaves out never happened; the beat at
    /// which it lands begins.
    pub fn lead(&mut self, tick: &Tick, beat: f64, bpm: f64) {
        let stands = self.led.replace(beat) == Some(beat);
        let ahead = beat - (self.whole + self.since_change(tick));
        if !(-JUMP_BEHIND..=JUMP_AHEAD).contains(&ahead) {
            let frame = tick.delta_samples as f64 * bpm / (60.0 * SAMPLE_RATE as f64);
            self.before = beat - frame + BEFORE_START;
        }
        self.since_sample = tick.start_sample;
        self.whole = beat.floor();
        self.rest = beat - beat.floor();
        self.bpm = if stands { 0.0 } else { bpm };
    }

    /// No other clock leads any more: the beat goes on from where it is.
    pub fn lead_ends(&mut self) {
        self.led = None;
    }

    fn since_change(&self, tick: &Tick) -> f64 {
        let samples = tick.start_sample.saturating_sub(self.since_sample);
        self.rest + samples as f64 * self.bpm / (60.0 * SAMPLE_RATE as f64)
    }
}

impl Default for Metronome {
    fn default() -> Metronome {
        let bpm = Metronome::DEFAULT_BPM;
        Metronome { bpm, since_sample: 0, whole: 0.0, rest: 0.0, before: BEFORE_START, led: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs `frames` frames at a tempo for each.
    fn count(fps: f64, frames: u64, bpm: impl Fn(u64) -> f64) -> Beats {
        let rate = FrameRate::from_fps(fps).unwrap();
        let (mut metronome, mut previous) = (Metronome::default(), None);
        let mut beats = None;
        for frame in 0..=frames {
            let tick = Tick::new(rate, frame, previous);
            let next = metronome.beats(&tick);
            assert!(next.now > next.before, "time only goes on");
            metronome.set_bpm(&tick, bpm(frame));
            (beats, previous) = (Some(next), Some(tick));
        }
        beats.unwrap()
    }

    #[test]
    fn beats_are_exact_while_the_tempo_stands() {
        for fps in [24.0, 29.97, 60.0, 144.0] {
            let rate = FrameRate::from_fps(fps).unwrap();
            let beats = count(fps, 10_000, |_| 120.0);
            assert_eq!(beats.now, rate.start_sample(10_000) as f64 / 24_000.0, "{fps}");
        }
    }

    #[test]
    fn a_tempo_that_moves_never_jumps_and_loses_nothing() {
        // Two hours in which the tempo changes with every frame, between 60 and 180.
        let frames = 2 * 3600 * 60;
        let beats = count(60.0, frames, |frame| if frame % 2 == 0 { 60.0 } else { 180.0 });
        assert!((beats.now - 2.0 * 7200.0).abs() < 1e-8, "{}", beats.now);
        // A month is far away, and the beat is as fine as before.
        let far = Tick { frame: 0, start_sample: 30 * 24 * 3600 * SAMPLE_RATE, delta_samples: 800 };
        let mut metronome = Metronome::default();
        assert_eq!(metronome.beats(&far).now, 30.0 * 24.0 * 3600.0 * 2.0);
        metronome.set_bpm(&far, 121.0);
        let next = Tick { start_sample: far.start_sample + 800, ..far };
        assert!((metronome.beats(&next).delta() - 121.0 / 3600.0).abs() < 1e-8);
    }

    #[test]
    fn the_first_frame_passes_beat_zero_and_a_stop_stops() {
        let rate = FrameRate::from_fps(60.0).unwrap();
        let mut metronome = Metronome::default();
        let first = Tick::new(rate, 0, None);
        let beats = metronome.beats(&first);
        assert!(beats.before < 0.0 && beats.now == 0.0 && beats.delta() == 0.0);
        metronome.set_bpm(&first, 0.0);
        let beats = metronome.beats(&Tick::new(rate, 60, Some(first)));
        assert_eq!((beats.now, beats.delta()), (0.0, 0.0));
    }

    #[test]
    fn another_clock_leads() {
        let rate = FrameRate::from_fps(60.0).unwrap();
        let (mut metronome, mut previous) = (Metronome::default(), None);
        let mut step = |frame: u64, beat: f64| {
            let tick = Tick::new(rate, frame, previous);
            previous = Some(tick);
            let beats = metronome.beats(&tick);
            metronome.lead(&tick, beat, 60.0);
            beats
        };
        // It runs at 60 beats a minute, an eighth of a beat ahead of the patch.
        for frame in 0..30 {
            step(frame, 0.125 + frame as f64 / 60.0);
        }
        assert!((step(30, 0.625).now - 0.625).abs() < 1e-9, "in step, in the same frame");
        // A tremble never goes back.
        let trembling = step(31, 0.6);
        assert!(step(32, 0.61).now >= trembling.now);
        // It stops: the beat stands.
        step(33, 0.7);
        step(34, 0.7);
        let standing = step(35, 0.7);
        assert_eq!((standing.delta(), step(36, 0.7).delta()), (0.0, 0.0));
        // It starts over, and is a little behind its start when the next frame begins.
        step(37, 0.005);
        let begun = step(38, 0.02);
        assert!(begun.before < 0.0 && begun.now > 0.0 && begun.now < 0.05, "{begun:?}");
        // It jumps to beat 16: the beats between are left out, the one at which it lands begins.
        step(39, 16.005);
        let landed = step(40, 16.02);
        assert!(landed.before < 16.0 && landed.before > 15.9 && landed.now > 16.0, "{landed:?}");
    }

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
