//! The embedding API: one patch that plays. Two players in one process share nothing but what they
//! are both given.

mod config;
mod devices;
mod graphics;
mod screens;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use engine::address::ControlAddress;
use engine::audio::AudioRunner;
use engine::clock::{FrameRate, Tick};
use engine::diagnostic::Diagnostic;
use engine::graph::NodeKey;
use engine::live::{ControlState, FrameReport, KnobState, Live, LiveConfig, NodeFault};
use engine::node::{Fault, Status};
use engine::plan::Plan;
use engine::port::Value;
use engine::registry::Registry;
use engine::take::{Input, Stamped};
use engine::workers::Workers;
use pastiche_engine as engine;

use crate::error::Error;
use crate::loader::{Garbage, LoadReport, Loaded, Loader, LoaderConfig, LoaderThread, PatchSource};
use crate::sound::{SilentCard, SoundClock, SoundInlet, SoundOutput, Speakers};

pub use crate::loader::OpenGpu;
pub use config::{Pace, PlayerConfig, registry};
use graphics::Graphics;

/// The canvas of patches that name none, in pixels.
pub const DEFAULT_CANVAS_PX: [u32; 2] = [640, 360];

/// Most samples by which video is ahead of the sound that is made, a fortieth of a second.
const MOST_AHEAD: u64 = 1200;

/// A patch that plays.
///
/// ```
/// use pastiche::{Pace, Player, PlayerConfig};
///
/// let mut player = Player::new(PlayerConfig::new(pastiche::registry()?, Pace::Offline))?;
/// let report = player.load_text("tiny", "let bend = lfo(0.5) + 1;")?;
/// assert_eq!(report.version, Some(1));
/// player.step();
/// # Ok::<(), pastiche::Error>(())
/// ```
pub struct Player {
    registry: Arc<Registry>,
    live: Live,
    loader: LoaderSide,
    sound: SoundSide,
    graphics: Graphics,
    last: Option<Tick>,
    /// Loads that were asked for and are not done.
    loading: usize,
    diagnostics: Vec<Diagnostic>,
    node_faults: BTreeMap<NodeKey, Fault>,
}

enum LoaderSide {
    /// Offline: loads at once.
    Inline(Box<Loader>),
    /// Live: loads beside the show.
    Thread(LoaderThread),
}

enum SoundSide {
    /// Offline: the sound of each frame is made behind it.
    Inline { runner: Box<AudioRunner>, samples: Vec<[f32; 2]> },
    /// Live, and heard by no one: the sound of each frame is made behind it.
    Silent(SilentCard),
    /// Live, through a sound card whenever there is one.
    Card(Speakers),
    /// Somebody else runs the sound.
    Elsewhere,
}

impl Player {
    /// A player without a patch.
    ///
    /// # Errors
    /// When the size cannot be, or a thread cannot be started.
    pub fn new(config: PlayerConfig) -> Result<Player, Error> {
        config.check()?;
        let offline = config.pace == Pace::Offline;
        let workers = if offline {
            Workers::inline()
        } else {
            let workers = Workers::start();
            workers.map_err(|error| Error::file("start", Path::new("the worker threads"), error))?
        };
        let loader_config = LoaderConfig {
            registry: config.registry.clone(),
            allow: config.allow.clone(),
            most_canvas_px: config.most_canvas_px(),
            reopen_gpu: config.reopen_gpu.clone(),
            says_what_plays: !offline,
        };
        let ahead = ahead_samples(config.rate);
        let (live, mut preparer, runner) = Live::new(LiveConfig {
            gpu: config.gpu,
            workers,
            rate: config.rate,
            canvas_px: config.size_px.unwrap_or(DEFAULT_CANVAS_PX),
            canvas_is_forced: config.size_px.is_some(),
            seed: config.seed,
            offline,
        });
        if let Some(cameras) = config.cameras.filter(|_| !offline) {
            preparer.use_cameras(cameras);
        }
        if let Some(audio_inputs) = config.audio_inputs.filter(|_| !offline) {
            preparer.use_audio_inputs(audio_inputs);
        }
        let loader = Loader::new(loader_config, preparer);
        let (loader, sound) = if offline {
            let sound = SoundSide::Inline { runner: Box::new(runner), samples: Vec::new() };
            (LoaderSide::Inline(Box::new(loader)), sound)
        } else {
            let thread = LoaderThread::start(loader, config.watch)?;
            let sound = match config.sound {
                SoundOutput::Silent => SoundSide::Silent(SilentCard::start(runner)?),
                SoundOutput::Default => SoundSide::Card(Speakers::start(config.cards, runner, None, ahead)?),
                SoundOutput::Named(name) => {
                    SoundSide::Card(Speakers::start(config.cards, runner, Some(name), ahead)?)
                }
            };
            (LoaderSide::Thread(thread), sound)
        };
        Ok(Player {
            registry: config.registry,
            live,
            loader,
            sound,
            graphics: Graphics::new(config.reopen_gpu.is_some()),
            last: None,
            loading: 0,
            diagnostics: Vec::new(),
            node_faults: BTreeMap::new(),
        })
    }

