//! What the nodes of the painting network agree on.

/// The name by which styles of the painting network know each other.
pub(crate) const NETWORK: &str = "multistyle26";
