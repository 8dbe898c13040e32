//! Toy nodes and hand-made plans for the tests of the audio half.
#![allow(dead_code, reason = "no test program uses all of them")]

use std::sync::Arc;

use pastiche_engine::audio::{AudioHalf, AudioIo, AudioNode, AudioPart, BlockCtx, Phase, Smoothed};
use pastiche_engine::graph::NodeKey;
use pastiche_engine::node::BuildError;
use pastiche_engine::options::Options;
use pastiche_engine::plan::{Plan, PlanNode, Source};
use pastiche_engine::port::{Audio, Control, List};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{ANY, Category, In, NodeSpec, Out, OutputSpec, Role, Unit, range};
use pastiche_engine::typed_key::Positions;

pub const FREQUENCY: In<Control> =
    In::control("frequency", 440.0, Unit::Hz, range(20.0, 2000.0), ANY, "Cycles a second.");
pub const SOUND: In<Audio> = In::optional("sound", "What is heard.");
pub const AMOUNT: In<Control> = In::amount("How loud.");
pub const SOUNDS: In<List<Audio>> = In::optional("sounds", "What is mixed.");
pub const LEVELS: In<List<Control>> =
    In::controls("levels", Unit::Ratio, range(0.0, 1.0), ANY, "How loud each is.");
pub const OUT: Out<Audio> = Out::new("sound", "What comes out.");

pub static TONE: NodeKind = kind("tone", &[OUT.0], Role::Plain);
pub static GAIN: NodeKind = kind("gain", &[OUT.0], Role::Plain);
pub static MIX: NodeKind = kind("mix", &[OUT.0], Role::Plain);
pub static SPEAKERS: NodeKind = kind("speakers", &[], Role::Speakers);

const fn kind(name: &'static str, outputs: &'static [OutputSpec], role: Role) -> NodeKind {
    let spec = NodeSpec {
        name,
        category: Category::Sound,
        summary: "A toy.",
        doc: "A toy.",
        example: "toy()",
        inputs: &[],
        options: &[],
        outputs,
        role,
        ..NodeSpec::PLAIN
    };
    NodeKind { spec, make: |_, _| Err(BuildError::new("a toy", "none")) }
}

/// A sine whose frequency glides.
#[derive(Default)]
pub struct Tone {
    phase: Phase,
    frequency: Smoothed,
}

impl AudioNode for Tone {
    fn block(&mut self, _ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        self.frequency.toward(io.control(&FREQUENCY));
        let [left, right] = io.out(&OUT);
        for (left, right) in left.iter_mut().zip(right) {
            let phase = self.phase.advance(self.frequency.advance());
            let sample = (phase * std::f64::consts::TAU).sin() as f32;
            (*left, *right) = (sample, -sample);
        }
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(self, old);
    }
}

/// Makes sound louder or softer.
#[derive(Default)]
pub struct Gain(Smoothed);

impl AudioNode for Gain {
    fn block(&mut self, _ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        self.0.toward(io.control(&AMOUNT));
        let Some([left_in, right_in]) = io.audio(&SOUND) else { return };
        let [left, right] = io.out(&OUT);
        for (position, (left, right)) in left.iter_mut().zip(right).enumerate() {
            let gain = self.0.advance() as f32;
            (*left, *right) = (left_in[position] * gain, right_in[position] * gain);
        }
    }
}

/// Whatever a test needs.
pub fn run(block: impl FnMut(&BlockCtx, &mut AudioIo<'_>) + Send + 'static) -> impl AudioNode {
    Run(block)
}

struct Run<F>(F);

impl<F: FnMut(&BlockCtx, &mut AudioIo<'_>) + Send + 'static> AudioNode for Run<F> {
    fn block(&mut self, ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        (self.0)(ctx, io);
    }
}

/// A node of a plan.
pub fn node(kind: &'static NodeKind, sources: Vec<Source>) -> PlanNode {
    let inputs = match kind.spec.name {
        "tone" => vec![FREQUENCY.0],
        "gain" => vec![SOUND.0, AMOUNT.0],
        "mix" => vec![SOUNDS.0, LEVELS.0],
        _ => vec![SOUND.0],
    };
    PlanNode {
        key: NodeKey::new(kind.spec.name),
        kind: &kind.spec,
        options: Options::default(),
        stamp: 0,
        positions: Arc::new(Positions::new(&inputs, kind.spec.outputs)),
        inputs: inputs.into(),
        sources,
        made: 0,
        span: None,
    }
}

/// A plan of such nodes, in the order in which they run.
pub fn plan(nodes: Vec<PlanNode>) -> Plan {
    Plan { canvas_px: None, nodes }
}

/// The first output of a node.
pub fn wire(node: usize) -> Source {
    Source::Wire { node, output: 0 }
}

/// A newly built audio half.
pub fn new(uid: u64, node: impl AudioNode) -> Option<AudioHalf> {
    Some(AudioHalf { uid, part: AudioPart::New { node: Box::new(node), adopt_from: None } })
}
