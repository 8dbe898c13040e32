//! The names of nodes.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

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
