//! A picture in a few colours.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::{Frame, Pixels};
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::options::Options;
use pastiche_engine::port::{Colour, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::effect::{compile, pass, to_change};

const IMAGE: In<Frame> = In::required("image", "Picture to colour.");
const SMOOTH: In<Control> = In::control(
    "smooth",
    1.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 8.0),
    "1 is a gradient, at 0 there are the colours alone, with hard steps between them.",
);
const SHIFT: In<Control> = In::control(
    "shift",
    0.0,
    Unit::Ratio,
    range(-1.0, 1.0),
    range(-1000.0, 1000.0),
    "How far the colours wander along the brightness: there at 1, and back again at 2.",
);
const FROM: In<Frame> = In::optional("from", "A picture whose own colours are the palette.");
const AMOUNT: In<Control> = In::amount("How much of the colours.");
const OUT: Out<Frame> = Out::new("image", "The picture in the colours of the palette.");

const MOST_COLOURS: usize = 8;

const COLOURS: [In<Colour>; MOST_COLOURS] = [
    In::optional(
        "colour_1",
        "A colour of your own, the darkest; with one or more given, they are the palette.",
    ),
    In::optional("colour_2", "A colour of your own, the second."),
    In::optional("colour_3", "A colour of your own, the third."),
    In::optional("colour_4", "A colour of your own, the fourth."),
    In::optional("colour_5", "A colour of your own, the fifth."),
    In::optional("colour_6", "A colour of your own, the sixth."),
    In::optional("colour_7", "A colour of your own, the seventh."),
    In::optional("colour_8", "A colour of your own, the lightest."),
];

/// The colours of a preset, from dark to light, sRGB.
type Codes = &'static [u32];

