//! Which of the twelve notes sound.

use pastiche_engine::audio::AudioNode;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};
use pastiche_signals as signals;

use crate::audio_tap::{AudioTap, SOUND};

const SMOOTH: In<Control> = In::control(
    "smooth",
    0.1,
    Unit::Secs,
    range(0.0, 2.0),
    range(0.0, 60.0),
    "How slowly the levels move: 63% of the way in so long.",
);
const C: Out<Control> = Out::new("c", "How much of C sounds, against the loudest of the twelve.");
const C_SHARP: Out<Control> =
    Out::new("c_sharp", "How much of C sharp sounds, against the loudest of the twelve.");
const D: Out<Control> = Out::new("d", "How much of D sounds, against the loudest of the twelve.");
const D_SHARP: Out<Control> =
    Out::new("d_sharp", "How much of D sharp sounds, against the loudest of the twelve.");
const E: Out<Control> = Out::new("e", "How much of E sounds, against the loudest of the twelve.");
const F: Out<Control> = Out::new("f", "How much of F sounds, against the loudest of the twelve.");
const F_SHARP: Out<Control> =
    Out::new("f_sharp", "How much of F sharp sounds, against the loudest of the twelve.");
const G: Out<Control> = Out::new("g", "How much of G sounds, against the loudest of the twelve.");
const G_SHARP: Out<Control> =
    Out::new("g_sharp", "How much of G sharp sounds, against the loudest of the twelve.");
const A: Out<Control> = Out::new("a", "How much of A sounds, against the loudest of the twelve.");
const A_SHARP: Out<Control> =
    Out::new("a_sharp", "How much of A sharp sounds, against the loudest of the twelve.");
const B: Out<Control> = Out::new("b", "How much of B sounds, against the loudest of the twelve.");

/// In the order of their numbers.
const NOTES: [Out<Control>; 12] = [C, C_SHARP, D, D_SHARP, E, F, F_SHARP, G, G_SHARP, A, A_SHARP, B];
const STRONGEST: Out<Control> =
    Out::with_unit("strongest", Unit::Semitones, "Number of the loudest note, from 0 for C to 11 for B.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "chroma",
        category: Category::Sound,
        summary: "Which of the twelve notes sound.",
        doc: "How much of each note there is, whatever its octave: chords become colours. It hears partials \
              from 100 to 2500 Hz in the last third of a second; a sine on any note from 110 to 2000 Hz is \
              that note alone to 5%, and the three loudest notes of a plucked triad are the triad.",
        example: "let chord = mix([tone(262, 0.1), tone(330, 0.1), tone(392, 0.1)], [1, 1, 1]);\nspeakers(chord);\n\
                  screen(grade(test_card(), #{ hue: chroma(chord).strongest * 30 }));\n",
        inputs: &[&SOUND.0, &SMOOTH.0],
        outputs: &[
            C.0,
            C_SHARP.0,
            D.0,
            D_SHARP.0,
            E.0,
            F.0,
            F_SHARP.0,
            G.0,
            G_SHARP.0,
            A.0,
            A_SHARP.0,
            B.0,
            STRONGEST.0,
        ],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(Chroma::default())),
}];

#[derive(Default)]
struct Chroma {
    ear: AudioTap,
    chroma: signals::Chroma,
}

impl Node for Chroma {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        self.chroma.hear(self.ear.hear(ctx), io.control(&SMOOTH));
        let notes = self.chroma.notes();
        let mut strongest = (0, 0.0);
        for (number, (out, level)) in NOTES.iter().zip(notes).enumerate() {
            io.set_control(out, level);
            if level > strongest.1 {
                strongest = (number, level);
            }
        }
        // In silence the last one stands.
        if strongest.1 > 0.0 {
            io.set_control(&STRONGEST, strongest.0 as f64);
        }
        Ok(())
    }

    fn take_audio(&mut self) -> Option<Box<dyn AudioNode>> {
        self.ear.take_audio()
    }

    fn adopt(&mut self, old: &mut Self) {
        self.ear.adopt(&mut old.ear);
        std::mem::swap(&mut self.chroma, &mut old.chroma);
    }
}
