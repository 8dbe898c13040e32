//! Photographs painted one by one, as `pastiche paint` does.

mod files;
mod light;
mod styles;

use engine::frame::{PixelFormat, Pixels};
use models::Threads;
use models::arbitrary_style::{ArbitraryStyle, STYLE_LENGTH};
use models::painting::{LEAST_SIDE, MOST_PIXELS, Painting};
use models::scaled_srgb8;
use pastiche_engine as engine;
use pastiche_models as models;

use crate::error::Error;

pub use files::{Form, photographs, places, read, write};
pub use styles::{StyleOf, WeighedStyle, styles};

/// How photographs are painted.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// In what, and how much of each; weights are used as they are given.
    pub styles: Vec<WeighedStyle>,
    /// How much of the painting: 0 is the photograph, 1 the painting, and what lies beyond goes further the same
    /// way. Mixed in linear light.
    pub strength: f32,
    /// Light from the painting, colour from the photograph.
    pub keeps_colour: bool,
    /// The longer side of the painting in pixels; without it that of the photograph, as far as the network
    /// paints that many pixels.
    pub longer_side_px: Option<u32>,
}

/// Paints by one recipe.
pub struct Painter {
    brushes: Vec<Brush>,
    recipe: Recipe,
}

/// A network, and what it paints in. Each network mixes its own styles; what two of them paint is mixed in light.
struct Brush {
    network: Network,
    style: Vec<f32>,
    /// How much of the whole it paints.
    share: f32,
}

enum Network {
    Named(Painting),
    Pictures(Box<ArbitraryStyle>),
}

impl Painter {
    /// Loads the network.
    ///
    /// # Errors
    /// When a style cannot be read.
    pub fn new(recipe: Recipe) -> Result<Painter, Error> {
        let weights: f32 = recipe.styles.iter().map(|style| style.weight).sum();
        let (named, pictures): (Vec<_>, Vec<_>) =
            recipe.styles.iter().partition(|style| matches!(style.of, StyleOf::Named(_)));
        let mut brushes = Vec::new();
        for (styles, of) in [(named, named_brush as fn(&_) -> _), (pictures, picture_brush)] {
            if styles.is_empty() {
                continue;
            }
            let (network, mut style) = of(&styles)?;
            let own: f32 = styles.iter().map(|style| style.weight).sum();
            // One network alone uses weights as they are given. Of two, each paints the mix of its own, and they
            // share the picture in proportion.
            let is_shared = styles.len() < recipe.styles.len();
            if is_shared && own != 0.0 {
                style.iter_mut().for_each(|value| *value /= own);
            }
            let share = match () {
                () if !is_shared => 1.0,
                () if weights != 0.0 => own / weights,
                () => 0.5,
            };
            brushes.push(Brush { network, style, share });
        }
        Ok(Painter { brushes, recipe })
    }

    /// Paints a photograph, whose name is for what is reported; the result has its shape and its alpha.
    ///
    /// # Errors
    /// When the network refuses the picture or the weights of its styles.
    pub fn paint(&self, name: &str, photograph: &Pixels) -> Result<Pixels, Error> {
        let failed = |why: String| Error::Setting {
            message: format!("cannot paint {name}: {why}"),
            help: "choose another picture, size or style".into(),
        };
        let bytes = photograph.to_srgb8();
        let size_px = painted_size(photograph.size_px(), self.recipe.longer_side_px);
        let scaled = |bytes: &[u8], from, to| {
            scaled_srgb8(bytes, from, to).ok_or_else(|| failed("the picture cannot be scaled".into()))
        };
        let original = scaled(&bytes, photograph.size_px(), size_px)?;
        // What is narrower than the network can see is painted wider, and made narrow again.
        let worked_px = size_px.map(|side| side.max(LEAST_SIDE as u32));
        let seen = scaled(&original, size_px, worked_px)?;
        let mut paintings = Vec::new();
        for Brush { network, style, share } in &self.brushes {
            let painted = match network {
                Network::Named(painting) => {
                    painting.paint_srgb8(&seen, worked_px, style).map_err(|error| error.to_string())
                }
                Network::Pictures(networks) => {
                    networks.paint_srgb8(&seen, worked_px, style).map_err(|error| error.to_string())
                }
            };
            paintings.push((scaled(&painted.map_err(failed)?, worked_px, size_px)?, *share));
        }
        let painted = light::mixed(paintings);
        let finished = light::finish(&original, painted, self.recipe.strength, self.recipe.keeps_colour);
        Pixels::new(size_px, PixelFormat::Srgb8, finished)
            .ok_or_else(|| failed("the picture has no pixels".into()))
    }
}

/// The network of the styles with names, and the sum of these.
fn named_brush(styles: &[&WeighedStyle]) -> Result<(Network, Vec<f32>), Error> {
    let painting = Painting::embedded(Threads::shared()).map_err(|error| unloaded(&error))?;
    let mut sum = vec![0.0; painting.style_count()];
    for style in styles {
        if let StyleOf::Named(number) = style.of {
            sum[number] += style.weight;
        }
    }
    Ok((Network::Named(painting), sum))
}

/// The networks for styles of pictures, and the sum of these.
fn picture_brush(styles: &[&WeighedStyle]) -> Result<(Network, Vec<f32>), Error> {
    let networks = ArbitraryStyle::embedded(Threads::shared()).map_err(|error| unloaded(&error))?;
    let mut sum = vec![0.0; STYLE_LENGTH];
    for style in styles {
        let StyleOf::Picture(path) = &style.of else { continue };
        let picture = files::read(path)?;
        let vector = networks.predict_srgb8(&picture.to_srgb8(), picture.size_px());
        let vector = vector.map_err(|error| Error::Setting {
            message: format!("{} has no style: {error}", path.display()),
            help: "choose another picture".into(),
        })?;
        sum.iter_mut().zip(vector).for_each(|(sum, value)| *sum += style.weight * value);
    }
    Ok((Network::Pictures(Box::new(networks)), sum))
}

fn unloaded(error: &dyn std::fmt::Display) -> Error {
    Error::Setting {
        message: format!("the painting network does not load: {error}"),
        help: "install Pastiche again".into(),
    }
}

/// The size of a painting, in the photograph's shape.
fn painted_size(size_px: [u32; 2], longer_side_px: Option<u32>) -> [u32; 2] {
    let [width, height] = size_px.map(f64::from);
    let wished = longer_side_px.map_or(1.0, |longer| f64::from(longer) / width.max(height));
    // Both as it is, and where its shorter side is made as wide as the network can see.
    let most = (MOST_PIXELS as f64 / (width * height)).sqrt();
    let most_of_strips = (MOST_PIXELS / LEAST_SIDE) as f64 / width.max(height);
    let scale = wished.min(most).min(most_of_strips);
    [width, height].map(|side| ((side * scale) as u32).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_shape_is_painted_within_the_limits() {
        assert_eq!(painted_size([640, 480], None), [640, 480]);
        assert_eq!(painted_size([640, 480], Some(320)), [320, 240]);
        assert_eq!(painted_size([640, 480], Some(1280)), [1280, 960]);
        for photograph in [[1, 1], [1, 16_384], [16_384, 1], [16_384, 16_384], [6000, 4000]] {
            for longer in [None, Some(1), Some(64), Some(16_384)] {
                let [width, height] = painted_size(photograph, longer).map(|side| side.max(32) as usize);
                assert!(width * height <= MOST_PIXELS, "{photograph:?} at {longer:?}: {width}x{height}");
            }
        }
    }
}
