//! A picture seen through another.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out};

use crate::effect::{compile, pass_of_two, to_change};

const IMAGE: In<Frame> = In::required("image", "Picture to see.");
const BY: In<Frame> = In::required("by", "Picture that decides what is seen.");
const AMOUNT: In<Control> = In::amount("How far what is masked goes.");
const OUT: Out<Frame> = Out::new("image", "The picture with holes.");

/// With the numbers of `mask.wgsl`.
const CHANNEL: Opt<Choice<u32>> =
    Opt::choice("channel", &[("brightness", 0), ("alpha", 1)], "What of the second picture decides.");
const INVERT: Opt<bool> = Opt::flag(
    "invert",
    false,
    "Shows the picture where it would be hidden, and hides it where it would be shown.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "mask",
        category: Category::Look,
        summary: "Shows a picture only where another one is bright.",
        doc: "Where the picture `by` is white, the picture is seen; where it is black, it is transparent, \
              and greys lie between, as bright as they look. With `alpha` the picture is seen where `by` \
              is opaque. Lay the result over another picture with `blend`.",
        example: "let card = test_card();\n\
                  let spot = crop(card, #{ left: 0.3, right: 0.3, softness: 60 });\n\
                  screen(mask(card, spot, #{ channel: \"alpha\" }));\n",
        inputs: &[&IMAGE.0, &BY.0, &AMOUNT.0],
        options: &[CHANNEL.0, INVERT.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    inputs_for: None,
    make: |ctx, options| {
        let wgsl = concat!(include_str!("../colour.wgsl"), include_str!("mask.wgsl"));
        let effect = compile::<Uniforms>(ctx, "mask", 2, wgsl)?;
        Ok(Box::new(Mask { channel: options.get(&CHANNEL), invert: u32::from(options.get(&INVERT)), effect }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    channel: u32,
    invert: u32,
    amount: f32,
}

struct Mask {
    channel: u32,
    invert: u32,
    effect: Arc<Effect>,
}

impl Node for Mask {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some((image, amount)) = to_change(io, &IMAGE, &AMOUNT, &OUT) else { return Ok(()) };
        let Some(by) = io.frame(&BY) else {
            io.set_frame(&OUT, image);
            return Ok(());
        };
        let uniforms = Uniforms { channel: self.channel, invert: self.invert, amount: amount as f32 };
        io.set_frame(&OUT, pass_of_two(ctx, &self.effect, &image, by, &uniforms)?);
        Ok(())
    }
}
