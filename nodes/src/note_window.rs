//! How nodes write notes: exactly when they sound, and each with its end.

use pastiche_engine::clock::SAMPLE_RATE;
use pastiche_engine::node::FrameCtx;
use pastiche_engine::port::Note;

use crate::timing::Base;

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
    samples_per_unit: f64,
    samples: f64,
}

impl Window {
    /// Whether it comes so late that it is left out.
    pub(crate) fn is_too_late(&self, time: f64) -> bool {
        (self.now - time) * self.samples_per_unit > LATEST_SECS * SAMPLE_RATE as f64
    }

    /// Seconds from the start of the frame, to the sample; 0 for what comes late.
    pub(crate) fn at_secs(&self, time: f64) -> f32 {
        let sample = ((time - self.now) * self.samples_per_unit).round().clamp(0.0, self.samples - 1.0);
        (sample / SAMPLE_RATE as f64) as f32
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
        let frame_end = ctx.rate.start_sample(ctx.tick.frame + 1);
        self.window(now, per_unit, frame_end.saturating_sub(ctx.tick.start_sample).max(1) as f64)
    }

    fn window(&mut self, now: f64, samples_per_unit: f64, samples: f64) -> Window {
        // Half a sample early, so that rounding puts nothing behind the frame that it belongs to.
        let until = now + (samples - 0.5) / samples_per_unit;
        let from = self.until.unwrap_or(now - 0.5 / samples_per_unit).min(until);
        self.until = Some(until.max(from));
        Window { from, until, now, samples_per_unit, samples }
    }
}

/// Notes that have been started and wait for their end.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ends(Vec<(f64, Note)>);

impl Ends {
    /// Starts a note that ends at a time.
    pub(crate) fn start(&mut self, out: &mut Vec<Note>, window: &Window, at: f64, note: Note, end: f64) {
        let at_secs = window.at_secs(at);
        // The same note once more: it ends first.
        self.0.retain(|(_, other)| {
            let is_same = is_same(other, &note);
            if is_same {
                out.push(Note { at_secs, on: false, ..*other });
            }
            !is_same
        });
        out.push(Note { at_secs, on: true, ..note });
        self.0.push((end, note));
    }

    /// Ends what is due before a time: call it before a note is started there, and with the end of the
    /// window.
    pub(crate) fn end_until(&mut self, out: &mut Vec<Note>, window: &Window, time: f64) {
        self.0.retain(|(end, note)| {
            let is_due = *end <= time;
            if is_due {
                out.push(Note { at_secs: window.at_secs(*end), on: false, ..*note });
            }
            !is_due
        });
    }
}

/// What sounding notes have become on their way through a node, so that each end finds its note.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Becomes(Vec<(Note, Note)>);

impl Becomes {
    /// Passes an event on. `change` says what a starting note becomes; `None` leaves it out.
    pub(crate) fn pass(
        &mut self,
        out: &mut Vec<Note>,
        event: &Note,
        change: impl FnOnce(&Note) -> Option<Note>,
    ) {
        // A start without an end in between ends what it was before.
        self.end(out, event);
        if event.on
            && let Some(changed) = change(event)
        {
            out.push(changed);
            self.0.push((*event, changed));
        }
    }

    fn end(&mut self, out: &mut Vec<Note>, event: &Note) {
        while let Some(at) = self.0.iter().position(|(from, _)| is_same(from, event)) {
            let (_, became) = self.0.swap_remove(at);
            // Two notes may have become one, which sounds until the last of them ends.
            if !self.0.iter().any(|(_, other)| is_same(other, &became)) {
                out.push(Note { at_secs: event.at_secs, on: false, ..became });
            }
        }
    }
}

/// Whether two events are about the same note.
pub(crate) fn is_same(one: &Note, other: &Note) -> bool {
    (one.pitch, one.voice, one.channel) == (other.pitch, other.voice, other.channel)
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
        Note { at_secs: 0.0, pitch, velocity: 100, voice: 0, channel: 0, on }
    }

    #[test]
    fn windows_join_without_gap_or_overlap() {
        for samples_per_unit in [48_000.0, 24_000.0, 17_777.7] {
            let mut written = Written::default();
            let mut cells = Vec::new();
            for frame in 0..600_u32 {
                let now = f64::from(frame) * 800.0 / samples_per_unit;
                let window = written.window(now, samples_per_unit, 800.0);
                for cell in window.cells(0.25, 0.0) {
                    let sample =
                        f64::from(frame) * 800.0 + f64::from(window.at_secs(cell as f64 * 0.25)) * 48_000.0;
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
        written.window(0.0, 48_000.0, 800.0);
        let window = written.window(10.0, 48_000.0, 800.0);
        assert_eq!(window.cells(0.1, 0.0).collect::<Vec<_>>(), [98, 99, 100]);
        assert_eq!(window.at_secs(9.8), 0.0);
        assert!(window.is_too_late(9.7) && !window.is_too_late(9.8));
    }

    #[test]
    fn a_note_that_comes_again_ends_first() {
        let mut written = Written::default();
        let window = written.window(0.0, 48_000.0, 800.0);
        let (mut ends, mut out) = (Ends::default(), Vec::new());
        ends.start(&mut out, &window, 0.0, note(60, true), 1.0);
        ends.start(&mut out, &window, 0.01, note(60, true), 2.0);
        ends.end_until(&mut out, &window, 1.5);
        assert_eq!(out.iter().map(|note| note.on).collect::<Vec<_>>(), [true, false, true]);
        ends.end_until(&mut out, &window, 2.0);
        assert!(ends == Ends::default() && !out[3].on);
    }

    #[test]
    fn two_notes_that_became_one_end_together() {
        let (mut becomes, mut out) = (Becomes::default(), Vec::new());
        let mut pass = |event: Note| becomes.pass(&mut out, &event, |note| Some(Note { pitch: 60, ..*note }));
        pass(note(60, true));
        pass(note(61, true));
        pass(note(60, false));
        pass(note(99, false));
        pass(note(61, false));
        assert_eq!(out.iter().map(|note| note.on).collect::<Vec<_>>(), [true, true, false]);
    }
}
