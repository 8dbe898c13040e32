//! Rhai's own errors, told as Pastiche tells faults.

use std::sync::Arc;

use rhai::{EvalAltResult, LexError, ParseErrorType, Position, Scope};

use super::faults;
use super::files::Place;
use super::limits::Limits;
use super::session::{Session, Spot};
use super::values;
use crate::diagnostic::Diagnostic;

/// An error of a run, with its place.
pub(super) fn of_run(
    session: &Session,
    error: &EvalAltResult,
    main: &Arc<str>,
    variables: &Scope<'_>,
) -> Diagnostic {
    let (error, file) = innermost(error, main.clone());
    let spot = Spot { file, place: Place::of(error.position()) };
    session.point(wording(session, error, &spot, variables), &spot)
}

/// Whether nothing of the script may run any more.
pub(super) fn is_final(error: &EvalAltResult) -> bool {
    use EvalAltResult as E;
    match error {
        E::ErrorInFunctionCall(_, _, inner, _) | E::ErrorInModule(_, inner, _) => is_final(inner),
        E::ErrorTooManyOperations(_) | E::ErrorTerminated(..) | E::ErrorTooManyModules(_) => true,
        _ => false,
    }
}

fn innermost(error: &EvalAltResult, file: Arc<str>) -> (&EvalAltResult, Arc<str>) {
    match error {
        EvalAltResult::ErrorInFunctionCall(_, source, inner, _) if !source.is_empty() => {
            innermost(inner, source.as_str().into())
        }
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) => innermost(inner, file),
        EvalAltResult::ErrorInModule(module, inner, _) => innermost(inner, module.as_str().into()),
        other => (other, file),
    }
}

fn wording(session: &Session, error: &EvalAltResult, spot: &Spot, variables: &Scope<'_>) -> Diagnostic {
    use EvalAltResult as E;
    let limits = &session.limits;
    match error {
        E::ErrorParsing(kind, _) => of_parser(kind),
        E::ErrorVariableNotFound(name, _) => faults::unknown_variable(name, None),
        E::ErrorFunctionNotFound(signature, _) => not_found(signature),
        E::ErrorModuleNotFound(name, _) => Diagnostic::error(format!("nothing is imported as `{name}`")),
        E::ErrorMismatchDataType(wanted, actual, _) if wanted == "bool" => {
            let guard = session
                .scripts
                .get(&spot.file)
                .zip(spot.place)
                .and_then(|(script, place)| script.sites.guards.get(&place));
            let (word, variable) =
                guard.map_or(("if", None), |guard| (guard.word, guard.variable.as_deref()));
            let value = variable
                .and_then(|name| variables.get(name))
                .map(|value| values::describe(&values::own(value)));
            let what = match (type_word(actual).as_str(), value) {
                ("a node", Some(what)) => what,
                // Of a value without a name only the type is known; it is a control, most likely.
                ("a node", None) => "a control".into(),
                (what, _) => what.into(),
            };
            faults::not_decided_yet(word, variable, &what)
        }
        E::ErrorMismatchDataType(wanted, actual, _) | E::ErrorMismatchOutputType(wanted, actual, _) => {
            Diagnostic::error(format!(
                "{} is needed here, but this is {}",
                type_word(wanted),
                type_word(actual)
            ))
        }
        E::ErrorIndexingType(types, _) => {
            let what = types.split(" [").next().unwrap_or(types);
            Diagnostic::error(format!("{} has no members to take with `[…]`", type_word(what)))
        }
        E::ErrorArrayBounds(length, index, _) => Diagnostic::error(format!(
            "the list has no member {index}: it has {}",
            crate::diagnostic::count(*length, "member")
        ))
        .help("members count from 0"),
        E::ErrorStringBounds(length, index, _) => Diagnostic::error(format!(
            "the text has no letter {index}: it has {}",
            crate::diagnostic::count(*length, "letter")
        )),
        E::ErrorFor(_) => not_iterable(),
        E::ErrorDotExpr(..) | E::ErrorPropertyNotFound(..) => {
            Diagnostic::error("there is nothing of this name to read or set here")
        }
        E::ErrorAssignmentToConstant(name, _) => {
            Diagnostic::error(format!("`{name}` is constant")).help("declare it with `let` to change it")
        }
        E::ErrorArithmetic(what, _) => Diagnostic::error(lower(what)),
        E::ErrorRuntime(value, _) if value.is_unit() => Diagnostic::error("the script gave up"),
        E::ErrorRuntime(value, _) => Diagnostic::error(values::text(value)),
        E::ErrorTooManyOperations(_) => too_long(limits),
        E::ErrorTerminated(..) => match &session.stopped {
            Some(fault) => fault.clone(),
            None => Diagnostic::error(format!(
                "the script works longer than {} s of the processor's time",
                limits.work.as_secs_f64()
            ))
            .help("a script runs once and describes the patch: look for a loop that is too long"),
        },
        E::ErrorStackOverflow(_) => {
            Diagnostic::error(format!("functions call each other more than {} deep", limits.call_depth))
                .help("look for a function that calls itself without end")
        }
        E::ErrorDataTooLarge(what, _) => Diagnostic::error(format!("this is too large: {}", lower(what))),
        E::ErrorTooManyVariables(_) => Diagnostic::error("there are too many variables"),
        E::ErrorTooManyModules(_) => {
            Diagnostic::error(format!("more than {} files are imported", limits.imports))
        }
        E::ErrorUnboundThis(_) => {
            Diagnostic::error("`this` has no meaning in a patch").help("hand the value in as an argument")
        }
        other => {
            let mut text = other.to_string();
            if let Some(cut) = text.rfind(" (line ") {
                text.truncate(cut);
            }
            Diagnostic::error(lower(&text))
        }
    }
}

