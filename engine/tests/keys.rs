//! A key that a node uses and that its kind does not list is the node's fault, with its words.

use pastiche_engine::assets::NoAssets;
use pastiche_engine::audio::{AudioIo, AudioNode, BlockCtx};
use pastiche_engine::check::check;
use pastiche_engine::clock::FrameRate;
use pastiche_engine::graph::{GraphDesc, NodeDesc, NodeKey};
use pastiche_engine::io::Io;
use pastiche_engine::live::{Live, LiveConfig};
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::notes::NoteIo;
use pastiche_engine::port::{Audio, Control, List, Note, Notes};
use pastiche_engine::registry::{NodeKind, Registry};
use pastiche_engine::spec::{ANY, Category, In, NodeSpec, Out, Role, Unit};
use pastiche_engine::workers::Workers;

const LEVEL: In<Control> = In::amount("How loud.");
const LEVELS: In<List<Control>> = In::controls("amount", Unit::Ratio, ANY, ANY, "How loud each is.");
const RADIUS: In<Control> = In::optional("radius", "How wide.");
const NOTES: In<Notes> = In::optional("notes", "Notes.");
const VALUE: Out<Control> = Out::new("value", "What comes out.");
const SOUND: Out<Audio> = Out::new("sound", "What else comes out.");
const NOTE: Note = Note { sample: 0, pitch: 60, velocity: 1, voice: 0, channel: 0, on: true };
const TUNE: Out<Notes> = Out::new("tune", "Notes.");

struct Both {
    frame: fn(&mut Io<'_>),
    block: fn(&mut AudioIo<'_>),
}

impl Node for Both {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        (self.frame)(io);
        Ok(())
    }

    fn take_audio(&mut self) -> Option<Box<dyn AudioNode>> {
        Some(Box::new(Half(self.block)))
    }
}

struct Half(fn(&mut AudioIo<'_>));

impl AudioNode for Half {
    fn block(&mut self, _ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        (self.0)(io);
    }
}

/// A kind that lists an `amount` and a `value`, with what its two halves use.
macro_rules! kind {
    ($frame:expr, $block:expr) => {{
        static KIND: NodeKind = NodeKind {
            spec: NodeSpec {
                name: "toy",
                category: Category::Sound,
                summary: "A toy.",
                doc: "A toy.",
                example: "toy();",
                inputs: &[&LEVEL.0],
                outputs: &[VALUE.0],
                role: Role::Recorder,
                ..NodeSpec::PLAIN
            },
            make: |_, _| Ok(Box::new(Both { frame: $frame, block: $block })),
        };
        &KIND
    }};
}

/// The faults of three frames of a node alone.
fn faults(kind: &'static NodeKind) -> Vec<Fault> {
    let registry = Registry::new([kind]).expect("a sound declaration");
    let (inputs, options) = Default::default();
    let node = NodeDesc { key: NodeKey::new("it"), kind: "toy".into(), inputs, options, span: None };
    let graph = GraphDesc { nodes: vec![node], ..GraphDesc::default() };
    let plan = check(&graph, registry.kinds(), &NoAssets).expect("a good patch").plan;
    let (mut live, mut preparer, mut audio) = Live::new(LiveConfig {
        gpu: None,
        workers: Workers::inline(),
        rate: FrameRate::from_fps(60.0).expect("a rate"),
        canvas_px: [64, 36],
        canvas_is_forced: false,
        seed: 1,
        offline: true,
    });
    let prepared = preparer.prepare(plan, &registry, &NoAssets).expect("a node that is built");
    assert!(live.commit(prepared).is_ok());
    let mut faults = Vec::new();
    for frame in 0..3 {
        faults.extend(live.frame(frame).faults.into_iter().map(|fault| fault.fault));
        audio.run(frame * 800, &mut [[0.0; 2]; 800]);
    }
    faults
}

fn message(kind: &'static NodeKind) -> String {
    let faults = faults(kind);
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults[0].message.clone()
}

#[test]
fn keys_that_are_listed_are_no_fault() {
    let faults = faults(kind!(
        |io| {
            assert_eq!(io.control(&LEVEL), 1.0);
            io.set_control(&VALUE, 2.0);
        },
        |io| assert_eq!(io.control(&LEVEL), 1.0)
    ));
    assert_eq!(faults, []);
}

#[test]
fn a_forgotten_input_is_told_whatever_it_takes() {
    let expected = "`toy` reads an input `radius` that its declaration does not list";
    assert_eq!(message(kind!(|io| assert_eq!(io.control(&RADIUS), 0.0), |_| ())), expected);
    assert_eq!(message(kind!(|_| (), |io| assert_eq!(io.control(&RADIUS), 0.0))), expected);
    let notes = "`toy` reads an input `notes` that its declaration does not list";
    assert_eq!(message(kind!(|io| assert_eq!(io.notes(&NOTES), []), |_| ())), notes);
    assert_eq!(message(kind!(|_| (), |io| assert_eq!(io.notes(&NOTES), []))), notes);
}

#[test]
fn an_input_of_another_type_is_none_of_the_kind() {
    let expected = "`toy` reads an input `amount` that its declaration does not list";
    assert_eq!(message(kind!(|io| assert_eq!(io.controls(&LEVELS).count(), 0), |_| ())), expected);
    assert_eq!(message(kind!(|_| (), |io| assert_eq!(io.controls(&LEVELS).count(), 0))), expected);
}

#[test]
fn a_forgotten_output_is_told() {
    let sound = "`toy` writes an output `sound` that its declaration does not list";
    assert_eq!(message(kind!(|_| (), |io| assert!(io.out(&SOUND)[0].is_empty()))), sound);
    let tune = "`toy` writes an output `tune` that its declaration does not list";
    assert_eq!(message(kind!(|io| assert!(io.notes_out(&TUNE).is_none()), |_| ())), tune);
    assert_eq!(message(kind!(|_| (), |io| NoteIo::write_note(io, &TUNE, NOTE))), tune);
}
