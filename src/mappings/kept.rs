//! What is kept beside a patch: bindings, and values moved by hand. The file is a person's to read and
//! to write.

use std::ops::Range as Bytes;

use engine::address::ControlAddress;
use engine::diagnostic::{Diagnostic, Excerpt, Span};
use pastiche_engine as engine;
use serde::{Deserialize, Serialize};

use super::binding::Binding;

/// The version of the format.
const VERSION: u32 = 1;

/// A value that was set by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MovedValue {
    pub(super) control: ControlAddress,
    pub(super) value: f64,
    /// The script's own value; when that changes, the script counts.
    pub(super) script: f64,
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    version: u32,
    #[serde(default, rename = "hand", skip_serializing_if = "Vec::is_empty")]
    pub(super) moved: Vec<MovedValue>,
    #[serde(default, rename = "binding", skip_serializing_if = "Vec::is_empty")]
    pub(super) bindings: Vec<Binding>,
}

impl Kept {
    pub(super) fn new(moved: Vec<MovedValue>, bindings: Vec<Binding>) -> Kept {
        Kept { version: VERSION, moved, bindings }
    }

    /// As the text of the file.
    ///
    /// # Errors
    /// What cannot be written, as nothing here should be.
    pub(super) fn text(&self, patch: &str) -> Result<String, toml::ser::Error> {
        let head = "Pastiche writes it, and reads it when the patch starts; the script stays as it is.";
        let text = toml::to_string(self)?;
        Ok(format!("# What was moved by hand and bound in {patch}.\n# {head}\n{text}"))
    }

    /// From the text of the file.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub(super) fn parse(file: &str, text: &str) -> Result<Kept, Box<Diagnostic>> {
        let fault = |message: &str, bytes: Option<Bytes<usize>>| {
            let bytes = bytes.unwrap_or(0..0);
            let before = &text[..text.floor_char_boundary(bytes.start)];
            let (line, start) = (before.matches('\n').count() + 1, before.rfind('\n').map_or(0, |at| at + 1));
            let source_line = text.lines().nth(line - 1).unwrap_or_default();
            let column = before[start..].chars().count() + 1;
            let rest = source_line.chars().count().saturating_sub(column - 1).max(1);
            let length = text.get(bytes).map_or(1, |part| part.chars().count()).clamp(1, rest);
            let message = message.lines().collect::<Vec<_>>().join(", ");
            let mut diagnostic = Diagnostic::warning(format!(
                "what is kept beside the patch is not read: {message}"
            ))
            .at(Some(Span { file: file.into(), line, column, length }))
            .help("the patch plays as its script says; nothing is written into the file until it is mended");
            diagnostic.excerpt = Some(Excerpt::of(source_line, column));
            Box::new(diagnostic)
        };
        let kept: Kept = toml::from_str(text).map_err(|error| fault(error.message(), error.span()))?;
        if kept.version != VERSION {
            let message = format!("its version is {}, this program reads version {VERSION}", kept.version);
            return Err(fault(&message, text.find("version").map(|at| at..at + 7)));
        }
        let number = kept.moved.iter().find(|moved| !moved.value.is_finite() || !moved.script.is_finite());
        let number = number.map(|moved| format!("the value of `{}` is not finite", moved.control));
        match number.or_else(|| kept.bindings.iter().find_map(Binding::fault)) {
            Some(message) => Err(fault(&message, None)),
            None => Ok(kept),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mappings::binding::Part;
    use engine::midi::Encoder;

    fn full() -> Kept {
        let target = |text: &str| ControlAddress::parse(text).unwrap();
        let moved = vec![
            MovedValue { control: target("glow"), value: 0.1 + 0.2, script: 1e-300 },
            MovedValue { control: target("\"how much.soft\""), value: -2.0, script: 0.0 },
            MovedValue { control: target("mix.weights[1]"), value: 1e12, script: 0.5 },
        ];
        let plain = Binding::new(target("glow"), "nanoKONTROL2 \"one\"", 1, Part::Cc(7));
        let all = Binding {
            min: Some(-1.0),
            max: Some(2.5),
            curve: 2.0,
            invert: true,
            pickup: false,
            toggle: true,
            encoder: Some(Encoder::BinaryOffset),
            ..Binding::new(target("blur.radius"), "ö", 16, Part::Fine(3))
        };
        Kept::new(moved, vec![plain, all])
    }

    #[test]
    fn it_is_read_as_it_was_written() {
        let text = full().text("a.rhai").unwrap();
        assert_eq!(Kept::parse("a.pastiche.toml", &text), Ok(full()), "{text}");
        assert!(text.contains("controller = \"cc 7\"\n"), "{text}");
        let empty = Kept::new(Vec::new(), Vec::new());
        assert_eq!(Kept::parse("a", &empty.text("a").unwrap()), Ok(empty));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let text = full().text("a.rhai").unwrap();
        for (from, to, words, at) in [
            ("value = -2.0", "value = \"much\"", "invalid type", "value = \"much\""),
            ("controller = \"cc 7\"", "controller = \"cc 700\"", "no controller", "controller"),
            ("encoder = \"binary_offset\"", "encoder = \"round\"", "an encoder is", "encoder"),
            ("invert = true", "inverted = true", "unknown field `inverted`", "inverted"),
            ("version = 1", "version = 2", "version is 2", "version = 2"),
            ("channel = 16", "channel = 17", "channel", ""),
            ("curve = 2.0", "curve = nan", "not finite", ""),
            ("[[hand]]", "[[hand]", "", "[[hand]"),
        ] {
            let broken = text.replacen(from, to, 1);
            assert_ne!(broken, text, "{from}");
            let told = Kept::parse("a.pastiche.toml", &broken).unwrap_err();
            assert!(told.to_string().contains(words), "{told}");
            let span = told.span.clone().unwrap();
            let line = broken.lines().nth(span.line - 1).unwrap();
            assert!(at.is_empty() || line.contains(at), "{told}");
            assert!(span.column >= 1 && span.column <= line.chars().count() + 1, "{told}");
        }
    }
}
