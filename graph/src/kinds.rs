//! The table of all kinds: their declarations.

use std::collections::HashMap;

use thiserror::Error;

use crate::aliases::meant;
use crate::port::PortType;
use crate::spec::{InputSpec, NodeSpec, OptionDefault, OptionType, Unwired};
use crate::suggest::nearest;

/// What is wrong with a declaration; found when the table is made.
#[derive(Clone, Debug, Error, PartialEq)]
#[error("kind `{kind}`: {message}")]
pub struct SpecError {
    /// The kind.
    pub kind: &'static str,
    /// What is wrong.
    pub message: String,
}

/// There is no such kind.
#[derive(Clone, Debug, Error, PartialEq)]
#[error("there is no node `{name}`")]
pub struct UnknownKind {
    /// What was asked for.
    pub name: String,
    /// The nearest name, if one is near.
    pub nearest: Option<&'static str>,
}

/// All kinds, in the order of the reference.
#[derive(Clone, Debug, Default)]
pub struct Kinds {
    kinds: Vec<&'static NodeSpec>,
    positions: HashMap<&'static str, usize>,
}

impl Kinds {
    /// Checks every declaration.
    pub fn new(kinds: impl IntoIterator<Item = &'static NodeSpec>) -> Result<Kinds, Vec<SpecError>> {
        let mut table = Kinds::default();
        let mut errors = Vec::new();
        for kind in kinds {
            errors.extend(faults_of(kind));
            let position = table.kinds.len();
            if table.positions.insert(kind.name, position).is_some() {
                errors.push(SpecError { kind: kind.name, message: "the name is taken".into() });
            }
            table.kinds.push(kind);
        }
        if errors.is_empty() { Ok(table) } else { Err(errors) }
    }

    /// The kind of a name.
    pub fn get(&self, name: &str) -> Result<&'static NodeSpec, UnknownKind> {
        self.position(name).map(|position| self.kinds[position])
    }

    /// The position of a name in the order in which the kinds were given.
    pub fn position(&self, name: &str) -> Result<usize, UnknownKind> {
        let known = self.positions.get(name).copied();
        known.ok_or_else(|| UnknownKind { name: name.into(), nearest: self.nearest(name) })
    }

    /// The kind that is probably meant by a name that none has: what other programs call so, or the nearest
    /// name.
    pub fn nearest(&self, name: &str) -> Option<&'static str> {
        let elsewhere = meant(name).filter(|kind| self.positions.contains_key(kind));
        elsewhere.or_else(|| nearest(name, self.names()))
    }

    /// The kinds that have an input or option of this name, at most three.
    pub fn with_input(&self, name: &str) -> Vec<&'static str> {
        let has = |kind: &&'static NodeSpec| {
            kind.inputs.iter().any(|input| input.name == name) || kind.option(name).is_some()
        };
        self.iter().filter(has).map(|kind| kind.name).take(3).collect()
    }

    /// Every kind, in the order of the reference.
    pub fn iter(&self) -> impl Iterator<Item = &'static NodeSpec> + '_ {
        self.kinds.iter().copied()
    }

    /// Every name.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.kinds.iter().map(|kind| kind.name)
    }
}

fn faults_of(spec: &NodeSpec) -> Vec<SpecError> {
    let mut messages = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    let sentence = |what: &str, text: &str| {
        let complete = text.ends_with('.') && text.chars().next().is_some_and(|first| !first.is_lowercase());
        (!complete).then(|| format!("{what} is not a sentence: `{text}`"))
    };
    messages.extend(sentence("the summary", spec.summary));
    messages.extend(sentence("the documentation", spec.doc));
    if !is_snake_case(spec.name) {
        messages.push("the name is not snake_case".into());
    }
    if spec.example.trim().is_empty() {
        messages.push("there is no example".into());
    }
    for input in spec.inputs {
        names.push(&input.name);
        messages.extend(sentence(&format!("the documentation of input `{}`", input.name), &input.doc));
        messages.extend(faults_of_input(input));
    }
    for option in spec.options {
        names.push(option.name);
        messages.extend(sentence(&format!("the documentation of option `{}`", option.name), option.doc));
        if let (OptionType::Choice(choices), OptionDefault::Text(text)) = (option.takes, option.default)
            && !choices.iter().any(|choice| choice == text)
        {
            messages.push(format!("the default of option `{}` is not one of its choices", option.name));
        }
        if let (OptionType::Number(range) | OptionType::Whole(range), OptionDefault::Number(number)) =
            (option.takes, option.default)
            && !range.contains(number)
        {
            messages.push(format!("the default of option `{}` is outside its range", option.name));
        }
    }
    for output in spec.outputs {
        messages.extend(sentence(&format!("the documentation of output `{}`", output.name), output.doc));
        if !is_snake_case(output.name) {
            messages.push(format!("output `{}` is not snake_case", output.name));
        }
    }
    for (name, value) in spec.bare {
        let control = spec.inputs.iter().find(|input| input.name == *name && !input.list);
        if !control.is_some_and(|input| input.port == PortType::Control && input.soft.contains(*value)) {
            messages.push(format!("`bare`: `{name}` is no control, or {value} is outside its soft range"));
        }
    }
    names.sort_unstable();
    for pair in names.windows(2).filter(|pair| pair[0] == pair[1]) {
        messages.push(format!("`{}` is declared twice", pair[0]));
    }
    messages.into_iter().map(|message| SpecError { kind: spec.name, message }).collect()
}

/// What is wrong with an input's declaration.
pub(crate) fn faults_of_input(input: &InputSpec) -> Vec<String> {
    let mut messages = Vec::new();
    if input.port == PortType::Control {
        let nested = input.hard.contains(input.soft.min) && input.hard.contains(input.soft.max);
        if !nested || input.soft.min >= input.soft.max {
            messages.push(format!("input `{}`: the soft range is not inside the hard range", input.name));
        }
        if let Unwired::Value(value) = input.unwired
            && !input.soft.contains(value)
        {
            messages.push(format!("input `{}`: the default is outside the soft range", input.name));
        }
    }
    messages
}

fn is_snake_case(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|character| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_')
}