    /// Loads a patch and waits for it. When it is at fault, what played before plays on.
    ///
    /// # Errors
    /// [`Error::Faults`] with every fault of the patch.
    pub fn load(&mut self, path: impl AsRef<Path>) -> Result<LoadReport, Error> {
        self.load_source(PatchSource::File(path.as_ref().to_owned()))
    }

    /// Loads a patch from a text and waits for it. Its files are those embedded in the program, and
    /// those with an absolute path.
    ///
    /// # Errors
    /// [`Error::Faults`] with every fault of the patch.
    pub fn load_text(&mut self, name: &str, text: &str) -> Result<LoadReport, Error> {
        self.load_source(PatchSource::Text { name: name.into(), text: text.into() })
    }

    /// Loads a patch from anywhere and waits for it.
    ///
    /// # Errors
    /// [`Error::Faults`] with every fault of the patch.
    pub fn load_source(&mut self, patch: PatchSource) -> Result<LoadReport, Error> {
        if let LoaderSide::Thread(thread) = &self.loader {
            thread.load(patch.clone());
            self.loading += 1;
        }
        let report = loop {
            let loaded = match &mut self.loader {
                LoaderSide::Inline(loader) => loader.load(&patch),
                LoaderSide::Thread(thread) => thread.wait()?,
            };
            let report = self.take_in(loaded);
            // What was asked for before, and changes on disk, come first.
            if self.loading == 0 {
                break report;
            }
        };
        if report.is_good() { Ok(report) } else { Err(Error::Faults { faults: report.diagnostics }) }
    }

    /// Asks for a patch without waiting for it: [`Player::poll`] puts it in place when it is ready.
    pub fn load_in_background(&mut self, patch: PatchSource) {
        if let LoaderSide::Thread(thread) = &self.loader {
            thread.load(patch);
            self.loading += 1;
        } else {
            // Faults stay in `faults`, as they do in the background.
            drop(self.load_source(patch));
        }
    }

    /// Whether a patch that was asked for has not been loaded yet.
    pub fn is_loading(&self) -> bool {
        self.loading > 0
    }

    /// Puts what the loader has finished in place; call it between two frames. Tells about each load.
    pub fn poll(&mut self) -> Vec<LoadReport> {
        let mut reports = Vec::new();
        let is_lost = self.live.recorder().is_some_and(|recorder| recorder.gpu().is_lost());
        if let LoaderSide::Thread(thread) = &self.loader
            && self.graphics.is_to_be_opened(is_lost)
        {
            thread.regain();
        }
        while let LoaderSide::Thread(thread) = &self.loader
            && let Some(loaded) = thread.poll()
        {
            reports.push(self.take_in(loaded));
        }
        reports
    }

