//! What the nodes of the painting network agree on.

use std::sync::Arc;

use pastiche_engine::assets::Media;
use pastiche_engine::node::{BuildError, Fault};
use pastiche_engine::options::Options;
use pastiche_engine::port::Style;
use pastiche_engine::spec::{File, Opt};
use pastiche_engine::workers::{Priority, Workers};
use pastiche_models::painting::Painting;
use pastiche_models::{Embedded, Threads};

/// The name by which styles of the embedded network know each other.
///
/// A style holds a weight for each published style, or such a row for each layer of the network.
pub(crate) const NETWORK: &str = "multistyle26";

/// A network of one's own in the place of the embedded one.
pub(crate) const MODEL: Opt<Option<File>> = Opt::optional_file(
    "model",
    Media::Model,
    "An ONNX file with a network of the same build but other weights; without it, the embedded one.",
);

/// The name by which styles of the chosen network know each other: the file's own name, so that a
/// style stays one of its network when the file's content changes.
pub(crate) fn network(options: &Options) -> Arc<str> {
    options.get(&MODEL).map_or_else(|| NETWORK.into(), |asset| asset.name.clone())
}

/// Whether the chosen network is the embedded one, whose styles have names.
pub(crate) fn is_embedded(options: &Options) -> bool {
    options.get(&MODEL).is_none()
}

/// Lets the threads of the networks give way to a show. A render has nothing to give way to.
pub(crate) fn give_way(workers: &Workers) {
    if !workers.is_inline() {
        Threads::shared().on_each(|| Priority::Model.apply());
    }
}

static EMBEDDED: Embedded<Painting> = Embedded::new();

/// The chosen network, loaded once for all nodes that name it: the embedded one for as long as any of them holds
/// it, one from a file for as long as the file is known.
pub(crate) fn load(options: &Options) -> Result<Arc<Painting>, BuildError> {
    match options.get(&MODEL) {
        None => EMBEDDED.get(|| Painting::embedded(Threads::shared())).map_err(|error| {
            BuildError::new(format!("the painting network does not load: {error}"), "install Pastiche again")
        }),
        Some(asset) => {
            asset.loaded(|bytes| Painting::from_bytes(bytes, Threads::shared())).map_err(|error| {
                let message = format!("`{}` is not a painting network: {error}", asset.name);
                BuildError::new(message, "convert or train one of the same build as the embedded network")
                    .option(MODEL.0.name)
            })
        }
    }
}

/// The weighted sum; `None` of nothing. A style of one row is the same in each layer.
pub(crate) fn mix<'a, I: Iterator<Item = (&'a Style, f64)>>(
    members: impl Fn() -> I,
) -> Result<Option<Style>, Fault> {
    let Some((first, _)) = members().next() else { return Ok(None) };
    if let Some((other, _)) = members().find(|(style, _)| style.network != first.network) {
        let message = format!("styles of `{}` and `{}` do not mix", first.network, other.network);
        return Err(Fault::new(
            message,
            "mix styles of `style` with each other, and those of `style_of` with each other",
        ));
    }
    let length = members().map(|(style, _)| style.vector.len()).max().unwrap_or(0);
    let mut sum = vec![0.0f64; length];
    for (style, weight) in members() {
        for (total, part) in sum.iter_mut().zip(style.vector.iter().cycle()) {
            *total += f64::from(*part) * weight;
        }
    }
    let vector: Arc<[f32]> = sum.into_iter().map(|total| total as f32).collect();
    Ok(Some(Style { network: first.network.clone(), vector }))
}

/// The style of the frame before while nothing changes, so that it is the very same.
pub(crate) fn settled(last: &mut Option<Style>, next: Style) -> Style {
    match last {
        Some(last) if *last == next => last.clone(),
        _ => last.insert(next).clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(network: &str, vector: &[f32]) -> Style {
        Style { network: network.into(), vector: vector.into() }
    }

    #[test]
    fn weights_are_used_as_given() {
        let (one, two) = (style("a", &[1.0, 0.0]), style("a", &[0.0, 1.0]));
        let mixed = mix(|| [(&one, -1.0), (&two, 3.5)].into_iter()).unwrap().unwrap();
        assert_eq!(mixed, style("a", &[-1.0, 3.5]));
    }

    #[test]
    fn a_style_of_one_row_is_the_same_in_each_layer() {
        let (one, rows) = (style("a", &[1.0, 0.0]), style("a", &[0.0, 1.0, 1.0, 0.0]));
        let mixed = mix(|| [(&one, 0.5), (&rows, 0.5)].into_iter()).unwrap().unwrap();
        assert_eq!(mixed, style("a", &[0.5, 0.5, 1.0, 0.0]));
    }

    #[test]
    fn networks_do_not_mix() {
        let (one, two) = (style("a", &[1.0]), style("b", &[1.0]));
        let fault = mix(|| [(&one, 1.0), (&two, 1.0)].into_iter()).unwrap_err();
        assert_eq!(fault.message, "styles of `a` and `b` do not mix");
    }

    #[test]
    fn what_does_not_change_stays_the_very_same() {
        let mut last = None;
        let first = settled(&mut last, style("a", &[1.0]));
        assert!(Arc::ptr_eq(&settled(&mut last, style("a", &[1.0])).vector, &first.vector));
        assert_eq!(settled(&mut last, style("a", &[2.0])), style("a", &[2.0]));
    }
}
