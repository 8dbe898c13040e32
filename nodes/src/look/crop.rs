//! A picture with its edges cut away.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::effect::{compile, pass, to_change};

const IMAGE: In<Frame> = In::required("image", "Picture to cut.");
const LEFT: In<Control> = In::control(
    "left",
    0.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-4.0, 4.0),
    "How much is cut away on the left, as a share of the width.",
);
const RIGHT: In<Control> = In::control(
    "right",
    0.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-4.0, 4.0),
    "How much is cut away on the right, as a share of the width.",
);
const TOP: In<Control> = In::control(
    "top",
    0.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-4.0, 4.0),
    "How much is cut away at the top, as a share of the height.",
);
const BOTTOM: In<Control> = In::control(
    "bottom",
    0.0,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-4.0, 4.0),
    "How much is cut away at the bottom, as a share of the height.",
);
const SOFTNESS: In<Control> = In::control(
    "softness",
    0.0,
    Unit::Px,
    range(0.0, 200.0),
    range(0.0, 20_000.0),
    "How far from its edges the picture fades in.",
);
const AMOUNT: In<Control> = In::amount("How far what is cut away fades.");
const OUT: Out<Frame> = Out::new("image", "The picture with transparent edges, in its own size.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "crop",
        category: Category::Look,
        summary: "Cuts away the edges of a picture.",
        doc: "What is cut away becomes transparent; the frame keeps its size. With `softness` the picture \
              fades in from its edges. Lay it over another picture with `blend`.",
        example: "let card = test_card();\n\
                  screen(blend(blur(card, 60), crop(card, #{ left: 0.25, right: 0.25, softness: 80 })));\n",
        inputs: &[&IMAGE.0, &LEFT.0, &RIGHT.0, &TOP.0, &BOTTOM.0, &SOFTNESS.0, &AMOUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    inputs_for: None,
    make: |ctx, _| {
        let wgsl = include_str!("crop.wgsl");
        let effect = compile::<Uniforms>(ctx, "crop", 1, wgsl)?;
        Ok(Box::new(Crop { effect }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    corners: [f32; 4],
    softness: f32,
    amount: f32,
}

struct Crop {
    effect: Arc<Effect>,
}

impl Node for Crop {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some((image, amount)) = to_change(io, &IMAGE, &AMOUNT, &OUT) else { return Ok(()) };
        let corners = [&LEFT, &TOP, &RIGHT, &BOTTOM].map(|key| io.control(key));
        let uniforms = Uniforms {
            corners: corners.map(|corner| corner as f32),
            softness: (io.control(&SOFTNESS) * ctx.pixel_scale()) as f32,
            amount: amount as f32,
        };
        io.set_frame(&OUT, pass(ctx, &self.effect, &image, &uniforms)?);
        Ok(())
    }
}
