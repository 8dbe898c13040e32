//! What there is to see of a running graph: pictures, values, how nodes are doing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crate::clock::Beats;
use crate::fault::{Status, panic_message};
use crate::frame::Frame;
use crate::key::NodeKey;
use crate::plan::Source;
use crate::slot::on_wire;
use crate::spec::Role;
use crate::value::Value;

use super::run::Live;

impl Live {
    /// The picture that each screen shows, the last one of the patch first: that is the one an audience
    /// sees.
    pub fn screens(&self) -> Vec<(NodeKey, Option<Frame>)> {
        let mut screens: Vec<_> = self
            .plan
            .nodes
            .iter()
            .filter(|planned| planned.kind.role == Role::Screen)
            .map(|planned| {
                let shown = match planned.sources.first().and_then(|source| on_wire(source, &self.outputs)) {
                    Some(Value::Frame(frame)) => frame.clone(),
                    _ => None,
                };
                (planned.made, planned.key.clone(), shown)
            })
            .collect();
        screens.sort_by_key(|(made, ..)| std::cmp::Reverse(*made));
        screens.into_iter().map(|(_, key, shown)| (key, shown)).collect()
    }

    /// The value that a node's output holds.
    pub fn output(&self, node: &NodeKey, output: &str) -> Option<&Value> {
        let at = self.plan.find(node)?;
        let (position, _) = self.plan.nodes[at].kind.output(output)?;
        self.outputs[at].values.get(position)
    }

    /// How each node is doing.
    pub fn statuses(&self) -> impl Iterator<Item = (&NodeKey, Status)> + '_ {
        self.plan.nodes.iter().zip(&self.nodes).map(|(planned, running)| {
            let status = match &running.fault {
                Some(fault) => Status::Failed(fault.message.clone()),
                // A node that panics here is run on: only what it would have said is missing.
                None => catch_unwind(AssertUnwindSafe(|| running.node.status())).unwrap_or_else(|panic| {
                    Status::Failed(format!(
                        "it cannot say how it is doing: {}",
                        panic_message(panic.as_ref())
                    ))
                }),
            };
            (&planned.key, status)
        })
    }

    /// How long each node took in the last frame that was timed, in plan order. What the GPU does with it later
    /// is not in it.
    pub fn times(&self) -> impl Iterator<Item = Duration> + '_ {
        self.nodes.iter().map(|running| running.took)
    }

    /// The values that the outputs of the node at a position of the plan hold.
    pub fn outputs(&self, position: usize) -> &[Value] {
        self.outputs.get(position).map_or(&[], |outputs| &outputs.values)
    }

    /// Where the beat stood in the last frame.
    pub fn beats(&self) -> Beats {
        self.beats
    }

    /// The node whose beat the tempo follows, if one leads it.
    pub fn leader(&self) -> Option<&NodeKey> {
        let position = self.plan.nodes.iter().position(|node| node.kind.role == Role::Tempo)?;
        match self.plan.nodes[position].sources[self.leading_beat(position)?] {
            Source::Wire { node, .. } => Some(&self.plan.nodes[node].key),
            _ => None,
        }
    }
}
