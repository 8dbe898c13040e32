//! A picture moved.

use pastiche_engine::frame::Frame;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::effect::to_change;
use crate::look::movement::{Edge, Movement, Mover};

const IMAGE: In<Frame> = In::required("image", "Picture to move.");
const X: In<Control> = In::control(
    "x",
    200.0,
    Unit::Px,
    range(-960.0, 960.0),
    range(-100_000.0, 100_000.0),
    "How far to the right.",
);
const Y: In<Control> =
    In::control("y", 0.0, Unit::Px, range(-540.0, 540.0), range(-100_000.0, 100_000.0), "How far up.");
const AMOUNT: In<Control> = In::amount("How far along the way.");
const OUT: Out<Frame> = Out::new("image", "The moved picture, in its own size.");

const EDGE: Opt<Choice<Edge>> = Opt::choice(
    "edge",
    &[("none", Edge::None), ("tile", Edge::Tile), ("mirror", Edge::Mirror)],
    "What is seen beside the picture: nothing, the picture again, or its mirror image.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "move",
        category: Category::Look,
        summary: "Moves a picture.",
        doc: "Moves the picture to the right and up. With the edge `tile` what leaves on one side comes back on the \
              other.",
        example: "screen(move(test_card(), lfo(0.2).to(-300, 300), #{ edge: \"tile\" }));\n",
        inputs: &[&IMAGE.0, &X.0, &Y.0, &AMOUNT.0],
        options: &[EDGE.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| Ok(Box::new(Move(Mover::new(ctx, options.get(&EDGE))?))),
}];

struct Move(Mover);

impl Node for Move {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some((image, amount)) = to_change(io, &IMAGE, &AMOUNT, &OUT) else { return Ok(()) };
        let shift_px = [&X, &Y].map(|key| io.control(key) * ctx.pixel_scale() * amount);
        io.set_frame(&OUT, self.0.draw(ctx, &image, &Movement::new(shift_px, 0.0, 1.0), [0.5; 2])?);
        Ok(())
    }
}
