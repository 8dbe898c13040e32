//! Reads the syntax tree of one file before it runs: what the run needs to know about its places,
//! and every fault that can be seen without running.

use std::collections::{BTreeMap, BTreeSet};

use rhai::{AST, ASTFlags, BinaryExpr, Expr, FnCallExpr, Position, Stmt};

use super::bodies::Body;
use super::checks::Checks;
use super::files::{File, Place};
use super::sites::{Argument, Guard, Sites, Target};
use super::vocabulary::Vocabulary;
use crate::diagnostic::Diagnostic;

/// What reading a file found out.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// About its places.
    pub sites: Sites,
    /// Faults that can be seen without running.
    pub faults: Vec<Diagnostic>,
    /// Faults that the run, if it gets there, knows more about.
    pub guesses: Vec<Diagnostic>,
    /// Variables that do not exist: the run gives placeholders for them.
    pub unknown_variables: BTreeSet<String>,
    /// Names of kinds that stand for a node, without parentheses, and where they first do.
    pub bare_nodes: BTreeMap<String, Place>,
    /// Whether there were faults enough before the end of the file.
    pub is_cut: bool,
}

/// Reads a file, up to `most_faults` faults.
pub(super) fn read(
    ast: &AST,
    bodies: &[Body],
    file: &File,
    vocabulary: &Vocabulary<'_>,
    most_faults: usize,
) -> Reading {
    let checks = Checks::new(file, vocabulary, ast, most_faults);
    let mut walker = Walker { sites: Sites::default(), checks };
    ast.statements().iter().for_each(|statement| walker.statement(statement));
    for body in bodies {
        walker.function(body);
    }
    Reading {
        is_cut: walker.checks.is_full(),
        sites: walker.sites,
        faults: walker.checks.faults,
        guesses: walker.checks.guesses,
        unknown_variables: walker.checks.unknown_variables,
        bare_nodes: walker.checks.bare_nodes,
    }
}

struct Walker<'a> {
    sites: Sites,
    checks: Checks<'a>,
}

