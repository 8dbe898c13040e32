//! A picture in the size of the canvas.

use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::Fit;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out};

use crate::effect::{AtAmount, to_change};

const IMAGE: In<Frame> = In::required("image", "Picture of any size.");
const AMOUNT: In<Control> = In::amount(
    "From the picture stretched to the canvas to the fitted one; at 0 it is the picture in its own size.",
);
const OUT: Out<Frame> = Out::new("image", "The picture in the size of the canvas.");

const MODE: Opt<Choice<Fit>> = Opt::choice(
    "mode",
    &[("cover", Fit::Cover), ("contain", Fit::Contain), ("stretch", Fit::Stretch)],
    "`cover` fills the canvas and cuts off what sticks out, `contain` shows all of the picture with \
     nothing beside it, `stretch` changes its shape.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "fit",
        category: Category::Look,
        summary: "Puts a picture into the size of the canvas.",
        doc: "Pictures from files and cameras have their own size, and effects keep it. Put into the size of \
              the canvas, a large picture costs less, and what follows works on the shape that is seen. \
              Shrunken pictures are filtered, so that they do not flicker.",
        example: "screen(fit(picture(\"picture.png\"), #{ mode: \"contain\" }));\n",
        inputs: &[&IMAGE.0, &AMOUNT.0],
        options: &[MODE.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| Ok(Box::new(ToCanvas { fit: options.get(&MODE), at_amount: AtAmount::new(ctx)? })),
}];

struct ToCanvas {
    fit: Fit,
    at_amount: AtAmount,
}

impl Node for ToCanvas {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some((image, amount)) = to_change(io, &IMAGE, &AMOUNT, &OUT) else { return Ok(()) };
        let canvas_px = ctx.canvas_px;
        let gpu = ctx.gpu()?;
        let picture = gpu.texture(&image)?;
        let fitted = gpu.fit(&picture, canvas_px, self.fit)?;
        let stretched = match amount == 1.0 {
            true => fitted.clone(),
            false => gpu.fit(&picture, canvas_px, Fit::Stretch)?,
        };
        let result = self.at_amount.draw(gpu, &Frame::from_texture(stretched), fitted, amount)?;
        io.set_frame(&OUT, result);
        Ok(())
    }
}
