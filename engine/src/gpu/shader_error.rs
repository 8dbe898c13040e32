//! Where in a person's own WGSL text an error is.

use std::error::Error;
use std::ops::Range;

use thiserror::Error;
use wgpu::naga;

/// A shader does not compile. The place is one in the text that was given, without what the engine
/// puts in front of it.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct ShaderError {
    /// What is wrong.
    pub message: String,
    /// Line, from 1; `None` when the error is about the whole text.
    pub line: Option<usize>,
    /// Column, from 1, in characters.
    pub column: usize,
    /// Length in characters inside the line, at least 1.
    pub length: usize,
}

impl ShaderError {
    pub(super) fn without_place(message: impl Into<String>) -> ShaderError {
        ShaderError { message: message.into(), line: None, column: 1, length: 1 }
    }

    /// wgpu's own message is a picture of the text with its prelude, so the short message and all
    /// places are asked from naga, which compiles the text once more.
    pub(super) fn of_module(
        text: &str,
        prelude_bytes: usize,
        info: &wgpu::CompilationInfo,
        error: &wgpu::Error,
    ) -> ShaderError {
        let (message, places) = match naga::front::wgsl::parse_str(text) {
            Err(error) => {
                let spans = error.labels().filter_map(|(span, _)| span.to_range());
                (error.message().to_owned(), spans.collect())
            }
            Ok(module) => validation(&module).unwrap_or_else(|| fallback(info, error)),
        };
        let given = &text[prelude_bytes..];
        let inside = places.into_iter().find(|place| place.start >= prelude_bytes);
        match inside {
            Some(place) => ShaderError {
                message,
                ..ShaderError::at(given, place.start - prelude_bytes..place.end - prelude_bytes)
            },
            None => ShaderError::without_place(message),
        }
    }

    pub(super) fn of_pipeline(error: &wgpu::Error) -> ShaderError {
        ShaderError::without_place(innermost(error))
    }

    fn at(text: &str, place: Range<usize>) -> ShaderError {
        let start = floor_char(text, place.start.min(text.len()));
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |position| position + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |position| start + position);
        let end = floor_char(text, place.end.clamp(start, line_end));
        ShaderError {
            message: String::new(),
            line: Some(before.matches('\n').count() + 1),
            column: text[line_start..start].chars().count() + 1,
            length: text[start..end].chars().count().max(1),
        }
    }
}

type MessageAndPlaces = (String, Vec<Range<usize>>);

fn validation(module: &naga::Module) -> Option<MessageAndPlaces> {
    use naga::valid::{Capabilities, ValidationFlags, Validator};
    let error = Validator::new(ValidationFlags::all(), Capabilities::all()).validate(module).err()?;
    let message = causes(error.as_inner()).join(": ");
    let mut places: Vec<_> = error.spans().filter_map(|(span, _)| span.to_range()).collect();
    // The narrowest says the most: others are the function around it.
    places.sort_by_key(|place| place.len());
    Some((message, places))
}

/// naga alone finds nothing wrong: the adapter lacks something.
fn fallback(info: &wgpu::CompilationInfo, error: &wgpu::Error) -> MessageAndPlaces {
    let place = info.messages.iter().find_map(|message| message.location);
    let range = place.map(|place| place.offset as usize..(place.offset + place.length) as usize);
    (innermost(error), range.into_iter().collect())
}

fn causes(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut causes = vec![error.to_string()];
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    causes
}

/// The last two causes of a chain: what is wrong, and in what.
fn innermost(error: &wgpu::Error) -> String {
    let causes = causes(error);
    let start = causes.len().saturating_sub(2).max(1).min(causes.len().saturating_sub(1));
    causes[start..].iter().map(|cause| cause.trim()).collect::<Vec<_>>().join(": ")
}

fn floor_char(text: &str, position: usize) -> usize {
    (0..=position).rev().find(|position| text.is_char_boundary(*position)).unwrap_or(0)
}
