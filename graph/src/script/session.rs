//! What one evaluation has made so far, shared by every function that the script can call.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use rhai::debugger::CallStackFrame;
use rhai::{EvalAltResult, NativeCallContext, Position};

use super::files::{File, Place};
use super::limits::Limits;
use super::outcome::LogLine;
use super::sites::{Argument, Sites, Target};
use super::values::Handle;
use super::vocabulary::is_closure;
use crate::description::{GivenInput, GivenOption};
use crate::diagnostic::{Diagnostic, Span};
use crate::kinds::Kinds;
use crate::spec::NodeSpec;

/// A file as the run needs it.
#[derive(Debug)]
pub(super) struct Script {
    pub file: File,
    pub sites: Sites,
    /// Goes in front of what the file makes outside functions: nothing for the patch itself.
    pub prefix: String,
}

/// A node that the script has made.
#[derive(Debug)]
pub(super) struct Made {
    pub kind: &'static NodeSpec,
    pub inputs: BTreeMap<String, GivenInput>,
    pub options: BTreeMap<String, GivenOption>,
    pub span: Option<Span>,
    pub origin: Origin,
    /// By `.named("…")`.
    pub named: Option<String>,
}

/// Where a node or a call comes from, for its name.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    /// The call around, a position in [`Session::calls`].
    pub call: Option<usize>,
    /// Prefix of the file whose top was running.
    pub prefix: String,
    /// What the place is named after.
    pub target: Option<Target>,
}

/// One call of a script function.
#[derive(Debug)]
pub(super) struct Call {
    pub function: String,
    pub origin: Origin,
}

/// A call that has not returned, or has but nothing has been called since.
#[derive(Debug)]
struct Live {
    depth: usize,
    function: String,
    position: Position,
    call: usize,
}

/// What one evaluation has made so far.
pub(super) struct Session {
    pub kinds: Kinds,
    pub limits: Limits,
    pub scripts: HashMap<Arc<str>, Script>,
    /// Files whose top is running, the patch first.
    pub running: Vec<Arc<str>>,
    pub nodes: Vec<Made>,
    pub calls: Vec<Call>,
    pub canvas_px: Option<[u32; 2]>,
    pub diagnostics: Vec<Diagnostic>,
    pub log: Vec<LogLine>,
    /// The statement of the patch that is running.
    pub statement: usize,
    /// Why the script was stopped for good.
    pub stopped: Option<Diagnostic>,
    /// Whether there were more faults than are reported at once.
    pub is_cut: bool,
    /// Nodes by the names of their kinds alone.
    bare: HashMap<String, Handle>,
    live: Vec<Live>,
    told: HashSet<(Option<Span>, String)>,
}

/// A place in one of the files.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub file: Arc<str>,
    pub place: Option<Place>,
}

impl Session {
    pub(super) fn new(kinds: Kinds, limits: Limits, main: Arc<str>) -> Session {
        Session {
            kinds,
            limits,
            scripts: HashMap::new(),
            running: vec![main],
            nodes: Vec::new(),
            calls: Vec::new(),
            canvas_px: None,
            diagnostics: Vec::new(),
            log: Vec::new(),
            statement: 0,
            stopped: None,
            is_cut: false,
            bare: HashMap::new(),
            live: Vec::new(),
            told: HashSet::new(),
        }
    }

    /// Where a function of ours is called.
    pub(super) fn spot(&self, context: &NativeCallContext<'_>) -> Spot {
        let file = context.call_source().map_or_else(|| self.top(), Arc::from);
        Spot { file, place: Place::of(context.call_position()) }
    }

    /// The arguments as written at a call.
    pub(super) fn written(&self, spot: &Spot) -> Vec<Argument> {
        let site = self.scripts.get(&spot.file).zip(spot.place);
        site.and_then(|(script, place)| script.sites.calls.get(&place)).cloned().unwrap_or_default()
    }

    pub(super) fn span(&self, spot: &Spot) -> Option<Span> {
        Some(self.scripts.get(&spot.file)?.file.span(spot.place?))
    }

    /// Lets a diagnostic point at a place.
    pub(super) fn point(&self, diagnostic: Diagnostic, spot: &Spot) -> Diagnostic {
        match self.scripts.get(&spot.file) {
            Some(script) => script.file.point(diagnostic, spot.place),
            None => diagnostic,
        }
    }

    /// Tells a fault, once.
    pub(super) fn fault(&mut self, diagnostic: Diagnostic) {
        if self.told.contains(&(diagnostic.span.clone(), diagnostic.message.clone())) {
            return;
        }
        if self.is_full() {
            self.is_cut = true;
            return;
        }
        self.told.insert((diagnostic.span.clone(), diagnostic.message.clone()));
        self.diagnostics.push(diagnostic);
    }

    /// Whether no more faults are reported.
    pub(super) fn is_full(&self) -> bool {
        self.diagnostics.len() >= self.limits.faults
    }

