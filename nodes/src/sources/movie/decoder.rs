//! Decodes a clip ahead of its playhead, on a thread of its own.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::BufReader;
use std::process::Stdio;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pastiche_engine::frame::Pixels;
use pastiche_engine::workers::Background;

use super::webp;
use crate::ffmpeg::{
    CLIP_CONTAINERS, Clip, PamError, Process, Programs, Timing, input_arguments, read_picture,
};

/// Pictures that wait to be shown, at most; and what they may take.
const MOST_AHEAD: usize = 12;
const MOST_AHEAD_BYTES: usize = 96 << 20;

/// Bytes that are read from the program at once.
const READ_BYTES: usize = 256 << 10;

/// Seconds by which a clip may be shorter than it says without being cut.
const SLACK_SECS: f64 = 0.5;

/// A place in a clip that may play over and over: the round, and the picture in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) round: i64,
    pub(super) picture: u64,
}

/// A picture with its place.
pub(super) type Placed = (Place, Arc<Pixels>);

/// A clip that is being decoded.
pub(super) struct Decoder {
    shared: Arc<Shared>,
    work: Background<()>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    clip: Clip,
    programs: Programs,
    repeats: bool,
}

#[derive(Default)]
struct State {
    /// Counts the places from which it was asked to decode; 0 before the first.
    run: u64,
    from: Place,
    ready: VecDeque<Placed>,
    /// The place of the next picture that will be decoded.
    next: Place,
    /// Pictures of this run that have been decoded.
    decoded: u64,
    /// How many pictures the clip has, once its end has been seen.
    end: Option<u64>,
    /// Whether the run goes no further.
    has_ended: bool,
    /// Why nothing came of the newest run, until something comes again.
    failure: Option<String>,
    /// What was wrong at the end of the clip.
    damage: Option<String>,
    process: Option<Process>,
    is_closed: bool,
}

impl Decoder {
    /// Decodes nothing before it is asked to.
    pub(super) fn start(clip: Clip, programs: Programs, repeats: bool) -> std::io::Result<Decoder> {
        let (state, changed) = (Mutex::default(), Condvar::new());
        let shared = Arc::new(Shared { state, changed, clip, programs, repeats });
        let mut decoder = Decoder { shared, work: Background::default() };
        decoder.begin()?;
        Ok(decoder)
    }

    fn begin(&mut self) -> std::io::Result<()> {
        let decoding = self.shared.clone();
        // It ends by itself, as soon as it notices: no one waits for a program that hangs.
        self.work.start_thread("clip", move |_| decoding.run())
    }

    /// Decodes from this place on, and forgets what is ready. A thread that panicked is started again.
    pub(super) fn seek(&mut self, from: Place) {
        if self.work.poll().is_err()
            && let Err(error) = self.begin()
        {
            self.give_up(&format!("no thread can be started: {error}"));
        }
        let mut state = self.shared.lock();
        state.run += 1;
        (state.from, state.next, state.decoded) = (from, from, 0);
        state.ready.clear();
        state.has_ended = false;
        state.stop_process();
        drop(state);
        self.shared.changed.notify_all();
    }

    /// Whether the run that goes on leads to this place soon: it begins no later, and has not more
    /// than this many pictures to decode before it.
    pub(super) fn leads_to(&self, place: Place, most_ahead: u64) -> bool {
        let state = self.shared.lock();
        let first = state.ready.front().map_or(state.next, |(first, _)| *first);
        if state.run == 0 || place < first {
            return false;
        }
        let rounds = place.round.saturating_sub(state.next.round).max(0) as u64;
        let missing = match rounds {
            0 => place.picture.saturating_sub(state.next.picture),
            _ => {
                let length = state.end.or(self.shared.clip.timing.pictures()).unwrap_or(0);
                let rest = length.saturating_sub(state.next.picture);
                rest.saturating_add((rounds - 1).saturating_mul(length)).saturating_add(place.picture)
            }
        };
        missing <= most_ahead
    }

    /// Whether the run has given anything yet, or will give no more: only then another may begin,
    /// or a playhead that always moves would never let one come to a picture.
    pub(super) fn has_begun(&self) -> bool {
        let state = self.shared.lock();
        state.run == 0 || state.decoded > 0 || state.has_ended
    }

    /// Takes the newest picture up to a place, if there is one that has not been taken, and tells
    /// whether a newer one may still come. Never waits.
    pub(super) fn take(&self, place: Place) -> (Option<Placed>, bool) {
        let mut state = self.shared.lock();
        let taken = (state.take(place), !state.has_passed(place));
        drop(state);
        self.shared.changed.notify_all();
        taken
    }

