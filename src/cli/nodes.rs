//! `pastiche nodes`.

use anyhow::anyhow;
use pastiche::engine::registry::NodeKind;
use pastiche::engine::spec::{
    Category, InputSpec, OptionDefault, OptionSpec, OptionType, OutputSpec, Range, Unit, Unwired,
};
use pastiche::engine::port::PortType;
use pastiche::registry;
use serde_json::{Value, json};

use super::End;
use super::arguments::NodesArguments;

pub fn run(arguments: &NodesArguments) -> anyhow::Result<End> {
    let registry = registry()?;
    let kinds: Vec<&'static NodeKind> = match &arguments.kind {
        None => registry.iter().collect(),
        Some(name) => vec![registry.get(name).map_err(|unknown| match unknown.nearest {
            Some(nearest) => anyhow!("{unknown}\n  = did you mean `{nearest}`?"),
            None => anyhow!("{unknown}\n  = `pastiche nodes` lists all"),
        })?],
    };
    if arguments.json {
        let records: Vec<Value> = kinds.iter().map(|kind| record(kind)).collect();
        println!("{}", serde_json::to_string_pretty(&records)?);
    } else if arguments.kind.is_some() {
        kinds.iter().for_each(|kind| describe(kind));
    } else {
        list(&kinds);
    }
    Ok(End::Good)
}

fn list(kinds: &[&'static NodeKind]) {
    let width = kinds.iter().map(|kind| kind.spec.name.len()).max().unwrap_or(0);
    for category in Category::ALL {
        let mut members = kinds.iter().filter(|kind| kind.spec.category == category).peekable();
        if members.peek().is_some() {
            println!("{}", category.title());
        }
        for kind in members {
            println!("  {:width$}  {}", kind.spec.name, kind.spec.summary);
        }
    }
    println!("\n`pastiche nodes KIND` tells all about one.");
}

fn describe(kind: &NodeKind) {
    let spec = &kind.spec;
    println!("{}: {}\n\n{}", spec.name, spec.summary, spec.doc);
    section("inputs", spec.inputs.iter().map(|input| (&*input.name, input_words(input), &*input.doc)));
    section("options", spec.options.iter().map(|option| (option.name, option_words(option), option.doc)));
    section("outputs", spec.outputs.iter().map(|output| (output.name, output_words(output), output.doc)));
    println!("\nexample");
    for line in spec.example.lines() {
        println!("  {line}");
    }
}

fn section<'a>(title: &str, rows: impl Iterator<Item = (&'a str, String, &'a str)>) {
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        return;
    }
    println!("\n{title}");
    let width = rows.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
    for (name, words, doc) in rows {
        println!("  {name:width$}  {words}\n  {:width$}  {doc}", "");
    }
}

fn input_words(input: &InputSpec) -> String {
    let list = if input.list { "list of " } else { "" };
    let mut words = format!("{list}{}", input.port);
    if input.port == PortType::Control {
        let Range { min, max } = input.soft;
        words += &format!(", {min} to {max}{}", unit(input.unit));
    }
    words + &match input.unwired {
        Unwired::Required => ", required".to_owned(),
        Unwired::Value(value) => format!(", {value} if not given"),
        Unwired::Colour(_) | Unwired::Empty => ", may be left out".to_owned(),
    }
}

fn unit(unit: Unit) -> String {
    match unit.symbol() {
        "" => String::new(),
        symbol => format!(" {symbol}"),
    }
}

fn option_words(option: &OptionSpec) -> String {
    takes_words(option.takes)
        + &match option.default {
            OptionDefault::Required => ", required".to_owned(),
            OptionDefault::Text(text) => format!(", {text} if not given"),
            OptionDefault::Number(number) => format!(", {number} if not given"),
            OptionDefault::Flag(flag) => format!(", {flag} if not given"),
            OptionDefault::Absent => ", may be left out".to_owned(),
        }
}

fn takes_words(takes: OptionType) -> String {
    match takes {
        OptionType::Text => "text".to_owned(),
        OptionType::Number(Range { min, max }) => format!("number, {min} to {max}"),
        OptionType::Whole(Range { min, max }) => format!("whole number, {min} to {max}"),
        OptionType::Choice(choices) => format!("one of {}", choices.join(", ")),
        OptionType::Flag => "true or false".to_owned(),
        OptionType::File(media) => format!("{media} file"),
        OptionType::NumberOrName => "number or name".to_owned(),
        OptionType::FileOrText(media) => format!("{media} file, or its text"),
    }
}

fn output_words(output: &OutputSpec) -> String {
    format!("{}{}", output.port, unit(output.unit))
}

fn record(kind: &NodeKind) -> Value {
    let spec = &kind.spec;
    let range = |range: Range| json!([range.min, range.max]);
    let input = |input: &InputSpec| {
        let is_control = input.port == PortType::Control;
        json!({
            "name": input.name,
            "type": input.port.to_string(),
            "list": input.list,
            "required": input.unwired == Unwired::Required,
            "default": match input.unwired {
                Unwired::Value(value) => json!(value),
                Unwired::Colour(colour) => json!(colour.0),
                Unwired::Required | Unwired::Empty => Value::Null,
            },
            "unit": input.unit.symbol(),
            "soft": is_control.then(|| range(input.soft)),
            "hard": is_control.then(|| range(input.hard)),
            "doc": input.doc,
        })
    };
    let option = |option: &OptionSpec| {
        json!({
            "name": option.name,
            "takes": takes_words(option.takes),
            "required": option.default == OptionDefault::Required,
            "default": match option.default {
                OptionDefault::Text(text) => json!(text),
                OptionDefault::Number(number) => json!(number),
                OptionDefault::Flag(flag) => json!(flag),
                OptionDefault::Required | OptionDefault::Absent => Value::Null,
            },
            "doc": option.doc,
        })
    };
    let output = |output: &OutputSpec| {
        json!({
            "name": output.name,
            "type": output.port.to_string(),
            "unit": output.unit.symbol(),
            "doc": output.doc,
        })
    };
    json!({
        "name": spec.name,
        "category": spec.category.title(),
        "summary": spec.summary,
        "doc": spec.doc,
        "example": spec.example,
        "inputs": spec.inputs.iter().map(input).collect::<Vec<_>>(),
        "options": spec.options.iter().map(option).collect::<Vec<_>>(),
        "outputs": spec.outputs.iter().map(output).collect::<Vec<_>>(),
        "breaks_cycles": spec.breaks_cycles,
    })
}
