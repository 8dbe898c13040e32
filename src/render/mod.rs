//! Renders a patch offline, to a folder of pictures or to a movie.

mod folder;
mod movie;
mod score;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use engine::clock::{FrameRate, SAMPLE_RATE};
use engine::diagnostic::Diagnostic;
use engine::live::FrameReport;
use engine::node::Fault;
use engine::take::Take;
use pastiche_engine as engine;

use crate::error::Error;
use crate::picture::Picture;
use crate::player::{Player, node_diagnostic};
use crate::wave::{MOST_SAMPLES, WaveFile};

pub use folder::write_png;

use folder::Folder;
use movie::Movie;
use score::Score;

/// Names of files that are asked for at times, and that no render writes.
const NOT_WRITTEN: [&str; 15] = [
    "gif", "mov", "webm", "mkv", "avi", "m4v", "ogv", "webp", "apng", "png", "jpg", "jpeg", "wav", "mp3",
    "mid",
];

/// Pictures that may wait to be encoded.
const WAITING_PICTURES: usize = 4;

/// What is to be rendered, and where to.
#[derive(Clone, Debug)]
pub struct RenderJob {
    /// A folder for pictures, sound and what a choir sings, or a file that ends in `.mp4`.
    pub out: PathBuf,
    /// Number of frames.
    pub frames: u64,
    /// Whether what lies there may be written over.
    pub force: bool,
    /// What comes from outside.
    pub take: Option<Take>,
}

/// What was rendered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rendered {
    /// Number of frames.
    pub frames: u64,
    /// Whether it was stopped before the end. What is there is whole.
    pub stopped: bool,
    /// Nodes that failed from their first frame to the last.
    pub failed: Vec<String>,
}

/// What is reported while it goes on.
pub enum Progress {
    /// This many frames are done.
    Frames(u64),
    /// Something is wrong with a node, or an input from outside named nothing.
    Fault(Diagnostic),
}

impl RenderJob {
    /// The frames of this many seconds, rounded down.
    ///
    /// # Errors
    /// When that is not one frame, or more than fits into a sound file.
    pub fn frames_of(seconds: f64, rate: FrameRate) -> Result<u64, Error> {
        // The nudge makes 2.3 seconds at 30 frames a second 69 frames, as in decimal.
        let frames = (seconds * f64::from(rate.frames) / f64::from(rate.secs) + 1e-6).floor();
        let most_seconds = MOST_SAMPLES / SAMPLE_RATE;
        if !(1.0..).contains(&frames) {
            return Err(Error::Setting {
                message: format!("{seconds} seconds at {} frames a second is no frame", rate.fps()),
                help: "give more seconds".into(),
            });
        }
        if seconds > most_seconds as f64 {
            return Err(Error::Setting {
                message: format!("{seconds} seconds do not fit into one sound file"),
                help: format!("render at most {most_seconds} seconds at once"),
            });
        }
        Ok(frames as u64)
    }

    /// Whether the result can go where it should.
    ///
    /// # Errors
    /// When something is in the way.
    pub fn check_out(&self) -> Result<(), Error> {
        if movie::is_movie(&self.out) {
            return movie::check(&self.out, self.force);
        }
        let extension = self.out.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        match extension.filter(|extension| NOT_WRITTEN.contains(&extension.as_str())) {
            Some(extension) if !self.out.is_dir() => Err(Error::Setting {
                message: format!("a render writes no .{extension} file"),
                help: "name a file that ends in .mp4, or a folder for PNG files and a sound.wav".into(),
            }),
            _ => folder::check(&self.out, self.frames, self.force),
        }
    }
}

/// Renders what the player plays, which must be offline. Ends early when `stop` becomes true.
///
/// # Errors
/// When a file cannot be written or the GPU fails. Files that are there by then are whole.
pub fn render(
    player: &mut Player,
    job: &RenderJob,
    stop: &AtomicBool,
    mut tell: impl FnMut(Progress),
) -> Result<Rendered, Error> {
    job.check_out()?;
    for input in job.take.iter().flat_map(|take| &take.inputs) {
        player.input(input.clone());
    }
    // A movie is one file.
    let is_movie = movie::is_movie(&job.out);
    let mut score = if is_movie { None } else { Score::of(player.plan()) };
    let pictures = if is_movie {
        Pictures::Movie(Movie::start(&job.out, player.canvas_px(), player.rate())?)
    } else {
        Pictures::Folder(Folder::start(&job.out, job.frames, score.is_some())?)
    };
    let score_path = job.out.join(folder::SCORE);
    let mut wave = WaveFile::create(&pictures.sound_path())?;
    let encoder = Encoder::start(pictures)?;
    let outcome = frames(player, job.frames, stop, (&mut wave, score.as_mut()), &encoder, &mut tell);
    // Also after a fault: what has been handed over is written whole.
    let pictures = encoder.finish();
    let rendered = outcome?;
    let pictures = pictures?;
    wave.finish()?;
    pictures.finish()?;
    if let Some(score) = score {
        score.write(&score_path)?;
    }
    Ok(rendered)
}

