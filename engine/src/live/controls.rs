//! Where the controls of a plan are that can be moved.

use std::collections::BTreeMap;

use crate::address::ControlAddress;
use crate::options::OptionValue;
use crate::plan::{Plan, PlanNode, Source};
use crate::spec::Role;

const KNOB_VALUE: &str = "value";

/// Where the controls of a plan are that can be moved: found once, when the plan is prepared. Several knobs
/// of one name are moved together.
#[derive(Debug, Default)]
pub(super) struct Controls(BTreeMap<ControlAddress, Vec<Place>>);

/// A number among the slots of the nodes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) node: usize,
    pub(super) input: usize,
    /// Which member of a list; 0 of what is no list.
    pub(super) member: usize,
}

impl Controls {
    pub(super) fn of(plan: &Plan) -> Controls {
        let mut controls = Controls::default();
        for (at, node) in plan.nodes.iter().enumerate() {
            let knob = knob_position(node);
            for (position, (input, source)) in node.inputs.iter().zip(&node.sources).enumerate() {
                let mut add = |address, member| {
                    let place = Place { node: at, input: position, member };
                    controls.0.entry(address).or_default().push(place);
                };
                match source {
                    Source::Number(_) => {
                        add(ControlAddress::input(&node.key, &input.name), 0);
                        if knob == Some(position) {
                            add(ControlAddress::knob(knob_name(node)), 0);
                        }
                    }
                    Source::List(members) => {
                        let numbers = members.iter().enumerate();
                        for (member, _) in numbers.filter(|(_, member)| matches!(member, Source::Number(_))) {
                            add(ControlAddress::member(&node.key, &input.name, member), member);
                        }
                    }
                    _ => {}
                }
            }
        }
        controls
    }

    /// Where the control of an address is; nowhere, if there is none or a wire moves it.
    pub(super) fn at(&self, address: &ControlAddress) -> &[Place] {
        self.0.get(address).map_or(&[], Vec::as_slice)
    }
}

/// The input of a knob that is turned; `None` for what is no knob.
pub(super) fn knob_position(node: &PlanNode) -> Option<usize> {
    (node.kind.role == Role::Knob)
        .then(|| node.inputs.iter().position(|input| input.name == KNOB_VALUE))
        .flatten()
}

/// A knob's own name.
pub(super) fn knob_name(node: &PlanNode) -> &str {
    match node.options.value("name") {
        Some(OptionValue::Text(name)) => name,
        _ => &node.key.0,
    }
}
