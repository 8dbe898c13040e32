//! A painting in the colours of its model.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::{Effect, Fit};
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out};

use crate::effect::compile;

const IMAGE: In<Frame> =
    In::required("image", "Painting, which gives light and shade; the result has its size.");
const ORIGINAL: In<Frame> = In::required("original", "Picture that gives the colours.");
const AMOUNT: In<Control> = In::amount("How much of the picture's colours.");
const OUT: Out<Frame> = Out::new("image", "The painting in the colours of the picture.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "keep_colour",
        category: Category::Paint,
        summary: "Gives a painting the colours of the picture it was made of.",
        doc: "Takes light and shade from the painting and colour from the original, in linear light (BT.709), so \
              that strokes stay and colours come back. Where the painting is too dark for a colour, the colour \
              is paler. With no original yet, it is the painting.",
        example: "let card = test_card();\nlet painted = style_transfer(card, style(\"ink_and_peach\"));\n\
                  screen(keep_colour(painted, card, 0.8));\n",
        inputs: &[&IMAGE.0, &ORIGINAL.0, &AMOUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| {
        let wgsl = include_str!("keep_colour.wgsl");
        Ok(Box::new(KeepColour { effect: compile::<Uniforms>(ctx, "keep_colour", 2, wgsl)? }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    amount: f32,
}

struct KeepColour {
    effect: Arc<Effect>,
}

impl Node for KeepColour {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some(image) = io.frame(&IMAGE).cloned() else {
            io.clear_frame(&OUT);
            return Ok(());
        };
        let amount = io.control(&AMOUNT);
        let Some(original) = io.frame(&ORIGINAL).filter(|_| amount != 0.0) else {
            io.set_frame(&OUT, image);
            return Ok(());
        };
        let gpu = ctx.gpu()?;
        let painting = gpu.texture(&image)?;
        let original = gpu.texture(original)?;
        let original = gpu.fit(&original, image.size_px(), Fit::Cover)?;
        let uniforms = Uniforms { amount: amount as f32 };
        let inputs = [&painting, &original];
        let texture = gpu.draw(&self.effect, &inputs, bytemuck::bytes_of(&uniforms), image.size_px())?;
        io.set_frame(&OUT, Frame::from_texture(texture));
        Ok(())
    }
}
