//! Where between left and right a sound stands.

use std::f64::consts::{FRAC_PI_4, SQRT_2};

use pastiche_engine::audio::{AudioIo, AudioNode, BlockCtx};
use pastiche_engine::port::{Audio, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::sound::audio_effect::{Glides, Sounding, at_amount, each_sample};

const SOUND: In<Audio> = In::required("sound", "Sound to place.");
const POSITION: In<Control> = In::control(
    "position",
    0.0,
    Unit::Ratio,
    range(-1.0, 1.0),
    range(-1.0, 1.0),
    "Where it stands: -1 is left, 0 the middle, 1 right.",
);
const WIDTH: In<Control> = In::control(
    "width",
    1.0,
    Unit::Ratio,
    range(0.0, 2.0),
    range(-4.0, 4.0),
    "How wide it is: 0 is one point, 1 as it came, above it wider, below 0 left and right change places.",
);
const AMOUNT: In<Control> = In::amount("How much of the change: 0 is the sound as it was.");
const OUT: Out<Audio> = Out::new("sound", "The sound in its place.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "pan",
        category: Category::Sound,
        summary: "Places a sound between left and right.",
        doc: "Moves a sound from side to side; its power stays the same all the way, so that at a side it is \
              3 dB louder there and gone on the other. First makes it narrower or wider.",
        example: "speakers(pan(tone(220), lfo(0.3)));\n",
        inputs: &[&SOUND.0, &POSITION.0, &WIDTH.0, &AMOUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Sounding::boxed(Pan::default())),
}];

#[derive(Default)]
struct Pan(Glides<3>);

impl AudioNode for Pan {
    fn block(&mut self, _ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        self.0.toward([&POSITION, &WIDTH, &AMOUNT].map(|key| io.control(key)));
        each_sample(io, &SOUND, &OUT, |sound| {
            let [position, width, amount] = self.0.advance();
            at_amount(sound, placed(sound, position, width), amount)
        });
    }

    fn adopt(&mut self, old: &mut Self) {
        std::mem::swap(self, old);
    }
}

fn placed([left, right]: [f32; 2], position: f64, width: f64) -> [f32; 2] {
    let (middle, side) = (0.5 * (left + right), 0.5 * (left - right) * width as f32);
    let (right_gain, left_gain) = ((position + 1.0) * FRAC_PI_4).sin_cos();
    [(middle + side) * (left_gain * SQRT_2) as f32, (middle - side) * (right_gain * SQRT_2) as f32]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_power_stays_and_the_side_is_right() {
        for position in [-1.0, -0.4, 0.0, 0.7, 1.0] {
            let [left, right] = placed([1.0, 1.0], position, 1.0);
            assert!((left * left + right * right - 2.0).abs() < 1e-5, "{position}");
            assert_eq!(left > right, position < 0.0);
        }
        assert!(placed([1.0, 1.0], -1.0, 1.0)[1].abs() < 1e-6);
    }

    #[test]
    fn width_goes_from_a_point_to_the_other_side() {
        let close =
            |one: [f32; 2], two: [f32; 2]| one.iter().zip(two).all(|(one, two)| (one - two).abs() < 1e-6);
        assert!(close(placed([1.0, 0.0], 0.0, 0.0), [0.5, 0.5]));
        assert!(close(placed([1.0, 0.0], 0.0, 1.0), [1.0, 0.0]));
        assert!(close(placed([1.0, 0.0], 0.0, -1.0), [0.0, 1.0]));
    }
}
