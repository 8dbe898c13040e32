//! From what was asked for to a plan, or to every fault at once. Pure: reads files through
//! [`Assets`] alone.

mod options;
mod order;
mod sources;

use std::collections::HashMap;
use std::sync::Arc;

use crate::assets::Assets;
use crate::description::{GraphDesc, NodeDesc};
use crate::diagnostic::Diagnostic;
use crate::fault::BuildError;
use crate::kinds::{Kinds, faults_of_input};
use crate::options::Options;
use crate::plan::{Plan, PlanNode};
use crate::spec::{InputSpec, NodeSpec, Role};
use crate::typed_key::Positions;

/// A plan and what is worth knowing about it.
#[derive(Debug)]
pub struct Checked {
    /// The plan.
    pub plan: Plan,
    /// Warnings.
    pub warnings: Vec<Diagnostic>,
}

/// Checks a graph: kinds, options, files, types of wires, required inputs, loops. Nodes that reach
/// neither screen, speakers nor a recorder are left out, with a warning.
pub fn check(desc: &GraphDesc, kinds: &Kinds, assets: &dyn Assets) -> Result<Checked, Vec<Diagnostic>> {
    let mut found = Vec::new();
    report_repeated_keys(desc, &mut found);
    let typed: Vec<Option<Typed>> =
        desc.nodes.iter().map(|node| type_node(node, kinds, assets, &mut found)).collect();
    let kinds_of_nodes: Vec<Option<&'static NodeSpec>> =
        typed.iter().map(|node| node.as_ref().map(|typed| typed.kind)).collect();
    let mut nodes = Vec::with_capacity(desc.nodes.len());
    for (made, (node, typed)) in desc.nodes.iter().zip(typed).enumerate() {
        let Some(typed) = typed else { continue };
        let sources = sources::of_node(
            node,
            &typed.inputs,
            typed.inputs_are_known,
            typed.kind,
            &kinds_of_nodes,
            &mut found,
        );
        nodes.push(PlanNode {
            key: node.key.clone(),
            kind: typed.kind,
            stamp: typed.options.stamp(),
            options: typed.options,
            positions: Arc::new(Positions::new(&typed.inputs, typed.kind.outputs)),
            inputs: typed.inputs.into(),
            sources,
            made,
            span: node.span.clone(),
        });
    }
    report_other_tempos(&nodes, &mut found);
    if found.iter().any(Diagnostic::is_error) {
        return Err(found);
    }
    if !nodes.iter().any(PlanNode::leads_out) {
        found.push(
            Diagnostic::warning("this patch shows and plays nothing")
                .help("end it with `screen(picture)` or `speakers(sound)`"),
        );
    }
    report_hidden_screens(&nodes, &mut found);
    match order::order(nodes, &mut found) {
        Ok(nodes) => Ok(Checked { plan: Plan { canvas_px: desc.canvas_px, nodes }, warnings: found }),
        Err(cycle) => {
            found.push(cycle);
            Err(found)
        }
    }
}

struct Typed {
    kind: &'static NodeSpec,
    options: Options,
    inputs: Vec<InputSpec>,
    inputs_are_known: bool,
}

fn type_node(
    node: &NodeDesc,
    kinds: &Kinds,
    assets: &dyn Assets,
    found: &mut Vec<Diagnostic>,
) -> Option<Typed> {
    let kind = match kinds.get(&node.kind) {
        Ok(kind) => kind,
        Err(unknown) => {
            let diagnostic = Diagnostic::error(unknown.to_string())
                .at(node.span.clone())
                .node(node.key.to_string())
                .did_you_mean(unknown.nearest);
            found.push(diagnostic);
            return None;
        }
    };
    let before = found.len();
    let options = options::resolve(node, kind, assets, found);
    if found[before..].iter().any(Diagnostic::is_error) {
        let inputs_are_known = kind.inputs_for.is_none();
        return Some(Typed { kind, options, inputs: kind.declared_inputs(), inputs_are_known });
    }
    if let Some(validate) = kind.validate
        && let Err(error) = validate(&options)
    {
        found.push(build_diagnostic(node, &error));
    }
    let mut inputs_are_known = true;
    let inputs = match kind.inputs_for {
        None => kind.declared_inputs(),
        Some(inputs_for) => match inputs_for(&options) {
            Ok(inputs) => {
                let faults = inputs.iter().flat_map(faults_of_input);
                found.extend(faults.map(|fault| Diagnostic::error(fault).node(node.key.to_string())));
                inputs
            }
            Err(error) => {
                found.push(build_diagnostic(node, &error));
                inputs_are_known = false;
                kind.declared_inputs()
            }
        },
    };
    Some(Typed { kind, options, inputs, inputs_are_known })
}

fn build_diagnostic(node: &NodeDesc, error: &BuildError) -> Diagnostic {
    let span = error.option.and_then(|option| node.options.get(option)).and_then(|given| given.span.clone());
    error.diagnostic(&node.key.0, &node.kind, span.or_else(|| node.span.clone()))
}

fn report_other_tempos(nodes: &[PlanNode], found: &mut Vec<Diagnostic>) {
    let mut tempos = nodes.iter().filter(|node| node.kind.role == Role::Tempo);
    let Some(first) = tempos.next() else { return };
    for other in tempos {
        let message = format!("a patch has one tempo, but `{}` and `{}` both set it", first.key, other.key);
        let diagnostic = Diagnostic::error(message)
            .at(other.span.clone())
            .node(other.key.to_string())
            .help("leave one of them out");
        found.push(diagnostic);
    }
}

fn report_hidden_screens(nodes: &[PlanNode], found: &mut Vec<Diagnostic>) {
    let screens: Vec<&PlanNode> = nodes.iter().filter(|node| node.kind.role == Role::Screen).collect();
    let Some((shown, hidden)) = screens.split_last() else { return };
    for screen in hidden {
        let message = format!("`{}` is not shown: `{}` comes later", screen.key, shown.key);
        let diagnostic = Diagnostic::warning(message)
            .at(screen.span.clone())
            .node(screen.key.to_string())
            .help("leave one of them out, or put both on one `screen` with `blend` or `layers`");
        found.push(diagnostic);
    }
}

fn report_repeated_keys(desc: &GraphDesc, found: &mut Vec<Diagnostic>) {
    let mut seen = HashMap::new();
    for node in &desc.nodes {
        if seen.insert(&node.key, ()).is_some() {
            let diagnostic = Diagnostic::error(format!("two nodes are called `{}`", node.key))
                .at(node.span.clone())
                .node(node.key.to_string())
                .help("give one of them another name");
            found.push(diagnostic);
        }
    }
}
