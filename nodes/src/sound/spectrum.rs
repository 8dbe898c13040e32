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

const BANDS: In<Control> = In::control(
    "bands",
    8.0,
    Unit::None,
    range(1.0, 16.0),
    range(1.0, 16.0),
    "Into how many bands of the same width, in octaves, what is from 40 to 12800 Hz is cut; rounded.",
);
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
const BASS: Out<Control> = Out::share("bass", "Level from 20 to 250 Hz.");
const MIDDLE: Out<Control> = Out::share("middle", "Level from 250 to 4000 Hz.");
const TREBLE: Out<Control> = Out::share("treble", "Level from 4000 to 20000 Hz.");
const BAND: Out<Control> = Out::share("band", "Level of the band of your own.");

const BAND_0: Out<Control> =
    Out::share("band_0", "Level of the first of the `bands`, from the deepest; `[0]` in a script.");
const BAND_1: Out<Control> =
    Out::share("band_1", "Level of the second of the `bands`, from the deepest; `[1]` in a script.");
const BAND_2: Out<Control> =
    Out::share("band_2", "Level of the third of the `bands`, from the deepest; `[2]` in a script.");
const BAND_3: Out<Control> =
    Out::share("band_3", "Level of the fourth of the `bands`, from the deepest; `[3]` in a script.");
const BAND_4: Out<Control> =
    Out::share("band_4", "Level of the fifth of the `bands`, from the deepest; `[4]` in a script.");
const BAND_5: Out<Control> =
    Out::share("band_5", "Level of the sixth of the `bands`, from the deepest; `[5]` in a script.");
const BAND_6: Out<Control> =
    Out::share("band_6", "Level of the seventh of the `bands`, from the deepest; `[6]` in a script.");
const BAND_7: Out<Control> =
    Out::share("band_7", "Level of the eighth of the `bands`, from the deepest; `[7]` in a script.");
const BAND_8: Out<Control> =
    Out::share("band_8", "Level of the ninth of the `bands`, from the deepest; `[8]` in a script.");
const BAND_9: Out<Control> =
    Out::share("band_9", "Level of the tenth of the `bands`, from the deepest; `[9]` in a script.");
const BAND_10: Out<Control> =
    Out::share("band_10", "Level of the eleventh of the `bands`, from the deepest; `[10]` in a script.");
const BAND_11: Out<Control> =
    Out::share("band_11", "Level of the twelfth of the `bands`, from the deepest; `[11]` in a script.");
const BAND_12: Out<Control> =
    Out::share("band_12", "Level of the thirteenth of the `bands`, from the deepest; `[12]` in a script.");
const BAND_13: Out<Control> =
    Out::share("band_13", "Level of the fourteenth of the `bands`, from the deepest; `[13]` in a script.");
const BAND_14: Out<Control> =
    Out::share("band_14", "Level of the fifteenth of the `bands`, from the deepest; `[14]` in a script.");
const BAND_15: Out<Control> =
    Out::share("band_15", "Level of the sixteenth of the `bands`, from the deepest; `[15]` in a script.");
/// The bands that are taken by number.
const MEMBERS: [&Out<Control>; 16] = [
    &BAND_0, &BAND_1, &BAND_2, &BAND_3, &BAND_4, &BAND_5, &BAND_6, &BAND_7, &BAND_8, &BAND_9, &BAND_10,
    &BAND_11, &BAND_12, &BAND_13, &BAND_14, &BAND_15,
];

/// Where the bands begin and end.
const LOWEST_HZ: f64 = 40.0;
const OCTAVES: f64 = 8.323;

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
        doc: "Levels of three wide bands, of one of your own, and of equal bands that are taken by number, \
              `spectrum(sound, 8)[0]`: every 11 ms out of the last 85. On the scale \
              of decibels 0 is -60 dB or softer and 1 is a sine at full scale, as the ear hears it; the \
              linear scale is the amplitude. A sine is within 0.1 dB of its level in its own band, and below \
              -40 dB in the others. Bands are at least 23 Hz wide.",
        example: "let sound = tone(80, #{ shape: \"saw\" }).filter(lfo(0.5) * 3000 + 3200);\nspeakers(sound);\n\
                  let heard = spectrum(sound);\nscreen(blur(test_card(), heard.treble * 80));\n",
        inputs: &[&SOUND.0, &BANDS.0, &FREQUENCY.0, &WIDTH.0, &RELEASE.0],
        options: &[SCALE.0],
        outputs: &[
            BASS.0, MIDDLE.0, TREBLE.0, BAND.0, BAND_0.0, BAND_1.0, BAND_2.0, BAND_3.0, BAND_4.0, BAND_5.0,
            BAND_6.0, BAND_7.0, BAND_8.0, BAND_9.0, BAND_10.0, BAND_11.0, BAND_12.0, BAND_13.0, BAND_14.0,
            BAND_15.0,
        ],
        ..NodeSpec::PLAIN
    },
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
        let count = io.control(&BANDS).round();
        for (number, out) in MEMBERS.iter().enumerate() {
            let edge = |number: f64| LOWEST_HZ * (OCTAVES * number / count).exp2();
            let number = number as f64;
            let level = match number < count {
                true => self.scaled(self.spectrum.level(edge(number), edge(number + 1.0))),
                false => 0.0,
            };
            io.set_control(out, level);
        }
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
