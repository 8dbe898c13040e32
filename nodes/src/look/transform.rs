//! A picture moved, turned and scaled.

use pastiche_engine::frame::Frame;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::effect::to_change;
use crate::look::movement::{Edge, Movement, Mover};

const IMAGE: In<Frame> = In::required("image", "Picture to move.");
const TRANSLATE_X: In<Control> = In::control(
    "translate_x",
    0.0,
    Unit::Px,
    range(-960.0, 960.0),
    range(-100_000.0, 100_000.0),
    "How far to the right.",
);
const TRANSLATE_Y: In<Control> = In::control(
    "translate_y",
    0.0,
    Unit::Px,
    range(-540.0, 540.0),
    range(-100_000.0, 100_000.0),
    "How far up.",
);
const ROTATE: In<Control> = In::control(
    "rotate",
    0.0,
    Unit::Degrees,
    range(-180.0, 180.0),
    range(-36_000.0, 36_000.0),
    "How far it is turned.",
);
const SCALE: In<Control> = In::control(
    "scale",
    1.0,
    Unit::None,
    range(0.0, 4.0),
    range(-1000.0, 1000.0),
    "How many times as large; below 0 it stands on its head.",
);
const ANCHOR_X: In<Control> = In::control(
    "anchor_x",
    0.5,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-10.0, 10.0),
    "The point that turning and scaling leave in place, across the picture: 0 is left, 1 right.",
);
const ANCHOR_Y: In<Control> = In::control(
    "anchor_y",
    0.5,
    Unit::Ratio,
    range(0.0, 1.0),
    range(-10.0, 10.0),
    "The point that turning and scaling leave in place, up the picture: 0 is the bottom, 1 the top.",
);
const AMOUNT: In<Control> = In::amount("How far along the movement.");
const OUT: Out<Frame> = Out::new("image", "The moved picture, in its own size.");

const EDGE: Opt<Choice<Edge>> = Opt::choice(
    "edge",
    &[("none", Edge::None), ("tile", Edge::Tile), ("mirror", Edge::Mirror)],
    "What is seen beside the picture: nothing, the picture again, or its mirror image.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "transform",
        category: Category::Look,
        summary: "Moves, turns and scales a picture.",
        doc: "Moves, turns and scales the picture around its anchor; the size of the frame stays. \
              Shrunken pictures are filtered, so that they do not flicker. `amount` is the share of the \
              way: 0.5 moves, turns and scales half as far, 2 twice as far, and below 0 it goes the other \
              way.",
        example: "screen(transform(test_card(), #{ rotate: lfo(0.1) * 30, scale: 0.6, edge: \"mirror\" }));\n",
        inputs: &[
            &IMAGE.0,
            &TRANSLATE_X.0,
            &TRANSLATE_Y.0,
            &ROTATE.0,
            &SCALE.0,
            &ANCHOR_X.0,
            &ANCHOR_Y.0,
            &AMOUNT.0,
        ],
        options: &[EDGE.0],
        outputs: &[OUT.0],
        bare: &[("rotate", 15.0), ("scale", 0.75)],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| Ok(Box::new(Transform { mover: Mover::new(ctx, options.get(&EDGE))? })),
}];

struct Transform {
    mover: Mover,
}

impl Node for Transform {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some((image, amount)) = to_change(io, &IMAGE, &AMOUNT, &OUT) else { return Ok(()) };
        let [translate_x, translate_y] =
            [&TRANSLATE_X, &TRANSLATE_Y].map(|key| io.control(key) * ctx.pixel_scale());
        let movement = Movement::new(
            [translate_x * amount, translate_y * amount],
            io.control(&ROTATE) * amount,
            1.0 + (io.control(&SCALE) - 1.0) * amount,
        );
        let anchor = [io.control(&ANCHOR_X) as f32, 1.0 - io.control(&ANCHOR_Y) as f32];
        io.set_frame(&OUT, self.mover.draw(ctx, &image, &movement, anchor)?);
        Ok(())
    }
}
