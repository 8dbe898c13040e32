//! A sharper picture.

use pastiche_engine::frame::Frame;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::effect::to_change;
use crate::look::gaussian::Gaussian;

const IMAGE: In<Frame> = In::required("image", "Picture to sharpen.");
const RADIUS: In<Control> = In::control(
    "radius",
    8.0,
    Unit::Px,
    range(0.0, 100.0),
    range(0.0, 1000.0),
    "Size of the details that come out: two standard deviations of the mask.",
);
const STRENGTH: In<Control> = In::control(
    "strength",
    2.0,
    Unit::None,
    range(0.0, 4.0),
    range(-100.0, 100.0),
    "How much they come out; below 0 they go.",
);
const AMOUNT: In<Control> = In::amount("How much of the effect; below 0 it blurs.");
const OUT: Out<Frame> = Out::new("image", "The sharpened picture.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "sharpen",
        category: Category::Look,
        summary: "Makes a picture sharp.",
        doc: "An unsharp mask: adds what a blur of the picture takes away, in linear light. A small radius \
              brings out texture, a large one lifts whole shapes from their ground.",
        example: "screen(sharpen(test_card(), 8, lfo(0.2) + 1));\n",
        inputs: &[&IMAGE.0, &RADIUS.0, &STRENGTH.0, &AMOUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| Ok(Box::new(Sharpen(Gaussian::new(ctx)?))),
}];

struct Sharpen(Gaussian);

impl Node for Sharpen {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some((image, amount)) = to_change(io, &IMAGE, &AMOUNT, &OUT) else { return Ok(()) };
        let sigma_px = io.control(&RADIUS) / 2.0 * ctx.pixel_scale();
        let strength = io.control(&STRENGTH) * amount;
        if strength == 0.0 || sigma_px < 0.05 {
            io.set_frame(&OUT, image);
            return Ok(());
        }
        let gpu = ctx.gpu()?;
        let picture = gpu.texture(&image)?;
        // The way from the picture to its blur, backwards.
        io.set_frame(&OUT, Frame::from_texture(self.0.draw(gpu, &picture, sigma_px, -strength)?));
        Ok(())
    }
}
