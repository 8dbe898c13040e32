//! The faults that can be seen in a syntax tree, and the scopes that they need.

use std::collections::{BTreeMap, BTreeSet};

use rhai::{AST, ASTNode, Expr, FnCallExpr, Ident, ImmutableString, Namespace, Position, Stmt};

use super::bodies::Body;
use super::faults;
use super::files::{File, Place};
use super::sites::Argument;
use super::vocabulary::{FORBIDDEN, Meaning, Vocabulary, is_closure, is_standard_property};
use crate::diagnostic::Diagnostic;
use crate::spec::NodeSpec;
use crate::suggest::nearest;

type Variable = (Option<std::num::NonZeroUsize>, ImmutableString, Namespace, u64);

/// Checks one file while it is walked.
pub(super) struct Checks<'a> {
    file: &'a File,
    vocabulary: &'a Vocabulary<'a>,
    /// Variables of the blocks around, outermost first.
    scopes: Vec<Vec<String>>,
    /// The function around.
    function: Option<String>,
    /// Variables at the top of the file.
    globals: BTreeSet<String>,
    /// Keys of maps anywhere in the file: a property or method of this name may be one of them.
    keys: BTreeSet<String>,
    /// Names of imports.
    aliases: BTreeSet<String>,
    /// The most faults that are kept.
    most_faults: usize,
    pub faults: Vec<Diagnostic>,
    /// Faults that the run, if it gets there, knows more about.
    pub guesses: Vec<Diagnostic>,
    pub unknown_variables: BTreeSet<String>,
    /// Names of kinds that stand for a node, without parentheses, and where they first do.
    pub bare_nodes: BTreeMap<String, Place>,
}

