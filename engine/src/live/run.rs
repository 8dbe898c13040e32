//! Commits prepared plans and runs frames.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::audio::{AudioHandle, AudioLink, AudioPlan, AudioRunner, MidiInlet, audio_pair};
use crate::clock::{Beats, FrameRate, Metronome, Tick};
use crate::external_input::{ExternalInput, Memory};
use crate::gpu::{Gpu, Recorder};
use crate::io::Io;
use crate::key::NodeKey;
use crate::midi_out::{MidiOut, MidiOutbox};
use crate::node::{Fault, FrameCtx, Node};
use crate::notes::{NotesInput, settle};
use crate::plan::{Plan, PlanNode, Source};
use crate::port::{Note, PortType};
use crate::slot::{Hands, Outputs, members, number};
use crate::take::{Pending, Stamped};
use crate::typed_key::Unlisted;
use crate::value::Value;
use crate::workers::Workers;

use super::controls::Controls;
use super::prepare::{Preparer, Retired};

/// What a running graph is made with.
#[derive(Clone)]
pub struct LiveConfig {
    /// The GPU, if there is one.
    pub gpu: Option<Gpu>,
    /// The worker pool; an offline render works inline, whatever is given.
    pub workers: Workers,
    /// Frames a second.
    pub rate: FrameRate,
    /// The canvas for patches that name none.
    pub canvas_px: [u32; 2],
    /// Whether `canvas_px` counts even if the patch names another.
    pub canvas_is_forced: bool,
    /// Seed of all randomness.
    pub seed: u64,
    /// Whether frames may wait for slow work: an offline render.
    pub offline: bool,
}

/// A running graph.
pub struct Live {
    pub(super) config: LiveConfig,
    pub(super) recorder: Option<Recorder>,
    /// What waits for its frame.
    pending: Pending,
    /// What is played and has not been given to the sound, by the sample at which it is heard.
    unheard: Pending,
    memory: Memory,
    outbox: MidiOutbox,
    pub(super) version: u64,
    previous: Option<Tick>,
    pub(super) metronome: Metronome,
    pub(super) beats: Beats,
    pub(super) plan: Arc<Plan>,
    pub(super) controls: Controls,
    pub(super) nodes: Vec<Running>,
    pub(super) outputs: Vec<Outputs>,
    audio: AudioHandle,
    /// Sent behind the next frame, when every wired control has its value.
    pub(super) next_audio: Vec<AudioPlan>,
}

pub(super) struct Running {
    pub(super) node: Box<dyn Node>,
    /// In the order of its inputs.
    pub(super) hands: Vec<Hands>,
    /// Its inputs that take notes.
    pub(super) notes: Vec<NotesInput>,
    pub(super) fault: Option<Fault>,
    /// What it shares with its audio half.
    pub(super) link: Option<Arc<AudioLink>>,
    /// Samples that the audio half had to silence, when last looked.
    pub(super) silenced: u64,
    /// A node that panicked is not run again.
    pub(super) panicked: bool,
    /// How long the last of its frames took that was timed.
    pub(super) took: Duration,
}

/// Nodes are timed in one frame of this many: a look at the clock costs more than a plain node does.
const TIMED_FRAMES: u64 = 16;

/// A node that cannot do its work.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeFault {
    /// The node.
    pub node: NodeKey,
    /// What is wrong, and what to do.
    pub fault: Fault,
}

/// What happened in a frame.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FrameReport {
    /// Inputs from outside that took effect, for the take.
    pub applied: Vec<Stamped>,
    /// Inputs from outside that named nothing.
    pub refused: Vec<Fault>,
    /// Faults that began in this frame.
    pub faults: Vec<NodeFault>,
    /// Nodes whose fault ended in this frame.
    pub recovered: Vec<NodeKey>,
    /// What goes out by MIDI.
    pub midi: Vec<MidiOut>,
    /// The GPU did not take the frame's work.
    pub gpu: Option<Fault>,
}

