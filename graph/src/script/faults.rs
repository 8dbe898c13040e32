//! The wording of faults that are found both before and during a run: one text for one fault, so
//! that it is reported once.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, count};
use crate::docs;
use crate::spec::NodeSpec;
use crate::suggest::nearest;

/// A kind has no such input or option.
pub(super) fn unknown_key(spec: &NodeSpec, key: &str) -> Diagnostic {
    let inputs = spec.inputs.iter().map(|input| &*input.name);
    let candidates = inputs.chain(spec.options.iter().map(|option| option.name));
    let mut diagnostic = Diagnostic::error(format!("`{}` has no input `{key}`", spec.name))
        .input(key)
        .did_you_mean(nearest(key, candidates));
    diagnostic.help = docs::describe(spec);
    diagnostic
}

/// A kind has no such output.
pub(super) fn unknown_output(spec: &NodeSpec, output: &str) -> Diagnostic {
    let candidates = spec.outputs.iter().map(|output| output.name);
    let diagnostic = Diagnostic::error(format!("`{}` has no output `{output}`", spec.name))
        .did_you_mean(nearest(output, candidates));
    match docs::outputs_line(spec) {
        Some(line) => diagnostic.help(line),
        None => diagnostic.help(format!("`{}` has no outputs", spec.name)),
    }
}

/// There is no such function.
pub(super) fn unknown_function(name: &str, nearest: Option<&str>) -> Diagnostic {
    Diagnostic::error(format!("there is no node or function `{name}`")).did_you_mean(nearest)
}

/// A function of the script is called with the wrong number of arguments.
pub(super) fn wrong_arity(name: &str, takes: &BTreeSet<usize>, given: usize) -> Diagnostic {
    let numbers: Vec<String> = takes.iter().map(ToString::to_string).collect();
    let takes = match (numbers.as_slice(), takes.first()) {
        ([_], Some(only)) => count(*only, "argument"),
        _ => format!("{} arguments", numbers.join(" or ")),
    };
    Diagnostic::error(format!("`{name}` takes {takes}, but {given} {}", was_given(given)))
}

fn was_given(number: usize) -> &'static str {
    if number == 1 { "is given" } else { "are given" }
}

/// There is no such variable.
pub(super) fn unknown_variable(name: &str, nearest: Option<&str>) -> Diagnostic {
    Diagnostic::error(format!("there is no variable `{name}`")).did_you_mean(nearest)
}

/// A control is glued to a text: `"bpm: " + k`.
pub(super) fn control_in_text(name: Option<&str>) -> Diagnostic {
    let name = name.unwrap_or("k");
    Diagnostic::error("a control moves while the patch plays: it cannot be glued to a text")
        .help(format!("put it into the text: `text(\"{{{name}}}\", #{{ {name}: {name} }})`"))
}

/// Whole numbers are divided, and what is left is lost.
pub(super) fn whole_division(left: i64, right: i64, result: i64) -> Diagnostic {
    Diagnostic::warning(format!("`{left} / {right}` is {result}: whole numbers give a whole number"))
}

/// What a control is asked that only the running patch could tell.
pub(super) fn not_decided_yet(word: &str, variable: Option<&str>, what: &str) -> Diagnostic {
    let subject = match variable {
        Some(variable) => format!("`{variable}`"),
        None => "this".into(),
    };
    let moves = if what == "a control" { " that moves while the patch plays" } else { "" };
    let diagnostic =
        Diagnostic::error(format!("`{word}` needs true or false now, but {subject} is {what}{moves}"));
    if what != "a control" {
        return diagnostic;
    }
    let name = variable.unwrap_or("k");
    let instead = match word {
        "&&" => format!("write `{name} & …`, which is 1 while both are"),
        "||" => format!("write `{name} | …`, which is 1 while either is"),
        "!" => format!("write `not({name})`, which is 1 while it is 0"),
        _ => format!("use `select({name}, a, b)`"),
    };
    diagnostic.help(format!("{instead}; a script runs once, its controls run every frame")).help(
        if matches!(word, "&&" | "||" | "!") {
            format!("to choose by it: `select({name}, a, b)`")
        } else {
            "`==`, `<`, `&`, `|` and `not(x)` give controls that are 0 or 1".into()
        },
    )
}
