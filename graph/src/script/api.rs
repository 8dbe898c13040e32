//! The functions that a script can call: one for each kind, the operators on controls, colours, the
//! canvas, names and the log. Only those that the script calls are registered.

use std::any::TypeId;

use rhai::{Dynamic, Engine, ImmutableString, NativeCallContext};

use super::colours;
use super::faults;
use super::making::{IsNamed, Result, Shared, build, register, register_for, tell};
use super::numbers;
use super::operators;
use super::outcome::LogLine;
use super::session::Spot;
use super::shorthand;
use super::values::{self, Handle, describe, handle, number};
use super::vocabulary::{FORBIDDEN, OWN, standard};
use crate::diagnostic::Diagnostic;
use crate::port::Colour;
use crate::spec::{Category, NodeSpec};

/// Registers what the session's scripts call.
pub(super) fn install(engine: &mut Engine, session: &Shared) {
    engine.register_type_with_name::<Handle>("node").register_type_with_name::<Colour>("colour");
    let (called, properties): (Vec<_>, Vec<_>) = {
        let session = session.borrow();
        let sites = || session.scripts.values().map(|script| &script.sites);
        (
            sites().flat_map(|sites| sites.called.iter().cloned()).collect(),
            sites().flat_map(|sites| sites.properties.iter().cloned()).collect(),
        )
    };
    for (name, arity) in called {
        let kind = session.borrow().kinds.get(&name).ok();
        match kind {
            Some(kind) => {
                register(engine, session, &name, arity, move |session, context, values| {
                    make(session, context, kind, values)
                });
                // rhai has functions of its own for maps, such as `keys`, which would come first.
                if arity == 1 {
                    let map = [TypeId::of::<rhai::Map>()];
                    register_for(engine, session, &name, &map, move |session, context, values| {
                        make(session, context, kind, values)
                    });
                }
            }
            None if OWN.iter().any(|(own, _)| *own == name) => {}
            None if standard().get(&name).is_some_and(|arities| arities.contains(&arity)) => {}
            // An operator that does not fit its sides is the interpreter's to report.
            None if !name.starts_with(|first: char| first.is_alphabetic() || first == '_') => {}
            None => register(engine, session, &name, arity, missing),
        }
    }
    for (name, _) in FORBIDDEN {
        let types: [&[TypeId]; 3] = [&[], &[TypeId::of::<i64>()], &[TypeId::of::<f64>()]];
        for types in types {
            let session = session.clone();
            engine.register_raw_fn(
                name,
                types,
                move |context: NativeCallContext<'_>, values: &mut [&mut Dynamic]| {
                    missing(&session, &context, values.iter().map(|value| values::own(value)).collect())
                },
            );
        }
    }
    for property in properties {
        let session = session.clone();
        let name = format!("get${property}");
        engine.register_raw_fn(
            name,
            [TypeId::of::<Handle>()],
            move |context: NativeCallContext<'_>, values: &mut [&mut Dynamic]| -> Result {
                Ok(output(&session, &context, &values::own(values[0]), &property))
            },
        );
    }
    install_operators(engine, session);
    register(engine, session, "named", 2, named);
    register(engine, session, "canvas", 2, canvas);
    colours::install(engine, session);
    shorthand::install(engine, session);
    install_log(engine, session);
}

fn install_operators(engine: &mut Engine, session: &Shared) {
    let (node, any) = (TypeId::of::<Handle>(), TypeId::of::<Dynamic>());
    let kinds = operators::BINARY.iter().map(|(operator, kind)| (*operator, Some(*kind)));
    for (operator, kind) in kinds.chain(operators::UNKNOWN.iter().map(|operator| (*operator, None))) {
        for types in [[node, any], [any, node]] {
            register_for(engine, session, operator, &types, move |session, context, values| {
                operate(session, context, operator, kind, values)
            });
        }
    }
    register_for(engine, session, "-", &[node], |session, context, values| {
        operate(session, context, "-", Some("negate"), values)
    });
    register_for(engine, session, "+", &[node], |_, _, mut values| Ok(values.remove(0)));
    register_for(engine, session, "!", &[node], |session, context, values| {
        let spot = session.borrow().spot(context);
        let written = session.borrow().written(&spot);
        let variable = written.first().and_then(|operand| operand.variable.as_deref());
        tell(session, &spot, faults::not_decided_yet("!", variable, &describe(&values[0])));
        Ok(false.into())
    });
}

fn operate(
    session: &Shared,
    context: &NativeCallContext<'_>,
    operator: &str,
    kind: Option<&str>,
    values: Vec<Dynamic>,
) -> Result {
    let known = kind.and_then(|kind| session.borrow().kinds.get(kind).ok());
    if let Some(kind) = known {
        return make(session, context, kind, values);
    }
    let spot = session.borrow().spot(context);
    tell(session, &spot, Diagnostic::error(format!("controls have no operator `{operator}`")));
    Ok(Dynamic::from(Handle::PLACEHOLDER))
}

/// Makes a node, or a value if a kind of arithmetic is given plain values alone.
fn make(
    session: &Shared,
    context: &NativeCallContext<'_>,
    kind: &'static NodeSpec,
    values: Vec<Dynamic>,
) -> Result {
    if kind.category == Category::Maths
        && !values.is_empty()
        && let Some(numbers) = values.iter().map(number).collect::<Option<Vec<f64>>>()
        && let Some(value) = numbers::evaluate(kind.name, &numbers)
    {
        return Ok(value.into());
    }
    if kind.name == "lerp"
        && let Some(colour) = colours::between(session, context, &values)
    {
        return colour;
    }
    let spot = session.borrow().spot(context);
    let written = session.borrow().written(&spot);
    build(session, context, kind, &values, &written, IsNamed::Yes)
}

