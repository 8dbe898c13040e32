//! The address of a control that can be moved: a knob by its name, or any constant control of a node.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::key::NodeKey;

/// A control that can be moved. Its text is what a person types: `glow`, `"how much.soft"`, `blur.radius`,
/// `mix.weights[1]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ControlAddress {
    /// A knob, by its own name.
    Knob(Arc<str>),
    /// A constant control of a node.
    Input {
        /// The node.
        node: NodeKey,
        /// Name of its input.
        input: Arc<str>,
        /// Position in a list input.
        member: Option<usize>,
    },
}

impl ControlAddress {
    /// A knob.
    pub fn knob(name: &str) -> ControlAddress {
        ControlAddress::Knob(name.into())
    }

    /// A constant control of a node.
    pub fn input(node: &NodeKey, input: &str) -> ControlAddress {
        ControlAddress::Input { node: node.clone(), input: input.into(), member: None }
    }

    /// The same, of a member of a list input.
    pub fn member(node: &NodeKey, input: &str, member: usize) -> ControlAddress {
        ControlAddress::Input { node: node.clone(), input: input.into(), member: Some(member) }
    }

    /// From its text.
    ///
    /// # Errors
    /// Why the text names no control.
    pub fn parse(text: &str) -> Result<ControlAddress, &'static str> {
        let text = text.trim();
        if let Some(name) = text.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
            return Ok(ControlAddress::knob(name));
        }
        let Some((node, input)) = text.rsplit_once('.') else {
            return if text.is_empty() { Err("there is no name") } else { Ok(ControlAddress::knob(text)) };
        };
        if node.is_empty() || input.is_empty() {
            return Err("write `NODE.INPUT`");
        }
        let node = NodeKey::new(node);
        Ok(match input.strip_suffix(']').and_then(|input| input.split_once('[')) {
            None => ControlAddress::input(&node, input),
            Some((input, member)) => {
                let member = member.parse().map_err(|_| "the member is no whole number")?;
                ControlAddress::member(&node, input, member)
            }
        })
    }
}

impl fmt::Display for ControlAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ControlAddress::Knob(name)
                if name.is_empty() || name.contains(['.', '"']) || name.trim() != &**name =>
            {
                write!(formatter, "\"{name}\"")
            }
            ControlAddress::Knob(name) => formatter.write_str(name),
            ControlAddress::Input { node, input, member: None } => write!(formatter, "{node}.{input}"),
            ControlAddress::Input { node, input, member: Some(member) } => {
                write!(formatter, "{node}.{input}[{member}]")
            }
        }
    }
}

impl TryFrom<String> for ControlAddress {
    type Error = String;

    fn try_from(text: String) -> Result<ControlAddress, String> {
        ControlAddress::parse(&text).map_err(|why| format!("`{text}` names no control: {why}"))
    }
}

impl From<ControlAddress> for String {
    fn from(address: ControlAddress) -> String {
        address.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_text_names_it_again() {
        let texts =
            ["glow", "\"how much.soft\"", "\"\"", "blur.radius", "a/b#2.image.radius", "mix.weights[1]"];
        for text in texts {
            assert_eq!(ControlAddress::parse(text).unwrap().to_string(), text);
        }
        // A quotation mark at both ends belongs to the name only inside others.
        let quoted = ControlAddress::knob("\"glow\"");
        assert_eq!(ControlAddress::parse(&quoted.to_string()), Ok(quoted));
        assert_eq!(ControlAddress::parse("how much"), Ok(ControlAddress::knob("how much")));
        let node = NodeKey::new("mix");
        assert_eq!(ControlAddress::parse("mix.weights[1]"), Ok(ControlAddress::member(&node, "weights", 1)));
        for text in ["", ".radius", "blur.", "m.w[x]"] {
            assert!(ControlAddress::parse(text).is_err(), "{text}");
        }
    }
}