impl Live {
    /// An empty running graph, the loader's half of it, and the audio thread's.
    pub fn new(config: LiveConfig) -> (Live, Preparer, AudioRunner) {
        // Offline a frame waits for its work, so that the result does not depend on time.
        let workers = if config.offline { Workers::inline() } else { config.workers };
        let config = LiveConfig { workers, ..config };
        let (audio, runner) = audio_pair(config.rate);
        let plan = Arc::new(Plan::default());
        let preparer = Preparer {
            gpu: config.gpu.clone(),
            workers: config.workers.clone(),
            cameras: None,
            audio_inputs: None,
            seed: config.seed,
            plan: plan.clone(),
            uids: Vec::new(),
            links: Vec::new(),
            next_uid: 0,
            version: 0,
            moves: false,
        };
        let recorder = config.gpu.as_ref().map(Recorder::new);
        let live = Live {
            config,
            recorder,
            pending: Pending::default(),
            unheard: Pending::default(),
            memory: Memory::default(),
            outbox: MidiOutbox::default(),
            version: 0,
            previous: None,
            metronome: Metronome::default(),
            beats: Beats::START,
            plan,
            controls: Controls::default(),
            nodes: Vec::new(),
            outputs: Vec::new(),
            audio,
            next_audio: Vec::new(),
        };
        (live, preparer, runner)
    }

    /// The version that plays; 0 before the first commit.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The plan that plays.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The canvas in pixels.
    pub fn canvas_px(&self) -> [u32; 2] {
        match self.plan.canvas_px {
            Some(canvas_px) if !self.config.canvas_is_forced => canvas_px,
            _ => self.config.canvas_px,
        }
    }

    /// Frames a second.
    pub fn rate(&self) -> FrameRate {
        self.config.rate
    }

    /// Puts an input from outside into the log; played notes go to the sound as well.
    pub fn input(&mut self, stamped: Stamped) {
        if stamped.input.is_played() {
            let sample = stamped.heard_sample(self.config.rate);
            self.unheard.push(Stamped { sample, ..stamped.clone() });
        }
        self.pending.push(stamped);
    }

    /// Puts an input from outside into the log that the sound has been given already, by [`Live::midi`].
    pub fn input_heard(&mut self, stamped: Stamped) {
        self.pending.push(stamped);
    }

    /// The straight way of played notes to the sound, for the threads on which they come.
    pub fn midi(&self) -> &MidiInlet {
        self.audio.midi()
    }

    /// Gives the sound what is heard before a sample.
    fn play(&mut self, before: u64) {
        for Stamped { sample, input, .. } in self.unheard.before(before) {
            self.audio.midi().input(&input, sample);
        }
    }

    /// What the audio thread no longer runs; drop it on the loader thread. Ask once a frame, until
    /// there is nothing.
    pub fn retired(&mut self) -> Option<Retired> {
        self.audio.retired().map(|plan| Retired { _boxes: Vec::new(), _audio: Some(plan) })
    }

    /// Runs one frame of every node, in plan order, and submits the GPU's work.
    pub fn frame(&mut self, frame: u64) -> FrameReport {
        let tick = Tick::new(self.config.rate, frame, self.previous);
        self.previous = Some(tick);
        let mut report = FrameReport::default();
        let mut applied = Vec::new();
        for stamped in self.pending.due(&tick) {
            match self.apply(&stamped.input) {
                Ok(()) => applied.push(stamped),
                Err(fault) => report.refused.push(fault),
            }
        }
        self.memory.see_ports(&applied);
        if let Some(recorder) = &mut self.recorder {
            recorder.begin_frame();
        }
        let canvas_px = self.canvas_px();
        let outputs = &self.outputs;
        let is_there = |uid| outputs.iter().any(|outputs| outputs.uid == uid && !outputs.is_dead);
        self.outbox.end_gone(tick.start_sample, is_there);
        self.beats = self.metronome.beats(&tick);
        let frame_end = self.config.rate.start_sample(frame + 1);
        self.play(frame_end);
        let mut ctx = FrameCtx {
            tick,
            rate: self.config.rate,
            beats: self.beats,
            canvas_px,
            offline: self.config.offline,
            external_input: ExternalInput { events: &applied, memory: &self.memory },
            workers: &self.config.workers,
            recorder: self.recorder.as_mut(),
            outbox: &mut self.outbox,
        };
        self.audio.begin_frame(ctx.frame_time());
        let is_timed = frame.is_multiple_of(TIMED_FRAMES);
        let mut begun = Instant::now();
        for (position, running) in self.nodes.iter_mut().enumerate() {
            silence_events(&mut self.outputs[position].values);
            if running.panicked {
                continue;
            }
            let planned = &self.plan.nodes[position];
            ctx.outbox.begin(self.outputs[position].uid);
            for input in &mut running.notes {
                let (from, notes) = wire_of(planned.sources.get(input.position), &self.outputs);
                input.follow(from, false, tick.start_sample, notes);
            }
            let mut values = std::mem::take(&mut self.outputs[position].values);
            let mut io = Io {
                uid: self.outputs[position].uid,
                plan: &self.plan,
                place: position,
                planned,
                hands: &running.hands,
                notes_inputs: &running.notes,
                wires: &self.outputs,
                outputs: &mut values,
                unlisted: Cell::new(None),
            };
            let node = &mut running.node;
            let result = catch_unwind(AssertUnwindSafe(|| node.frame(&mut ctx, &mut io)));
            if is_timed {
                let done = Instant::now();
                running.took = done - begun;
                begun = done;
            }
            let unlisted = io.unlisted.get();
            if let Some(link) = &running.link {
                store_controls(link, planned, &running.hands, &self.outputs);
            }
            for (output, value) in values.iter_mut().enumerate() {
                if let Value::Notes(notes) = value {
                    settle(notes, tick.start_sample, frame_end);
                    if let (Some(link), true) = (&running.link, result.is_ok()) {
                        link.push_notes(output, notes);
                    }
                }
            }
            self.outputs[position].values = values;
            let fault = match result {
                Ok(result) => unlisted_fault(unlisted, running, planned)
                    .or(result.err())
                    .or_else(|| audio_fault(running)),
                Err(panic) => {
                    running.panicked = true;
                    silence_events(&mut self.outputs[position].values);
                    self.outputs[position].is_dead = true;
                    if let Some(link) = &running.link {
                        link.end_notes(tick.start_sample);
                    }
                    Some(Fault::panicked("it", panic.as_ref()))
                }
            };
            note_fault(&mut report, &planned.key, &mut running.fault, fault);
        }
        self.memory.remember(&applied);
        report.applied = applied;
        report.midi = self.outbox.take();
        self.set_tempo(&tick);
        for plan in self.next_audio.drain(..) {
            self.audio.send(plan.starting_at(tick.start_sample));
        }
        report.gpu = self.recorder.as_mut().and_then(|recorder| recorder.submit().err());
        report
    }