const PRESETS: [(&str, Codes); 10] = [
    ("sunset", &[0x1b1040, 0x6a2560, 0xd8455a, 0xff9848, 0xffe8a8]),
    ("grey", &[0x000000, 0xffffff]),
    ("sepia", &[0x1a0f08, 0x704828, 0xc8a070, 0xfff4dc]),
    ("fire", &[0x080000, 0x7a0c00, 0xe84800, 0xffb400, 0xfffbd8]),
    ("ocean", &[0x020a24, 0x0a3a6a, 0x1c86a0, 0x7ed0c0, 0xf2fff2]),
    ("forest", &[0x0a140c, 0x24482c, 0x5c8040, 0xb8b860, 0xf8f4d0]),
    ("neon", &[0x0a0020, 0x5800b0, 0xf000a0, 0x00e0ff, 0xf8ffff]),
    ("candy", &[0x4a2060, 0xe860a0, 0xff9ec0, 0x90e0e8, 0xfffce0]),
    ("night", &[0x000008, 0x101c48, 0x3c4c90, 0x98a4d8, 0xfff8e8]),
    ("thermal", &[0x000010, 0x300080, 0xb01880, 0xf06020, 0xffd020, 0xffffff]),
];
const PRESET: Opt<Choice<Codes>> =
    Opt::choice("preset", &PRESETS, "Colours to paint with when you give none of your own.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "palette",
        category: Category::Look,
        summary: "Paints a picture in the colours of a palette.",
        doc: "Dark places get the first colour, bright ones the last, with the others between them: one of \
              the presets, two to eight colours of your own (one alone goes from black to it), or those of the \
              picture `from`. Brightness \
              is as the eye sees it.",
        example: "let card = test_card();\n\
                  let own = card.palette(#{ colour_1: colour(\"#203060\"), colour_2: colour(\"#ffd0a0\") });\n\
                  screen(blend(palette(card, \"sunset\", #{ shift: lfo(0.05) }), own, 0.5));\n",
        inputs: &[
            &IMAGE.0,
            &SMOOTH.0,
            &SHIFT.0,
            &COLOURS[0].0,
            &COLOURS[1].0,
            &COLOURS[2].0,
            &COLOURS[3].0,
            &COLOURS[4].0,
            &COLOURS[5].0,
            &COLOURS[6].0,
            &COLOURS[7].0,
            &FROM.0,
            &AMOUNT.0,
        ],
        options: &[PRESET.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let wgsl = concat!(include_str!("../colour.wgsl"), include_str!("palette.wgsl"));
        let effect = compile::<Uniforms>(ctx, "palette", 1, wgsl)?;
        Ok(Box::new(Palette { preset: preset(options), effect, learned: None }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    colours: [[f32; 4]; MOST_COLOURS],
    count: u32,
    smooth_share: f32,
    shift: f32,
    amount: f32,
}

struct Palette {
    preset: Vec<Colour>,
    /// The colours of the picture `from`, and the picture that they are of.
    learned: Option<(Arc<Pixels>, Vec<Colour>)>,
    effect: Arc<Effect>,
}

impl Node for Palette {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some((image, amount)) = to_change(io, &IMAGE, &AMOUNT, &OUT) else { return Ok(()) };
        let own: Vec<Colour> = COLOURS
            .iter()
            .filter_map(|key| io.position(&key.0.name))
            .filter(|at| io.is_given(*at))
            .map(|at| io.colour_at(at))
            .collect();
        self.learn(ctx, io)?;
        let learned = self.learned.as_ref().map(|(_, colours)| colours);
        let palette = match own.as_slice() {
            [] => learned.unwrap_or(&self.preset).clone(),
            [one] => vec![Colour::BLACK, *one],
            _ => own,
        };
        let mut colours = [[0.0; 4]; MOST_COLOURS];
        for (place, colour) in colours.iter_mut().zip(&palette) {
            *place = colour.0;
        }
        let uniforms = Uniforms {
            colours,
            count: palette.len() as u32,
            smooth_share: io.control(&SMOOTH) as f32,
            shift: io.control(&SHIFT).rem_euclid(2.0) as f32,
            amount: amount as f32,
        };
        io.set_frame(&OUT, pass(ctx, &self.effect, &image, &uniforms)?);
        Ok(())
    }
}

impl Palette {
    /// Takes the colours of the picture `from`, when it is another one.
    fn learn(&mut self, ctx: &mut FrameCtx<'_>, io: &Io<'_>) -> Result<(), Fault> {
        match io.pixels(ctx, &FROM)? {
            Some(pixels) if self.learned.as_ref().is_none_or(|(known, _)| !Arc::ptr_eq(known, &pixels)) => {
                let colours = colours_of(&pixels.to_srgb8());
                self.learned = (!colours.is_empty()).then_some((pixels, colours));
            }
            None if io.frame(&FROM).is_none() => self.learned = None,
            _ => {}
        }
        Ok(())
    }
}

/// How many pixels of a picture are looked at.
const MOST_PIXELS: usize = 4096;

/// The colours of a picture from dark to light: the means of as many equal parts of its pixels, which are in
/// order of their brightness. Four bytes a pixel, sRGB and straight alpha; what is transparent has no colour.
fn colours_of(bytes: &[u8]) -> Vec<Colour> {
    let step = (bytes.len() / 4).div_ceil(MOST_PIXELS).max(1);
    let opaque = bytes.chunks_exact(4).step_by(step).filter(|pixel| pixel[3] > 127);
    let mut pixels: Vec<[f32; 3]> =
        opaque.map(|pixel| [0, 1, 2].map(|part| f32::from(pixel[part]) / 255.0)).collect();
    let light = |[red, green, blue]: &[f32; 3]| 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    pixels.sort_by(|first, second| light(first).total_cmp(&light(second)));
    let part = pixels.len().div_ceil(MOST_COLOURS).max(1);
    let mean = |pixels: &[[f32; 3]]| {
        let sum = |at: usize| pixels.iter().map(|pixel| pixel[at]).sum::<f32>() / pixels.len() as f32;
        Colour::from_srgb([sum(0), sum(1), sum(2), 1.0])
    };
    let mut colours: Vec<Colour> = pixels.chunks(part).map(mean).collect();
    if let [one] = colours.as_slice() {
        colours = vec![Colour::BLACK, *one];
    }
    colours
}

fn preset(options: &Options) -> Vec<Colour> {
    options.get(&PRESET).iter().map(|code| of_code(*code)).collect()
}

fn of_code(code: u32) -> Colour {
    let [_, red, green, blue] = code.to_be_bytes().map(|byte| f32::from(byte) / 255.0);
    Colour::from_srgb([red, green, blue, 1.0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_colours_of_a_picture_go_from_dark_to_light() {
        let colours = colours_of(&[255, 255, 255, 255, 10, 0, 0, 255, 0, 200, 0, 255, 9, 9, 9, 0]);
        let expected = [[10, 0, 0], [0, 200, 0], [255, 255, 255]]
            .map(|rgb: [u8; 3]| rgb.map(|part| f32::from(part) / 255.0))
            .map(|[red, green, blue]| Colour::from_srgb([red, green, blue, 1.0]));
        assert_eq!(colours, expected);
        assert_eq!(colours_of(&[255, 0, 0, 255]).len(), 2, "a palette has two colours at least");
        assert_eq!(colours_of(&[255, 0, 0, 0]), []);
    }

    #[test]
    fn presets_go_from_dark_to_light_and_fit() {
        for (name, codes) in PRESETS {
            assert!((2..=MOST_COLOURS).contains(&codes.len()), "{name}");
            let light = |code: &u32| of_code(*code).0[..3].iter().sum::<f32>();
            let (first, last) = (codes.first().unwrap(), codes.last().unwrap());
            assert!(light(first) < light(last), "{name}");
        }
    }
}
