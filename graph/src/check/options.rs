//! Checks the options of a node and reads the files they name.

use crate::assets::{Assets, Media};
use crate::description::{GivenOption, NodeDesc};
use crate::diagnostic::Diagnostic;
use crate::docs;
use crate::options::{OptionValue, Options};
use crate::spec::{NodeSpec, OptionDefault, OptionSpec, OptionType};
use crate::suggest::nearest;

pub(super) fn resolve(
    node: &NodeDesc,
    kind: &'static NodeSpec,
    assets: &dyn Assets,
    found: &mut Vec<Diagnostic>,
) -> Options {
    let mut options = Options::default();
    for (name, given) in &node.options {
        // For a kind whose inputs depend on its options, a flag may be meant for one of them.
        let may_be_input = kind.inputs_for.is_some() && matches!(given.value, OptionValue::Flag(_));
        if kind.option(name).is_none() && !may_be_input {
            let names = kind.options.iter().map(|option| option.name);
            let diagnostic = Diagnostic::error(format!("`{}` has no option `{name}`", kind.name))
                .at(given.span.clone().or_else(|| node.span.clone()))
                .node(node.key.to_string())
                .input(name)
                .did_you_mean(nearest(name, names));
            found.push(with_help(diagnostic, kind));
        }
    }
    for option in kind.options {
        let given = node.options.get(option.name);
        let value = match given {
            Some(given) => given.value.clone(),
            None => match option.default {
                OptionDefault::Text(text) => OptionValue::Text(text.into()),
                OptionDefault::Number(number) => OptionValue::Number(number),
                OptionDefault::Flag(flag) => OptionValue::Flag(flag),
                OptionDefault::Absent => continue,
                OptionDefault::Required => {
                    let diagnostic = Diagnostic::error(format!("`{}` needs `{}`", kind.name, option.name))
                        .at(node.span.clone())
                        .node(node.key.to_string())
                        .input(option.name);
                    found.push(with_help(diagnostic, kind));
                    continue;
                }
            },
        };
        match fault_of(option, &value) {
            None => {
                if let Err(diagnostic) = attach_file(node, kind, option, &value, assets, &mut options) {
                    found.push(diagnostic);
                }
                options.set(option.name, value);
            }
            Some((message, label)) => {
                found.push(option_error(node, kind, option, given, message, label));
            }
        }
    }
    options
}

fn option_error(
    node: &NodeDesc,
    kind: &'static NodeSpec,
    option: &OptionSpec,
    given: Option<&GivenOption>,
    message: String,
    label: Option<String>,
) -> Diagnostic {
    let span = given.and_then(|given| given.span.clone()).or_else(|| node.span.clone());
    let mut diagnostic = Diagnostic::error(format!("`{}`: {message}", kind.name))
        .at(span)
        .node(node.key.to_string())
        .input(option.name);
    diagnostic.label = label;
    with_help(diagnostic, kind)
}

fn with_help(mut diagnostic: Diagnostic, kind: &'static NodeSpec) -> Diagnostic {
    diagnostic.help.extend(docs::describe(kind));
    diagnostic
}

/// What is wrong with a value, and the short answer behind the caret.
fn fault_of(option: &OptionSpec, value: &OptionValue) -> Option<(String, Option<String>)> {
    let name = option.name;
    let takes = |what: &str| Some((format!("option `{name}` takes {what}, but gets {}", word(value)), None));
    match (option.takes, value) {
        (OptionType::Text | OptionType::File(_) | OptionType::FileOrText(_), OptionValue::Text(_)) => None,
        (OptionType::NumberOrName, OptionValue::Text(_)) => None,
        (OptionType::Flag, OptionValue::Flag(_)) => None,
        (OptionType::Choice(choices), OptionValue::Text(text)) => {
            if choices.iter().any(|choice| choice == text) {
                return None;
            }
            let list = choices.iter().map(|choice| format!("`{choice}`")).collect::<Vec<_>>().join(", ");
            let label = nearest(text, choices.iter()).map(|near| format!("did you mean `{near}`?"));
            Some((format!("option `{name}` is one of {list}, not `{text}`"), label))
        }
        (OptionType::Number(range) | OptionType::Whole(range), OptionValue::Number(number)) => {
            if !range.contains(*number) {
                return Some((
                    format!("option `{name}` is {number}, but goes from {} to {}", range.min, range.max),
                    None,
                ));
            }
            match option.takes {
                OptionType::Whole(_) if number.fract() != 0.0 => takes("a whole number"),
                _ => None,
            }
        }
        (OptionType::NumberOrName, OptionValue::Number(number)) => {
            if number.fract() == 0.0 && *number >= 0.0 {
                None
            } else {
                takes("a whole number from 0, or a name")
            }
        }
        (OptionType::Text, _) => takes("text"),
        (OptionType::File(media), _) => takes(&format!("the name of a {}", docs::named(media))),
        (OptionType::FileOrText(media), _) => {
            takes(&format!("the name of a {}, or its text", docs::named(media)))
        }
        (OptionType::Choice(_), _) => takes("a word"),
        (OptionType::Flag, _) => takes("true or false"),
        (OptionType::Number(_), _) => takes("a number"),
        (OptionType::Whole(_), _) => takes("a whole number"),
        (OptionType::NumberOrName, OptionValue::Flag(_)) => takes("a whole number or a name"),
    }
}

fn word(value: &OptionValue) -> String {
    match value {
        OptionValue::Text(text) => format!("the text `{text}`"),
        OptionValue::Number(number) => format!("the number {number}"),
        OptionValue::Flag(flag) => format!("{flag}"),
    }
}

fn attach_file(
    node: &NodeDesc,
    kind: &'static NodeSpec,
    option: &OptionSpec,
    value: &OptionValue,
    assets: &dyn Assets,
    options: &mut Options,
) -> Result<(), Diagnostic> {
    let Some((media, name)) = file_of(option, value) else { return Ok(()) };
    match assets.read(name, media) {
        Ok(asset) => {
            options.attach(option.name, asset);
            Ok(())
        }
        Err(error) => {
            let span = node.options.get(option.name).and_then(|given| given.span.clone());
            Err(Diagnostic::error(format!("`{}`: {}", kind.name, error.message))
                .at(span.or_else(|| node.span.clone()))
                .node(node.key.to_string())
                .input(option.name)
                .help(error.help))
        }
    }
}

fn file_of<'a>(option: &OptionSpec, value: &'a OptionValue) -> Option<(Media, &'a str)> {
    match (option.takes, value) {
        (OptionType::File(media), OptionValue::Text(name)) => Some((media, name)),
        (OptionType::FileOrText(media), OptionValue::Text(name)) => {
            (!media.is_the_text_itself(name)).then_some((media, name.as_str()))
        }
        _ => None,
    }
}
