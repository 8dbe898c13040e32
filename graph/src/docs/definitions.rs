//! Definitions for editors, in rhai's own format: what can be called, with documentation.

use std::collections::BTreeMap;

use crate::docs;
use crate::kinds::Kinds;
use crate::port::PortType;
use crate::spec::{InputSpec, NodeSpec, OptionSpec, OptionType, Unwired};

const HEAD: &str = "\
module static;

/// Sets the canvas of the patch, in pixels.
fn canvas(width: int, height: int);

/// Gives a node a name of its own.
fn named(node: ?, name: String) -> ?;

/// A colour by its red, green and blue, from 0 to 1, as on a screen (sRGB).
fn rgb(red: float, green: float, blue: float) -> Colour;

/// A colour by its red, green, blue and alpha, from 0 to 1, as on a screen (sRGB).
fn rgba(red: float, green: float, blue: float, alpha: float) -> Colour;

/// A colour by its hue in turns (0 is red, 0.33 green, 0.67 blue), its saturation and its value, from 0 to 1.
fn hsv(hue: float, saturation: float, value: float) -> Colour;

/// A colour by its digits, such as `#ff8800`, or by a word of CSS, such as `tomato`.
fn colour(text: String) -> Colour;

/// Takes a control from its own range to another: `lfo(0.1).to(0, 40)`.
fn to(control: Control, low: ?, high: ?) -> Control;

/// The next of a list with each trigger, or the one that a control counts: pictures, words, styles or numbers.
fn pick(list: Array, by: ?) -> ?;
";

/// The operators that controls have.
const OPERATORS: [&str; 14] = ["+", "-", "*", "/", "%", "**", "==", "!=", "<", "<=", ">", ">=", "&", "|"];

/// Definitions of everything that a patch can call, the content of a `.d.rhai` file.
pub fn definitions(kinds: &Kinds) -> String {
    let mut blocks = vec![HEAD.to_owned()];
    let operators = OPERATORS.iter().map(|operator| {
        format!("op {operator}(Control, Control) -> Control;\nop {operator}(Control, float) -> Control;\nop {operator}(float, Control) -> Control;\n")
    });
    blocks.extend(operators);
    let mut outputs = BTreeMap::new();
    for kind in kinds.iter() {
        blocks.push(kind_text(kind));
        if kind.outputs.len() > 1 {
            outputs.extend(kind.outputs.iter().map(|output| (output.name, output)));
        }
    }
    blocks.extend(outputs.into_values().map(|output| {
        format!("/// {}\nfn get {}(node: ?) -> {};\n", output.doc, output.name, type_word(output.port))
    }));
    blocks.join("\n")
}

fn kind_text(spec: &NodeSpec) -> String {
    let comment = comment(spec);
    let parameters: Vec<String> = spec
        .inputs
        .iter()
        .map(|input| input_text(input))
        .chain(spec.options.iter().map(option_text))
        .collect();
    let result = spec.outputs.first().map_or("()", |output| type_word(output.port));
    let needed = spec.inputs.iter().take_while(|input| input.unwired == Unwired::Required).count();
    let calls = (needed..=parameters.len())
        .map(|count| format!("{comment}fn {}({}) -> {result};\n", spec.name, parameters[..count].join(", ")));
    let by_name = format!("{comment}fn {}(values: Map) -> {result};\n", spec.name);
    calls.chain([by_name]).collect::<Vec<_>>().join("\n")
}

fn comment(spec: &NodeSpec) -> String {
    let mut lines = vec![spec.summary.to_owned(), String::new(), spec.doc.to_owned(), String::new()];
    let inputs = spec.inputs.iter().map(|input| (docs::describe_input(input), input.doc.to_string()));
    let options = spec.options.iter().map(|option| (docs::describe_option(option), option.doc.to_owned()));
    lines.extend(inputs.chain(options).map(|(what, doc)| format!("* {what}: {doc}")));
    lines.extend([String::new(), "```rhai".into()]);
    lines.extend(spec.example.trim().lines().map(str::to_owned));
    lines.push("```".into());
    lines.iter().map(|line| format!("/// {line}").trim_end().to_owned() + "\n").collect()
}

fn input_text(input: &InputSpec) -> String {
    let kind = match (input.list, input.port) {
        (true, _) => "Array",
        // Numbers are taken, too.
        (false, PortType::Control) => "?",
        (false, port) => type_word(port),
    };
    format!("{}: {kind}", input.name)
}

fn option_text(option: &OptionSpec) -> String {
    let kind = match option.takes {
        OptionType::Text | OptionType::Choice(_) | OptionType::File(_) | OptionType::FileOrText(_) => {
            "String"
        }
        OptionType::Number(_) => "float",
        OptionType::Whole(_) => "int",
        OptionType::Flag => "bool",
        OptionType::NumberOrName => "?",
    };
    format!("{}: {kind}", option.name)
}

fn type_word(port: PortType) -> &'static str {
    match port {
        PortType::Frame => "Frame",
        PortType::Control => "Control",
        PortType::Colour => "Colour",
        PortType::Style => "Style",
        PortType::Notes => "Notes",
        PortType::Audio => "Audio",
        PortType::Trigger => "Trigger",
    }
}
