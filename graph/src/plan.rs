//! A checked graph: typed, complete, in the order in which it runs.

use std::sync::Arc;

use crate::key::NodeKey;
use crate::options::Options;
use crate::port::Colour;
use crate::spec::{InputSpec, NodeSpec, Role};
use crate::typed_key::Positions;

/// Where an input's value comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// Nothing.
    Empty,
    /// An output of another node of the same plan.
    Wire {
        /// Position of the node in [`Plan::nodes`].
        node: usize,
        /// Position of the output.
        output: usize,
    },
    /// A constant control; can be moved by hand.
    Number(f64),
    /// A constant colour.
    Colour(Colour),
    /// A list of the above.
    List(Vec<Source>),
}

impl Source {
    /// The positions of all nodes that are read.
    pub fn nodes(&self) -> Vec<usize> {
        match self {
            Source::Wire { node, .. } => vec![*node],
            Source::List(members) => members.iter().flat_map(Source::nodes).collect(),
            Source::Empty | Source::Number(_) | Source::Colour(_) => Vec::new(),
        }
    }
}

/// One node of a plan.
#[derive(Clone, Debug)]
pub struct PlanNode {
    /// Its name.
    pub key: NodeKey,
    /// Its kind.
    pub kind: &'static NodeSpec,
    /// Its options, complete, with the files they name.
    pub options: Options,
    /// Equal stamps: same kind, options and file contents.
    pub stamp: u64,
    /// Its inputs; a kind may add some by its options (a shader's parameters).
    pub inputs: Arc<[InputSpec]>,
    /// Where the keys of the kind stand among its inputs and outputs.
    pub positions: Arc<Positions>,
    /// Where each input's value comes from, in the order of `inputs`.
    pub sources: Vec<Source>,
    /// Position of the node in the script's order of making; groups are matched in this order.
    pub made: usize,
    /// The call that made it, for faults while it is built.
    pub span: Option<crate::diagnostic::Span>,
}

impl PlanNode {
    /// Whether it is where pictures, sound or notes leave the patch.
    pub fn leads_out(&self) -> bool {
        matches!(self.kind.role, Role::Screen | Role::Speakers | Role::Recorder)
    }
}

/// A checked graph. Every node stands behind the nodes that it reads, but for those whose kind
/// breaks cycles.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The canvas that the patch asks for, in pixels.
    pub canvas_px: Option<[u32; 2]>,
    /// Its nodes in the order in which they run.
    pub nodes: Vec<PlanNode>,
}

impl Plan {
    /// Whether anything of it can be seen or heard, or is recorded.
    pub fn leads_out(&self) -> bool {
        self.nodes.iter().any(PlanNode::leads_out)
    }

    /// The position of a node by name.
    pub fn find(&self, key: &NodeKey) -> Option<usize> {
        self.nodes.iter().position(|node| node.key == *key)
    }
}
