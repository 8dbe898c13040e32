//! `pastiche nodes`.

use anyhow::anyhow;
use pastiche::engine::docs;
use pastiche::engine::registry::{NodeKind, Registry};
use pastiche::engine::spec::Category;
use pastiche::registry;
use serde_json::Value;

use super::End;
use super::arguments::NodesArguments;

pub fn run(arguments: &NodesArguments) -> anyhow::Result<End> {
    let registry = registry()?;
    let kind = match &arguments.kind {
        None => None,
        Some(name) => Some(registry.get(name).map_err(|unknown| match unknown.nearest {
            Some(nearest) => anyhow!("{unknown}\n  = did you mean `{nearest}`?"),
            None => anyhow!("{unknown}\n  = `pastiche nodes` lists all"),
        })?),
    };
    match kind {
        _ if arguments.json => println!("{}", serde_json::to_string_pretty(&json(&registry, kind))?),
        Some(kind) => describe(kind),
        None => list(&registry),
    }
    Ok(End::Good)
}

fn json(registry: &Registry, only: Option<&NodeKind>) -> Value {
    let all = docs::nodes_json(registry);
    match (only, all) {
        (Some(kind), Value::Array(mut kinds)) => {
            kinds.retain(|record| record["name"] == kind.spec.name);
            Value::Array(kinds)
        }
        (_, all) => all,
    }
}

fn list(registry: &Registry) {
    let width = registry.names().map(str::len).max().unwrap_or(0);
    for category in Category::ALL {
        let mut members = registry.iter().filter(|kind| kind.spec.category == category).peekable();
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
    let inputs = spec.inputs.iter().map(|input| (docs::describe_input(input), input.doc.to_string()));
    section("inputs", inputs);
    let options = spec.options.iter().map(|option| (docs::describe_option(option), option.doc.to_owned()));
    section("options", options);
    let outputs = spec.outputs.iter();
    section(
        "outputs",
        outputs.map(|output| (format!("{} ({})", output.name, output.port), output.doc.to_owned())),
    );
    println!("\nexample");
    for line in spec.example.lines() {
        println!("  {line}");
    }
}

fn section(title: &str, rows: impl Iterator<Item = (String, String)>) {
    let mut rows = rows.peekable();
    if rows.peek().is_some() {
        println!("\n{title}");
    }
    for (words, doc) in rows {
        println!("  {words}\n      {doc}");
    }
}
