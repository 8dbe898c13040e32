//! How high a sound is.

use pastiche_engine::audio::AudioNode;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, NodeSpec, Out, Unit};
use pastiche_signals as signals;

use crate::audio_tap::{AudioTap, SOUND};

const FREQUENCY: Out<Control> = Out::with_unit(
    "frequency",
    Unit::Hz,
    "The pitch; what was heard last while nothing has one, and 0 before.",
);
const PITCH: Out<Control> =
    Out::with_unit("pitch", Unit::Semitones, "The pitch as a MIDI number with fractions: 60 is middle C.");
const CONFIDENCE: Out<Control> = Out::share("confidence", "From 0, noise or silence, to 1, a clear tone.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "pitch",
        category: Category::Sound,
        summary: "How high a sound is.",
        doc: "Follows one voice from 40 to 4800 Hz (YIN), every 21 ms out of the last 68. It is true to half a \
              cent up to 1 kHz and 6 cents up to 4.4 kHz with sines, and 3 cents with plucked notes. Chords \
              have no pitch: see `chroma`.",
        example: "let siren = tone(lfo(0.3) * 200 + 440, 0.2);\nspeakers(siren);\n\
                  screen(transform(test_card(), #{ rotate: pitch(siren).pitch * 10 }));\n",
        inputs: &[&SOUND.0],
        outputs: &[FREQUENCY.0, PITCH.0, CONFIDENCE.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(Pitch::default())),
}];

#[derive(Default)]
struct Pitch {
    ear: AudioTap,
    pitch: signals::Pitch,
}

impl Node for Pitch {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        self.pitch.hear(self.ear.hear(ctx));
        let hz = self.pitch.hz();
        io.set_control(&FREQUENCY, hz);
        if hz > 0.0 {
            io.set_control(&PITCH, 69.0 + 12.0 * (hz / 440.0).log2());
        }
        io.set_control(&CONFIDENCE, self.pitch.confidence());
        Ok(())
    }

    fn take_audio(&mut self) -> Option<Box<dyn AudioNode>> {
        self.ear.take_audio()
    }

    fn adopt(&mut self, old: &mut Self) {
        self.ear.adopt(&mut old.ear);
        std::mem::swap(&mut self.pitch, &mut old.pitch);
    }
}
