//! What the nodes agree on that paint in the style of any picture.

use std::sync::Arc;

use pastiche_engine::node::BuildError;
use pastiche_models::arbitrary_style::ArbitraryStyle;
use pastiche_models::{Embedded, Threads};

/// The name by which styles of pictures know each other.
pub(crate) const NETWORK: &str = "picture";

static EMBEDDED: Embedded<ArbitraryStyle> = Embedded::new();

/// The networks, loaded once for as long as any node holds them.
pub(crate) fn networks() -> Result<Arc<ArbitraryStyle>, BuildError> {
    EMBEDDED.get(|| ArbitraryStyle::embedded(Threads::shared())).map_err(|error| {
        BuildError::new(
            format!("the networks for styles of pictures do not load: {error}"),
            "install Pastiche again",
        )
    })
}
