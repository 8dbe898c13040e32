//! A picture of few large pixels.

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
use crate::look::cells::{Cells, Grid};

const IMAGE: In<Frame> = In::required("image", "Picture to make of large pixels.");
const SIZE: In<Control> =
    In::control("size", 24.0, Unit::Px, range(1.0, 200.0), range(0.0, 20_000.0), "Side of a large pixel.");
const AMOUNT: In<Control> = In::amount("How much of the effect; below 0 details stand out.");
const OUT: Out<Frame> = Out::new("image", "The picture in large pixels.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "pixelate",
        category: Category::Look,
        summary: "Makes a picture of large pixels.",
        doc: "Divides the picture into squares and gives each its mean colour. The squares grow from the \
              middle of the picture, so that a moving size does not slide.",
        example: "screen(pixelate(test_card(), lfo(0.1) * 30 + 40));\n",
        inputs: &[&IMAGE.0, &SIZE.0, &AMOUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| {
        let wgsl = include_str!("pixelate.wgsl");
        let effect = compile::<Uniforms>(ctx, "pixelate", 2, wgsl)?;
        Ok(Box::new(Pixelate { cells: Cells::new(ctx)?, effect }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    grid: Grid,
    amount: f32,
}

struct Pixelate {
    cells: Cells,
    effect: Arc<Effect>,
}

impl Node for Pixelate {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some((image, amount)) = to_change(io, &IMAGE, &AMOUNT, &OUT) else { return Ok(()) };
        let side_px = io.control(&SIZE) * ctx.pixel_scale();
        let grid = Grid::new(image.size_px(), [side_px; 2]);
        let uniforms = Uniforms { grid, amount: amount as f32 };
        let gpu = ctx.gpu()?;
        let picture = gpu.texture(&image)?;
        let cells = self.cells.draw(gpu, &picture, grid)?;
        let bytes = bytemuck::bytes_of(&uniforms);
        let result = gpu.draw(&self.effect, &[&picture, &cells], bytes, image.size_px())?;
        io.set_frame(&OUT, Frame::from_texture(result));
        Ok(())
    }
}
