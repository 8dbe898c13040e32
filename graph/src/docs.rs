//! Documents made from the declarations: the inputs line of every error, the reference page, editor
//! definitions, and a machine's view of the kinds.

mod definitions;
mod json;
mod reference;

pub use definitions::definitions;
pub use json::nodes_json;
pub use reference::{is_pictured, reference_markdown, signature};

use crate::assets::{Media, Reading};
use crate::port::{Colour, PortType, linear_to_srgb};
use crate::spec::{ANY, InputSpec, NodeSpec, OptionDefault, OptionSpec, OptionType, Range, Unit, Unwired};

/// What a kind takes, a line for its inputs and a line for its options:
/// `inputs: image (frame, required), radius (control, px 0–32, default 8)`.
pub fn describe(spec: &NodeSpec) -> Vec<String> {
    let inputs = describe_inputs(spec.inputs.iter().copied());
    let lines: Vec<String> = inputs.into_iter().chain(describe_options(spec.options)).collect();
    if lines.is_empty() { vec![format!("`{}` has no inputs and no options", spec.name)] } else { lines }
}

/// "inputs: …", if there are any.
pub fn describe_inputs<'a>(inputs: impl IntoIterator<Item = &'a InputSpec>) -> Option<String> {
    let words: Vec<String> = inputs.into_iter().map(describe_input).collect();
    (!words.is_empty()).then(|| format!("inputs: {}", words.join(", ")))
}

/// "options: …", if there are any.
pub fn describe_options(options: &[OptionSpec]) -> Option<String> {
    let words: Vec<String> = options.iter().map(describe_option).collect();
    (!words.is_empty()).then(|| format!("options: {}", words.join(", ")))
}

/// `outputs: soprano (audio), alto (audio)`, if there are any.
pub fn outputs_line(spec: &NodeSpec) -> Option<String> {
    let outputs: Vec<String> =
        spec.outputs.iter().map(|output| format!("{} ({})", output.name, output.port)).collect();
    (!outputs.is_empty()).then(|| format!("outputs: {}", outputs.join(", ")))
}

/// `radius (control, px 0–32, default 8)`.
pub fn describe_input(input: &InputSpec) -> String {
    let mut parts = vec![type_of(input)];
    parts.extend(soft_range(input));
    parts.push(unwired(input));
    format!("{} ({})", input.name, parts.join(", "))
}

/// `mode ("normal" | "screen", default "normal")`.
pub fn describe_option(option: &OptionSpec) -> String {
    format!("{} ({}, {})", option.name, takes(option.takes), default_of(option.default))
}

/// `frame`, `list of controls`.
pub fn type_of(input: &InputSpec) -> String {
    match (input.list, input.port) {
        (false, port) => port.to_string(),
        (true, port @ (PortType::Audio | PortType::Notes)) => format!("list of {port}"),
        (true, port) => format!("list of {port}s"),
    }
}

fn soft_range(input: &InputSpec) -> Option<String> {
    (input.port == PortType::Control && input.soft != ANY).then(|| {
        let unit = unit_word(input.unit);
        let space = if unit.is_empty() { "" } else { " " };
        format!("{unit}{space}{}", range_text(input.soft))
    })
}

fn unwired(input: &InputSpec) -> String {
    match input.unwired {
        Unwired::Required => "required".into(),
        Unwired::Value(value) => format!("default {value}"),
        Unwired::Colour(colour) => format!("default {}", colour_text(colour)),
        Unwired::Empty => "optional".into(),
    }
}

/// What a node is that is given none of its controls, in a sentence; `None` where the defaults say it.
pub fn bare(spec: &NodeSpec) -> Option<String> {
    let values: Vec<String> = spec.bare.iter().map(|(name, value)| format!("`{name}` {value}")).collect();
    (!values.is_empty()).then(|| format!("When none of its controls is given: {}.", values.join(", ")))
}

/// `ratio`, `px`, nothing for a plain number.
pub fn unit_word(unit: Unit) -> &'static str {
    if unit == Unit::Ratio { "ratio" } else { unit.symbol() }
}

/// `0–32`.
pub fn range_text(range: Range) -> String {
    if range.min < 0.0 || range.max < 0.0 {
        format!("{} to {}", range.min, range.max)
    } else {
        format!("{}–{}", range.min, range.max)
    }
}

/// What an option takes.
pub fn takes(takes: OptionType) -> String {
    match takes {
        OptionType::Text => "text".into(),
        OptionType::Number(range) if range == ANY => "number".into(),
        OptionType::Number(range) => format!("number {}", range_text(range)),
        OptionType::Whole(range) if range == ANY => "whole number".into(),
        OptionType::Whole(range) => format!("whole number {}", range_text(range)),
        OptionType::Choice(words) => {
            words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" | ")
        }
        OptionType::Flag => "true | false".into(),
        OptionType::File(media) => named(media),
        OptionType::NumberOrName => "number or name".into(),
        OptionType::FileOrText(media) => format!("{}, or its text", named(media)),
    }
}

/// `picture file`, `picture folder`.
pub fn named(media: Media) -> String {
    match media.reading() {
        Reading::Folder => media.to_string(),
        Reading::Whole | Reading::InPlace => {
            let name = media.to_string();
            if name.ends_with("file") { name } else { format!("{name} file") }
        }
    }
}

fn default_of(default: OptionDefault) -> String {
    match default {
        OptionDefault::Required => "required".into(),
        OptionDefault::Text(text) => format!("default \"{text}\""),
        OptionDefault::Number(number) => format!("default {number}"),
        OptionDefault::Flag(flag) => format!("default {flag}"),
        OptionDefault::Absent => "optional".into(),
    }
}

/// `#ff8800`, as a colour is written in scripts.
pub fn colour_text(Colour([red, green, blue, alpha]): Colour) -> String {
    let byte = |share: f32| (share.clamp(0.0, 1.0) * 255.0).round() as u8;
    let straight =
        |premultiplied: f32| byte(if alpha > 0.0 { linear_to_srgb(premultiplied / alpha) } else { 0.0 });
    let opaque = format!("#{:02x}{:02x}{:02x}", straight(red), straight(green), straight(blue));
    if alpha >= 1.0 { opaque } else { format!("{opaque}{:02x}", byte(alpha)) }
}
