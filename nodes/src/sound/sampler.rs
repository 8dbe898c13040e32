//! Plays recorded sound.

use pastiche_engine::assets::Media;
use pastiche_engine::audio::{AudioIo, AudioNode, BlockCtx, MAX_BLOCK, Smoothed};
use pastiche_engine::port::{Audio, Control, Note, Notes};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, File, In, NodeSpec, Opt, Out, Unit, range};

use crate::sound::audio_effect::Sounding;
use crate::sound::decode::{Sound, load};
use crate::sound::voices::{Voice, Voices, approach, loudness};

const NOTES: In<Notes> = In::required("notes", "Notes to play it with.");
const START: In<Control> = In::control(
    "start",
    0.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 1.0),
    "Where a note begins in the sound, or in its slice.",
);
const END: In<Control> = In::control(
    "end",
    1.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 1.0),
    "Where it ends, or where the loop turns back.",
);
const ATTACK: In<Control> = In::control(
    "attack",
    0.003,
    Unit::Secs,
    range(0.001, 2.0),
    range(0.001, 60.0),
    "How long a note swells.",
);
const RELEASE: In<Control> = In::control(
    "release",
    0.08,
    Unit::Secs,
    range(0.005, 4.0),
    range(0.005, 60.0),
    "How long a note dies away.",
);
const LEVEL: In<Control> =
    In::control("level", 0.7, Unit::Ratio, range(0.0, 1.0), range(-16.0, 16.0), "Loudness.");
const SOUND: Out<Audio> = Out::new("sound", "What is played.");

const FILE: Opt<File> = Opt::file("file", Media::Sound, "Name of the file.");
const ROOT: Opt<f64> = Opt::number(
    "root",
    60.0,
    range(0.0, 127.0),
    "MIDI pitch at which it sounds as it was recorded; of slices, the first one's.",
);
const SLICES: Opt<usize> =
    Opt::whole("slices", 1, range(1.0, 128.0), "Pieces into which it is cut; 1 leaves it whole.");
const REPEAT: Opt<bool> = Opt::flag("repeat", false, "Whether it goes round for as long as a note is held.");
const VOICES: Opt<usize> = Opt::whole("voices", 16, range(1.0, 64.0), "Most notes at once.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "sampler",
        category: Category::Sound,
        summary: "Plays recorded sound.",
        doc: "Plays a WAV, FLAC or Ogg Vorbis file with notes, of any rate from 8 to 192 kHz and of up to ten \
              minutes: higher notes faster. Other formats (AIFF, MP3, M4A, Opus, ADPCM and more) are read by the \
              program `ffmpeg`, which must be installed. A damaged file is played as far as it goes, with a \
              warning. With `slices`, the sound is cut into equal pieces, and the notes \
              from `root` up play one piece each, at its own speed. With `repeat` it goes round for as long as a \
              note is held, over a seam of 5 ms. Of more than two channels, every other one is heard on each \
              side. A changed file is read again.",
        example: "speakers(sampler(melody([60, 67, 72], 0.5), \"sound.wav\"));\n",
        inputs: &[&NOTES.0, &START.0, &END.0, &ATTACK.0, &RELEASE.0, &LEVEL.0],
        options: &[FILE.0, ROOT.0, SLICES.0, REPEAT.0, VOICES.0],
        outputs: &[SOUND.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let sound = load(ctx, options.get(&FILE)?, FILE.0.name)?;
        let tape = Tape {
            sound,
            root: options.get(&ROOT),
            slices: options.get(&SLICES),
            repeats: options.get(&REPEAT),
        };
        let voices = Voices::new(options.get(&VOICES), |_| Head::new(tape.clone()));
        Ok(Sounding::boxed(Deck { voices, level: Smoothed::default() }))
    },
}];

/// Samples of the seam of a loop, and of the end of a sound.
const SEAM: f64 = 240.0;

/// The shortest stretch that is played, in samples: shorter ones hum.
const SHORTEST: f64 = 2.0 * SEAM;

#[derive(Clone)]
struct Tape {
    sound: Sound,
    root: f64,
    slices: usize,
    repeats: bool,
}

#[derive(Clone, Copy, Default)]
struct Controls {
    start: f32,
    end: f32,
    attack: f32,
    release: f32,
    level: f32,
}

