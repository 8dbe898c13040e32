//! What a person types to move a control while a patch plays: `glow = 0.5` or `blur.radius = 12`.

use engine::graph::NodeKey;
use engine::take::Input;
use pastiche_engine as engine;
use thiserror::Error;

/// A line that moves nothing.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{line}` moves nothing: {why}")]
pub struct HandError {
    /// The line.
    pub line: String,
    /// Why.
    pub why: &'static str,
}

/// Reads `KNOB = VALUE`, `NODE.INPUT = VALUE` or `NODE.INPUT[MEMBER] = VALUE`. A name with blanks
/// may stand in quotes. An empty line is `None`.
///
/// # Errors
/// When the line is none of them.
pub fn parse_hand(line: &str) -> Result<Option<Input>, HandError> {
    let error = |why| HandError { line: line.trim().into(), why };
    if line.trim().is_empty() {
        return Ok(None);
    }
    let (name, value) = line.rsplit_once('=').ok_or_else(|| error("write `NAME = VALUE`"))?;
    let value: f64 = value.trim().parse().map_err(|_| error("behind `=` stands no number"))?;
    if !value.is_finite() {
        return Err(error("behind `=` stands no finite number"));
    }
    let name = name.trim();
    let quoted = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
    if let Some(name) = quoted {
        return Ok(Some(Input::Knob { name: name.into(), value }));
    }
    match name.rsplit_once('.') {
        _ if name.is_empty() => Err(error("before `=` stands no name")),
        None => Ok(Some(Input::Knob { name: name.into(), value })),
        Some((node, input)) if node.is_empty() || input.is_empty() => {
            Err(error("write `NODE.INPUT = VALUE`"))
        }
        Some((node, input)) => {
            let (input, member) = match input.strip_suffix(']').and_then(|input| input.split_once('[')) {
                None => (input, None),
                Some((input, member)) => {
                    let member = member.parse().map_err(|_| error("the member is no whole number"))?;
                    (input, Some(member))
                }
            };
            Ok(Some(Input::Control { node: NodeKey::new(node), name: input.into(), member, value }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knobs_controls_and_members_are_told_apart() {
        let knob = |name: &str, value| Some(Input::Knob { name: name.into(), value });
        let control = |node: &str, name: &str, member, value| {
            Some(Input::Control { node: NodeKey::new(node), name: name.into(), member, value })
        };
        assert_eq!(parse_hand("glow = 0.5"), Ok(knob("glow", 0.5)));
        assert_eq!(parse_hand("\"how much.soft\"=-2"), Ok(knob("how much.soft", -2.0)));
        assert_eq!(parse_hand("blur.radius = 12"), Ok(control("blur", "radius", None, 12.0)));
        assert_eq!(parse_hand("a/b#2.image.radius=1"), Ok(control("a/b#2.image", "radius", None, 1.0)));
        assert_eq!(parse_hand("mix.weights[1] = 1e-1"), Ok(control("mix", "weights", Some(1), 0.1)));
        assert_eq!(parse_hand("  \n"), Ok(None));
    }

    #[test]
    fn what_is_none_of_them_is_refused() {
        for line in ["glow", "glow =", "= 1", "glow = inf", "glow = NaN", ".radius = 1", "m.w[x] = 1"] {
            assert!(parse_hand(line).is_err(), "{line}");
        }
    }
}
