//! Short forms: one word of a script for several nodes.

use std::any::TypeId;

use rhai::{Dynamic, Engine, ImmutableString, NativeCallContext};

use super::faults;
use super::making::{self, IsNamed, Result, Shared, register, register_for, tell};
use super::session::Spot;
use super::sites::Argument;
use super::values::{Handle, describe, handle, number};
use crate::diagnostic::Diagnostic;
use crate::docs;
use crate::options::OptionValue;
use crate::port::PortType;
use crate::range::Range;
use crate::spec::{NodeSpec, OptionDefault, range};

/// What rhai calls for `x[i]`.
const INDEX: &str = "index$get$";

pub(super) fn install(engine: &mut Engine, session: &Shared) {
    let (node, any) = (TypeId::of::<Handle>(), TypeId::of::<Dynamic>());
    register(engine, session, "to", 3, to);
    register(engine, session, "pick", 2, pick);
    register_for(engine, session, INDEX, &[node, any], member);
    // What rhai calls for `${x}` inside a text.
    for name in ["to_string", "to_debug"] {
        register_for(engine, session, name, &[node], |session, context, _| {
            let spot = session.borrow().spot(context);
            tell(session, &spot, faults::control_in_text(None));
            Ok(ImmutableString::new().into())
        });
    }
    let whole = TypeId::of::<i64>();
    register_for(engine, session, "/", &[whole, whole], whole_division);
}

/// `x.to(0, 40)`: a control from its own range to another.
fn to(session: &Shared, context: &NativeCallContext<'_>, values: Vec<Dynamic>) -> Result {
    if let [Some(share), Some(low), Some(high)] = [0, 1, 2].map(|at| number(&values[at])) {
        return Ok((low + (high - low) * share).into());
    }
    let spot = session.borrow().spot(context);
    let Some(Handle { node: Some(node), output, port }) = handle(&values[0]) else {
        let lerp = session.borrow().kinds.get("lerp").ok();
        if let (Some(_), Some(lerp)) = (number(&values[0]), lerp) {
            let values = [values[1].clone(), values[2].clone(), values[0].clone()];
            return making::build(session, context, lerp, &values, &[], IsNamed::Yes);
        }
        if handle(&values[0]).is_none() {
            let fault =
                Diagnostic::error(format!("`to` works on controls, but this is {}", describe(&values[0])));
            tell(session, &spot, fault.help("for example `lfo(0.1).to(0, 40)`"));
        }
        return Ok(Dynamic::from(Handle::PLACEHOLDER));
    };
    let ends = ends_of(session, node, output);
    let remap = session.borrow().kinds.get("remap").ok();
    let (Some(Range { min, max }), Some(remap)) = (ends, remap) else {
        let fault = match port {
            Some(PortType::Control) => Diagnostic::error("`to` does not know how far this control goes")
                .help("say it: `remap(x, 0, 1, low, high)` takes it from 0 and 1 to `low` and `high`")
                .help("or write `to` directly behind a control that has ends, such as `lfo(0.1).to(0, 40)`"),
            _ => Diagnostic::error(format!("`to` works on controls, but this is {}", describe(&values[0]))),
        };
        tell(session, &spot, fault);
        return Ok(Dynamic::from(Handle::PLACEHOLDER));
    };
    let written = session.borrow().written(&spot);
    let argument = |at: usize| written.get(at).cloned().unwrap_or_default();
    let written = [argument(0), Argument::default(), Argument::default(), argument(1), argument(2)];
    let values = [values[0].clone(), min.into(), max.into(), values[1].clone(), values[2].clone()];
    making::build(session, context, remap, &values, &written, IsNamed::Yes)
}

/// Between which ends an output goes: those it declares, or those of the options `min` and `max`.
fn ends_of(session: &Shared, node: usize, output: usize) -> Option<Range> {
    let session = session.borrow();
    let made = session.nodes.get(node)?;
    let declared = made.kind.outputs.get(output)?.range;
    let option = |name: &str| {
        let default = match made.kind.option(name)?.default {
            OptionDefault::Number(number) => Some(number),
            _ => None,
        };
        match made.options.get(name).map(|given| &given.value) {
            Some(OptionValue::Number(number)) => Some(*number),
            _ => default,
        }
    };
    declared.or_else(|| Some(range(option("min")?, option("max")?)))
}

