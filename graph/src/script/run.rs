//! One evaluation, from text to description.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use cpu_time::ThreadTime;
use rhai::debugger::{BreakPoint, DebuggerCommand};
use rhai::{AST, Dynamic, Engine, EvalAltResult, OptimizationLevel, Position, Scope, Stmt};

use super::api;
use super::errors;
use super::imports::{Loader, Parsed, Resolver};
use super::limits::Limits;
use super::making::Shared;
use super::names;
use super::outcome::{Evaluated, Source};
use super::session::{Script, Session, Spot};
use super::values::Handle;
use crate::description::{GraphDesc, NodeDesc};
use crate::diagnostic::Diagnostic;
use crate::kinds::Kinds;

/// Steps of the interpreter between two looks at the clocks.
const STEPS_BETWEEN_LOOKS: u64 = 8;

/// The function that tells which statement of the patch is running.
const MARK: &str = "next_statement_of_the_patch";

pub(super) fn run(source: &Source, kinds: &Kinds, limits: Limits) -> Evaluated {
    // Parsing needs no functions; many a save while typing does not come further.
    let mut parser = Engine::new_raw();
    restrict(&mut parser, limits);
    let mut loader = Loader::new(&parser, kinds, limits, source);
    let main = loader.load(source.name.clone(), &source.text, String::new());
    let Loader { imported, paths, faults, .. } = loader;

    let mut session = Session::new(kinds.clone(), limits, source.name.clone());
    faults.into_iter().for_each(|fault| session.fault(fault));
    let (Some(main), Some(imported)) = (
        main,
        imported.into_iter().map(|(path, parsed)| Some((path, parsed?))).collect::<Option<HashMap<_, _>>>(),
    ) else {
        return finish(session, paths);
    };

    let mut files = HashMap::new();
    let mut break_points = Vec::new();
    let mut unknown = Vec::new();
    let mut bare = HashMap::new();
    let mut guesses = Vec::new();
    let ast = main.ast.clone();
    let all =
        std::iter::once((None, main)).chain(imported.into_iter().map(|(path, file)| (Some(path), file)));
    for (path, parsed) in all {
        let Parsed { file, ast, bodies, reading, prefix } = parsed;
        let starts = bodies.iter().filter_map(|body| body.start);
        break_points.extend(starts.map(|start| BreakPoint::AtPosition {
            source: Some((&*file.name).into()),
            pos: Position::new(start.line as u16, start.column as u16),
            enabled: true,
        }));
        unknown.extend(reading.unknown_variables);
        let spots = reading
            .bare_nodes
            .into_iter()
            .map(|(name, place)| (name, Spot { file: file.name.clone(), place: Some(place) }));
        bare.extend(spots);
        reading.faults.into_iter().for_each(|fault| session.fault(fault));
        guesses.extend(reading.guesses);
        session.is_cut |= reading.is_cut;
        if let Some(path) = path {
            files.insert(path, (file.name.clone(), ast));
        }
        session.scripts.insert(file.name.clone(), Script { file, sites: reading.sites, prefix });
    }

    if session.is_cut {
        guesses.into_iter().for_each(|fault| session.fault_of_place(fault));
        return finish(session, paths);
    }
    let mut engine = Engine::new();
    restrict(&mut engine, limits);
    let session: Shared = Rc::new(RefCell::new(session));
    api::install(&mut engine, &session);
    watch_calls(&mut engine, &session, break_points);
    resolve_variables(&mut engine, &session, unknown, bare);
    engine.set_module_resolver(Resolver { session: session.clone(), files, done: RefCell::default() });
    run_statements(&mut engine, &session, &ast);
    drop(engine);
    match Rc::try_unwrap(session) {
        Ok(session) => {
            let mut session = session.into_inner();
            guesses.into_iter().for_each(|fault| session.fault_of_place(fault));
            finish(session, paths)
        }
        Err(_) => Evaluated::default(),
    }
}

fn restrict(engine: &mut Engine, limits: Limits) {
    let deadline = Instant::now() + limits.time;
    let work = ThreadTime::now();
    engine
        .set_optimization_level(OptimizationLevel::None)
        // Whole numbers are divided by a function of ours, which warns.
        .set_fast_operators(false)
        .set_max_operations(limits.operations)
        .set_max_call_levels(limits.call_depth)
        .set_max_expr_depths(limits.expression_depth, limits.expression_depth)
        .set_max_string_size(limits.text_bytes)
        .set_max_array_size(limits.list_members)
        .set_max_map_size(limits.map_entries)
        .set_max_modules(limits.imports)
        .disable_symbol("eval")
        .on_progress(move |operations| {
            // One step may compare two long lists: the clocks are looked at often enough for that.
            let late = operations % STEPS_BETWEEN_LOOKS == 0
                && (work.elapsed() > limits.work || Instant::now() > deadline);
            late.then_some(Dynamic::UNIT)
        });
}

