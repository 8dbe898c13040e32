//! A Gaussian blur of any radius.

use pastiche_engine::frame::Frame;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::look::gaussian::Gaussian;

const IMAGE: In<Frame> = In::required("image", "Picture to blur.");
const RADIUS: In<Control> = In::control(
    "radius",
    16.0,
    Unit::Px,
    range(0.0, 100.0),
    range(0.0, 1000.0),
    "How far a point of light spreads: two standard deviations.",
);
const AMOUNT: In<Control> = In::amount("How much of the blur; below 0 it sharpens.");
const OUT: Out<Frame> = Out::new("image", "The blurred picture.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "blur",
        category: Category::Look,
        summary: "Makes a picture soft.",
        doc: "A Gaussian blur in linear light. With an `amount` below 0 or above 1 it goes past both ends: \
              below 0 the picture becomes sharper than it was.",
        example: "let breath = lfo(0.2) * 20 + 20;\nscreen(blur(test_card(), breath));\n",
        inputs: &[&IMAGE.0, &RADIUS.0, &AMOUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| Ok(Box::new(Blur(Gaussian::new(ctx)?))),
}];

struct Blur(Gaussian);

impl Node for Blur {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some(image) = io.frame(&IMAGE).cloned() else {
            io.clear_frame(&OUT);
            return Ok(());
        };
        let sigma_px = io.control(&RADIUS) / 2.0 * ctx.pixel_scale();
        let amount = io.control(&AMOUNT);
        if amount == 0.0 || sigma_px < 0.05 {
            io.set_frame(&OUT, image);
            return Ok(());
        }
        let gpu = ctx.gpu()?;
        let picture = gpu.texture(&image)?;
        io.set_frame(&OUT, Frame::from_texture(self.0.draw(gpu, &picture, sigma_px, amount)?));
        Ok(())
    }
}
