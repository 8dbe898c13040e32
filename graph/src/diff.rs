//! What changes between two plans. Pure, and never a guess: what is ambiguous is rebuilt.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::{Plan, PlanNode, Source};

/// What happens to a node of the next plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The running node stays as it is.
    Keep {
        /// Its position in the running plan.
        old: usize,
    },
    /// The running node stays; a control, a wire or its name changes.
    Retune {
        /// Its position in the running plan.
        old: usize,
    },
    /// An option or a file changed: a new node is built, and adopts what fits from the old one.
    Rebuild {
        /// Position of the old node in the running plan.
        old: usize,
    },
    /// A new node.
    Build,
}

impl Change {
    /// The position in the running plan, if the node continues one.
    pub fn old(self) -> Option<usize> {
        match self {
            Change::Keep { old } | Change::Retune { old } | Change::Rebuild { old } => Some(old),
            Change::Build => None,
        }
    }
}

/// All that changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// For each node of the next plan.
    pub nodes: Vec<Change>,
    /// Positions in the running plan of nodes that are dropped.
    pub dropped: Vec<usize>,
}

/// Matches the nodes of two plans by name, then by likeness within the names that a script wrote,
/// then by unambiguous renames.
pub fn diff(live: &Plan, next: &Plan) -> Changes {
    let mut pairs: Vec<Option<usize>> = vec![None; next.nodes.len()];
    let old_groups = groups(live);
    let new_groups = groups(next);
    for (name, news) in &new_groups {
        if let Some(olds) = old_groups.get(name) {
            match_group(live, next, olds, news, &mut pairs);
        }
    }
    match_renamed_groups(live, next, &old_groups, &new_groups, &mut pairs);
    match_renamed_nodes(live, next, &mut pairs);
    let taken: BTreeSet<usize> = pairs.iter().flatten().copied().collect();
    let nodes = pairs.iter().enumerate().map(|(new, old)| change(live, next, *old, new, &pairs)).collect();
    let dropped = (0..live.nodes.len()).filter(|old| !taken.contains(old)).collect();
    Changes { nodes, dropped }
}

fn change(live: &Plan, next: &Plan, old: Option<usize>, new: usize, pairs: &[Option<usize>]) -> Change {
    let Some(old) = old else { return Change::Build };
    let (before, after) = (&live.nodes[old], &next.nodes[new]);
    if before.stamp != after.stamp || before.inputs != after.inputs {
        return Change::Rebuild { old };
    }
    let same_sources = before.sources.len() == after.sources.len()
        && before.sources.iter().zip(&after.sources).all(|(before, after)| same_source(before, after, pairs));
    if same_sources && before.key == after.key { Change::Keep { old } } else { Change::Retune { old } }
}

fn same_source(before: &Source, after: &Source, pairs: &[Option<usize>]) -> bool {
    match (before, after) {
        (Source::Wire { node: old, output: left }, Source::Wire { node: new, output: right }) => {
            left == right && pairs[*new] == Some(*old)
        }
        (Source::List(left), Source::List(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(before, after)| same_source(before, after, pairs))
        }
        _ => before == after,
    }
}

/// Positions by group name, in the order in which the script made them.
fn groups(plan: &Plan) -> BTreeMap<&str, Vec<usize>> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (position, node) in plan.nodes.iter().enumerate() {
        groups.entry(node.key.group()).or_default().push(position);
    }
    for members in groups.values_mut() {
        members.sort_by_key(|&position| plan.nodes[position].made);
    }
    groups
}

fn same_kind(left: &PlanNode, right: &PlanNode) -> bool {
    left.kind.name == right.kind.name
}

fn alike(left: &PlanNode, right: &PlanNode) -> bool {
    same_kind(left, right) && left.stamp == right.stamp
}

/// More cells than this are not worth a moment of the show; such groups are matched by name alone.
const MOST_CELLS: usize = 4_000_000;

/// Longest common subsequence of kinds; among the longest, the one with most equal options, then
/// with most equal names.
fn match_group(live: &Plan, next: &Plan, olds: &[usize], news: &[usize], pairs: &mut [Option<usize>]) {
    let equal = |old: usize, new: usize| {
        let (before, after) = (&live.nodes[old], &next.nodes[new]);
        before.key == after.key && alike(before, after)
    };
    let (mut olds, mut news) = (olds, news);
    while let ([old, olds_rest @ ..], [new, news_rest @ ..]) = (olds, news)
        && equal(*old, *new)
    {
        pairs[*new] = Some(*old);
        (olds, news) = (olds_rest, news_rest);
    }
    while let ([olds_rest @ .., old], [news_rest @ .., new]) = (olds, news)
        && equal(*old, *new)
    {
        pairs[*new] = Some(*old);
        (olds, news) = (olds_rest, news_rest);
    }
    if olds.len() * news.len() > MOST_CELLS {
        match_by_name(live, next, olds, news, pairs);
        return;
    }
    longest_common_subsequence(live, next, olds, news, pairs);
}