impl<'a> Checks<'a> {
    pub(super) fn new(
        file: &'a File,
        vocabulary: &'a Vocabulary<'a>,
        ast: &AST,
        most_faults: usize,
    ) -> Checks<'a> {
        let mut checks = Checks {
            file,
            vocabulary,
            scopes: vec![Vec::new()],
            function: None,
            globals: BTreeSet::new(),
            keys: BTreeSet::new(),
            aliases: BTreeSet::new(),
            most_faults,
            faults: Vec::new(),
            guesses: Vec::new(),
            unknown_variables: BTreeSet::new(),
            bare_nodes: BTreeMap::new(),
        };
        for statement in ast.statements() {
            if let Stmt::Var(parts, ..) = statement {
                checks.globals.insert(parts.0.name.to_string());
            }
        }
        ast.walk(&mut |path: &[ASTNode<'_>]| {
            match path.last() {
                Some(ASTNode::Expr(Expr::Map(map, _))) => {
                    checks.keys.extend(map.0.iter().map(|(key, _)| key.name.to_string()));
                }
                Some(ASTNode::Expr(Expr::Property(property, _))) => {
                    let assigned = path.iter().any(|node| {
                        matches!(node, ASTNode::Stmt(Stmt::Assignment(parts))
                            if matches!(parts.1.lhs, Expr::Dot(..) | Expr::Index(..)))
                    });
                    if assigned {
                        checks.keys.insert(property.2.to_string());
                    }
                }
                Some(ASTNode::Stmt(Stmt::Import(parts, _))) => {
                    checks.aliases.insert(parts.1.name.to_string());
                }
                _ => {}
            }
            true
        });
        checks
    }

    /// Whether there are faults enough: the rest of the file is not looked at.
    pub(super) fn is_full(&self) -> bool {
        self.faults.len().max(self.guesses.len()) >= self.most_faults
    }

    pub(super) fn open(&mut self) {
        self.scopes.push(Vec::new());
    }

    pub(super) fn close(&mut self) {
        self.scopes.pop();
    }

    pub(super) fn declare(&mut self, name: &str) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.push(name.to_owned());
        }
    }

    pub(super) fn enter_function(&mut self, body: &Body) {
        self.scopes = vec![body.parameters.clone()];
        self.function = Some(body.name.clone());
        if let Some(what) = self.vocabulary.taken(&body.name) {
            let fault = Diagnostic::error(format!("`{}` is already {what}", body.name))
                .help("give the function another name");
            self.fault(fault, self.definition(&body.name).or(body.start));
        }
    }

    pub(super) fn leave_function(&mut self) {
        self.function = None;
    }

    pub(super) fn variable(&mut self, variable: &Variable, position: Position) {
        let (_, name, namespace, _) = variable;
        if !namespace.is_empty() {
            return self.module(namespace);
        }
        let name = name.as_str();
        let known = self.scopes.iter().flatten().any(|declared| declared == name)
            || matches!(self.vocabulary.meaning(name), Meaning::Script(_));
        if known {
            return;
        }
        if self.vocabulary.is_bare_node(name) && !self.globals.contains(name) {
            if let Some(place) = Place::of(position) {
                self.bare_nodes.entry(name.to_owned()).or_insert(place);
            }
            return;
        }
        self.unknown_variables.insert(name.to_owned());
        let fault = match &self.function {
            Some(function) if self.globals.contains(name) => global_in_function(name, function),
            _ if matches!(self.vocabulary.meaning(name), Meaning::Kind(_)) => {
                Diagnostic::error(format!("`{name}` is a node, not a variable"))
                    .help(format!("call it: `{name}(…)`"))
            }
            _ => {
                let near = nearest(name, self.scopes.iter().flatten().map(String::as_str));
                faults::unknown_variable(name, near)
            }
        };
        self.fault(fault, Place::of(position));
    }

    pub(super) fn property(&mut self, name: &str, position: Position) {
        let known = self.keys.contains(name) || self.vocabulary.is_output(name) || is_standard_property(name);
        if !known {
            let fault = Diagnostic::error(format!("there is no output `{name}`"))
                .did_you_mean(self.vocabulary.nearest_output(name));
            self.guesses.push(self.file.point(fault, Place::of(position)));
        }
    }

    pub(super) fn call(&mut self, call: &FnCallExpr, position: Position, arguments: &[Argument]) {
        let name = call.name.as_str();
        if call.is_operator_call() {
            return self.division(call, position);
        }
        if call.is_qualified() {
            return self.qualified(call, position);
        }
        match self.vocabulary.meaning(name) {
            Meaning::Kind(kind) => self.keys_of(kind, arguments),
            Meaning::Script(takes) | Meaning::Known(takes) => {
                if !takes.is_empty() && !takes.contains(&arguments.len()) {
                    self.fault(faults::wrong_arity(name, &takes, arguments.len()), Place::of(position));
                }
            }
            Meaning::Unknown => {
                let held = self.scopes.iter().flatten().any(|variable| variable == name);
                let fault = match forbidden(name) {
                    Some(fault) => fault,
                    None if held => Diagnostic::error(format!("`{name}` is a variable, not a function"))
                        .help(format!("call the function that it holds with `{name}.call(…)`")),
                    None => self.vocabulary.unknown(name),
                };
                self.fault(fault, Place::of(position));
            }
        }
    }

    pub(super) fn method(&mut self, call: &FnCallExpr, position: Position, arguments: &[Argument]) {
        let name = call.name.as_str();
        if self.keys.contains(name) {
            return;
        }
        let fault = match self.vocabulary.meaning(name) {
            Meaning::Kind(kind) => return self.keys_of(kind, arguments),
            Meaning::Script(_) => function_as_method(name, arguments),
            Meaning::Known(takes) if takes.is_empty() || takes.contains(&arguments.len()) => return,
            Meaning::Known(takes) => {
                let takes = takes.iter().filter_map(|number| number.checked_sub(1)).collect();
                faults::wrong_arity(name, &takes, arguments.len() - 1)
            }
            Meaning::Unknown => forbidden(name).unwrap_or_else(|| self.vocabulary.unknown(name)),
        };
        self.fault(fault, Place::of(position));
    }

    pub(super) fn import(&mut self, path: &Expr, alias: &Ident, position: Position) {
        if !matches!(path, Expr::StringConstant(..)) {
            let fault = Diagnostic::error("`import` needs the name of a file as text")
                .help("write `import \"looks\" as looks;` for `looks.rhai` in the folder of the patch");
            self.fault(fault, Place::of(path.start_position()));
        } else if alias.name.is_empty() {
            let fault = Diagnostic::error("this import has no name")
                .help("write `import \"looks\" as looks;`, then `looks::name(…)`");
            self.fault(fault, Place::of(position));
        }
    }

    fn qualified(&mut self, call: &FnCallExpr, position: Position) {
        let (name, given) = (call.name.as_str(), call.args.len());
        let alias = call.namespace.root();
        let Some(functions) = self.vocabulary.imported.get(alias) else {
            return self.module(&call.namespace);
        };
        if call.namespace.path.len() > 1 {
            return;
        }
        let fault = match functions.get(name) {
            Some(takes) if takes.contains(&given) => return,
            Some(takes) => faults::wrong_arity(name, takes, given),
            None => Diagnostic::error(format!("`{alias}` has no function `{name}`"))
                .did_you_mean(nearest(name, functions.keys().map(String::as_str))),
        };
        self.fault(fault, Place::of(position));
    }

    fn module(&mut self, namespace: &Namespace) {
        let root = namespace.root();
        if root == "global" || self.aliases.contains(root) {
            return;
        }
        let fault = Diagnostic::error(format!("nothing is imported as `{root}`"))
            .did_you_mean(nearest(root, self.aliases.iter().map(String::as_str)))
            .help(format!(
                "write `import \"{root}\" as {root};` for `{root}.rhai` in the folder of the patch"
            ));
        self.fault(fault, Place::of(namespace.position()));
    }

    fn keys_of(&mut self, kind: &'static NodeSpec, arguments: &[Argument]) {
        let (spec, Some(last)) = (kind, arguments.last()) else { return };
        if kind.inputs_for.is_some() {
            return;
        }
        for entry in &last.entries {
            let known = spec.inputs.iter().any(|input| input.name == entry.name)
                || spec.option(&entry.name).is_some();
            if !known {
                self.fault(faults::unknown_key(spec, &entry.name), entry.place);
            }
        }
    }

    fn division(&mut self, call: &FnCallExpr, position: Position) {
        if let ("/", [Expr::IntegerConstant(left, _), Expr::IntegerConstant(right, _)]) =
            (call.name.as_str(), &*call.args)
            && *right != 0
            && left.checked_rem(*right).is_some_and(|rest| rest != 0)
        {
            let warning = faults::whole_division(*left, *right, left / right)
                .help(format!("write `{left}.0 / {right}`"));
            self.fault(warning, Place::of(position));
        }
    }

    /// Where the name of a function stands in its definition.
    fn definition(&self, name: &str) -> Option<Place> {
        (1..).map_while(|line| Some((line, self.file.line(line)?))).find_map(|(line, text)| {
            let (before, after) = text.split_once("fn ")?;
            let start = after.len() - after.trim_start().len();
            let rest = after.trim_start().strip_prefix(name)?;
            let whole = !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_');
            let column = before.chars().count() + 3 + start + 1;
            whole.then_some(Place { line, column })
        })
    }

    fn fault(&mut self, fault: Diagnostic, place: Option<Place>) {
        self.faults.push(self.file.point(fault, place));
    }
}

fn global_in_function(name: &str, function: &str) -> Diagnostic {
    let (place, instead) = if is_closure(function) {
        ("an anonymous function".to_owned(), "hand it in as an argument".to_owned())
    } else {
        (format!("`{function}`"), format!("hand it in: `fn {function}(…, {name})`"))
    };
    Diagnostic::error(format!("`{name}` cannot be read inside {place}"))
        .label("a function sees only its arguments")
        .help(instead)
}

fn function_as_method(name: &str, arguments: &[Argument]) -> Diagnostic {
    let receiver = arguments.first().and_then(|receiver| receiver.variable.as_deref()).unwrap_or("…");
    let more = if arguments.len() > 1 { ", …" } else { "" };
    Diagnostic::error(format!("`{name}` is a function of this patch and cannot be chained"))
        .label(format!("write `{name}({receiver}{more})`"))
        .help("only nodes are methods of their first input")
}

fn forbidden(name: &str) -> Option<Diagnostic> {
    let (_, why) = FORBIDDEN.iter().find(|(forbidden, _)| *forbidden == name)?;
    Some(Diagnostic::error(format!("a patch cannot call `{name}`")).help(*why))
}