    /// The recorder, for presenting what the screens show.
    pub fn recorder(&mut self) -> Option<&mut Recorder> {
        self.recorder.as_mut()
    }
}

/// Sends the newest control values to the audio half.
fn store_controls(link: &AudioLink, planned: &PlanNode, hands: &[Hands], wires: &[Outputs]) {
    for (position, (spec, source)) in planned.inputs.iter().zip(&planned.sources).enumerate() {
        if spec.port == PortType::Control {
            for (member, source) in members(source).iter().enumerate() {
                let hand = hands.get(position).and_then(|hands| hands.get(member));
                link.store(position, member, number(spec, source, hand, wires));
            }
        }
    }
}

/// A key that either half uses and that the kind does not list.
fn unlisted_fault(frame: Option<Unlisted>, running: &Running, planned: &PlanNode) -> Option<Fault> {
    let audio = || running.link.as_ref()?.unlisted();
    Some(frame.or_else(audio)?.fault(planned.kind.name))
}

fn audio_fault(running: &mut Running) -> Option<Fault> {
    let link = running.link.as_ref()?;
    if link.panicked() {
        return Some(Fault::new(
            "its sound panicked",
            "it is silent until its options change or it is rebuilt",
        ));
    }
    let silenced = std::mem::replace(&mut running.silenced, link.silenced());
    (link.silenced() > silenced).then(|| {
        Fault::new(
            "its sound was not a number or far too loud",
            "turn down what drives it; the samples were silenced",
        )
    })
}

/// What is on a wire of notes, and where it comes from. A node that panicked is not there.
fn wire_of<'a>(source: Option<&Source>, wires: &'a [Outputs]) -> (Option<(u64, usize)>, &'a [Note]) {
    let Some(Source::Wire { node, output }) = source else { return (None, &[]) };
    match wires.get(*node) {
        Some(from) if !from.is_dead => match from.values.get(*output) {
            Some(Value::Notes(notes)) => (Some((from.uid, *output)), notes),
            _ => (None, &[]),
        },
        _ => (None, &[]),
    }
}

fn silence_events(values: &mut [Value]) {
    for value in values {
        match value {
            Value::Notes(notes) => notes.clear(),
            Value::Trigger(edges) => *edges = 0,
            _ => {}
        }
    }
}

fn note_fault(report: &mut FrameReport, key: &NodeKey, current: &mut Option<Fault>, next: Option<Fault>) {
    if *current == next {
        return;
    }
    match &next {
        Some(fault) => report.faults.push(NodeFault { node: key.clone(), fault: fault.clone() }),
        None => report.recovered.push(key.clone()),
    }
    *current = next;
}
