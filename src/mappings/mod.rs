//! What moves what: which controller is bound to which control, what is kept beside the patch, and what can
//! be taken back. It reads what comes in, and moves controls of the player.

mod binding;
mod history;
mod kept;
mod learn;
mod sidecar;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::address::ControlAddress;
use engine::diagnostic::Diagnostic;
use engine::live::ControlState;
use engine::midi::Message;
use engine::take::{Input, Stamped};
use pastiche_engine as engine;

use crate::inbox::Command;
use crate::loader::PatchSource;
use crate::player::Player;

pub use binding::{Binding, Part};
pub use history::{History, Move};
pub use learn::{Learn, Learned};

use kept::{Kept, MovedValue};
use sidecar::Sidecar;

/// What is reported to the person who plays.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// Something happened, in a sentence.
    Line(String),
    /// Something is wrong, but the show goes on.
    Fault(Diagnostic),
}

/// The mappings of one patch.
pub struct Mappings {
    /// The ports that were there in the last frame.
    ports: Vec<Arc<str>>,
    learn: Learn,
    history: History,
    sidecar: Sidecar,
    /// Values that were moved.
    values: BTreeMap<ControlAddress, MovedValue>,
    /// The version of the patch in which they were last put back.
    version: u64,
    started: Instant,
    /// Whether somebody has asked for the list.
    is_asked: bool,
    news: Vec<News>,
}

impl Mappings {
    /// For a patch, with what was kept beside it. A text has no file, and keeps nothing.
    pub fn new(patch: &PatchSource) -> Mappings {
        let (sidecar, kept, fault) = match patch {
            PatchSource::File(path) => Sidecar::open(path),
            PatchSource::Text { .. } => (Sidecar::none(), Kept::default(), None),
        };
        Mappings {
            ports: Vec::new(),
            learn: Learn::new(kept.bindings),
            history: History::default(),
            sidecar,
            values: kept.moved.into_iter().map(|moved| (moved.control.clone(), moved)).collect(),
            version: 0,
            started: Instant::now(),
            is_asked: false,
            news: fault.map(News::Fault).into_iter().collect(),
        }
    }

    /// A frame begins: if another version of the patch plays, controls go back to where they were moved.
    pub fn begin_frame(&mut self, player: &mut Player) {
        if player.version() != self.version {
            self.version = player.version();
            self.put_back(player);
        }
    }

    /// An input came at a time, and is in the player's log. What it moves is moved at a sample.
    pub fn read(&mut self, player: &mut Player, input: &Input, sample: u64, at: Instant) {
        match input {
            Input::Move { control, value } => self.note(player, control, *value, at),
            Input::Midi { port, message } => self.hear(player, port, *message, sample, at),
            Input::MidiPorts { ports } => self.see_ports(ports),
            _ => {}
        }
    }

    /// Sees to what a frame has changed; what to report comes back.
    pub fn settle(&mut self, player: &Player, applied: &[Stamped]) -> Vec<News> {
        self.learn.settle();
        let now = self.started.elapsed();
        for stamped in applied {
            if let Input::Move { control, .. } = &stamped.input
                && let Some(state) = player.control_at(control)
            {
                self.keep(control, &state, now);
            }
        }
        if std::mem::take(&mut self.is_asked) {
            self.list();
        }
        let fault = self.sidecar.tend(now, || kept(&self.values, &self.learn));
        self.news.extend(fault.map(News::Fault));
        std::mem::take(&mut self.news)
    }

    /// What to send to which port, so that lamps, rings and motors show how controls stand.
    pub fn feedback(&mut self, player: &Player) -> Vec<(String, Message)> {
        self.learn.feedback(|control| player.control_at(control))
    }

    /// Writes what is not written yet.
    pub fn finish(mut self) -> Vec<News> {
        let fault = self.sidecar.finish(|| kept(&self.values, &self.learn));
        self.news.extend(fault.map(News::Fault));
        self.news
    }

    /// What stands on a knob: its controller, or that it is being learned.
    pub fn badge(&self, control: &ControlAddress) -> Option<String> {
        self.learn.badge(control)
    }

    /// What the next controller that moves is bound to.
    pub fn armed(&self) -> Option<&ControlAddress> {
        self.learn.armed()
    }

    /// Every binding.
    pub fn bindings(&self) -> impl Iterator<Item = &Binding> {
        self.learn.bindings()
    }

    /// What brings a patch to where everything stands now: the ports that are there, and what was moved
    /// by hand.
    #[cfg(feature = "stage")]
    pub(crate) fn stand(&self) -> Vec<Input> {
        let ports = (!self.ports.is_empty()).then(|| Input::MidiPorts { ports: self.ports.clone() });
        let moved = self.values.values();
        let moved = moved.map(|moved| Input::Move { control: moved.control.clone(), value: moved.value });
        ports.into_iter().chain(moved).collect()
    }

    fn say(&mut self, line: String) {
        self.news.push(News::Line(line));
    }

    fn hear(&mut self, player: &mut Player, port: &str, message: Message, sample: u64, at: Instant) {
        let learned = self.learn.hear(port, message, |control| player.control_at(control));
        if let Some(control) = learned.bound {
            let badge = self.learn.badge(&control).unwrap_or_default();
            self.say(format!("`{control}` is moved by {badge} of {port}"));
            self.sidecar.change(self.started.elapsed());
        }
        for (control, value) in learned.moves {
            self.note(player, &control, value, at);
            player.input(Stamped::new(sample, Input::Move { control, value }));
        }
    }

