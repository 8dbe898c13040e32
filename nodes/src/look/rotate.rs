//! A picture turned.

use pastiche_engine::frame::Frame;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::effect::to_change;
use crate::look::movement::{Edge, Movement, Mover};

const IMAGE: In<Frame> = In::required("image", "Picture to turn.");
const ANGLE: In<Control> = In::control(
    "angle",
    30.0,
    Unit::Degrees,
    range(-180.0, 180.0),
    range(-36_000.0, 36_000.0),
    "How far it is turned.",
);
const SPEED: In<Control> = In::control(
    "speed",
    0.0,
    Unit::Degrees,
    range(-180.0, 180.0),
    range(-36_000.0, 36_000.0),
    "How much further it turns in a second.",
);
const AMOUNT: In<Control> = In::amount("How far along the way.");
const OUT: Out<Frame> = Out::new("image", "The turned picture, in its own size.");

const EDGE: Opt<Choice<Edge>> = Opt::choice(
    "edge",
    &[("none", Edge::None), ("tile", Edge::Tile), ("mirror", Edge::Mirror)],
    "What is seen beside the picture: nothing, the picture again, or its mirror image.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "rotate",
        category: Category::Look,
        summary: "Turns a picture.",
        doc: "Turns the picture counter-clockwise around its middle, by an angle or on and on with `speed`. For more at \
              once there is `transform`.",
        example: "screen(rotate(test_card(), lfo(0.1).to(-30, 30)));\n",
        inputs: &[&IMAGE.0, &ANGLE.0, &SPEED.0, &AMOUNT.0],
        options: &[EDGE.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| Ok(Box::new(Rotate(Mover::new(ctx, options.get(&EDGE))?, 0.0))),
}];

/// With how far `speed` has turned it, in degrees.
struct Rotate(Mover, f64);

impl Node for Rotate {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some((image, amount)) = to_change(io, &IMAGE, &AMOUNT, &OUT) else { return Ok(()) };
        self.1 = (self.1 + io.control(&SPEED) * ctx.tick.delta_secs()).rem_euclid(360.0);
        let movement = Movement::new([0.0; 2], (io.control(&ANGLE) + self.1) * amount, 1.0);
        io.set_frame(&OUT, self.0.draw(ctx, &image, &movement, [0.5; 2])?);
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        self.1 = old.1;
    }
}