fn frames(
    player: &mut Player,
    number: u64,
    stop: &AtomicBool,
    (wave, mut score): (&mut WaveFile, Option<&mut Score>),
    encoder: &Encoder,
    tell: &mut impl FnMut(Progress),
) -> Result<Rendered, Error> {
    let mut rendered = Rendered::default();
    let mut failing = Failing::default();
    while rendered.frames < number && !rendered.stopped {
        let report = player.step();
        let refused = report.refused.iter().map(refused_diagnostic);
        failing.note(&report);
        let of_nodes = report.faults.iter().map(|fault| node_diagnostic(&fault.node, &fault.fault));
        refused.chain(of_nodes).for_each(|fault| tell(Progress::Fault(fault)));
        wave.write(player.sound())?;
        if let Some(score) = &mut score {
            score.hear(player);
        }
        let picture =
            player.pixels(0).map_err(|fault| Error::Program { message: fault.message, help: fault.help })?;
        if !encoder.send(rendered.frames, picture) {
            break;
        }
        rendered.frames += 1;
        tell(Progress::Frames(rendered.frames));
        rendered.stopped = stop.load(Ordering::Relaxed);
    }
    rendered.failed = failing.throughout();
    Ok(rendered)
}

/// Which nodes have never worked.
#[derive(Default)]
struct Failing {
    /// Those that fail now, and whether they have failed in all of their frames.
    nodes: BTreeMap<String, bool>,
    begun: bool,
}

impl Failing {
    fn note(&mut self, report: &FrameReport) {
        for node in &report.recovered {
            self.nodes.insert(node.0.to_string(), false);
        }
        for fault in &report.faults {
            let from_the_start = !self.begun;
            self.nodes.entry(fault.node.0.to_string()).or_insert(from_the_start);
        }
        self.begun = true;
    }

    fn throughout(self) -> Vec<String> {
        self.nodes.into_iter().filter(|(_, throughout)| *throughout).map(|(node, _)| node).collect()
    }
}

/// What is reported about an input from outside that named nothing.
pub fn refused_diagnostic(fault: &Fault) -> Diagnostic {
    Diagnostic::warning(format!("an input had no effect: {}", fault.message)).help(fault.help.clone())
}

/// Where pictures go.
enum Pictures {
    Folder(Folder),
    Movie(Movie),
}

impl Pictures {
    fn sound_path(&self) -> PathBuf {
        match self {
            Pictures::Folder(folder) => folder.sound_path(),
            Pictures::Movie(movie) => movie.sound_path(),
        }
    }

    fn write(&mut self, number: u64, picture: &Picture) -> Result<(), Error> {
        match self {
            Pictures::Folder(folder) => folder.write(number, picture),
            Pictures::Movie(movie) => movie.write(picture),
        }
    }

    fn finish(self) -> Result<(), Error> {
        match self {
            Pictures::Folder(_) => Ok(()),
            Pictures::Movie(movie) => movie.finish(),
        }
    }
}

/// Encodes pictures in their order, on a thread beside the one that renders.
struct Encoder {
    pictures: SyncSender<(u64, Picture)>,
    thread: JoinHandle<Result<Pictures, Error>>,
}

impl Encoder {
    fn start(sink: Pictures) -> Result<Encoder, Error> {
        let (pictures, incoming) = sync_channel(WAITING_PICTURES);
        let thread = std::thread::Builder::new()
            .name("encoder".into())
            .spawn(move || encode(sink, &incoming))
            .map_err(|error| Error::file("start", Path::new("the encoder's thread"), error))?;
        Ok(Encoder { pictures, thread })
    }

    /// Whether the encoder still takes pictures; `finish` says why not.
    fn send(&self, number: u64, picture: Picture) -> bool {
        self.pictures.send((number, picture)).is_ok()
    }

    fn finish(self) -> Result<Pictures, Error> {
        drop(self.pictures);
        self.thread.join().unwrap_or(Err(Error::Stopped { what: "the encoder" }))
    }
}

fn encode(mut sink: Pictures, pictures: &Receiver<(u64, Picture)>) -> Result<Pictures, Error> {
    for (number, picture) in pictures {
        sink.write(number, &picture)?;
    }
    Ok(sink)
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::graph::NodeKey;
    use engine::live::NodeFault;

    #[test]
    fn only_what_never_worked_has_failed() {
        let key = |name: &str| NodeKey(name.into());
        let fault = |name: &str| NodeFault { node: key(name), fault: Fault::new("no", "") };
        let report = |faults: &[&str], recovered: &[&str]| FrameReport {
            faults: faults.iter().copied().map(fault).collect(),
            recovered: recovered.iter().copied().map(key).collect(),
            ..FrameReport::default()
        };
        let mut failing = Failing::default();
        failing.note(&report(&["never", "later", "twice"], &[]));
        failing.note(&report(&["sometimes"], &["later", "twice"]));
        failing.note(&report(&["twice"], &[]));
        assert_eq!(failing.throughout(), ["never"]);
    }

    #[test]
    fn seconds_become_whole_frames() {
        let rate = |fps: f64| FrameRate::from_fps(fps).unwrap();
        let check = |seconds, fps, expected| {
            assert_eq!(RenderJob::frames_of(seconds, rate(fps)).unwrap(), expected, "{seconds} s, {fps}");
        };
        check(10.0, 30.0, 300);
        check(2.3, 30.0, 69);
        check(0.1, 30.0, 3);
        check(1001.0, 29.97, 30_000);
        for seconds in [0.0, -1.0, 0.01, f64::NAN, f64::INFINITY, 1e9] {
            assert!(RenderJob::frames_of(seconds, rate(30.0)).is_err(), "{seconds}");
        }
    }
}
