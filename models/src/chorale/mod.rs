//! A network that knows four-part chorales: a partly known score in, what each cell may be out.
//!
//! One token a sixteenth: a step's hidden state comes from table rows (the cells, their known
//! neighbours, the best repetition, metre and key), goes through six gated products over dilated
//! neighbours, and scores pitches by tables relative to the key, to the neighbours and to the other
//! voices. The task is that of Huang et al., "Counterpoint by Convolution" (ISMIR 2017, arXiv
//! 1903.07227): any cells may be known, and the others are asked for.
//!
//! ```
//! use pastiche_models::chorale::{Canvas, Weights, logits};
//!
//! let canvas = Canvas::empty(16);
//! let scores = logits(&Weights::zeros(), &canvas, None);
//! assert_eq!(scores.len(), 16);
//! assert!(scores[0][0].iter().all(|&score| score == 0.0));
//! ```

pub mod measure;
pub mod network;

mod canvas;
mod corpus;
mod error;
mod features;
mod harmony;
mod matrix;
mod notation;
mod receptive;
mod sampler;
mod trained;
mod weights;

pub use canvas::{CLASSES, Canvas, LOWEST, PITCHES, Roll, SILENCE, UNKNOWN, VOICES, class_of, pitch_of};
pub use corpus::{Corpus, Piece};
pub use error::ChoraleError;
pub use features::{Cell, Features};
pub use harmony::{Triad, TriadKind, pitch_classes};
pub use matrix::{Matrix, dot, product};
pub use network::{Activations, StepLogits, forward, logits, logits_at};
pub use notation::{NotationError, read_notation};
pub use receptive::Receptive;
pub use sampler::{Routine, Settings, Tuning, sample};
pub use trained::Network;
pub use weights::{
    ABSOLUTE, BLOCKS, CELL_WIDTH, DILATIONS, GATE, OTHERS, OTHERS_WIDTH, Part, REFERENCES, RELATIVE, WEIGHTS,
    WIDTH, Weights,
};
