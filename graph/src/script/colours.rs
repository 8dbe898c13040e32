//! Colours in scripts: by components, digits and words, still or moving.

use rhai::{Dynamic, Engine, NativeCallContext};

use super::colour_words::{no_colour, parse};
use super::making::{self, IsNamed, Result, Shared, register, tell};
use super::values::{Handle, handle, number};
use crate::diagnostic::Diagnostic;
use crate::port::{Colour, PortType};

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
        return making::build(session, context, kind, &values, &written, IsNamed::Yes);
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
    Some(making::build(session, context, kind, &values, &written, IsNamed::Yes))
}

/// The colour in a value, still or moving.
fn colour_of(value: &Dynamic) -> Option<Dynamic> {
    if value.is_string() {
        return parse(&value.to_string()).map(Dynamic::from);
    }
    let moves = handle(value).is_some_and(|handle| handle.port == Some(PortType::Colour));
    (moves || value.is::<Colour>()).then(|| value.clone())
}
