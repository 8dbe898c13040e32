//! Light that shines over its surroundings.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::effect::{compile, to_change};
use crate::look::gaussian::Gaussian;

const IMAGE: In<Frame> = In::required("image", "Picture whose lights shine.");
const THRESHOLD: In<Control> = In::control(
    "threshold",
    0.4,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-4.0, 100.0),
    "Light below this does not shine; 1 is white.",
);
const RADIUS: In<Control> = In::control(
    "radius",
    80.0,
    Unit::Px,
    range(0.0, 200.0),
    range(0.0, 2000.0),
    "How far it shines: two standard deviations.",
);
const STRENGTH: In<Control> =
    In::control("strength", 2.0, Unit::None, range(0.0, 4.0), range(0.0, 100.0), "How brightly it shines.");
const AMOUNT: In<Control> = In::amount("How much of the shine; below 0 lights cast shadows.");
const OUT: Out<Frame> = Out::new("image", "The picture with its shine.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "bloom",
        category: Category::Look,
        summary: "Lets the bright parts of a picture shine.",
        doc: "What is brighter than the threshold is blurred and added to the picture, in linear light, as \
              in a lens or in the eye. Transparent surroundings shine too.",
        example: "screen(bloom(test_card(), 0.4, lfo(0.2) * 40 + 60));\n",
        inputs: &[&IMAGE.0, &THRESHOLD.0, &RADIUS.0, &STRENGTH.0, &AMOUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| {
        Ok(Box::new(Bloom {
            bright: compile::<BrightUniforms>(ctx, "bloom bright", 1, include_str!("bloom_bright.wgsl"))?,
            gaussian: Gaussian::new(ctx)?,
            add: compile::<AddUniforms>(ctx, "bloom", 2, include_str!("bloom.wgsl"))?,
        }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct BrightUniforms {
    threshold: f32,
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct AddUniforms {
    strength: f32,
    amount: f32,
}

struct Bloom {
    bright: Arc<Effect>,
    gaussian: Gaussian,
    add: Arc<Effect>,
}

impl Node for Bloom {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some((image, amount)) = to_change(io, &IMAGE, &AMOUNT, &OUT) else { return Ok(()) };
        // A Gaussian narrower than this changes nothing.
        let sigma_px = (io.control(&RADIUS) / 2.0 * ctx.pixel_scale()).max(0.05);
        let bright = BrightUniforms { threshold: io.control(&THRESHOLD) as f32 };
        let add = AddUniforms { strength: io.control(&STRENGTH) as f32, amount: amount as f32 };
        let gpu = ctx.gpu()?;
        let picture = gpu.texture(&image)?;
        let lights = gpu.draw(&self.bright, &[&picture], bytemuck::bytes_of(&bright), image.size_px())?;
        let shine = self.gaussian.draw(gpu, &lights, sigma_px, 1.0)?;
        let result = gpu.draw(&self.add, &[&picture, &shine], bytemuck::bytes_of(&add), image.size_px())?;
        io.set_frame(&OUT, Frame::from_texture(result));
        Ok(())
    }
}
