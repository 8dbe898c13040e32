//! Swaps in a prepared plan between two frames.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crate::node::Node;
use crate::notes::NotesInput;
use crate::plan::PlanNode;
use crate::slot::{Hands, Outputs};
use crate::value::Value;

use super::prepare::{Prepared, Retired, by_uid};
use super::run::{Live, Running};

impl Live {
    /// Swaps in the next version between two frames. Fast: moves boxes, builds and frees nothing.
    ///
    /// # Errors
    /// Gives the version back when another should have come first; the running graph is untouched.
    pub fn commit(&mut self, prepared: Prepared) -> Result<Retired, Box<Prepared>> {
        if prepared.version != self.version + 1 {
            return Err(Box::new(prepared));
        }
        let positions = by_uid(self.outputs.iter().map(|outputs| outputs.uid));
        let mut old_nodes: Vec<Option<Running>> = self.nodes.drain(..).map(Some).collect();
        let mut old_outputs: Vec<Option<Outputs>> = self.outputs.drain(..).map(Some).collect();
        let mut retired: Vec<Box<dyn Any + Send>> = Vec::new();
        for (planned, prepared_node) in prepared.plan.nodes.iter().zip(prepared.nodes) {
            let follows = prepared_node.follows.and_then(|uid| positions.get(&uid).copied());
            let mut before = follows.and_then(|position| old_nodes[position].take());
            let mut hands = prepared_node.hands;
            if let (Some(before), Some(position)) = (&before, follows) {
                keep_hands(&mut hands, planned, &before.hands, &self.plan.nodes[position]);
            }
            let kept = follows.filter(|_| prepared_node.fresh.is_none());
            let outputs = kept.and_then(|position| old_outputs[position].take()).unwrap_or_else(|| Outputs {
                uid: prepared_node.uid,
                values: planned.kind.outputs.iter().map(|output| Value::silent(output.port)).collect(),
                is_dead: false,
            });
            let running = match (prepared_node.fresh, before.take()) {
                (Some(mut node), old) => {
                    let mut notes = NotesInput::of(&planned.inputs);
                    if let Some(mut old) = old {
                        // What a node remembers of another GPU is of no use on this one.
                        if prepared.recorder.is_none() {
                            adopt(node.as_mut(), old.node.as_mut());
                        }
                        take_over_notes(&mut notes, &mut old.notes);
                        retired.push(Box::new(old.node));
                    }
                    Running {
                        node,
                        hands,
                        notes,
                        fault: None,
                        link: prepared_node.link,
                        silenced: 0,
                        panicked: false,
                        took: Duration::ZERO,
                    }
                }
                (None, Some(before)) => Running { hands, link: prepared_node.link, ..before },
                (None, None) => continue,
            };
            self.nodes.push(running);
            self.outputs.push(outputs);
        }
        retired.extend(old_nodes.into_iter().flatten().map(|old| Box::new(old.node) as Box<dyn Any + Send>));
        retired.extend(old_outputs.into_iter().flatten().map(|old| Box::new(old) as Box<dyn Any + Send>));
        if let Some(recorder) = prepared.recorder {
            self.config.gpu = Some(recorder.gpu().clone());
            retired.extend(self.recorder.replace(recorder).map(|old| Box::new(old) as Box<dyn Any + Send>));
        }
        let old_plan = std::mem::replace(&mut self.plan, prepared.plan);
        let old_controls = std::mem::replace(&mut self.controls, prepared.controls);
        retired.push(Box::new((old_plan, old_controls)));
        self.version = prepared.version;
        self.next_audio.push(prepared.audio);
        Ok(Retired { _boxes: retired, _audio: None })
    }
}

fn keep_hands(hands: &mut [Hands], planned: &PlanNode, old_hands: &[Hands], old: &PlanNode) {
    for ((hands, input), source) in hands.iter_mut().zip(planned.inputs.iter()).zip(&planned.sources) {
        let position = old.inputs.iter().position(|old_input| old_input.name == input.name);
        if let Some(position) = position
            && let (Some(old_hands), Some(old_source)) = (old_hands.get(position), old.sources.get(position))
        {
            hands.keep(source, old_hands, old_source);
        }
    }
}

fn take_over_notes(notes: &mut [NotesInput], old: &mut [NotesInput]) {
    notes.iter_mut().zip(old).for_each(|(new, old)| new.take_over(old));
}

fn adopt(node: &mut dyn Node, old: &mut dyn Node) {
    let old: &mut dyn Any = old;
    if catch_unwind(AssertUnwindSafe(|| node.adopt_from(old))).is_err() {
        tracing::error!("a node panicked while it took over from the one it replaces; it starts over");
    }
}