    /// Waits until the picture of a place is there to be taken. `false` when nothing has come for so
    /// long.
    pub(super) fn wait_for(&self, place: Place, patience: Duration) -> bool {
        let mut state = self.shared.lock();
        let mut decoded = state.decoded;
        let mut deadline = Instant::now() + patience;
        let mut newest = None;
        while !state.has_passed(place) {
            // Pictures before the place make room for it.
            if let Some(taken) = state.take(place) {
                newest = Some(taken);
                self.shared.changed.notify_all();
            }
            if decoded != state.decoded {
                decoded = state.decoded;
                deadline = Instant::now() + patience;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let waited = self.shared.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        if let Some(newest) = newest {
            state.ready.push_front(newest);
        }
        state.has_passed(place)
    }

    /// Ends a run that gives nothing.
    pub(super) fn give_up(&self, why: &str) {
        let mut state = self.shared.lock();
        (state.has_ended, state.failure) = (true, Some(why.into()));
        state.stop_process();
    }

    /// How many pictures the clip has, once its end has been seen.
    pub(super) fn end(&self) -> Option<u64> {
        self.shared.lock().end
    }

    /// What is wrong, if anything is.
    pub(super) fn fault(&mut self) -> Option<String> {
        if let Err(panic) = self.work.poll() {
            return Some(panic.message);
        }
        let state = self.shared.lock();
        state.failure.clone().or_else(|| state.damage.clone())
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.is_closed = true;
        state.stop_process();
        drop(state);
        self.shared.changed.notify_all();
    }
}

impl State {
    /// The newest picture up to a place.
    fn take(&mut self, place: Place) -> Option<Placed> {
        let count = self.ready.iter().take_while(|(at, _)| *at <= place).count();
        self.ready.drain(..count).next_back()
    }

    /// Whether no picture up to this place will come any more.
    fn has_passed(&self, place: Place) -> bool {
        self.run > 0 && (self.next > place || self.has_ended)
    }

    fn stop_process(&mut self) {
        if let Some(process) = &mut self.process {
            process.kill();
        }
    }
}

/// Ends the run when the thread panics, so that no one waits for its pictures.
struct EndOfRun<'a>(&'a Shared);

impl Drop for EndOfRun<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.has_ended = true;
        state.stop_process();
        drop(state);
        self.0.changed.notify_all();
    }
}

