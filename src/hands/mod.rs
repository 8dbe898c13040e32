//! What hands do to a patch while it plays: moves that are typed, made in a window or come from MIDI,
//! what is bound to what, what is kept beside the patch, and what can be taken back. A host calls
//! [`Hands::take_in`] before each frame and [`Hands::settle`] behind it.

mod binding;
mod history;
mod kept;
mod learn;
mod line;
mod sidecar;
mod target;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use engine::diagnostic::Diagnostic;
use engine::live::ControlState;
use engine::midi::Message;
use engine::node::Status;
use engine::outgoing::Outgoing;
use engine::take::{Input, Stamped};
use pastiche_engine as engine;

use crate::error::Error;
use crate::loader::PatchSource;
use crate::midi::{MidiEdge, MidiPorts, system_midi};
use crate::player::Player;
use crate::sound::SoundInlet;

pub use binding::{Binding, Part};
pub use history::{History, Move};
pub use learn::{Learn, Learned};
pub use line::{HandAction, HandError, HandEvent, parse_hand};
pub use target::Target;

use kept::{HandValue, Kept};
use sidecar::Sidecar;

/// So much may wait for the next frame; a flood beyond it is counted and left out.
const MOST_WAITING: usize = 65_536;

/// Gives what hands do to a show, from any thread, stamped with the time at which it is given.
#[derive(Clone, Debug)]
pub struct HandSender {
    events: SyncSender<Arrival>,
    lost: Arc<AtomicU64>,
    /// The straight way of played notes to the sound, once there is one.
    sound: Arc<OnceLock<SoundInlet>>,
}

/// Something that came.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) at: Instant,
    /// The sample at which it is heard, where the sound has been given it already.
    pub(crate) heard: Option<u64>,
    pub(crate) event: HandEvent,
}

impl HandSender {
    pub(crate) fn channel() -> (HandSender, Receiver<Arrival>) {
        let (events, receiver) = sync_channel(MOST_WAITING);
        (HandSender { events, lost: Arc::default(), sound: Arc::default() }, receiver)
    }

    /// Never waits. Whether somebody may still listen.
    pub fn send(&self, event: HandEvent) -> bool {
        self.send_at(Instant::now(), event)
    }

    /// Something that happened at another time than now.
    pub fn send_at(&self, at: Instant, event: HandEvent) -> bool {
        let heard = match (&event, self.sound.get()) {
            (HandEvent::Input(input), Some(sound)) => sound.play(at, input),
            _ => None,
        };
        match self.events.try_send(Arrival { at, heard, event }) {
            Ok(()) => true,
            Err(TrySendError::Full(_)) => {
                self.lost.fetch_add(1, Ordering::Relaxed);
                true
            }
            Err(TrySendError::Disconnected(_)) => false,
        }
    }
}

/// What is reported to the person at the hands.
#[derive(Clone, Debug, PartialEq)]
pub enum HandNews {
    /// Something happened, in a sentence.
    Line(String),
    /// Something is wrong, but the show goes on.
    Fault(Diagnostic),
}

/// The hands on one patch.
pub struct Hands {
    events: Receiver<Arrival>,
    sender: HandSender,
    /// Losses that were reported.
    lost: u64,
    midi: Option<MidiPorts>,
    /// The ports that were there in the last frame.
    ports: Vec<Arc<str>>,
    learn: Learn,
    history: History,
    sidecar: Sidecar,
    /// Values that were set by hand.
    values: BTreeMap<Target, HandValue>,
    /// The version of the patch in which they were last put back.
    version: u64,
    started: Instant,
    /// Whether somebody has asked for the list.
    is_asked: bool,
    news: Vec<HandNews>,
}

impl Hands {
    /// For a patch, with what was kept beside it. A text has no file, and keeps nothing.
    pub fn new(patch: &PatchSource) -> Hands {
        let (sender, events) = HandSender::channel();
        let (sidecar, kept, fault) = match patch {
            PatchSource::File(path) => Sidecar::open(path),
            PatchSource::Text { .. } => (Sidecar::none(), Kept::default(), None),
        };
        Hands {
            events,
            sender,
            lost: 0,
            midi: None,
            ports: Vec::new(),
            learn: Learn::new(kept.bindings),
            history: History::default(),
            sidecar,
            values: kept.hands.into_iter().map(|hand| (hand.control.clone(), hand)).collect(),
            version: 0,
            started: Instant::now(),
            is_asked: false,
            news: fault.map(HandNews::Fault).into_iter().collect(),
        }
    }

    /// Listens to this machine's MIDI as well: to every port, also those that are plugged in later.
    ///
    /// # Errors
    /// When a thread cannot be started. That there is no MIDI is no error.
    pub fn with_midi(self) -> Result<Hands, Error> {
        self.with_midi_of(system_midi())
    }

    /// Listens to MIDI that comes from elsewhere.
    ///
    /// # Errors
    /// When a thread cannot be started.
    pub fn with_midi_of(mut self, edge: impl MidiEdge + 'static) -> Result<Hands, Error> {
        self.midi = Some(MidiPorts::start(edge, self.sender())?);
        Ok(self)
    }

