//! A plan of audio halves: who reads which buffer, in the order in which they run.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::io::{BlockView, Members};
use super::notes::NoteBlock;
use super::{AudioIo, AudioLink, AudioNode, Block, BlockCtx, LOUDEST, MAX_BLOCK};
use crate::notes::NotesInput;
use crate::plan::{Plan, PlanNode, Source};
use crate::port::PortType;
use crate::spec::{OutputSpec, Role};
use crate::stamp::Stamp;
use crate::typed_key::Positions;

/// The audio half of one node of a plan.
pub struct AudioHalf {
    /// The identity of the running node: equal from plan to plan as long as the node is kept.
    pub uid: u64,
    /// New, or taken over.
    pub part: AudioPart,
}

/// Where an audio half comes from.
pub enum AudioPart {
    /// Newly built.
    New {
        /// The audio half.
        node: Box<dyn AudioNode>,
        /// The identity of the node that this one replaces, if it replaces one.
        adopt_from: Option<u64>,
    },
    /// Taken over from the plan before, where it has the same identity.
    Kept {
        /// What its halves share so far.
        link: Arc<AudioLink>,
    },
}

/// The audio halves of a plan, with every buffer that they need.
#[derive(Default)]
pub struct AudioPlan {
    slots: Vec<Slot>,
    /// One for each output of each slot …
    buffers: Vec<Block>,
    /// … and as many; those of outputs that are no notes stay empty.
    notes: Vec<NoteBlock>,
    speakers: Vec<Members>,
    /// Positions of slots, ordered by identity.
    by_uid: Vec<(u64, usize)>,
    /// Equal stamps: the same running nodes are heard through the same wires.
    pub(crate) heard: u64,
    /// The start of the first frame in which it plays.
    pub(crate) from_sample: u64,
}

struct Slot {
    uid: u64,
    node: Option<Box<dyn AudioNode>>,
    adopt_from: Option<u64>,
    /// What the node panicked with. Kept, because the audio thread frees nothing.
    panic: Option<Box<dyn Any + Send>>,
    link: Arc<AudioLink>,
    positions: Arc<Positions>,
    sources: Box<[Members]>,
    notes: Vec<NotesInput>,
    /// Which node each of them reads, and which of its outputs.
    notes_from: Box<[Option<(u64, usize)>]>,
    outputs: &'static [OutputSpec],
    first_buffer: usize,
}

impl AudioPlan {
    /// Builds the audio half of a plan; `halves` has one entry for each node of the plan, `None` for
    /// nodes without one. Also returns what the halves of each node share from now on.
    pub fn new(plan: &Plan, halves: Vec<Option<AudioHalf>>) -> (AudioPlan, Vec<Option<Arc<AudioLink>>>) {
        let mut audio = AudioPlan::default();
        let mut buffers = 0;
        let mut wiring = Wiring { nodes: Vec::with_capacity(plan.nodes.len()) };
        let mut links = Vec::with_capacity(plan.nodes.len());
        let mut heard = Stamp::new();
        for (node, half) in plan.nodes.iter().zip(halves) {
            if node.kind.role == Role::Speakers
                && let Some(source) = node.sources.first()
            {
                heard = heard.number(wiring.stamp(source));
                audio.speakers.push(wiring.members(source));
            }
            let Some(half) = half else {
                wiring.nodes.push(None);
                links.push(None);
                continue;
            };
            let slot = Slot::new(node, half, &wiring, buffers);
            // Notes that end with their wire are no jump.
            let sounds = node.inputs.iter().zip(&node.sources);
            let sounds = sounds.filter(|(input, _)| input.port == PortType::Audio);
            let stamps = sounds.map(|(_, source)| wiring.stamp(source));
            let stamp = stamps.fold(Stamp::new().number(slot.uid), Stamp::number);
            wiring.nodes.push(Some(Wired { buffer: buffers, stamp: stamp.finish(), uid: slot.uid }));
            links.push(Some(slot.link.clone()));
            buffers += slot.outputs.len();
            audio.notes.extend(slot.outputs.iter().map(|output| match output.port {
                PortType::Notes => NoteBlock::new(),
                _ => NoteBlock::default(),
            }));
            audio.by_uid.push((slot.uid, audio.slots.len()));
            audio.slots.push(slot);
        }
        audio.buffers = vec![[[0.0; MAX_BLOCK]; 2]; buffers];
        audio.by_uid.sort_unstable();
        audio.heard = if audio.speakers.is_empty() { 0 } else { heard.finish() };
        (audio, links)
    }