struct Deck {
    voices: Voices<Head>,
    level: Smoothed,
}

impl AudioNode for Deck {
    fn block(&mut self, ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        self.level.toward(io.control(&LEVEL));
        let now = Controls {
            start: io.control(&START) as f32,
            end: io.control(&END) as f32,
            attack: approach(io.control(&ATTACK)),
            release: approach(io.control(&RELEASE)),
            level: 0.0,
        };
        let mut controls = [now; MAX_BLOCK];
        for controls in &mut controls[..ctx.samples] {
            controls.level = self.level.advance() as f32;
        }
        self.voices.block(ctx, io, &NOTES, &SOUND, &controls[..ctx.samples]);
    }

    fn adopt(&mut self, old: &mut Self) {
        // What sounds fades; new notes play the new file.
        self.voices.adopt_fading(&mut old.voices);
        std::mem::swap(&mut self.level, &mut old.level);
    }
}

struct Head {
    tape: Tape,
    place: f64,
    step: f64,
    /// The stretch that is played.
    from: f64,
    to: f64,
    loudness: f32,
    is_held: bool,
    swell: f32,
}

impl Head {
    fn new(tape: Tape) -> Head {
        let (place, step, from, to) = (0.0, 1.0, 0.0, 0.0);
        Head { tape, place, step, from, to, loudness: 0.0, is_held: false, swell: 0.0 }
    }

    /// Between samples by a cubic through four of them (Catmull and Rom).
    fn read(&self, place: f64) -> [f32; 2] {
        let sound = &self.tape.sound;
        let floor = place.floor();
        let along = (place - floor) as f32;
        let at = |offset: i64| {
            let index = usize::try_from(floor as i64 + offset).ok();
            index.and_then(|index| sound.get(index)).copied().unwrap_or_default()
        };
        let [a, b, c, d] = [at(-1), at(0), at(1), at(2)];
        std::array::from_fn(|side| {
            let (a, b, c, d) = (a[side], b[side], c[side], d[side]);
            let slope = 0.5 * (c - a);
            let two = a - 2.5 * b + 2.0 * c - 0.5 * d;
            let three = 0.5 * (d - a) + 1.5 * (b - c);
            ((three * along + two) * along + slope) * along + b
        })
    }
}

impl Voice for Head {
    type Controls = Controls;

    fn start(&mut self, note: &Note, _number: u64, controls: &Controls) {
        let length = self.tape.sound.len() as f64;
        let above = f64::from(note.pitch) - self.tape.root;
        let (slice, step) = if self.tape.slices > 1 {
            ((above.round() as i64).rem_euclid(self.tape.slices as i64) as f64, 1.0)
        } else {
            (0.0, (above / 12.0).exp2())
        };
        let slice_length = length / self.tape.slices.max(1) as f64;
        self.step = step;
        self.from = slice_length * (slice + f64::from(controls.start));
        self.to = (slice_length * (slice + f64::from(controls.end))).max(self.from + SHORTEST);
        self.place = self.from;
        self.loudness = loudness(note.velocity);
        (self.is_held, self.swell) = (true, 0.0);
    }

    fn release(&mut self) {
        self.is_held = false;
    }

    fn is_silent(&self) -> bool {
        !self.is_held && (self.swell < 1e-4 || self.place >= self.to)
    }

    fn next(&mut self, controls: &Controls) -> [f32; 2] {
        let (goal, share) = if self.is_held { (1.0, controls.attack) } else { (0.0, controls.release) };
        self.swell += (goal - self.swell) * share;
        if self.place >= self.to {
            return [0.0; 2];
        }
        let seam = SEAM * self.step.max(1.0);
        let left = ((self.to - self.place) / seam).min(1.0) as f32;
        let mut sample = self.read(self.place).map(|sample| sample * left);
        if self.tape.repeats && left < 1.0 {
            let before = self.read(self.place - (self.to - self.from));
            sample = [sample[0] + before[0] * (1.0 - left), sample[1] + before[1] * (1.0 - left)];
        }
        self.place += self.step;
        if self.tape.repeats && self.place >= self.to {
            self.place = self.from + (self.place - self.to) % (self.to - self.from);
        }
        let gain = self.swell * self.loudness * controls.level;
        sample.map(|sample| sample * gain)
    }
}
