//! `pastiche nodes`.

use anyhow::anyhow;
use pastiche::engine::docs;
use pastiche::engine::registry::{NodeKind, Registry};
use pastiche::engine::spec::Category;
use pastiche::registry;
use serde_json::Value;

use super::arguments::NodesArguments;
use super::end::End;
use super::terminal;

pub fn run(arguments: &NodesArguments) -> anyhow::Result<End> {
    let registry = registry()?;
    let kind = match &arguments.kind {
        None => None,
        Some(name) => Some(registry.get(name).map_err(|unknown| match unknown.nearest {
            Some(nearest) => anyhow!("{unknown}\n  = did you mean `{nearest}`?"),
            None => anyhow!("{unknown}\n  = `pastiche nodes` lists all"),
        })?),
    };
    terminal::say(match kind {
        _ if arguments.json => serde_json::to_string_pretty(&json(&registry, kind))?,
        Some(kind) => describe(kind),
        None => list(&registry),
    })?;
    Ok(End::Good)
}

fn json(registry: &Registry, only: Option<&NodeKind>) -> Value {
    let all = docs::nodes_json(registry.kinds());
    match (only, all) {
        (Some(kind), Value::Array(mut kinds)) => {
            kinds.retain(|record| record["name"] == kind.spec.name);
            Value::Array(kinds)
        }
        (_, all) => all,
    }
}

fn list(registry: &Registry) -> String {
    let width = registry.kinds().names().map(str::len).max().unwrap_or(0);
    let mut text = String::new();
    for category in Category::ALL {
        let mut members = registry.iter().filter(|kind| kind.spec.category == category).peekable();
        if members.peek().is_some() {
            text += &format!("{}\n", category.title());
        }
        for kind in members {
            text += &format!("  {:width$}  {}\n", kind.spec.name, kind.spec.summary);
        }
    }
    text + "\n`pastiche nodes KIND` tells all about one."
}

fn describe(kind: &NodeKind) -> String {
    let spec = &kind.spec;
    let inputs = spec.inputs.iter().map(|input| (docs::describe_input(input), input.doc.to_string()));
    let options = spec.options.iter().map(|option| (docs::describe_option(option), option.doc.to_owned()));
    let outputs = spec.outputs.iter();
    let outputs = outputs.map(|output| (format!("{} ({})", output.name, output.port), output.doc.to_owned()));
    let example: String = spec.example.lines().map(|line| format!("\n  {line}")).collect();
    [
        format!("{}: {}\n\n{}", spec.name, spec.summary, spec.doc),
        section("inputs", inputs),
        section("options", options),
        section("outputs", outputs),
        format!("\n\nexample{example}"),
    ]
    .concat()
}

fn section(title: &str, rows: impl Iterator<Item = (String, String)>) -> String {
    let rows: String = rows.map(|(words, doc)| format!("\n  {words}\n      {doc}")).collect();
    if rows.is_empty() { rows } else { format!("\n\n{title}{rows}") }
}