/// How a round of a clip ended.
enum End {
    /// It was decoded to its end, and this is wrong.
    Reached(Option<String>),
    /// Something else is wanted.
    Superseded,
    /// Nothing more can be had.
    Failed(String),
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        let _guard = EndOfRun(self);
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
            self.rounds(done);
        }
    }

    /// Decodes round after round until something else is wanted.
    fn rounds(&self, run: u64) {
        loop {
            let end = self.round(run);
            let mut state = self.lock();
            // Its process has ended, or is ended here.
            let process = state.process.take();
            if state.run != run || state.is_closed {
                drop(state);
                drop(process);
                return;
            }
            match end {
                End::Superseded => return,
                End::Failed(why) => {
                    state.has_ended = true;
                    state.failure.get_or_insert(why);
                }
                End::Reached(damage) => {
                    let length = state.next.picture;
                    state.end = Some(length);
                    state.damage = damage;
                    if self.repeats && length > 0 && !state.has_ended {
                        state.next = Place { round: state.next.round + 1, picture: 0 };
                    } else {
                        state.has_ended = true;
                    }
                }
            }
            let goes_on = !state.has_ended;
            drop(state);
            self.changed.notify_all();
            drop(process);
            if !goes_on {
                return;
            }
        }
    }

    /// Decodes from the next place to the end of the clip.
    fn round(&self, run: u64) -> End {
        let first = self.lock().next.picture;
        if let Err(why) = self.clip.check_place() {
            return End::Failed(why);
        }
        if self.clip.is_webp {
            return self.webp_round(run, first);
        }
        let mut process = match Process::start(
            &self.programs.ffmpeg,
            &self.arguments(first),
            [Stdio::null(), Stdio::piped()],
        ) {
            Ok(process) => process,
            Err(why) => return End::Failed(why),
        };
        let Some(output) = process.take_output() else { return End::Failed("it has no output".into()) };
        {
            let mut state = self.lock();
            if state.run != run || state.is_closed {
                return End::Superseded;
            }
            state.process = Some(process);
        }
        let mut output = BufReader::with_capacity(READ_BYTES, output);
        let mut count = 0u64;
        let broken = loop {
            match read_picture(&mut output) {
                Ok(Some(pixels)) => {
                    count += 1;
                    if !self.push(run, pixels) {
                        return End::Superseded;
                    }
                }
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
        };
        let process = self.lock().process.take();
        let farewell = match (&broken, process) {
            (Some(PamError::Rubbish { .. } | PamError::Pipe(_)), _) | (_, None) => Ok(()),
            (_, Some(process)) => process.bid_farewell(),
        };
        let why = farewell.err().or_else(|| broken.map(|broken| broken.to_string()));
        if count == 0 && first == 0 {
            return End::Failed(why.unwrap_or_else(|| "there is no picture in it".into()));
        }
        End::Reached(self.damage(first + count, why))
    }

    fn webp_round(&self, run: u64, first: u64) -> End {
        let pictures = match webp::pictures(&self.clip.path) {
            Ok(pictures) => pictures.skip(usize::try_from(first).unwrap_or(usize::MAX)),
            Err(why) => return End::Failed(why),
        };
        let mut count = first;
        for picture in pictures {
            match picture {
                Ok(pixels) => {
                    if !self.push(run, pixels) {
                        return End::Superseded;
                    }
                    count += 1;
                }
                Err(why) if count == 0 => return End::Failed(why),
                Err(why) => return End::Reached(self.damage(count, Some(why))),
            }
        }
        End::Reached(self.damage(count, None))
    }

    /// What is wrong with a clip that ended behind this many pictures.
    fn damage(&self, pictures: u64, why: Option<String>) -> Option<String> {
        let secs = self.clip.timing.secs_of(pictures);
        let is_cut = self.clip.said_secs.is_some_and(|said| said - secs > SLACK_SECS);
        if !is_cut && why.is_none() {
            return None;
        }
        let because = why.map(|why| format!(": {why}")).unwrap_or_default();
        Some(format!("the clip is damaged {secs:.1} s after its beginning{because}"))
    }

    /// Puts a picture behind those that are ready, as soon as there is room. Whether more is wanted.
    fn push(&self, run: u64, pixels: Pixels) -> bool {
        let most = (MOST_AHEAD_BYTES / pixels.bytes().len().max(1)).clamp(2, MOST_AHEAD);
        let mut state = self.lock();
        while state.ready.len() >= most && state.run == run && !state.is_closed && !state.has_ended {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.run != run || state.is_closed || state.has_ended {
            return false;
        }
        let place = state.next;
        state.ready.push_back((place, Arc::new(pixels)));
        state.next.picture += 1;
        state.decoded += 1;
        state.failure = None;
        drop(state);
        self.changed.notify_all();
        true
    }

    fn arguments(&self, first: u64) -> Vec<OsString> {
        let clip = &self.clip;
        let mut arguments: Vec<OsString> = vec!["-nostdin".into()];
        if first > 0 {
            // Just before the picture, so that rounding does not leave it out.
            let [before, at] = [first - 1, first].map(|picture| clip.timing.secs_of(picture));
            let secs = clip.first_secs + at - ((at - before) * 0.5).min(0.1 / clip.fps());
            arguments.extend(["-ss".into(), format!("{secs:.6}").into()]);
        }
        if let Some(decoder) = clip.decoder {
            arguments.extend(["-c:v", decoder].map(OsString::from));
        }
        arguments.extend(input_arguments(&clip.path, CLIP_CONTAINERS));
        let mut filters = Vec::new();
        match clip.timing {
            Timing::Constant { rate: [above, below], .. } => filters.push(format!("fps={above}/{below}")),
            // Each picture that is in the file, once.
            Timing::Stamped { .. } => arguments.extend(["-vsync", "passthrough"].map(OsString::from)),
        }
        if clip.is_anamorphic {
            filters.push("scale=round(iw*sar):ih,setsar=1".into());
        }
        if clip.is_unmarked_hd {
            filters.push("scale=in_color_matrix=bt709".into());
        }
        filters.push("format=rgba".into());
        arguments
            .extend(["-map", "0:V:0", "-an", "-sn", "-dn", "-vf", &filters.join(",")].map(OsString::from));
        arguments.extend(["-c:v", "pam", "-f", "image2pipe", "pipe:1"].map(OsString::from));
        arguments
    }
}

#[cfg(test)]
mod tests;
