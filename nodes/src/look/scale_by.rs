//! A picture made larger or smaller.

use pastiche_engine::frame::Frame;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::effect::to_change;
use crate::look::movement::{Edge, Movement, Mover};

const IMAGE: In<Frame> = In::required("image", "Picture to scale.");
const FACTOR: In<Control> = In::control(
    "factor",
    0.7,
    Unit::None,
    range(0.0, 4.0),
    range(-1000.0, 1000.0),
    "How many times as large; below 0 it stands on its head.",
);
const AMOUNT: In<Control> = In::amount("How far along the way.");
const OUT: Out<Frame> = Out::new("image", "The scaled picture, in its own size.");

const EDGE: Opt<Choice<Edge>> = Opt::choice(
    "edge",
    &[("none", Edge::None), ("tile", Edge::Tile), ("mirror", Edge::Mirror)],
    "What is seen beside the picture: nothing, the picture again, or its mirror image.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "scale_by",
        category: Category::Look,
        summary: "Makes a picture larger or smaller.",
        doc: "Scales the picture around its middle; the size of the frame stays. `scale` is the word of the notes.",
        example: "screen(scale_by(test_card(), lfo(0.2).to(0.5, 1.2)));\n",
        inputs: &[&IMAGE.0, &FACTOR.0, &AMOUNT.0],
        options: &[EDGE.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| Ok(Box::new(ScaleBy(Mover::new(ctx, options.get(&EDGE))?))),
}];

struct ScaleBy(Mover);

impl Node for ScaleBy {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some((image, amount)) = to_change(io, &IMAGE, &AMOUNT, &OUT) else { return Ok(()) };
        let movement = Movement::new([0.0; 2], 0.0, 1.0 + (io.control(&FACTOR) - 1.0) * amount);
        io.set_frame(&OUT, self.0.draw(ctx, &image, &movement, [0.5; 2])?);
        Ok(())
    }
}