/// `pick([a, b, c], trigger)`: the next one with each trigger, or the one that a control counts. Pictures,
/// styles, numbers and controls, and words, which become pictures of text.
fn pick(session: &Shared, context: &NativeCallContext<'_>, values: Vec<Dynamic>) -> Result {
    let spot = session.borrow().spot(context);
    let written = session.borrow().written(&spot);
    let argument = |at: usize| written.get(at).cloned().unwrap_or_default();
    let refuse = |fault: Diagnostic, at: usize| {
        let place = argument(at).place.or(spot.place);
        tell(session, &Spot { place, ..spot.clone() }, fault.help(PICK_HELP));
        Ok(Dynamic::from(Handle::PLACEHOLDER))
    };
    let members: Vec<Dynamic> = match values[0].read_lock::<rhai::Array>() {
        Some(list) if !list.is_empty() => list.iter().map(super::values::own).collect(),
        _ => {
            let fault = format!("`pick` takes a list to pick from, but this is {}", describe(&values[0]));
            return refuse(Diagnostic::error(fault), 0);
        }
    };
    let kind = |name: &str| session.borrow().kinds.get(name).ok();
    let all = |fits: &dyn Fn(&Dynamic) -> bool| members.iter().all(fits);
    let of_port = |value: &Dynamic, port: PortType| {
        handle(value).is_some_and(|handle| handle.node.is_none() || handle.port == Some(port))
    };
    let is_word = |value: &Dynamic| value.is_string() || value.is_char();
    let chooser = if all(&|value| number(value).is_some() || of_port(value, PortType::Control)) {
        kind("choose_number")
    } else if all(&|value| of_port(value, PortType::Style)) {
        kind("choose_style")
    } else if all(&|value| is_word(value) || of_port(value, PortType::Frame)) {
        kind("choose")
    } else {
        None
    };
    let Some(chooser) = chooser else {
        let fault = "`pick` takes a list of pictures, of words, of styles or of numbers, all of one sort";
        return refuse(Diagnostic::error(fault), 0);
    };
    let by = handle(&values[1]);
    let index = match by.as_ref().and_then(|handle| handle.port) {
        Some(PortType::Trigger) => {
            let count = Dynamic::from(members.len() as f64);
            helper(session, context, kind("counter"), &[values[1].clone(), count], argument(1))?
        }
        Some(PortType::Control) => values[1].clone(),
        _ if number(&values[1]).is_some() || by.is_some_and(|handle| handle.node.is_none()) => {
            values[1].clone()
        }
        _ => {
            let fault =
                format!("`pick` goes on with a trigger or a control, but this is {}", describe(&values[1]));
            return refuse(Diagnostic::error(fault), 1);
        }
    };
    let mut list = rhai::Array::new();
    for (at, member) in members.into_iter().enumerate() {
        let written = argument(0).members.get(at).cloned().unwrap_or_default();
        list.push(match is_word(&member) {
            true => helper(session, context, kind("text"), &[member], written)?,
            false => member,
        });
    }
    making::build(session, context, chooser, &[list.into(), index], &written, IsNamed::Yes)
}

const PICK_HELP: &str = "for example `pick([12, 40, 80], beat().trigger)`";

/// A node that stands behind another, named by what reads it.
fn helper(
    session: &Shared,
    context: &NativeCallContext<'_>,
    kind: Option<&'static NodeSpec>,
    values: &[Dynamic],
    written: Argument,
) -> Result {
    match kind {
        Some(kind) => making::build(session, context, kind, values, &[written], IsNamed::ByReader),
        None => Ok(Dynamic::from(Handle::PLACEHOLDER)),
    }
}

/// `spectrum(sound, 8)[0]`: of a node whose outputs are numbered, such as `band_0`, the one of this number.
fn member(session: &Shared, context: &NativeCallContext<'_>, values: Vec<Dynamic>) -> Result {
    let Some(Handle { node: Some(node), .. }) = handle(&values[0]) else {
        return Ok(Dynamic::from(Handle::PLACEHOLDER));
    };
    let spot = session.borrow().spot(context);
    let spec = session.borrow().nodes[node].kind;
    let numbered = |number: i64| {
        let is_it = |name: &str| name.rsplit_once('_').is_some_and(|(_, rest)| rest == number.to_string());
        spec.outputs.iter().position(|output| is_it(output.name))
    };
    if numbered(0).is_none() {
        let fault = Diagnostic::error(format!("`{}` has no members to take with `[…]`", spec.name));
        let outputs = docs::outputs_line(spec).unwrap_or_default();
        tell(session, &spot, fault.help(outputs));
        return Ok(Dynamic::from(Handle::PLACEHOLDER));
    }
    let Ok(wanted) = values[1].as_int() else {
        let fault = format!("a member is taken by a whole number, but this is {}", describe(&values[1]));
        tell(
            session,
            &spot,
            Diagnostic::error(fault).help("a script runs once; which member it is stays the same"),
        );
        return Ok(Dynamic::from(Handle::PLACEHOLDER));
    };
    match numbered(wanted) {
        Some(output) => {
            let port = Some(spec.outputs[output].port);
            Ok(Dynamic::from(Handle { node: Some(node), output, port }))
        }
        None => {
            let last = (0..).take_while(|number| numbered(*number).is_some()).last().unwrap_or(0);
            let fault = Diagnostic::error(format!("`{}` has no member {wanted}", spec.name));
            tell(session, &spot, fault.help(format!("they count from 0 to {last}")));
            Ok(Dynamic::from(Handle::PLACEHOLDER))
        }
    }
}

/// `i / 8`: whole numbers give a whole number, which is seldom meant where it is 0.
fn whole_division(session: &Shared, context: &NativeCallContext<'_>, values: Vec<Dynamic>) -> Result {
    let (left, right) = (values[0].as_int().unwrap_or(0), values[1].as_int().unwrap_or(1));
    let Some(result) = left.checked_div(right) else {
        let what = if right == 0 { "division by zero" } else { "division overflow" };
        let error = format!("{what}: {left} / {right}");
        return Err(rhai::EvalAltResult::ErrorArithmetic(error, context.call_position()).into());
    };
    if result == 0 && left != 0 {
        let spot = session.borrow().spot(context);
        let warning = faults::whole_division(left, right, 0)
            .help(format!("give one of them a point: `{right}.0` for `{right}`"));
        let mut session = session.borrow_mut();
        let warning = session.point(warning, &spot);
        session.warning_of_place(warning);
    }
    Ok(result.into())
}
