//! Toy kinds and a small builder of descriptions, so that the engine is tested without nodes,
//! scripts, files or a GPU.
#![allow(dead_code, reason = "each test binary uses a part of the toys")]

use pastiche_engine::assets::NoAssets;
use pastiche_engine::check::check;
use pastiche_engine::clock::FrameRate;
use pastiche_engine::diagnostic::Diagnostic;
use pastiche_engine::frame::Frame;
use pastiche_engine::graph::{Given, GivenInput, GivenOption, GraphDesc, NodeDesc, NodeKey};
use pastiche_engine::io::Io;
use pastiche_engine::live::{Live, LiveConfig, Preparer, Summary};
use pastiche_engine::node::{BuildCtx, BuildError, Fault, FrameCtx, Node};
use pastiche_engine::options::{OptionValue, Options};
use pastiche_engine::plan::Plan;
use pastiche_engine::port::{Control, List, Value};
use pastiche_engine::registry::{NodeKind, Registry};
use pastiche_engine::spec::{ANY, Category, Choice, In, NodeSpec, Opt, Out, Role, Unit, range};
use pastiche_engine::workers::Workers;

static A: In<Control> = In::control("a", 0.0, Unit::None, range(-10.0, 10.0), ANY, "Left.");
static B: In<Control> = In::control("b", 0.0, Unit::None, range(-10.0, 10.0), range(-100.0, 100.0), "Right.");
static RATE: In<Control> = In::control("rate", 1.0, Unit::Hz, range(0.0, 10.0), ANY, "Steps a frame.");
static VALUE: In<Control> = In::control("value", 0.0, Unit::None, range(0.0, 1.0), ANY, "Value.");
static MEMBERS: In<List<Control>> = In::controls("members", Unit::None, range(0.0, 1.0), ANY, "Numbers.");
static IMAGE: In<Frame> = In::required("image", "A picture.");
const OUT: Out<Control> = Out::new("out", "The result.");

pub struct Toy {
    step: f64,
    run: fn(&mut f64, &Io<'_>) -> Result<f64, Fault>,
}

impl Node for Toy {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let value = (self.run)(&mut self.step, io)?;
        io.set_control(&OUT, value);
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        self.step = old.step;
    }
}

const fn spec(name: &'static str) -> NodeSpec {
    NodeSpec {
        name,
        category: Category::Maths,
        summary: "A toy.",
        doc: "It is only a toy.",
        example: "toy();",
        inputs: &[],
        options: &[],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    }
}

macro_rules! toy {
    ($name:ident, $spec:expr, $run:expr) => {
        pub static $name: NodeKind =
            NodeKind { spec: $spec, make: |_, _| Ok(Box::new(Toy { step: 0.0, run: $run })) };
    };
}

toy!(RAMP, NodeSpec { inputs: &[&RATE.0], ..spec("ramp") }, |step, io| {
    let now = *step;
    *step += io.control(&RATE);
    Ok(now)
});
toy!(ADD, NodeSpec { inputs: &[&A.0, &B.0], ..spec("add") }, |_, io| Ok(io.control(&A) + io.control(&B)));
toy!(SUM, NodeSpec { inputs: &[&MEMBERS.0], ..spec("sum") }, |_, io| Ok(io.controls(&MEMBERS).sum()));
toy!(LATE, NodeSpec { breaks_cycles: true, inputs: &[&A.0], ..spec("late") }, |_, io| Ok(io.control(&A)));
toy!(SINK, NodeSpec { role: Role::Screen, inputs: &[&A.0], ..spec("sink") }, |_, _| Ok(0.0));
toy!(LOOK, NodeSpec { inputs: &[&IMAGE.0], ..spec("look") }, |_, _| Ok(0.0));
toy!(FAULTY, NodeSpec { inputs: &[&A.0], ..spec("faulty") }, |step, io| {
    if io.control(&A) > 0.5 {
        return Err(Fault::new("it is above a half", "turn it down"));
    }
    *step += 1.0;
    Ok(*step)
});
toy!(PANICS, NodeSpec { inputs: &[&A.0], ..spec("panics") }, |step, io| {
    assert!(io.control(&A) < 0.5, "above a half");
    *step += 1.0;
    Ok(*step)
});
toy!(
    KNOB,
    NodeSpec {
        role: Role::Knob,
        options: &[Opt::optional_text("name", "Its name.").0],
        inputs: &[&VALUE.0],
        ..spec("knob")
    },
    |_, io| Ok(io.control(&VALUE))
);

