//! From one range to another.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{ANY, Category, In, NodeSpec, Opt, Out, Unit, range};

use crate::control::curve::bend;

const VALUE: In<Control> = end("value", 0.0, "Control to map.");
const FROM_LOW: In<Control> = end("from_low", 0.0, "Value that becomes `to_low`.");
const FROM_HIGH: In<Control> = end("from_high", 1.0, "Value that becomes `to_high`.");
const TO_LOW: In<Control> = end("to_low", 0.0, "Low end of the result.");
const TO_HIGH: In<Control> = end("to_high", 1.0, "High end of the result; it may be below the low end.");
const CURVE: In<Control> = In::control(
    "curve",
    0.0,
    Unit::None,
    range(-8.0, 8.0),
    range(-40.0, 40.0),
    "Form of the way: 0 is straight, above 0 is quick at first, below 0 slow at first.",
);
const OUT: Out<Control> = Out::new("value", "The mapped control.");

const fn end(name: &'static str, default: f64, doc: &'static str) -> In<Control> {
    In::control(name, default, Unit::None, range(-1.0, 1.0), ANY, doc)
}

const CLAMP: Opt<bool> = Opt::flag("clamp", false, "Whether the result stays between the two ends.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "remap",
        category: Category::Control,
        summary: "Maps a range onto another.",
        doc: "Takes a control from one range to another, along a straight or a bent line. Past both ends the \
              line goes on, unless `clamp` is true. A range without width gives its low end.",
        example: "let radius = remap(lfo(0.2), -1, 1, 4, 40, #{ curve: -2 });\n\
                  screen(blur(test_card(), radius));\n",
        inputs: &[&VALUE.0, &FROM_LOW.0, &FROM_HIGH.0, &TO_LOW.0, &TO_HIGH.0, &CURVE.0],
        options: &[CLAMP.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |_, options| Ok(Box::new(Remap { clamp: options.get(&CLAMP) })),
}];

struct Remap {
    clamp: bool,
}

impl Node for Remap {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let from = [io.control(&FROM_LOW), io.control(&FROM_HIGH)];
        let to = [io.control(&TO_LOW), io.control(&TO_HIGH)];
        io.set_control(&OUT, mapped(io.control(&VALUE), from, to, io.control(&CURVE), self.clamp));
        Ok(())
    }
}

fn mapped(
    value: f64,
    [from_low, from_high]: [f64; 2],
    [low, high]: [f64; 2],
    curve: f64,
    clamp: bool,
) -> f64 {
    let width = from_high - from_low;
    let along = if width == 0.0 { 0.0 } else { (value - from_low) / width };
    let along = if clamp { along.clamp(0.0, 1.0) } else { along };
    let result = low + (high - low) * bend(along, curve);
    if result.is_nan() { low } else { ANY.clamp(result) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_past_both_ends_unless_clamped() {
        let from = [-1.0, 1.0];
        for (value, straight, clamped) in
            [(-1.0, 10.0, 10.0), (0.0, 15.0, 15.0), (1.0, 20.0, 20.0), (3.0, 30.0, 20.0)]
        {
            assert_eq!(mapped(value, from, [10.0, 20.0], 0.0, false), straight);
            assert_eq!(mapped(value, from, [10.0, 20.0], 0.0, true), clamped);
        }
        assert_eq!(mapped(0.25, [0.0, 1.0], [20.0, 10.0], 0.0, true), 17.5);
        assert!(mapped(0.5, [0.0, 1.0], [0.0, 1.0], 3.0, false) > 0.8);
    }

    #[test]
    fn every_result_fits_a_wire() {
        assert_eq!(mapped(5.0, [2.0, 2.0], [1.0, 9.0], 0.0, false), 1.0);
        for value in [ANY.min, -1.0, 0.0, ANY.max] {
            for curve in [-40.0, 0.0, 40.0] {
                for to in [[ANY.min, ANY.max], [0.0, 0.0], [1.0, -1.0]] {
                    assert!(ANY.contains(mapped(value, [0.0, 1e-9], to, curve, false)));
                }
            }
        }
    }
}
