//! From one picture to another.

use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::Fit;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::effect::AtAmount;

const A: In<Frame> = In::required("a", "Picture at position 0; the result has its size.");
const B: In<Frame> = In::required("b", "Picture at position 1.");
const POSITION: In<Control> = In::control(
    "position",
    0.5,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-4.0, 4.0),
    "Where between the pictures it is; past the ends one is taken away from the other.",
);
const AMOUNT: In<Control> = In::amount("How much of the second picture's share.");
const OUT: Out<Frame> = Out::new("image", "The mixed picture.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "crossfade",
        category: Category::Look,
        summary: "Fades from one picture to another.",
        doc: "Mixes the light of two pictures: `a` at position 0, `b` at 1. While one of them has no \
              picture yet, it is the other.",
        example: "let card = test_card();\nscreen(crossfade(card, blur(card, 60), lfo(0.2) * 0.5 + 0.5));\n",
        inputs: &[&A.0, &B.0, &POSITION.0, &AMOUNT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| Ok(Box::new(Crossfade(AtAmount::new(ctx)?))),
}];

struct Crossfade(AtAmount);

impl Node for Crossfade {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let share = io.control(&POSITION) * io.control(&AMOUNT);
        let (a, b) = match (io.frame(&A), io.frame(&B)) {
            (Some(a), Some(b)) if share != 0.0 => (a, b),
            (Some(only), _) | (None, Some(only)) => {
                io.set_frame(&OUT, only.clone());
                return Ok(());
            }
            (None, None) => {
                io.clear_frame(&OUT);
                return Ok(());
            }
        };
        let gpu = ctx.gpu()?;
        let top = gpu.texture(b)?;
        let top = gpu.fit(&top, a.size_px(), Fit::Cover)?;
        let result = self.0.draw(gpu, a, top, share)?;
        io.set_frame(&OUT, result);
        Ok(())
    }
}
