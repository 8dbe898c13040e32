//! A corpus of chorales.

use serde_json::Value;

use super::canvas::{VOICES, class_of};
use super::error::ChoraleError;

/// A piece as classes: 0..=45 a pitch, 46 silence.
pub type Piece = Vec<[u8; VOICES]>;

/// The three parts of a corpus.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Corpus {
    /// What the network learns from.
    pub train: Vec<Piece>,
    /// What tells which checkpoint is the best.
    pub valid: Vec<Piece>,
    /// What is measured in the end.
    pub test: Vec<Piece>,
}

impl Corpus {
    /// Reads the JSON of the JSB chorales: `{"train": [piece...], "valid": ..., "test": ...}`, a piece
    /// a list of steps of four MIDI pitches 36..=81 or -1.
    ///
    /// # Errors
    /// Text that is no JSON, a part that is missing or empty, and a step that is not four such
    /// pitches are refused, by part, piece and step.
    pub fn from_json(text: &[u8]) -> Result<Self, ChoraleError> {
        let value: Value = serde_json::from_slice(text).map_err(|error| ChoraleError::CorpusUnreadable {
            place: "the file".to_owned(),
            reason: error.to_string(),
        })?;
        let part = |name: &str| -> Result<Vec<Piece>, ChoraleError> {
            let unreadable = |place: String, reason: &str| ChoraleError::CorpusUnreadable {
                place,
                reason: reason.to_owned(),
            };
            let pieces = value
                .get(name)
                .and_then(Value::as_array)
                .filter(|pieces| !pieces.is_empty())
                .ok_or_else(|| unreadable(format!("part `{name}`"), "it is missing or empty"))?;
            let read = |(index, piece): (usize, &Value)| {
                let place = || format!("part `{name}`, piece {index}");
                let steps = piece
                    .as_array()
                    .filter(|steps| !steps.is_empty())
                    .ok_or_else(|| unreadable(place(), "it is no list of steps"))?;
                let cells = |(step, pitches): (usize, &Value)| {
                    let classes: Option<Vec<u8>> = pitches.as_array().and_then(|pitches| {
                        pitches
                            .iter()
                            .map(|pitch| {
                                pitch.as_i64().and_then(|pitch| i16::try_from(pitch).ok()).and_then(class_of)
                            })
                            .collect()
                    });
                    classes.and_then(|classes| classes.try_into().ok()).ok_or_else(|| {
                        unreadable(format!("{}, step {step}", place()), "it is not four of -1 and 36..=81")
                    })
                };
                steps.iter().enumerate().map(cells).collect()
            };
            pieces.iter().enumerate().map(read).collect()
        };
        Ok(Self { train: part("train")?, valid: part("valid")?, test: part("test")? })
    }
}
