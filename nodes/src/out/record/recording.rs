//! One recording: a thread that writes what it is handed, as fast as it can.

use std::io::{self, Cursor, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Stdio};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use pastiche_engine::clock::FrameRate;
use pastiche_engine::frame::Pixels;
use pastiche_engine::node::Fault;
use pastiche_engine::workers::Background;

use crate::ffmpeg::{Process, Programs, fragmented, movie_arguments};

use super::closing::{Closing, Whole, beside, save, told};
use super::colours::on_black;
use super::track::Track;
use crate::out::claim::{Claim, new_folder};

/// Pictures that may wait to be written; live, more than that are left out.
const MOST_WAITING: usize = 8;

/// Stretches of sound that may wait beside them.
const MOST_STRETCHES: usize = 64;

/// How long the program may take to finish a movie whose pictures are all handed over.
const PATIENCE: Duration = Duration::from_secs(60);

/// The longest gap that is filled with the picture before it, in seconds.
const MOST_GAP_SECS: u64 = 10;

/// Large files that are quickly made: a show has more room on its disk than time.
const PRESET: &str = "veryfast";

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// An MP4 file.
    Movie,
    /// Numbered PNG files in a folder of their own.
    Frames,
    /// A PNG file for each picture.
    Stills,
}

/// What a recording is made with.
pub(super) struct Plan {
    pub(super) folder: PathBuf,
    pub(super) name: String,
    pub(super) form: Form,
    pub(super) rate: FrameRate,
    /// Whether there is sound to it. Stills have none.
    pub(super) has_sound: bool,
    pub(super) programs: Programs,
}

/// What became of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    /// It will be written.
    Taken,
    /// It is left out.
    Dropped,
}

/// A recording that goes on, or is being finished. Dropping it waits until what it was handed is
/// written, within reason.
pub(super) struct Recording {
    /// `None` once it is to end.
    jobs: Option<SyncSender<Job>>,
    shared: Arc<Shared>,
    work: Background<()>,
    has_sound: bool,
}

enum Job {
    Picture(Shot),
    /// From a transport time on.
    Sound(u64, Vec<[f32; 2]>),
}

struct Shot {
    /// The frame of the show.
    number: u64,
    pixels: Arc<Pixels>,
}

