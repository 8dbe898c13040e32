//! The sound of a clip, decoded ahead of its playhead on a thread of its own.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::Read;
use std::process::{ChildStdout, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pastiche_engine::clock::SAMPLE_RATE;
use pastiche_engine::workers::Background;

use crate::ffmpeg::{CLIP_CONTAINERS, Clip, Process, Programs, input_arguments};

/// Samples that wait to be heard, at most: four seconds.
const MOST_AHEAD: usize = 4 * SAMPLE_RATE as usize;

/// A place that lies further ahead of what is decoded is jumped to, in samples.
const LEAD: f64 = 2.0 * SAMPLE_RATE as f64;

/// When the playhead changes its pace, the sound is brought to it within a frame; from further away it jumps.
const GLIDE: f64 = 0.1 * SAMPLE_RATE as f64;

/// Samples before the place that are kept to read between samples.
const KEPT: f64 = 2.0;

/// Rounds of up to this many samples are decoded once.
const SHORT_ROUND: f64 = 10.0 * SAMPLE_RATE as f64;

/// Bytes that are read from the program at once.
const READ_BYTES: usize = 32 << 10;

/// Bytes of a sample of two sides.
const SAMPLE_BYTES: usize = 8;

/// The sound of a clip that is being decoded, two sides at the engine's rate.
pub(super) struct SoundTrack {
    shared: Arc<Shared>,
    work: Background<()>,
    /// Where the frame before ended, in samples since the run began.
    at: Option<f64>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    clip: Clip,
    programs: Programs,
    /// Samples of a round, if its length is known and it goes round.
    round: Option<f64>,
}

#[derive(Default)]
struct State {
    /// Counts the places from which it was asked to decode; 0 before the first.
    run: u64,
    /// The round and the sample in it where the run begins.
    from: (i64, u64),
    ready: VecDeque<[f32; 2]>,
    /// The first that is ready, in samples since the run began.
    first: u64,
    has_ended: bool,
    failure: Option<String>,
    process: Option<Process>,
    is_closed: bool,
}

impl State {
    /// Behind the last that is ready.
    fn end(&self) -> u64 {
        self.first + self.ready.len() as u64
    }

    /// Between samples by a cubic through four of them (Catmull and Rom).
    fn read(&self, place: f64) -> [f32; 2] {
        let floor = place.floor();
        let along = (place - floor) as f32;
        let at = |offset: i64| {
            let index = (floor as i64 + offset).checked_sub_unsigned(self.first);
            let index = index.and_then(|index| usize::try_from(index).ok());
            index.and_then(|index| self.ready.get(index)).copied().unwrap_or_default()
        };
        if along == 0.0 {
            return at(0);
        }
        let [a, b, c, d] = [at(-1), at(0), at(1), at(2)];
        std::array::from_fn(|side| {
            let (a, b, c, d) = (a[side], b[side], c[side], d[side]);
            let two = a - 2.5 * b + 2.0 * c - 0.5 * d;
            let three = 0.5 * (d - a) + 1.5 * (b - c);
            ((three * along + two) * along + 0.5 * (c - a)) * along + b
        })
    }

    fn stop_process(&mut self) {
        if let Some(process) = &mut self.process {
            process.kill();
        }
    }
}

impl SoundTrack {
    /// Decodes nothing before it is heard.
    pub(super) fn start(clip: Clip, programs: Programs, repeats: bool) -> std::io::Result<SoundTrack> {
        let samples = clip.timing.counted().map(|end| clip.timing.secs_of(end) * SAMPLE_RATE as f64);
        let round = samples.filter(|samples| repeats && *samples >= 1.0);
        let (state, changed) = (Mutex::default(), Condvar::new());
        let shared = Arc::new(Shared { state, changed, clip, programs, round });
        let mut track = SoundTrack { shared, work: Background::default(), at: None };
        let decoding = track.shared.clone();
        track.work.start_thread("clip sound", move |_| decoding.run())?;
        Ok(track)
    }

    /// The sound of a frame of this many samples, which begins at a round and the seconds in it. With a patience it
    /// is waited for; without, there is none where it is not decoded yet.
    pub(super) fn play(
        &mut self,
        (round, secs): (i64, f64),
        rate: f64,
        samples: u64,
        patience: Option<Duration>,
    ) -> impl Iterator<Item = [f32; 2]> + use<> {
        let mut heard = Vec::new();
        if rate > 0.0 && samples > 0 {
            self.read((round, secs), rate, samples, patience, &mut heard);
        } else {
            self.at = None;
        }
        heard.into_iter()
    }

    fn read(
        &mut self,
        (round, secs): (i64, f64),
        rate: f64,
        samples: u64,
        patience: Option<Duration>,
        heard: &mut Vec<[f32; 2]>,
    ) {
        let mut state = self.shared.lock();
        let target = self.shared.place(&state, round, secs);
        let (first, end) = (state.first as f64, state.end() as f64);
        let is_near = target.is_some_and(|target| {
            (first..=end + LEAD).contains(&target) || (state.has_ended && target >= first)
        });
        let target = match target.filter(|_| state.run > 0 && is_near) {
            Some(target) => target,
            None => {
                self.at = None;
                let sample = (secs * SAMPLE_RATE as f64).max(0.0);
                state.run += 1;
                (state.from, state.first) = ((round, sample as u64), 0);
                state.ready.clear();
                state.has_ended = false;
                state.stop_process();
                self.shared.changed.notify_all();
                sample.fract()
            }
        };
        let begin = self.at.filter(|at| (at - target).abs() <= GLIDE * rate.max(1.0)).unwrap_or(target);
        let goal = target + rate * samples as f64;
        let needed = goal.ceil() as u64 + 2;
        if let Some(patience) = patience {
            state = self.shared.wait_for(state, begin, needed, patience);
        }
        if state.end() < needed && !state.has_ended {
            self.at = None;
            return;
        }
        let step = (goal - begin) / samples as f64;
        heard.extend((0..samples).map(|sample| state.read(begin + step * sample as f64)));
        self.at = Some(goal);
        state.forget(goal);
        drop(state);
        self.shared.changed.notify_all();
    }

    /// What is wrong, if anything is.
    pub(super) fn fault(&mut self) -> Option<String> {
        if let Err(panic) = self.work.poll() {
            return Some(panic.message);
        }
        self.shared.lock().failure.clone()
    }
}

impl State {
    /// Makes room for what comes behind a place.
    fn forget(&mut self, place: f64) {
        let passed = ((place - KEPT).max(0.0) as u64).saturating_sub(self.first);
        let count = usize::try_from(passed).unwrap_or(usize::MAX).min(self.ready.len());
        self.ready.drain(..count);
        self.first += count as u64;
    }
}

impl Drop for SoundTrack {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.is_closed = true;
        state.stop_process();
        drop(state);
        self.shared.changed.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place in samples since the run began, if the run leads there at all.
    fn place(&self, state: &State, round: i64, secs: f64) -> Option<f64> {
        let (from, sample) = state.from;
        let rounds = match round - from {
            0 => 0.0,
            rounds => rounds as f64 * self.round?,
        };
        Some(rounds + secs * SAMPLE_RATE as f64 - sample as f64)
    }

    fn wait_for<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        begin: f64,
        needed: u64,
        patience: Duration,
    ) -> MutexGuard<'a, State> {
        let mut known = state.end();
        let mut deadline = Instant::now() + patience;
        while state.end() < needed && !state.has_ended {
            if state.end() != known {
                known = state.end();
                deadline = Instant::now() + patience;
            }
            // What comes before the place makes room for it.
            state.forget(begin);
            self.changed.notify_all();
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                state.has_ended = true;
                state.failure = Some("`ffmpeg` gives no sound".into());
                state.stop_process();
                break;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state
    }

    fn run(&self) {
        let mut done = 0;
        loop {
            let mut state = self.lock();
            while state.run == done && !state.is_closed {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            if state.is_closed {
                return;
            }
            done = state.run;
            drop(state);
            let end = self.rounds(done);
            let mut state = self.lock();
            let process = state.process.take();
            if state.run == done {
                state.has_ended = true;
                state.failure = end.err();
            }
            drop(state);
            self.changed.notify_all();
            drop(process);
        }
    }

    /// Decodes round after round until something else is wanted. `Err` says why it cannot.
    fn rounds(&self, run: u64) -> Result<(), String> {
        let mut sample = self.lock().from.1;
        let begin = sample;
        let mut kept: Option<Vec<[f32; 2]>> = None;
        for round in 1_u64.. {
            // Where this round ends, in samples since the run began: nothing is summed up that could drift.
            let end = self.round.map(|length| ((round as f64 * length).round() as u64).saturating_sub(begin));
            let goes_on = match (&kept, end) {
                (Some(kept), Some(end)) => self.push(run, kept, Some(end)),
                _ => {
                    let mut whole = Vec::new();
                    let is_kept = sample == 0 && self.round.is_some_and(|length| length <= SHORT_ROUND);
                    let goes_on = self.decode(run, sample, end, is_kept.then_some(&mut whole))?;
                    kept = is_kept.then_some(whole);
                    goes_on
                }
            };
            // Behind the last sound there is silence up to the end of the pictures.
            let is_over = !goes_on || end.is_none_or(|end| !self.fill(run, end));
            if is_over {
                break;
            }
            sample = 0;
        }
        Ok(())
    }

    /// Decodes a round from a sample on. Whether more is wanted.
    fn decode(
        &self,
        run: u64,
        sample: u64,
        end: Option<u64>,
        mut kept: Option<&mut Vec<[f32; 2]>>,
    ) -> Result<bool, String> {
        self.clip.check_place()?;
        let mut process =
            Process::start(&self.programs.ffmpeg, &self.arguments(sample), [Stdio::null(), Stdio::piped()])?;
        let Some(mut output) = process.take_output() else { return Err("it has no output".into()) };
        {
            let mut state = self.lock();
            if state.run != run || state.is_closed {
                return Ok(false);
            }
            state.process = Some(process);
        }
        let mut bytes = Vec::with_capacity(READ_BYTES);
        loop {
            let count = fill(&mut output, &mut bytes)
                .map_err(|error| format!("its sound cannot be read: {error}"))?;
            let samples: Vec<[f32; 2]> = bytes.chunks_exact(SAMPLE_BYTES).map(sample_of).collect();
            bytes.drain(..samples.len() * SAMPLE_BYTES);
            if let Some(kept) = kept.as_deref_mut() {
                kept.extend_from_slice(&samples);
            }
            if !self.push(run, &samples, end) {
                return Ok(false);
            }
            let is_full = end.is_some_and(|end| self.lock().end() >= end);
            if count == 0 || is_full {
                break;
            }
        }
        let Some(process) = self.lock().process.take() else { return Ok(true) };
        if end.is_some_and(|end| self.lock().end() >= end) {
            // It need not come to its own end.
            return Ok(true);
        }
        process.bid_farewell().map_err(|complaint| format!("its sound is damaged: {complaint}"))?;
        Ok(true)
    }

    /// Puts samples behind those that are ready, up to an end. Whether more is wanted.
    fn push(&self, run: u64, samples: &[[f32; 2]], end: Option<u64>) -> bool {
        let mut left = samples;
        loop {
            let mut state = self.lock();
            let is_wanted = |state: &State| state.run == run && !state.is_closed && !state.has_ended;
            while state.ready.len() >= MOST_AHEAD && is_wanted(&state) {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            if !is_wanted(&state) {
                return false;
            }
            let room = MOST_AHEAD - state.ready.len();
            let rest = end.map_or(usize::MAX, |end| end.saturating_sub(state.end()) as usize);
            let (now, later) = left.split_at(left.len().min(room).min(rest));
            state.ready.extend(now);
            drop(state);
            self.changed.notify_all();
            if later.is_empty() || now.len() == rest {
                return true;
            }
            left = later;
        }
    }

    /// Silence up to an end. Whether more is wanted.
    fn fill(&self, run: u64, end: u64) -> bool {
        static SILENCE: [[f32; 2]; 4096] = [[0.0; 2]; 4096];
        while self.lock().end() < end {
            if !self.push(run, &SILENCE, Some(end)) {
                return false;
            }
        }
        true
    }

    fn arguments(&self, sample: u64) -> Vec<OsString> {
        let clip = &self.clip;
        let mut arguments: Vec<OsString> = vec!["-nostdin".into()];
        let secs = clip.first_secs + sample as f64 / SAMPLE_RATE as f64;
        if secs > 0.0 {
            arguments.extend(["-ss".into(), format!("{secs:.6}").into()]);
        }
        arguments.extend(input_arguments(&clip.path, CLIP_CONTAINERS));
        // Sound that begins late, or has a gap, keeps its time.
        let filter = format!("aresample={SAMPLE_RATE}:async=1:first_pts=0");
        arguments.extend(["-map", "0:a:0", "-vn", "-sn", "-dn", "-af", &filter].map(OsString::from));
        arguments.extend(["-ac", "2", "-c:a", "pcm_f32le", "-f", "f32le", "pipe:1"].map(OsString::from));
        arguments
    }
}

/// Reads some bytes behind those that are there. How many; 0 at the end.
fn fill(output: &mut ChildStdout, bytes: &mut Vec<u8>) -> std::io::Result<usize> {
    let before = bytes.len();
    bytes.resize(before + READ_BYTES, 0);
    let read = output.read(&mut bytes[before..]);
    bytes.truncate(before + read.as_ref().map_or(0, |count| *count));
    read
}

/// What is no number is silence.
fn sample_of(bytes: &[u8]) -> [f32; 2] {
    [0, 4].map(|side| {
        let sample =
            bytes.get(side..side + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0.0, f32::from_le_bytes);
        if sample.is_finite() { sample.clamp(-8.0, 8.0) } else { 0.0 }
    })
}
