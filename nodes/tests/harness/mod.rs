//! Runs nodes without scripts: a builder of descriptions, stand-ins for what nodes read, and a
//! running graph to look at.
#![allow(dead_code, reason = "each test binary uses a part of the harness")]
#![allow(clippy::unwrap_used, reason = "this module belongs to tests")]

pub mod files;

use std::sync::OnceLock;

use half::f16;
use pastiche_engine::assets::Media;
use pastiche_engine::audio::AudioRunner;
use pastiche_engine::check::check;
use pastiche_engine::clock::FrameRate;
use pastiche_engine::diagnostic::Diagnostic;
use pastiche_engine::frame::{Frame, PixelFormat, Pixels};
use pastiche_engine::gpu::{Gpu, GpuError, WireId};
use pastiche_engine::graph::{Given, GivenInput, GivenOption, GraphDesc, NodeDesc, NodeKey};
use pastiche_engine::io::Io;
use pastiche_engine::live::{FrameReport, Live, LiveConfig, Preparer, Summary};
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::options::OptionValue;
use pastiche_engine::plan::Plan;
use pastiche_engine::port::{
    Audio, Colour, Control, Note, Notes, Style, Trigger, Value, linear_to_srgb, srgb_to_linear,
};
use pastiche_engine::registry::{NodeKind, Registry};
use pastiche_engine::spec::{Category, File, In, NodeSpec, Opt, OptionSpec, Out, OutputSpec, Role};
use pastiche_engine::workers::Workers;
use pastiche_testing::{Means, need};

use files::Files;

const FRAME: Out<Frame> = Out::new("image", "A picture.");
const SEEN_FRAME: In<Frame> = In::optional("value", "A picture.");
const SEEN_CONTROL: In<Control> = In::optional("value", "A number.");
const HEARD: In<Audio> = In::optional("value", "A sound.");
const SEEN_STYLE: In<Style> = In::optional("value", "A style.");
const SEEN_NOTES: In<Notes> = In::optional("value", "Notes.");
const SEEN_TRIGGER: In<Trigger> = In::optional("value", "Events.");
const SEEN_COLOUR: In<Colour> = In::optional("value", "A colour.");

const fn stand_in(
    name: &'static str,
    options: &'static [OptionSpec],
    outputs: &'static [OutputSpec],
    role: Role,
) -> NodeSpec {
    NodeSpec {
        name,
        category: Category::Out,
        summary: "A stand-in.",
        doc: "A stand-in.",
        example: "stand_in();",
        options,
        outputs,
        role,
        ..NodeSpec::PLAIN
    }
}

const FILE: Opt<File> = Opt::file("file", Media::Picture, "A picture.");

/// Gives the picture that its file holds as numbers.
static STILL: NodeKind = NodeKind {
    spec: stand_in("still", &[FILE.0], &[FRAME.0], Role::Plain),
    make: |_, options| {
        let bytes = options.get(&FILE)?.bytes.clone();
        let side = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        let format = if bytes[8] == 0 { PixelFormat::LinearHalf } else { PixelFormat::Srgb8 };
        let pixels = Pixels::new([side(0), side(4)], format, bytes[9..].to_vec()).unwrap();
        Ok(Box::new(Still(Frame::from_pixels(pixels))))
    },
};

struct Still(Frame);

impl Node for Still {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        io.set_frame(&FRAME, self.0.clone());
        Ok(())
    }
}

struct Eye;

impl Node for Eye {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, _io: &mut Io<'_>) -> Result<(), Fault> {
        Ok(())
    }
}

macro_rules! eye {
    ($name:ident, $text:literal, $key:expr) => {
        static $name: NodeKind = NodeKind {
            spec: NodeSpec { inputs: &[&$key.0], ..stand_in($text, &[], &[], Role::Screen) },
            make: |_, _| Ok(Box::new(Eye)),
        };
    };
}

eye!(SEE_FRAME, "see_frame", SEEN_FRAME);
eye!(SEE_CONTROL, "see_control", SEEN_CONTROL);
eye!(SEE_STYLE, "see_style", SEEN_STYLE);
eye!(SEE_NOTES, "see_notes", SEEN_NOTES);
eye!(SEE_TRIGGER, "see_trigger", SEEN_TRIGGER);
eye!(SEE_COLOUR, "see_colour", SEEN_COLOUR);

