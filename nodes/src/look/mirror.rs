//! One half of a picture, seen twice.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::effect::{compile, pass, radians, to_change};

const IMAGE: In<Frame> = In::required("image", "Picture to mirror.");
const ANGLE: In<Control> = In::control(
    "angle",
    0.0,
    Unit::Degrees,
    range(-180.0, 180.0),
    range(-36_000.0, 36_000.0),
    "How far the mirror is turned.",
);
const CENTRE_X: In<Control> = In::control(
    "centre_x",
    0.5,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-10.0, 10.0),
    "Where the centre is across the picture: 0 is the left edge, 1 the right.",
);
const CENTRE_Y: In<Control> = In::control(
    "centre_y",
    0.5,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-10.0, 10.0),
    "Where the centre is up the picture: 0 is the bottom edge, 1 the top.",
);
const AMOUNT: In<Control> = In::amount("How much of the mirror image.");
const OUT: Out<Frame> = Out::new("image", "The mirrored picture.");

const HALF: Opt<Choice<f64>> = Opt::choice(
    "half",
    &[("left", 180.0), ("right", 0.0), ("top", 90.0), ("bottom", -90.0)],
    "The half that stays.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "mirror",
        category: Category::Look,
        summary: "Mirrors one half of a picture onto the other.",
        doc: "A mirror stands on the picture: one half stays, the other shows the first half the wrong \
              way round. Turn and move the mirror with `angle` and the centre.",
        example: "screen(mirror(test_card(), #{ half: \"left\", angle: lfo(0.1) * 20 }));\n",
        inputs: &[&IMAGE.0, &ANGLE.0, &CENTRE_X.0, &CENTRE_Y.0, &AMOUNT.0],
        options: &[HALF.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    inputs_for: None,
    make: |ctx, options| {
        let wgsl = include_str!("mirror.wgsl");
        let effect = compile::<Uniforms>(ctx, "mirror", 1, wgsl)?;
        Ok(Box::new(Mirror { half_degrees: options.get(&HALF), effect }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    normal: [f32; 2],
    centre: [f32; 2],
    amount: f32,
}

struct Mirror {
    /// Where the half that stays lies, seen from the centre.
    half_degrees: f64,
    effect: Arc<Effect>,
}

impl Node for Mirror {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some((image, amount)) = to_change(io, &IMAGE, &AMOUNT, &OUT) else { return Ok(()) };
        let (sine, cosine) = radians(self.half_degrees + io.control(&ANGLE)).sin_cos();
        let uniforms = Uniforms {
            normal: [cosine, -sine],
            centre: [io.control(&CENTRE_X) as f32, 1.0 - io.control(&CENTRE_Y) as f32],
            amount: amount as f32,
        };
        io.set_frame(&OUT, pass(ctx, &self.effect, &image, &uniforms)?);
        Ok(())
    }
}
