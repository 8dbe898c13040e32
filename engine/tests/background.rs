//! Work beside the show, seen from a running graph: live and in a render.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod toys;

use pastiche_engine::assets::NoAssets;
use pastiche_engine::check::check;
use pastiche_engine::clock::FrameRate;
use pastiche_engine::fault::Fault;
use pastiche_engine::io::Io;
use pastiche_engine::key::NodeKey;
use pastiche_engine::live::{Live, LiveConfig, Preparer};
use pastiche_engine::node::{FrameCtx, Node};
use pastiche_engine::port::{Control, Value};
use pastiche_engine::registry::{NodeKind, Registry};
use pastiche_engine::spec::{ANY, Category, In, NodeSpec, Out, Unit, range};
use pastiche_engine::workers::{Background, Priority, Workers};

use toys::{Desc, RAMP, SINK};

/// Frames in which a job must have come to its end.
const MOST_FRAMES: usize = 1_000_000;

static A: In<Control> = In::control("a", 0.0, Unit::None, range(-10.0, 10.0), ANY, "What is doubled.");
const OUT: Out<Control> = Out::new("out", "The result.");

/// Doubles a number beside the show, and panics above 2.
static DOUBLES: NodeKind = NodeKind {
    spec: NodeSpec {
        name: "doubles",
        category: Category::Maths,
        summary: "A toy.",
        doc: "It is only a toy.",
        example: "toy();",
        inputs: &[&A.0],
        options: &[],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(Doubles::default())),
};

#[derive(Default)]
struct Doubles {
    work: Background<f64>,
    result: f64,
}

impl Node for Doubles {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        if self.work.is_idle() {
            let number = io.control(&A);
            self.work.submit(ctx.workers, Priority::Model, move |_| {
                assert!(number <= 2.0, "{number} is above 2");
                2.0 * number
            });
        }
        if let Some(result) = self.work.poll()? {
            self.result = result;
        }
        io.set_control(&OUT, self.result);
        Ok(())
    }
}

struct Show {
    live: Live,
    _preparer: Preparer,
    frame: u64,
}

impl Show {
    /// `ramp` counts 0, 1, 2, 3 by frames into `double`.
    fn new(workers: Workers, offline: bool) -> Show {
        let (mut live, mut preparer, _) = Live::new(LiveConfig {
            gpu: None,
            workers,
            rate: FrameRate::from_fps(60.0).unwrap(),
            canvas_px: [64, 36],
            canvas_is_forced: false,
            seed: 1,
            offline,
        });
        let registry = Registry::new([&RAMP, &SINK, &DOUBLES]).unwrap();
        let desc =
            Desc::new().node("ramp", "ramp").node("double", "doubles").wire("a", "ramp").sink("double");
        let plan = check(&desc.0, registry.kinds(), &NoAssets).unwrap().plan;
        let prepared = preparer.prepare(plan, &registry, &NoAssets).unwrap();
        assert!(live.commit(prepared).is_ok());
        Show { live, _preparer: preparer, frame: 0 }
    }

    fn step(&mut self) -> Vec<Fault> {
        let report = self.live.frame(self.frame);
        self.frame += 1;
        report.faults.into_iter().map(|found| found.fault).collect()
    }

    fn value(&self, node: &str) -> f64 {
        match self.live.output(&NodeKey::new(node), "out") {
            Some(Value::Control(value)) => *value,
            other => panic!("{node}: {other:?}"),
        }
    }
}

#[test]
fn a_panic_beside_the_show_is_the_same_fault_live_and_in_a_render_and_the_node_is_held() {
    let shows = [
        Show::new(Workers::inline(), true),
        // A render works inline whatever it is given.
        Show::new(Workers::with_room(1).unwrap(), true),
        Show::new(Workers::with_room(1).unwrap(), false),
    ];
    for mut show in shows {
        let mut faults = Vec::new();
        for _ in 0..MOST_FRAMES {
            faults = show.step();
            if !faults.is_empty() {
                break;
            }
            std::thread::yield_now();
        }
        assert_eq!(faults.len(), 1);
        assert!(faults[0].message.starts_with("its work in the background panicked: "), "{}", faults[0]);
        assert!(faults[0].message.ends_with(" is above 2"), "{}", faults[0]);
        let (held, ramp) = (show.value("double"), show.value("ramp"));
        for _ in 0..10 {
            assert_eq!(show.step(), [], "the fault is reported once");
        }
        assert_eq!((show.value("double"), show.value("ramp")), (held, ramp + 10.0));
    }
}

#[test]
fn a_render_waits_for_its_work() {
    for workers in [Workers::inline(), Workers::with_room(2).unwrap()] {
        let mut show = Show::new(workers, true);
        let doubled: Vec<f64> = (0..3)
            .map(|_| {
                assert_eq!(show.step(), []);
                show.value("double")
            })
            .collect();
        assert_eq!(doubled, [0.0, 2.0, 4.0]);
        assert_eq!(show.step()[0].message, "its work in the background panicked: 3 is above 2");
        assert_eq!(show.value("double"), 4.0);
    }
}
