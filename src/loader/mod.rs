//! From a patch's file to a prepared version. Live, all of it happens on a thread of its own.

mod patch;
mod thread;

use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::check::check;
use engine::diagnostic::Diagnostic;
use engine::fault::panic_message;
use engine::gpu::{Gpu, GpuError};
use engine::live::{Prepared, Preparer, Summary};
use engine::registry::Registry;
use engine::script::LogLine;
use pastiche_engine as engine;

use crate::assets::{AssetCache, PatchAssets, Seen};

pub use patch::PatchSource;
pub(crate) use thread::LoaderThread;

/// The longest side of a canvas, in pixels.
pub const MOST_CANVAS_PX: u32 = 16_384;

/// The most pixels of a canvas: 8192x8192, half a gigabyte for each picture on the GPU.
pub const MOST_CANVAS_PIXELS: u64 = 1 << 26;

/// Stack of the thread that a patch is loaded on.
const STACK_BYTES: usize = 256 << 20;

/// Opens a GPU.
pub type OpenGpu = Arc<dyn Fn() -> Result<Gpu, GpuError> + Send + Sync>;

/// Where the time of a load went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    /// Reading and evaluating the script.
    pub evaluate: Duration,
    /// Checking the graph and reading its files.
    pub check: Duration,
    /// Building new nodes.
    pub prepare: Duration,
}

/// What came of a load.
pub(crate) struct Loaded {
    /// The version to commit, if there is no fault.
    pub(crate) prepared: Option<Prepared>,
    pub(crate) report: LoadReport,
    /// The answer to [`Loader::regain`], with why there is no GPU.
    pub(crate) regained: Option<Result<(), String>>,
}

/// What is reported about a load.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LoadReport {
    /// The version that this load made; `None` when the patch is at fault and what played before
    /// plays on.
    pub version: Option<u64>,
    /// What it changes.
    pub summary: Option<Summary>,
    /// Every fault and warning.
    pub diagnostics: Vec<Diagnostic>,
    /// What the script printed.
    pub log: Vec<LogLine>,
    /// Where the time went.
    pub timings: Timings,
    /// When the change on disk happened that this load answers.
    pub changed_at: Option<Instant>,
    /// Whether the patch was refused only because it shows and plays nothing, as a file does that is half
    /// written. It is loaded after [`SETTLING`] if it stays so.
    pub is_nothing: bool,
}

/// For so long a patch that shows and plays nothing does not replace one that does.
pub const SETTLING: Duration = Duration::from_secs(2);

fn nothing_to_play() -> Diagnostic {
    let secs = SETTLING.as_secs();
    Diagnostic::error("the patch shows and plays nothing").help(format!(
        "if it is meant to, leave it: it plays in {secs} s; else use `screen(…)` or `speakers(…)`"
    ))
}

impl LoadReport {
    /// Whether the patch plays.
    pub fn is_good(&self) -> bool {
        self.version.is_some()
    }
}

/// What the loader works with.
pub(crate) struct LoaderConfig {
    pub(crate) registry: Arc<Registry>,
    pub(crate) allow: Vec<PathBuf>,
    /// The longest side that a canvas may have.
    pub(crate) most_canvas_px: u32,
    /// Opens another GPU.
    pub(crate) reopen_gpu: Option<OpenGpu>,
    /// Whether a fault ends with "version 12 keeps playing".
    pub(crate) says_what_plays: bool,
}

/// Loads patches, one version after the other.
pub(crate) struct Loader {
    config: LoaderConfig,
    preparer: Preparer,
    cache: RefCell<AssetCache>,
    /// Every file that the last load looked for, and what it was like.
    looked_at: BTreeMap<PathBuf, Seen>,
    version: u64,
    /// What plays, to play it on another GPU: its patch, and the script as it was.
    playing: Option<(PatchSource, String)>,
    /// Whether what plays can be seen or heard.
    plays_something: bool,
    /// Whether a patch that shows and plays nothing is refused.
    keeps_playing: bool,
}

impl Loader {
    pub(crate) fn new(config: LoaderConfig, preparer: Preparer) -> Loader {
        Loader {
            config,
            preparer,
            cache: RefCell::default(),
            looked_at: BTreeMap::new(),
            version: 0,
            playing: None,
            plays_something: false,
            keeps_playing: false,
        }
    }

    /// As [`Loader::load`], for a file that has just changed: one that shows and plays nothing may be half
    /// written, and does not replace what can be seen or heard.
    fn load_changed(&mut self, patch: &PatchSource) -> Loaded {
        self.keeps_playing = self.plays_something;
        let loaded = self.load(patch);
        self.keeps_playing = false;
        loaded
    }

