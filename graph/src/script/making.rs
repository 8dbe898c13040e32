//! How a function of a script is registered, and how it makes a node.

use std::any::TypeId;
use std::cell::RefCell;
use std::rc::Rc;

use rhai::{Dynamic, Engine, EvalAltResult, NativeCallContext};

use super::arguments;
use super::session::{Made, Origin, Session, Spot};
use super::sites::Argument;
use super::values::{self, Handle};
use crate::diagnostic::Diagnostic;
use crate::spec::NodeSpec;

pub(super) type Shared = Rc<RefCell<Session>>;
pub(super) type Result<T = Dynamic> = std::result::Result<T, Box<EvalAltResult>>;

/// Registers a function for any values.
pub(super) fn register(
    engine: &mut Engine,
    session: &Shared,
    name: &str,
    arity: usize,
    function: impl Fn(&Shared, &NativeCallContext<'_>, Vec<Dynamic>) -> Result + 'static,
) {
    let types = vec![TypeId::of::<Dynamic>(); arity];
    register_for(engine, session, name, &types, function);
}

pub(super) fn register_for(
    engine: &mut Engine,
    session: &Shared,
    name: &str,
    types: &[TypeId],
    function: impl Fn(&Shared, &NativeCallContext<'_>, Vec<Dynamic>) -> Result + 'static,
) {
    let session = session.clone();
    engine.register_raw_fn(
        name,
        types,
        move |context: NativeCallContext<'_>, values: &mut [&mut Dynamic]| {
            function(&session, &context, values.iter().map(|value| values::own(value)).collect())
        },
    );
}

/// Whether a node has the name of the place where it is made.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum IsNamed {
    /// By its variable.
    Yes,
    /// By what reads it: a node that stands behind another.
    ByReader,
}

/// Makes a node of a kind from values that are written there.
pub(super) fn build(
    session: &Shared,
    context: &NativeCallContext<'_>,
    kind: &'static NodeSpec,
    values: &[Dynamic],
    written: &[Argument],
    is_named: IsNamed,
) -> Result {
    let mut session = session.borrow_mut();
    let spot = session.spot(context);
    if session.nodes.len() >= session.limits.nodes {
        let fault = Diagnostic::error(format!("the patch makes more than {} nodes", session.limits.nodes))
            .help("look for a loop that makes nodes");
        let fault = session.point(fault, &spot);
        return Err(session.stop(fault, context.call_position()));
    }
    let bound = {
        let Some(script) = session.scripts.get(&spot.file) else {
            return Ok(Dynamic::from(Handle::PLACEHOLDER));
        };
        let first = session.nodes.len();
        arguments::bind(kind, values, written, &script.file, spot.place, &session.kinds, first)
    };
    bound.faults.into_iter().for_each(|fault| session.fault(fault));
    let mut origin = session.origin(context);
    let span = session.span(&spot);
    for (kind, options) in bound.made {
        let origin = Origin { target: None, ..origin.clone() };
        let (inputs, span) = (Default::default(), span.clone());
        session.nodes.push(Made { kind, inputs, options, span, origin, named: None });
    }
    if is_named == IsNamed::ByReader {
        origin.target = None;
    }
    let node = session.nodes.len();
    let (inputs, options) = (bound.inputs, bound.options);
    session.nodes.push(Made { kind, inputs, options, span, origin, named: None });
    let port = kind.outputs.first().map(|output| output.port);
    Ok(Dynamic::from(Handle { node: Some(node), output: 0, port }))
}

/// Tells a fault at a place.
pub(super) fn tell(session: &Shared, spot: &Spot, fault: Diagnostic) {
    let mut session = session.borrow_mut();
    let fault = session.point(fault, spot);
    session.fault(fault);
}
