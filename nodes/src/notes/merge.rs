//! Brings notes together.

use pastiche_engine::node::NoteNode;
use pastiche_engine::notes::{NoteIo, NoteTool, Stretch};
use pastiche_engine::port::Notes;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out};

const ONE: In<Notes> = In::required("one", "Notes.");
const TWO: In<Notes> = In::optional("two", "More notes.");
const THREE: In<Notes> = In::optional("three", "More notes.");
const FOUR: In<Notes> = In::optional("four", "More notes.");
const OUT: Out<Notes> = Out::new("notes", "All of them.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "merge",
        category: Category::Notes,
        summary: "Brings notes together.",
        doc: "Plays up to four wires of notes on one, for one instrument. Give parts that may play the same \
              pitch voices or channels of their own, so that the end of one does not end the other.",
        example: "let high = melody([72, 74, 76, 79], 0.5);\nlet low = melody([48, 43], 2, #{ voice: 3 });\n\
                  speakers(keys(merge(high, low)));\n",
        inputs: &[&ONE.0, &TWO.0, &THREE.0, &FOUR.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(NoteNode::boxed(Merge)),
}];

#[derive(Clone)]
struct Merge;

impl NoteTool for Merge {
    fn play(&mut self, _stretch: &Stretch, io: &mut dyn NoteIo<'_>) {
        for part in [&ONE, &TWO, &THREE, &FOUR] {
            io.notes(part).iter().for_each(|note| io.write_note(&OUT, *note));
        }
    }
}