    /// Loads a patch. The running graph is not touched, whatever comes of it, a panic included.
    pub(crate) fn load(&mut self, patch: &PatchSource) -> Loaded {
        let mut report = LoadReport::default();
        // A thread of its own: long sums, and shaders with brackets inside brackets, need a deep stack.
        let loading = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().name("load".into()).stack_size(STACK_BYTES);
            let loading = thread.spawn_scoped(scope, || self.try_load(patch, &mut report));
            loading.map(std::thread::ScopedJoinHandle::join)
        });
        let loading = loading.unwrap_or_else(|error| Err(Box::new(error.to_string())));
        let prepared = loading.unwrap_or_else(|_| {
            // A version that was half prepared is never committed: the next one starts over.
            report.diagnostics.push(
                Diagnostic::error("loading the patch panicked")
                    .help("this is a fault of the program; undo the last change, and please report it"),
            );
            None
        });
        if let Some(prepared) = &prepared {
            self.version = prepared.version();
            report.version = Some(prepared.version());
            report.summary = Some(prepared.summary());
        } else if self.config.says_what_plays
            && let Some(fault) = report.diagnostics.iter_mut().rfind(|found| found.is_error())
        {
            fault.help.push(match self.version {
                0 => "nothing plays yet".into(),
                version => format!("version {version} keeps playing"),
            });
        }
        Loaded { prepared, report, regained: None }
    }

    /// Opens another GPU and brings what plays over to it, whatever the files are like by now.
    pub(crate) fn regain(&mut self) -> Loaded {
        let mut report = LoadReport { changed_at: Some(Instant::now()), ..LoadReport::default() };
        let gpu = match self.config.reopen_gpu.as_deref().map(|open| open()) {
            Some(Ok(gpu)) => gpu,
            Some(Err(error)) => {
                return Loaded { prepared: None, report, regained: Some(Err(error.to_string())) };
            }
            None => {
                return Loaded { prepared: None, report, regained: Some(Err("no one opens another".into())) };
            }
        };
        let (patch, text) = self.playing.clone().unwrap_or((PatchSource::opening(), String::new()));
        let assets = PatchAssets::new(patch.folder(), &text, &self.config.allow, &self.cache);
        let prepared = match self.preparer.move_to(gpu, &self.config.registry, &assets) {
            Ok(prepared) => prepared,
            Err(faults) => {
                let why = faults.first().map_or_else(String::new, |fault| fault.message.clone());
                report.diagnostics = faults;
                return Loaded { prepared: None, report, regained: Some(Err(why)) };
            }
        };
        self.version = prepared.version();
        report.version = Some(prepared.version());
        report.summary = Some(prepared.summary());
        Loaded { prepared: Some(prepared), report, regained: Some(Ok(())) }
    }

    fn try_load(&mut self, patch: &PatchSource, report: &mut LoadReport) -> Option<Prepared> {
        let mut looked_at = BTreeMap::new();
        let begun = Instant::now();
        let read = patch.read(&mut looked_at);
        let text = match read {
            Ok(text) => text,
            Err(fault) => {
                self.looked_at = looked_at;
                report.diagnostics.push(*fault);
                return None;
            }
        };
        let mut script = patch::evaluate(patch, &text, self.config.registry.kinds(), &mut looked_at);
        report.diagnostics = std::mem::take(&mut script.evaluated.diagnostics);
        report.log = std::mem::take(&mut script.evaluated.log);
        report.timings.evaluate = begun.elapsed();

        let begun = Instant::now();
        let assets = PatchAssets::new(patch.folder(), &text, &self.config.allow, &self.cache);
        let checked = check(&script.evaluated.graph, self.config.registry.kinds(), &assets);
        report.timings.check = begun.elapsed();
        let begun = Instant::now();
        let prepared = match checked {
            Err(faults) => {
                report.diagnostics.extend(faults);
                None
            }
            Ok(checked) => {
                report.diagnostics.extend(checked.warnings);
                report.diagnostics.extend(self.canvas_fault(checked.plan.canvas_px));
                if report.diagnostics.iter().any(Diagnostic::is_error) {
                    None
                } else if self.keeps_playing && !checked.plan.leads_out() {
                    report.diagnostics.push(nothing_to_play());
                    report.is_nothing = true;
                    None
                } else {
                    let plays_something = checked.plan.leads_out();
                    let prepared = self.preparer.prepare(checked.plan, &self.config.registry, &assets);
                    if let Ok(prepared) = &prepared {
                        self.plays_something = plays_something;
                        report.diagnostics.extend_from_slice(prepared.warnings());
                    }
                    prepared.map_err(|faults| report.diagnostics.extend(faults)).ok()
                }
            }
        };
        report.timings.prepare = begun.elapsed();
        looked_at.extend(assets.looked_at());
        if prepared.is_some() {
            self.playing = Some((patch.clone(), text.clone()));
        }
        script.attach_lines(&mut report.diagnostics);
        self.looked_at = looked_at;
        self.cache.borrow_mut().keep_only(|path| self.looked_at.contains_key(path));
        prepared
    }

    fn canvas_fault(&self, canvas_px: Option<[u32; 2]>) -> Option<Diagnostic> {
        let most = self.config.most_canvas_px;
        let [width, height] = canvas_px?;
        let fits = |side: u32| (1..=most).contains(&side);
        let is_small = u64::from(width) * u64::from(height) <= MOST_CANVAS_PIXELS;
        (!fits(width) || !fits(height) || !is_small).then(|| {
            Diagnostic::error(format!("invalid canvas size {width}x{height}")).help(format!(
                "both sides go from 1 to {most}, and it has at most {MOST_CANVAS_PIXELS} pixels"
            ))
        })
    }

    /// Every file that the last load looked for, missing ones included.
    pub(crate) fn files(&self) -> impl Iterator<Item = PathBuf> + '_ {
        self.looked_at.keys().cloned()
    }

    /// A file that is not what it was in the last load.
    pub(crate) fn changed_file(&self) -> Option<&Path> {
        let changed = self.looked_at.iter().find(|(path, seen)| seen.has_changed(path));
        changed.map(|(path, _)| path.as_path())
    }
}

/// What a commit has taken out of a running graph, to be freed by the loader.
pub(crate) type Garbage = Box<dyn Any + Send>;

/// Drops what a commit has taken out. A node that panics then is gone all the same.
pub(crate) fn free(garbage: Garbage) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(garbage))) {
        tracing::error!("a node panicked when it was dropped: {}", panic_message(panic.as_ref()));
    }
}
