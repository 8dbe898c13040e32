//! One recording: a thread that writes what it is handed, as fast as it can.

use std::io::{self, Cursor, Write};
use std::path::PathBuf;
use std::process::{ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use pastiche_engine::frame::Pixels;

use crate::ffmpeg::{Process, Programs, movie_arguments};

use super::colours::on_black;
use crate::claim::{Claim, new_folder};

/// Pictures that may wait to be written; live, more than that are left out.
const MOST_WAITING: usize = 8;

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
    /// Frames a second, as a ratio.
    pub(super) rate: [u32; 2],
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
    shots: Option<SyncSender<Shot>>,
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

struct Shot {
    /// Frames since the beginning.
    number: u64,
    pixels: Arc<Pixels>,
}

#[derive(Default)]
struct Shared {
    /// What is being written, for people.
    target: Mutex<String>,
    failure: Mutex<Option<String>>,
    /// Here, so that one that hangs can be ended from outside.
    process: Mutex<Option<Process>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Recording {
    pub(super) fn start(plan: Plan) -> Result<Recording, String> {
        let (shots, incoming) = sync_channel(MOST_WAITING);
        let shared = Arc::new(Shared::default());
        let writing = shared.clone();
        let thread = std::thread::Builder::new()
            .name("recording".into())
            .spawn(move || {
                let mut writer = Writer { plan, shared: writing.clone(), open: None, stills: 0 };
                if let Err(why) = writer.run(&incoming) {
                    *lock(&writing.failure) = Some(why);
                }
            })
            .map_err(|error| format!("no thread can be started: {error}"))?;
        Ok(Recording { shots: Some(shots), shared, thread })
    }

    /// Hands over the picture of a frame. Without `waits`, one that finds no room is left out.
    pub(super) fn send(&self, number: u64, pixels: Arc<Pixels>, waits: bool) -> Sent {
        let Some(shots) = &self.shots else { return Sent::Dropped };
        let shot = Shot { number, pixels };
        let sent = if waits { shots.send(shot).is_ok() } else { shots.try_send(shot).is_ok() };
        if sent { Sent::Taken } else { Sent::Dropped }
    }

    /// No more pictures will come.
    pub(super) fn end(&mut self) {
        self.shots = None;
    }

    /// Whether it is written and its file is whole.
    pub(super) fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }

    pub(super) fn failure(&self) -> Option<String> {
        lock(&self.shared.failure).clone()
    }

    /// The name of what is being written.
    pub(super) fn target(&self) -> String {
        lock(&self.shared.target).clone()
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.end();
        let deadline = Instant::now() + PATIENCE;
        while !self.thread.is_finished() {
            if Instant::now() > deadline {
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
    /// The last picture, as it was written, to fill gaps with.
    last: Vec<u8>,
}

enum Sink {
    Movie { claim: Claim, input: Option<ChildStdin> },
    Frames { folder: PathBuf },
}

impl Writer {
    fn run(&mut self, shots: &Receiver<Shot>) -> Result<(), String> {
        for shot in shots {
            match self.plan.form {
                Form::Stills => self.still(&shot.pixels)?,
                Form::Movie | Form::Frames => self.picture(&shot)?,
            }
        }
        self.finish()
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
        let [frames, secs] = self.plan.rate.map(u64::from);
        let Some(open) = &mut self.open else { return Ok(()) };
        let gap = shot.number.saturating_sub(open.first + open.written);
        let most = (MOST_GAP_SECS * frames).div_ceil(secs.max(1));
        // What is skipped beyond that is no time of the recording.
        open.first += gap.saturating_sub(most);
        let last = std::mem::take(&mut open.last);
        for _ in 0..gap.min(most) {
            open.write(&last).map_err(|error| self.shared.complaint(&error))?;
        }
        open.write(&encoded).map_err(|error| self.shared.complaint(&error))?;
        open.last = encoded;
        Ok(())
    }

    fn begin(&self, size_px: [u32; 2], first: u64) -> Result<Open, String> {
        let Plan { folder, name, form, rate, programs } = &self.plan;
        let sink = if *form == Form::Movie {
            let (claim, _) = Claim::new(folder, name, ".mp4", 1).map_err(|error| told(&error))?;
            let arguments = movie_arguments(size_px, *rate, PRESET, &claim.unfinished());
            let pipes = [Stdio::piped(), Stdio::null()];
            let mut process = Process::start(&programs.ffmpeg, &arguments, pipes)?;
            let input = process.take_input();
            *lock(&self.shared.process) = Some(process);
            self.tell(&claim.path());
            Sink::Movie { claim, input }
        } else {
            let folder = new_folder(folder, name).map_err(|error| told(&error))?;
            self.tell(&folder);
            Sink::Frames { folder }
        };
        Ok(Open { size_px, first, written: 0, sink, last: Vec::new() })
    }

    /// Closes what is open.
    fn finish(&mut self) -> Result<(), String> {
        let Some(Open { sink: Sink::Movie { claim, input }, .. }) = self.open.take() else { return Ok(()) };
        drop(input);
        let process = lock(&self.shared.process).take();
        process.map_or(Ok(()), |process| process.finish(PATIENCE))?;
        claim.finish().map(drop).map_err(|error| told(&error))
    }

    fn tell(&self, path: &std::path::Path) {
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

fn told(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "no permission to write there".into(),
        io::ErrorKind::StorageFull => "the disk is full".into(),
        _ => error.to_string(),
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
