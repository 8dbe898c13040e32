//! Plays the notes of a chord one after the other.

use arrayvec::ArrayVec;
use pastiche_engine::node::NoteNode;
use pastiche_engine::notes::{NoteIo, NoteTool, Stretch};
use pastiche_engine::port::{Control, Note, Notes};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::note_window::{Ends, MOST_SOUNDING, Window, Written, midi_pitch};
use crate::random_numbers::uniform;

const NOTES: In<Notes> = In::required("notes", "The notes that are held.");
const EVERY: In<Control> = In::control(
    "every",
    0.25,
    Unit::Beats,
    range(0.0625, 4.0),
    range(0.0, 1e6),
    "Length of a step; 0 stands still.",
);
const LENGTH: In<Control> = In::control(
    "length",
    0.8,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 64.0),
    "Share of a step for which a note sounds.",
);
const OCTAVES: In<Control> = In::control(
    "octaves",
    1.0,
    Unit::None,
    range(1.0, 4.0),
    range(1.0, 10.0),
    "Octaves through which the chord goes, rounded.",
);
const OUT: Out<Notes> = Out::new("notes", "One note after the other.");

const ORDER: Opt<Choice<Order>> = Opt::choice(
    "order",
    &[
        ("up", Order::Up),
        ("down", Order::Down),
        ("up_down", Order::UpDown),
        ("played", Order::Played),
        ("random", Order::Random),
    ],
    "Which note comes next: by pitch, as they were played, or by chance.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "arpeggio",
        category: Category::Notes,
        summary: "Plays the notes of a chord one after the other.",
        doc: "As long as notes are held, plays them in turn on the grid of the beat, each on its sample. Steps \
              count on while nothing is held, so a new chord falls into the rhythm.",
        example: "let chord = merge(melody([57, 53], 4, 1), melody([60, 57], 4, 1), melody([64, 60], 4, 1));\n\
                  speakers(keys(arpeggio(chord, 0.25, #{ octaves: 2, order: \"up_down\" })));\n",
        inputs: &[&NOTES.0, &EVERY.0, &LENGTH.0, &OCTAVES.0],
        options: &[ORDER.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let order = options.get(&ORDER);
        Ok(NoteNode::boxed(Arpeggio { order, seed: ctx.seed, state: State::default() }))
    },
}];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Up,
    Down,
    UpDown,
    Played,
    Random,
}

#[derive(Clone)]
struct Arpeggio {
    order: Order,
    seed: u64,
    state: State,
}

#[derive(Clone, Default)]
struct State {
    written: Written,
    /// The window of the frame that began last, and the sample at which it began.
    window: Option<(u64, Window)>,
    ends: Ends,
    /// Notes that are held, as they were played.
    held: Held,
}

type Held = ArrayVec<Note, MOST_SOUNDING>;

impl NoteTool for Arpeggio {
    fn play(&mut self, stretch: &Stretch, io: &mut dyn NoteIo<'_>) {
        let (every, length) = (io.control(&EVERY), io.control(&LENGTH));
        let octaves = io.control(&OCTAVES).round() as usize;
        let State { written, window, ends, held } = &mut self.state;
        // Steps are found a frame at a time, however short the stretch: so they fall on the same samples.
        let start = stretch.frame.start_sample;
        let known = window.filter(|(at, _)| *at == start).map(|(_, known)| known);
        let now = known.unwrap_or_else(|| written.next_beats(&stretch.frame));
        *window = Some((start, now));
        let mut events = io.notes(&NOTES).iter().peekable();
        for step in now.cells(every, 0.0) {
            let at = step as f64 * every;
            let sample = now.sample(at);
            if !(stretch.start_sample..stretch.end_sample).contains(&sample) {
                continue;
            }
            while let Some(event) = events.next_if(|event| event.sample <= sample) {
                hold(held, event);
            }
            let write = &mut |note| io.write_note(&OUT, note);
            ends.end_until(write, &now, at);
            if let Some(note) = chosen(self.order, self.seed, held, octaves, step).filter(|_| length > 0.0) {
                ends.start(write, sample, note, at + every * length);
            }
        }
        events.for_each(|event| hold(held, event));
        ends.end_before(&mut |note| io.write_note(&OUT, note), &now, stretch.end_sample);
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(&mut self.state, &mut old.state);
    }
}

fn hold(held: &mut Held, event: &Note) {
    held.retain(|note| !note.is_same(event));
    if event.on {
        // A hand that holds more keys than there are is not held.
        let _ = held.try_push(*event);
    }
}

/// The note of a step.
fn chosen(order: Order, seed: u64, held: &[Note], octaves: usize, step: i64) -> Option<Note> {
    // Each note with its place, so that those of one pitch stay in their order.
    let mut chord: ArrayVec<(u8, usize), MOST_SOUNDING> =
        held.iter().take(MOST_SOUNDING).enumerate().map(|(place, note)| (note.pitch, place)).collect();
    if order != Order::Played {
        chord.sort_unstable();
    }
    let count = (chord.len() * octaves.max(1)) as i64;
    if count == 0 {
        return None;
    }
    let place = match order {
        Order::Up | Order::Played => step.rem_euclid(count),
        Order::Down => count - 1 - step.rem_euclid(count),
        Order::UpDown if count == 1 => 0,
        Order::UpDown => {
            let place = step.rem_euclid(2 * count - 2);
            if place < count { place } else { 2 * count - 2 - place }
        }
        Order::Random => (uniform(seed, step) * count as f64) as i64,
    } as usize;
    let note = held[chord[place % chord.len()].1];
    let pitch = f64::from(note.pitch) + 12.0 * (place / chord.len()) as f64;
    midi_pitch(pitch).map(|pitch| Note { pitch, ..note })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pitches(order: Order, octaves: usize) -> Vec<u8> {
        let held = [64, 60, 67].map(|pitch| Note {
            sample: 0,
            pitch,
            velocity: 100,
            voice: 0,
            channel: 0,
            on: true,
        });
        (0..8).filter_map(|step| chosen(order, 3, &held, octaves, step)).map(|note| note.pitch).collect()
    }

    #[test]
    fn each_order_is_what_its_name_says() {
        assert_eq!(pitches(Order::Up, 1), [60, 64, 67, 60, 64, 67, 60, 64]);
        assert_eq!(pitches(Order::Up, 2), [60, 64, 67, 72, 76, 79, 60, 64]);
        assert_eq!(pitches(Order::Down, 1), [67, 64, 60, 67, 64, 60, 67, 64]);
        assert_eq!(pitches(Order::UpDown, 1), [60, 64, 67, 64, 60, 64, 67, 64]);
        assert_eq!(pitches(Order::Played, 1), [64, 60, 67, 64, 60, 67, 64, 60]);
        // SplitMix64 with seed 3, worked out apart from this program.
        assert_eq!(pitches(Order::Random, 1), [60, 67, 64, 60, 60, 64, 60, 67]);
        assert_eq!(chosen(Order::Up, 3, &[], 1, 5), None);
    }
}
