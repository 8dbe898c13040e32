//! What a picture shows at a place, as controls.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use half::f16;
use pastiche_engine::frame::{Frame, PixelFormat, Pixels};
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node, Status};
use pastiche_engine::port::{Colour, Control, srgb_to_linear};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::effect::compile;

const IMAGE: In<Frame> = In::required("image", "Picture to look at.");
const X: In<Control> = place("x", "Middle of the area: 0 is the left edge, 1 the right one.");
const Y: In<Control> = place("y", "Middle of the area: 0 is the lower edge, 1 the upper one.");
const WIDTH: In<Control> = side("width", "Width of the area as a share of the picture's; 0 is a point.");
const HEIGHT: In<Control> = side("height", "Height of the area as a share of the picture's; 0 is a point.");
const LUMA: Out<Control> = Out::share("luma", "Brightness.");
const RED: Out<Control> = Out::share("red", "Red.");
const GREEN: Out<Control> = Out::share("green", "Green.");
const BLUE: Out<Control> = Out::share("blue", "Blue.");
const ALPHA: Out<Control> = Out::share("alpha", "How opaque it is.");
const COLOUR: Out<Colour> = Out::new("colour", "The colour as a whole.");

const fn place(name: &'static str, doc: &'static str) -> In<Control> {
    In::control(name, 0.5, Unit::Ratio, range(0.0, 1.0), range(-4.0, 5.0), doc)
}

const fn side(name: &'static str, doc: &'static str) -> In<Control> {
    In::control(name, 0.0, Unit::Ratio, range(0.0, 1.0), range(0.0, 10.0), doc)
}

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "probe",
        category: Category::Control,
        summary: "Measures colour and brightness of a picture.",
        doc: "The mean colour of a point or an area, from 0 to 1 and above, in linear light and times its alpha. \
              Beyond its edges a picture goes on with its last pixels. Live, a picture that is made on the \
              graphics adapter is measured a few frames late.",
        example: "let card = test_card();\nlet light = probe(card, 0.5, 0.5, 1, 1).luma;\n\
                  screen(blur(card, light * 40));\n",
        inputs: &[&IMAGE.0, &X.0, &Y.0, &WIDTH.0, &HEIGHT.0],
        outputs: &[LUMA.0, RED.0, GREEN.0, BLUE.0, ALPHA.0, COLOUR.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| {
        let wgsl = include_str!("probe.wgsl");
        let effect = ctx.gpu.map(|_| compile::<Uniforms>(ctx, "probe", 1, wgsl)).transpose()?;
        Ok(Box::new(Probe { effect, waiting: true }))
    },
}];

/// The most cells of a side, which are read back from the GPU, and the most samples of a cell's side.
const MOST_CELLS: u32 = 16;
const MOST_SAMPLES: u32 = 8;

#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
struct Uniforms {
    origin: [f32; 2],
    step: [f32; 2],
    samples: [i32; 2],
}

struct Probe {
    /// Pictures on the GPU are not there without one.
    effect: Option<Arc<Effect>>,
    waiting: bool,
}

impl Node for Probe {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some(image) = io.frame(&IMAGE).cloned() else { return Ok(()) };
        let middle = [io.control(&X), 1.0 - io.control(&Y)];
        let area = Area::new(image.size_px(), middle, [io.control(&WIDTH), io.control(&HEIGHT)]);
        let mean = match (image.memory(), &self.effect) {
            (Some(pixels), _) => Some(area.mean(pixels)),
            (None, Some(effect)) => {
                let gpu = ctx.gpu()?;
                let picture = gpu.texture(&image)?;
                let uniforms = area.uniforms();
                let cells = gpu.draw(effect, &[&picture], bytemuck::bytes_of(&uniforms), area.cells)?;
                let pixels = io.read_back(ctx, &Frame::from_texture(cells), 0)?;
                pixels.map(|pixels| mean_of(pixels.size_px(), |x, y| pixel(&pixels, x, y)))
            }
            (None, None) => None,
        };
        if let Some(mean) = mean {
            self.waiting = false;
            let [red, green, blue, alpha] = mean;
            // The luma of BT.709, in linear light.
            io.set_control(&LUMA, 0.2126 * red + 0.7152 * green + 0.0722 * blue);
            io.set_control(&RED, red);
            io.set_control(&GREEN, green);
            io.set_control(&BLUE, blue);
            io.set_control(&ALPHA, alpha);
            io.set_colour(&COLOUR, Colour(mean.map(|value| value as f32)));
        }
        Ok(())
    }

    fn status(&self) -> Status {
        if self.waiting { Status::Waiting("waiting for the first picture".into()) } else { Status::Ready }
    }
}

