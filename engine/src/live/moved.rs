//! Values moved by hand: knobs, and any other constant control.

use crate::address::ControlAddress;
use crate::fault::Fault;
use crate::key::NodeKey;
use crate::plan::Source;
use crate::slot::members;
use crate::spec::{InputSpec, Range};
use crate::suggest::nearest;
use crate::take::Input;

use super::controls::{knob_name, knob_position};
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

    /// A constant control as it stands; `None` when there is none at that address, or a wire moves it.
    pub fn control(&self, address: &ControlAddress) -> Option<ControlState> {
        let place = self.controls.at(address).first()?;
        let planned = self.plan.nodes.get(place.node)?;
        let source = members(planned.sources.get(place.input)?).get(place.member)?;
        let hand = self.nodes.get(place.node)?.hands.get(place.input)?.get(place.member);
        state(planned.inputs.get(place.input)?, source, hand)
    }

    /// Moves what an input from outside names.
    pub(super) fn apply(&mut self, input: &Input) -> Result<(), Fault> {
        match input {
            Input::Move { control, value } => self.set(control, finite(*value)?),
            Input::Mouse { x, y } => finite(*x).and(finite(*y)).map(drop),
            Input::MouseWheel { lines } => finite(*lines).map(drop),
            // Nodes read these by themselves.
            Input::Midi { .. } | Input::MidiPorts { .. } | Input::MouseButton { .. } | Input::Key { .. } => {
                Ok(())
            }
        }
    }

    fn set(&mut self, control: &ControlAddress, value: f64) -> Result<(), Fault> {
        let places = self.controls.at(control);
        if places.is_empty() {
            return Err(self.unknown(control));
        }
        for place in places {
            let hands = self.nodes.get_mut(place.node).and_then(|node| node.hands.get_mut(place.input));
            if let Some(hands) = hands {
                hands.set(place.member, value);
            }
        }
        Ok(())
    }

    /// Why nothing is at an address.
    fn unknown(&self, control: &ControlAddress) -> Fault {
        let (node, name) = match control {
            ControlAddress::Knob(name) => {
                let names: Vec<String> = self.knobs().into_iter().map(|knob| knob.name).collect();
                let near = nearest(name, names.iter().map(String::as_str));
                return Fault::new(format!("there is no knob `{name}`"), suggestion(near, &names, "knob"));
            }
            ControlAddress::Input { node, input, .. } => (node, input),
        };
        let Some(at) = self.plan.find(node) else {
            let names: Vec<String> = self.plan.nodes.iter().map(|node| node.key.to_string()).collect();
            let near = nearest(&node.0, names.iter().map(String::as_str));
            return Fault::new(format!("there is no node `{node}`"), suggestion(near, &names, "node"));
        };
        let inputs = &self.plan.nodes[at].inputs;
        if inputs.iter().any(|input| *input.name == **name) {
            return Fault::new(
                format!("input `{name}` of node `{node}` is not a constant number"),
                "a wire moves it, or it is not a control; move what stands at the wire's other end",
            );
        }
        let names: Vec<String> = inputs.iter().map(|input| input.name.to_string()).collect();
        let near = nearest(name, names.iter().map(String::as_str));
        Fault::new(format!("node `{node}` has no input `{name}`"), suggestion(near, &names, "input"))
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