    /// From now on played notes go straight to the sound of a player.
    pub(crate) fn connect(&self, player: &Player) {
        if let Some(sound) = player.sound_inlet() {
            // A second time it is connected already.
            let _ = self.sender.sound.set(sound);
        }
    }

    /// Gives what hands do, from any thread.
    pub fn sender(&self) -> HandSender {
        self.sender.clone()
    }

    /// Puts all that has come into the player's log; call it before each frame, behind
    /// [`Player::poll`]. `sample_at` tells the transport time of a moment.
    pub fn take_in(&mut self, player: &mut Player, sample_at: impl Fn(Instant) -> u64) {
        if player.version() != self.version {
            self.version = player.version();
            self.put_back(player);
        }
        let arrivals: Vec<Arrival> = self.events.try_iter().collect();
        for Arrival { at, heard, event } in arrivals {
            match event {
                HandEvent::Input(input) => {
                    self.input(player, Stamped { heard, ..Stamped::new(sample_at(at), input) }, at);
                }
                HandEvent::Action(action) => self.act(player, action, sample_at(at)),
            }
        }
        let lost = self.sender.lost.load(Ordering::Relaxed);
        if lost > self.lost {
            self.say(format!(
                "{} messages came faster than they can be played, and are left out",
                lost - self.lost
            ));
            self.lost = lost;
        }
    }

    /// Sees to what a frame has changed: what is kept, and the lamps of the controllers. Call it behind
    /// each frame; what to report comes back.
    pub fn settle(&mut self, player: &Player, applied: &[Stamped]) -> Vec<HandNews> {
        self.learn.settle();
        let now = self.started.elapsed();
        for (target, _) in applied.iter().filter_map(|stamped| Target::of(&stamped.input)) {
            let Some(state) = target.state(player) else { continue };
            self.keep(target, &state, now);
        }
        if std::mem::take(&mut self.is_asked) {
            self.list();
        }
        if let Some(midi) = &self.midi {
            let feedback = self.learn.feedback(|target| target.state(player));
            feedback.into_iter().for_each(|(port, bytes)| midi.send(port, bytes));
        }
        let fault = self.sidecar.tend(now, || kept(&self.values, &self.learn));
        self.news.extend(fault.map(HandNews::Fault));
        std::mem::take(&mut self.news)
    }

    /// Sends what a frame says by MIDI; `due` tells the moment of a transport time.
    pub fn send_out(&self, messages: Vec<Outgoing>, due: impl Fn(u64) -> Instant) {
        if let Some(midi) = &self.midi {
            messages.into_iter().for_each(|message| midi.note(due(message.sample), message));
        }
    }

    /// Writes what is not written yet.
    pub fn finish(mut self) -> Vec<HandNews> {
        let fault = self.sidecar.finish(|| kept(&self.values, &self.learn));
        self.news.extend(fault.map(HandNews::Fault));
        self.news
    }

    /// What stands on a knob: its controller, or that it is being learned.
    pub fn badge(&self, target: &Target) -> Option<String> {
        self.learn.badge(target)
    }

    /// What the next controller that moves is bound to.
    pub fn armed(&self) -> Option<&Target> {
        self.learn.armed()
    }

    /// Every binding.
    pub fn bindings(&self) -> impl Iterator<Item = &Binding> {
        self.learn.bindings()
    }

    /// What brings a patch to where everything stands now: the ports that are there, and what hands
    /// have moved.
    #[cfg(feature = "stage")]
    pub(crate) fn stand(&self) -> Vec<Input> {
        let ports = (!self.ports.is_empty()).then(|| Input::MidiPorts { ports: self.ports.clone() });
        let moved = self.values.iter().map(|(target, hand)| target.moved(hand.value));
        ports.into_iter().chain(moved).collect()
    }

    /// How MIDI and each of its ports are doing, for people.
    pub fn midi_statuses(&self) -> Vec<(String, Status)> {
        self.midi.as_ref().map_or_else(Vec::new, MidiPorts::statuses)
    }

    fn say(&mut self, line: String) {
        self.news.push(HandNews::Line(line));
    }

    fn input(&mut self, player: &mut Player, stamped: Stamped, at: Instant) {
        let (input, sample) = (&stamped.input, stamped.sample);
        match input {
            Input::Midi { port, message } => {
                let (port, message) = (port.clone(), *message);
                put(player, stamped);
                self.hear(player, &port, message, sample, at);
                return;
            }
            Input::MidiPorts { ports } => self.see_ports(ports.clone()),
            _ => {}
        }
        if let Some((target, value)) = Target::of(input) {
            self.note(player, &target, value, at);
        }
        put(player, stamped);
    }

    fn hear(&mut self, player: &mut Player, port: &str, message: Message, sample: u64, at: Instant) {
        let learned = self.learn.hear(port, message, |target| target.state(player));
        if let Some(target) = learned.bound {
            let badge = self.learn.badge(&target).unwrap_or_default();
            self.say(format!("`{target}` is moved by {badge} of {port}"));
            self.sidecar.change(self.started.elapsed());
        }
        for (target, value) in learned.moves {
            self.note(player, &target, value, at);
            player.input(Stamped::new(sample, target.moved(value)));
        }
    }

