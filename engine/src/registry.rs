//! The table of all kinds: what is declared, and how to build it.

pub use pastiche_graph::kinds::{Kinds, SpecError, UnknownKind};

use crate::context::BuildCtx;
use crate::fault::BuildError;
use crate::node::Node;
use crate::options::Options;
use crate::spec::NodeSpec;

/// Builds a node. Runs on the loader thread and may be slow.
pub type Make = fn(&BuildCtx<'_>, &Options) -> Result<Box<dyn Node>, BuildError>;

/// A kind of node: its declaration and how to build one.
#[derive(Debug)]
pub struct NodeKind {
    /// The declaration.
    pub spec: NodeSpec,
    /// Builds a node.
    pub make: Make,
}

/// All kinds, in the order of the reference.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    kinds: Kinds,
    /// In the order of `kinds`.
    entries: Vec<&'static NodeKind>,
}

impl Registry {
    /// Checks every declaration.
    pub fn new(kinds: impl IntoIterator<Item = &'static NodeKind>) -> Result<Registry, Vec<SpecError>> {
        let entries: Vec<&'static NodeKind> = kinds.into_iter().collect();
        let declared = entries.iter().map(|kind| &kind.spec);
        Ok(Registry { kinds: Kinds::new(declared)?, entries })
    }

    /// The declarations: what descriptions are checked against, and what documents are made from.
    pub fn kinds(&self) -> &Kinds {
        &self.kinds
    }

    /// The kind of a name.
    pub fn get(&self, name: &str) -> Result<&'static NodeKind, UnknownKind> {
        self.kinds.position(name).map(|position| self.entries[position])
    }

    /// Every kind, in the order of the reference.
    pub fn iter(&self) -> impl Iterator<Item = &'static NodeKind> + '_ {
        self.entries.iter().copied()
    }
}
