//! The notes of a score: those that were heard, and those of a canvas that are about to be.

use std::collections::VecDeque;

use half::f16;
use pastiche_engine::clock::SAMPLE_RATE;
use pastiche_engine::frame::{Frame, PixelFormat, Pixels};
use pastiche_engine::notes::FrameTime;
use pastiche_engine::port::Note;

/// Notes that can be drawn at once.
pub(super) const LANES: usize = 8;

/// Columns of the picture that goes to the graphics adapter.
const COLUMNS: usize = 512;

/// Notes that are remembered, and the most beats that are seen.
const MOST_NOTES: usize = 4096;
const MOST_BEATS: f64 = 256.0;

/// Columns of a canvas in a beat, its rows, and the most columns that are read.
const STEPS: f64 = 4.0;
const VOICES: usize = 4;
const MOST_STEPS: usize = 4096;

/// How long a new cell glows: its light falls to 1 / e in this time.
const GLOW_SECS: f64 = 2.5;

/// A note from beat to beat; without an end it still sounds.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Bar {
    start: f64,
    end: Option<f64>,
    note: Note,
    lane: usize,
    /// When its cell was written.
    born_secs: f64,
}

/// A cell of a canvas: a pitch, whether a note begins there, and when it was written.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cell {
    pitch: Option<u8>,
    starts: bool,
    born_secs: f64,
}

/// What is seen: from a beat on, this many beats.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    pub(super) now: f64,
    pub(super) from: f64,
    pub(super) beats: f64,
    pub(super) now_secs: f64,
}

#[derive(Default)]
pub(super) struct Roll {
    /// Those that were heard, in the order of their starts.
    heard: VecDeque<Bar>,
    /// A column a sixteenth; the first is sung at beat 0, and again each time the canvas is over.
    canvas: Vec<[Cell; VOICES]>,
}

impl Roll {
    /// Remembers the notes of a frame.
    pub(super) fn hear(&mut self, notes: &[Note], frame: &FrameTime) {
        let now = frame.beats;
        // After a jump of the beat what lies ahead has not been heard.
        self.heard.retain(|bar| bar.start <= now + 1.0 && bar.end.is_none_or(|end| end > now - MOST_BEATS));
        for event in notes {
            let samples = event.sample as f64 - frame.start_sample as f64;
            let beat = now + samples * frame.bpm / (60.0 * SAMPLE_RATE as f64);
            for bar in self.heard.iter_mut().filter(|bar| bar.end.is_none() && bar.note.is_same(event)) {
                bar.end = Some(beat);
            }
            if event.on {
                self.start(event, beat);
            }
        }
    }

    fn start(&mut self, note: &Note, beat: f64) {
        if self.heard.len() >= MOST_NOTES {
            self.heard.pop_front();
        }
        let is_free = |lane: &usize| !self.heard.iter().any(|bar| bar.end.is_none() && bar.lane == *lane);
        let own = usize::from(note.voice);
        let lanes = [own].into_iter().chain(VOICES..LANES).chain(0..VOICES);
        let Some(lane) = lanes.filter(|lane| *lane < LANES).find(is_free) else { return };
        let born_secs = self.cell(beat + 0.5 / STEPS, own).map_or(f64::NEG_INFINITY, |cell| cell.born_secs);
        self.heard.push_back(Bar { start: beat, end: None, note: *note, lane, born_secs });
    }

    fn cell(&self, beat: f64, voice: usize) -> Option<&Cell> {
        let step = (beat * STEPS).floor() as i64;
        let steps = i64::try_from(self.canvas.len()).ok().filter(|steps| *steps > 0)?;
        self.canvas.get(step.rem_euclid(steps) as usize)?.get(voice)
    }

    /// Reads a canvas: red is the pitch, above 127 is silence; green above 127 is the start of a note. What
    /// differs from the canvas before is new.
    pub(super) fn read(&mut self, canvas: Option<&Pixels>, now_secs: f64) {
        let Some(pixels) = canvas else {
            self.canvas.clear();
            return;
        };
        let [columns, rows] = pixels.size_px().map(|side| side as usize);
        let bytes = pixels.to_srgb8();
        let before = std::mem::take(&mut self.canvas);
        let is_as_long = before.len() == columns.min(MOST_STEPS);
        self.canvas = (0..columns.min(MOST_STEPS))
            .map(|step| {
                std::array::from_fn(|voice| {
                    let pixel = bytes.get(4 * (voice * columns + step)..).filter(|_| voice < rows);
                    let (red, green) =
                        pixel.map_or((u8::MAX, 0), |pixel| (pixel[0], pixel.get(1).copied().unwrap_or(0)));
                    let (pitch, starts) = ((red < 128).then_some(red), green > 127);
                    let old = before.get(step).map(|cells| cells[voice]).filter(|_| is_as_long);
                    let kept = old.filter(|old| (old.pitch, old.starts) == (pitch, starts));
                    Cell { pitch, starts, born_secs: kept.map_or(now_secs, |old| old.born_secs) }
                })
            })
            .collect();
    }

