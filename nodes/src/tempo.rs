//! The tempo of the patch.

use pastiche_engine::clock::Metronome;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Role, Unit, range};

const BPM: In<Control> = In::control(
    "bpm",
    Metronome::DEFAULT_BPM,
    Unit::Bpm,
    range(40.0, 240.0),
    range(0.0, 10_000.0),
    "Beats a minute; 0 stops the beat.",
);
const OUT: Out<Control> = Out::with_unit("bpm", Unit::Bpm, "Beats a minute.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "tempo",
        category: Category::Control,
        summary: "Sets the tempo of the patch.",
        doc: "Everything that counts in beats follows it; without one there are 120 beats a minute. The tempo \
              may move: the beat goes on from where it is and never jumps. A patch has one tempo.",
        example: "tempo(96);\nscreen(blur(test_card(), (1 - beat().beat) * 30));\n",
        inputs: &[&BPM.0],
        options: &[],
        outputs: &[OUT.0],
        role: Role::Tempo,
        breaks_cycles: false,
    },
    inputs_for: None,
    make: |_, _| Ok(Box::new(Tempo)),
}];

struct Tempo;

impl Node for Tempo {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        io.set_control(&OUT, io.control(&BPM));
        Ok(())
    }
}
