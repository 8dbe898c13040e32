//! How the people of the scene stand and move. Lengths are heights of the picture from its middle,
//! y upwards.

use bytemuck::{Pod, Zeroable};

pub(crate) const MOST_PEOPLE: usize = 8;
pub(super) const LIMBS: usize = 13;

/// A part of a body: a cone with round ends.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub(super) struct Limb {
    start: [f32; 2],
    end: [f32; 2],
    colour: [f32; 3],
    start_radius: f32,
    end_radius: f32,
    padding: [f32; 3],
}

pub(super) struct Person {
    pub(super) limbs: [Limb; LIMBS],
}

type Point = [f64; 2];

const SKINS: [[f32; 3]; 4] = [[0.55, 0.30, 0.19], [0.30, 0.14, 0.08], [0.62, 0.40, 0.28], [0.16, 0.08, 0.05]];
const CLOTHES: [[f32; 3]; 5] =
    [[0.50, 0.07, 0.05], [0.04, 0.16, 0.32], [0.60, 0.38, 0.06], [0.10, 0.28, 0.16], [0.42, 0.42, 0.40]];
const TROUSERS: [[f32; 3]; 3] = [[0.03, 0.04, 0.08], [0.09, 0.07, 0.06], [0.15, 0.14, 0.12]];
const HAIRS: [[f32; 3]; 3] = [[0.02, 0.015, 0.01], [0.09, 0.04, 0.015], [0.22, 0.13, 0.05]];

impl Person {
    /// One of this many people, at a time.
    pub(super) fn new(number: usize, people: usize, shape: f64, secs: f64) -> Person {
        // A turn of its own for everybody, and no two times in step.
        let own = number as f64 * 2.399;
        let wave = |rate: f64, shift: f64| (secs * rate + own * (1.0 + shift) + shift).sin();
        let across = (number as f64 + 0.5) / people as f64 - 0.5;
        let near = 0.5 + 0.5 * (own * 1.7).sin();
        let size = 0.66 + 0.16 * near;
        let foot = [across * shape * 0.86 + 0.05 * wave(0.31, 0.4), -0.34 - 0.1 * near];
        let at = |place: Point| [0, 1].map(|axis| foot[axis] + place[axis] * size);

        let sway = 0.045 * wave(1.1, 0.0);
        let hips = [sway, 0.5 - 0.02 * wave(2.2, 0.0).abs()];
        let chest = [hips[0] + 0.05 * wave(0.9, 1.3), hips[1] + 0.27];
        let head = [chest[0] + 0.02 * wave(0.7, 2.1) + 0.3 * (chest[0] - hips[0]), chest[1] + 0.17];
        let hair = [head[0] + 0.01 * wave(0.7, 2.1), head[1] + 0.022];

        let pick = |colours: &[[f32; 3]]| colours[number % colours.len()];
        let (skin, cloth) = (pick(&SKINS), pick(&CLOTHES));
        let (trousers, hairs) = (pick(&TROUSERS), HAIRS[(number * 2 + 1) % HAIRS.len()]);
        let limb = |start: Point, end: Point, radii: Point, colour: [f32; 3]| Limb {
            start: at(start).map(|length| length as f32),
            end: at(end).map(|length| length as f32),
            colour,
            start_radius: (radii[0] * size) as f32,
            end_radius: (radii[1] * size) as f32,
            padding: [0.0; 3],
        };

        let legs = [-1.0, 1.0].map(|side: f64| {
            let hip = [hips[0] + side * 0.055, hips[1]];
            let lift = 0.06 * (side * wave(1.3, 0.7)).max(0.0);
            let ankle = [side * 0.09 + 0.03 * wave(0.65, side), 0.03 + lift];
            let knee = bend(hip, ankle, 0.243, side);
            [limb(hip, knee, [0.075, 0.052], trousers), limb(knee, ankle, [0.05, 0.032], trousers)]
        });
        let arms = [-1.0, 1.0].map(|side: f64| {
            let shoulder = [chest[0] + side * 0.105, chest[1] + 0.015];
            // From hanging to above the head.
            let raised = -1.25 + 1.9 * (0.5 + 0.5 * wave(0.53, 0.9 * side)).powi(2);
            let bent = raised + 0.5 + 0.7 * wave(0.9, 1.1 * side);
            let reach = |from: Point, angle: f64, length: f64| {
                [from[0] + side * length * angle.cos(), from[1] + length * angle.sin()]
            };
            let elbow = reach(shoulder, raised, 0.155);
            let hand = reach(elbow, bent, 0.16);
            [limb(shoulder, elbow, [0.046, 0.038], cloth), limb(elbow, hand, [0.036, 0.03], skin)]
        });
        let torso = limb(hips, chest, [0.095, 0.105], cloth);
        let neck = limb([chest[0], chest[1] + 0.06], head, [0.036, 0.034], skin);
        let limbs = [
            torso,
            limb(hips, hips, [0.09, 0.09], trousers),
            legs[0][0],
            legs[0][1],
            legs[1][0],
            legs[1][1],
            neck,
            limb(hair, hair, [0.072, 0.072], hairs),
            limb([head[0], head[1] - 0.012], head, [0.056, 0.064], skin),
            arms[0][0],
            arms[0][1],
            arms[1][0],
            arms[1][1],
        ];
        Person { limbs }
    }

    /// Middle and half of the sides of the box that it fills.
    pub(super) fn bounds(&self) -> [f32; 4] {
        let mut low = [f32::MAX; 2];
        let mut high = [f32::MIN; 2];
        for limb in &self.limbs {
            for (end, radius) in [(limb.start, limb.start_radius), (limb.end, limb.end_radius)] {
                for axis in 0..2 {
                    low[axis] = low[axis].min(end[axis] - radius);
                    high[axis] = high[axis].max(end[axis] + radius);
                }
            }
        }
        let half = [0, 1].map(|axis| 0.5 * (high[axis] - low[axis]));
        [low[0] + half[0], low[1] + half[1], half[0], half[1]]
    }
}

/// The knee between hip and ankle, of two bones of one length, bent outwards.
fn bend(hip: Point, ankle: Point, bone: f64, side: f64) -> Point {
    let way = [0, 1].map(|axis| ankle[axis] - hip[axis]);
    let length = way[0].hypot(way[1]).max(1e-6);
    let out = (bone * bone - 0.25 * length * length).max(0.0).sqrt();
    let across = [-way[1] / length * side, way[0] / length * side];
    [0, 1].map(|axis| hip[axis] + 0.5 * way[axis] + out * across[axis])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_stay_whole_and_in_the_room() {
        for secs in [0.0, 1.7, 60.0, 86_400.0 * 30.0] {
            for people in 1..=MOST_PEOPLE {
                for number in 0..people {
                    let person = Person::new(number, people, 16.0 / 9.0, secs);
                    let [x, y, half_width, half_height] = person.bounds();
                    assert!(x.abs() < 0.9 && y.abs() < 0.2, "{number} of {people} at {secs}: {x}, {y}");
                    assert!((0.25..0.5).contains(&half_height) && half_width < 0.45, "{half_width}");
                }
            }
        }
    }

    #[test]
    fn a_leg_has_the_length_of_its_bones() {
        let (hip, ankle) = ([0.05, 0.5], [0.1, 0.03]);
        let knee = bend(hip, ankle, 0.255, 1.0);
        for end in [hip, ankle] {
            assert!(((knee[0] - end[0]).hypot(knee[1] - end[1]) - 0.255).abs() < 1e-9);
        }
        assert!(knee[0] > 0.09, "outwards");
    }
}
