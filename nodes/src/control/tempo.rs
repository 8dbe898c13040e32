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
const BEAT: In<Control> = In::optional(
    "beat",
    "Beats of another clock that leads, such as those of `midi_clock`: where it jumps, the patch jumps.",
);
const OUT: Out<Control> = Out::with_unit("bpm", Unit::Bpm, "Beats a minute.");
const COUNT: Out<Control> = Out::with_unit("beats", Unit::Beats, "Beats since the start.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "tempo",
        category: Category::Control,
        summary: "Sets the tempo of the patch.",
        doc: "Everything that counts in beats follows it; without one there are 120 beats a minute. The tempo \
              may move: the beat goes on from where it is and never jumps, unless another clock leads. A patch \
              has one tempo.",
        example: "tempo(96);\nscreen(blur(test_card(), (1 - beat().beat) * 30));\n",
        inputs: &[&BPM.0, &BEAT.0],
        outputs: &[OUT.0, COUNT.0],
        role: Role::Tempo,
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(Tempo)),
}];

struct Tempo;

impl Node for Tempo {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let led = io.position(&BEAT.0.name).filter(|position| io.is_given(*position));
        io.set_control(&OUT, io.control(&BPM));
        io.set_control(&COUNT, led.map_or(ctx.beats.now, |position| io.control_at(position)));
        Ok(())
    }
}
