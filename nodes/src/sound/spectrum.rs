//! How loud each part of the spectrum is.

use pastiche_engine::audio::AudioNode;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};
use pastiche_signals as signals;
use pastiche_signals::decibels_of;

use crate::audio_tap::{AudioTap, SOUND};

const FREQUENCY: In<Control> = In::control(
    "frequency",
    440.0,
    Unit::Hz,
    range(20.0, 20_000.0),
    range(10.0, 24_000.0),
    "Middle of the band of your own.",
);
const WIDTH: In<Control> = In::control(
    "width",
    0.5,
    Unit::None,
    range(0.1, 4.0),
    range(0.0, 10.0),
    "Width of the band of your own, in octaves.",
);
const RELEASE: In<Control> = In::control(
    "release",
    0.15,
    Unit::Secs,
    range(0.0, 2.0),
    range(0.0, 60.0),
    "How slowly it falls: 63% of the power is gone after so long. It rises at once.",
);
const BASS: Out<Control> = Out::new("bass", "Level from 20 to 250 Hz.");
const MIDDLE: Out<Control> = Out::new("middle", "Level from 250 to 4000 Hz.");
const TREBLE: Out<Control> = Out::new("treble", "Level from 4000 to 20000 Hz.");
const BAND: Out<Control> = Out::new("band", "Level of the band of your own.");

/// What is softer is 0 on the scale of decibels.
const FLOOR_DB: f64 = -60.0;

const SCALE: Opt<Choice<bool>> = Opt::choice(
    "scale",
    &[("decibels", false), ("linear", true)],
    "What the numbers mean: decibels from -60 to 0 as 0 to 1, or amplitude.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "spectrum",
        category: Category::Sound,
        summary: "How loud bass, middle and treble are.",
        doc: "Levels of three wide bands and of one of your own, every 11 ms out of the last 85. On the scale \
              of decibels 0 is -60 dB or softer and 1 is a sine at full scale, as the ear hears it; the \
              linear scale is the amplitude. A sine is within 0.1 dB of its level in its own band, and below \
              -40 dB in the others. Bands are at least 23 Hz wide.",
        example: "let sound = tone(80, #{ shape: \"saw\" }).filter(lfo(0.5) * 3000 + 3200);\nspeakers(sound);\n\
                  let heard = spectrum(sound);\nscreen(blur(test_card(), heard.treble * 80));\n",
        inputs: &[&SOUND.0, &FREQUENCY.0, &WIDTH.0, &RELEASE.0],
        options: &[SCALE.0],
        outputs: &[BASS.0, MIDDLE.0, TREBLE.0, BAND.0],
        ..NodeSpec::PLAIN
    },
    inputs_for: None,
    make: |_, options| {
        let linear = options.get(&SCALE);
        Ok(Box::new(Spectrum { linear, ear: AudioTap::default(), spectrum: Default::default() }))
    },
}];

struct Spectrum {
    linear: bool,
    ear: AudioTap,
    spectrum: signals::Spectrum,
}

impl Spectrum {
    fn scaled(&self, level: f64) -> f64 {
        if self.linear { level } else { ((decibels_of(level) - FLOOR_DB) / -FLOOR_DB).max(0.0) }
    }
}

impl Node for Spectrum {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        self.spectrum.hear(self.ear.hear(ctx), io.control(&RELEASE), |_| {});
        for (out, low_hz, high_hz) in
            [(&BASS, 20.0, 250.0), (&MIDDLE, 250.0, 4000.0), (&TREBLE, 4000.0, 20_000.0)]
        {
            io.set_control(out, self.scaled(self.spectrum.level(low_hz, high_hz)));
        }
        let own = self.spectrum.level_around(io.control(&FREQUENCY), io.control(&WIDTH));
        io.set_control(&BAND, self.scaled(own));
        Ok(())
    }

    fn take_audio(&mut self) -> Option<Box<dyn AudioNode>> {
        self.ear.take_audio()
    }

    fn adopt(&mut self, old: &mut Self) {
        self.ear.adopt(&mut old.ear);
        std::mem::swap(&mut self.spectrum, &mut old.spectrum);
    }
}