/// Lets the session know when a function of the script is entered.
#[expect(deprecated, reason = "rhai marks its debugger so to say that it may change")]
fn watch_calls(engine: &mut Engine, session: &Shared, break_points: Vec<BreakPoint>) {
    let session = session.clone();
    engine.register_debugger(
        move |_, mut debugger| {
            debugger.break_points_mut().extend(break_points.iter().cloned());
            debugger
        },
        move |context, event, _, _, _| {
            if let rhai::debugger::DebuggerEvent::BreakPoint(_) = event {
                session.borrow_mut().enter(context.global_runtime_state().debugger().call_stack());
            }
            Ok(DebuggerCommand::Continue)
        },
    );
}

/// A kind's name alone is one node, whoever reads it: `mouse.x`. Another variable that does not exist has been
/// reported already: the run goes on with a placeholder.
#[expect(deprecated, reason = "rhai marks its variable resolver so to say that it may change")]
fn resolve_variables(
    engine: &mut Engine,
    session: &Shared,
    unknown: Vec<String>,
    bare: HashMap<String, Spot>,
) {
    if unknown.is_empty() && bare.is_empty() {
        return;
    }
    let session = session.clone();
    engine.on_var(move |name, index, context| {
        if index != 0 || context.scope().contains(name) {
            return Ok(None);
        }
        if let Some(spot) = bare.get(name) {
            return Ok(Some(Dynamic::from(session.borrow_mut().bare_node(name, spot))));
        }
        let missing = unknown.iter().any(|unknown| unknown == name);
        Ok(missing.then(|| Dynamic::from(Handle::PLACEHOLDER)))
    });
}

/// Runs the statements of the patch. After a fault the next one goes on, so that all faults are reported.
fn run_statements(engine: &mut Engine, session: &Shared, ast: &AST) {
    let counter = session.clone();
    engine.register_fn(MARK, move || counter.borrow_mut().statement += 1);
    let Ok(mark) = engine.compile(format!("{MARK}()")) else { return };
    let main = session.borrow().running.first().cloned().unwrap_or_default();
    let statements = ast.statements();
    let mut scope = Scope::new();
    let mut start = 0;
    while start < statements.len() {
        session.borrow_mut().statement = start;
        let imports = statements[..start].iter().filter(|statement| matches!(statement, Stmt::Import(..)));
        let rest = statements[start..]
            .iter()
            .flat_map(|statement| mark.statements().iter().cloned().chain([statement.clone()]));
        let program = AST::new_with_source(imports.cloned().chain(rest), ast.shared_lib().clone(), &*main);
        let Err(error) = engine.run_ast_with_scope(&mut scope, &program) else { return };
        let failed = session.borrow().statement.saturating_sub(1).max(start);
        tell(session, &error, &main, &scope, start > 0);
        match statements.get(failed) {
            _ if errors::is_final(&error) => return,
            _ if session.borrow().is_full() => {
                session.borrow_mut().is_cut |= failed + 1 < statements.len();
                return;
            }
            None | Some(Stmt::Import(..)) => return,
            Some(Stmt::Var(parts, ..)) => {
                scope.push_dynamic(parts.0.name.as_str(), Dynamic::from(Handle::PLACEHOLDER));
            }
            Some(_) => {}
        }
        start = failed + 1;
    }
}

fn tell(session: &Shared, error: &EvalAltResult, main: &Arc<str>, scope: &Scope<'_>, resumed: bool) {
    let fault = errors::of_run(&session.borrow(), error, main, scope);
    // Constants of the patch are known to its functions only in an undisturbed run.
    if resumed && fault.message.contains("`global::") {
        return;
    }
    session.borrow_mut().fault_of_place(fault);
}

fn finish(session: Session, imports: Vec<std::path::PathBuf>) -> Evaluated {
    let keys = names::keys(&session.nodes, &session.calls);
    let mut diagnostics = session.diagnostics;
    let main = session.running.first().cloned().unwrap_or_default();
    diagnostics.sort_by_key(|diagnostic| {
        diagnostic.span.as_ref().map(|span| (span.file != main, span.file.clone(), span.line, span.column))
    });
    if session.is_cut {
        diagnostics.push(Diagnostic::error(format!(
            "there may be more faults: only the first {} are looked for",
            session.limits.faults
        )));
    }
    let nodes = session.nodes.into_iter().zip(keys).map(|(made, key)| NodeDesc {
        key,
        kind: made.kind.name.to_owned(),
        inputs: made.inputs,
        options: made.options,
        span: made.span,
    });
    Evaluated {
        graph: GraphDesc { canvas_px: session.canvas_px, nodes: nodes.collect() },
        diagnostics,
        imports,
        log: session.log,
    }
}
