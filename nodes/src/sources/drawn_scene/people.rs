//! How the people of the scene stand and move. Lengths are heights of the picture from its middle,
//! y upwards.

use bytemuck::{Pod, Zeroable};

pub(crate) const MOST_PEOPLE: usize = 8;
pub(super) const LIMBS: usize = 14;

/// The eye's height over the floor in metres, and where the horizon is on the picture; the shader has the same.
const EYE: f64 = 1.0;
const HORIZON: f64 = -0.12;

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
    /// Where it stands: x and z of the room in metres, the foot's height on the picture, and a metre there.
    pub(super) foot: [f32; 4],
}

type Point = [f64; 2];

const SKINS: [[f32; 3]; 4] = [[0.55, 0.30, 0.19], [0.30, 0.14, 0.08], [0.62, 0.40, 0.28], [0.16, 0.08, 0.05]];
const CLOTHES: [[f32; 3]; 5] =
    [[0.55, 0.05, 0.04], [0.60, 0.52, 0.42], [0.05, 0.13, 0.42], [0.58, 0.30, 0.04], [0.07, 0.27, 0.20]];
const HAIRS: [[f32; 3]; 3] = [[0.02, 0.015, 0.01], [0.09, 0.04, 0.015], [0.22, 0.13, 0.05]];

impl Person {
    /// One of this many people, at a time.
    pub(super) fn new(number: usize, people: usize, secs: f64) -> Person {
        // A turn of its own for everybody, and no two times in step.
        let own = number as f64 * 2.399;
        let wave = |rate: f64, shift: f64| (secs * rate + own * (1.0 + shift) + shift).sin();
        let across = (number as f64 + 0.5) / people as f64 - 0.5;
        // All go round in their own small circles.
        let circle = secs * 0.23 + own;
        let x = across * 4.2 + 0.34 * circle.cos() + 0.1 * wave(0.31, 0.4);
        let z = 3.9 + 0.75 * (own * 1.7).sin() + 0.42 * circle.sin();
        let metre = 1.0 / z;
        let foot = [x * metre, -EYE * metre + HORIZON];
        let size = (1.6 + 0.14 * (own * 2.3).sin()) * metre;
        let at = |place: Point| [0, 1].map(|axis| foot[axis] + place[axis] * size);

        // They turn: from the side a body is narrower.
        let wide = 0.78 + 0.22 * (circle * 1.3).cos();
        let sway = 0.055 * wave(1.1, 0.0);
        let hips = [sway, 0.52 - 0.018 * wave(2.2, 0.0).abs()];
        let chest = [hips[0] + 0.05 * wave(0.9, 1.3), hips[1] + 0.25];
        let head = [chest[0] + 0.018 * wave(0.7, 2.1) + 0.3 * (chest[0] - hips[0]), chest[1] + 0.165];
        let hair = [head[0] - 0.012 * wave(0.7, 2.1), head[1] + 0.014];
        let knot = [head[0] - 0.05 * (circle * 1.3).sin(), head[1] + 0.045];
        // The hem comes after the hips.
        let late = 0.055 * (secs * 1.1 + own - 0.9).sin();
        let flare = 0.075 + 0.02 * wave(1.1, 0.3).abs() + 0.02 * wide;
        let hem = |side: f64| [1.35 * late + side * flare, 0.02];

        let pick = |colours: &[[f32; 3]]| colours[number % colours.len()];
        let (skin, cloth) = (pick(&SKINS), pick(&CLOTHES));
        let hairs = HAIRS[(number * 2 + 1) % HAIRS.len()];
        let limb = |start: Point, end: Point, radii: Point, colour: [f32; 3]| Limb {
            start: at(start).map(|length| length as f32),
            end: at(end).map(|length| length as f32),
            colour,
            start_radius: (radii[0] * size) as f32,
            end_radius: (radii[1] * size) as f32,
            padding: [0.0; 3],
        };
        let arms = [-1.0, 1.0].map(|side: f64| {
            let shoulder = [chest[0] + side * 0.098 * wide, chest[1] + 0.035];
            // From hanging to above the head.
            let raised = -1.3 + 2.3 * (0.5 + 0.5 * wave(0.53, 0.9 * side)).powi(2);
            let bent = raised + 0.35 + 0.6 * wave(0.9, 1.1 * side);
            let reach = |from: Point, angle: f64, length: f64| {
                [from[0] + side * length * wide * angle.cos(), from[1] + length * angle.sin()]
            };
            let elbow = reach(shoulder, raised, 0.16);
            let hand = reach(elbow, bent, 0.155);
            [limb(shoulder, elbow, [0.037, 0.034], cloth), limb(elbow, hand, [0.028, 0.017], skin)]
        });
        let shoulders = [-1.0, 1.0].map(|side: f64| [chest[0] + side * 0.075 * wide, chest[1] + 0.035]);
        let skirt = [-1.0, 0.0, 1.0].map(|side: f64| {
            let waist = [hips[0] + side * 0.03 * wide, hips[1] - 0.02];
            limb(waist, hem(side), [0.060, 0.078], cloth)
        });
        let limbs = [
            limb([hips[0], hips[1] + 0.02], chest, [0.060 * wide.max(0.85), 0.080 * wide], cloth),
            limb(hips, hips, [0.078 * wide, 0.078 * wide], cloth),
            limb(shoulders[0], shoulders[1], [0.042, 0.042], cloth),
            skirt[0],
            skirt[1],
            skirt[2],
            limb([chest[0], chest[1] + 0.05], head, [0.027, 0.026], skin),
            limb(hair, hair, [0.058, 0.058], hairs),
            limb(knot, knot, [0.026, 0.026], hairs),
            limb([head[0], head[1] - 0.018], [head[0], head[1] + 0.008], [0.041, 0.050], skin),
            arms[0][0],
            arms[0][1],
            arms[1][0],
            arms[1][1],
        ];
        let foot = [x, z, foot[1], metre].map(|number| number as f32);
        Person { limbs, foot }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_stay_whole_and_in_the_room() {
        for secs in [0.0, 1.7, 60.0, 86_400.0 * 30.0, -900.0] {
            for people in 1..=MOST_PEOPLE {
                for number in 0..people {
                    let person = Person::new(number, people, secs);
                    let [x, y, half_width, half_height] = person.bounds();
                    assert!(x.abs() < 0.9 && y.abs() < 0.25, "{number} of {people} at {secs}: {x}, {y}");
                    assert!(
                        (0.12..0.35).contains(&half_height) && half_width < 0.3,
                        "{half_height} {half_width}"
                    );
                    let [across, away, foot, metre] = person.foot;
                    assert!(across.abs() < 3.0 && (2.5..5.5).contains(&away), "{across} {away}");
                    assert!(foot > -0.5 && metre > 0.0);
                }
            }
        }
    }
}
