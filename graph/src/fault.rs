//! How a node is doing, and what it says when it cannot be built or cannot go on.

use std::any::Any;

use thiserror::Error;

use crate::diagnostic::{Diagnostic, Excerpt, Span};

/// How a node is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// All is well.
    #[default]
    Ready,
    /// All is well, and this is worth knowing: "1280x720, 34 ms old".
    Active(String),
    /// Not there yet, and why: "painting the first picture".
    Waiting(String),
    /// Something is wrong; the last good output is held.
    Failed(String),
}

/// A node could not do its work in this frame.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct Fault {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Fault {
    /// From what is wrong and what to do.
    pub fn new(message: impl Into<String>, help: impl Into<String>) -> Fault {
        Fault { message: message.into(), help: help.into() }
    }

    /// Of a panic: what panicked, and what it said.
    pub fn panicked(what: &str, panic: &(dyn Any + Send)) -> Fault {
        Fault::new(
            format!("{what} panicked: {}", panic_message(panic)),
            "it holds its last output until its options change or it is rebuilt",
        )
    }
}

/// The text of a panic.
pub fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without a message".into())
}

/// A node could not be built.
#[derive(Clone, Debug, Error, PartialEq)]
#[error("{message}")]
pub struct BuildError {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
    /// The option at fault, if it is one.
    pub option: Option<&'static str>,
    /// The place in a file of the user's, with the text of its line: a shader's fault.
    pub place: Option<Box<(Span, String)>>,
}

impl BuildError {
    /// From what is wrong and what to do.
    pub fn new(message: impl Into<String>, help: impl Into<String>) -> BuildError {
        BuildError { message: message.into(), help: help.into(), option: None, place: None }
    }

    /// What is reported to the person who wrote the patch. Without a place of its own, the fault is at
    /// `span`.
    pub fn diagnostic(&self, key: &str, kind: &str, span: Option<Span>) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(format!("`{kind}`: {}", self.message)).at(span).node(key);
        diagnostic.input = self.option.map(str::to_owned);
        if let Some(place) = &self.place {
            diagnostic.span = Some(place.0.clone());
            diagnostic.excerpt = Some(Excerpt::of(&place.1, place.0.column));
        }
        if !self.help.is_empty() {
            diagnostic.help.push(self.help.clone());
        }
        diagnostic
    }

    /// Names the option at fault.
    pub fn option(mut self, option: &'static str) -> BuildError {
        self.option = Some(option);
        self
    }

    /// Points into a file of the user's.
    pub fn place(mut self, span: Span, line: impl Into<String>) -> BuildError {
        self.place = Some(Box::new((span, line.into())));
        self
    }
}