    /// The notes that are about to be sung, up to a beat.
    fn coming(&self, view: &View) -> Vec<Bar> {
        let (first, last) = (view.now * STEPS, (view.from + view.beats) * STEPS);
        let (first, last) = (first.floor() as i64, last.ceil() as i64);
        let steps = self.canvas.len() as i64;
        let mut bars: Vec<Bar> = Vec::new();
        for voice in 0..VOICES {
            let mut open: Option<Bar> = None;
            for step in first..=last.max(first) {
                let beat = step as f64 / STEPS;
                let cell = (steps > 0).then(|| self.canvas[step.rem_euclid(steps) as usize][voice]);
                let pitch = cell.and_then(|cell| cell.pitch);
                let goes_on = cell.is_some_and(|cell| !cell.starts)
                    && open.as_ref().is_some_and(|bar| Some(bar.note.pitch) == pitch);
                if goes_on {
                    continue;
                }
                bars.extend(open.take().map(|bar| Bar { end: Some(beat), ..bar }));
                if let (Some(pitch), Some(cell)) = (pitch, cell) {
                    let note = Note { pitch, voice: voice as u8, on: true, ..Note::default() };
                    open = Some(Bar { start: beat, end: None, note, lane: voice, born_secs: cell.born_secs });
                }
            }
            bars.extend(open.map(|bar| Bar { end: Some((last + 1) as f64 / STEPS), ..bar }));
        }
        bars
    }

