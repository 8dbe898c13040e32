//! What the nodes of the painting network agree on.

use std::sync::Arc;

use pastiche_engine::assets::Media;
use pastiche_engine::node::BuildError;
use pastiche_engine::options::Options;
use pastiche_engine::spec::{OptionDefault, OptionSpec, OptionType};
use pastiche_models::painting::Painting;

/// The name by which styles of the embedded network know each other.
pub(crate) const NETWORK: &str = "multistyle26";

/// A network of one's own in the place of the embedded one.
pub(crate) const MODEL: OptionSpec = OptionSpec {
    name: "model",
    takes: OptionType::File(Media::Model),
    default: OptionDefault::Absent,
    doc: "An ONNX file with a network of the same build but other weights; without it, the embedded one.",
};

/// The name by which styles of the chosen network know each other: the file's own name, so that a
/// style stays one of its network when the file's content changes.
pub(crate) fn network(options: &Options) -> Arc<str> {
    options.asset(MODEL.name).map_or_else(|| NETWORK.into(), |asset| asset.name.clone())
}

/// Whether the chosen network is the embedded one, whose styles have names.
pub(crate) fn is_embedded(options: &Options) -> bool {
    options.asset(MODEL.name).is_none()
}

/// Loads the chosen network.
pub(crate) fn load(options: &Options, threads: usize) -> Result<Painting, BuildError> {
    match options.asset(MODEL.name) {
        None => Painting::embedded(threads).map_err(|error| {
            BuildError::new(format!("the painting network does not load: {error}"), "install Pastiche anew")
        }),
        Some(asset) => Painting::from_bytes(&asset.bytes, threads).map_err(|error| {
            let message = format!("`{}` is not a painting network: {error}", asset.name);
            BuildError::new(message, "convert or train one of the same build as the embedded network")
                .option(MODEL.name)
        }),
    }
}
