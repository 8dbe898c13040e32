//! Plays notes less evenly.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, Note, Notes};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::note_window::{Window, Written, is_same};
use crate::random_numbers::gaussian;
use crate::timing::Base;

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
    inputs_for: None,
    make: |ctx, _| Ok(Box::new(Humanise { seed: ctx.seed, state: State::default() })),
}];

struct Humanise {
    seed: u64,
    state: State,
}

#[derive(Default)]
struct State {
    written: Written,
    /// Notes so far.
    count: i64,
    /// Sounding notes, and by how many seconds each comes later.
    later: Vec<(Note, f64)>,
    /// Events and their times, in seconds.
    waiting: Vec<(f64, Note)>,
}

impl Node for Humanise {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let window = self.state.written.next(ctx, Base::Secs);
        let (notes, timing, touch) = (io.notes(&NOTES), io.control(&TIMING), io.control(&TOUCH));
        let now = ctx.tick.time_secs();
        for event in notes {
            self.state.hear(self.seed, now, event, timing, touch);
        }
        if let Some(out) = io.notes_out(&OUT) {
            self.state.write(out, &window);
        }
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(&mut self.state, &mut old.state);
    }
}

impl State {
    fn hear(&mut self, seed: u64, now: f64, event: &Note, timing: f64, touch: f64) {
        let at = now + f64::from(event.at_secs);
        let known = self.later.iter().position(|(note, _)| is_same(note, event));
        let before = known.map(|place| self.later.swap_remove(place).1);
        if !event.on {
            self.waiting.push((at + before.unwrap_or(0.0), *event));
            return;
        }
        let number = self.count;
        self.count += 1;
        let later = ((LATER + gaussian(seed, number)) * timing).max(0.0);
        let velocity = f64::from(event.velocity) * (1.0 + gaussian(!seed, number) * touch);
        let velocity = velocity.round().clamp(1.0, 127.0) as u8;
        self.waiting.push((at + later, Note { velocity, ..*event }));
        self.later.push((*event, later));
    }

    fn write(&mut self, out: &mut Vec<Note>, window: &Window) {
        // In the order of their times, or a note might start before it has ended.
        self.waiting.sort_by(|one, other| one.0.total_cmp(&other.0));
        let due = self.waiting.partition_point(|(time, _)| *time < window.until);
        let events = self.waiting.drain(..due);
        out.extend(events.map(|(time, note)| Note { at_secs: window.at_secs(time), ..note }));
    }
}
