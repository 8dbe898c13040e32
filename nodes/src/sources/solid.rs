//! A picture of one colour.

use pastiche_engine::frame::Frame;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Colour;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Out};

const COLOUR: In<Colour> = In::colour("colour", Colour::WHITE, "The colour.");
const IMAGE: Out<Frame> = Out::new("image", "The colour, at the size of the canvas.");

/// What 16-bit floats hold, with room.
const BRIGHTEST: f32 = 60_000.0;

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "solid",
        category: Category::Source,
        summary: "A picture of one colour.",
        doc: "Fills the canvas with a colour, transparent ones too.",
        example: "screen(blend(test_card(), solid(colour(\"#ff8040\")), #{ mode: \"multiply\" }));\n",
        inputs: &[&COLOUR.0],
        outputs: &[IMAGE.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(Solid { drawn: None })),
}];

struct Solid {
    /// The same picture again while nothing changes, so that no one works on it twice.
    drawn: Option<(Colour, Frame)>,
}

impl Node for Solid {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let colour = valid(io.colour(&COLOUR));
        let size_px = ctx.canvas_px;
        let frame = match self.drawn.take() {
            Some((before, frame)) if before == colour && frame.size_px() == size_px => frame,
            _ => Frame::from_texture(ctx.gpu()?.solid(colour, size_px)?),
        };
        self.drawn = Some((colour, frame.clone()));
        io.set_frame(&IMAGE, frame);
        Ok(())
    }
}

/// A colour that a picture may hold: no light below nothing, alpha from 0 to 1.
fn valid(Colour([red, green, blue, alpha]): Colour) -> Colour {
    let light = |component: f32| component.clamp(0.0, BRIGHTEST);
    Colour([light(red), light(green), light(blue), alpha.clamp(0.0, 1.0)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_above_white_stays_and_nonsense_does_not() {
        let colour = valid(Colour([-1.0, 8.0, 1e9, 3.0]));
        assert_eq!(colour, Colour([0.0, 8.0, BRIGHTEST, 1.0]));
    }
}
