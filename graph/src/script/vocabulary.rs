//! Which functions a script may call, and which one was probably meant.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::OnceLock;

use rhai::{AST, Engine};

use super::faults;
use crate::aliases::meant;
use crate::diagnostic::Diagnostic;
use crate::kinds::Kinds;
use crate::spec::{Category, NodeSpec, OptionDefault, Unwired};
use crate::suggest::nearest;

/// Functions that scripts have besides the kinds and rhai's own, with their numbers of arguments,
/// the receiver of a method counted.
pub(super) const OWN: [(&str, &[usize]); 10] = [
    ("named", &[2]),
    ("canvas", &[2]),
    ("rgb", &[3]),
    ("rgba", &[4]),
    ("hsv", &[3]),
    ("colour", &[1]),
    ("to", &[3]),
    ("pick", &[2]),
    ("print", &[0, 1]),
    ("debug", &[0, 1, 2]),
];

/// Functions of the language itself, any number of arguments.
const LANGUAGE: [&str; 9] =
    ["Fn", "call", "curry", "is_def_fn", "is_def_var", "is_shared", "type_of", "eval", "this"];

/// The functions that are defined in a file, by name, with their numbers of arguments.
pub(super) type Functions = BTreeMap<String, BTreeSet<usize>>;

/// The functions of a file.
pub(super) fn functions_of(ast: &AST) -> Functions {
    let mut functions = Functions::new();
    for function in ast.iter_functions() {
        if !is_closure(function.name) {
            functions.entry(function.name.to_owned()).or_default().insert(function.params.len());
        }
    }
    functions
}

/// Whether a function is an anonymous one, `|x| …`.
pub(super) fn is_closure(name: &str) -> bool {
    name.starts_with("anon$")
}

/// What a name stands for when it is called.
pub(super) enum Meaning {
    /// A kind.
    Kind(&'static NodeSpec),
    /// A function of this file; these numbers of arguments.
    Script(BTreeSet<usize>),
    /// Something that is there, with these numbers of arguments; empty: any.
    Known(BTreeSet<usize>),
    /// Nothing.
    Unknown,
}

/// Which functions a file may call.
pub(super) struct Vocabulary<'a> {
    kinds: &'a Kinds,
    functions: &'a Functions,
    /// Functions of imported files, by the alias of the import.
    pub imported: HashMap<String, Functions>,
}

impl<'a> Vocabulary<'a> {
    pub(super) fn new(kinds: &'a Kinds, functions: &'a Functions) -> Vocabulary<'a> {
        Vocabulary { kinds, functions, imported: HashMap::new() }
    }

    /// What a name stands for when it is called.
    pub(super) fn meaning(&self, name: &str) -> Meaning {
        if let Ok(kind) = self.kinds.get(name) {
            return Meaning::Kind(kind);
        }
        if let Some(arities) = self.functions.get(name) {
            return Meaning::Script(arities.clone());
        }
        if let Some((_, arities)) = OWN.iter().find(|(own, _)| *own == name) {
            return Meaning::Known(arities.iter().copied().collect());
        }
        if LANGUAGE.contains(&name) {
            return Meaning::Known(BTreeSet::new());
        }
        match standard().get(name) {
            Some(arities) => Meaning::Known(arities.clone()),
            None => Meaning::Unknown,
        }
    }

    /// Whether a function of the script may not have this name, and what has it already.
    pub(super) fn taken(&self, name: &str) -> Option<&'static str> {
        if self.kinds.get(name).is_ok() {
            return Some("a node");
        }
        OWN.iter().any(|(own, _)| *own == name).then_some("a function of Pastiche")
    }

    /// What is reported of a function that is not there: with the one that is probably meant, and with
    /// the nodes that have an input of its name.
    pub(super) fn unknown(&self, name: &str) -> Diagnostic {
        let fault = faults::unknown_function(name, self.nearest(name).as_deref());
        let nodes = self.kinds.with_input(name);
        if nodes.is_empty() {
            return fault;
        }
        fault.help(format!("`{name}` is an input of `{}`", nodes.join("`, `")))
    }

    /// The function that is probably meant.
    fn nearest(&self, name: &str) -> Option<String> {
        let is_there = |word: &&str| self.kinds.get(word).is_ok() || OWN.iter().any(|(own, _)| own == word);
        if let Some(word) = meant(name).filter(is_there) {
            return Some(word.to_owned());
        }
        let mut names: Vec<&str> = self.kinds.names().collect();
        names.extend(self.functions.keys().map(String::as_str));
        names.extend(OWN.iter().map(|(own, _)| *own));
        let standard = || nearest(name, standard().keys().map(String::as_str));
        nearest(name, names).or_else(standard).map(str::to_owned)
    }

    /// Whether a name alone, without parentheses, is a node: of a kind that needs nothing and gives something.
    pub(super) fn is_bare_node(&self, name: &str) -> bool {
        let Ok(spec) = self.kinds.get(name) else { return false };
        let needs = spec.inputs.iter().any(|input| input.unwired == Unwired::Required)
            || spec.options.iter().any(|option| option.default == OptionDefault::Required);
        !needs && !spec.outputs.is_empty() && !matches!(spec.category, Category::Maths | Category::Out)
    }

    /// Whether an output of any kind has this name.
    pub(super) fn is_output(&self, name: &str) -> bool {
        self.kinds.iter().any(|kind| kind.output(name).is_some())
    }

    /// The output of any kind with the nearest name.
    pub(super) fn nearest_output(&self, name: &str) -> Option<&'static str> {
        nearest(name, self.kinds.iter().flat_map(|kind| kind.outputs).map(|output| output.name))
    }
}

/// Rhai's standard functions with their numbers of arguments, but for those that a patch must not
/// call.
pub(super) fn standard() -> &'static Functions {
    static STANDARD: OnceLock<Functions> = OnceLock::new();
    STANDARD.get_or_init(|| {
        let mut functions = Functions::new();
        let known = Engine::new().collect_fn_metadata(
            None,
            |function| Some((function.metadata.name.to_string(), function.metadata.num_params)),
            true,
        );
        for (name, arity) in known {
            if !FORBIDDEN.iter().any(|(forbidden, _)| *forbidden == name) {
                functions.entry(name).or_default().insert(arity);
            }
        }
        functions
    })
}

/// Standard functions that a patch must not call, and why.
pub(super) const FORBIDDEN: [(&str, &str); 2] = [
    ("sleep", "a script runs once and never waits; for time use a control such as `lfo` or `time`"),
    ("timestamp", "a script runs once and knows no time; for time use a control such as `lfo` or `time`"),
];

/// Whether a property of the language's own values has this name, such as `len`.
pub(super) fn is_standard_property(name: &str) -> bool {
    standard().contains_key(&format!("get${name}"))
}
