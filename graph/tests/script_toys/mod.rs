//! A small table of kinds for the tests of the front end: declarations without behaviour.

#![allow(dead_code, reason = "each test file uses some of it")]

use std::fmt::Write;
use std::path::PathBuf;

use pastiche_graph::assets::Media;
use pastiche_graph::description::{Given, GraphDesc};
use pastiche_graph::fault::BuildError;
use pastiche_graph::kinds::Kinds;
use pastiche_graph::options::{OptionValue, Options};
use pastiche_graph::port::{Audio, Colour, Control, List, Notes, Port, PortType, Style, Trigger};
use pastiche_graph::script::{Evaluated, Limits, Source, evaluate_within};
use pastiche_graph::spec::*;

/// Stands for the engine's pictures.
struct Frame;

impl Port for Frame {
    const TYPE: PortType = PortType::Frame;
}

fn inputs_for(_: &Options) -> Result<Vec<InputSpec>, BuildError> {
    Ok(Vec::new())
}

macro_rules! toy {
    ($name:expr, $category:ident, [$($input:expr),*], $options:tt, $outputs:tt) => {
        toy!($name, $category, [$($input),*], $options, $outputs, None)
    };
    ($name:expr, $category:ident, [$($input:expr),*], $options:tt, $outputs:tt, $inputs_for:expr) => {
        NodeSpec {
            name: $name,
            category: Category::$category,
            summary: "A toy.",
            doc: "A toy for tests.",
            example: "toy",
            inputs: &[$(&$input.0),*],
            options: &$options,
            outputs: &$outputs,
            inputs_for: $inputs_for,
            ..NodeSpec::PLAIN
        }
    };
}

macro_rules! binary {
    ($name:expr) => {
        toy!($name, Maths, [A, B], [], [NUMBER])
    };
}

macro_rules! unary {
    ($name:expr) => {
        toy!($name, Maths, [A], [], [NUMBER])
    };
}

const fn option(name: &'static str, takes: OptionType, default: OptionDefault) -> OptionSpec {
    OptionSpec { name, takes, default, doc: "An option." }
}

const IMAGE: In<Frame> = In::required("image", "A picture.");
const FRAME: OutputSpec = Out::<Frame>::new("image", "A picture.").0;
const NUMBER: OutputSpec = Out::<Control>::new("value", "A number.").0;
const STYLE: OutputSpec = Out::<Style>::new("style", "A style.").0;
const RADIUS: In<Control> =
    In::control("radius", 8.0, Unit::Px, range(0.0, 32.0), range(0.0, 128.0), "A radius.");
const AMOUNT: In<Control> = In::amount("How much.");
const A: In<Control> = In::required("a", "A number.");
const B: In<Control> = In::required("b", "A number.");

const HZ: In<Control> = In::control("hz", 1.0, Unit::None, range(-10.0, 10.0), ANY, "A number.");
const PHASE: In<Control> = In::control("phase", 0.0, Unit::None, range(-10.0, 10.0), ANY, "A number.");
const VALUE: In<Control> = In::control("value", 0.0, Unit::None, range(-10.0, 10.0), ANY, "A number.");
const LOW: In<Control> = In::control("low", 0.0, Unit::None, range(-10.0, 10.0), ANY, "A number.");
const HIGH: In<Control> = In::control("high", 1.0, Unit::None, range(-10.0, 10.0), ANY, "A number.");
const T: In<Control> = In::required("amount", "A share.");
const CONDITION: In<Control> = In::required("condition", "A number.");
const STYLES: In<List<Style>> = In::required("styles", "Styles.");
const WEIGHTS: In<List<Control>> = In::controls("weights", Unit::Ratio, range(0.0, 1.0), ANY, "Weights.");
const ONE_STYLE: In<Style> = In::required("style", "A style.");
const BELOW: In<Frame> = In::required("below", "A picture.");
const ABOVE: In<Frame> = In::required("above", "A picture.");
const SOUND: In<Audio> = In::required("sound", "Sound.");
const COLOUR: In<Colour> = In::colour("colour", Colour::WHITE, "A colour.");
const MAYBE: In<Frame> = In::optional("image", "A picture.");
const WAVE: OutputSpec = Out::wave("value", "A wave.").0;
const BAND_0: OutputSpec = Out::share("band_0", "A band.").0;
const BAND_1: OutputSpec = Out::share("band_1", "A band.").0;
const TRIGGER: OutputSpec = Out::<Trigger>::new("trigger", "A trigger.").0;
const PAINT: OutputSpec = Out::<Colour>::new("colour", "A colour.").0;
const MELODY: OutputSpec = Out::<Notes>::new("notes", "Notes.").0;
const NOTES: In<Notes> = In::required("notes", "Notes.");
const STARTED: In<Trigger> = In::required("trigger", "A trigger.");
const FROM_LOW: In<Control> = In::required("from_low", "A number.");
const FROM_HIGH: In<Control> = In::required("from_high", "A number.");
const TO_LOW: In<Control> = In::required("to_low", "A number.");
const TO_HIGH: In<Control> = In::required("to_high", "A number.");
const TO: In<Control> = In::required("to", "A number.");
const INDEX: In<Control> = In::required("index", "A number.");
const HUE: In<Control> = In::required("hue", "A number.");
const SATURATION: In<Control> = In::required("saturation", "A number.");
const SCALE: In<Control> = In::required("scale", "A number.");
const IMAGES: In<List<Frame>> = In::required("images", "Pictures.");
const VALUES: In<List<Control>> = In::required("values", "Numbers.");
const FIRST: In<Colour> = In::required("a", "A colour.");
const SECOND: In<Colour> = In::required("b", "A colour.");
const SOPRANO: OutputSpec = Out::<Audio>::new("soprano", "A voice.").0;
const ALTO: OutputSpec = Out::<Audio>::new("alto", "A voice.").0;

