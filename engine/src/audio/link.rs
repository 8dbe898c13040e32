//! What the two halves of a node share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use super::notes::{DueNote, NoteQueue};
use crate::plan::Source;
use crate::port::{Note, PortType};
use crate::spec::{InputSpec, Unwired};

/// What the two halves of a node share: the values of its controls and its notes on their way to the
/// audio half, and the health of the audio half on its way back. It lives as long as the node does.
#[derive(Debug)]
pub struct AudioLink {
    /// Where the cells of each input start, and behind the last input their number.
    starts: Box<[usize]>,
    /// The newest value of each control and of each member of a list of controls, as bits.
    cells: Box<[AtomicU64]>,
    /// Each input that takes notes, by position.
    notes: Arc<[(usize, NoteQueue)]>,
    silenced: AtomicU64,
    panicked: AtomicBool,
}

impl AudioLink {
    /// Constants stand at their value, wired controls at their default. Notes on their way to the node
    /// that was there before reach this one.
    pub(crate) fn new(inputs: &[InputSpec], sources: &[Source], before: Option<&AudioLink>) -> AudioLink {
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
        let kept = before.map(|before| &before.notes).filter(|notes| takes_notes(inputs, notes));
        let notes = kept.cloned().unwrap_or_else(|| {
            notes_positions(inputs).map(|position| (position, NoteQueue::new())).collect()
        });
        AudioLink { starts, cells, notes, silenced: AtomicU64::new(0), panicked: AtomicBool::new(false) }
    }

    /// Whether the cells are those that these inputs need.
    pub(crate) fn fits(&self, inputs: &[InputSpec], sources: &[Source]) -> bool {
        self.starts == starts(inputs, sources) && takes_notes(inputs, &self.notes)
    }

    /// Takes over the values and the health that the node had before a list changed its length.
    pub(crate) fn resume(&self, old: &AudioLink) {
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
    }

    /// Writes the newest value of a control, or of a member of a list of controls (a single control
    /// is member 0). In the input's range, and a number. What has no cell is ignored.
    pub fn store(&self, position: usize, member: usize, value: f64) {
        if let Some(cell) = self.cell(position, member) {
            cell.store(value.to_bits(), Relaxed);
        }
    }

    /// Sends a note event to an input, to happen at a sample of the transport. Events of one input come
    /// in the order of their samples. When thousands come at once, all notes end.
    pub fn push_note(&self, position: usize, sample: u64, note: &Note) {
        if let Some(queue) = self.queue(position) {
            queue.push(sample, note);
        }
    }

    /// Takes the next note event of an input that is due in a block.
    pub(crate) fn pop_note(&self, position: usize, start_sample: u64, samples: usize) -> Option<DueNote> {
        self.queue(position)?.pop(start_sample, samples)
    }

    fn queue(&self, position: usize) -> Option<&NoteQueue> {
        self.notes.iter().find(|(at, _)| *at == position).map(|(_, queue)| queue)
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

    pub(crate) fn count_silenced(&self, samples: u64) {
        self.silenced.fetch_add(samples, Relaxed);
    }

    pub(crate) fn report_panic(&self) {
        self.panicked.store(true, Relaxed);
    }
}

fn notes_positions(inputs: &[InputSpec]) -> impl Iterator<Item = usize> + '_ {
    inputs.iter().enumerate().filter(|(_, input)| input.port == PortType::Notes).map(|(position, _)| position)
}

fn takes_notes(inputs: &[InputSpec], notes: &[(usize, NoteQueue)]) -> bool {
    notes_positions(inputs).eq(notes.iter().map(|(position, _)| *position))
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
