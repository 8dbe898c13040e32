//! Builds what the next plan needs, off to the side. Runs on the loader thread and may be slow; the
//! running graph is not touched.

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::assets::Assets;
use crate::audio::{AudioHalf, AudioLink, AudioNode, AudioPart, AudioPlan, Written};
use crate::audio_inputs::AudioInputs;
use crate::cameras::Cameras;
use crate::diagnostic::{Diagnostic, Severity};
use crate::diff::{Change, diff};
use crate::fault::{BuildError, panic_message};
use crate::gpu::{Gpu, Recorder};
use crate::node::{BuildCtx, Node};
use crate::plan::{Plan, PlanNode};
use crate::port::PortType;
use crate::registry::Registry;
use crate::slot::Hands;
use crate::stamp::Stamp;
use crate::workers::Workers;

use super::controls::Controls;

/// The loader's half of a running graph: knows the plan that was prepared last, and builds the next.
/// What it prepares must be committed, in order.
pub struct Preparer {
    pub(super) gpu: Option<Gpu>,
    pub(super) workers: Workers,
    pub(super) cameras: Option<Arc<dyn Cameras>>,
    pub(super) audio_inputs: Option<Arc<dyn AudioInputs>>,
    pub(super) seed: u64,
    pub(super) plan: Arc<Plan>,
    pub(super) uids: Vec<u64>,
    pub(super) links: Vec<Option<Arc<AudioLink>>>,
    pub(super) next_uid: u64,
    pub(super) version: u64,
    /// The next version plays on another GPU than the one before.
    pub(super) moves: bool,
}

/// What a commit changes, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Nodes that stay as they are.
    pub kept: usize,
    /// Nodes whose controls, wires or names change.
    pub retuned: usize,
    /// Nodes rebuilt in the place of an old one.
    pub rebuilt: usize,
    /// New nodes.
    pub built: usize,
    /// Nodes that go.
    pub dropped: usize,
}

/// A plan with all its new nodes, ready to be committed between two frames.
pub struct Prepared {
    pub(super) version: u64,
    pub(super) plan: Arc<Plan>,
    pub(super) controls: Controls,
    pub(super) nodes: Vec<PreparedNode>,
    pub(super) audio: AudioPlan,
    pub(super) summary: Summary,
    /// On which GPU it plays from now on, if that is another one.
    pub(super) recorder: Option<Recorder>,
    pub(super) warnings: Vec<Diagnostic>,
}

impl Prepared {
    /// What is wrong with nodes that could be built all the same.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// The number of the version, from 1.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// What the commit will change.
    pub fn summary(&self) -> Summary {
        self.summary
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }
}

pub(super) struct PreparedNode {
    pub(super) uid: u64,
    /// `None`: the running node of the same uid goes on.
    pub(super) fresh: Option<Box<dyn Node>>,
    /// The running node whose values moved by hand, and whose state if it is replaced, go on here.
    pub(super) follows: Option<u64>,
    pub(super) hands: Vec<Hands>,
    pub(super) link: Option<Arc<AudioLink>>,
}

/// What a commit has taken out of the running graph; drop it on the loader thread.
#[derive(Default)]
pub struct Retired {
    pub(super) _boxes: Vec<Box<dyn Any + Send>>,
    pub(super) _audio: Option<AudioPlan>,
}

impl Preparer {
    /// Lets nodes that are built from now on look through cameras.
    pub fn use_cameras(&mut self, cameras: Arc<dyn Cameras>) {
        self.cameras = Some(cameras);
    }

    /// Lets nodes that are built from now on hear what comes in.
    pub fn use_audio_inputs(&mut self, audio_inputs: Arc<dyn AudioInputs>) {
        self.audio_inputs = Some(audio_inputs);
    }

