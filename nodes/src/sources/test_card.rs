//! A picture to set up projectors with, and to try patches on.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, NodeSpec, Out};

use crate::effect::compile;

const IMAGE: Out<Frame> = Out::new("image", "The test card, at the size of the canvas.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "test_card",
        category: Category::Source,
        summary: "A test card.",
        doc: "Colour bars, greys, a grid, a circle that must be round, and a hand that turns once a minute. \
              It needs no file: patches can be tried on it, and projectors set up.",
        example: "screen(test_card());\n",
        outputs: &[IMAGE.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| {
        let wgsl = include_str!("test_card.wgsl");
        Ok(Box::new(TestCard { effect: compile::<Uniforms>(ctx, "test_card", 0, wgsl)? }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    size: [f32; 2],
    secs: f32,
    padding: f32,
}

struct TestCard {
    effect: Arc<Effect>,
}

impl Node for TestCard {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let size_px = ctx.canvas_px;
        let uniforms =
            Uniforms { size: size_px.map(|side| side as f32), secs: ctx.tick.shader_secs(), padding: 0.0 };
        let texture = ctx.gpu()?.draw(&self.effect, &[], bytemuck::bytes_of(&uniforms), size_px)?;
        io.set_frame(&IMAGE, Frame::from_texture(texture));
        Ok(())
    }
}