const START: Opt<usize> = Opt::whole("start", 0, range(0.0, 100.0), "First number.");
const SHAPE: Opt<Choice<()>> = Opt::choice("shape", &[("round", ()), ("square", ())], "Its shape.");

pub static COUNT: NodeKind =
    NodeKind { spec: NodeSpec { options: &[START.0, SHAPE.0], ..spec("count") }, make: make_count };

fn make_count(_: &BuildCtx<'_>, options: &Options) -> Result<Box<dyn Node>, BuildError> {
    let start = options.get(&START);
    if start == 13 {
        return Err(BuildError::new("13 brings bad luck", "count from 14").option(START.0.name));
    }
    assert!(start != 99, "a node that panics while it is built");
    let run = |step: &mut f64, _: &Io<'_>| {
        *step += 1.0;
        Ok(*step)
    };
    Ok(Box::new(Toy { step: start as f64, run }))
}

pub fn registry() -> Registry {
    Registry::new([&RAMP, &ADD, &SUM, &LATE, &SINK, &LOOK, &FAULTY, &PANICS, &KNOB, &COUNT])
        .expect("the toys are declared well")
}

/// Builds descriptions: `Desc::new().node("x", "add").number("a", 1.0).wire("b", "y")`.
#[derive(Clone, Default)]
pub struct Desc(pub GraphDesc);

impl Desc {
    pub fn new() -> Desc {
        Desc::default()
    }

    pub fn node(mut self, key: &str, kind: &str) -> Desc {
        self.0.nodes.push(NodeDesc {
            key: NodeKey::new(key),
            kind: kind.into(),
            inputs: Default::default(),
            options: Default::default(),
            span: None,
        });
        self
    }

    pub fn given(mut self, input: &str, value: Given) -> Desc {
        let node = self.0.nodes.last_mut().expect("a node first");
        node.inputs.insert(input.into(), GivenInput { value, span: None });
        self
    }

    pub fn number(self, input: &str, number: f64) -> Desc {
        self.given(input, Given::Number(number))
    }

    pub fn place(&self, key: &str) -> usize {
        self.0.nodes.iter().position(|node| &*node.key.0 == key).expect("a node of that name")
    }

    pub fn wire(self, input: &str, from: &str) -> Desc {
        let node = self.place(from);
        self.given(input, Given::Wire { node, output: 0 })
    }

    pub fn option(mut self, name: &str, value: OptionValue) -> Desc {
        let node = self.0.nodes.last_mut().expect("a node first");
        node.options.insert(name.into(), GivenOption { value, span: None });
        self
    }

    /// `sink` at the end, so that everything wired to `from` runs.
    pub fn sink(self, from: &str) -> Desc {
        let name = format!("sink of {from}");
        self.node(&name, "sink").wire("a", from)
    }

    pub fn check(&self) -> Result<Plan, Vec<Diagnostic>> {
        check(&self.0, registry().kinds(), &NoAssets).map(|checked| checked.plan)
    }

    pub fn plan(&self) -> Plan {
        self.check().unwrap_or_else(|faults| panic!("{}", text(&faults)))
    }
}

pub fn text(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// A running graph with its loader's half.
pub struct Show {
    pub live: Live,
    pub preparer: Preparer,
    pub frame: u64,
}

impl Show {
    pub fn new(desc: &Desc) -> Show {
        let (live, preparer, _) = Live::new(LiveConfig {
            gpu: None,
            workers: Workers::inline(),
            rate: FrameRate::from_fps(60.0).expect("a rate"),
            canvas_px: [64, 36],
            canvas_is_forced: false,
            seed: 1,
            offline: true,
        });
        let mut show = Show { live, preparer, frame: 0 };
        show.load(desc);
        show
    }

    pub fn load(&mut self, desc: &Desc) -> Summary {
        let prepared = self
            .preparer
            .prepare(desc.plan(), &registry(), &NoAssets)
            .unwrap_or_else(|faults| panic!("{}", text(&faults)));
        let summary = prepared.summary();
        assert!(self.live.commit(prepared).is_ok());
        summary
    }

    pub fn step(&mut self) -> pastiche_engine::live::FrameReport {
        let report = self.live.frame(self.frame);
        self.frame += 1;
        report
    }

    pub fn value(&self, node: &str) -> f64 {
        match self.live.output(&NodeKey::new(node), "out") {
            Some(Value::Control(value)) => *value,
            other => panic!("{node}: {other:?}"),
        }
    }
}
