//! Words with numbers in them: `{bpm} bpm`.

use std::borrow::Cow;
use std::fmt::Write;

use pastiche_engine::port::PortType;
use pastiche_engine::spec::{ANY, InputSpec, Unit, Unwired, range};

/// Decimals that a number may have.
const MOST_DECIMALS: usize = 9;

/// Words, and where numbers stand among them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Words(Vec<Part>);

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Text(String),
    Number { name: String, decimals: usize },
}

impl Words {
    /// `{name}` is a number without decimals, `{name:2}` one with two; `{{` is a bracket. Other brackets are
    /// words.
    pub(super) fn of(content: &str) -> Words {
        let (mut parts, mut text, mut rest) = (Vec::new(), String::new(), content);
        while let Some(at) = rest.find('{') {
            text.push_str(&rest[..at]);
            let behind = &rest[at + 1..];
            if let Some(behind) = behind.strip_prefix('{') {
                text.push('{');
                rest = behind;
                continue;
            }
            let number = behind.find('}').and_then(|end| Some((number_of(&behind[..end])?, end)));
            match number {
                Some((number, end)) => {
                    parts.push(Part::Text(std::mem::take(&mut text)));
                    parts.push(number);
                    rest = &behind[end + 1..];
                }
                None => {
                    text.push('{');
                    rest = behind;
                }
            }
        }
        text.push_str(rest);
        parts.push(Part::Text(text));
        Words(parts)
    }

    /// The inputs that its numbers are, each once.
    pub(super) fn inputs(&self) -> Vec<InputSpec> {
        let mut inputs: Vec<InputSpec> = Vec::new();
        for name in self.names() {
            if !inputs.iter().any(|input| input.name == name) {
                inputs.push(InputSpec {
                    name: Cow::Owned(name.to_owned()),
                    port: PortType::Control,
                    list: false,
                    unwired: Unwired::Required,
                    unit: Unit::None,
                    soft: range(-1.0, 1.0),
                    hard: ANY,
                    doc: Cow::Borrowed("Number that stands in the words."),
                });
            }
        }
        inputs
    }

    /// The names of its numbers, as they stand.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Number { name, .. } => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// The words with the values of their numbers.
    pub(super) fn with(&self, value: impl Fn(&str) -> f64) -> String {
        let mut words = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => words.push_str(text),
                Part::Number { name, decimals } => {
                    let scale = 10f64.powi(*decimals as i32);
                    // Without the sign of a nothing: -0.
                    let rounded = (value(name) * scale).round() / scale + 0.0;
                    let _ = write!(words, "{rounded:.decimals$}");
                }
            }
        }
        words
    }
}

fn number_of(inside: &str) -> Option<Part> {
    let (name, decimals) = match inside.split_once(':') {
        Some((name, decimals)) => (name, decimals.parse().ok().filter(|most| *most <= MOST_DECIMALS)?),
        None => (inside, 0),
    };
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    is_name.then(|| Part::Number { name: name.to_owned(), decimals })
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn numbers_stand_among_the_words() {
        let words = Words::of("{bpm} bpm, {share:2} of {bpm}");
        assert_eq!(words.inputs().iter().map(|input| &*input.name).collect::<Vec<_>>(), ["bpm", "share"]);
        let value = |name: &str| if name == "bpm" { 119.6 } else { -0.001 };
        assert_eq!(words.with(value), "120 bpm, 0.00 of 120");
    }

    #[test]
    fn other_brackets_are_words() {
        for (content, shown) in [
            ("{", "{"),
            ("{}", "{}"),
            ("a { b }", "a { b }"),
            ("{{x}", "{x}"),
            ("{x:y}", "{x:y}"),
            ("{1}", "{1}"),
        ] {
            let words = Words::of(content);
            assert_eq!((words.with(|_| 7.0).as_str(), words.names().count()), (shown, 0), "{content}");
        }
    }
}