impl Walker<'_> {
    fn function(&mut self, body: &Body) {
        self.checks.enter_function(body);
        body.statements.iter().for_each(|statement| self.statement(statement));
        self.sites.name_last(&body.statements, &Target::Outcome(String::new()));
        self.checks.leave_function();
    }

    fn block(&mut self, statements: &[Stmt]) {
        self.checks.open();
        statements.iter().for_each(|statement| self.statement(statement));
        self.checks.close();
    }

    fn statement(&mut self, statement: &Stmt) {
        if self.checks.is_full() {
            return;
        }
        match statement {
            Stmt::If(flow, _) => {
                self.guard(&flow.expr, "if");
                self.expression(&flow.expr);
                self.block(flow.body.statements());
                self.block(flow.branch.statements());
            }
            Stmt::While(flow, _) | Stmt::Do(flow, ..) => {
                self.guard(&flow.expr, "while");
                self.expression(&flow.expr);
                self.block(flow.body.statements());
            }
            Stmt::Switch(switch, _) => {
                self.expression(&switch.0);
                for case in &switch.1.expressions {
                    self.guard(&case.lhs, "if");
                    self.expression(&case.lhs);
                    self.expression(&case.rhs);
                }
            }
            Stmt::For(parts, _) => {
                let (item, counter, flow) = &**parts;
                self.expression(&flow.expr);
                self.checks.open();
                self.checks.declare(&item.name);
                if let Some(counter) = counter {
                    self.checks.declare(&counter.name);
                }
                self.block(flow.body.statements());
                self.checks.close();
            }
            Stmt::Var(parts, ..) => {
                let (variable, value, _) = &**parts;
                self.sites.name(value, &Target::Named(variable.name.to_string()));
                self.expression(value);
                self.checks.declare(&variable.name);
            }
            Stmt::Assignment(parts) => {
                let (operator, sides) = &**parts;
                if let Some(name) = assigned(&sides.lhs) {
                    let target = Target::Named(name);
                    if operator.is_op_assignment() {
                        self.operator_call(operator.position(), sides, &target);
                    } else {
                        self.sites.name(&sides.rhs, &target);
                    }
                }
                self.expression(&sides.lhs);
                self.expression(&sides.rhs);
            }
            Stmt::FnCall(call, position) => self.call(call, *position),
            Stmt::Block(block) => self.block(block.statements()),
            Stmt::TryCatch(flow, _) => {
                self.block(flow.body.statements());
                self.checks.open();
                if let Expr::Variable(variable, ..) = &flow.expr {
                    self.checks.declare(&variable.1);
                }
                self.block(flow.branch.statements());
                self.checks.close();
            }
            Stmt::Expr(expression) => self.expression(expression),
            Stmt::BreakLoop(Some(value), ..) => self.expression(value),
            Stmt::Return(Some(value), flags, _) => {
                if !flags.contains(ASTFlags::BREAK) {
                    self.sites.name(value, &Target::Outcome(String::new()));
                }
                self.expression(value);
            }
            Stmt::Import(parts, position) => self.checks.import(&parts.0, &parts.1, *position),
            _ => {}
        }
    }

    fn expression(&mut self, expression: &Expr) {
        if self.checks.is_full() {
            return;
        }
        match expression {
            Expr::InterpolatedString(parts, _) | Expr::Array(parts, _) => {
                parts.iter().for_each(|part| self.expression(part));
            }
            Expr::Map(map, _) => map.0.iter().for_each(|(_, value)| self.expression(value)),
            Expr::Variable(variable, _, position) => self.checks.variable(variable, *position),
            Expr::Stmt(block) => self.block(block.statements()),
            Expr::FnCall(call, position) => self.call(call, *position),
            Expr::Dot(link, ..) => {
                self.expression(&link.lhs);
                self.chain(&link.rhs, &Argument::of(&link.lhs));
            }
            Expr::Index(link, flags, _) => {
                self.expression(&link.lhs);
                self.index(&link.rhs, *flags, &Argument::of(expression));
            }
            Expr::And(members, _) => self.logic(members, "&&"),
            Expr::Or(members, _) => self.logic(members, "||"),
            Expr::Coalesce(members, _) => members.iter().for_each(|member| self.expression(member)),
            _ => {}
        }
    }

    fn logic(&mut self, members: &[Expr], word: &'static str) {
        for member in members {
            self.guard(member, word);
            self.expression(member);
        }
    }

    /// The rest of a chain behind its first dot.
    fn chain(&mut self, rest: &Expr, receiver: &Argument) {
        let behind = Argument { place: receiver.place, ..Argument::default() };
        match rest {
            Expr::MethodCall(call, position) => {
                let mut arguments = vec![receiver.clone()];
                arguments.extend(call.args.iter().map(Argument::of));
                self.checks.method(call, *position, &arguments);
                self.record(&call.name, *position, arguments);
                call.args.iter().for_each(|argument| self.expression(argument));
            }
            Expr::Property(property, position) => {
                self.sites.properties.insert(property.2.to_string());
                self.checks.property(&property.2, *position);
                let receiver = vec![receiver.clone()];
                self.sites.calls.extend(Place::of(*position).map(|place| (place, receiver)));
            }
            Expr::Dot(link, ..) => {
                self.chain(&link.lhs, receiver);
                self.chain(&link.rhs, &behind);
            }
            Expr::Index(link, flags, _) => {
                self.chain(&link.lhs, receiver);
                self.index(&link.rhs, *flags, &behind);
            }
            other => self.expression(other),
        }
    }

    /// What stands in and behind brackets.
    fn index(&mut self, rest: &Expr, flags: ASTFlags, receiver: &Argument) {
        if flags.contains(ASTFlags::BREAK) {
            return self.expression(rest);
        }
        match rest {
            Expr::Dot(link, ..) => {
                self.expression(&link.lhs);
                self.chain(&link.rhs, receiver);
            }
            Expr::Index(link, flags, _) => {
                self.expression(&link.lhs);
                self.index(&link.rhs, *flags, receiver);
            }
            other => self.expression(other),
        }
    }

    fn call(&mut self, call: &FnCallExpr, position: Position) {
        let arguments: Vec<Argument> = call.args.iter().map(Argument::of).collect();
        self.checks.call(call, position, &arguments);
        self.record(&call.name, position, arguments);
        if let ("Fn", [Expr::StringConstant(name, _)]) = (call.name.as_str(), &*call.args) {
            self.sites.called.extend((0..=6).map(|arity| (name.to_string(), arity)));
        }
        call.args.iter().for_each(|argument| self.expression(argument));
    }

    fn operator_call(&mut self, position: Position, sides: &BinaryExpr, target: &Target) {
        let arguments = vec![Argument::of(&sides.lhs), Argument::of(&sides.rhs)];
        if let Some(place) = Place::of(position) {
            self.sites.calls.insert(place, arguments);
            self.sites.targets.insert(place, target.clone());
        }
    }

    fn record(&mut self, name: &str, position: Position, arguments: Vec<Argument>) {
        self.sites.called.insert((name.to_owned(), arguments.len()));
        self.sites.calls.extend(Place::of(position).map(|place| (place, arguments)));
    }

    fn guard(&mut self, condition: &Expr, word: &'static str) {
        if condition.is_unit() {
            return;
        }
        let variable = Argument::of(condition).variable;
        if let Some(place) = Place::of(condition.position()) {
            self.sites.guards.insert(place, Guard { word, variable });
        }
    }
}

/// The name that an assignment gives: `x`, `xs[0]`, `m.sky`.
fn assigned(target: &Expr) -> Option<String> {
    match target {
        Expr::Variable(variable, ..) => Some(variable.1.to_string()),
        Expr::Index(link, ..) => {
            let base = assigned(&link.lhs)?;
            match &link.rhs {
                Expr::IntegerConstant(position, _) => Some(format!("{base}[{position}]")),
                _ => Some(base),
            }
        }
        Expr::Dot(link, ..) => {
            let base = assigned(&link.lhs)?;
            match &link.rhs {
                Expr::Property(property, _) => Some(format!("{base}.{}", property.2)),
                _ => Some(base),
            }
        }
        _ => None,
    }
}