fn match_by_name(live: &Plan, next: &Plan, olds: &[usize], news: &[usize], pairs: &mut [Option<usize>]) {
    let by_name: BTreeMap<_, usize> = olds.iter().map(|&old| (&live.nodes[old].key, old)).collect();
    for &new in news {
        if let Some(&old) = by_name.get(&next.nodes[new].key)
            && same_kind(&live.nodes[old], &next.nodes[new])
        {
            pairs[new] = Some(old);
        }
    }
}

fn longest_common_subsequence(
    live: &Plan,
    next: &Plan,
    olds: &[usize],
    news: &[usize],
    pairs: &mut [Option<usize>],
) {
    let worth = |old: usize, new: usize| -> Option<(u32, u32, u32)> {
        let (before, after) = (&live.nodes[old], &next.nodes[new]);
        same_kind(before, after)
            .then(|| (1, u32::from(before.stamp == after.stamp), u32::from(before.key == after.key)))
    };
    let add = |left: (u32, u32, u32), right: (u32, u32, u32)| {
        (left.0 + right.0, left.1 + right.1, left.2 + right.2)
    };
    // best[i][j]: the best score of olds[i..] against news[j..].
    let width = news.len() + 1;
    let mut best = vec![(0u32, 0u32, 0u32); (olds.len() + 1) * width];
    for i in (0..olds.len()).rev() {
        for j in (0..news.len()).rev() {
            let mut score = best[(i + 1) * width + j].max(best[i * width + j + 1]);
            if let Some(worth) = worth(olds[i], news[j]) {
                score = score.max(add(worth, best[(i + 1) * width + j + 1]));
            }
            best[i * width + j] = score;
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < olds.len() && j < news.len() {
        let here = best[i * width + j];
        let pairing = worth(olds[i], news[j]).map(|worth| add(worth, best[(i + 1) * width + j + 1]));
        if pairing == Some(here) {
            pairs[news[j]] = Some(olds[i]);
            i += 1;
            j += 1;
        } else if best[(i + 1) * width + j] == here {
            i += 1;
        } else {
            j += 1;
        }
    }
}

/// A whole group under a new name: same kinds and options in the same order, and only one such.
fn match_renamed_groups(
    live: &Plan,
    next: &Plan,
    olds: &BTreeMap<&str, Vec<usize>>,
    news: &BTreeMap<&str, Vec<usize>>,
    pairs: &mut [Option<usize>],
) {
    let gone: Vec<&Vec<usize>> =
        olds.iter().filter(|(name, _)| !news.contains_key(*name)).map(|(_, members)| members).collect();
    let come: Vec<&Vec<usize>> =
        news.iter().filter(|(name, _)| !olds.contains_key(*name)).map(|(_, members)| members).collect();
    let alike_group = |olds: &[usize], news: &[usize]| {
        olds.len() == news.len()
            && olds.iter().zip(news).all(|(&old, &new)| alike(&live.nodes[old], &next.nodes[new]))
    };
    for new_members in &come {
        let mut candidates = gone.iter().filter(|old_members| alike_group(old_members, new_members));
        let (Some(old_members), None) = (candidates.next(), candidates.next()) else { continue };
        let rivals = come.iter().filter(|other| alike_group(old_members, other)).count();
        if rivals == 1 {
            for (&old, &new) in old_members.iter().zip(new_members.iter()) {
                pairs[new] = Some(old);
            }
        }
    }
}

/// Exactly one node gone and one new of the same kind and options: a rename.
fn match_renamed_nodes(live: &Plan, next: &Plan, pairs: &mut [Option<usize>]) {
    let taken: BTreeSet<usize> = pairs.iter().flatten().copied().collect();
    #[derive(Default)]
    struct Unmatched {
        gone: Vec<usize>,
        come: Vec<usize>,
    }
    let mut lookup: BTreeMap<(&str, u64), Unmatched> = BTreeMap::new();
    let identity = |node: &PlanNode| (node.kind.name, node.stamp);
    for (old, node) in live.nodes.iter().enumerate().filter(|(old, _)| !taken.contains(old)) {
        lookup.entry(identity(node)).or_default().gone.push(old);
    }
    for (new, node) in next.nodes.iter().enumerate().filter(|(new, _)| pairs[*new].is_none()) {
        lookup.entry(identity(node)).or_default().come.push(new);
    }
    let renames: Vec<(usize, usize)> = lookup
        .into_values()
        .filter_map(|unmatched| match (unmatched.gone.as_slice(), unmatched.come.as_slice()) {
            ([old], [new]) => Some((*old, *new)),
            _ => None,
        })
        .collect();
    for (old, new) in renames {
        pairs[new] = Some(old);
    }
}
