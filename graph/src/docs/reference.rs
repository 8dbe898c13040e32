//! The reference page: every kind, by category, in their order.

use crate::docs;
use crate::kinds::Kinds;
use crate::port::PortType;
use crate::spec::{ANY, Category, InputSpec, NodeSpec, OptionDefault, OptionSpec, Unwired};

const HEAD: &str = "\
# Nodes

Every node is a function: its inputs in order, then its options. A text goes to the first option that
has no value yet, everything else to the first such input and, once all inputs have one, to the first
such option. A map at the end gives values by name. Every node is also a method of its first input:
`cam.blur(12.0)`, `blur(cam, 12.0)` and `cam.blur(#{ radius: 12 })` are the same.

Inputs may move while the patch plays; options are fixed when the node is built. Numbers outside the
range of an input are clamped. Lengths are pixels of a picture 1080 lines high.
";

/// The reference of all kinds as Markdown.
pub fn reference_markdown(kinds: &Kinds) -> String {
    let mut page = vec![HEAD.to_owned()];
    for category in Category::ALL {
        let specs: Vec<&NodeSpec> = kinds.iter().filter(|spec| spec.category == category).collect();
        if !specs.is_empty() {
            page.push(format!("## {}\n", category.title()));
            page.extend(specs.into_iter().map(section));
        }
    }
    page.join("\n")
}

/// `blur(image, radius = 8, amount = 1)`.
pub fn signature(spec: &NodeSpec) -> String {
    let inputs = spec.inputs.iter().map(|input| match input.unwired {
        Unwired::Required => input.name.to_string(),
        Unwired::Value(value) => format!("{} = {value}", input.name),
        Unwired::Colour(colour) => format!("{} = {}", input.name, docs::colour_text(colour)),
        Unwired::Empty => format!("{}?", input.name),
    });
    let options = spec.options.iter().map(|option| match option.default {
        OptionDefault::Required => option.name.to_owned(),
        OptionDefault::Text(text) => format!("{} = \"{text}\"", option.name),
        OptionDefault::Number(number) => format!("{} = {number}", option.name),
        OptionDefault::Flag(flag) => format!("{} = {flag}", option.name),
        OptionDefault::Absent => format!("{}?", option.name),
    });
    format!("{}({})", spec.name, inputs.chain(options).collect::<Vec<_>>().join(", "))
}

/// Whether the reference shows a picture of the kind's example: `pictures/nodes/NAME.png`.
pub fn is_pictured(spec: &NodeSpec) -> bool {
    spec.outputs.iter().any(|output| output.port == PortType::Frame)
}

fn section(spec: &NodeSpec) -> String {
    let mut parts = vec![
        format!("### {}\n", spec.name),
        format!("`{}`\n", signature(spec)),
        format!("{}\n", spec.summary),
        format!("{}\n", spec.doc),
    ];
    if let Some(bare) = docs::bare(spec) {
        parts.push(format!("{bare}\n"));
    }
    if is_pictured(spec) {
        parts.push(format!("![What the example shows](pictures/nodes/{}.png)\n", spec.name));
    }
    if !spec.inputs.is_empty() {
        parts.push("| input | type | default | slider | limits | |\n|---|---|---|---|---|---|".into());
        parts.extend(spec.inputs.iter().map(|input| input_row(input)));
        parts.push(String::new());
    }
    if !spec.options.is_empty() {
        parts.push("| option | takes | default | |\n|---|---|---|---|".into());
        parts.extend(spec.options.iter().map(option_row));
        parts.push(String::new());
    }
    if !spec.outputs.is_empty() {
        parts.push("| output | type | |\n|---|---|---|".into());
        parts.extend(spec.outputs.iter().map(|output| {
            format!(
                "| `{}` | {} | {} |",
                output.name,
                with_unit(&output.port, docs::unit_word(output.unit)),
                output.doc
            )
        }));
        parts.push(String::new());
    }
    parts.push(format!("```rhai\n{}\n```\n", spec.example.trim()));
    parts.join("\n")
}

fn input_row(input: &InputSpec) -> String {
    let is_control = input.port == PortType::Control;
    let kind = with_unit(&docs::type_of(input), if is_control { docs::unit_word(input.unit) } else { "" });
    let default = match input.unwired {
        Unwired::Required => "required".into(),
        Unwired::Value(value) => value.to_string(),
        Unwired::Colour(colour) => docs::colour_text(colour),
        Unwired::Empty => "none".into(),
    };
    let range = |range| if is_control && range != ANY { docs::range_text(range) } else { String::new() };
    format!(
        "| `{}` | {kind} | {default} | {} | {} | {} |",
        input.name,
        range(input.soft),
        range(input.hard),
        input.doc
    )
}

fn option_row(option: &OptionSpec) -> String {
    let default = match option.default {
        OptionDefault::Required => "required".into(),
        OptionDefault::Text(text) => format!("\"{text}\""),
        OptionDefault::Number(number) => number.to_string(),
        OptionDefault::Flag(flag) => flag.to_string(),
        OptionDefault::Absent => "none".into(),
    };
    // A bar in a cell would end it.
    let takes = docs::takes(option.takes).replace(" | ", " or ");
    format!("| `{}` | {takes} | {default} | {} |", option.name, option.doc)
}

fn with_unit(word: &impl ToString, unit: &str) -> String {
    let word = word.to_string();
    if unit.is_empty() { word } else { format!("{word}, {unit}") }
}