fn not_iterable() -> Diagnostic {
    Diagnostic::error("`for` needs a list or a range").help("for example `for i in 0..3 { … }`")
}

fn too_long(limits: &Limits) -> Diagnostic {
    Diagnostic::error(format!("the script does not come to an end within {} steps", limits.operations))
        .help("a script runs once and describes the patch: look for a loop without an end")
}

/// An error of the parser.
pub(super) fn of_parser(error: &ParseErrorType) -> Diagnostic {
    use ParseErrorType as P;
    match error {
        P::UnexpectedEOF => Diagnostic::error("the script ends too early")
            .help("look for a bracket or a text that is not closed"),
        P::MissingToken(token, why) => {
            Diagnostic::error(format!("`{token}` is missing {}", lower(why)).trim_end().to_owned())
        }
        P::BadInput(LexError::ImproperSymbol(name, _)) if name == "eval" => {
            Diagnostic::error("a patch cannot call `eval`")
        }
        P::Reserved(name) => {
            Diagnostic::error(format!("`{name}` is a word of the language")).help("choose another name")
        }
        P::DuplicatedProperty(name) => Diagnostic::error(format!("`{name}` is given twice in this map")),
        P::ExprTooDeep => Diagnostic::error("this expression is nested too deeply")
            .help("give parts of it names with `let`"),
        P::FnDuplicatedDefinition(name, arguments) => Diagnostic::error(format!(
            "there are two functions `{name}` with {}",
            crate::diagnostic::count(*arguments, "argument")
        )),
        P::WrongFnDefinition => Diagnostic::error("a function cannot be defined inside a block")
            .help("define it at the top of the file"),
        P::AssignmentToConstant(name) => {
            Diagnostic::error(format!("`{name}` is constant")).help("declare it with `let` to change it")
        }
        P::MismatchedType(wanted, actual) if wanted.contains("boolean") => {
            faults::not_decided_yet("if", None, &type_word(actual))
        }
        P::MismatchedType(wanted, _) if wanted.contains("iterable") => not_iterable(),
        P::LiteralTooLarge(what, most) => {
            Diagnostic::error(format!("this is too large: {} over {most}", lower(what)))
        }
        other => Diagnostic::error(lower(&other.to_string())),
    }
}

/// Where the parser stopped; at the end of the file it knows no place.
pub(super) fn place_of_parser(position: Position, text: &str) -> Option<Place> {
    Place::of(position).or_else(|| {
        let line = text.lines().count().max(1);
        let column = text.lines().last().map_or(0, |text| text.chars().count()) + 1;
        Some(Place { line, column })
    })
}

fn not_found(signature: &str) -> Diagnostic {
    let (name, types) = signature.split_once(" (").unwrap_or((signature, ""));
    let types: Vec<String> =
        types.trim_end_matches(')').split(", ").filter(|word| !word.is_empty()).map(type_word).collect();
    match types.as_slice() {
        [] => faults::unknown_function(name, None),
        [first, rest @ ..] if name.starts_with(|letter: char| letter.is_alphabetic()) => {
            let with = if rest.is_empty() { String::new() } else { format!(" with {}", rest.join(" and ")) };
            Diagnostic::error(format!("`{name}` does not work on {first}{with}"))
        }
        types => Diagnostic::error(format!("`{name}` does not work on {}", types.join(" and "))),
    }
}

/// How errors speak of rhai's types.
fn type_word(name: &str) -> String {
    match name {
        // A shared variable hides what it holds.
        name if name == "node" || name.ends_with("::Handle") || name.contains("RefCell") => "a node",
        "colour" => "a colour",
        "i64" | "f64" => "a number",
        "bool" => "true or false",
        "()" => "nothing",
        "array" => "a list",
        "map" => "a map",
        "char" => "text",
        "Fn" => "a function",
        name if name.contains("string") || name.contains("String") => "text",
        name if name.contains("range") => "a range",
        other => other,
    }
    .to_owned()
}

/// Rhai's sentences begin with a capital and quote with `'`.
fn lower(text: &str) -> String {
    let text = text.replace('\'', "`");
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}