    /// The same, to be played from the start of a frame on and not before.
    pub fn starting_at(self, sample: u64) -> AudioPlan {
        AudioPlan { from_sample: sample, ..self }
    }

    /// Moves what is kept over from the plan that ran until now, and lets replacements adopt.
    pub(crate) fn take_over(&mut self, old: &mut AudioPlan) {
        for slot in &mut self.slots {
            let Some(node) = &mut slot.node else {
                if let Some(before) = old.slot(slot.uid) {
                    slot.node = before.node.take();
                    slot.panic = before.panic.take();
                    slot.hear_on(before);
                    if slot.panic.is_some() {
                        slot.link.report_panic();
                    }
                }
                continue;
            };
            let replaced = slot.adopt_from.and_then(|uid| old.slot(uid)).filter(|old| old.panic.is_none());
            let Some(replaced) = replaced else { continue };
            for (new, old) in slot.notes.iter_mut().zip(&mut replaced.notes) {
                new.take_over(old);
            }
            let Some(old) = replaced.node.as_deref_mut() else { continue };
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| node.adopt_from(old))) {
                slot.link.report_panic();
                slot.panic = Some(panic);
            }
        }
    }

    fn slot(&mut self, uid: u64) -> Option<&mut Slot> {
        let found = self.by_uid.binary_search_by_key(&uid, |(uid, _)| *uid).ok()?;
        self.slots.get_mut(self.by_uid[found].1)
    }

    /// Runs one block and mixes what is heard. Whether a node fell silent by a panic.
    pub(crate) fn block(&mut self, ctx: &BlockCtx, view: &BlockView<'_>, mix: &mut [[f32; 2]]) -> bool {
        let mut fell_silent = false;
        for slot in &mut self.slots {
            let (before, rest) = self.buffers.split_at_mut(slot.first_buffer);
            let (notes_before, notes_rest) = self.notes.split_at_mut(slot.first_buffer);
            let outputs = slot.outputs.len();
            let sound = (&*before, &mut rest[..outputs]);
            fell_silent |= slot.run(ctx, view, sound, (&*notes_before, &mut notes_rest[..outputs]));
        }
        mix.fill([0.0; 2]);
        for buffer in self.speakers.iter().flatten().flatten() {
            let [left, right] = &self.buffers[*buffer];
            for ((out, left), right) in mix.iter_mut().zip(left).zip(right) {
                out[0] += left;
                out[1] += right;
            }
        }
        fell_silent
    }
}

impl Slot {
    fn new(node: &PlanNode, half: AudioHalf, wiring: &Wiring, first_buffer: usize) -> Slot {
        let outputs = node.kind.outputs;
        let (built, adopt_from, link) = match half.part {
            AudioPart::New { node: built, adopt_from } => {
                let written = if built.makes_notes() { &[][..] } else { outputs };
                let link = AudioLink::new(&node.inputs, &node.sources, written);
                (Some(built), adopt_from, Arc::new(link))
            }
            AudioPart::Kept { link } if link.fits(&node.inputs, &node.sources) => (None, None, link),
            AudioPart::Kept { link } => (None, None, Arc::new(link.resized(&node.inputs, &node.sources))),
        };
        let notes = NotesInput::of(&node.inputs);
        let notes_from = notes.iter().map(|input| wiring.origin(node.sources.get(input.position)?)).collect();
        Slot {
            uid: half.uid,
            node: built,
            adopt_from,
            panic: None,
            link,
            positions: node.positions.clone(),
            sources: node.sources.iter().map(|source| wiring.members(source)).collect(),
            notes,
            notes_from,
            outputs,
            first_buffer,
        }
    }

    /// Goes on with what sounds on the wires of the same node in the plan before.
    fn hear_on(&mut self, before: &mut Slot) {
        for (new, old) in self.notes.iter_mut().zip(&mut before.notes) {
            new.take_over(old);
        }
    }

