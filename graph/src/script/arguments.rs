//! From the arguments of a call to the inputs and options of a node.
//!
//! Positional arguments are bound in order. Text goes to the next option that has no value, since no
//! input takes text; everything else goes to the next input that has none and, when all inputs have
//! one, to the next option. Where the next option takes no such text, it stands for a colour or a style that
//! an input takes: "#ff8800", "tomato", "blue_swirls". A map comes last and names what it gives.

use std::collections::BTreeMap;

use rhai::Dynamic;

use super::colour_words;
use super::faults;
use super::files::{File, Place};
use super::operators::operator_of;
use super::sites::Argument;
use super::values::{self, describe, handle, number};
use crate::description::{Given, GivenInput, GivenOption};
use crate::diagnostic::{Diagnostic, count};
use crate::docs;
use crate::kinds::Kinds;
use crate::options::OptionValue;
use crate::port::{Colour, PortType};
use crate::spec::{Category, InputSpec, NodeSpec, OptionSpec, OptionType};

/// The arguments of a call, bound.
#[derive(Debug, Default)]
pub(super) struct Bound {
    pub inputs: BTreeMap<String, GivenInput>,
    pub options: BTreeMap<String, GivenOption>,
    /// Nodes that stand behind its inputs, made of words: a style by its name.
    pub made: Vec<(&'static NodeSpec, BTreeMap<String, GivenOption>)>,
    pub faults: Vec<Diagnostic>,
}

/// Binds the arguments of a call. The nodes that it makes are counted from `first_node` on.
pub(super) fn bind(
    kind: &'static NodeSpec,
    values: &[Dynamic],
    written: &[Argument],
    file: &File,
    place: Option<Place>,
    kinds: &Kinds,
    first_node: usize,
) -> Bound {
    let mut binder = Binder { kind, file, place, kinds, first_node, bound: Bound::default(), full: false };
    let unwritten = Argument::default();
    let (map, positional) = match values.split_last() {
        Some((last, before)) if last.is_map() => (Some(last), before),
        _ => (None, values),
    };
    let argument = |position: usize| written.get(position).unwrap_or(&unwritten);
    for (position, value) in positional.iter().enumerate() {
        binder.positional(value, argument(position), positional.len());
    }
    if let Some(map) = map.and_then(|map| map.read_lock::<rhai::Map>()) {
        let written = argument(positional.len());
        let mut entries: Vec<_> = map.iter().collect();
        let order = |name: &str| written.entries.iter().position(|entry| entry.name == name);
        entries.sort_by_key(|(name, _)| order(name));
        for (name, value) in entries {
            binder.named(name, &values::own(value), written);
        }
    }
    binder.bound
}

struct Binder<'a> {
    kind: &'static NodeSpec,
    file: &'a File,
    place: Option<Place>,
    kinds: &'a Kinds,
    first_node: usize,
    bound: Bound,
    full: bool,
}

