//! Where sounds begin.

use pastiche_engine::audio::AudioNode;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, Trigger};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};
use pastiche_signals as signals;

use crate::audio_tap::{AudioTap, SOUND};

const THRESHOLD: In<Control> = In::control(
    "threshold",
    0.3,
    Unit::None,
    range(0.05, 2.0),
    range(0.0, 100.0),
    "How far an onset must stand out: 0.1 finds soft ones, 1 only hard ones.",
);
const ONSET: Out<Trigger> = Out::new("onset", "An event where a sound begins.");
const STRENGTH: Out<Control> = Out::new("strength", "How far the last onset stood out.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "onsets",
        category: Category::Sound,
        summary: "An event whenever a sound begins.",
        doc: "Hears notes and drums begin, by what is new in the spectrum. Plucked notes are all found, in \
              silence and in noise 40 dB softer, 16 to 23 ms after they begin; steady tones and noise give \
              none. Onsets are at least 43 ms apart.",
        example: "let pluck = gain(tone(220), envelope(0, #{ trigger: every(1), decay: 0.2, sustain: 0 }));\n\
                  speakers(pluck);\nlet flash = envelope(0, #{ trigger: onsets(pluck), decay: 0.3, sustain: 0 });\n\
                  screen(blur(test_card(), flash * 40));\n",
        inputs: &[&SOUND.0, &THRESHOLD.0],
        outputs: &[ONSET.0, STRENGTH.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(Onsets::default())),
}];

#[derive(Default)]
struct Onsets {
    ear: AudioTap,
    onsets: signals::Onsets,
}

impl Node for Onsets {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let begun = self.onsets.hear(self.ear.hear(ctx), io.control(&THRESHOLD));
        io.set_trigger(&ONSET, begun);
        io.set_control(&STRENGTH, self.onsets.strength());
        Ok(())
    }

    fn take_audio(&mut self) -> Option<Box<dyn AudioNode>> {
        self.ear.take_audio()
    }

    fn adopt(&mut self, old: &mut Self) {
        self.ear.adopt(&mut old.ear);
        std::mem::swap(&mut self.onsets, &mut old.onsets);
    }
}