    fn run(
        &mut self,
        ctx: &BlockCtx,
        view: &BlockView<'_>,
        (before, outputs): (&[Block], &mut [Block]),
        (notes_before, notes_outputs): (&[NoteBlock], &mut [NoteBlock]),
    ) -> bool {
        for channel in outputs.as_flattened_mut() {
            channel[..ctx.samples].fill(0.0);
        }
        let end_sample = ctx.start_sample + ctx.samples as u64;
        for (position, block) in notes_outputs.iter_mut().enumerate() {
            block.clear();
            if let Some(queue) = self.link.queue(position) {
                block.fill(queue, end_sample);
            }
        }
        for (input, from) in self.notes.iter_mut().zip(&self.notes_from) {
            let buffer = self.sources.get(input.position).and_then(|members| *members.first()?);
            let wire = buffer.and_then(|buffer| notes_before.get(buffer));
            let (is_broken, events) = wire.map_or((false, &[][..]), |wire| (wire.is_broken(), wire.events()));
            input.follow(*from, is_broken, ctx.start_sample, events);
        }
        let (Some(node), None) = (&mut self.node, &self.panic) else { return false };
        let mut io = AudioIo {
            samples: ctx.samples,
            view: *view,
            positions: &self.positions,
            sources: &self.sources,
            link: &self.link,
            before,
            notes_before,
            notes_inputs: &self.notes,
            outputs,
            notes_outputs,
        };
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| node.block(ctx, &mut io))) {
            self.panic = Some(panic);
            self.link.report_panic();
            outputs.as_flattened_mut().iter_mut().for_each(|channel| channel.fill(0.0));
            notes_outputs.iter_mut().for_each(NoteBlock::break_off);
            return true;
        }
        notes_outputs.iter_mut().for_each(|block| block.settle(ctx));
        let channels = outputs.as_flattened_mut().iter_mut();
        let silenced: u32 = channels.map(|channel| silence_faults(&mut channel[..ctx.samples])).sum();
        if silenced > 0 {
            self.link.count_silenced(u64::from(silenced));
        }
        false
    }
}

/// Silences what is not a number or too loud, so that it reaches no neighbour, and counts it.
fn silence_faults(samples: &mut [f32]) -> u32 {
    let mut silenced = 0;
    for sample in samples {
        let sound = sample.abs() <= LOUDEST;
        silenced += u32::from(!sound);
        *sample = if sound { *sample } else { 0.0 };
    }
    silenced
}

/// What is known of each node so far; `None` for nodes without an audio half.
struct Wiring {
    nodes: Vec<Option<Wired>>,
}

#[derive(Clone, Copy)]
struct Wired {
    /// Its first buffer.
    buffer: usize,
    stamp: u64,
    uid: u64,
}

impl Wiring {
    /// Which node a source reads, and which of its outputs.
    fn origin(&self, source: &Source) -> Option<(u64, usize)> {
        match source {
            Source::Wire { node, output } => Some((self.at(*node)?.uid, *output)),
            _ => None,
        }
    }

    fn members(&self, source: &Source) -> Members {
        match source {
            Source::Wire { node, output } => [self.at(*node).map(|wired| wired.buffer + output)].into(),
            Source::List(members) => members.iter().flat_map(|member| self.members(member)).collect(),
            Source::Empty | Source::Number(_) | Source::Colour(_) => [None].into(),
        }
    }

    /// Equal for the same running nodes through the same wires.
    fn stamp(&self, source: &Source) -> u64 {
        let stamp = match source {
            Source::Wire { node, output } => match self.at(*node) {
                Some(wired) => Stamp::new().number(1).number(wired.stamp).number(*output as u64),
                None => Stamp::new().number(2),
            },
            Source::List(members) => {
                let stamps = members.iter().map(|member| self.stamp(member));
                stamps.fold(Stamp::new().number(3).number(members.len() as u64), Stamp::number)
            }
            Source::Empty | Source::Number(_) | Source::Colour(_) => Stamp::new().number(0),
        };
        stamp.finish()
    }

    fn at(&self, node: usize) -> Option<Wired> {
        self.nodes.get(node).copied().flatten()
    }
}
