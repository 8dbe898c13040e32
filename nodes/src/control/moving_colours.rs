//! Colours that move: of controls, and on the way from one to another.

use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Colour, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Range, Unit, range};

const FAR: Range = range(-1000.0, 1000.0);

const HUE: In<Control> = In::control(
    "hue",
    0.0,
    Unit::Ratio,
    range(0.0, 1.0),
    FAR,
    "Place on the colour wheel, in turns: 0 is red, 0.33 green, 0.67 blue, and round again.",
);
const SATURATION: In<Control> = share("saturation", 1.0, "0 is grey, 1 the purest colour.");
const VALUE: In<Control> = share("value", 1.0, "0 is black, 1 the brightest.");
const RED: In<Control> = share("red", 0.0, "How much red, as on a screen (sRGB).");
const GREEN: In<Control> = share("green", 0.0, "How much green, as on a screen (sRGB).");
const BLUE: In<Control> = share("blue", 0.0, "How much blue, as on a screen (sRGB).");
const ALPHA: In<Control> = share("alpha", 1.0, "How opaque it is.");
const A: In<Colour> = In::colour("a", Colour::BLACK, "Colour where `amount` is 0.");
const B: In<Colour> = In::colour("b", Colour::WHITE, "Colour where `amount` is 1.");
const AMOUNT: In<Control> =
    In::control("amount", 0.5, Unit::Ratio, range(0.0, 1.0), range(-4.0, 4.0), "How far from a to b.");
const COLOUR: Out<Colour> = Out::new("colour", "The colour.");

const fn share(name: &'static str, default: f64, doc: &'static str) -> In<Control> {
    In::control(name, default, Unit::Ratio, range(0.0, 1.0), range(0.0, 100.0), doc)
}

pub static KINDS: [NodeKind; 3] = [
    NodeKind {
        spec: NodeSpec {
            name: "colour_hsv",
            category: Category::Control,
            summary: "A moving colour by its hue.",
            doc: "A colour by hue, saturation and value; `hsv(hue, saturation, value)` in a script.",
            example: "screen(solid(hsv(time() * 0.1, 0.8, 1)));\n",
            inputs: &[&HUE.0, &SATURATION.0, &VALUE.0],
            outputs: &[COLOUR.0],
            ..NodeSpec::PLAIN
        },
        make: |_, _| {
            Ok(Moving::boxed(|io| {
                let [hue, saturation, value] = [&HUE, &SATURATION, &VALUE].map(|key| io.control(key));
                Colour::from_hsv(hue.rem_euclid(1.0) as f32, saturation as f32, value as f32)
            }))
        },
    },
    NodeKind {
        spec: NodeSpec {
            name: "colour_rgb",
            category: Category::Control,
            summary: "A moving colour by its red, green and blue.",
            doc: "A colour by its components; `rgb(red, green, blue)` and `rgba(red, green, blue, alpha)` in a \
                  script.",
            example: "screen(solid(rgb(lfo(0.2).to(0, 1), 0.2, lfo(0.3).to(0, 1))));\n",
            inputs: &[&RED.0, &GREEN.0, &BLUE.0, &ALPHA.0],
            outputs: &[COLOUR.0],
            ..NodeSpec::PLAIN
        },
        make: |_, _| {
            Ok(Moving::boxed(|io| {
                let components = [&RED, &GREEN, &BLUE, &ALPHA].map(|key| io.control(key) as f32);
                Colour::from_srgb(components)
            }))
        },
    },
    NodeKind {
        spec: NodeSpec {
            name: "colour_lerp",
            category: Category::Control,
            summary: "A colour on the way from one to another.",
            doc: "From one colour to another, in steps that are even to the eye; `lerp(a, b, amount)` in a script.",
            example: "screen(solid(lerp(\"midnightblue\", \"tomato\", lfo(0.2).to(0, 1))));\n",
            inputs: &[&A.0, &B.0, &AMOUNT.0],
            outputs: &[COLOUR.0],
            ..NodeSpec::PLAIN
        },
        make: |_, _| {
            Ok(Moving::boxed(|io| io.colour(&A).mixed_with(io.colour(&B), io.control(&AMOUNT) as f32)))
        },
    },
];

struct Moving(fn(&Io<'_>) -> Colour);

impl Moving {
    fn boxed(colour: fn(&Io<'_>) -> Colour) -> Box<dyn Node> {
        Box::new(Moving(colour))
    }
}

impl Node for Moving {
    fn frame(&mut self, _ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Colour([red, green, blue, alpha]) = (self.0)(io);
        io.set_colour(&COLOUR, Colour([red, green, blue, alpha.clamp(0.0, 1.0)]));
        Ok(())
    }
}
