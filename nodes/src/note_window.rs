//! How nodes write notes: exactly when they sound, and each with its end.

use arrayvec::ArrayVec;
use pastiche_engine::clock::SAMPLE_RATE;
use pastiche_engine::node::FrameCtx;
use pastiche_engine::notes::FrameTime;
use pastiche_engine::port::Note;

use crate::timing::Base;

/// Notes that a node may have sounding at once. Those on top of them are not started, so that each that is
/// started finds its end.
pub(crate) const MOST_SOUNDING: usize = 512;

/// Notes that come later than this, after the machine stood still, are left out; their ends never are.
const LATEST_SECS: f64 = 0.25;

/// The stretch of time whose notes are written in this frame: from what has been written so far up to
/// the start of the next frame, in beats or seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Window {
    /// From here on, included …
    pub(crate) from: f64,
    /// … up to here, not included.
    pub(crate) until: f64,
    /// The start of the frame.
    now: f64,
    start_sample: u64,
    samples_per_unit: f64,
    samples: f64,
}

impl Window {
    /// Whether it comes so late that it is left out.
    pub(crate) fn is_too_late(&self, time: f64) -> bool {
        (self.now - time) * self.samples_per_unit > LATEST_SECS * SAMPLE_RATE as f64
    }

    /// The sample of the transport at which a time is; the start of the frame for what comes late.
    pub(crate) fn sample(&self, time: f64) -> u64 {
        let sample = ((time - self.now) * self.samples_per_unit).round().clamp(0.0, self.samples - 1.0);
        self.start_sample + sample as u64
    }

    /// A stretch of this many seconds, in the window's unit.
    pub(crate) fn of_secs(&self, secs: f64) -> f64 {
        secs * SAMPLE_RATE as f64 / self.samples_per_unit
    }

    /// The numbers of the cells of a grid that begin in it. Cells are `period` long, the one of number
    /// 0 begins at `origin`. Those that come too late are left out.
    pub(crate) fn cells(&self, period: f64, origin: f64) -> impl Iterator<Item = i64> + use<> {
        let window = *self;
        let longest = LATEST_SECS * SAMPLE_RATE as f64 / self.samples_per_unit;
        let from = self.from.max(self.now - longest);
        let first = ((from - origin) / period).floor();
        let count = ((self.until - from) / period).ceil() + 2.0;
        let cells = if period > 0.0 { (0.0, count.min(4096.0)) } else { (0.0, 0.0) };
        (cells.0 as i64..cells.1 as i64).map(move |cell| (first as i64).saturating_add(cell)).filter(
            move |cell| {
                let begin = origin + *cell as f64 * period;
                from <= begin && begin < window.until
            },
        )
    }
}

/// How far notes have been written.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Written {
    until: Option<f64>,
}

impl Written {
    /// The window of this frame; once a frame.
    pub(crate) fn next(&mut self, ctx: &FrameCtx<'_>, base: Base) -> Window {
        let now = base.span(ctx).now;
        let per_unit = match base {
            Base::Secs => SAMPLE_RATE as f64,
            // A tempo that stands still moves nothing; any other number keeps the arithmetic sound.
            Base::Beats => 60.0 * SAMPLE_RATE as f64 / ctx.beats.bpm.max(1e-6),
        };
        self.window(now, per_unit, &ctx.frame_time())
    }

    /// The window of a frame in beats, for what runs in the audio half too; once a frame.
    pub(crate) fn next_beats(&mut self, frame: &FrameTime) -> Window {
        self.window(frame.beats, 60.0 * SAMPLE_RATE as f64 / frame.bpm.max(1e-6), frame)
    }

    fn window(&mut self, now: f64, samples_per_unit: f64, frame: &FrameTime) -> Window {
        let samples = frame.samples().max(1) as f64;
        // Half a sample early, so that rounding puts nothing behind the frame that it belongs to.
        let until = now + (samples - 0.5) / samples_per_unit;
        let from = self.until.unwrap_or(now - 0.5 / samples_per_unit).min(until);
        self.until = Some(until.max(from));
        Window { from, until, now, start_sample: frame.start_sample, samples_per_unit, samples }
    }
}

/// Notes that have been started and wait for their end.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ends(ArrayVec<(f64, Note), MOST_SOUNDING>);

impl Ends {
    /// Starts a note that ends at a time.
    pub(crate) fn start(&mut self, out: &mut impl FnMut(Note), at_sample: u64, note: Note, end: f64) {
        // The same note once more: it ends first.
        self.0.retain(|(_, other)| {
            let is_same = other.is_same(&note);
            if is_same {
                out(other.end_at(at_sample));
            }
            !is_same
        });
        if self.0.try_push((end, note)).is_ok() {
            out(Note { sample: at_sample, on: true, ..note });
        }
    }

    /// Ends what is due before a time: call it before a note is started there, and with the end of the
    /// window.
    pub(crate) fn end_until(&mut self, out: &mut impl FnMut(Note), window: &Window, time: f64) {
        self.0.retain(|(end, note)| {
            let is_due = *end <= time;
            if is_due {
                out(note.end_at(window.sample(*end)));
            }
            !is_due
        });
    }

    /// Ends what is due in the window before a sample: what [`Ends::end_until`] does with the end of the
    /// window, a part of the frame at a time.
    pub(crate) fn end_before(&mut self, out: &mut impl FnMut(Note), window: &Window, end_sample: u64) {
        self.0.retain(|(end, note)| {
            let is_due = *end <= window.until && window.sample(*end) < end_sample;
            if is_due {
                out(note.end_at(window.sample(*end)));
            }
            !is_due
        });
    }
}

