//! A room with people who move, for when no camera is there.

use pastiche_engine::frame::Frame;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out, Unit, range};

use crate::sources::drawn_scene::{MOST_PEOPLE, Room};

const SPEED: In<Control> = In::control(
    "speed",
    1.0,
    Unit::Ratio,
    range(0.0, 4.0),
    range(-100.0, 100.0),
    "How fast everything moves; below 0 backwards.",
);
const PEOPLE: In<Control> = In::control(
    "people",
    3.0,
    Unit::None,
    range(0.0, 5.0),
    range(0.0, MOST_PEOPLE as f64),
    "How many people are in the room.",
);
const IMAGE: Out<Frame> = Out::new("image", "The room, at the size of the canvas.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "scene",
        category: Category::Source,
        summary: "A room with people who dance slowly.",
        doc: "A moving scene as a camera would see it, drawn by the program: people in a chapel, with the sun \
              behind stained glass. It stands in for a camera, to try patches on.",
        example: "screen(feedback(scene(#{ people: 4 }), #{ trail: 0.3, zoom: 1, rotate: 0 }));\n",
        inputs: &[&SPEED.0, &PEOPLE.0],
        outputs: &[IMAGE.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, _| Ok(Box::new(Scene { room: Room::new(ctx)?, secs: 0.0 })),
}];

struct Scene {
    room: Room,
    secs: f64,
}

impl Node for Scene {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        self.secs += io.control(&SPEED) * ctx.tick.delta_secs();
        let people = io.control(&PEOPLE).round() as usize;
        let size_px = ctx.canvas_px;
        let picture = self.room.draw(ctx.gpu()?, size_px, people, self.secs)?;
        io.set_frame(&IMAGE, picture);
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        self.secs = old.secs;
    }
}