    /// Remembers a move, so that it can be taken back.
    fn note(&mut self, player: &Player, target: &Target, value: f64, at: Instant) {
        if let Some(state) = target.state(player) {
            self.history.note(target, state.value, value, at.saturating_duration_since(self.started));
        }
    }

    fn see_ports(&mut self, ports: Vec<Arc<str>>) {
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
        self.ports = ports;
        went.into_iter().chain(came).for_each(|line| self.say(line));
    }

    fn act(&mut self, player: &mut Player, action: HandAction, sample: u64) {
        match action {
            HandAction::Learn(target) if target.state(player).is_none() => {
                self.say(format!("there is no control `{target}` that a hand could move"));
            }
            HandAction::Learn(target) => {
                self.say(format!("move a controller for `{target}`; `learn` alone stops"));
                self.learn.arm(target);
            }
            HandAction::StopLearning => self.learn.disarm(),
            HandAction::Unlearn(target) => {
                if self.learn.unlearn(&target) {
                    self.say(format!("`{target}` has no controller any more"));
                    self.sidecar.change(self.started.elapsed());
                } else {
                    self.say(format!("`{target}` has no controller"));
                }
            }
            HandAction::Range(target, range) => self.bind(&target, |binding| {
                (binding.min, binding.max) = (range.map(|[min, _]| min), range.map(|[_, max]| max));
            }),
            HandAction::Curve(target, curve) => self.bind(&target, |binding| binding.curve = curve),
            HandAction::Invert(target, invert) => self.bind(&target, |binding| binding.invert = invert),
            HandAction::Pickup(target, pickup) => self.bind(&target, |binding| binding.pickup = pickup),
            HandAction::Toggle(target, toggle) => self.bind(&target, |binding| binding.toggle = toggle),
            HandAction::Encoder(target, encoder) => self.bind(&target, |binding| binding.encoder = encoder),
            HandAction::Reset(target) => match target.state(player) {
                Some(state) => {
                    self.note(player, &target, state.script, Instant::now());
                    player.input(Stamped::new(sample, target.moved(state.script)));
                }
                None => self.say(format!("there is no control `{target}` that a hand could move")),
            },
            HandAction::Undo => match self.history.undo() {
                Some(Move { target, from, .. }) => {
                    player.input(Stamped::new(sample, target.moved(from)));
                    self.say(format!("`{target}` is back at {from}"));
                }
                None => self.say("there is nothing to take back".into()),
            },
            // When the moves that came with it have been made.
            HandAction::List => self.is_asked = true,
        }
    }

    fn bind(&mut self, target: &Target, change: impl FnOnce(&mut Binding)) {
        match self.learn.binding_mut(target) {
            Some(binding) => {
                change(binding);
                self.sidecar.change(self.started.elapsed());
            }
            None => self.say(format!("`{target}` has no controller; type `learn {target}` first")),
        }
    }

    fn list(&mut self) {
        let bound = self.learn.bindings().map(|binding| {
            format!("`{}` is moved by {} of {}", binding.control, binding.badge(), binding.port)
        });
        let moved = self.values.values().map(|hand| format!("`{}` is at {}", hand.control, hand.value));
        let lines: Vec<String> = bound.chain(moved).collect();
        if lines.is_empty() {
            self.say("nothing is bound, and nothing was moved".into());
        }
        lines.into_iter().for_each(|line| self.say(line));
    }

    fn keep(&mut self, target: Target, state: &ControlState, now: Duration) {
        let ControlState { value, script, .. } = *state;
        let before = self.values.get(&target).map(|hand| (hand.value, hand.script));
        if value == script {
            self.values.remove(&target);
        } else {
            let hand = HandValue { control: target.clone(), value, script };
            self.values.insert(target.clone(), hand);
        }
        if before != self.values.get(&target).map(|hand| (hand.value, hand.script)) {
            self.sidecar.change(now);
        }
    }

    /// A version of the patch begins to play: controls that are there again go to where hands have set
    /// them. Where the script has another value than then, the script counts.
    fn put_back(&mut self, player: &mut Player) {
        let before = self.values.len();
        self.values
            .retain(|target, hand| target.state(player).is_none_or(|state| state.script == hand.script));
        if self.values.len() < before {
            self.sidecar.change(self.started.elapsed());
        }
        for (target, hand) in &self.values {
            if target.state(player).is_some_and(|state| state.value != hand.value) {
                player.input(Stamped::new(0, target.moved(hand.value)));
            }
        }
    }
}

/// Into the log, and to the sound if that does not have it yet.
fn put(player: &mut Player, stamped: Stamped) {
    match stamped.heard {
        Some(_) => player.input_heard(stamped),
        None => player.input(stamped),
    }
}

fn kept(values: &BTreeMap<Target, HandValue>, learn: &Learn) -> Kept {
    Kept::new(values.values().cloned().collect(), learn.bindings().cloned().collect())
}
