//! One of several pictures.

use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::{Fit, Recorder};
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Control, List};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, In, NodeSpec, Opt, Out, Unit, range};

use crate::choosing::place;
use crate::effect::AtAmount;

const IMAGES: In<List<Frame>> = In::required("images", "Pictures to choose from.");
const INDEX: In<Control> = In::control(
    "index",
    0.0,
    Unit::None,
    range(0.0, 8.0),
    range(-1e9, 1e9),
    "Number of the picture, from 0; past the last it begins again with the first.",
);
const AMOUNT: In<Control> = In::amount("How much of the chosen picture, over the first one.");
const OUT: Out<Frame> = Out::new("image", "The chosen picture, at the size of the first one.");

const SMOOTH: Opt<bool> = Opt::flag("smooth", false, "Whether numbers between two pictures mix them.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "choose",
        category: Category::Look,
        summary: "Shows one of several pictures.",
        doc: "Switches between pictures by a number. A picture that is not there yet is passed over: the \
              last one stays. With `smooth`, numbers between two pictures mix them.",
        example: "let card = test_card();\n\
                  screen(choose([card, blur(card, 40), noise()], lfo(0.3) * 1.5 + 1.5));\n",
        inputs: &[&IMAGES.0, &INDEX.0, &AMOUNT.0],
        options: &[SMOOTH.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        Ok(Box::new(Choose { smooth: options.get(&SMOOTH), at_amount: AtAmount::new(ctx)? }))
    },
}];

struct Choose {
    smooth: bool,
    at_amount: AtAmount,
}

impl Node for Choose {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let count = io.frames(&IMAGES).count();
        if count == 0 {
            io.clear_frame(&OUT);
            return Ok(());
        }
        let (index, next, share) = place(io.control(&INDEX), count, self.smooth);
        let first = io.frames(&IMAGES).flatten().next();
        let Some(chosen) = io.frames(&IMAGES).nth(index).flatten() else { return Ok(()) };
        let first = first.unwrap_or(chosen);
        let gpu = ctx.gpu()?;
        let chosen = fitted(gpu, chosen, first)?;
        let result = match io.frames(&IMAGES).nth(next).flatten().filter(|_| share > 0.0) {
            Some(following) => {
                let following = gpu.texture(following)?;
                let following = gpu.fit(&following, first.size_px(), Fit::Cover)?;
                self.at_amount.draw(gpu, &chosen, following, share)?
            }
            None => chosen,
        };
        let texture = gpu.texture(&result)?;
        let amount = io.control(&AMOUNT);
        let result = if amount == 1.0 { result } else { self.at_amount.draw(gpu, first, texture, amount)? };
        io.set_frame(&OUT, result);
        Ok(())
    }
}

/// A picture at the size of the first; the same picture where it has it.
fn fitted(gpu: &mut Recorder, picture: &Frame, first: &Frame) -> Result<Frame, Fault> {
    if picture.size_px() == first.size_px() {
        return Ok(picture.clone());
    }
    let texture = gpu.texture(picture)?;
    gpu.fit(&texture, first.size_px(), Fit::Cover).map(Frame::from_texture)
}
