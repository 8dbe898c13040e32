//! Plays notes less evenly.

use arrayvec::ArrayVec;
use pastiche_engine::clock::SAMPLE_RATE;
use pastiche_engine::node::NoteNode;
use pastiche_engine::notes::{NoteIo, NoteTool, Stretch};
use pastiche_engine::port::{Control, Note, Notes};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::note_window::MOST_SOUNDING;
use crate::random_numbers::gaussian;

const NOTES: In<Notes> = In::required("notes", "Notes to play less evenly.");
const TIMING: In<Control> = In::control(
    "timing",
    0.01,
    Unit::Secs,
    range(0.0, 0.05),
    range(0.0, 1.0),
    "How far from its place a note may start: the standard deviation.",
);
const TOUCH: In<Control> = In::control(
    "touch",
    0.08,
    Unit::Ratio,
    range(0.0, 0.3),
    range(0.0, 1.0),
    "How uneven the loudness is: the standard deviation.",
);
const OUT: Out<Notes> = Out::new("notes", "The notes as a person plays them.");

/// Standard deviations by which all notes come later, so that none would have to come before its time.
const LATER: f64 = 2.0;

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "humanise",
        category: Category::Notes,
        summary: "Plays notes less evenly.",
        doc: "Moves the start of each note and its loudness by chance, the same for the same seed. A note cannot \
              start before it is known, so all come later by twice `timing` on average; how long each sounds \
              stays. At 0 nothing is changed.",
        example: "let tune = melody([60, 64, 67, 72], 0.25);\nspeakers(keys(humanise(tune, 0.015, 0.1)));\n",
        inputs: &[&NOTES.0, &TIMING.0, &TOUCH.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| Ok(NoteNode::boxed(Humanise { seed: ctx.seed, state: State::default() })),
}];

#[derive(Clone)]
struct Humanise {
    seed: u64,
    state: State,
}

/// Events that may wait: the start and the end of every note that may sound.
const MOST_WAITING: usize = 2 * MOST_SOUNDING;

#[derive(Clone, Default)]
struct State {
    /// Notes so far.
    count: i64,
    /// Sounding notes, and by how many samples each comes later.
    later: ArrayVec<(Note, u64), MOST_SOUNDING>,
    /// Events with the samples at which they are heard, in their order.
    waiting: ArrayVec<Note, MOST_WAITING>,
}

impl NoteTool for Humanise {
    fn play(&mut self, stretch: &Stretch, io: &mut dyn NoteIo<'_>) {
        let (timing, touch) = (io.control(&TIMING), io.control(&TOUCH));
        for event in io.notes(&NOTES) {
            self.state.hear(self.seed, event, timing, touch);
        }
        let due = self.state.waiting.partition_point(|note| note.sample < stretch.end_sample);
        self.state.waiting.drain(..due).for_each(|note| io.write_note(&OUT, note));
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(&mut self.state, &mut old.state);
    }
}

impl State {
    fn hear(&mut self, seed: u64, event: &Note, timing: f64, touch: f64) {
        let known = self.later.iter().position(|(note, _)| note.is_same(event));
        let before = known.map(|place| self.later.swap_remove(place).1);
        if !event.on {
            self.wait(*event, before.unwrap_or(0));
            return;
        }
        let number = self.count;
        self.count += 1;
        let later = ((LATER + gaussian(seed, number)) * timing).max(0.0);
        let later = (later * SAMPLE_RATE as f64).round() as u64;
        let velocity = f64::from(event.velocity) * (1.0 + gaussian(!seed, number) * touch);
        let velocity = velocity.round().clamp(1.0, 127.0) as u8;
        // Room is kept for the ends of all notes that sound.
        if self.waiting.len() + self.later.len() + 2 <= MOST_WAITING
            && self.later.try_push((*event, later)).is_ok()
        {
            self.wait(Note { velocity, ..*event }, later);
        }
    }

    /// In the order of their samples, or a note might start before it has ended.
    fn wait(&mut self, event: Note, later: u64) {
        let sample = event.sample + later;
        let place = self.waiting.partition_point(|note| note.sample <= sample);
        // The end of a note that was never started finds no room, and needs none.
        let _ = self.waiting.try_insert(place, Note { sample, ..event });
    }
}