    /// Tells a fault, unless one has been reported at the same place.
    pub(super) fn fault_of_place(&mut self, diagnostic: Diagnostic) {
        let told = self.diagnostics.iter().any(|other| other.is_error() && other.span == diagnostic.span);
        if !told || diagnostic.span.is_none() {
            self.fault(diagnostic);
        }
    }

    /// Tells a warning, unless one has been reported at the same place.
    pub(super) fn warning_of_place(&mut self, diagnostic: Diagnostic) {
        if !self.diagnostics.iter().any(|other| other.span == diagnostic.span) {
            self.fault(diagnostic);
        }
    }

    /// The one node that a kind's name alone stands for.
    pub(super) fn bare_node(&mut self, name: &str, spot: &Spot) -> Handle {
        if let Some(handle) = self.bare.get(name) {
            return handle.clone();
        }
        let Ok(kind) = self.kinds.get(name) else { return Handle::PLACEHOLDER };
        let port = kind.outputs.first().map(|output| output.port);
        let handle = Handle { node: Some(self.nodes.len()), output: 0, port };
        let target = Some(Target::Named(name.to_owned()));
        let origin = Origin { call: None, prefix: String::new(), target };
        let (inputs, options, span) = (BTreeMap::new(), BTreeMap::new(), self.span(spot));
        self.nodes.push(Made { kind, inputs, options, span, origin, named: None });
        self.bare.insert(name.to_owned(), handle.clone());
        handle
    }

    /// Stops the script for good.
    pub(super) fn stop(&mut self, diagnostic: Diagnostic, position: Position) -> Box<EvalAltResult> {
        self.stopped = Some(diagnostic);
        Box::new(EvalAltResult::ErrorTerminated(rhai::Dynamic::UNIT, position))
    }

    /// A call of a script function begins; `stack` ends with it.
    pub(super) fn enter(&mut self, stack: &[CallStackFrame]) {
        let Some((frame, before)) = stack.split_last() else { return };
        if is_closure(&frame.fn_name) {
            return;
        }
        self.settle(before);
        let parent = self.live.last().map(|live| live.call);
        let target = self.target_of(before, frame.pos);
        let origin = Origin { call: parent, prefix: self.prefix(), target };
        self.live.push(Live {
            depth: before.len(),
            function: frame.fn_name.to_string(),
            position: frame.pos,
            call: self.calls.len(),
        });
        self.calls.push(Call { function: frame.fn_name.to_string(), origin });
    }

    /// Where the node that is being made comes from.
    pub(super) fn origin(&mut self, context: &NativeCallContext<'_>) -> Origin {
        let stack = context.debugger().map_or(&[][..], |debugger| debugger.call_stack());
        let before = stack.split_last().map_or(&[][..], |(_, before)| before);
        self.settle(before);
        let target = self.target_of(before, context.call_position());
        Origin { call: self.live.last().map(|live| live.call), prefix: self.prefix(), target }
    }

    fn top(&self) -> Arc<str> {
        self.running.last().cloned().unwrap_or_default()
    }

    fn prefix(&self) -> String {
        self.scripts.get(&self.top()).map(|script| script.prefix.clone()).unwrap_or_default()
    }

    /// Forgets the calls that are not on the stack any more.
    fn settle(&mut self, stack: &[CallStackFrame]) {
        let on_stack = |live: &Live| {
            stack
                .get(live.depth)
                .is_some_and(|frame| frame.fn_name == live.function && frame.pos == live.position)
        };
        let keep = self.live.iter().take_while(|live| on_stack(live)).count();
        self.live.truncate(keep);
    }

    /// What a call is named after that is made at a position, below the calls of a stack.
    fn target_of(&self, stack: &[CallStackFrame], position: Position) -> Option<Target> {
        let target = self.target_at(stack, position)?;
        let (innermost, before) = match stack.split_last() {
            Some((innermost, before)) => (Some(innermost), before),
            None => (None, stack),
        };
        match (&target, innermost) {
            (Target::Named(_), _) => Some(target),
            // What a closure gives is named after the call that called it: `let ys = xs.map(|x| …)`.
            (Target::Outcome(_), Some(frame)) if is_closure(&frame.fn_name) => {
                let direct = self.target_at(before, frame.pos);
                let through =
                    before.split_last().and_then(|(caller, before)| self.target_at(before, caller.pos));
                direct.or(through).filter(|target| matches!(target, Target::Named(_)))
            }
            (Target::Outcome(_), Some(_)) => Some(target),
            (Target::Outcome(_), None) => None,
        }
    }

    fn target_at(&self, stack: &[CallStackFrame], position: Position) -> Option<Target> {
        let file = match stack.last().and_then(|frame| frame.source.as_deref()) {
            Some(source) => Arc::from(source),
            None => self.top(),
        };
        self.scripts.get(&file)?.sites.targets.get(&Place::of(position)?).cloned()
    }
}