impl Binder<'_> {
    fn positional(&mut self, value: &Dynamic, written: &Argument, given: usize) {
        let spec = self.kind;
        if value.is_map() {
            let fault =
                Diagnostic::error(format!("a map comes last, behind the other values of {}", self.title()));
            return self.fault(fault, written.place);
        }
        let is_text = value.is_string() || value.is_char();
        let input = spec.inputs.iter().copied().find(|input| !self.bound.inputs.contains_key(&*input.name));
        let option = spec.options.iter().find(|option| !self.bound.options.contains_key(option.name));
        let meant = if is_text { self.meant_by_text(&value.to_string(), option) } else { None };
        match (meant.or(input), option) {
            (Some(input), _) if meant.is_some() => self.input(input, value, written),
            (Some(input), _) if !is_text => self.input(input, value, written),
            (_, Some(option)) => self.option(option, value, written),
            (Some(input), None) => {
                self.wrong_type(input, value, written);
                self.give(&input.name, Given::Placeholder, written.place);
            }
            (None, None) if self.full => {}
            (None, None) => {
                self.full = true;
                let most = spec.inputs.len() + spec.options.len();
                let fault = Diagnostic::error(format!(
                    "{} takes at most {}, but {given} {} given",
                    self.title(),
                    count(most, "value"),
                    if given == 1 { "is" } else { "are" },
                ));
                self.fault(self.with_description(fault), written.place);
            }
        }
    }

    /// The input that a text stands for: a colour's or a style's, unless the next option is the first and
    /// takes the text itself.
    fn meant_by_text(&self, text: &str, option: Option<&OptionSpec>) -> Option<&'static InputSpec> {
        let taken = match option.map(|option| option.takes) {
            Some(OptionType::Choice(words)) => words.iter().any(|word| word == text),
            Some(OptionType::Text | OptionType::File(_) | OptionType::FileOrText(_)) => {
                self.bound.options.is_empty() || colour_words::parse(text).is_none()
            }
            Some(OptionType::NumberOrName) => true,
            Some(OptionType::Number(_) | OptionType::Whole(_) | OptionType::Flag) | None => false,
        };
        let fits = |input: &&&'static InputSpec| match input.port {
            PortType::Colour => option.is_none() || colour_words::parse(text).is_some(),
            PortType::Style => true,
            _ => false,
        };
        let free = |input: &&&'static InputSpec| !self.bound.inputs.contains_key(&*input.name) && !input.list;
        if taken { None } else { self.kind.inputs.iter().filter(free).find(fits).copied() }
    }

    fn named(&mut self, name: &str, value: &Dynamic, written: &Argument) {
        let spec = self.kind;
        let entry = written.entries.iter().find(|entry| entry.name == name);
        let key = entry.map_or(written.place, |entry| entry.place);
        let value_at = entry.map_or_else(|| written.clone(), |entry| entry.value.clone());
        let given = self.bound.inputs.contains_key(name) || self.bound.options.contains_key(name);
        if given {
            let fault = Diagnostic::error(format!("`{name}` of {} is given twice", self.title())).input(name);
            return self
                .fault(fault.help("leave it out of the map or out of the values in front of it"), key);
        }
        if let Some(input) = spec.inputs.iter().find(|input| input.name == name) {
            self.input(input, value, &value_at);
        } else if let Some(option) = spec.option(name) {
            self.option(option, value, &value_at);
        } else if self.kind.inputs_for.is_some() {
            self.unjudged(name, value, &value_at, key);
        } else {
            self.fault(faults::unknown_key(spec, name), key);
        }
    }

    /// An input or option that only the node's options could tell about; checked with the graph.
    fn unjudged(&mut self, name: &str, value: &Dynamic, written: &Argument, key: Option<Place>) {
        if value.is_string()
            && let Some(colour) = colour_words::parse(&value.to_string())
        {
            return self.give(name, Given::Colour(colour), key);
        }
        if value.is_bool() || value.is_string() {
            let value = match value.as_bool() {
                Ok(flag) => OptionValue::Flag(flag),
                Err(_) => OptionValue::Text(value.to_string()),
            };
            let span = key.map(|place| self.file.span(place));
            self.bound.options.insert(name.to_owned(), GivenOption { value, span });
            return;
        }
        let given = match handle(value) {
            Some(handle) if handle.node.is_none() || handle.port.is_some() => wire(&handle),
            _ => match (number(value), value.clone().try_cast::<Colour>()) {
                (Some(number), _) => self.finite(name, number, written),
                (None, Some(colour)) => Given::Colour(colour),
                (None, None) => {
                    let fault = Diagnostic::error(format!("{} is no value for `{name}`", describe(value)));
                    self.fault(fault.input(name), written.place);
                    Given::Placeholder
                }
            },
        };
        self.give(name, given, key);
    }

    fn input(&mut self, input: &'static InputSpec, value: &Dynamic, written: &Argument) {
        let given = if !input.list {
            self.single(input, value, written)
        } else if let Some(list) = value.read_lock::<rhai::Array>() {
            let unwritten = Argument { place: written.place, ..Argument::default() };
            let members = list.iter().enumerate().map(|(position, member)| {
                let written = written.members.get(position).unwrap_or(&unwritten);
                (values::own(member), written.clone())
            });
            let members: Vec<_> = members.collect();
            Given::List(members.iter().map(|(member, written)| self.single(input, member, written)).collect())
        } else if handle(value).is_some_and(|handle| handle.node.is_none()) {
            Given::Placeholder
        } else {
            self.wrong_type(input, value, written);
            Given::Placeholder
        };
        self.give(&input.name, given, written.place);
    }

    fn single(&mut self, input: &'static InputSpec, value: &Dynamic, written: &Argument) -> Given {
        if let Some(handle) = handle(value) {
            if handle.node.is_none() || handle.port == Some(input.port) {
                return wire(&handle);
            }
        } else if let (PortType::Control, Some(number)) = (input.port, number(value)) {
            return self.finite(&input.name, number, written);
        } else if let (PortType::Colour, Some(colour)) = (input.port, value.clone().try_cast::<Colour>()) {
            return Given::Colour(colour);
        } else if let (PortType::Colour, true) = (input.port, value.is_string()) {
            let text = value.to_string();
            return match colour_words::parse(&text) {
                Some(colour) => Given::Colour(colour),
                None => {
                    self.fault(colour_words::no_colour(&text).input(&*input.name), written.place);
                    Given::Placeholder
                }
            };
        } else if let (PortType::Style, true) = (input.port, value.is_string())
            && let Some(given) = self.style(&value.to_string(), written)
        {
            return given;
        }
        self.wrong_type(input, value, written);
        Given::Placeholder
    }

    /// A style by its name: a node of its own.
    fn style(&mut self, name: &str, written: &Argument) -> Option<Given> {
        let kind = self.kinds.get("style").ok()?;
        let option = kind.options.first()?.name.to_owned();
        let span = written.place.or(self.place).map(|place| self.file.span(place));
        let given = GivenOption { value: OptionValue::Text(name.to_owned()), span };
        self.bound.made.push((kind, BTreeMap::from([(option, given)])));
        Some(Given::Wire { node: self.first_node + self.bound.made.len() - 1, output: 0 })
    }

    fn finite(&mut self, name: &str, number: f64, written: &Argument) -> Given {
        if number.is_finite() {
            return Given::Number(number);
        }
        let fault =
            Diagnostic::error(format!("`{name}` of {} is not a finite number: {number}", self.title()));
        self.fault(fault.input(name), written.place);
        Given::Placeholder
    }

    fn option(&mut self, option: &OptionSpec, value: &Dynamic, written: &Argument) {
        let value = match (value.as_bool(), number(value)) {
            (Ok(flag), _) => OptionValue::Flag(flag),
            (_, Some(number)) if number.is_finite() => OptionValue::Number(number),
            _ if value.is_string() || value.is_char() => OptionValue::Text(value.to_string()),
            _ => {
                if handle(value).is_none_or(|handle| handle.node.is_some()) {
                    self.fault(self.no_option(option, value, written), written.place);
                }
                return;
            }
        };
        let span = written.place.or(self.place).map(|place| self.file.span(place));
        self.bound.options.insert(option.name.to_owned(), GivenOption { value, span });
    }

    fn no_option(&self, option: &OptionSpec, value: &Dynamic, written: &Argument) -> Diagnostic {
        let fault = Diagnostic::error(format!(
            "option `{}` of {} takes {}, but {}",
            option.name,
            self.title(),
            docs::takes(option.takes),
            subject(value, written),
        ));
        let fault = fault.input(option.name);
        let fault = if handle(value).is_some() {
            fault.help("an option is fixed when the node is built: it cannot follow a wire")
        } else {
            fault
        };
        self.with_description(fault)
    }

    fn wrong_type(&mut self, input: &InputSpec, value: &Dynamic, written: &Argument) {
        if operator_of(self.kind.name) == Some("+") && value.is_string() {
            return self.fault(faults::control_in_text(None), written.place);
        }
        let takes = match (input.list, input.port) {
            (true, port) => format!("a list of {}", values::plural(port)),
            (false, port) => values::with_article(port),
        };
        let message = match operator_of(self.kind.name) {
            Some(operator) => {
                format!("`{operator}` works on controls and numbers, but {}", subject(value, written))
            }
            None => format!(
                "{} takes {takes} for `{}`, but {}",
                self.title(),
                input.name,
                subject(value, written)
            ),
        };
        let fault = Diagnostic::error(message).input(&*input.name);
        let fault = match self.advice(input, value) {
            Some(advice) => fault.help(advice),
            None => fault,
        };
        let fault = match operator_of(self.kind.name) {
            Some(_) => fault,
            None => self.with_description(fault),
        };
        self.fault(fault, written.place);
    }

    /// What to do about a value of the wrong type.
    fn advice(&self, input: &InputSpec, value: &Dynamic) -> Option<String> {
        let handle = handle(value);
        let has = handle.as_ref().and_then(|handle| handle.port);
        if input.list && has == Some(input.port) {
            return Some("put it into a list: `[…]`".into());
        }
        if input.port == PortType::Control && value.is_bool() {
            return Some("write 1 or 0".into());
        }
        if input.port == PortType::Colour && number(value).is_some() {
            return Some("write \"#ff8800\", \"tomato\", `rgb(red, green, blue)` or `hsv(…)`".into());
        }
        if !input.list && value.is_array() {
            return Some("take one member of the list: `list[0]`".into());
        }
        let alike = self.alike(has?);
        if alike.is_empty() { self.converters(has?, input.port) } else { Some(alike) }
    }

    /// Other kinds of this name that take what there is: `scale_by` for `scale`, and what has it as an input.
    fn alike(&self, has: PortType) -> String {
        let name = self.kind.name;
        let takes =
            |spec: &NodeSpec| spec.inputs.first().is_some_and(|input| input.port == has && !input.list);
        let is_longer =
            |spec: &NodeSpec| spec.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('_'));
        let by_name = self.kinds.iter().filter(|spec| takes(spec) && is_longer(spec));
        let mut words: Vec<String> = by_name.map(|spec| format!("`{}`", spec.name)).collect();
        let with_input = self.kinds.iter().find(|spec| {
            spec.category == Category::Look
                && takes(spec)
                && spec.inputs.iter().any(|input| input.name == name)
        });
        words.extend(with_input.map(|spec| format!("the input `{name}` of `{}`", spec.name)));
        match words.is_empty() {
            true => String::new(),
            false => format!("for {} there is {}", values::plural(has), words.join(" and ")),
        }
    }

    /// Kinds that make what is wanted of what there is.
    fn converters(&self, has: PortType, wanted: PortType) -> Option<String> {
        let fits = |spec: &&'static NodeSpec| {
            spec.category != Category::Maths
                && spec.inputs.first().is_some_and(|input| input.port == has && !input.list)
                && spec.outputs.first().is_some_and(|output| output.port == wanted)
        };
        let names: Vec<String> =
            self.kinds.iter().filter(fits).take(3).map(|kind| format!("`{}`", kind.name)).collect();
        (!names.is_empty()).then(|| {
            let (from, to) = (values::with_article(has), values::with_article(wanted));
            format!("{to} can be made of {from} with {}", names.join(", "))
        })
    }

    fn give(&mut self, name: &str, value: Given, place: Option<Place>) {
        let span = place.or(self.place).map(|place| self.file.span(place));
        self.bound.inputs.insert(name.to_owned(), GivenInput { value, span });
    }

    fn title(&self) -> String {
        format!("`{}`", self.kind.name)
    }

    fn with_description(&self, mut fault: Diagnostic) -> Diagnostic {
        fault.help.extend(docs::describe(self.kind));
        fault
    }

    fn fault(&mut self, fault: Diagnostic, place: Option<Place>) {
        let fault = self.file.point(fault, place.or(self.place));
        self.bound.faults.push(fault);
    }
}

fn wire(handle: &values::Handle) -> Given {
    match handle.node {
        Some(node) => Given::Wire { node, output: handle.output },
        None => Given::Placeholder,
    }
}

fn subject(value: &Dynamic, written: &Argument) -> String {
    match &written.variable {
        Some(variable) => format!("`{variable}` is {}", describe(value)),
        None => format!("this is {}", describe(value)),
    }
}
