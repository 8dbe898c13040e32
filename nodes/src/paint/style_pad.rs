//! Styles as places on a plane.

use std::f64::consts::TAU;

use pastiche_engine::diagnostic::count as counted;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node, Status};
use pastiche_engine::port::{Control, List, Style};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Range, Unit, Unwired, range};

use crate::paint::painting_style::{mix, settled};

const STYLES: In<List<Style>> = In::required("styles", "Styles on the plane, all of the same network.");
const X: In<Control> = place("x", "Where the hand is: 0 is left, 1 is right.");
const Y: In<Control> = place("y", "Where the hand is: 0 is below, 1 is above.");
const XS: In<List<Control>> = places("xs", "Where each style is, from left to right; without, on a circle.");
const YS: In<List<Control>> = places("ys", "Where each style is, from below to above; without, on a circle.");
const SHARPNESS: In<Control> = In::control(
    "sharpness",
    2.0,
    Unit::None,
    range(0.5, 8.0),
    range(0.0, 64.0),
    "How much the nearest style counts: 0 mixes all alike wherever the hand is.",
);
const STYLE: Out<Style> = Out::new("style", "The style under the hand.");

/// Beyond the plane on all sides.
const HARD: Range = range(-100.0, 100.0);

const fn place(name: &'static str, doc: &'static str) -> In<Control> {
    In::control(name, 0.5, Unit::Ratio, range(0.0, 1.0), HARD, doc)
}

const fn places(name: &'static str, doc: &'static str) -> In<List<Control>> {
    let mut input = In::controls(name, Unit::Ratio, range(0.0, 1.0), HARD, doc);
    input.0.unwired = Unwired::Empty;
    input
}

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "style_pad",
        category: Category::Paint,
        summary: "Mixes styles by where a hand is among them.",
        doc: "Styles lie on a plane, on a circle if nothing else is said, the first on top and the others \
              clockwise. The nearer a style is to the hand, the more of it; on its place it is alone.",
        example: "let looks = [style(\"blue_swirls\"), style(\"red_embers\"), style(\"ink_and_peach\")];\n\
                  let look = style_pad(looks, knob(0.5, #{ name: \"x\" }), knob(0.5, #{ name: \"y\" }));\n\
                  screen(style_transfer(test_card(), look));\n",
        inputs: &[&STYLES.0, &X.0, &Y.0, &SHARPNESS.0, &XS.0, &YS.0],
        outputs: &[STYLE.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(StylePad { last: None, waiting: true })),
}];

struct StylePad {
    last: Option<Style>,
    waiting: bool,
}

impl Node for StylePad {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let number = io.styles(&STYLES).count();
        self.waiting = io.styles(&STYLES).any(|style| style.is_none());
        if self.waiting {
            return Ok(());
        }
        let (xs, ys): (Vec<f64>, Vec<f64>) = (io.controls(&XS).collect(), io.controls(&YS).collect());
        let places: Vec<[f64; 2]> = if xs.is_empty() && ys.is_empty() {
            (0..number).map(|style| on_circle(style, number)).collect()
        } else if xs.len() == number && ys.len() == number {
            xs.into_iter().zip(ys).map(|(x, y)| [x, y]).collect()
        } else {
            let message = format!(
                "{} cannot be placed with {} of `xs` and {} of `ys`",
                counted(number, "style"),
                counted(xs.len(), "number"),
                counted(ys.len(), "number")
            );
            return Err(Fault::new(message, "give one number in both lists for each style, or neither list"));
        };
        let weights = weights(&places, [io.control(&X), io.control(&Y)], io.control(&SHARPNESS));
        let styles: Vec<&Style> = io.styles(&STYLES).flatten().collect();
        let members = || styles.iter().copied().zip(weights.iter().copied());
        if let Some(mixed) = mix(members)? {
            io.set_style(&STYLE, settled(&mut self.last, mixed));
        }
        Ok(())
    }

    fn status(&self) -> Status {
        if self.waiting { Status::Waiting("waiting for every style".into()) } else { Status::Ready }
    }
}

/// On the circle that touches the edges of the plane.
fn on_circle(style: usize, number: usize) -> [f64; 2] {
    let angle = TAU * style as f64 / number as f64;
    [0.5 + 0.5 * angle.sin(), 0.5 + 0.5 * angle.cos()]
}

/// One over the distance to the power of `sharpness` (Shepard, 1968), summing up to 1.
fn weights(places: &[[f64; 2]], [x, y]: [f64; 2], sharpness: f64) -> Vec<f64> {
    let distances: Vec<f64> = places.iter().map(|place| (place[0] - x).hypot(place[1] - y)).collect();
    let nearest = distances.iter().copied().fold(f64::INFINITY, f64::min);
    // Against the nearest distance, so that nothing is divided by 0.
    let raw: Vec<f64> = distances
        .iter()
        .map(|distance| if *distance == nearest { 1.0 } else { (nearest / distance).powf(sharpness) })
        .collect();
    let sum: f64 = raw.iter().sum();
    raw.into_iter().map(|weight| weight / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_its_place_a_style_is_alone_and_in_the_middle_all_are_alike() {
        let places: Vec<[f64; 2]> = (0..4).map(|style| on_circle(style, 4)).collect();
        assert_eq!(weights(&places, places[2], 2.0), [0.0, 0.0, 1.0, 0.0]);
        for weight in weights(&places, [0.5, 0.5], 3.0) {
            assert!((weight - 0.25).abs() < 1e-9);
        }
        assert_eq!(weights(&places, [9.0, 3.0], 0.0), [0.25; 4]);
        assert_eq!(weights(&[[0.0, 0.0], [3.0, 0.0]], [1.0, 0.0], 1.0), [2.0 / 3.0, 1.0 / 3.0]);
    }

    #[test]
    fn weights_are_finite_and_sum_up_to_one() {
        for sharpness in [0.0, 0.5, 64.0] {
            for hand in [[0.0, 0.0], [1e-300, 0.0], [-100.0, 100.0]] {
                for places in
                    [vec![[0.0, 0.0]], vec![[0.0, 0.0]; 3], vec![[0.0, 0.0], [1e-200, 0.0], [100.0, -100.0]]]
                {
                    let weights = weights(&places, hand, sharpness);
                    assert!(
                        (weights.iter().sum::<f64>() - 1.0).abs() < 1e-9,
                        "{places:?} {hand:?} {weights:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_first_style_is_on_top_and_the_others_follow_clockwise() {
        let [top, right] = [on_circle(0, 4), on_circle(1, 4)];
        assert!((top[0] - 0.5).abs() < 1e-12 && (top[1] - 1.0).abs() < 1e-12);
        assert!((right[0] - 1.0).abs() < 1e-12 && (right[1] - 0.5).abs() < 1e-12);
    }
}
