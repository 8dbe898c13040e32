//! Puts nodes behind what they read, leaves out what no one sees or hears, and finds loops.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::diagnostic::{Diagnostic, count};
use crate::plan::{PlanNode, Source};
use crate::spec::Role;

/// Kahn's algorithm, the earliest made first, so that the order is the script's wherever the wires
/// allow it. Wire positions count nodes in `nodes` before and after.
pub(super) fn order(nodes: Vec<PlanNode>, found: &mut Vec<Diagnostic>) -> Result<Vec<PlanNode>, Diagnostic> {
    let reads: Vec<Vec<usize>> =
        nodes.iter().map(|node| node.sources.iter().flat_map(Source::nodes).collect()).collect();
    let mut waits = vec![0usize; nodes.len()];
    let mut readers = vec![Vec::new(); nodes.len()];
    for (reader, sources) in reads.iter().enumerate() {
        if nodes[reader].kind.breaks_cycles {
            continue;
        }
        for &source in sources {
            waits[reader] += 1;
            readers[source].push(reader);
        }
    }
    let mut free: BinaryHeap<Reverse<usize>> =
        (0..nodes.len()).filter(|&node| waits[node] == 0).map(Reverse).collect();
    let mut sequence = Vec::with_capacity(nodes.len());
    while let Some(Reverse(node)) = free.pop() {
        sequence.push(node);
        for &reader in &readers[node] {
            waits[reader] -= 1;
            if waits[reader] == 0 {
                free.push(Reverse(reader));
            }
        }
    }
    if sequence.len() < nodes.len() {
        return Err(cycle(&nodes, &reads, &waits));
    }
    let wanted = wanted(&nodes, &reads);
    warn_of_idle(&nodes, &wanted, found);
    sequence.retain(|&node| wanted[node]);
    Ok(renumber(nodes, &sequence))
}

/// Which nodes reach a screen, speakers or a recorder, or set the tempo. Without those three, all are
/// wanted.
fn wanted(nodes: &[PlanNode], reads: &[Vec<usize>]) -> Vec<bool> {
    let mut stack: Vec<usize> = (0..nodes.len())
        .filter(|&node| matches!(nodes[node].kind.role, Role::Screen | Role::Speakers | Role::Recorder))
        .collect();
    let mut wanted = vec![stack.is_empty(); nodes.len()];
    stack.extend((0..nodes.len()).filter(|&node| nodes[node].kind.role == Role::Tempo));
    while let Some(node) = stack.pop() {
        if !std::mem::replace(&mut wanted[node], true) {
            stack.extend(&reads[node]);
        }
    }
    wanted
}

fn warn_of_idle(nodes: &[PlanNode], wanted: &[bool], found: &mut Vec<Diagnostic>) {
    let idle: Vec<&PlanNode> =
        nodes.iter().zip(wanted).filter(|(_, wanted)| !**wanted).map(|(node, _)| node).collect();
    // One warning for the last of a chain says it for the whole chain.
    let Some(last) = idle.last() else { return };
    let message = match idle.len() {
        1 => format!("`{}` reaches neither screen nor speakers, so it does not run", last.key),
        number => format!(
            "`{}` and {} before it reach neither screen nor speakers, so they do not run",
            last.key,
            count(number - 1, "node")
        ),
    };
    found.push(Diagnostic::warning(message).at(last.span.clone()).node(last.key.to_string()));
}

/// Follows unfinished nodes backwards until one repeats: that is the loop.
fn cycle(nodes: &[PlanNode], reads: &[Vec<usize>], waits: &[usize]) -> Diagnostic {
    let mut path: Vec<usize> = Vec::new();
    let mut next = waits.iter().position(|&waiting| waiting > 0);
    while let Some(node) = next {
        if let Some(start) = path.iter().position(|&seen| seen == node) {
            path.drain(..start);
            break;
        }
        path.push(node);
        next = reads[node].iter().copied().find(|&source| waits[source] > 0);
    }
    path.reverse();
    let earliest = path.iter().enumerate().min_by_key(|(_, node)| **node).map_or(0, |(at, _)| at);
    path.rotate_left(earliest);
    path.extend(path.first().copied());
    let names: Vec<String> = path.iter().map(|&node| nodes[node].key.to_string()).collect();
    let span = path.first().and_then(|&node| nodes[node].span.clone());
    Diagnostic::error(format!("these nodes wait for each other: {}", names.join(" -> ")))
        .at(span)
        .help("let the loop pass through a node that reads one frame late, such as `feedback`")
}

fn renumber(nodes: Vec<PlanNode>, sequence: &[usize]) -> Vec<PlanNode> {
    let mut place = vec![usize::MAX; nodes.len()];
    for (position, &node) in sequence.iter().enumerate() {
        place[node] = position;
    }
    let mut slots: Vec<Option<PlanNode>> = nodes.into_iter().map(Some).collect();
    let mut ordered: Vec<PlanNode> = sequence.iter().filter_map(|&node| slots[node].take()).collect();
    for node in &mut ordered {
        node.sources.iter_mut().for_each(|source| move_wire(source, &place));
    }
    ordered
}

fn move_wire(source: &mut Source, place: &[usize]) {
    match source {
        Source::Wire { node, .. } => *node = place[*node],
        Source::List(members) => members.iter_mut().for_each(|member| move_wire(member, place)),
        Source::Empty | Source::Number(_) | Source::Colour(_) => {}
    }
}
