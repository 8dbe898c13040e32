//! How loud a sound is.

use pastiche_engine::audio::AudioNode;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, NodeSpec, Out, Unit};
use pastiche_signals as signals;

use crate::audio_tap::{AudioTap, SOUND};

const LEVEL: Out<Control> =
    Out::share("level", "Root mean square of the last 50 ms: 0 is silence, a sine at full scale has 0.707.");
const MOMENTARY: Out<Control> =
    Out::with_unit("momentary", Unit::Decibels, "Loudness of the last 0.4 s in LUFS, at least -70.");
const SHORT_TERM: Out<Control> =
    Out::with_unit("short_term", Unit::Decibels, "Loudness of the last 3 s in LUFS, at least -70.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "loudness",
        category: Category::Sound,
        summary: "How loud a sound is.",
        doc: "The level for pictures that pulse, and the loudness that a meter shows, as the ear weighs it \
              (ITU-R BS.1770; true to 0.1 dB with the sines of EBU Tech 3341). It hears what was played \
              before the frame begins.",
        example: "let hum = gain(tone(110), lfo(1) * 0.5 + 0.5);\nspeakers(hum);\n\
                  screen(blur(test_card(), loudness(hum).level * 200));\n",
        inputs: &[&SOUND.0],
        outputs: &[LEVEL.0, MOMENTARY.0, SHORT_TERM.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(Loudness::default())),
}];

#[derive(Default)]
struct Loudness {
    ear: AudioTap,
    meter: signals::Loudness,
}

impl Node for Loudness {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        self.meter.hear(self.ear.hear(ctx));
        io.set_control(&LEVEL, self.meter.rms());
        io.set_control(&MOMENTARY, self.meter.momentary());
        io.set_control(&SHORT_TERM, self.meter.short_term());
        Ok(())
    }

    fn take_audio(&mut self) -> Option<Box<dyn AudioNode>> {
        self.ear.take_audio()
    }

    fn adopt(&mut self, old: &mut Self) {
        self.ear.adopt(&mut old.ear);
        std::mem::swap(&mut self.meter, &mut old.meter);
    }
}
