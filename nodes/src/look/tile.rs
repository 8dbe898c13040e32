//! A picture many times.

use pastiche_engine::frame::Frame;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::effect::to_change;
use crate::look::movement::{Edge, Movement, Mover};

const IMAGE: In<Frame> = In::required("image", "Picture to repeat.");
const COUNT: In<Control> = In::control(
    "count",
    3.0,
    Unit::None,
    range(1.0, 16.0),
    range(1.0, 1000.0),
    "How often it fits, across and up.",
);
const AMOUNT: In<Control> = In::amount("How far along the way.");
const OUT: Out<Frame> = Out::new("image", "The repeated picture, in the size of the one.");

const EDGE: Opt<Choice<Edge>> = Opt::choice(
    "edge",
    &[("tile", Edge::Tile), ("mirror", Edge::Mirror)],
    "Whether it stands beside itself as it is, or every second one is its mirror image.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "tile",
        category: Category::Look,
        summary: "Repeats a picture.",
        doc: "The picture beside and above itself, as often as `count` says.",
        example: "screen(tile(test_card(), 4, #{ edge: \"mirror\" }));\n",
        inputs: &[&IMAGE.0, &COUNT.0, &AMOUNT.0],
        options: &[EDGE.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| Ok(Box::new(Tile(Mover::new(ctx, options.get(&EDGE))?))),
}];

struct Tile(Mover);

impl Node for Tile {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some((image, amount)) = to_change(io, &IMAGE, &AMOUNT, &OUT) else { return Ok(()) };
        let scale = 1.0 + (1.0 / io.control(&COUNT) - 1.0) * amount;
        // From the corner, so that whole numbers of pictures fit.
        io.set_frame(&OUT, self.0.draw(ctx, &image, &Movement::new([0.0; 2], 0.0, scale), [0.0; 2])?);
        Ok(())
    }
}
