//! Colours in scripts: by components, digits and words, still or moving.

use rhai::{Dynamic, Engine, NativeCallContext};

use super::api::{self, IsNamed, Result, Shared, register, tell};
use super::values::{Handle, handle, number};
use crate::diagnostic::Diagnostic;
use crate::port::{Colour, PortType};
use crate::suggest::nearest;

pub(super) fn install(engine: &mut Engine, session: &Shared) {
    register(engine, session, "rgb", 3, |session, context, values| {
        components(session, context, values, "colour_rgb", from_srgb)
    });
    register(engine, session, "rgba", 4, |session, context, values| {
        components(session, context, values, "colour_rgb", from_srgb)
    });
    register(engine, session, "hsv", 3, |session, context, values| {
        components(session, context, values, "colour_hsv", from_hsv)
    });
    register(engine, session, "colour", 1, colour);
}

/// `rgb(1.0, 0.5, 0.0)`, `rgba(…)` and `hsv(…)`: of plain numbers a colour, of controls a node of this kind.
fn components(
    session: &Shared,
    context: &NativeCallContext<'_>,
    values: Vec<Dynamic>,
    kind: &str,
    make: fn(&[f32]) -> Colour,
) -> Result {
    let numbers: Option<Vec<f32>> = values
        .iter()
        .map(|value| number(value).filter(|number| number.is_finite()).map(|number| number as f32))
        .collect();
    if let Some(numbers) = numbers {
        return Ok(Dynamic::from(make(&numbers)));
    }
    let spot = session.borrow().spot(context);
    let is_fit = |value: &Dynamic| {
        number(value).is_some_and(f64::is_finite)
            || handle(value)
                .is_some_and(|handle| handle.node.is_none() || handle.port == Some(PortType::Control))
    };
    let known = session.borrow().kinds.get(kind).ok();
    if let (Some(kind), true) = (known, values.iter().all(is_fit)) {
        let written = session.borrow().written(&spot);
        return api::build(session, context, kind, &values, &written, IsNamed::Yes);
    }
    let name = context.fn_name();
    tell(session, &spot, Diagnostic::error(format!("`{name}` takes numbers and controls")));
    Ok(Dynamic::from(Handle::PLACEHOLDER))
}

fn from_srgb(components: &[f32]) -> Colour {
    let at = |place: usize| components.get(place).copied();
    let [red, green, blue] = [0, 1, 2].map(|place| at(place).unwrap_or(0.0));
    Colour::from_srgb([red, green, blue, at(3).unwrap_or(1.0)])
}

fn from_hsv(components: &[f32]) -> Colour {
    let [hue, saturation, value] = [0, 1, 2].map(|place| components.get(place).copied().unwrap_or(0.0));
    Colour::from_hsv(hue, saturation, value)
}

/// `colour("#ff8800")` and `colour("tomato")`.
fn colour(session: &Shared, context: &NativeCallContext<'_>, values: Vec<Dynamic>) -> Result {
    if values[0].is_string()
        && let Some(colour) = parse(&values[0].to_string())
    {
        return Ok(Dynamic::from(colour));
    }
    let spot = session.borrow().spot(context);
    let given = if values[0].is_string() { values[0].to_string() } else { String::new() };
    tell(session, &spot, no_colour(&given));
    Ok(Dynamic::from(Handle::PLACEHOLDER))
}

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

/// `lerp` of two colours, still or moving: a colour on the way from the first to the second. `None` when
/// its values are no colours.
pub(super) fn between(
    session: &Shared,
    context: &NativeCallContext<'_>,
    values: &[Dynamic],
) -> Option<Result> {
    let [first, second, amount] = values else { return None };
    let ends = [first, second].map(colour_of);
    let [first, second] = [ends[0].clone()?, ends[1].clone()?];
    if let (Some(first), Some(second), Some(amount)) =
        (first.clone().try_cast::<Colour>(), second.clone().try_cast::<Colour>(), number(amount))
    {
        return Some(Ok(Dynamic::from(first.mixed_with(second, amount as f32))));
    }
    let kind = session.borrow().kinds.get("colour_lerp").ok()?;
    let spot = session.borrow().spot(context);
    let written = session.borrow().written(&spot);
    let values = [first, second, amount.clone()];
    Some(api::build(session, context, kind, &values, &written, IsNamed::Yes))
}

/// The colour in a value, still or moving.
fn colour_of(value: &Dynamic) -> Option<Dynamic> {
    if value.is_string() {
        return parse(&value.to_string()).map(Dynamic::from);
    }
    let moves = handle(value).is_some_and(|handle| handle.port == Some(PortType::Colour));
    (moves || value.is::<Colour>()).then(|| value.clone())
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
