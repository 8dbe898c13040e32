//! Where the boxes of the graph stand.

use pastiche_engine::plan::{Plan, PlanNode, Source};
use pastiche_engine::port::PortType;

/// From one column to the next.
const STEP: f32 = 370.0;

/// How much room a box takes below its upper edge: with a picture, with a curve, with neither.
const HEIGHTS: [f32; 3] = [215.0, 150.0, 100.0];

/// Between two bands of columns.
const BAND_GAP: f32 = 40.0;

/// Width of the view for its height.
const ASPECT: f32 = 4.0 / 3.0;

/// A graph is folded into this many bands at most.
const MOST_BANDS: usize = 4;

/// The upper left corner of each node's box: every node to the right of those it reads, beside them
/// as far as there is room. A long graph goes on below, like a line of text.
pub(super) fn places(plan: &Plan) -> Vec<[f32; 2]> {
    let reads: Vec<Vec<usize>> = plan.nodes.iter().map(|node| read_by(&node.sources)).collect();
    let heights: Vec<f32> = plan.nodes.iter().map(height).collect();
    folded(&columns(&reads), &reads, &heights)
}

fn height(node: &PlanNode) -> f32 {
    let gives = |port: PortType| node.kind.outputs.iter().any(|output| output.port == port);
    match (gives(PortType::Frame), gives(PortType::Control)) {
        (true, _) => HEIGHTS[0],
        (false, true) => HEIGHTS[1],
        (false, false) => HEIGHTS[2],
    }
}

/// Folded so that it is seen as large as possible.
fn folded(columns: &[usize], reads: &[Vec<usize>], heights: &[f32]) -> Vec<[f32; 2]> {
    let tops = tops(columns, reads, heights);
    let number = columns.iter().max().map_or(0, |last| last + 1);
    let fold = |bands: usize| {
        let width = number.div_ceil(bands).max(1);
        let mut places = vec![[0.0; 2]; columns.len()];
        let mut below = 0.0;
        for band in 0..number.div_ceil(width) {
            let inside: Vec<usize> =
                (0..columns.len()).filter(|node| columns[*node] / width == band).collect();
            let top = inside.iter().map(|node| tops[*node]).fold(f32::MAX, f32::min);
            let bottom = inside.iter().map(|node| tops[*node] + heights[*node]).fold(f32::MIN, f32::max);
            for node in inside {
                places[node] = [(columns[node] % width) as f32 * STEP, tops[node] - top + below];
            }
            below += bottom - top + BAND_GAP;
        }
        // The side of the view that it fills.
        let side = (width as f32 * STEP).max(below * ASPECT);
        (side, places)
    };
    let best = (1..=MOST_BANDS).map(fold).min_by(|one, other| one.0.total_cmp(&other.0));
    best.map_or_else(Vec::new, |(_, places)| places)
}

/// The upper edges, as if there were one band.
fn tops(columns: &[usize], reads: &[Vec<usize>], heights: &[f32]) -> Vec<f32> {
    let mut tops = vec![0.0_f32; columns.len()];
    for column in 0..=columns.iter().copied().max().unwrap_or(0) {
        // Beside what they read.
        let wish = |node: usize| {
            let before = reads[node].iter().filter(|read| columns[**read] < column);
            let tops: Vec<f32> = before.map(|read| tops[*read]).collect();
            if tops.is_empty() { node as f32 * 0.01 } else { tops.iter().sum::<f32>() / tops.len() as f32 }
        };
        let inside = (0..columns.len()).filter(|node| columns[*node] == column);
        let mut wishes: Vec<(f32, usize)> = inside.map(|node| (wish(node), node)).collect();
        wishes.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut free = f32::MIN;
        for (wish, node) in wishes {
            tops[node] = wish.max(free);
            free = tops[node] + heights[node];
        }
    }
    tops
}

fn read_by(sources: &[Source]) -> Vec<usize> {
    sources.iter().flat_map(Source::nodes).collect()
}

/// The column of each node: behind everything it reads. A wire that closes a loop does not count.
fn columns(reads: &[Vec<usize>]) -> Vec<usize> {
    let mut columns = vec![0; reads.len()];
    for node in 0..reads.len() {
        let before = reads[node].iter().filter(|read| **read < node);
        columns[node] = before.map(|read| columns[*read] + 1).max().unwrap_or(0);
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_stands_behind_all_that_it_reads() {
        // 0 -> 1 -> 3, 0 -> 3, 2 -> 3, and 3 -> 1 closes a loop.
        let reads = [vec![], vec![0, 3], vec![], vec![1, 0, 2]];
        assert_eq!(columns(&reads), [0, 1, 0, 2]);
        assert!(columns(&[]).is_empty());
    }

    #[test]
    fn a_long_chain_is_folded_and_no_box_covers_another() {
        let reads: Vec<Vec<usize>> =
            (0..12_usize).map(|node| node.checked_sub(1).into_iter().collect()).collect();
        let heights = vec![200.0; 12];
        let places = folded(&columns(&reads), &reads, &heights);
        let width = places.iter().map(|[x, _]| *x).fold(0.0, f32::max);
        assert!(width < 6.0 * STEP, "{places:?}");
        for (one, [x, y]) in places.iter().enumerate() {
            for [other_x, other_y] in &places[..one] {
                assert!(x != other_x || (y - other_y).abs() >= 200.0, "{places:?}");
            }
        }
        assert!(folded(&[], &[], &[]).is_empty());
    }
}
