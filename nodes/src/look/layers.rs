//! Many pictures over each other.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::{Effect, Fit};
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, List};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::effect::{AtAmount, compile};

const IMAGES: In<List<Frame>> = In::required("images", "Pictures from the bottom to the top.");
const AMOUNTS: In<List<Control>> = In::optional_controls(
    "amounts",
    Unit::Ratio,
    range(0.0, 1.0),
    range(-4.0, 4.0),
    "How much of each picture, in the same order; without them all of each.",
);
const AMOUNT: In<Control> = In::amount("How much of the layers, over the picture at the bottom.");
const OUT: Out<Frame> = Out::new("image", "All layers in one, at the size of the picture at the bottom.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "layers",
        category: Category::Look,
        summary: "Lays many pictures over each other.",
        doc: "Each picture lies over those before it, as much of it as its amount says; where it is \
              transparent, they are seen. A picture that is not there yet is left out. For other ways to \
              meet, see `blend`.",
        example: "let ring = shape(\"rings\", #{ thickness: 12 });\n\
                  screen(layers([test_card(), noise(), ring], [1, lfo(0.2) * 0.3 + 0.3, 0.8]));\n",
        inputs: &[&IMAGES.0, &AMOUNTS.0, &AMOUNT.0],
        outputs: &[OUT.0],
        paired_lists: &[("images", "amounts")],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| {
        Ok(Box::new(Layers {
            bottom: compile::<Uniforms>(ctx, "layers", 1, include_str!("layers_bottom.wgsl"))?,
            over: compile::<Uniforms>(ctx, "layers", 2, include_str!("layers.wgsl"))?,
            at_amount: AtAmount::new(ctx)?,
        }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    amount: f32,
}

struct Layers {
    bottom: Arc<Effect>,
    over: Arc<Effect>,
    at_amount: AtAmount,
}

impl Node for Layers {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let (images, amounts) = (io.frames(&IMAGES).count(), io.controls(&AMOUNTS).count());
        let keys = (IMAGES, AMOUNTS);
        let whole = std::iter::repeat_n(1.0, if amounts > 0 { 0 } else { images });
        let all = io.frames(&keys.0).zip(io.controls(&keys.1).chain(whole));
        let layers: Vec<(&Frame, f64)> =
            all.filter_map(|(image, amount)| Some(image?).zip(Some(amount))).collect();
        let Some((bottom, bottom_amount)) = layers.first() else {
            io.clear_frame(&OUT);
            return Ok(());
        };
        let gpu = ctx.gpu()?;
        let mut stack = gpu.texture(bottom)?;
        if *bottom_amount != 1.0 {
            let uniforms = Uniforms { amount: *bottom_amount as f32 };
            stack = gpu.draw(&self.bottom, &[&stack], bytemuck::bytes_of(&uniforms), bottom.size_px())?;
        }
        for (image, amount) in layers.iter().skip(1).filter(|(_, amount)| *amount != 0.0) {
            let top = gpu.texture(image)?;
            let top = gpu.fit(&top, bottom.size_px(), Fit::Cover)?;
            let uniforms = Uniforms { amount: *amount as f32 };
            stack = gpu.draw(&self.over, &[&stack, &top], bytemuck::bytes_of(&uniforms), bottom.size_px())?;
        }
        let result = self.at_amount.draw(gpu, bottom, stack, io.control(&AMOUNT))?;
        io.set_frame(&OUT, result);
        Ok(())
    }
}