    /// Remembers a move, so that it can be taken back.
    fn note(&mut self, player: &Player, control: &ControlAddress, value: f64, at: Instant) {
        if let Some(state) = player.control_at(control) {
            self.history.note(control, state.value, value, at.saturating_duration_since(self.started));
        }
    }

    fn see_ports(&mut self, ports: &[Arc<str>]) {
        let (mut came, mut went) = (Vec::new(), Vec::new());
        for port in ports.iter().filter(|port| !self.ports.contains(port)) {
            self.learn.came_back(port);
            came.push(format!("MIDI: {port} is there"));
        }
        went.extend(
            self.ports
                .iter()
                .filter(|port| !ports.contains(port))
                .map(|port| format!("MIDI: {port} is gone")),
        );
        self.ports = ports.to_vec();
        went.into_iter().chain(came).for_each(|line| self.say(line));
    }

    /// Does what was asked for. What it moves is moved at a sample.
    pub fn command(&mut self, player: &mut Player, command: Command, sample: u64) {
        match command {
            Command::Learn(control) if player.control_at(&control).is_none() => {
                self.say(format!("there is no control `{control}` that can be moved"));
            }
            Command::Learn(control) => {
                self.say(format!("move a controller for `{control}`; `learn` alone stops"));
                self.learn.arm(control);
            }
            Command::StopLearning => self.learn.disarm(),
            Command::Unlearn(control) => {
                if self.learn.unlearn(&control) {
                    self.say(format!("`{control}` has no controller any more"));
                    self.sidecar.change(self.started.elapsed());
                } else {
                    self.say(format!("`{control}` has no controller"));
                }
            }
            Command::Range(control, range) => self.bind(&control, |binding| {
                (binding.min, binding.max) = (range.map(|[min, _]| min), range.map(|[_, max]| max));
            }),
            Command::Curve(control, curve) => self.bind(&control, |binding| binding.curve = curve),
            Command::Invert(control, invert) => self.bind(&control, |binding| binding.invert = invert),
            Command::Pickup(control, pickup) => self.bind(&control, |binding| binding.pickup = pickup),
            Command::Toggle(control, toggle) => self.bind(&control, |binding| binding.toggle = toggle),
            Command::Encoder(control, encoder) => self.bind(&control, |binding| binding.encoder = encoder),
            Command::Reset(control) => match player.control_at(&control) {
                Some(state) => {
                    self.note(player, &control, state.script, Instant::now());
                    let reset = Input::Move { control, value: state.script };
                    player.input(Stamped::new(sample, reset));
                }
                None => self.say(format!("there is no control `{control}` that can be moved")),
            },
            Command::Undo => match self.history.undo() {
                Some(Move { control, from, .. }) => {
                    self.say(format!("`{control}` is back at {from}"));
                    player.input(Stamped::new(sample, Input::Move { control, value: from }));
                }
                None => self.say("there is nothing to take back".into()),
            },
            // When the moves that came with it have been made.
            Command::List => self.is_asked = true,
        }
    }

    fn bind(&mut self, control: &ControlAddress, change: impl FnOnce(&mut Binding)) {
        match self.learn.binding_mut(control) {
            Some(binding) => {
                change(binding);
                self.sidecar.change(self.started.elapsed());
            }
            None => self.say(format!("`{control}` has no controller; type `learn {control}` first")),
        }
    }

    fn list(&mut self) {
        let bound = self.learn.bindings().map(|binding| {
            format!("`{}` is moved by {} of {}", binding.control, binding.badge(), binding.port)
        });
        let moved = self.values.values().map(|moved| format!("`{}` is at {}", moved.control, moved.value));
        let lines: Vec<String> = bound.chain(moved).collect();
        if lines.is_empty() {
            self.say("nothing is bound, and nothing was moved".into());
        }
        lines.into_iter().for_each(|line| self.say(line));
    }

    fn keep(&mut self, control: &ControlAddress, state: &ControlState, now: Duration) {
        let ControlState { value, script, .. } = *state;
        let before = self.values.get(control).map(|moved| (moved.value, moved.script));
        if value == script {
            self.values.remove(control);
        } else {
            let moved = MovedValue { control: control.clone(), value, script };
            self.values.insert(control.clone(), moved);
        }
        if before != self.values.get(control).map(|moved| (moved.value, moved.script)) {
            self.sidecar.change(now);
        }
    }

    /// A version of the patch begins to play: controls that are there again go to where they were
    /// moved. Where the script has another value than then, the script counts.
    fn put_back(&mut self, player: &mut Player) {
        let before = self.values.len();
        self.values.retain(|control, moved| {
            player.control_at(control).is_none_or(|state| state.script == moved.script)
        });
        if self.values.len() < before {
            self.sidecar.change(self.started.elapsed());
        }
        for (control, moved) in &self.values {
            if player.control_at(control).is_some_and(|state| state.value != moved.value) {
                let input = Input::Move { control: control.clone(), value: moved.value };
                player.input(Stamped::new(0, input));
            }
        }
    }
}

fn kept(values: &BTreeMap<ControlAddress, MovedValue>, learn: &Learn) -> Kept {
    Kept::new(values.values().cloned().collect(), learn.bindings().cloned().collect())
}
