//! A picture written in characters.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{Fault, FrameCtx, Node};
use pastiche_engine::port::{Colour, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, In, NodeSpec, Opt, Out, Unit, range};

use crate::effect::{compile, to_change};
use crate::look::cells::{Cells, Grid};

const IMAGE: In<Frame> = In::required("image", "Picture to write.");
const SIZE: In<Control> = In::control(
    "size",
    27.0,
    Unit::Px,
    range(9.0, 120.0),
    range(0.0, 10_000.0),
    "Height of a line of characters.",
);
const INK: In<Colour> = In::colour("ink", Colour::WHITE, "Colour of the characters, with `colours` \"ink\".");
const PAPER: In<Colour> = In::colour("paper", Colour::BLACK, "Colour behind the characters.");
const AMOUNT: In<Control> = In::amount("How much of the effect.");
const OUT: Out<Frame> = Out::new("image", "The picture in characters.");

/// Width of a character's cell, as a share of its height: six points by nine.
const WIDTH: f64 = 6.0 / 9.0;

/// With the numbers of `ascii.wgsl`.
const COLOURS: Opt<Choice<u32>> = Opt::choice(
    "colours",
    &[("ink", 0), ("picture", 1)],
    "Whether characters have the colour `ink` or that of the picture.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "ascii",
        category: Category::Look,
        summary: "Writes a picture in characters.",
        doc: "Draws the picture with ten characters, the brighter a place the more ink: space, `.`, `-`, \
              `:`, `+`, `=`, `*`, `%`, `@` and `#`. They are in one colour, or in the colours of the picture.",
        example: "screen(ascii(test_card(), 27, #{ colours: \"picture\" }));\n",
        inputs: &[&IMAGE.0, &SIZE.0, &INK.0, &PAPER.0, &AMOUNT.0],
        options: &[COLOURS.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let wgsl = concat!(include_str!("../colour.wgsl"), include_str!("ascii.wgsl"));
        Ok(Box::new(Ascii {
            colours: options.get(&COLOURS),
            cells: Cells::new(ctx)?,
            effect: compile::<Uniforms>(ctx, "ascii", 2, wgsl)?,
        }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    ink: [f32; 4],
    paper: [f32; 4],
    grid: Grid,
    colours: u32,
    amount: f32,
}

struct Ascii {
    colours: u32,
    cells: Cells,
    effect: Arc<Effect>,
}

impl Node for Ascii {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some((image, amount)) = to_change(io, &IMAGE, &AMOUNT, &OUT) else { return Ok(()) };
        let height_px = io.control(&SIZE) * ctx.pixel_scale();
        let grid = Grid::new(image.size_px(), [height_px * WIDTH, height_px]);
        let uniforms = Uniforms {
            ink: io.colour(&INK).0,
            paper: io.colour(&PAPER).0,
            grid,
            colours: self.colours,
            amount: amount as f32,
        };
        let gpu = ctx.gpu()?;
        let picture = gpu.texture(&image)?;
        let cells = self.cells.draw(gpu, &picture, grid)?;
        let bytes = bytemuck::bytes_of(&uniforms);
        let result = gpu.draw(&self.effect, &[&picture, &cells], bytes, image.size_px())?;
        io.set_frame(&OUT, Frame::from_texture(result));
        Ok(())
    }
}
