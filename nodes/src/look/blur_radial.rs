//! A blur around a point.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::effect::{compile, pass, to_change};

const IMAGE: In<Frame> = In::required("image", "Picture to blur.");
const STRENGTH: In<Control> = In::control(
    "strength",
    0.2,
    Unit::Ratio,
    range(0.0, 1.0),
    range(0.0, 6.0),
    "Length of the streaks, as a share of the distance from the centre.",
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
const AMOUNT: In<Control> = In::amount("How much of the blur; below 0 it sharpens.");
const OUT: Out<Frame> = Out::new("image", "The blurred picture.");

/// With the numbers of `blur_radial.wgsl`.
const MODE: Opt<Choice<u32>> =
    Opt::choice("mode", &[("zoom", 0), ("spin", 1)], "Whether streaks go outwards or around.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "blur_radial",
        category: Category::Look,
        summary: "Blurs a picture outwards from a point, or around it.",
        doc: "With `zoom` light streaks away from the centre, with `spin` around it. Streaks are as long \
              as `strength` times the distance from the centre.",
        example: "screen(blur_radial(test_card(), lfo(0.2) * 0.2 + 0.2, #{ mode: \"zoom\" }));\n",
        inputs: &[&IMAGE.0, &STRENGTH.0, &CENTRE_X.0, &CENTRE_Y.0, &AMOUNT.0],
        options: &[MODE.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    inputs_for: None,
    make: |ctx, options| {
        let wgsl = include_str!("blur_radial.wgsl");
        let effect = compile::<Uniforms>(ctx, "blur_radial", 1, wgsl)?;
        Ok(Box::new(BlurRadial { mode: options.get(&MODE), effect }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    centre: [f32; 2],
    strength: f32,
    mode: u32,
    amount: f32,
}

struct BlurRadial {
    mode: u32,
    effect: Arc<Effect>,
}

impl Node for BlurRadial {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some((image, amount)) = to_change(io, &IMAGE, &AMOUNT, &OUT) else { return Ok(()) };
        let uniforms = Uniforms {
            centre: [io.control(&CENTRE_X) as f32, 1.0 - io.control(&CENTRE_Y) as f32],
            strength: io.control(&STRENGTH) as f32,
            mode: self.mode,
            amount: amount as f32,
        };
        io.set_frame(&OUT, pass(ctx, &self.effect, &image, &uniforms)?);
        Ok(())
    }
}
