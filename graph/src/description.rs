//! What a patch asked for. May be wrong: nothing here has been checked against the registry yet.

use std::collections::BTreeMap;

use crate::diagnostic::Span;
pub use crate::key::NodeKey;
use crate::options::OptionValue;
use crate::port::Colour;

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
