//! Checks what is given for the inputs of a node.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::description::{Given, GivenInput, NodeDesc};
use crate::diagnostic::{Diagnostic, Span, count};
use crate::docs;
use crate::options::OptionValue;
use crate::plan::Source;
use crate::port::PortType;
use crate::spec::{InputSpec, NodeSpec, Unwired};
use crate::suggest::nearest;
use crate::typed_key::AMOUNT;

/// The sources of all inputs in their order, with the node positions of the description. When not all
/// inputs are known, because the options that decide about them are at fault, an unknown one is not told.
pub(super) fn of_node(
    node: &NodeDesc,
    inputs: &[InputSpec],
    inputs_are_known: bool,
    kind: &'static NodeSpec,
    kinds: &[Option<&'static NodeSpec>],
    found: &mut Vec<Diagnostic>,
) -> Vec<Source> {
    let given_inputs = given_inputs(node, kind);
    for (name, given) in &given_inputs {
        if inputs_are_known && !inputs.iter().any(|input| input.name == *name) {
            let names =
                inputs.iter().map(|input| &*input.name).chain(kind.options.iter().map(|option| option.name));
            let diagnostic = Diagnostic::error(format!("`{}` has no input `{name}`", kind.name))
                .at(given.span.clone().or_else(|| node.span.clone()))
                .node(node.key.to_string())
                .input(*name)
                .did_you_mean(nearest(name, names));
            found.push(with_help(diagnostic, inputs, kind));
        }
    }
    let is_bare = inputs
        .iter()
        .filter(|input| input.port == PortType::Control && input.name != AMOUNT)
        .all(|input| !given_inputs.contains_key(&*input.name));
    let bare = |name: &str| kind.bare.iter().find(|(control, _)| is_bare && *control == name);
    let mut sources = Vec::with_capacity(inputs.len());
    for input in inputs {
        let given = given_inputs.get(&*input.name);
        let checker = Checker {
            node,
            inputs,
            kind,
            kinds,
            input,
            span: given.and_then(|given| given.span.clone()).or_else(|| node.span.clone()),
        };
        sources.push(match given {
            Some(given) => checker.source(&given.value, input.list, found),
            None => {
                if input.unwired == Unwired::Required {
                    found.push(checker.error(format!("`{}` needs `{}`", kind.name, input.name)));
                }
                match input.unwired {
                    Unwired::Value(value) => {
                        Source::Number(bare(&input.name).map_or(value, |(_, bare)| *bare))
                    }
                    Unwired::Colour(colour) => Source::Colour(colour),
                    Unwired::Required | Unwired::Empty => Source::Empty,
                }
            }
        });
    }
    for (first, second) in kind.paired_lists {
        report_uneven(node, inputs, kind, &sources, [first, second], found);
    }
    sources
}

/// Two lists that belong together, member by member, and are not of one length.
fn report_uneven(
    node: &NodeDesc,
    inputs: &[InputSpec],
    kind: &'static NodeSpec,
    sources: &[Source],
    names: [&str; 2],
    found: &mut Vec<Diagnostic>,
) {
    let list = |name: &str| {
        let at = inputs.iter().position(|input| input.name == name)?;
        match sources.get(at) {
            Some(Source::List(members)) => Some((members.len(), inputs[at].port)),
            _ => None,
        }
    };
    let [first, second] = names;
    let (Some((many, of)), Some((given, _))) = (list(first), list(second)) else { return };
    if many == given {
        return;
    }
    let one = |name: &str| name.strip_suffix('s').unwrap_or(name).to_owned();
    let message = format!(
        "`{}` has {} and {}, which do not fit together",
        kind.name,
        count(many, &one(first)),
        count(given, &one(second))
    );
    let span = node.inputs.get(second).and_then(|given| given.span.clone()).or_else(|| node.span.clone());
    found.push(
        Diagnostic::error(message)
            .at(span)
            .node(node.key.to_string())
            .input(second)
            .help(format!("give `{second}` one number for each {of}")),
    );
}

/// Inputs by name; flags that are no option of the kind stand for 0 and 1.
fn given_inputs<'a>(node: &'a NodeDesc, kind: &'static NodeSpec) -> BTreeMap<&'a str, Cow<'a, GivenInput>> {
    let inputs = node.inputs.iter().map(|(name, given)| (name.as_str(), Cow::Borrowed(given)));
    let flags = node.options.iter().filter_map(|(name, given)| match given.value {
        OptionValue::Flag(flag) if kind.inputs_for.is_some() && kind.option(name).is_none() => {
            let value = Given::Number(f64::from(u8::from(flag)));
            Some((name.as_str(), Cow::Owned(GivenInput { value, span: given.span.clone() })))
        }
        _ => None,
    });
    flags.chain(inputs).collect()
}