/// Which pixels are looked at: cells, and samples inside them, alike in memory and on the GPU. In an
/// area of many pixels some are left out, evenly.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Area {
    size_px: [u32; 2],
    origin: [f64; 2],
    cells: [u32; 2],
    samples: [u32; 2],
    step: [f64; 2],
}

impl Area {
    fn new(size_px: [u32; 2], middle: [f64; 2], share: [f64; 2]) -> Area {
        let mut area = Area { size_px, origin: [0.0; 2], cells: [1; 2], samples: [1; 2], step: [0.0; 2] };
        for axis in 0..2 {
            let side = f64::from(size_px[axis]);
            let length = (share[axis] * side).max(1.0);
            let pixels = length.ceil() as u32;
            area.cells[axis] = pixels.min(MOST_CELLS);
            area.samples[axis] = pixels.div_ceil(area.cells[axis]).min(MOST_SAMPLES);
            area.step[axis] = length / f64::from(area.cells[axis] * area.samples[axis]);
            // A point at the very edge is the last pixel; an area lies around its middle.
            let middle_px = middle[axis] * side;
            area.origin[axis] = if length <= 1.0 { middle_px.ceil() - 1.0 } else { middle_px - length / 2.0 };
        }
        area
    }

    fn uniforms(&self) -> Uniforms {
        Uniforms {
            origin: self.origin.map(|value| value as f32),
            step: self.step.map(|value| value as f32),
            samples: self.samples.map(|count| count as i32),
        }
    }

    fn mean(&self, pixels: &Pixels) -> [f64; 4] {
        let counts = [self.cells[0] * self.samples[0], self.cells[1] * self.samples[1]];
        let at = |axis: usize, sample: u32| {
            let place = self.origin[axis] + (f64::from(sample) + 0.5) * self.step[axis];
            place.floor().clamp(0.0, f64::from(self.size_px[axis] - 1)) as u32
        };
        mean_of(counts, |x, y| pixel(pixels, at(0, x), at(1, y)))
    }
}

fn mean_of([width, height]: [u32; 2], pixel: impl Fn(u32, u32) -> [f64; 4]) -> [f64; 4] {
    let mut sum = [0.0; 4];
    for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
        sum.iter_mut().zip(pixel(x, y)).for_each(|(sum, value)| *sum += value);
    }
    sum.map(|sum| sum / f64::from(width * height))
}

/// One pixel, in linear light, premultiplied.
fn pixel(pixels: &Pixels, x: u32, y: u32) -> [f64; 4] {
    let bytes_per_pixel = pixels.format().bytes_per_pixel();
    let start = (y as usize * pixels.size_px()[0] as usize + x as usize) * bytes_per_pixel;
    let bytes = &pixels.bytes()[start..start + bytes_per_pixel];
    match pixels.format() {
        PixelFormat::LinearHalf => {
            [0, 2, 4, 6].map(|at| f64::from(f16::from_le_bytes([bytes[at], bytes[at + 1]]).to_f32()))
        }
        PixelFormat::Srgb8 => {
            let alpha = f64::from(bytes[3]) / 255.0;
            let linear = |byte: u8| f64::from(srgb_to_linear(f32::from(byte) / 255.0)) * alpha;
            [linear(bytes[0]), linear(bytes[1]), linear(bytes[2]), alpha]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(width: u32, height: u32) -> Pixels {
        let place = |at: u32| [at % width, at / width].map(|value| f16::from_f32(value as f32));
        let pixel = |at| [place(at)[0], place(at)[1], f16::from_f32(0.0), f16::from_f32(1.0)];
        let bytes = (0..width * height).flat_map(pixel).flat_map(f16::to_le_bytes).collect();
        Pixels::new([width, height], PixelFormat::LinearHalf, bytes).unwrap()
    }

    #[test]
    fn a_point_is_the_pixel_under_it() {
        let pixels = ramp(10, 4);
        for (x, expected) in [(0.05, 0.0), (0.55, 5.0), (1.0, 9.0), (0.0, 0.0), (-4.0, 0.0), (5.0, 9.0)] {
            assert_eq!(Area::new([10, 4], [x, 0.5], [0.0; 2]).mean(&pixels)[0], expected, "{x}");
        }
    }

    #[test]
    fn an_area_is_its_mean() {
        for (width, height) in [(10, 4), (16, 9), (33, 20), (300, 200)] {
            let mean = Area::new([width, height], [0.5; 2], [1.0; 2]).mean(&ramp(width, height));
            let expected = [width, height].map(|side| f64::from(side - 1) / 2.0);
            for (mean, expected) in mean.into_iter().zip(expected) {
                assert!((mean - expected).abs() < 0.51, "{width}x{height}: {mean} against {expected}");
            }
        }
        let half = Area::new([10, 4], [0.25, 0.5], [0.5, 1.0]).mean(&ramp(10, 4));
        assert_eq!(half[..2], [2.0, 1.5]);
    }
}
