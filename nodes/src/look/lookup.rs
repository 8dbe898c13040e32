//! Colours by a look-up table.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use half::f16;
use pastiche_engine::assets::Media;
use pastiche_engine::diagnostic::Span;
use pastiche_engine::frame::{Frame, PixelFormat, Pixels};
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{BuildError, Fault, FrameCtx, Node};
use pastiche_engine::options::{Content, Options};
use pastiche_engine::port::Control;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, FileOrText, In, NodeSpec, Opt, Out};

use crate::effect::{compile, to_change};

mod cube;

use cube::{Cube, CubeError, Dimensions, Table};

const IMAGE: In<Frame> = In::required("image", "Picture to colour.");
const AMOUNT: In<Control> = In::amount("How much of the table; below 0 its opposite.");
const OUT: Out<Frame> = Out::new("image", "The coloured picture.");

/// Entries in a row of the texture of a table with one dimension.
const ROW: usize = 1024;

const TABLE: Opt<FileOrText> = Opt::file_or_text(
    "table",
    Media::Lookup,
    "Name of the `.cube` file, or its text: text with a line break in it.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "lookup",
        category: Category::Look,
        summary: "Changes colours by a look-up table.",
        doc: "Reads a `.cube` file (Adobe Cube LUT) with one or three dimensions, of up to 65 entries a side, \
              as colour grading programs export them, and colours the picture with it; of a file with both, the one \
              with one dimension comes first. The table is used on \
              sRGB values, which most tables are made for; light above white is white to it. Between the \
              entries of a table with three dimensions it is interpolated in tetrahedra. A changed file is \
              read again.",
        example: "let teal_and_orange = `LUT_3D_SIZE 2\n\
                  0 0.06 0.1\n1 0.3 0\n0 0.9 0.6\n1 0.9 0.4\n0 0.2 0.7\n0.9 0.3 0.7\n0 0.9 0.9\n1 0.95 0.9\n`;\n\
                  screen(lookup(test_card(), teal_and_orange, #{ amount: 0.7 }));\n",
        inputs: &[&IMAGE.0, &AMOUNT.0],
        options: &[TABLE.0],
        outputs: &[OUT.0],
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let cube = read(options)?;
        let wgsl = concat!(include_str!("../colour.wgsl"), include_str!("lookup.wgsl"));
        let effect = compile::<Uniforms>(ctx, "lookup", 3, wgsl)?;
        let frame = |table: &Table| {
            let empty =
                || BuildError::new("the look-up table is empty", "choose another").option(TABLE.0.name);
            texture(table).map(Frame::from_pixels).ok_or_else(empty)
        };
        let table = frame(&cube.table)?;
        let shaper = cube.shaper.as_ref().map_or_else(|| Ok(table.clone()), frame)?;
        let uniforms = Uniforms::of(&cube);
        Ok(Box::new(Lookup { table, shaper, uniforms, effect }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    domain_min: [f32; 4],
    domain_scale: [f32; 4],
    shaper_min: [f32; 4],
    shaper_scale: [f32; 4],
    size: u32,
    /// Slices side by side in the texture; 0 for a table with one dimension.
    columns: u32,
    /// Entries of the shaper; 0 where there is none.
    shaper_size: u32,
    amount: f32,
}

impl Uniforms {
    fn of(cube: &Cube) -> Uniforms {
        let Cube { table, shaper } = cube;
        let columns = match table.dimensions {
            Dimensions::One => 0,
            Dimensions::Three => columns(table.size) as u32,
        };
        let [domain_min, domain_scale] = domain(table);
        let [shaper_min, shaper_scale] = shaper.as_ref().map_or([[0.0; 4]; 2], domain);
        Uniforms {
            domain_min,
            domain_scale,
            shaper_min,
            shaper_scale,
            size: table.size as u32,
            columns,
            shaper_size: shaper.as_ref().map_or(0, |shaper| shaper.size as u32),
            amount: 0.0,
        }
    }
}

/// Where the domain of a table begins, and by how much what is in it is stretched to 0 to 1.
fn domain(table: &Table) -> [[f32; 4]; 2] {
    let [min, max] = [table.domain_min, table.domain_max];
    let scale = |channel: usize| 1.0 / (max[channel] - min[channel]);
    [[min[0], min[1], min[2], 0.0], [scale(0), scale(1), scale(2), 0.0]]
}

struct Lookup {
    table: Frame,
    /// The table itself where there is no shaper.
    shaper: Frame,
    uniforms: Uniforms,
    effect: Arc<Effect>,
}

impl Node for Lookup {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        let Some((image, amount)) = to_change(io, &IMAGE, &AMOUNT, &OUT) else { return Ok(()) };
        let uniforms = Uniforms { amount: amount as f32, ..self.uniforms };
        let gpu = ctx.gpu()?;
        let picture = gpu.texture(&image)?;
        let table = gpu.texture(&self.table)?;
        let bytes = bytemuck::bytes_of(&uniforms);
        let shaper = gpu.texture(&self.shaper)?;
        let result = gpu.draw(&self.effect, &[&picture, &table, &shaper], bytes, image.size_px())?;
        io.set_frame(&OUT, Frame::from_texture(result));
        Ok(())
    }
}

fn read(options: &Options) -> Result<Cube, BuildError> {
    let (name, text) = match options.get(&TABLE) {
        Content::File(asset) => (&*asset.name, String::from_utf8_lossy(&asset.bytes)),
        Content::Text(text) => ("inline table", text.into()),
    };
    cube::parse(&text).map_err(|error| told(name, &text, error))
}

fn told(name: &str, text: &str, error: CubeError) -> BuildError {
    let CubeError { line, message, help } = error;
    let fault = BuildError::new(format!("the look-up table `{name}` cannot be used: {message}"), help);
    let fault = fault.option(TABLE.0.name);
    let Some(number) = line else { return fault };
    let content = cube::lines(text).nth(number - 1).unwrap_or_default();
    let length = content.chars().count().max(1);
    fault.place(Span { file: name.into(), line: number, column: 1, length }, content)
}

/// The slices of blue in a square, or the entries in rows.
fn texture(cube: &Table) -> Option<Pixels> {
    let size = cube.size;
    let (width, height) = match cube.dimensions {
        Dimensions::One => (size.min(ROW), size.div_ceil(ROW)),
        Dimensions::Three => (columns(size) * size, size.div_ceil(columns(size)) * size),
    };
    let mut bytes = vec![0; width * height * PixelFormat::LinearHalf.bytes_per_pixel()];
    for (index, entry) in cube.entries.iter().enumerate() {
        let [x, y] = match cube.dimensions {
            Dimensions::One => [index % ROW, index / ROW],
            Dimensions::Three => {
                let [red, green, blue] = [index % size, index / size % size, index / size / size];
                [blue % columns(size) * size + red, blue / columns(size) * size + green]
            }
        };
        let start = (y * width + x) * PixelFormat::LinearHalf.bytes_per_pixel();
        let values = [entry[0], entry[1], entry[2], 1.0].map(|value| f16::from_f32(value).to_le_bytes());
        bytes[start..start + 8].copy_from_slice(values.as_flattened());
    }
    Pixels::new([width as u32, height as u32], PixelFormat::LinearHalf, bytes)
}

/// Slices side by side, so that the texture is about square and never too long.
fn columns(size: usize) -> usize {
    size.isqrt().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_tables_fit_into_small_textures() {
        for (dimensions, size) in [(Dimensions::Three, cube::MOST_3D), (Dimensions::One, cube::MOST_1D)] {
            let count = if dimensions == Dimensions::One { size } else { size * size * size };
            let entries = vec![[0.5; 3]; count];
            let cube = Table { dimensions, size, domain_min: [0.0; 3], domain_max: [1.0; 3], entries };
            let texture = texture(&cube).unwrap();
            assert!(texture.size_px().iter().all(|side| *side <= 2048), "{:?}", texture.size_px());
        }
    }

    #[test]
    fn a_fault_is_told_with_its_line() {
        let text = "LUT_1D_SIZE 2\n0 0 0\n0 oops 0\n";
        let error = told("warm.cube", text, cube::parse(text).unwrap_err());
        let (span, line) = *error.place.unwrap();
        assert_eq!((&*span.file, span.line, &*line), ("warm.cube", 3, "0 oops 0"));
        assert_eq!(error.option, Some(TABLE.0.name));
        assert!(error.message.contains("`oops` is not a number"), "{}", error.message);
    }
}
