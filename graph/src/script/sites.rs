//! What the syntax tree of one file says about its places: which call gets which name, where the
//! arguments of a call stand, what is asked of a condition.

use std::collections::{BTreeSet, HashMap};

use rhai::{ASTFlags, Expr, ImmutableString, Position, Stmt};

use super::files::Place;

/// What the syntax tree of one file says about its places.
#[derive(Clone, Debug, Default)]
pub(super) struct Sites {
    /// Names of the outermost calls of `let` and assignments.
    pub targets: HashMap<Place, Target>,
    /// Arguments of every call and operator, the receiver of a method first.
    pub calls: HashMap<Place, Vec<Argument>>,
    /// Conditions that need true or false.
    pub guards: HashMap<Place, Guard>,
    /// Properties that are read.
    pub properties: BTreeSet<String>,
    /// Functions that are called, with their number of arguments.
    pub called: BTreeSet<(String, usize)>,
}

/// How the outcome of a call is named.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Target {
    /// By a variable.
    Named(String),
    /// As the call of the function is whose outcome it is, with this behind.
    Outcome(String),
}

impl Target {
    fn with(&self, suffix: &str) -> Target {
        match self {
            Target::Named(name) => Target::Named(format!("{name}{suffix}")),
            Target::Outcome(name) => Target::Outcome(format!("{name}{suffix}")),
        }
    }
}

/// An argument as written.
#[derive(Clone, Debug, Default)]
pub(super) struct Argument {
    /// Where it starts.
    pub place: Option<Place>,
    /// The variable that it is, if it is nothing else.
    pub variable: Option<String>,
    /// Members of a list.
    pub members: Vec<Argument>,
    /// Entries of a map.
    pub entries: Vec<Entry>,
    /// Whether it is a map written in place.
    pub is_map: bool,
}

/// An entry of a map as written.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Its key.
    pub name: String,
    /// Where the key stands.
    pub place: Option<Place>,
    /// Its value.
    pub value: Argument,
}

/// A condition as written.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    /// `if`, `while`, `&&` …
    pub word: &'static str,
    /// The variable that it is, if it is nothing else.
    pub variable: Option<String>,
}

impl Argument {
    /// What is written at an argument.
    pub(super) fn of(expression: &Expr) -> Argument {
        let mut argument = Argument { place: Place::of(expression.start_position()), ..Argument::default() };
        match expression {
            Expr::Variable(variable, ..) if variable.2.is_empty() => {
                argument.variable = Some(variable.1.to_string());
            }
            Expr::Array(members, _) => argument.members = members.iter().map(Argument::of).collect(),
            Expr::Map(map, _) => {
                argument.is_map = true;
                argument.entries = map.0.iter().map(Entry::of).collect();
            }
            _ => {}
        }
        argument
    }
}

impl Entry {
    fn of((key, value): &(rhai::Ident, Expr)) -> Entry {
        Entry { name: key.name.to_string(), place: Place::of(key.pos), value: Argument::of(value) }
    }
}

impl Sites {
    /// Gives the outermost calls of an expression their names.
    pub(super) fn name(&mut self, expression: &Expr, target: &Target) {
        match expression {
            Expr::FnCall(_, position) => self.set(*position, target),
            Expr::Dot(..) | Expr::Index(..) => {
                let mut calls = Vec::new();
                collect_calls(expression, &mut calls);
                let outermost = calls.iter().rev().find(|(name, _)| name.as_str() != "named");
                if let Some((_, position)) = outermost {
                    self.set(*position, target);
                }
            }
            Expr::Array(members, _) => {
                for (position, member) in members.iter().enumerate() {
                    self.name(member, &target.with(&format!("[{position}]")));
                }
            }
            Expr::Map(map, _) => {
                for (key, value) in &map.0 {
                    self.name(value, &target.with(&format!(".{}", key.name)));
                }
            }
            Expr::Stmt(block) => self.name_last(block.statements(), target),
            Expr::Coalesce(members, _) => {
                for member in members.iter() {
                    self.name(member, target);
                }
            }
            _ => {}
        }
    }

    /// Gives what a block evaluates to its name.
    pub(super) fn name_last(&mut self, statements: &[Stmt], target: &Target) {
        match statements.iter().rev().find(|statement| !statement.is_noop()) {
            Some(Stmt::Expr(expression)) => self.name(expression, target),
            Some(Stmt::FnCall(_, position)) => self.set(*position, target),
            Some(Stmt::Block(block)) => self.name_last(block.statements(), target),
            Some(Stmt::If(flow, _)) => {
                self.name_last(flow.body.statements(), target);
                self.name_last(flow.branch.statements(), target);
            }
            Some(Stmt::Switch(switch, _)) => {
                for case in &switch.1.expressions {
                    self.name(&case.rhs, target);
                }
            }
            _ => {}
        }
    }

    fn set(&mut self, position: Position, target: &Target) {
        if let Some(place) = Place::of(position) {
            self.targets.entry(place).or_insert_with(|| target.clone());
        }
    }
}

/// The calls of a chain such as `a.b().c()`, in the order in which they are made.
fn collect_calls(expression: &Expr, calls: &mut Vec<(ImmutableString, Position)>) {
    match expression {
        Expr::FnCall(call, position) | Expr::MethodCall(call, position) => {
            calls.push((call.name.clone(), *position));
        }
        Expr::Dot(link, ..) => {
            collect_calls(&link.lhs, calls);
            collect_calls(&link.rhs, calls);
        }
        Expr::Index(link, flags, _) => {
            collect_calls(&link.lhs, calls);
            collect_behind_index(&link.rhs, *flags, calls);
        }
        _ => {}
    }
}

fn collect_behind_index(rest: &Expr, flags: ASTFlags, calls: &mut Vec<(ImmutableString, Position)>) {
    if flags.contains(ASTFlags::BREAK) {
        return;
    }
    match rest {
        Expr::Dot(link, ..) => collect_calls(&link.rhs, calls),
        Expr::Index(link, flags, _) => collect_behind_index(&link.rhs, *flags, calls),
        _ => {}
    }
}