/// Stands for a function that does not exist or may not be called so.
fn missing(session: &Shared, context: &NativeCallContext<'_>, _: Vec<Dynamic>) -> Result {
    let mut session = session.borrow_mut();
    let spot = session.spot(context);
    let fault = session.point(faults::unknown_function(context.fn_name(), None), &spot);
    session.fault_of_place(fault);
    Ok(Dynamic::from(Handle::PLACEHOLDER))
}

/// `choir.soprano`.
fn output(session: &Shared, context: &NativeCallContext<'_>, value: &Dynamic, name: &str) -> Dynamic {
    let of_node = handle(value).and_then(|handle| handle.node);
    let spot = session.borrow().spot(context);
    let found = of_node.map(|node| {
        let spec = &session.borrow().nodes[node].kind;
        (node, spec.output(name).map(|(output, spec)| (output, spec.port)), spec.name)
    });
    Dynamic::from(match found {
        None => Handle::PLACEHOLDER,
        Some((node, Some((output, port)), _)) => Handle { node: Some(node), output, port: Some(port) },
        Some((node, None, _)) => {
            let fault = faults::unknown_output(session.borrow().nodes[node].kind, name);
            tell(session, &spot, fault);
            Handle::PLACEHOLDER
        }
    })
}

/// `.named("paint")`.
fn named(session: &Shared, context: &NativeCallContext<'_>, values: Vec<Dynamic>) -> Result {
    let mut session = session.borrow_mut();
    let spot = session.spot(context);
    let name = values[1].to_string();
    let forbidden = name.chars().find(|letter| ".#/[]".contains(*letter) || letter.is_control());
    let fault = match handle(&values[0]) {
        None => {
            Some(Diagnostic::error(format!("only nodes have names, but this is {}", describe(&values[0]))))
        }
        Some(Handle { node: None, .. }) => None,
        Some(Handle { node: Some(node), .. }) => {
            if !values[1].is_string() {
                Some(Diagnostic::error(format!("a name is text, but this is {}", describe(&values[1]))))
            } else if name.trim().is_empty() {
                Some(Diagnostic::error("a name cannot be empty"))
            } else if let Some(letter) = forbidden {
                let letter = letter.escape_debug();
                Some(Diagnostic::error(format!("a name cannot contain `{letter}`")))
            } else if session
                .nodes
                .iter()
                .enumerate()
                .any(|(other, made)| other != node && made.named.as_deref() == Some(name.as_str()))
            {
                Some(Diagnostic::error(format!("the name `{name}` is taken by another node")))
            } else {
                session.nodes[node].named = Some(name);
                None
            }
        }
    };
    if let Some(fault) = fault {
        let written = session.written(&spot);
        let place = written.get(1).and_then(|name| name.place).or(spot.place);
        let fault = session.point(fault, &Spot { place, ..spot });
        session.fault(fault);
    }
    Ok(values.into_iter().next().unwrap_or_default())
}

/// `canvas(1280, 720)`.
fn canvas(session: &Shared, context: &NativeCallContext<'_>, values: Vec<Dynamic>) -> Result {
    let spot = session.borrow().spot(context);
    let pixels = |value: &Dynamic| {
        number(value).filter(|pixels| pixels.fract() == 0.0 && (1.0..=16384.0).contains(pixels))
    };
    match (pixels(&values[0]), pixels(&values[1])) {
        (Some(_), Some(_)) if session.borrow().canvas_px.is_some() => {
            tell(session, &spot, Diagnostic::error("the canvas is already set").help("call `canvas` once"));
        }
        (Some(width), Some(height)) => {
            session.borrow_mut().canvas_px = Some([width as u32, height as u32]);
        }
        _ => {
            let fault = Diagnostic::error("`canvas` takes a width and a height in whole pixels, 1 to 16384")
                .help("for example `canvas(1280, 720)`");
            tell(session, &spot, fault);
        }
    }
    Ok(Dynamic::UNIT)
}

fn install_log(engine: &mut Engine, session: &Shared) {
    engine.on_print(|_| ()).on_debug(|_, _, _| ());
    // The exact types are registered too: rhai's own `print` of them would come first.
    let types = [
        TypeId::of::<Dynamic>(),
        TypeId::of::<i64>(),
        TypeId::of::<f64>(),
        TypeId::of::<bool>(),
        TypeId::of::<char>(),
        TypeId::of::<()>(),
        TypeId::of::<ImmutableString>(),
        TypeId::of::<rhai::Array>(),
        TypeId::of::<rhai::Map>(),
        TypeId::of::<rhai::FnPtr>(),
    ];
    for name in ["print", "debug"] {
        for value in types {
            register_log(engine, session, name, &[value]);
        }
        register_log(engine, session, name, &[]);
    }
}

fn register_log(engine: &mut Engine, session: &Shared, name: &str, types: &[TypeId]) {
    let session = session.clone();
    engine.register_raw_fn(
        name,
        types,
        move |context: NativeCallContext<'_>, values: &mut [&mut Dynamic]| {
            let text = values.first().map(|value| values::text(&values::own(value))).unwrap_or_default();
            let mut session = session.borrow_mut();
            let spot = session.spot(&context);
            let line = spot.place.map_or(0, |place| place.line);
            tracing::info!(target: "pastiche::script", "{}:{line}: {text}", spot.file);
            session.log.push(LogLine { file: spot.file, line, text });
            Ok(ImmutableString::new())
        },
    );
}
