//! What a hand moves: a knob by its name, or any constant control of a node.

use std::fmt;

use engine::graph::NodeKey;
use engine::live::ControlState;
use engine::take::Input;
use pastiche_engine as engine;
use serde::{Deserialize, Serialize};

use crate::player::Player;

/// A control that hands can move. Its text is what a person types: `glow`, `"how much.soft"`,
/// `blur.radius`, `mix.weights[1]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Target {
    /// A knob.
    Knob(String),
    /// A constant control of a node.
    Control {
        /// The node.
        node: NodeKey,
        /// Name of its input.
        input: String,
        /// Position in a list input.
        member: Option<usize>,
    },
}

impl Target {
    /// From its text.
    ///
    /// # Errors
    /// Why the text names no control.
    pub fn parse(text: &str) -> Result<Target, &'static str> {
        let text = text.trim();
        if let Some(name) = text.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
            return Ok(Target::Knob(name.into()));
        }
        let Some((node, input)) = text.rsplit_once('.') else {
            return if text.is_empty() { Err("there is no name") } else { Ok(Target::Knob(text.into())) };
        };
        if node.is_empty() || input.is_empty() {
            return Err("write `NODE.INPUT`");
        }
        let (input, member) = match input.strip_suffix(']').and_then(|input| input.split_once('[')) {
            None => (input, None),
            Some((input, member)) => {
                (input, Some(member.parse().map_err(|_| "the member is no whole number")?))
            }
        };
        Ok(Target::Control { node: NodeKey::new(node), input: input.into(), member })
    }

    /// What an input moves, and to where; `None` for one that moves nothing.
    pub fn of(input: &Input) -> Option<(Target, f64)> {
        match input {
            Input::Knob { name, value } => Some((Target::Knob(name.clone()), *value)),
            Input::Control { node, name, member, value } => {
                Some((Target::Control { node: node.clone(), input: name.clone(), member: *member }, *value))
            }
            _ => None,
        }
    }

    /// The input that moves it.
    pub fn moved(&self, value: f64) -> Input {
        match self {
            Target::Knob(name) => Input::Knob { name: name.clone(), value },
            Target::Control { node, input, member } => {
                Input::Control { node: node.clone(), name: input.clone(), member: *member, value }
            }
        }
    }

    /// How it stands; `None` when the patch has no such control.
    pub fn state(&self, player: &Player) -> Option<ControlState> {
        match self {
            Target::Knob(name) => {
                player.knobs().into_iter().find(|knob| knob.name == *name).map(|knob| knob.control)
            }
            Target::Control { node, input, member } => player.member(node, input, *member),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Knob(name) if name.contains('.') || name.trim() != name || name.is_empty() => {
                write!(formatter, "\"{name}\"")
            }
            Target::Knob(name) => formatter.write_str(name),
            Target::Control { node, input, member: None } => write!(formatter, "{node}.{input}"),
            Target::Control { node, input, member: Some(member) } => {
                write!(formatter, "{node}.{input}[{member}]")
            }
        }
    }
}

impl TryFrom<String> for Target {
    type Error = String;

    fn try_from(text: String) -> Result<Target, String> {
        Target::parse(&text).map_err(|why| format!("`{text}` names no control: {why}"))
    }
}

impl From<Target> for String {
    fn from(target: Target) -> String {
        target.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_text_names_it_again() {
        for text in ["glow", "\"how much.soft\"", "blur.radius", "a/b#2.image.radius", "mix.weights[1]"] {
            let target = Target::parse(text).unwrap();
            assert_eq!(target.to_string(), text);
            assert_eq!(Target::of(&target.moved(2.0)), Some((target, 2.0)));
        }
        assert_eq!(Target::parse("how much"), Ok(Target::Knob("how much".into())));
        for text in ["", ".radius", "blur.", "m.w[x]"] {
            assert!(Target::parse(text).is_err(), "{text}");
        }
    }
}
