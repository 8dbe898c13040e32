//! What a node reads and writes in one frame, through the typed keys of its declaration.

use std::cell::Cell;
use std::sync::Arc;

use crate::context::FrameCtx;
use crate::fault::Fault;
use crate::frame::{Frame, FrameId, Pixels};
use crate::gpu::WireId;
use crate::notes::{NoteIo, NotesInput};
use crate::plan::{Plan, PlanNode, Source};
use crate::port::{Colour, Control, List, Note, Notes, Port, Style, Trigger};
use crate::slot::{Hands, Outputs, members, number, on_wire};
use crate::spec::{In, InputSpec, Out, Unwired};
use crate::typed_key::Unlisted;
use crate::value::Value;

/// One node's view of the graph in one frame. A key that its kind does not list reads as nothing, writes
/// nothing, and is the node's fault.
pub struct Io<'a> {
    pub(crate) uid: u64,
    pub(crate) plan: &'a Plan,
    /// Its place in the plan.
    pub(crate) place: usize,
    pub(crate) planned: &'a PlanNode,
    /// In the order of the inputs.
    pub(crate) hands: &'a [Hands],
    pub(crate) notes_inputs: &'a [NotesInput],
    pub(crate) wires: &'a [Outputs],
    pub(crate) outputs: &'a mut [Value],
    /// The key that was used last and is not listed.
    pub(crate) unlisted: Cell<Option<Unlisted>>,
}

