//! Colours as texts: digits and words.

use crate::diagnostic::Diagnostic;
use crate::port::Colour;
use crate::suggest::nearest;

/// What is reported of a text that is no colour.
pub(super) fn no_colour(text: &str) -> Diagnostic {
    let message = match text {
        "" => "a colour is text such as \"#ff8800\" or \"tomato\"".to_owned(),
        text => format!("`{text}` is no colour"),
    };
    Diagnostic::error(message)
        .did_you_mean(nearest(text, COMMON_WORDS))
        .help("write three, six or eight hexadecimal digits behind a `#`, a word of CSS such as \"tomato\", or `hsv(…)`")
}

/// Words that a slip of the fingers is compared with.
const COMMON_WORDS: [&str; 24] = [
    "aqua",
    "black",
    "blue",
    "brown",
    "coral",
    "crimson",
    "cyan",
    "gold",
    "gray",
    "green",
    "indigo",
    "ivory",
    "magenta",
    "navy",
    "olive",
    "orange",
    "pink",
    "purple",
    "red",
    "tomato",
    "turquoise",
    "violet",
    "white",
    "yellow",
];

/// The colour of a text: `#` and digits, a word of CSS, or its functions such as `hsl(…)`.
pub(super) fn parse(text: &str) -> Option<Colour> {
    let text = text.trim();
    let is_code = text.starts_with('#') && matches!(text.len(), 4 | 5 | 7 | 9);
    let is_word = !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphabetic());
    if !is_code && !is_word && !text.ends_with(')') {
        return None;
    }
    let [red, green, blue, alpha] =
        color::parse_color(&text.to_lowercase()).ok()?.to_alpha_color::<color::Srgb>().components;
    Some(Colour::from_srgb([red, green, blue, alpha]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_words_are_colours_and_other_texts_are_none() {
        for (text, expected) in [
            ("#f80", [1.0, 136.0 / 255.0, 0.0, 1.0]),
            ("#FF8800", [1.0, 136.0 / 255.0, 0.0, 1.0]),
            ("#ff000080", [1.0, 0.0, 0.0, 128.0 / 255.0]),
            ("red", [1.0, 0.0, 0.0, 1.0]),
            ("Tomato", [1.0, 99.0 / 255.0, 71.0 / 255.0, 1.0]),
        ] {
            let found = parse(text).map(|colour| colour.0);
            let expected = Colour::from_srgb(expected).0;
            let near = found.is_some_and(|found| {
                found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-5)
            });
            assert!(near, "{text}: {found:?}");
        }
        for text in ["", "#", "#12", "#ggg", "reddish", "screen", "a b", "#ff88001"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
