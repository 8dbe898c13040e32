//! Values moved by hand: knobs, and any other constant control.

use crate::fault::Fault;
use crate::key::NodeKey;
use crate::options::OptionValue;
use crate::plan::{PlanNode, Source};
use crate::spec::{InputSpec, Range, Role};
use crate::suggest::nearest;
use crate::take::Input;

use super::run::Live;

/// A knob as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct KnobState {
    /// Its own name.
    pub name: String,
    /// The node.
    pub node: NodeKey,
    /// Its value, and where it may go.
    pub control: ControlState,
}

/// A constant control as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct ControlState {
    /// The value in use, before the hard range clamps it.
    pub value: f64,
    /// The script's own value.
    pub script: f64,
    /// Range of a slider.
    pub soft: Range,
    /// Range that clamps.
    pub hard: Range,
}

const KNOB_VALUE: &str = "value";

impl Live {
    /// Every knob, in the order in which the nodes run.
    pub fn knobs(&self) -> Vec<KnobState> {
        self.plan
            .nodes
            .iter()
            .zip(&self.nodes)
            .filter_map(|(node, running)| {
                let position = knob_position(node)?;
                let hand = running.hands[position].get(0);
                let control = state(&node.inputs[position], &node.sources[position], hand)?;
                Some(KnobState { name: knob_name(node).to_owned(), node: node.key.clone(), control })
            })
            .collect()
    }

    /// A constant control of a node, or a member of a list of them; `None` when there is none of that
    /// name, or a wire moves it.
    pub fn control(&self, node: &NodeKey, name: &str, member: Option<usize>) -> Option<ControlState> {
        let at = self.plan.find(node)?;
        let planned = &self.plan.nodes[at];
        let position = planned.inputs.iter().position(|input| input.name == name)?;
        let source = member_of(&planned.sources[position], member)?;
        let hand = self.nodes[at].hands[position].get(member.unwrap_or(0));
        state(&planned.inputs[position], source, hand)
    }

    /// Moves what an input from outside names.
    pub(super) fn apply(&mut self, input: &Input) -> Result<(), Fault> {
        match input {
            Input::Knob { name, value } => self.turn(name, finite(*value)?),
            Input::Control { node, name, member, value } => self.set(node, name, *member, finite(*value)?),
            Input::Mouse { x, y } => finite(*x).and(finite(*y)).map(drop),
            Input::MouseWheel { lines } => finite(*lines).map(drop),
            // Nodes read these by themselves.
            Input::Midi { .. } | Input::MidiPorts { .. } | Input::MouseButton { .. } | Input::Key { .. } => {
                Ok(())
            }
        }
    }

    fn turn(&mut self, name: &str, value: f64) -> Result<(), Fault> {
        let mut found = false;
        for (node, running) in self.plan.nodes.iter().zip(&mut self.nodes) {
            if let Some(position) = knob_position(node)
                && knob_name(node) == name
                && let Source::Number(_) = node.sources[position]
            {
                running.hands[position].set(0, value);
                found = true;
            }
        }
        if found {
            return Ok(());
        }
        let names: Vec<String> = self.knobs().into_iter().map(|knob| knob.name).collect();
        let near = nearest(name, names.iter().map(String::as_str));
        Err(Fault::new(format!("there is no knob `{name}`"), suggestion(near, &names, "knob")))
    }

    fn set(&mut self, node: &NodeKey, name: &str, member: Option<usize>, value: f64) -> Result<(), Fault> {
        let Some(at) = self.plan.find(node) else {
            let names: Vec<String> = self.plan.nodes.iter().map(|node| node.key.to_string()).collect();
            let near = nearest(&node.0, names.iter().map(String::as_str));
            return Err(Fault::new(format!("there is no node `{node}`"), suggestion(near, &names, "node")));
        };
        let inputs = &self.plan.nodes[at].inputs;
        let Some(position) = inputs.iter().position(|input| input.name == name) else {
            let names: Vec<String> = inputs.iter().map(|input| input.name.to_string()).collect();
            let near = nearest(name, names.iter().map(String::as_str));
            return Err(Fault::new(
                format!("node `{node}` has no input `{name}`"),
                suggestion(near, &names, "input"),
            ));
        };
        match member_of(&self.plan.nodes[at].sources[position], member) {
            Some(Source::Number(_)) => {
                self.nodes[at].hands[position].set(member.unwrap_or(0), value);
                Ok(())
            }
            _ => Err(Fault::new(
                format!("input `{name}` of node `{node}` is not a constant number"),
                "a wire moves it, or it is not a control; move what stands at the wire's other end",
            )),
        }
    }
}

fn finite(value: f64) -> Result<f64, Fault> {
    if value.is_finite() {
        return Ok(value);
    }
    Err(Fault::new(format!("{value} is not a finite number"), "send a number"))
}

fn suggestion(near: Option<&str>, names: &[String], what: &str) -> String {
    match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => format!("this patch has no {what}s"),
        None => {
            let list: Vec<String> = names.iter().take(20).map(|name| format!("`{name}`")).collect();
            format!("{what}s: {}", list.join(", "))
        }
    }
}

fn knob_position(node: &PlanNode) -> Option<usize> {
    (node.kind.spec.role == Role::Knob)
        .then(|| node.inputs.iter().position(|input| input.name == KNOB_VALUE))
        .flatten()
}

fn knob_name(node: &PlanNode) -> &str {
    match node.options.value("name") {
        Some(OptionValue::Text(name)) => name,
        _ => &node.key.0,
    }
}

/// A member of a list, or what is no list itself.
fn member_of(source: &Source, member: Option<usize>) -> Option<&Source> {
    match (source, member) {
        (Source::List(members), Some(member)) => members.get(member),
        (source, None) => Some(source),
        _ => None,
    }
}

fn state(input: &InputSpec, source: &Source, hand: Option<f64>) -> Option<ControlState> {
    match source {
        Source::Number(script) => Some(ControlState {
            value: hand.unwrap_or(*script),
            script: *script,
            soft: input.soft,
            hard: input.hard,
        }),
        _ => None,
    }
}