    fn take_in(&mut self, loaded: Loaded) -> LoadReport {
        let Loaded { prepared, report, regained } = loaded;
        if let Some(regained) = regained {
            self.graphics.answered(regained);
        }
        if report.changed_at.is_none() {
            self.loading = self.loading.saturating_sub(1);
        }
        self.diagnostics.clone_from(&report.diagnostics);
        if let Some(prepared) = prepared {
            match self.live.commit(prepared) {
                Ok(retired) => self.free(Box::new(retired)),
                Err(prepared) => {
                    tracing::error!("version {} came out of order; it is left out", prepared.version());
                    self.free(prepared);
                }
            }
        }
        report
    }

    fn free(&self, garbage: Garbage) {
        match &self.loader {
            LoaderSide::Inline(_) => crate::loader::free(garbage),
            LoaderSide::Thread(thread) => thread.free(garbage),
        }
    }

    /// Runs the next frame: number 0 first.
    pub fn step(&mut self) -> FrameReport {
        self.frame(self.next_frame())
    }

    /// The number of the next frame.
    pub fn next_frame(&self) -> u64 {
        self.last.map_or(0, |tick| tick.frame + 1)
    }

    /// Runs a frame. Numbers only go up; some may be left out when the machine is too slow.
    pub fn frame(&mut self, number: u64) -> FrameReport {
        let number = number.max(self.next_frame());
        let report = self.live.frame(number);
        let rate = self.live.rate();
        self.last = Some(Tick::new(rate, number, self.last));
        for NodeFault { node, fault } in &report.faults {
            self.node_faults.insert(node.clone(), fault.clone());
        }
        for node in &report.recovered {
            self.node_faults.remove(node);
        }
        while let Some(retired) = self.live.retired() {
            self.free(Box::new(retired));
        }
        let (start, end) = (rate.start_sample(number), rate.start_sample(number + 1));
        match &mut self.sound {
            SoundSide::Inline { runner, samples } => {
                samples.clear();
                samples.resize(usize::try_from(end - start).unwrap_or(0), [0.0; 2]);
                runner.run(start, samples);
            }
            SoundSide::Silent(card) => card.play_until(end),
            // A host that shows frames by a clock of its own hears the sound from its first frame on.
            SoundSide::Card(card) => drop(card.begin()),
            SoundSide::Elsewhere => {}
        }
        report
    }

    /// Offline, the sound of the last frame: left and right at 48 kHz. Live, nothing.
    pub fn sound(&self) -> &[[f32; 2]] {
        match &self.sound {
            SoundSide::Inline { samples, .. } => samples,
            SoundSide::Silent(_) | SoundSide::Card(_) | SoundSide::Elsewhere => &[],
        }
    }

    /// Live, begins the transport of the sound card: its samples are the time that frames are shown by.
    /// Also gives when that clock began. `None` without one.
    pub(crate) fn begin_sound(&self) -> Option<(Arc<SoundClock>, Instant)> {
        match &self.sound {
            SoundSide::Card(card) => Some(card.begin()),
            _ => None,
        }
    }

    /// What the sound card has to say since it was asked last: which one plays, that it is gone.
    pub fn sound_told(&self) -> Vec<String> {
        match &self.sound {
            SoundSide::Card(card) => card.told().collect(),
            _ => Vec::new(),
        }
    }

    /// How far the pictures are ahead of the sound card, in samples.
    pub(crate) fn ahead_samples(&self) -> u64 {
        ahead_samples(self.rate())
    }

    /// Live, hands the sound over to a host with a sound card of its own, which asks for samples of
    /// the transport time that it keeps. Only once and before the first frame; later there is none.
    pub fn take_sound(&mut self) -> Option<AudioRunner> {
        if self.last.is_some() {
            return None;
        }
        match std::mem::replace(&mut self.sound, SoundSide::Elsewhere) {
            SoundSide::Inline { runner, .. } => Some(*runner),
            SoundSide::Silent(card) => card.stop(),
            SoundSide::Card(card) => card.stop(),
            SoundSide::Elsewhere => None,
        }
    }

    /// Puts an input from outside into the log. A stamp that lies before the frame that has been run
    /// last is moved behind it: a replay puts the input into the same frame.
    pub fn input(&mut self, stamped: Stamped) {
        let earliest = self.last.map_or(0, |tick| tick.start_sample + 1);
        self.live.input(Stamped { sample: stamped.sample.max(earliest), ..stamped });
    }