static HEAR: NodeKind = NodeKind {
    spec: NodeSpec { inputs: &[&HEARD.0], ..stand_in("see_audio", &[], &[], Role::Speakers) },
    make: |_, _| Ok(Box::new(Eye)),
};

/// All kinds and the stand-ins.
pub fn registry() -> Registry {
    let eyes = [&SEE_FRAME, &SEE_CONTROL, &SEE_STYLE, &SEE_NOTES, &SEE_TRIGGER, &SEE_COLOUR];
    let stand_ins = eyes.into_iter().chain([&STILL, &HEAR]);
    Registry::new(pastiche_nodes::kinds().chain(stand_ins)).unwrap()
}

/// A picture as numbers: linear light, premultiplied, rows from the top.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    pub size_px: [u32; 2],
    pub values: Vec<f32>,
}

impl Picture {
    pub fn of(size_px: [u32; 2], colour: impl Fn(u32, u32) -> [f32; 4]) -> Picture {
        let rows = (0..size_px[1]).flat_map(|y| (0..size_px[0]).map(move |x| (x, y)));
        // Through 16 bits, so that what a test expects is what the node is given.
        let values =
            rows.flat_map(|(x, y)| colour(x, y)).map(|value| f16::from_f32(value).to_f32()).collect();
        Picture { size_px, values }
    }

    pub fn one_colour(size_px: [u32; 2], colour: [f32; 4]) -> Picture {
        Picture::of(size_px, |_, _| colour)
    }

    /// Valid premultiplied noise.
    pub fn noise(size_px: [u32; 2], seed: u32) -> Picture {
        Picture::of(size_px, |x, y| {
            let value =
                |channel: u32| random(seed ^ (x * 4 + channel).wrapping_mul(31).wrapping_add(y << 16));
            let alpha = value(3).sqrt();
            [value(0) * alpha, value(1) * alpha, value(2) * alpha, alpha]
        })
    }

    pub fn at(&self, x: u32, y: u32) -> [f32; 4] {
        let start = 4 * (y * self.size_px[0] + x) as usize;
        self.values[start..start + 4].try_into().unwrap()
    }

    /// Greatest difference of any two values.
    pub fn distance(&self, other: &Picture) -> f32 {
        assert_eq!(self.size_px, other.size_px);
        let pairs = self.values.iter().zip(&other.values);
        let differences = pairs.map(|(one, two)| if one == two { 0.0 } else { (one - two).abs() });
        // What is no number stays in the maximum.
        differences.fold(0.0, |most: f32, off| if most.is_nan() || off <= most { most } else { off })
    }

    pub fn is_valid(&self) -> bool {
        let valid =
            |pixel: &[f32]| pixel.iter().all(|value| value.is_finite() && *value >= 0.0) && pixel[3] <= 1.0;
        self.values.chunks_exact(4).all(valid)
    }

    fn asset(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = self.size_px.iter().flat_map(|side| side.to_le_bytes()).collect();
        bytes.push(0);
        bytes.extend(self.values.iter().flat_map(|value| f16::from_f32(*value).to_le_bytes()));
        bytes
    }
}

/// From 0 up to 1, the same for the same seed.
pub fn random(seed: u32) -> f32 {
    let mut bits = seed.wrapping_mul(0x9e37_79b9) ^ 0x85eb_ca6b;
    for _ in 0..2 {
        bits ^= bits >> 16;
        bits = bits.wrapping_mul(0x7feb_352d);
        bits ^= bits >> 15;
        bits = bits.wrapping_mul(0x846c_a68b);
    }
    (bits >> 8) as f32 / (1 << 24) as f32
}

/// Builds descriptions: `Desc::new().node("soft", "blur").wire("image", "still").see("soft")`.
#[derive(Clone, Default)]
pub struct Desc {
    pub graph: GraphDesc,
    pub files: Files,
}

impl Desc {
    pub fn new() -> Desc {
        Desc::default()
    }

    pub fn node(mut self, key: &str, kind: &str) -> Desc {
        self.graph.nodes.push(NodeDesc {
            key: NodeKey::new(key),
            kind: kind.into(),
            inputs: Default::default(),
            options: Default::default(),
            span: None,
        });
        self
    }

    /// A node that gives this picture.
    pub fn still(mut self, key: &str, picture: &Picture) -> Desc {
        self.files.0.insert(key.into(), picture.asset());
        self.node(key, "still").option("file", key)
    }

