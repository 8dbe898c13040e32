//! The neural networks of Pastiche: tensors in, tensors out.
//!
//! A network here is usable alone. It knows nothing of graphs, nodes, windows or sound, keeps no
//! global state, and gives the same bits for the same input whatever the number of threads.
//!
//! ```
//! use pastiche_models::painting::{Painting, STYLES};
//!
//! let painting = Painting::embedded(2)?;
//! let grey = vec![128; 64 * 48 * 4];
//! let painted = painting.paint_srgb8(&grey, [64, 48], &painting.single_style(19))?;
//! assert_eq!(painted.len(), grey.len());
//! assert_eq!(STYLES[19].name, "blue_swirls");
//! # Ok::<(), pastiche_models::ModelError>(())
//! ```

pub mod painting;

mod error;

pub use error::ModelError;
