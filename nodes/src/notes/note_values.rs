//! From notes to controls.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, Note, Notes, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit};

const NOTES: In<Notes> = In::required("notes", "Notes to follow.");
const GATE: Out<Control> = Out::share("gate", "1 while any note sounds, else 0.");
const PITCH: Out<Control> =
    Out::with_unit("pitch", Unit::Semitones, "MIDI pitch of the note that started last; 60 at first.");
const LOUDNESS: Out<Control> = Out::share("loudness", "How hard it was struck, from 0 to 1.");
const COUNT: Out<Control> = Out::new("count", "Notes that sound.");
const TRIGGER: Out<Trigger> = Out::new("trigger", "Each start of a note.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "note_values",
        category: Category::Notes,
        summary: "From notes to controls.",
        doc: "What is played moves pictures: whether something sounds, how high, how loud, how much at once, and \
              a trigger with each note.",
        example: "let tune = melody([60, 67, 64, 72], 0.5);\nlet played = note_values(tune);\n\
                  screen(test_card().blur(envelope(0, #{ trigger: played.trigger, decay: 0.3, sustain: 0 }) * 60));\n\
                  speakers(keys(tune));\n",
        inputs: &[&NOTES.0],
        outputs: &[GATE.0, PITCH.0, LOUDNESS.0, COUNT.0, TRIGGER.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(Follow { sounding: Vec::new(), pitch: 60, velocity: 0 })),
}];

struct Follow {
    sounding: Vec<Note>,
    pitch: u8,
    velocity: u8,
}

impl Node for Follow {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let mut started = 0;
        for event in io.notes(&NOTES) {
            self.sounding.retain(|note| !note.is_same(event));
            if event.on {
                self.sounding.push(*event);
                (self.pitch, self.velocity) = (event.pitch, event.velocity);
                started += 1;
            }
        }
        // A note that started and ended in this frame has sounded in it.
        let gate = started > 0 || !self.sounding.is_empty();
        io.set_control(&GATE, f64::from(u8::from(gate)));
        io.set_control(&PITCH, f64::from(self.pitch));
        io.set_control(&LOUDNESS, f64::from(self.velocity) / 127.0);
        io.set_control(&COUNT, self.sounding.len() as f64);
        io.set_trigger(&TRIGGER, started);
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(self, old);
    }
}