    /// A node that gives this picture as a file would: 8 bits, sRGB, straight alpha.
    pub fn still_srgb8(mut self, key: &str, size_px: [u32; 2], bytes: &[u8]) -> Desc {
        let mut asset: Vec<u8> = size_px.iter().flat_map(|side| side.to_le_bytes()).collect();
        asset.push(1);
        asset.extend(bytes);
        self.files.0.insert(key.into(), asset);
        self.node(key, "still").option("file", key)
    }

    pub fn file(mut self, name: &str, content: impl AsRef<[u8]>) -> Desc {
        self.files.0.insert(name.into(), content.as_ref().into());
        self
    }

    pub fn given(mut self, input: &str, value: Given) -> Desc {
        let node = self.graph.nodes.last_mut().expect("a node first");
        node.inputs.insert(input.into(), GivenInput { value, span: None });
        self
    }

    pub fn number(self, input: &str, number: f64) -> Desc {
        self.given(input, Given::Number(number))
    }

    pub fn place(&self, key: &str) -> Given {
        let node = self.graph.nodes.iter().position(|node| &*node.key.0 == key);
        Given::Wire { node: node.expect("a node of that name"), output: 0 }
    }

    /// Another output than the first.
    pub fn wire_of(self, input: &str, from: &str, output: &str) -> Desc {
        let node =
            self.graph.nodes.iter().position(|node| &*node.key.0 == from).expect("a node of that name");
        let kind = self.graph.nodes[node].kind.clone();
        let (output, _) = registry().get(&kind).unwrap().spec.output(output).expect("an output of that name");
        self.given(input, Given::Wire { node, output })
    }

    pub fn wire(self, input: &str, from: &str) -> Desc {
        let place = self.place(from);
        self.given(input, place)
    }

    pub fn wires(self, input: &str, from: &[&str]) -> Desc {
        let places = from.iter().map(|from| self.place(from)).collect();
        self.given(input, Given::List(places))
    }

    pub fn option(self, name: &str, text: &str) -> Desc {
        self.option_value(name, OptionValue::Text(text.into()))
    }

    pub fn option_value(mut self, name: &str, value: OptionValue) -> Desc {
        let node = self.graph.nodes.last_mut().expect("a node first");
        node.options.insert(name.into(), GivenOption { value, span: None });
        self
    }

    /// Something that reads the first output of a node, so that the node runs.
    pub fn see(self, from: &str) -> Desc {
        let kind = self.graph.nodes.iter().find(|node| &*node.key.0 == from).unwrap().kind.clone();
        let port = registry().get(&kind).unwrap().spec.outputs[0].port;
        self.node(&format!("see {from}"), &format!("see_{port}")).wire("value", from)
    }

    pub fn check(&self) -> Result<Plan, Vec<Diagnostic>> {
        check(&self.graph, registry().kinds(), &self.files).map(|checked| checked.plan)
    }
}

