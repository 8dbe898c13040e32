//! The names of nodes: their identity across edits.
//!
//! - A node is named after the `let` or assignment whose outermost call made it; a repeated name gets
//!   `#2`, `#3` in the order of making; members of a list get `xs[0]`, entries of a map `m.sky`.
//! - Inside a function the name of its call goes in front, `b/y`; what the function gives has the
//!   call's own name. A call without a name goes by the function's: `tint/y`, `tint#2/y`.
//! - A node without a name goes by the first node that reads it: `consumer.input`,
//!   `mix.weights[1]`; one that nothing reads goes by its kind: `screen`, `screen#2`.
//! - `.named("…")` overrides.

use std::collections::{HashMap, HashSet};

use super::session::{Call, Made, Origin};
use super::sites::Target;
use crate::description::{Given, NodeKey};

/// The names of all nodes.
pub(super) fn keys(nodes: &[Made], calls: &[Call]) -> Vec<NodeKey> {
    let mut naming = Naming {
        nodes: nodes.iter().map(|node| node.named.clone()).collect(),
        calls: calls.iter().map(|_| None).collect(),
        counts: HashMap::new(),
        taken: nodes.iter().filter_map(|node| node.named.clone()).collect(),
    };
    for (position, node) in nodes.iter().enumerate() {
        if node.named.is_none() {
            naming.nodes[position] = naming.by_target(&node.origin, calls);
        }
    }
    let consumers = first_consumers(nodes);
    for (position, node) in nodes.iter().enumerate() {
        if naming.nodes[position].is_none() && consumers[position].is_none() {
            let prefix = naming.prefix(&node.origin, calls);
            naming.nodes[position] = Some(naming.fresh(&format!("{prefix}{}", node.kind.name)));
        }
    }
    // A node is read by later ones only, so those have their names.
    for position in (0..nodes.len()).rev() {
        if let (None, Some((consumer, input))) = (&naming.nodes[position], &consumers[position]) {
            let consumer = naming.nodes[*consumer].clone().unwrap_or_default();
            naming.nodes[position] = Some(naming.fresh(&format!("{consumer}.{input}")));
        }
    }
    naming.nodes.into_iter().map(|name| NodeKey::new(&name.unwrap_or_default())).collect()
}

struct Naming {
    nodes: Vec<Option<String>>,
    calls: Vec<Option<CallName>>,
    counts: HashMap<String, usize>,
    taken: HashSet<String>,
}

#[derive(Clone)]
struct CallName {
    /// In front of what is made inside.
    prefix: String,
    /// The name of what the call gives.
    outcome: Option<String>,
}

impl Naming {
    /// A name that nothing has yet: the wanted one or that with `#2`, `#3` …
    fn fresh(&mut self, wanted: &str) -> String {
        loop {
            let count = self.counts.entry(wanted.to_owned()).or_insert(0);
            *count += 1;
            let name = if *count == 1 { wanted.to_owned() } else { format!("{wanted}#{count}") };
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }

    fn by_target(&mut self, origin: &Origin, calls: &[Call]) -> Option<String> {
        match origin.target.as_ref()? {
            Target::Named(name) => {
                let prefix = self.prefix(origin, calls);
                Some(self.fresh(&format!("{prefix}{name}")))
            }
            Target::Outcome(suffix) => {
                let outcome = self.call(origin.call?, calls).outcome?;
                let name = format!("{outcome}{suffix}");
                // The call itself has taken the name, for what it gives.
                let free = self.nodes.iter().flatten().all(|other| *other != name);
                if free && suffix.is_empty() { Some(name) } else { Some(self.fresh(&name)) }
            }
        }
    }

    fn prefix(&mut self, origin: &Origin, calls: &[Call]) -> String {
        match origin.call {
            Some(call) => self.call(call, calls).prefix,
            None => origin.prefix.clone(),
        }
    }

    fn call(&mut self, position: usize, calls: &[Call]) -> CallName {
        if let Some(name) = &self.calls[position] {
            return name.clone();
        }
        let call = &calls[position];
        let around = self.prefix(&call.origin, calls);
        let name = match &call.origin.target {
            Some(Target::Named(name)) => {
                let name = self.fresh(&format!("{around}{name}"));
                CallName { prefix: format!("{name}/"), outcome: Some(name) }
            }
            Some(Target::Outcome(suffix)) => {
                let outcome = call.origin.call.and_then(|outer| self.call(outer, calls).outcome);
                CallName { prefix: around, outcome: outcome.map(|name| format!("{name}{suffix}")) }
            }
            None => {
                let name = self.fresh(&format!("{around}{}", call.function));
                CallName { prefix: format!("{name}/"), outcome: None }
            }
        };
        self.calls[position] = Some(name.clone());
        name
    }
}

/// For each node the first one that reads it, and at which input: `weights[1]`.
fn first_consumers(nodes: &[Made]) -> Vec<Option<(usize, String)>> {
    let mut consumers: Vec<Option<(usize, String)>> = vec![None; nodes.len()];
    for (position, node) in nodes.iter().enumerate() {
        for spec in node.kind.inputs {
            if let Some(given) = node.inputs.get(&*spec.name) {
                note(&given.value, position, &spec.name, &mut consumers);
            }
        }
        for (name, given) in &node.inputs {
            note(&given.value, position, name, &mut consumers);
        }
    }
    consumers
}

fn note(value: &Given, consumer: usize, input: &str, consumers: &mut [Option<(usize, String)>]) {
    match value {
        Given::Wire { node, .. } => {
            if let Some(slot @ None) = consumers.get_mut(*node) {
                *slot = Some((consumer, input.to_owned()));
            }
        }
        Given::List(members) => {
            for (position, member) in members.iter().enumerate() {
                note(member, consumer, &format!("{input}[{position}]"), consumers);
            }
        }
        Given::Number(_) | Given::Colour(_) | Given::Placeholder => {}
    }
}
