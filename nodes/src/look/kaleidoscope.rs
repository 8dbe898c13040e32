//! A picture between mirrors.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::effect::{compile, pass, radians, to_change};

const IMAGE: In<Frame> = In::required("image", "Picture behind the mirrors.");
const SEGMENTS: In<Control> = In::control(
    "segments",
    6.0,
    Unit::None,
    range(1.0, 24.0),
    range(0.1, 1000.0),
    "How many pairs of mirror images there are around the centre.",
);
const ANGLE: In<Control> = In::control(
    "angle",
    0.0,
    Unit::Degrees,
    range(-180.0, 180.0),
    range(-36_000.0, 36_000.0),
    "How far the mirrors are turned.",
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
const AMOUNT: In<Control> = In::amount("How much of the mirror images.");
const OUT: Out<Frame> = Out::new("image", "What is seen between the mirrors.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "kaleidoscope",
        category: Category::Look,
        summary: "Looks at a picture through a kaleidoscope.",
        doc: "Shows one wedge of the picture again and again around the centre, every second time the \
              wrong way round. `angle` turns the mirrors over the picture. With a number of segments that \
              is not whole, one segment is narrower than the others.",
        example: "screen(kaleidoscope(test_card(), 8, #{ angle: lfo(0.05) * 180, centre_x: 0.4 }));\n",
        inputs: &[&IMAGE.0, &SEGMENTS.0, &ANGLE.0, &CENTRE_X.0, &CENTRE_Y.0, &AMOUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    inputs_for: None,
    make: |ctx, _| {
        let wgsl = include_str!("kaleidoscope.wgsl");
        let effect = compile::<Uniforms>(ctx, "kaleidoscope", 1, wgsl)?;
        Ok(Box::new(Kaleidoscope { effect }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    centre: [f32; 2],
    segments: f32,
    angle: f32,
    amount: f32,
}

struct Kaleidoscope {
    effect: Arc<Effect>,
}

impl Node for Kaleidoscope {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some((image, amount)) = to_change(io, &IMAGE, &AMOUNT, &OUT) else { return Ok(()) };
        let uniforms = Uniforms {
            centre: [io.control(&CENTRE_X) as f32, 1.0 - io.control(&CENTRE_Y) as f32],
            segments: io.control(&SEGMENTS) as f32,
            angle: radians(io.control(&ANGLE)),
            amount: amount as f32,
        };
        io.set_frame(&OUT, pass(ctx, &self.effect, &image, &uniforms)?);
        Ok(())
    }
}