    /// Builds all new nodes of a plan with the makers of `registry`. A fault of any node leaves everything as it was.
    pub fn prepare(
        &mut self,
        next: Plan,
        registry: &Registry,
        assets: &dyn Assets,
    ) -> Result<Prepared, Vec<Diagnostic>> {
        let mut changes = diff(&self.plan, &next);
        if self.moves {
            changes
                .nodes
                .iter_mut()
                .zip(&next.nodes)
                .for_each(|(change, node)| rebuild_if_it_draws(change, node));
        }
        let (mut faults, mut warnings) = (Vec::new(), Vec::new());
        let mut nodes = Vec::with_capacity(next.nodes.len());
        let mut summary = Summary { dropped: changes.dropped.len(), ..Summary::default() };
        let mut halves = Vec::with_capacity(next.nodes.len());
        let mut next_uid = self.next_uid;
        for (node, change) in next.nodes.iter().zip(&changes.nodes) {
            match change {
                Change::Keep { .. } => summary.kept += 1,
                Change::Retune { .. } => summary.retuned += 1,
                Change::Rebuild { .. } => summary.rebuilt += 1,
                Change::Build => summary.built += 1,
            }
            let follows = change.old().map(|old| self.uids[old]);
            let kept = matches!(change, Change::Keep { .. } | Change::Retune { .. });
            let uid = follows.filter(|_| kept).unwrap_or_else(|| {
                next_uid += 1;
                next_uid
            });
            let mut fresh =
                if kept { None } else { self.build(node, registry, assets, &mut faults, &mut warnings) };
            let part = match (&mut fresh, change.old()) {
                (Some(built), _) => audio_half(built.as_mut(), node).map(|node| {
                    // What draws starts over on another GPU, with both of its halves.
                    AudioPart::New { node, adopt_from: follows.filter(|_| !self.moves) }
                }),
                (None, Some(old)) => self.links[old].clone().map(|link| AudioPart::Kept { link }),
                (None, None) => None,
            };
            halves.push(part.map(|part| AudioHalf { uid, part }));
            let hands = node.sources.iter().map(Hands::none).collect();
            nodes.push(PreparedNode { uid, fresh, follows, hands, link: None });
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let (audio, links) = AudioPlan::new(&next, halves);
        for (node, link) in nodes.iter_mut().zip(&links) {
            node.link = link.clone();
        }
        self.next_uid = next_uid;
        self.version += 1;
        self.links = links;
        self.uids = nodes.iter().map(|node| node.uid).collect();
        self.plan = Arc::new(next);
        let moves = std::mem::take(&mut self.moves);
        let recorder = self.gpu.as_ref().filter(|_| moves).map(Recorder::new);
        let (version, plan) = (self.version, self.plan.clone());
        let controls = Controls::of(&plan);
        Ok(Prepared { version, plan, controls, nodes, audio, summary, recorder, warnings })
    }

    /// The plan that was prepared last, again on another GPU: whatever draws is built again and begins
    /// again, but for what was moved by hand; everything else goes on.
    pub fn move_to(
        &mut self,
        gpu: Gpu,
        registry: &Registry,
        assets: &dyn Assets,
    ) -> Result<Prepared, Vec<Diagnostic>> {
        self.gpu = Some(gpu);
        self.moves = true;
        self.prepare(Plan::clone(&self.plan), registry, assets)
    }

    fn build(
        &self,
        node: &PlanNode,
        registry: &Registry,
        assets: &dyn Assets,
        faults: &mut Vec<Diagnostic>,
        warnings: &mut Vec<Diagnostic>,
    ) -> Option<Box<dyn Node>> {
        let told = RefCell::default();
        let ctx = BuildCtx {
            assets,
            gpu: self.gpu.as_ref(),
            cameras: self.cameras.as_ref(),
            audio_inputs: self.audio_inputs.as_ref(),
            workers: &self.workers,
            seed: seed_of(self.seed, &node.key.0),
            warnings: &told,
        };
        let built = match registry.get(node.kind.name) {
            Ok(kind) => catch_unwind(AssertUnwindSafe(|| (kind.make)(&ctx, &node.options)))
                .unwrap_or_else(|panic| Err(panicked(panic.as_ref()))),
            Err(unknown) => Err(BuildError::new(
                unknown.to_string(),
                "the plan was checked against other kinds than those that it is built with",
            )),
        };
        let diagnostic = |error: BuildError| error.diagnostic(&node.key.0, node.kind.name, node.span.clone());
        let told = told.take().into_iter().map(diagnostic);
        warnings.extend(told.map(|told| Diagnostic { severity: Severity::Warning, ..told }));
        built.map_err(|error| faults.push(diagnostic(error))).ok()
    }
}

/// The audio half of a node; one that only writes notes has one that plays them.
fn audio_half(node: &mut dyn Node, planned: &PlanNode) -> Option<Box<dyn AudioNode>> {
    let writes_notes = planned.kind.outputs.iter().any(|output| output.port == PortType::Notes);
    node.take_audio().or_else(|| writes_notes.then(|| Box::new(Written) as Box<dyn AudioNode>))
}

/// What draws holds textures and pipelines of its GPU.
fn rebuild_if_it_draws(change: &mut Change, node: &PlanNode) {
    let outputs = node.kind.outputs.iter().map(|output| output.port);
    let draws = node.inputs.iter().map(|input| input.port).chain(outputs).any(|port| port == PortType::Frame);
    if draws && let Some(old) = change.old() {
        *change = Change::Rebuild { old };
    }
}

fn panicked(panic: &(dyn Any + Send)) -> BuildError {
    BuildError::new(
        format!("it panicked while it was built: {}", panic_message(panic)),
        "this is a fault of the node, not of the patch; please report it",
    )
}

/// A node's own seed: the same for the same name and `seed`, whatever else the patch holds.
fn seed_of(seed: u64, key: &str) -> u64 {
    Stamp::new().number(seed).text(key).finish()
}

/// Positions by uid.
pub(super) fn by_uid(uids: impl Iterator<Item = u64>) -> HashMap<u64, usize> {
    uids.enumerate().map(|(position, uid)| (uid, position)).collect()
}