static DECLARED: [NodeSpec; 50] = [
    toy!(
        "picture",
        Source,
        [],
        [option("file", OptionType::File(Media::Picture), OptionDefault::Required)],
        [FRAME]
    ),
    toy!("style", Paint, [], [option("which", OptionType::NumberOrName, OptionDefault::Required)], [STYLE]),
    toy!("style_mix", Paint, [STYLES, WEIGHTS], [], [STYLE]),
    toy!("style_transfer", Paint, [IMAGE, ONE_STYLE, AMOUNT], [], [FRAME]),
    toy!("blur", Look, [IMAGE, RADIUS, AMOUNT], [], [FRAME]),
    toy!(
        "blend",
        Look,
        [BELOW, ABOVE, AMOUNT],
        [Opt::choice("mode", &[("normal", ()), ("screen", ())], "An option.").0],
        [FRAME]
    ),
    toy!("screen", Out, [IMAGE], [], []),
    toy!("lfo", Control, [HZ, PHASE], [], [NUMBER]),
    toy!(
        "knob",
        Control,
        [VALUE],
        [
            option("name", OptionType::Text, OptionDefault::Required),
            option("min", OptionType::Number(ANY), OptionDefault::Number(0.0)),
            option("max", OptionType::Number(ANY), OptionDefault::Number(1.0)),
        ],
        [NUMBER]
    ),
    toy!("choir", Sound, [], [option("loud", OptionType::Flag, OptionDefault::Flag(false))], [SOPRANO, ALTO]),
    toy!("level", Control, [SOUND], [], [NUMBER]),
    toy!("solid", Source, [COLOUR], [], [FRAME]),
    toy!(
        "shader",
        Look,
        [MAYBE],
        [option("file", OptionType::FileOrText(Media::Shader), OptionDefault::Required)],
        [FRAME],
        Some(inputs_for)
    ),
    binary!("add"),
    binary!("subtract"),
    binary!("multiply"),
    binary!("divide"),
    binary!("remainder"),
    binary!("power"),
    unary!("negate"),
    binary!("equal"),
    binary!("not_equal"),
    binary!("less"),
    binary!("less_equal"),
    binary!("greater"),
    binary!("greater_equal"),
    binary!("both"),
    binary!("either"),
    unary!("not"),
    toy!("select", Maths, [CONDITION, A, B], [], [NUMBER]),
    binary!("min"),
    binary!("max"),
    toy!("clamp", Maths, [A, LOW, HIGH], [], [NUMBER]),
    toy!("lerp", Maths, [A, B, T], [], [NUMBER]),
    unary!("floor"),
    unary!("ceil"),
    toy!("wave", Control, [HZ], [], [WAVE]),
    toy!("bands", Control, [HZ], [], [BAND_0, BAND_1]),
    toy!("clap", Control, [], [], [TRIGGER]),
    toy!("remap", Control, [VALUE, FROM_LOW, FROM_HIGH, TO_LOW, TO_HIGH], [], [NUMBER]),
    toy!("counter", Control, [STARTED, TO], [], [NUMBER]),
    toy!("choose", Look, [IMAGES, INDEX], [], [FRAME]),
    toy!("choose_number", Control, [VALUES, INDEX], [], [NUMBER]),
    toy!(
        "text",
        Source,
        [COLOUR],
        [
            option("content", OptionType::Text, OptionDefault::Required),
            option("font", OptionType::File(Media::Font), OptionDefault::Absent),
        ],
        [FRAME]
    ),
    toy!("colour_hsv", Control, [HUE, SATURATION, VALUE], [], [PAINT]),
    toy!("colour_lerp", Control, [FIRST, SECOND, T], [], [PAINT]),
    toy!("film", Source, [], [option("repeat", OptionType::Flag, OptionDefault::Flag(true))], [FRAME]),
    toy!("scale", Notes, [NOTES], [], [MELODY]),
    toy!("scale_by", Look, [IMAGE, HZ], [], [FRAME]),
    toy!("transform", Look, [IMAGE, SCALE], [], [FRAME]),
];

