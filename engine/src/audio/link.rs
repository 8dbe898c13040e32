//! What the two halves of a node share.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};

use super::notes::NoteQueue;
use crate::plan::Source;
use crate::port::{Note, PortType};
use crate::spec::{InputSpec, OutputSpec, Unwired};
use crate::typed_key::Unlisted;

/// What the two halves of a node share: the values of its controls and the notes that it writes on their way
/// to the audio half, and the health of the audio half on its way back. It lives as long as the node does.
#[derive(Debug)]
pub struct AudioLink {
    /// Where the cells of each input start, and behind the last input their number.
    starts: Box<[usize]>,
    /// The newest value of each control and of each member of a list of controls, as bits.
    cells: Box<[AtomicU64]>,
    /// Each output whose notes the frame half writes, by position.
    notes: Arc<[(usize, NoteQueue)]>,
    silenced: AtomicU64,
    panicked: AtomicBool,
    /// A key that the audio half uses and that its kind does not list: the first.
    unlisted: OnceLock<Unlisted>,
}

impl AudioLink {
    /// Constants stand at their value, wired controls at their default. `outputs` are those whose notes the
    /// frame half writes.
    pub(crate) fn new(inputs: &[InputSpec], sources: &[Source], outputs: &[OutputSpec]) -> AudioLink {
        let notes = outputs.iter().enumerate().filter(|(_, output)| output.port == PortType::Notes);
        let notes = notes.map(|(position, _)| (position, NoteQueue::new())).collect();
        AudioLink::with_notes(inputs, sources, notes)
    }

    fn with_notes(inputs: &[InputSpec], sources: &[Source], notes: Arc<[(usize, NoteQueue)]>) -> AudioLink {
        let starts = starts(inputs, sources);
        let mut cells = Vec::new();
        for (spec, source) in inputs.iter().zip(sources) {
            match source {
                _ if spec.port != PortType::Control => {}
                Source::List(members) if spec.list => {
                    cells.extend(members.iter().map(|member| first_value(spec, member)));
                }
                source => cells.push(first_value(spec, source)),
            }
        }
        let cells = cells.into_iter().map(|value: f64| AtomicU64::new(value.to_bits())).collect();
        let (silenced, panicked, unlisted) = Default::default();
        AudioLink { starts, cells, notes, silenced, panicked, unlisted }
    }

    /// Whether the cells are those that these inputs need.
    pub(crate) fn fits(&self, inputs: &[InputSpec], sources: &[Source]) -> bool {
        self.starts == starts(inputs, sources)
    }

    /// For the same node when a list has changed its length: with its values, its health and its notes.
    pub(crate) fn resized(&self, inputs: &[InputSpec], sources: &[Source]) -> AudioLink {
        let link = AudioLink::with_notes(inputs, sources, self.notes.clone());
        link.resume(self);
        link
    }

    fn resume(&self, old: &AudioLink) {
        for position in 0..self.starts.len().saturating_sub(1) {
            for member in 0.. {
                let (Some(cell), Some(before)) = (self.cell(position, member), old.cell(position, member))
                else {
                    break;
                };
                cell.store(before.load(Relaxed), Relaxed);
            }
        }
        self.silenced.store(old.silenced(), Relaxed);
        self.panicked.store(old.panicked(), Relaxed);
        if let Some(unlisted) = old.unlisted() {
            self.report_unlisted(unlisted);
        }
    }

    /// Writes the newest value of a control, or of a member of a list of controls (a single control
    /// is member 0). In the input's range, and a number. What has no cell is ignored.
    pub fn store(&self, position: usize, member: usize, value: f64) {
        if let Some(cell) = self.cell(position, member) {
            cell.store(value.to_bits(), Relaxed);
        }
    }

    /// Sends the notes of a frame that an output has written, in the order of their samples. When thousands
    /// come at once, all notes end. An output whose notes the audio half makes sends none.
    pub(crate) fn push_notes(&self, output: usize, notes: &[Note]) {
        if let Some(queue) = self.queue(output) {
            notes.iter().for_each(|note| queue.push(note));
        }
    }

    /// What writes the notes is gone: all of them end at a sample.
    pub(crate) fn end_notes(&self, sample: u64) {
        self.notes.iter().for_each(|(_, queue)| queue.push_end(sample));
    }

    /// The notes of an output that the frame half writes.
    pub(crate) fn queue(&self, output: usize) -> Option<&NoteQueue> {
        self.notes.iter().find(|(at, _)| *at == output).map(|(_, queue)| queue)
    }

    /// The newest value of a control.
    pub(crate) fn load(&self, position: usize, member: usize) -> Option<f64> {
        self.cell(position, member).map(|cell| f64::from_bits(cell.load(Relaxed)))
    }

    fn cell(&self, position: usize, member: usize) -> Option<&AtomicU64> {
        let (start, end) = (*self.starts.get(position)?, *self.starts.get(position + 1)?);
        self.cells.get(start..end)?.get(member)
    }

    /// How many samples of the audio half became silence because they were not numbers, or louder
    /// than [`LOUDEST`](super::LOUDEST).
    pub fn silenced(&self) -> u64 {
        self.silenced.load(Relaxed)
    }

    /// Whether the audio half panicked; it is silent since.
    pub fn panicked(&self) -> bool {
        self.panicked.load(Relaxed)
    }

    /// A key that the audio half uses and that its kind does not list.
    pub fn unlisted(&self) -> Option<Unlisted> {
        self.unlisted.get().copied()
    }

    pub(crate) fn report_unlisted(&self, unlisted: Unlisted) {
        // The first stands.
        let _ = self.unlisted.set(unlisted);
    }

    pub(crate) fn count_silenced(&self, samples: u64) {
        self.silenced.fetch_add(samples, Relaxed);
    }

    pub(crate) fn report_panic(&self) {
        self.panicked.store(true, Relaxed);
    }
}

fn starts(inputs: &[InputSpec], sources: &[Source]) -> Box<[usize]> {
    let mut next = 0;
    let mut starts = vec![0];
    for (spec, source) in inputs.iter().zip(sources) {
        next += match source {
            _ if spec.port != PortType::Control => 0,
            Source::List(members) if spec.list => members.len(),
            _ => 1,
        };
        starts.push(next);
    }
    starts.into()
}

fn first_value(spec: &InputSpec, source: &Source) -> f64 {
    match (source, spec.unwired) {
        (Source::Number(value), _) => spec.hard.clamp(*value),
        (_, Unwired::Value(value)) => value,
        _ => spec.hard.clamp(0.0),
    }
}
