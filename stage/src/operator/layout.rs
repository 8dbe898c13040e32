//! Where the boxes of the graph stand.

use pastiche_engine::plan::{Plan, Source};

/// From one column to the next, and from one box to the one below it.
pub(super) const STEP: [f32; 2] = [330.0, 215.0];

/// The upper left corner of each node's box: every node to the right of those it reads, beside them
/// as far as there is room.
pub(super) fn places(plan: &Plan) -> Vec<[f32; 2]> {
    let reads: Vec<Vec<usize>> = plan.nodes.iter().map(|node| read_by(&node.sources)).collect();
    let columns = columns(&reads);
    let mut rows = vec![0.0_f32; reads.len()];
    for column in 0..=columns.iter().copied().max().unwrap_or(0) {
        let mut nodes: Vec<usize> = (0..reads.len()).filter(|node| columns[*node] == column).collect();
        // Beside what they read.
        let wish = |node: &usize| {
            let before = reads[*node].iter().filter(|read| columns[**read] < column);
            let rows: Vec<f32> = before.map(|read| rows[*read]).collect();
            if rows.is_empty() { *node as f32 * 0.01 } else { rows.iter().sum::<f32>() / rows.len() as f32 }
        };
        let mut wishes: Vec<(f32, usize)> = nodes.drain(..).map(|node| (wish(&node), node)).collect();
        wishes.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut free = f32::MIN;
        for (wish, node) in wishes {
            rows[node] = wish.max(free);
            free = rows[node] + 1.0;
        }
    }
    columns.iter().zip(&rows).map(|(column, row)| [*column as f32 * STEP[0], row * STEP[1]]).collect()
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
}