struct Checker<'a> {
    node: &'a NodeDesc,
    inputs: &'a [InputSpec],
    kind: &'static NodeSpec,
    kinds: &'a [Option<&'static NodeSpec>],
    input: &'a InputSpec,
    span: Option<Span>,
}

impl Checker<'_> {
    fn error(&self, message: String) -> Diagnostic {
        let diagnostic = Diagnostic::error(message)
            .at(self.span.clone())
            .node(self.node.key.to_string())
            .input(&*self.input.name);
        with_help(diagnostic, self.inputs, self.kind)
    }

    fn source(&self, given: &Given, list: bool, found: &mut Vec<Diagnostic>) -> Source {
        match given {
            Given::Placeholder => Source::Empty,
            Given::List(members) if list => {
                Source::List(members.iter().map(|member| self.source(member, false, found)).collect())
            }
            Given::List(_) => self.refuse("a list", list, found),
            _ if list => self.refuse(&self.word(given), list, found),
            Given::Number(number) => self.number(*number, found),
            Given::Colour(colour) if self.input.port == PortType::Colour => Source::Colour(*colour),
            Given::Colour(_) => self.refuse("a colour", list, found),
            Given::Wire { node, output } => self.wire(*node, *output, found),
        }
    }

    fn number(&self, number: f64, found: &mut Vec<Diagnostic>) -> Source {
        if self.input.port != PortType::Control {
            return self.refuse("a number", false, found);
        }
        if !number.is_finite() {
            found
                .push(self.error(format!("`{}` is {number}, which is not a finite number", self.input.name)));
            return Source::Empty;
        }
        if !self.input.hard.contains(number) {
            let clamped = self.input.hard.clamp(number);
            let message = format!("`{}` is {number}, out of range, clamped to {clamped}", self.input.name);
            let mut warning = self.error(message);
            warning.severity = crate::diagnostic::Severity::Warning;
            found.push(warning);
        }
        Source::Number(number)
    }

    fn wire(&self, node: usize, output: usize, found: &mut Vec<Diagnostic>) -> Source {
        // A node of an unknown kind has been reported; what it gives fits everywhere.
        let Some(kind) = self.kinds.get(node).copied().flatten() else { return Source::Empty };
        match kind.outputs.get(output) {
            Some(spec) if spec.port == self.input.port => Source::Wire { node, output },
            Some(spec) => self.refuse(&article(spec.port), false, found),
            None => {
                let message = format!("`{}` has nothing to give to `{}`", kind.name, self.input.name);
                found.push(self.error(message));
                Source::Empty
            }
        }
    }

    fn word(&self, given: &Given) -> String {
        match given {
            Given::Number(_) => "a number".into(),
            Given::Colour(_) => "a colour".into(),
            Given::Wire { node, output } => {
                let kind = self.kinds.get(*node).copied().flatten();
                let port = kind.and_then(|kind| kind.outputs.get(*output)).map(|spec| spec.port);
                port.map_or_else(|| "something unknown".into(), article)
            }
            Given::List(_) => "a list".into(),
            Given::Placeholder => "something unknown".into(),
        }
    }

    fn refuse(&self, got: &str, list: bool, found: &mut Vec<Diagnostic>) -> Source {
        let wanted =
            if list { format!("a list of {}", plural(self.input.port)) } else { article(self.input.port) };
        found.push(self.error(format!("`{}` takes {wanted}, but gets {got}", self.input.name)));
        Source::Empty
    }
}

fn article(port: PortType) -> String {
    match port {
        PortType::Notes => "notes".into(),
        PortType::Audio => "sound (audio)".into(),
        _ => format!("a {port}"),
    }
}

fn plural(port: PortType) -> String {
    match port {
        PortType::Notes => "notes".into(),
        PortType::Audio => "sounds (audio)".into(),
        _ => format!("{port}s"),
    }
}

fn with_help(mut diagnostic: Diagnostic, inputs: &[InputSpec], kind: &'static NodeSpec) -> Diagnostic {
    diagnostic.help.extend(docs::describe_inputs(inputs));
    diagnostic.help.extend(docs::describe_options(kind.options));
    diagnostic
}
