//! The devices that a show hangs on.

use engine::node::Status;
use pastiche_engine as engine;

use super::{Player, SoundSide};

/// The output by which a node tells whether its device is there.
const ALIVE: &str = "alive";

impl Player {
    /// What each device that may come and go is called, and how it is doing: the graphics adapter, the
    /// sound card, and those of nodes that have an output `alive`.
    pub fn devices(&self) -> Vec<(String, Status)> {
        let adapter = self.graphics.status().map(|status| ("graphics adapter".to_owned(), status));
        let card = match &self.sound {
            SoundSide::Card(card) => card.status(),
            _ => None,
        };
        let nodes = self.live.plan().nodes.iter().zip(self.live.statuses());
        let of_nodes =
            nodes.filter(|(planned, _)| planned.kind.outputs.iter().any(|output| output.name == ALIVE));
        let of_nodes = of_nodes.map(|(_, (node, status))| (node.to_string(), status));
        adapter.into_iter().chain(card).chain(of_nodes).collect()
    }
}