    /// Puts an input from outside into the log that the sound has been given already.
    pub(crate) fn input_heard(&mut self, stamped: Stamped) {
        let earliest = self.last.map_or(0, |tick| tick.start_sample + 1);
        self.live.input_heard(Stamped { sample: stamped.sample.max(earliest), ..stamped });
    }

    /// Live, the straight way of played notes to the sound card. `None` without one.
    pub(crate) fn sound_inlet(&self) -> Option<SoundInlet> {
        match &self.sound {
            SoundSide::Card(card) => Some(card.inlet(self.live.midi().clone())),
            _ => None,
        }
    }

    /// Turns a knob, from the next frame on. One that is not there is reported by that frame's report.
    pub fn set_knob(&mut self, name: &str, value: f64) {
        self.input(Stamped::new(0, Input::Move { control: ControlAddress::knob(name), value }));
    }

    /// Moves a constant control of any node, from the next frame on.
    pub fn set(&mut self, node: &str, input: &str, value: f64) {
        let control = ControlAddress::input(&NodeKey::new(node), input);
        self.input(Stamped::new(0, Input::Move { control, value }));
    }

    /// Every knob as it stands.
    pub fn knobs(&self) -> Vec<KnobState> {
        self.live.knobs()
    }

    /// A constant control of any node as it stands.
    pub fn control(&self, node: &str, input: &str) -> Option<ControlState> {
        self.control_at(&ControlAddress::input(&NodeKey::new(node), input))
    }

    /// A knob, a constant control or a member of a list of them as it stands; `None` when there is none at
    /// that address, or a wire moves it.
    pub fn control_at(&self, address: &ControlAddress) -> Option<ControlState> {
        self.live.control(address)
    }

    /// What is wrong: with the patch that was loaded last, and with nodes while they play.
    pub fn faults(&self) -> Vec<Diagnostic> {
        let failing = self.live.statuses().filter(|(_, status)| matches!(status, Status::Failed(_)));
        let of_nodes = failing.filter_map(|(node, _)| Some((node, self.node_faults.get(node)?)));
        let of_nodes = of_nodes.map(|(node, fault)| node_diagnostic(node, fault));
        self.diagnostics.iter().cloned().chain(of_nodes).collect()
    }

    /// How each node is doing.
    pub fn statuses(&self) -> impl Iterator<Item = (&NodeKey, Status)> + '_ {
        self.live.statuses()
    }

    /// The value that an output of a node holds.
    pub fn output(&self, node: &str, output: &str) -> Option<&Value> {
        self.live.output(&NodeKey::new(node), output)
    }

    /// The GPU's side of the running graph, for counting its uploads, read-backs and passes.
    pub fn recorder(&mut self) -> Option<&mut engine::gpu::Recorder> {
        self.live.recorder()
    }

    /// The version that plays; 0 before the first.
    pub fn version(&self) -> u64 {
        self.live.version()
    }

    /// The kinds of nodes.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The running graph, to look at.
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// The plan that plays.
    pub fn plan(&self) -> &Plan {
        self.live.plan()
    }

    /// The canvas in pixels.
    pub fn canvas_px(&self) -> [u32; 2] {
        self.live.canvas_px()
    }

    /// Frames a second.
    pub fn rate(&self) -> FrameRate {
        self.live.rate()
    }
}

/// What a node's fault looks like beside the faults of the patch.
pub fn node_diagnostic(node: &NodeKey, fault: &Fault) -> Diagnostic {
    let diagnostic = Diagnostic::warning(format!("node `{node}`: {}", fault.message)).node(node.to_string());
    if fault.help.is_empty() { diagnostic } else { diagnostic.help(fault.help.clone()) }
}

/// A frame, in which the notes of the next one are found.
fn ahead_samples(rate: FrameRate) -> u64 {
    rate.start_sample(1).min(MOST_AHEAD)
}
