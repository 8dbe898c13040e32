//! Noise that moves like clouds, water or cells.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::effect::compile;

const SCALE: In<Control> = In::control(
    "scale",
    300.0,
    Unit::Px,
    range(10.0, 1000.0),
    range(0.1, 100_000.0),
    "Size of its largest forms.",
);
const SPEED: In<Control> = In::control(
    "speed",
    0.3,
    Unit::Hz,
    range(0.0, 4.0),
    range(-1000.0, 1000.0),
    "How often its largest forms change in a second.",
);
const OCTAVES: In<Control> = In::control(
    "octaves",
    3.0,
    Unit::None,
    range(1.0, 8.0),
    range(1.0, 12.0),
    "Layers of ever finer forms; between two numbers the finest fades in.",
);
const CONTRAST: In<Control> = In::control(
    "contrast",
    1.0,
    Unit::Ratio,
    range(0.0, 4.0),
    range(-100.0, 100.0),
    "How far light and dark are apart; below 0 they change places.",
);
const IMAGE: Out<Frame> = Out::new("image", "The noise, at the size of the canvas.");

/// With the numbers of `noise.wgsl`.
const FORM: Opt<Choice<u32>> = Opt::choice(
    "form",
    &[("perlin", 1), ("value", 0), ("simplex", 2), ("worley", 3), ("curl", 4)],
    "What it looks like.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "noise",
        category: Category::Source,
        summary: "Noise that moves like clouds, water or cells.",
        doc: "Grey on an opaque picture, around a middle grey: `value` is soft and square, `perlin` and \
              `simplex` are clouds, `worley` is cells. `curl` is a picture for `displace` and `particles`: \
              its red and green say where whirls without sources flow, to the right and up, from a middle \
              grey. Every node has a noise of its own, the same each time.",
        example: "let clouds = noise(400, 0.2, 5, #{ form: \"simplex\" });\n\
                  screen(blend(test_card(), clouds, #{ mode: \"multiply\" }));\n",
        inputs: &[&SCALE.0, &SPEED.0, &OCTAVES.0, &CONTRAST.0],
        options: &[FORM.0],
        outputs: &[IMAGE.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let wgsl = concat!(
            include_str!("../colour.wgsl"),
            include_str!("../random.wgsl"),
            include_str!("noise.wgsl")
        );
        Ok(Box::new(Noise {
            form: options.get(&FORM),
            seed: (ctx.seed ^ (ctx.seed >> 32)) as u32,
            effect: compile::<Uniforms>(ctx, "noise", 0, wgsl)?,
            age: Age::default(),
        }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    size: [f32; 2],
    scale: f32,
    octaves: f32,
    contrast: f32,
    threes: i32,
    rest: f32,
    form: u32,
    seed: u32,
    padding: f32,
}

struct Noise {
    form: u32,
    seed: u32,
    effect: Arc<Effect>,
    age: Age,
}

impl Node for Noise {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        self.age.advance(io.control(&SPEED) * ctx.tick.delta_secs());
        let size_px = ctx.canvas_px;
        let uniforms = Uniforms {
            size: size_px.map(|side| side as f32),
            scale: (io.control(&SCALE) * ctx.pixel_scale()) as f32,
            octaves: io.control(&OCTAVES) as f32,
            contrast: io.control(&CONTRAST) as f32,
            threes: self.age.threes,
            rest: self.age.rest as f32,
            form: self.form,
            seed: self.seed,
            padding: 0.0,
        };
        let texture = ctx.gpu()?.draw(&self.effect, &[], bytemuck::bytes_of(&uniforms), size_px)?;
        io.set_frame(&IMAGE, Frame::from_texture(texture));
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        self.age = old.age;
    }
}

/// How many changes there have been: whole threes, which move any lattice by whole cells, and a rest
/// from 0 to 3, so that a month of running loses no precision in 32 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Age {
    threes: i32,
    rest: f64,
}

impl Age {
    fn advance(&mut self, changes: f64) {
        let rest = self.rest + changes;
        let threes = (rest / 3.0).floor();
        self.threes = self.threes.wrapping_add(threes as i32);
        self.rest = (rest - 3.0 * threes).clamp(0.0, 3.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_runs_both_ways_and_loses_nothing() {
        let mut age = Age::default();
        for _ in 0..600 {
            age.advance(0.05);
        }
        assert!((f64::from(age.threes) * 3.0 + age.rest - 30.0).abs() < 1e-9, "{age:?}");
        age.advance(-31.0);
        assert_eq!(age.threes, -1);
        assert!((age.rest - 2.0).abs() < 1e-9, "{age:?}");
        age.threes = i32::MAX;
        age.advance(3.0);
        assert_eq!(age.threes, i32::MIN, "it goes on");
    }
}