pub fn kinds() -> Kinds {
    Kinds::new(&DECLARED).unwrap()
}

pub const CONTRACT: &str = r##"let photo = picture("astronaut.png");            // relative to the patch
let a     = style(19);                            // by number (0-based, published order) or by name
let b     = style(7);
let k     = lfo(0.25) * 0.5 + 0.5;                // a sine, 0 and rising at time 0, -1..1
let mix   = style_mix([a, b], [1.0 - k, k]);      // weights are controls, used as given
let paint = style_transfer(photo, mix);
let glow  = paint.blur(12.0).blend(paint, #{ mode: "screen", amount: knob("glow", 0.3) });
screen(glow);
"##;

pub fn limits() -> Limits {
    Limits { operations: 200_000, work: std::time::Duration::from_secs(20), ..Limits::default() }
}

pub fn evaluate(text: &str) -> Evaluated {
    evaluate_in(None, text)
}

pub fn evaluate_in(folder: Option<PathBuf>, text: &str) -> Evaluated {
    let source = Source { name: "scripts/opening.rhai".into(), text: text.into(), folder };
    evaluate_within(&source, &kinds(), limits())
}

pub fn evaluate_with(text: &str, limits: Limits) -> Evaluated {
    let source = Source { name: "scripts/opening.rhai".into(), text: text.into(), folder: None };
    evaluate_within(&source, &kinds(), limits)
}

/// The graph as text, one node a line.
pub fn show(graph: &GraphDesc) -> String {
    let mut text = String::new();
    if let Some([width, height]) = graph.canvas_px {
        writeln!(text, "canvas {width}x{height}").unwrap();
    }
    for node in &graph.nodes {
        let kind = kinds().get(&node.kind).unwrap();
        let mut parts: Vec<String> = Vec::new();
        for (name, given) in &node.inputs {
            parts.push(format!("{name}={}", given_text(&given.value, graph)));
        }
        for (name, given) in &node.options {
            parts.push(match &given.value {
                OptionValue::Text(text) => format!("{name}:{text:?}"),
                OptionValue::Number(number) => format!("{name}:{number}"),
                OptionValue::Flag(flag) => format!("{name}:{flag}"),
            });
        }
        writeln!(text, "{} = {}({})", node.key, kind.name, parts.join(" ")).unwrap();
    }
    text
}

fn given_text(given: &Given, graph: &GraphDesc) -> String {
    match given {
        Given::Wire { node, output: 0 } => graph.nodes[*node].key.to_string(),
        Given::Wire { node, output } => format!("{}!{output}", graph.nodes[*node].key),
        Given::Number(number) => number.to_string(),
        Given::Colour(colour) => pastiche_graph::docs::colour_text(*colour),
        Given::List(members) => {
            let members: Vec<String> = members.iter().map(|member| given_text(member, graph)).collect();
            format!("[{}]", members.join(" "))
        }
        Given::Placeholder => "?".into(),
    }
}

/// Every diagnostic as `line:column message`.
pub fn faults(evaluated: &Evaluated) -> Vec<String> {
    evaluated
        .diagnostics
        .iter()
        .map(|diagnostic| match &diagnostic.span {
            Some(span) => format!("{}:{} {}", span.line, span.column, diagnostic.message),
            None => diagnostic.message.clone(),
        })
        .collect()
}
