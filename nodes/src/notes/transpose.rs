//! Moves notes up or down.

use pastiche_engine::node::NoteNode;
use pastiche_engine::notes::{NoteIo, NoteTool, Stretch};
use pastiche_engine::port::{Control, Note, Notes};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::note_window::{Becomes, midi_pitch};

const NOTES: In<Notes> = In::required("notes", "Notes to move.");
const BY: In<Control> = In::control(
    "by",
    12.0,
    Unit::Semitones,
    range(-24.0, 24.0),
    range(-127.0, 127.0),
    "Semitones up, rounded; below 0 down. 12 is an octave.",
);
const OUT: Out<Notes> = Out::new("notes", "The moved notes.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "transpose",
        category: Category::Notes,
        summary: "Moves notes up or down.",
        doc: "Moves each note as it starts; what sounds already stays. Notes that would leave the keyboard \
              (0 to 127) are left out.",
        example: "let tune = melody([60, 62, 64, 67], 0.5);\nspeakers(keys(transpose(tune, -12)));\n",
        inputs: &[&NOTES.0, &BY.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(NoteNode::boxed(Transpose::default())),
}];

#[derive(Clone, Default)]
struct Transpose {
    becomes: Becomes,
}

impl NoteTool for Transpose {
    fn play(&mut self, _stretch: &Stretch, io: &mut dyn NoteIo<'_>) {
        let by = io.control(&BY).round();
        for event in io.notes(&NOTES) {
            self.becomes.pass(&mut |note| io.write_note(&OUT, note), event, |note| {
                midi_pitch(f64::from(note.pitch) + by).map(|pitch| Note { pitch, ..*note })
            });
        }
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(self, old);
    }
}
