//! What a patch asked for. May be wrong: nothing here has been checked against the registry yet.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::diagnostic::Span;
use crate::options::OptionValue;
use crate::port::Colour;

/// A node's name, its identity across edits: `paint`, `img#2`, `xs[0]`, `b/y`, `glow.image`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeKey(pub Arc<str>);

impl NodeKey {
    /// From its text.
    pub fn new(name: &str) -> NodeKey {
        NodeKey(name.into())
    }

    /// The name that the script wrote: everything before the first `.`, `#` or `[`. Nodes of one
    /// group are matched together on reload.
    pub fn group(&self) -> &str {
        self.0.split(['.', '#', '[']).next().unwrap_or(&self.0)
    }
}

impl fmt::Display for NodeKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What a script gave for an input.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// An output of a node of the same description.
    Wire {
        /// Position of the node in [`GraphDesc::nodes`].
        node: usize,
        /// Position of the output in its declaration.
        output: usize,
    },
    /// A constant control.
    Number(f64),
    /// A constant colour.
    Colour(Colour),
    /// A list.
    List(Vec<Given>),
    /// Stands for a value that was faulty and has been reported: it fits everywhere.
    Placeholder,
}

/// One input as given, with its place in the script.
#[derive(Clone, Debug, PartialEq)]
pub struct GivenInput {
    /// What was given.
    pub value: Given,
    /// Where.
    pub span: Option<Span>,
}

/// One option as given.
#[derive(Clone, Debug, PartialEq)]
pub struct GivenOption {
    /// What was given.
    pub value: OptionValue,
    /// Where.
    pub span: Option<Span>,
}

/// One node as asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeDesc {
    /// Its name.
    pub key: NodeKey,
    /// Name of its kind.
    pub kind: String,
    /// Inputs by name.
    pub inputs: BTreeMap<String, GivenInput>,
    /// Options by name.
    pub options: BTreeMap<String, GivenOption>,
    /// The call that made it.
    pub span: Option<Span>,
}

/// A graph as asked for, nodes in the order in which the script made them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GraphDesc {
    /// The canvas that the patch asks for, in pixels.
    pub canvas_px: Option<[u32; 2]>,
    /// Its nodes.
    pub nodes: Vec<NodeDesc>,
}
