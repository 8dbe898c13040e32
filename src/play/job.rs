//! What is played, and what is reported of it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use engine::diagnostic::Diagnostic;
use engine::live::{FrameReport, NodeFault};
use pastiche_engine as engine;
use serde::{Deserialize, Serialize};

use crate::host::Host;
use crate::loader::{LoadReport, PatchSource};
use crate::mappings::News;
use crate::player::node_diagnostic;
use crate::render::refused_diagnostic;
use crate::takes::TakeWriter;

/// How a patch is played.
pub struct PlayJob {
    /// The patch.
    pub patch: PatchSource,
    /// Seed of all randomness, for takes that are begun while it plays.
    pub seed: u64,
    /// How long; `None` until it is stopped.
    pub length: Option<Duration>,
    /// Where a line of figures a frame goes.
    pub stats: Option<PathBuf>,
    /// Where pictures go, and after how many frames the next one does.
    pub stills: Option<(PathBuf, u64)>,
    /// Where what comes from outside is recorded.
    pub take: Option<TakeWriter>,
    /// What comes from outside.
    pub host: Host,
    /// When the program started, for the figures.
    pub launched: Instant,
}

impl PlayJob {
    /// Plays until it is stopped, and writes nothing.
    pub fn new(patch: PatchSource) -> PlayJob {
        PlayJob {
            host: Host::new(&patch),
            patch,
            seed: 1,
            length: None,
            stats: None,
            stills: None,
            take: None,
            launched: Instant::now(),
        }
    }
}

/// What was played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// Frames that were shown.
    pub frames: u64,
    /// Frames that were left out because the machine was too slow.
    pub skipped: u64,
    /// Pictures of the projector that showed the frame before again.
    pub repeated: u64,
    /// Whether it was stopped before the end.
    pub stopped: bool,
    /// Whether a file could not be written to its end.
    pub unwritten: bool,
}

/// What is reported while it goes on.
pub enum Told<'a> {
    /// A patch was loaded, or refused.
    Load(&'a LoadReport),
    /// Something is wrong, but the show goes on.
    Fault(Diagnostic),
    /// A file cannot be written any more; the show goes on.
    Unwritten(Diagnostic),
    /// A node works again.
    Recovered(&'a str),
    /// What came of a command or a controller, in a sentence.
    News(String),
    /// A sound card plays, or is gone.
    Sound(&'a str),
}

/// A line of figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrameStats {
    /// Number of the frame.
    pub frame: u64,
    /// Version of the patch that played it; 0 is none.
    pub version: u64,
    /// How late the show was, in milliseconds: since the frame behind the one before was due, also
    /// when that one is left out.
    pub lateness_ms: f64,
    /// From a change on disk to the commit, in the frame that shows it.
    pub reload_ms: Option<f64>,
    /// How long the frame's own work took, in milliseconds.
    pub work_ms: f64,
    /// Frames left out so far.
    pub skipped: u64,
    /// Pictures of the projector so far that showed the frame before again.
    pub repeated: u64,
    /// Nodes that have nothing to show yet, such as a first painting.
    pub waiting: usize,
    /// Nodes at fault.
    pub failing: usize,
    /// Since the program started, in milliseconds, at the end of the frame.
    pub launch_ms: f64,
}

pub(super) fn tell_frame(report: &FrameReport, tell: &mut dyn FnMut(Told<'_>)) {
    for fault in &report.refused {
        tell(Told::Fault(refused_diagnostic(fault)));
    }
    for NodeFault { node, fault } in &report.faults {
        tell(Told::Fault(node_diagnostic(node, fault)));
    }
    for node in &report.recovered {
        tell(Told::Recovered(&node.0));
    }
}

pub(super) fn tell_news(news: News, tell: &mut dyn FnMut(Told<'_>)) {
    tell(match news {
        News::Line(line) => Told::News(line),
        News::Fault(fault) => Told::Fault(fault),
    });
}

/// To a microsecond.
pub(super) fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