/// What sounding notes have become on their way through a node, so that each end finds its note.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Becomes(ArrayVec<(Note, Note), MOST_SOUNDING>);

impl Becomes {
    /// Passes an event on. `change` says what a starting note becomes; `None` leaves it out.
    pub(crate) fn pass(
        &mut self,
        out: &mut impl FnMut(Note),
        event: &Note,
        change: impl FnOnce(&Note) -> Option<Note>,
    ) {
        // A start without an end in between ends what it was before.
        self.end(out, event);
        if event.on
            && let Some(changed) = change(event)
            && self.0.try_push((*event, changed)).is_ok()
        {
            out(changed);
        }
    }

    fn end(&mut self, out: &mut impl FnMut(Note), event: &Note) {
        while let Some(at) = self.0.iter().position(|(from, _)| from.is_same(event)) {
            let (_, became) = self.0.swap_remove(at);
            // Two notes may have become one, which sounds until the last of them ends.
            if !self.0.iter().any(|(_, other)| other.is_same(&became)) {
                out(became.end_at(event.sample));
            }
        }
    }
}

/// A pitch that is a MIDI pitch, rounded; `None` for all others.
pub(crate) fn midi_pitch(pitch: f64) -> Option<u8> {
    let rounded = pitch.round();
    (0.0..=127.0).contains(&rounded).then_some(rounded as u8)
}

/// Velocity of a loudness from 0 to 1; a note that sounds has 1 at least.
pub(crate) fn velocity(loudness: f64) -> u8 {
    (loudness * 127.0).round().clamp(1.0, 127.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(pitch: u8, on: bool) -> Note {
        Note { sample: 0, pitch, velocity: 100, voice: 0, channel: 0, on }
    }

    fn frame(number: u64) -> FrameTime {
        FrameTime { start_sample: number * 800, end_sample: (number + 1) * 800, beats: 0.0, bpm: 120.0 }
    }

    #[test]
    fn windows_join_without_gap_or_overlap() {
        for samples_per_unit in [48_000.0, 24_000.0, 17_777.7] {
            let mut written = Written::default();
            let mut cells = Vec::new();
            for number in 0..600_u32 {
                let now = f64::from(number) * 800.0 / samples_per_unit;
                let window = written.window(now, samples_per_unit, &frame(u64::from(number)));
                for cell in window.cells(0.25, 0.0) {
                    let sample = window.sample(cell as f64 * 0.25) as f64;
                    let exact = cell as f64 * 0.25 * samples_per_unit;
                    assert!((sample - exact).abs() < 0.501, "{sample} for {exact}");
                    cells.push(cell);
                }
            }
            let expected = (0..).take(cells.len()).collect::<Vec<i64>>();
            assert_eq!(cells, expected);
            assert!(cells.len() as f64 >= (600.0 * 800.0 / samples_per_unit / 0.25).floor());
        }
    }

    #[test]
    fn after_a_standstill_the_latest_notes_come_at_once() {
        let mut written = Written::default();
        written.window(0.0, 48_000.0, &frame(0));
        let window = written.window(10.0, 48_000.0, &frame(600));
        assert_eq!(window.cells(0.1, 0.0).collect::<Vec<_>>(), [98, 99, 100]);
        assert_eq!(window.sample(9.8), 480_000);
        assert!(window.is_too_late(9.7) && !window.is_too_late(9.8));
    }

    #[test]
    fn a_note_that_comes_again_ends_first() {
        let window = Written::default().window(0.0, 48_000.0, &frame(0));
        let (mut ends, mut out) = (Ends::default(), Vec::new());
        ends.start(&mut |note| out.push(note), 0, note(60, true), 1.0);
        ends.start(&mut |note| out.push(note), 480, note(60, true), 2.0);
        ends.end_until(&mut |note| out.push(note), &window, 1.5);
        assert_eq!(out.iter().map(|note| note.on).collect::<Vec<_>>(), [true, false, true]);
        ends.end_until(&mut |note| out.push(note), &window, 2.0);
        assert!(ends == Ends::default() && !out[3].on);
    }

    #[test]
    fn ends_come_in_parts_of_a_frame_as_in_the_whole() {
        let window = Written::default().window(0.0, 48_000.0, &frame(0));
        for parts in [1, 17, 64, 800] {
            let (mut ends, mut out) = (Ends::default(), Vec::new());
            for (pitch, at) in [(60, 3.2), (61, 63.5), (62, 64.0), (63, 799.4), (64, 900.0)] {
                ends.start(&mut |_| (), 0, note(pitch, true), at / 48_000.0);
            }
            for end_sample in (0..800).step_by(parts).map(|start| start as u64 + parts as u64) {
                ends.end_before(&mut |note| out.push((note.sample, note.pitch)), &window, end_sample);
            }
            assert_eq!(out, [(3, 60), (64, 61), (64, 62), (799, 63)], "{parts}");
        }
    }

    #[test]
    fn two_notes_that_became_one_end_together() {
        let (mut becomes, mut out) = (Becomes::default(), Vec::new());
        let mut pass = |event: Note| {
            becomes.pass(&mut |note| out.push(note), &event, |note| Some(Note { pitch: 60, ..*note }));
        };
        pass(note(60, true));
        pass(note(61, true));
        pass(note(60, false));
        pass(note(99, false));
        pass(note(61, false));
        assert_eq!(out.iter().map(|note| note.on).collect::<Vec<_>>(), [true, true, false]);
    }
}