pub fn text(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// One device for all tests.
pub fn gpu() -> Option<Gpu> {
    static GPU: OnceLock<Result<Gpu, GpuError>> = OnceLock::new();
    need(Means::Adapter, GPU.get_or_init(Gpu::new).clone())
}

/// A running graph with its loader's half, at 60 frames a second.
pub struct Show {
    pub live: Live,
    pub preparer: Preparer,
    pub audio: AudioRunner,
    pub frame: u64,
}

impl Show {
    /// Offline, with a GPU.
    pub fn new(gpu: &Gpu, desc: &Desc) -> Show {
        Show::with(Some(gpu.clone()), Workers::inline(), true, desc)
    }

    pub fn with(gpu: Option<Gpu>, workers: Workers, offline: bool, desc: &Desc) -> Show {
        Show::at_rate(60.0, gpu, workers, offline, desc)
    }

    pub fn at_rate(fps: f64, gpu: Option<Gpu>, workers: Workers, offline: bool, desc: &Desc) -> Show {
        let config = LiveConfig {
            gpu,
            workers,
            rate: FrameRate::from_fps(fps).unwrap(),
            canvas_px: [64, 36],
            canvas_is_forced: false,
            seed: 1,
            offline,
        };
        let (live, preparer, audio) = Live::new(config);
        let mut show = Show { live, preparer, audio, frame: 0 };
        show.load(desc).unwrap_or_else(|faults| panic!("{}", text(&faults)));
        show
    }

    pub fn load(&mut self, desc: &Desc) -> Result<Summary, Vec<Diagnostic>> {
        let prepared = self.preparer.prepare(desc.check()?, &registry(), &desc.files)?;
        let summary = prepared.summary();
        assert!(self.live.commit(prepared).is_ok());
        Ok(summary)
    }

    /// The next frame, which must pass without a fault.
    pub fn step(&mut self) {
        let report = self.report();
        assert!(report.faults.is_empty(), "frame {}: {:?}", self.frame - 1, report.faults);
    }

    pub fn steps(&mut self, frames: usize) {
        (0..frames).for_each(|_| self.step());
    }

    pub fn report(&mut self) -> FrameReport {
        let report = self.live.frame(self.frame);
        self.frame += 1;
        report
    }

    /// The sound of the frame that was stepped last.
    pub fn sound(&mut self) -> Vec<[f32; 2]> {
        let rate = self.live.rate();
        let start = rate.start_sample(self.frame - 1);
        let mut sound = vec![[0.0; 2]; (rate.start_sample(self.frame) - start) as usize];
        self.audio.run(start, &mut sound);
        sound
    }

    pub fn output(&self, node: &str) -> &Value {
        let key = NodeKey::new(node);
        let plan = self.live.plan();
        let output = plan.nodes[plan.find(&key).expect("a node of that name")].kind.outputs[0].name;
        self.live.output(&key, output).unwrap()
    }

    /// A control that is not the first output.
    pub fn control_of(&self, node: &str, output: &str) -> f64 {
        match self.live.output(&NodeKey::new(node), output) {
            Some(Value::Control(value)) => *value,
            other => panic!("{node}.{output}: {other:?}"),
        }
    }

    pub fn edges(&self, node: &str) -> u32 {
        match self.output(node) {
            Value::Trigger(edges) => *edges,
            other => panic!("{node}: {other:?}"),
        }
    }

    /// The note events of this frame on the first output.
    pub fn notes(&self, node: &str) -> Vec<Note> {
        match self.output(node) {
            Value::Notes(notes) => notes.clone(),
            other => panic!("{node}: {other:?}"),
        }
    }

    pub fn control(&self, node: &str) -> f64 {
        match self.output(node) {
            Value::Control(value) => *value,
            other => panic!("{node}: {other:?}"),
        }
    }

    pub fn style(&self, node: &str) -> Option<Style> {
        match self.output(node) {
            Value::Style(style) => style.clone(),
            other => panic!("{node}: {other:?}"),
        }
    }

    pub fn raw(&self, node: &str) -> Option<Frame> {
        match self.output(node) {
            Value::Frame(frame) => frame.clone(),
            other => panic!("{node}: {other:?}"),
        }
    }

    pub fn picture(&mut self, node: &str) -> Picture {
        let frame = self.raw(node).expect("a picture");
        self.picture_of(&frame)
    }

    pub fn picture_of(&mut self, frame: &Frame) -> Picture {
        let pixels = match frame.memory() {
            Some(pixels) => pixels.clone(),
            None => {
                let wire = WireId { node: u64::MAX, output: 0 };
                self.live.recorder().unwrap().read_back(wire, frame, true).unwrap().unwrap()
            }
        };
        let values = match pixels.format() {
            PixelFormat::LinearHalf => {
                let pairs = pixels.bytes().chunks_exact(2);
                pairs.map(|bytes| f16::from_le_bytes([bytes[0], bytes[1]]).to_f32()).collect()
            }
            PixelFormat::Srgb8 => pixels.bytes().chunks_exact(4).flat_map(linear).collect(),
        };
        Picture { size_px: pixels.size_px(), values }
    }
}

fn linear(pixel: &[u8]) -> [f32; 4] {
    let alpha = f32::from(pixel[3]) / 255.0;
    let component = |value: u8| srgb_to_linear(f32::from(value) / 255.0) * alpha;
    [component(pixel[0]), component(pixel[1]), component(pixel[2]), alpha]
}

/// One 8-bit sRGB component of a linear one.
pub fn encoded(linear: f32) -> u8 {
    (linear_to_srgb(linear).clamp(0.0, 1.0) * 255.0 + 0.5) as u8
}
