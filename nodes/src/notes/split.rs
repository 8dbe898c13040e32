//! Takes some notes out of many.

use pastiche_engine::node::NoteNode;
use pastiche_engine::notes::{NoteIo, NoteTool, Stretch};
use pastiche_engine::port::{Control, Note, Notes};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::note_window::Becomes;

const NOTES: In<Notes> = In::required("notes", "Notes to choose from.");
const FROM: In<Control> = In::control(
    "from",
    0.0,
    Unit::None,
    range(0.0, 127.0),
    range(0.0, 255.0),
    "Lowest pitch, voice or channel that is taken, rounded.",
);
const TO: In<Control> = In::control(
    "to",
    127.0,
    Unit::None,
    range(0.0, 127.0),
    range(0.0, 255.0),
    "Highest pitch, voice or channel that is taken, rounded.",
);
const TAKEN: Out<Notes> = Out::new("notes", "The notes that are taken.");
const REST: Out<Notes> = Out::new("rest", "All others.");

/// What is looked at in a note.
type Property = fn(&Note) -> f64;

const BY: Opt<Choice<Property>> = Opt::choice(
    "by",
    &[
        ("pitch", |note| f64::from(note.pitch)),
        ("voice", |note| f64::from(note.voice)),
        ("channel", |note| f64::from(note.channel) + 1.0),
    ],
    "What is looked at.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "split",
        category: Category::Notes,
        summary: "Takes some notes out of many.",
        doc: "Divides notes by pitch (a keyboard split), by voice (0 is the highest) or by MIDI channel (1 to \
              16): what lies inside goes one way, the rest the other. A note that sounds ends where it began.",
        example: "let tune = melody([48, 60, 52, 64], 0.5);\nlet low = split(tune, 0, 55);\n\
                  speakers(keys(low.rest));\nspeakers(organ(low));\n",
        inputs: &[&NOTES.0, &FROM.0, &TO.0],
        options: &[BY.0],
        outputs: &[TAKEN.0, REST.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| {
        let number = options.get(&BY);
        Ok(NoteNode::boxed(Split { number, taken: Becomes::default(), rest: Becomes::default() }))
    },
}];

#[derive(Clone)]
struct Split {
    number: fn(&Note) -> f64,
    taken: Becomes,
    rest: Becomes,
}

impl NoteTool for Split {
    fn play(&mut self, _stretch: &Stretch, io: &mut dyn NoteIo<'_>) {
        let (from, to) = (io.control(&FROM).round(), io.control(&TO).round());
        let number = self.number;
        let is_taken = |note: &Note| (from..=to).contains(&number(note));
        for event in io.notes(&NOTES) {
            let mut taken = |note| io.write_note(&TAKEN, note);
            self.taken.pass(&mut taken, event, |note| is_taken(note).then_some(*note));
            let mut rest = |note| io.write_note(&REST, note);
            self.rest.pass(&mut rest, event, |note| (!is_taken(note)).then_some(*note));
        }
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(&mut self.taken, &mut old.taken);
        std::mem::swap(&mut self.rest, &mut old.rest);
    }
}
