//! A sound file that plays.

use pastiche_engine::assets::Media;
use pastiche_engine::audio::{AudioIo, AudioNode, BlockCtx};
use pastiche_engine::port::{Audio, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, File, In, NodeSpec, Opt, Out, Unit, range};

use crate::sound::audio_effect::{Glides, Sounding};
use crate::sound::decode::{Sound, load};

const SPEED: In<Control> = In::control(
    "speed",
    1.0,
    Unit::None,
    range(-2.0, 2.0),
    range(-64.0, 64.0),
    "How many times as fast, and as high; below 0 it runs backwards.",
);
const LEVEL: In<Control> =
    In::control("level", 1.0, Unit::Ratio, range(0.0, 1.0), range(-16.0, 16.0), "Loudness.");
const SOUND: Out<Audio> = Out::new("sound", "What is played.");

const FILE: Opt<File> = Opt::file("file", Media::Sound, "Name of the file.");
const REPEAT: Opt<bool> = Opt::flag("repeat", true, "Whether it begins again at its end.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "sound",
        category: Category::Sound,
        summary: "Plays a sound file.",
        doc: "Plays a WAV, FLAC or Ogg Vorbis file of up to ten minutes from its start, over and over. It goes on \
              from where it is when the patch is changed. To play one with notes there is `sampler`.",
        example: "let set = sound(\"sound.wav\");\nspeakers(set);\n",
        inputs: &[&SPEED.0, &LEVEL.0],
        options: &[FILE.0, REPEAT.0],
        outputs: &[SOUND.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let sound = load(ctx, options.get(&FILE)?, FILE.0.name)?;
        let repeats = options.get(&REPEAT);
        Ok(Sounding::boxed(Recording { sound, repeats, place: None, glides: Glides::default() }))
    },
}];

struct Recording {
    sound: Sound,
    repeats: bool,
    /// In samples of the file; nothing before the first block.
    place: Option<f64>,
    /// Speed and level.
    glides: Glides<2>,
}

impl AudioNode for Recording {
    fn block(&mut self, _ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        self.glides.toward([io.control(&SPEED), io.control(&LEVEL)]);
        let [left, right] = io.out(&SOUND);
        for (left, right) in left.iter_mut().zip(right) {
            let [speed, level] = self.glides.advance();
            let length = self.sound.len() as f64;
            let start = if speed < 0.0 && !self.repeats { length - 1.0 } else { 0.0 };
            let place = *self.place.get_or_insert(start);
            [*left, *right] = read(&self.sound, place, self.repeats).map(|sample| sample * level as f32);
            let next = place + speed;
            self.place =
                Some(if self.repeats { next.rem_euclid(length) } else { next.clamp(-2.0, length + 1.0) });
        }
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(&mut self.place, &mut old.place);
        std::mem::swap(&mut self.glides, &mut old.glides);
    }
}

/// Between samples by a cubic through four of them (Catmull and Rom); nothing past both ends, or round them.
fn read(sound: &Sound, place: f64, repeats: bool) -> [f32; 2] {
    let (floor, length) = (place.floor(), sound.len() as i64);
    let along = (place - floor) as f32;
    let at = |offset: i64| {
        let index = floor as i64 + offset;
        let index = if repeats { index.rem_euclid(length.max(1)) } else { index };
        usize::try_from(index).ok().and_then(|index| sound.get(index)).copied().unwrap_or_default()
    };
    let [a, b, c, d] = [at(-1), at(0), at(1), at(2)];
    std::array::from_fn(|side| {
        let (a, b, c, d) = (a[side], b[side], c[side], d[side]);
        let (slope, two) = (0.5 * (c - a), a - 2.5 * b + 2.0 * c - 0.5 * d);
        let three = 0.5 * (d - a) + 1.5 * (b - c);
        ((three * along + two) * along + slope) * along + b
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_between_samples_and_round_its_ends() {
        let sound: Sound = [[0.0, 0.0], [1.0, -1.0], [2.0, -2.0], [3.0, -3.0]].into();
        assert_eq!(read(&sound, 1.0, false), [1.0, -1.0]);
        assert_eq!(read(&sound, 1.5, false), [1.5, -1.5]);
        assert_eq!((read(&sound, 9.0, false), read(&sound, -5.0, false)), ([0.0; 2], [0.0; 2]));
        assert_eq!((read(&sound, 4.0, true), read(&sound, 3.0, true)), ([0.0; 2], [3.0, -3.0]));
    }
}