    /// All notes that are seen, in lanes, and how many lanes there are. A texel tells of the note in its
    /// lane at its column, or of the nearest: its start and its end in beats from the middle of the column, its
    /// pitch and 128 for each number of its voice, and how new it is. Without a note the third is below 0.
    pub(super) fn picture(&self, view: &View) -> Option<(Frame, usize)> {
        let coming = self.coming(view);
        let mut bars: Vec<Bar> = self.heard.iter().copied().collect();
        for bar in &mut bars {
            if bar.end.is_none() {
                // What sounds goes on as far as the canvas says.
                let rest = coming.iter().find(|next| {
                    (next.note.pitch, next.lane) == (bar.note.pitch, bar.lane) && next.start <= view.now
                });
                bar.end = Some(rest.and_then(|rest| rest.end).unwrap_or(view.now).max(view.now));
                bar.born_secs = rest.map_or(bar.born_secs, |rest| rest.born_secs);
            }
        }
        bars.extend(coming.iter().filter(|bar| bar.start > view.now));

        let mut texels = vec![[0.0_f32, 0.0, -1.0, 0.0]; COLUMNS * LANES];
        let mut nearest = vec![f64::INFINITY; COLUMNS * LANES];
        let per_beat = COLUMNS as f64 / view.beats;
        // A beat around each note, and the whole picture where that is little.
        let margin = 1.0_f64.max(0.1 * view.beats);
        let mut lanes = VOICES;
        for bar in &bars {
            let end = bar.end.unwrap_or(view.now);
            let column = |beat: f64| ((beat - view.from) * per_beat).clamp(0.0, COLUMNS as f64) as usize;
            let age = ((view.now_secs - bar.born_secs) / GLOW_SECS).max(0.0);
            let voice = f32::from(bar.note.voice % VOICES as u8) * 128.0;
            let seen = column(bar.start - margin)..column(end + margin);
            if !seen.is_empty() {
                lanes = lanes.max(bar.lane + 1);
            }
            for place in seen {
                let centre = view.from + (place as f64 + 0.5) / per_beat;
                let far = (bar.start - centre).max(centre - end).max(0.0);
                let texel = bar.lane * COLUMNS + place;
                if far < nearest[texel] {
                    nearest[texel] = far;
                    let pitch = voice + f32::from(bar.note.pitch);
                    texels[texel] =
                        [(bar.start - centre) as f32, (end - centre) as f32, pitch, (-age).exp() as f32];
                }
            }
        }
        let bytes: Vec<u8> =
            texels.iter().flatten().flat_map(|value| f16::from_f32(*value).to_le_bytes()).collect();
        let pixels = Pixels::new([COLUMNS as u32, LANES as u32], PixelFormat::LinearHalf, bytes)?;
        Some((Frame::from_pixels(pixels), lanes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(beats: f64) -> FrameTime {
        FrameTime { start_sample: 48_000, end_sample: 48_800, beats, bpm: 60.0 }
    }

    fn note(pitch: u8, voice: u8, on: bool, sample: u64) -> Note {
        Note { sample, pitch, velocity: 90, voice, channel: 0, on }
    }

    /// A canvas of these pitches for the soprano; the others are silent.
    fn canvas(pitches: &[u8]) -> Pixels {
        let mut bytes = Vec::new();
        for row in 0..VOICES {
            for pitch in pitches {
                bytes.extend([if row == 0 { *pitch } else { 255 }, 0, 0, 255]);
            }
        }
        Pixels::new([pitches.len() as u32, VOICES as u32], PixelFormat::Srgb8, bytes).unwrap()
    }

    fn texel(picture: &Frame, lane: usize, column: usize) -> [f32; 4] {
        let bytes = picture.memory().unwrap().bytes();
        let at = 8 * (lane * COLUMNS + column);
        [0, 2, 4, 6].map(|byte| f16::from_le_bytes([bytes[at + byte], bytes[at + byte + 1]]).to_f32())
    }

    #[test]
    fn what_was_heard_lies_where_it_sounded() {
        let mut roll = Roll::default();
        roll.hear(&[note(60, 0, true, 48_000), note(64, 0, true, 48_000)], &frame(2.0));
        roll.hear(&[note(60, 0, false, 72_000)], &FrameTime { beats: 2.0, ..frame(2.0) });
        let view = View { now: 4.0, from: 0.0, beats: 8.0, now_secs: 4.0 };
        let (picture, lanes) = roll.picture(&view).unwrap();
        assert_eq!(lanes, 5, "two notes of one voice sound at once");
        let [start, end, pitch, glow] = texel(&picture, 0, 128);
        assert!((start + 0.0078).abs() < 1e-3 && (end - 0.4922).abs() < 1e-3, "{start} {end}");
        assert_eq!((pitch, glow), (60.0, 0.0));
        // The other still sounds.
        let [_, end, pitch, _] = texel(&picture, 4, 128);
        assert!((end - 1.992).abs() < 2e-2 && pitch == 64.0, "{end}");
        assert_eq!(texel(&picture, 1, 128)[2], -1.0);
    }

    #[test]
    fn the_canvas_is_ahead_and_what_changed_is_new() {
        let mut roll = Roll::default();
        roll.read(Some(&canvas(&[60, 60, 60, 60, 62, 62, 62, 62])), 0.0);
        roll.read(Some(&canvas(&[60, 60, 60, 60, 65, 65, 65, 65])), 100.0);
        roll.hear(&[note(60, 0, true, 48_000)], &frame(8.0));
        let view = View { now: 8.5, from: 8.0, beats: 4.0, now_secs: 100.0 };
        let (picture, _) = roll.picture(&view).unwrap();
        // The note that sounds goes on to the end of its run, and the next is the new one.
        let [start, end, pitch, glow] = texel(&picture, 0, 64);
        assert!((start + 0.504).abs() < 1e-2 && (end - 0.496).abs() < 1e-2 && pitch == 60.0, "{start} {end}");
        assert!(glow < 1e-3);
        let [start, _, pitch, glow] = texel(&picture, 0, 192);
        assert!((start + 0.504).abs() < 1e-2 && pitch == 65.0 && glow == 1.0, "{start} {pitch} {glow}");
        // Round again.
        assert_eq!(texel(&picture, 0, 320)[2], 60.0);
        roll.read(None, 101.0);
        assert_eq!(texel(&roll.picture(&view).unwrap().0, 0, 320)[2], -1.0);
    }

    #[test]
    fn any_picture_is_read_as_a_canvas() {
        let mut roll = Roll::default();
        for size_px in [[1, 1], [7, 3], [5000, 9]] {
            let bytes = vec![200; size_px[0] as usize * size_px[1] as usize * 4];
            let pixels = Pixels::new(size_px, PixelFormat::Srgb8, bytes).unwrap();
            roll.read(Some(&pixels), 0.0);
            let view = View { now: -3.0, from: -900.0, beats: 1e3, now_secs: 0.0 };
            assert!(roll.picture(&view).is_some());
        }
    }
}