impl<'a> Io<'a> {
    /// The position of an input, if the node has it: for names that are known only while it runs.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.planned.inputs.iter().position(|input| input.name == name)
    }

    /// The inputs that the node has, a shader's parameters included.
    pub fn inputs(&self) -> &'a [InputSpec] {
        &self.planned.inputs
    }

    /// Whether another node reads an output: what no one reads need not be made.
    pub fn is_read<P: Port>(&self, key: &Out<P>) -> bool {
        let Some(wanted) = self.listed(self.planned.positions.output(key)) else { return false };
        let sources = self.plan.nodes.iter().flat_map(|node| &node.sources);
        sources.flat_map(members).any(
            |source| matches!(source, Source::Wire { node, output } if (*node, *output) == (self.place, wanted)),
        )
    }

    fn listed(&self, found: Result<usize, Unlisted>) -> Option<usize> {
        found.map_err(|unlisted| self.unlisted.set(Some(unlisted))).ok()
    }

    fn input<P: Port>(&self, key: &In<P>) -> Option<usize> {
        self.listed(self.planned.positions.input(key))
    }

    fn source(&self, position: usize) -> &'a Source {
        &self.planned.sources[position]
    }

    fn members<P: Port>(&self, key: &In<P>) -> &'a [Source] {
        self.input(key).map_or(&[], |position| members(self.source(position)))
    }

    /// A control, clamped to its hard range; what is not a number is the input's default.
    pub fn control(&self, key: &In<Control>) -> f64 {
        self.input(key).map_or(0.0, |position| self.control_at(position))
    }

    /// A control by position.
    pub fn control_at(&self, position: usize) -> f64 {
        let hand = self.hands[position].get(0);
        number(&self.planned.inputs[position], self.source(position), hand, self.wires)
    }

    /// The members of a list of controls.
    pub fn controls(&self, key: &In<List<Control>>) -> impl Iterator<Item = f64> + '_ {
        self.input(key).into_iter().flat_map(move |position| {
            let (spec, hands) = (&self.planned.inputs[position], &self.hands[position]);
            let sources = members(self.source(position)).iter().enumerate();
            sources.map(move |(member, source)| number(spec, source, hands.get(member), self.wires))
        })
    }

    /// A colour.
    pub fn colour(&self, key: &In<Colour>) -> Colour {
        self.input(key).map_or(Colour::BLACK, |position| self.colour_at(position))
    }

    /// A colour by position.
    pub fn colour_at(&self, position: usize) -> Colour {
        let raw = match self.source(position) {
            Source::Colour(colour) => Some(*colour),
            source => match self.value(source) {
                Some(Value::Colour(colour)) => Some(*colour),
                _ => None,
            },
        };
        let default = match self.planned.inputs[position].unwired {
            Unwired::Colour(colour) => colour,
            _ => Colour::BLACK,
        };
        let colour = raw.unwrap_or(default);
        if colour.0.iter().all(|component| component.is_finite()) { colour } else { default }
    }

    /// A picture; `None` when nothing is wired, or nothing has been made yet.
    pub fn frame(&self, key: &In<Frame>) -> Option<&'a Frame> {
        self.frame_at(self.input(key)?)
    }

    /// A picture by position.
    pub fn frame_at(&self, position: usize) -> Option<&'a Frame> {
        match self.value(self.source(position))? {
            Value::Frame(frame) => frame.as_ref(),
            _ => None,
        }
    }

    /// The members of a list of pictures.
    pub fn frames(&self, key: &In<List<Frame>>) -> impl Iterator<Item = Option<&'a Frame>> + '_ {
        self.members(key).iter().map(|source| match self.value(source)? {
            Value::Frame(frame) => frame.as_ref(),
            _ => None,
        })
    }

    /// Whether a wire, a number or a colour was given for an input.
    pub fn is_given(&self, position: usize) -> bool {
        *self.source(position) != Source::Empty
    }

    /// The pixels of a picture in memory. Behind a GPU node they are read back: live, the newest
    /// that have arrived (so the first frames may have none), offline those of this frame.
    pub fn pixels(&self, ctx: &mut FrameCtx<'_>, key: &In<Frame>) -> Result<Option<Arc<Pixels>>, Fault> {
        Ok(self.known_pixels(ctx, key)?.map(|(pixels, _)| pixels))
    }

    /// As [`Io::pixels`], and says which picture they are those of: live, an earlier one.
    pub fn known_pixels(
        &self,
        ctx: &mut FrameCtx<'_>,
        key: &In<Frame>,
    ) -> Result<Option<(Arc<Pixels>, FrameId)>, Fault> {
        let Some(position) = self.input(key) else { return Ok(None) };
        let Some(frame) = self.frame_at(position) else { return Ok(None) };
        if let Some(pixels) = frame.memory() {
            return Ok(Some((pixels.clone(), frame.id())));
        }
        let Source::Wire { node, output } = *self.source(position) else { return Ok(None) };
        let wire = WireId { node: self.wires[node].uid, output };
        let wait = ctx.offline;
        ctx.gpu()?.read_back_known(wire, frame, wait)
    }

    /// The pixels of a picture that the node has made itself and that is on no wire; `which` tells
    /// apart those of one node. They come as those of [`Io::pixels`].
    pub fn read_back(
        &self,
        ctx: &mut FrameCtx<'_>,
        frame: &Frame,
        which: usize,
    ) -> Result<Option<Arc<Pixels>>, Fault> {
        let wire = WireId { node: self.uid, output: self.outputs.len() + which };
        let wait = ctx.offline;
        ctx.gpu()?.read_back(wire, frame, wait)
    }

    /// A style; `None` when nothing is wired, or nothing has been made yet.
    pub fn style(&self, key: &In<Style>) -> Option<&'a Style> {
        style_of(self.value(self.source(self.input(key)?))?)
    }

    /// The members of a list of styles.
    pub fn styles(&self, key: &In<List<Style>>) -> impl Iterator<Item = Option<&'a Style>> + '_ {
        self.members(key).iter().map(|source| style_of(self.value(source)?))
    }

    /// The note events of this frame, in the order of their samples. A wire that has gone away since the
    /// frame before ends the notes that sound on it.
    pub fn notes(&self, key: &In<Notes>) -> &'a [Note] {
        self.input(key).map_or(&[], |position| self.notes_at(position))
    }

    fn notes_at(&self, position: usize) -> &'a [Note] {
        let notes: &[Note] = match self.value(self.source(position)) {
            Some(Value::Notes(notes)) => notes,
            _ => &[],
        };
        let input = self.notes_inputs.iter().find(|input| input.position == position);
        input.map_or(notes, |input| input.events(notes))
    }

    /// The edges of a trigger in this frame.
    pub fn trigger(&self, key: &In<Trigger>) -> u32 {
        self.input(key).map_or(0, |position| self.trigger_at(position))
    }

    /// The edges of a trigger in this frame, by position.
    pub fn trigger_at(&self, position: usize) -> u32 {
        match self.value(self.source(position)) {
            Some(Value::Trigger(edges)) => *edges,
            _ => 0,
        }
    }

    fn value(&self, source: &Source) -> Option<&'a Value> {
        on_wire(source, self.wires)
    }

    fn out<P: Port>(&mut self, key: &Out<P>) -> Option<&mut Value> {
        let position = self.listed(self.planned.positions.output(key))?;
        self.outputs.get_mut(position)
    }

    fn set<P: Port>(&mut self, key: &Out<P>, value: Value) {
        if let Some(out) = self.out(key) {
            *out = value;
        }
    }

    /// Writes a control. What is not finite is not written: the last value stands.
    pub fn set_control(&mut self, key: &Out<Control>, value: f64) {
        if value.is_finite() {
            self.set(key, Value::Control(value));
        }
    }

    /// Writes a colour.
    pub fn set_colour(&mut self, key: &Out<Colour>, colour: Colour) {
        self.set(key, Value::Colour(colour));
    }

    /// Writes a picture.
    pub fn set_frame(&mut self, key: &Out<Frame>, frame: Frame) {
        self.set(key, Value::Frame(Some(frame)));
    }

    /// Takes the picture away: nothing has been made yet.
    pub fn clear_frame(&mut self, key: &Out<Frame>) {
        self.set(key, Value::Frame(None));
    }

    /// Writes a style.
    pub fn set_style(&mut self, key: &Out<Style>, style: Style) {
        self.set(key, Value::Style(Some(style)));
    }

    /// Writes the edges of a trigger in this frame.
    pub fn set_trigger(&mut self, key: &Out<Trigger>, edges: u32) {
        self.set(key, Value::Trigger(edges));
    }

    /// The note events of this frame, to be filled; empty at the start of each frame. The engine puts
    /// them in the order of their times.
    pub fn notes_out(&mut self, key: &Out<Notes>) -> Option<&mut Vec<Note>> {
        match self.out(key) {
            Some(Value::Notes(notes)) => Some(notes),
            _ => None,
        }
    }
}

impl<'a> NoteIo<'a> for Io<'a> {
    fn control(&self, key: &In<Control>) -> f64 {
        Io::control(self, key)
    }

    fn notes(&self, key: &In<Notes>) -> &'a [Note] {
        Io::notes(self, key)
    }

    fn write_note(&mut self, key: &Out<Notes>, note: Note) {
        if let Some(notes) = self.notes_out(key) {
            notes.push(note);
        }
    }
}

fn style_of(value: &Value) -> Option<&Style> {
    match value {
        Value::Style(style) => style.as_ref(),
        _ => None,
    }
}
