//! The neural networks of Pastiche: tensors in, tensors out.
//!
//! They are grouped by task, one folder each, with an error of its own. A network is usable alone: it
//! knows nothing of graphs, nodes, windows or sound, keeps no state of its own, and gives the same bits
//! for the same input whatever the number of threads. All that is shared are the [`Threads`], and, by those who
//! hold it, a network that is [`Embedded`].
//! Training is not here: what trains a network stands in a crate that nothing which plays depends on.
//!
//! ```
//! use pastiche_models::Threads;
//! use pastiche_models::painting::{Painting, STYLES};
//!
//! let painting = Painting::embedded(Threads::shared())?;
//! let grey = vec![128; 64 * 48 * 4];
//! let painted = painting.paint_srgb8(&grey, [64, 48], &painting.single_style(19))?;
//! assert_eq!(painted.len(), grey.len());
//! assert_eq!(STYLES[19].name, "blue_swirls");
//! # Ok::<(), pastiche_models::painting::PaintingError>(())
//! ```

pub mod arbitrary_style;
pub mod chorale;
pub mod painting;

mod idle;
mod loading;
mod random;
mod scaling;
mod threads;

pub use loading::{Embedded, loads};
pub use random::Random;
pub use scaling::scaled_srgb8;
pub use threads::Threads;
