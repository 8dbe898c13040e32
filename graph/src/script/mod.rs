//! Patches in rhai.
//!
//! A script is read (its syntax tree is walked for every fault that can be seen), then run once. Each
//! kind is a function and a method of its first input; calling it makes a node. What
//! comes out is a description of a graph, and every fault at once.

mod api;
mod arguments;
mod bodies;
mod checks;
mod colour_words;
mod colours;
mod errors;
mod faults;
mod files;
mod imports;
mod limits;
mod making;
mod names;
mod numbers;
mod operators;
mod outcome;
mod run;
mod session;
mod shorthand;
mod sites;
mod spelling;
mod values;
mod vocabulary;
mod walk;

pub use limits::Limits;
pub use outcome::{Evaluated, LogLine, Source};

use crate::diagnostic::Diagnostic;
use crate::kinds::Kinds;

/// Evaluates a patch. Takes milliseconds, and seconds at most; call it off the render thread.
pub fn evaluate(source: &Source, kinds: &Kinds) -> Evaluated {
    evaluate_within(source, kinds, Limits::default())
}

/// Evaluates a patch within other limits.
pub fn evaluate_within(source: &Source, kinds: &Kinds, limits: Limits) -> Evaluated {
    // A thread of its own: deep scripts need a deep stack, and a fault inside the interpreter must
    // stop nothing else.
    let outcome = std::thread::scope(|scope| {
        std::thread::Builder::new()
            .name("script".into())
            .stack_size(limits::STACK_BYTES)
            .spawn_scoped(scope, || run::run(source, kinds, limits))
            .map(|thread| thread.join())
    });
    match outcome {
        Ok(Ok(evaluated)) => evaluated,
        Ok(Err(_)) => failed("the script broke the interpreter", "change what was written last"),
        Err(error) => failed(&format!("the script cannot be started: {error}"), "save it again"),
    }
}

fn failed(message: &str, help: &str) -> Evaluated {
    let diagnostics = vec![Diagnostic::error(message).help(help)];
    Evaluated { diagnostics, ..Evaluated::default() }
}

/// Whether scripts can use a name for a kind, an input, an option or an output: words of the
/// language cannot be.
pub fn is_usable_name(name: &str) -> bool {
    let engine = rhai::Engine::new_raw();
    rhai::is_valid_identifier(name)
        && engine
            .compile(format!(
                "let {name} = 1; {name}(#{{ {name}: {name} }}); {name}.{name}; {name}.{name}(1);"
            ))
            .is_ok()
}