#[derive(Default)]
struct Shared {
    /// What is being written, for people.
    target: Mutex<String>,
    failure: Mutex<Option<String>>,
    /// Pictures that wait.
    waiting: AtomicUsize,
    /// How long it may take to put sound into movies.
    joining_millis: AtomicU64,
    /// Here, so that one that hangs can be ended from outside.
    process: Mutex<Option<Process>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Recording {
    pub(super) fn start(plan: Plan) -> Result<Recording, String> {
        let (jobs, incoming) = sync_channel(MOST_WAITING + MOST_STRETCHES);
        let shared = Arc::new(Shared::default());
        let has_sound = plan.has_sound;
        let writing = shared.clone();
        let mut work = Background::default();
        let write = move |_: &_| {
            let mut writer =
                Writer { plan, shared: writing.clone(), open: None, closing: Vec::new(), stills: 0 };
            // Behind a panic, too, what has been written is saved.
            let ended = catch_unwind(AssertUnwindSafe(|| writer.run(&incoming)));
            let ended = ended.unwrap_or_else(|panic| Err(Fault::panicked("writing", panic.as_ref()).message));
            if let Err(why) = ended {
                *lock(&writing.failure) = Some(writer.give_up(why));
            }
        };
        work.start_thread("recording", write)
            .map_err(|error| format!("no thread can be started: {error}"))?;
        Ok(Recording { jobs: Some(jobs), shared, work, has_sound })
    }

    /// Hands over the picture of a frame. Without `waits`, one that finds no room is left out.
    pub(super) fn send(&self, number: u64, pixels: Arc<Pixels>, waits: bool) -> Sent {
        let waiting = &self.shared.waiting;
        if !waits && waiting.load(Relaxed) >= MOST_WAITING {
            return Sent::Dropped;
        }
        waiting.fetch_add(1, Relaxed);
        let sent = self.hand_over(Job::Picture(Shot { number, pixels }), waits);
        if sent == Sent::Dropped {
            waiting.fetch_sub(1, Relaxed);
        }
        sent
    }

    /// Hands over what was heard from a transport time on, behind the pictures that are seen meanwhile.
    /// Without `waits`, what finds no room is silent.
    pub(super) fn hear(&self, at: u64, samples: Vec<[f32; 2]>, waits: bool) {
        self.hand_over(Job::Sound(at, samples), waits);
    }

    fn hand_over(&self, job: Job, waits: bool) -> Sent {
        let Some(jobs) = &self.jobs else { return Sent::Dropped };
        let sent = if waits { jobs.send(job).is_ok() } else { jobs.try_send(job).is_ok() };
        if sent { Sent::Taken } else { Sent::Dropped }
    }

    /// Whether it is to hear anything.
    pub(super) fn has_sound(&self) -> bool {
        self.has_sound
    }

    /// Nothing more will come.
    pub(super) fn end(&mut self) {
        self.jobs = None;
    }

    /// Whether it is written and its file is whole.
    pub(super) fn is_finished(&mut self) -> bool {
        !matches!(self.work.poll(), Ok(None)) || self.work.is_idle()
    }

    pub(super) fn failure(&mut self) -> Option<String> {
        let panic = self.work.poll().err().map(|panic| panic.message);
        lock(&self.shared.failure).clone().or(panic)
    }

    /// The name of what is being written.
    pub(super) fn target(&self) -> String {
        lock(&self.shared.target).clone()
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.end();
        let since = Instant::now();
        while !self.is_finished() {
            let patience = PATIENCE + Duration::from_millis(self.shared.joining_millis.load(Relaxed));
            if since.elapsed() > patience {
                if let Some(process) = &mut *lock(&self.shared.process) {
                    process.kill();
                }
                return;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Writes, on the recording's own thread.
struct Writer {
    plan: Plan,
    shared: Arc<Shared>,
    open: Option<Open>,
    /// Those whose pictures are all there and whose sound is not.
    closing: Vec<Closing>,
    /// Number of the last still.
    stills: u32,
}

/// A file or folder that is being filled.
struct Open {
    size_px: [u32; 2],
    /// The frame in which it began.
    first: u64,
    written: u64,
    sink: Sink,
    sound: Option<Track>,
    /// The last picture, as it was written, to fill gaps with.
    last: Vec<u8>,
}

enum Sink {
    Movie { claim: Claim, input: Option<ChildStdin> },
    Frames { folder: PathBuf },
}

impl Writer {
    fn run(&mut self, jobs: &Receiver<Job>) -> Result<(), String> {
        for job in jobs {
            match job {
                Job::Picture(shot) => {
                    self.shared.waiting.fetch_sub(1, Relaxed);
                    match self.plan.form {
                        Form::Stills => self.still(&shot.pixels)?,
                        Form::Movie | Form::Frames => self.picture(&shot)?,
                    }
                }
                Job::Sound(at, samples) => self.sound(at, &samples)?,
            }
        }
        self.finish()?;
        self.close(|_| true)
    }

    /// A stretch may belong to what is open and to what was open before.
    fn sound(&mut self, at: u64, samples: &[[f32; 2]]) -> Result<(), String> {
        let open = self.open.iter_mut().filter_map(|open| open.sound.as_mut());
        for sound in open.chain(self.closing.iter_mut().map(|closing| &mut closing.sound)) {
            sound.hear(at, samples).map_err(|error| told(&error))?;
        }
        self.close(|closing| closing.sound.is_full())
    }

    /// Finishes those whose sound is wanted no longer.
    fn close(&mut self, is_done: impl Fn(&Closing) -> bool) -> Result<(), String> {
        let done: Vec<Closing> = self.closing.extract_if(.., |closing| is_done(closing)).collect();
        // It is encoded far faster than it plays, even beside a show.
        let secs: f64 = done.iter().map(|closing| closing.sound.secs()).sum();
        let patience = PATIENCE + Duration::from_secs_f64(secs / 2.0);
        self.shared.joining_millis.store(patience.as_millis() as u64, Relaxed);
        // Each of them, whatever becomes of the others.
        let ended = done.into_iter().map(|closing| closing.finish(&self.plan.programs, patience));
        let failed: Vec<String> = ended.filter_map(Result::err).collect();
        if failed.is_empty() { Ok(()) } else { Err(failed.join("; ")) }
    }

    fn still(&mut self, pixels: &Pixels) -> Result<(), String> {
        let encoded = png(pixels)?;
        let (claim, mut file) = Claim::new(&self.plan.folder, &self.plan.name, ".png", self.stills + 1)
            .map_err(|error| told(&error))?;
        self.stills = claim.number();
        self.tell(&claim.path());
        file.write_all(&encoded).and_then(|()| file.sync_all()).map_err(|error| told(&error))?;
        claim.finish().map_err(|error| told(&error)).map(drop)
    }

    fn picture(&mut self, shot: &Shot) -> Result<(), String> {
        let size_px = shot.pixels.size_px();
        if self.open.as_ref().is_none_or(|open| open.size_px != size_px) {
            self.finish()?;
            self.open = Some(self.begin(size_px, shot.number)?);
        }
        let encoded = match self.plan.form {
            Form::Movie => on_black(&shot.pixels),
            Form::Frames | Form::Stills => png(&shot.pixels)?,
        };
        let rate = self.plan.rate;
        let Some(open) = &mut self.open else { return Ok(()) };
        if shot.number < open.first + open.written {
            return Ok(());
        }
        let gap = shot.number.saturating_sub(open.first + open.written);
        let most = (MOST_GAP_SECS * u64::from(rate.frames)).div_ceil(u64::from(rate.secs.max(1)));
        // What is skipped beyond that is no time of the recording.
        let before = rate.start_sample(open.first);
        open.first += gap.saturating_sub(most);
        if let Some(sound) = &mut open.sound {
            sound.skip(rate.start_sample(open.first) - before);
        }
        let last = std::mem::take(&mut open.last);
        for _ in 0..gap.min(most) {
            open.write(&last).map_err(|error| self.shared.complaint(&error))?;
        }
        open.write(&encoded).map_err(|error| self.shared.complaint(&error))?;
        open.last = encoded;
        let end = rate.start_sample(open.first + open.written);
        open.sound.as_mut().map_or(Ok(()), |sound| sound.extend_to(end)).map_err(|error| told(&error))
    }

    fn begin(&self, size_px: [u32; 2], first: u64) -> Result<Open, String> {
        let Plan { folder, name, form, rate, has_sound, programs } = &self.plan;
        let start = rate.start_sample(first);
        let (sink, sound) = if *form == Form::Movie {
            let (claim, _) = Claim::new(folder, name, ".mp4", 1).map_err(|error| told(&error))?;
            let arguments =
                fragmented(movie_arguments(size_px, [rate.frames, rate.secs], PRESET, &claim.unfinished()));
            let sound = has_sound.then(|| Track::raw(beside(&claim, "sound"), start));
            let pipes = [Stdio::piped(), Stdio::null()];
            let mut process = Process::start(&programs.ffmpeg, &arguments, pipes)?;
            let input = process.take_input();
            *lock(&self.shared.process) = Some(process);
            self.tell(&claim.path());
            (Sink::Movie { claim, input }, sound)
        } else {
            let folder = new_folder(folder, name).map_err(|error| told(&error))?;
            self.tell(&folder);
            let sound = has_sound.then(|| Track::wave(folder.join(".sound.part"), start));
            (Sink::Frames { folder }, sound)
        };
        let sound = sound.transpose().map_err(|error| told(&error))?;
        Ok(Open { size_px, first, written: 0, sink, sound, last: Vec::new() })
    }

    /// Closes what is open, but for the end of its sound.
    fn finish(&mut self) -> Result<(), String> {
        let Some(Open { sink, sound, .. }) = self.open.take() else { return Ok(()) };
        let whole = match sink {
            Sink::Movie { claim, input } => {
                drop(input);
                let process = lock(&self.shared.process).take();
                match process.map_or(Ok(()), |process| process.finish(PATIENCE)) {
                    Err(why) => return Err(save(sound, claim, why)),
                    Ok(()) => (Whole::Movie(claim), sound),
                }
            }
            Sink::Frames { folder } => (Whole::Frames(folder), sound),
        };
        match whole {
            (whole, Some(sound)) => self.closing.push(Closing { whole, sound }),
            (Whole::Movie(claim), None) => drop(claim.finish().map_err(|error| told(&error))?),
            (Whole::Frames(_), None) => {}
        }
        Ok(())
    }

    /// Saves what there is of everything behind a fault, and adds to it what became of that.
    fn give_up(&mut self, mut why: String) -> String {
        if let Some(Open { sink, sound, .. }) = self.open.take() {
            match (sink, sound) {
                (Sink::Movie { claim, input }, sound) => {
                    // What the program has is written, if it still runs.
                    drop(input);
                    let process = lock(&self.shared.process).take();
                    let _ = process.map(|process| process.finish(PATIENCE));
                    why = save(sound, claim, why);
                }
                (Sink::Frames { folder }, Some(sound)) => {
                    self.closing.push(Closing { whole: Whole::Frames(folder), sound });
                }
                (Sink::Frames { .. }, None) => {}
            }
        }
        match self.close(|_| true) {
            Ok(()) => why,
            Err(also) => format!("{why}; {also}"),
        }
    }

    fn tell(&self, path: &Path) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        *lock(&self.shared.target) = format!("`{name}`");
    }
}

impl Open {
    fn write(&mut self, encoded: &[u8]) -> io::Result<()> {
        match &mut self.sink {
            Sink::Movie { input: Some(input), .. } => input.write_all(encoded)?,
            Sink::Movie { input: None, .. } => return Err(io::ErrorKind::BrokenPipe.into()),
            Sink::Frames { folder } => {
                let path = folder.join(format!("frame_{:05}.png", self.written));
                let unfinished = folder.join(".frame.part");
                std::fs::write(&unfinished, encoded).and_then(|()| std::fs::rename(&unfinished, path))?;
            }
        }
        self.written += 1;
        Ok(())
    }
}

impl Shared {
    /// Why a picture could not be written: as the program says, if it is one that stopped reading.
    fn complaint(&self, error: &io::Error) -> String {
        let process = lock(&self.process).take();
        let complaint = process.and_then(|process| process.bid_farewell().err());
        complaint.unwrap_or_else(|| told(error))
    }
}

fn png(pixels: &Pixels) -> Result<Vec<u8>, String> {
    let [width, height] = pixels.size_px();
    let mut encoded = Cursor::new(Vec::new());
    PngEncoder::new_with_quality(&mut encoded, CompressionType::Fast, FilterType::Adaptive)
        .write_image(&pixels.to_srgb8(), width, height, ExtendedColorType::Rgba8)
        .map_err(|error| error.to_string())?;
    Ok(encoded.into_inner())
}

#[cfg(test)]
mod tests;
