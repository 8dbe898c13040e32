//! Words.

mod raster;
mod shaping;
mod words;

use std::sync::Arc;

use ab_glyph::FontArc;
use bytemuck::{Pod, Zeroable};
use pastiche_engine::assets::{Asset, Media};
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::Effect;
use pastiche_engine::io::Io;
use pastiche_engine::node::{BuildError, Fault, FrameCtx, Node, Status};
use pastiche_engine::options::{Content, Options};
use pastiche_engine::port::{Colour, Control};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, Choice, File, FileOrText, In, NodeSpec, Opt, Out, Range, Unit, range};
use pastiche_engine::workers::{Background, Priority, Workers};

use crate::effect::compile;

use raster::{Alignment, Letters, Raster, Strips};
use words::Words;

const FAR: Range = range(-20_000.0, 20_000.0);

const SIZE: In<Control> = In::control(
    "size",
    240.0,
    Unit::Px,
    range(8.0, 500.0),
    range(0.0, 20_000.0),
    "Height of a line, from the tops of its letters to the bottoms.",
);
const X: In<Control> =
    In::control("x", 0.0, Unit::Px, range(-960.0, 960.0), FAR, "How far to the right of the middle it is.");
const Y: In<Control> =
    In::control("y", 0.0, Unit::Px, range(-540.0, 540.0), FAR, "How far above the middle it is.");
const COLOUR: In<Colour> = In::colour("colour", Colour::WHITE, "Colour of the letters.");
const IMAGE: Out<Frame> = Out::new("image", "The words on nothing, at the size of the canvas.");

/// The typeface Inter; see `NOTICE`.
const INTER: &[u8] = include_bytes!("../../fonts/Inter-Medium.otf");

const MOST_LETTERS: usize = 4096;

const CONTENT: Opt<FileOrText> = Opt::file_or_text(
    "content",
    Media::Words,
    "The words, or the name of a file that ends in `.txt` and holds them.",
);
const ALIGN: Opt<Choice<Alignment>> = Opt::choice(
    "align",
    &[("centre", Alignment::Centre), ("left", Alignment::Left), ("right", Alignment::Right)],
    "At which side the lines are flush.",
);
const SPACING: Opt<f64> =
    Opt::number("spacing", 1.2, range(-10.0, 10.0), "From one line to the next, in heights of a line.");
const FILE: Opt<Option<File>> =
    Opt::optional_file("file", Media::Font, "A typeface of your own: a TrueType or OpenType file.");

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "text",
        category: Category::Source,
        summary: "Words, in one line or many.",
        doc: "Draws words in the middle of the picture; around them it is transparent. A line break begins \
              a new line. `{name}` is a control of that name as a number, which the patch gives by that name; \
              `{name:2}` has two decimals, and `{{` is a bracket. Up to 4096 letters, in any script that the \
              typeface has, joined and from right to left where it is written so; a letter that the typeface does \
              not have is a box. Without a file of your own they are set in Inter.",
        example: "let title = text(\"Pastiche\\nplays tonight\", 140, #{ colour: colour(\"#ffd9a0\") });\n\
                  screen(blend(test_card(), title));\n",
        inputs: &[&SIZE.0, &X.0, &Y.0, &COLOUR.0],
        options: &[CONTENT.0, ALIGN.0, SPACING.0, FILE.0],
        outputs: &[IMAGE.0],
        inputs_for: Some(|options| {
            let own = [SIZE.0, X.0, Y.0, COLOUR.0];
            let numbers = Words::of(content(options)?).inputs();
            let further =
                numbers.into_iter().filter(|number| own.iter().all(|input| input.name != number.name));
            Ok(own.iter().cloned().chain(further).collect())
        }),
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let words = Words::of(content(options)?);
        let setting = Setting::of(options)?;
        let shown = words.with(|_| 0.0);
        Ok(Box::new(Text {
            letters: Arc::new(setting.letters(&shown)),
            shown,
            words,
            setting,
            effect: compile::<Uniforms>(ctx, "text", 1, include_str!("text.wgsl"))?,
            drawn: None,
            work: Background::default(),
        }))
    },
}];

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Uniforms {
    colour: [f32; 4],
    /// The picture's corner on the canvas, in pixels, and a pixel of it there.
    corner: [f32; 2],
    /// Size of the letters as they are drawn, and the width of the strips in which they lie.
    size: [f32; 2],
    strip: f32,
    scale: f32,
    padding: [f32; 2],
}

struct Text {
    words: Words,
    setting: Setting,
    /// The words as they were set last, with their numbers.
    shown: String,
    letters: Arc<Letters>,
    effect: Arc<Effect>,
    /// Drawn for this height of a line; other heights show it larger or smaller until theirs is there.
    drawn: Option<Drawn>,
    /// Draws letters for a height of a line.
    work: Background<(f64, Option<Raster>)>,
}

struct Drawn {
    line_px: f64,
    /// Other words, of the node before: shown until these are drawn.
    is_old: bool,
    raster: Option<(Frame, [f64; 2], Strips)>,
}

impl Text {
    /// Sets the words again when their numbers are others.
    fn set(&mut self, io: &Io<'_>) {
        if self.words.names().next().is_none() {
            return;
        }
        let number = |name: &str| io.position(name).map_or(0.0, |position| io.control_at(position));
        let shown = self.words.with(number);
        if shown != self.shown {
            self.letters = Arc::new(self.setting.letters(&shown));
            self.shown = shown;
            if let Some(drawn) = &mut self.drawn {
                drawn.is_old = true;
            }
        }
    }

    /// Has the letters drawn for this height of a line, unless they are.
    fn ask(&mut self, ctx: &FrameCtx<'_>, line_px: f64) -> Result<(), Fault> {
        self.collect()?;
        let is_there = self.drawn.as_ref().is_some_and(|drawn| drawn.line_px == line_px && !drawn.is_old);
        if is_there || !self.work.is_idle() {
            return Ok(());
        }
        let letters = self.letters.clone();
        // The first is waited for: words are there from the first frame on.
        let here = Workers::inline();
        let workers = if self.drawn.is_none() { &here } else { ctx.workers };
        self.work.submit(workers, Priority::Picture, move |_| (line_px, letters.draw(line_px)));
        self.collect()
    }

    fn collect(&mut self) -> Result<(), Fault> {
        if let Some((line_px, raster)) = self.work.poll()? {
            let raster =
                raster.map(|raster| (Frame::from_pixels(raster.pixels), raster.corner_px, raster.strips));
            self.drawn = Some(Drawn { line_px, is_old: false, raster });
        }
        Ok(())
    }
}

impl Node for Text {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        self.set(io);
        let size_px = ctx.canvas_px;
        let wanted_px = io.control(&SIZE) * ctx.pixel_scale();
        let line_px = self.letters.drawable(wanted_px);
        self.ask(ctx, line_px)?;
        let place = [io.control(&X), io.control(&Y)].map(|length| length * ctx.pixel_scale());
        let gpu = ctx.gpu()?;
        let drawn = self.drawn.as_ref().filter(|_| wanted_px > 0.0);
        let Some((drawn, (raster, corner_px, strips))) =
            drawn.and_then(|drawn| Some((drawn, drawn.raster.as_ref()?)))
        else {
            let nothing = gpu.solid(Colour([0.0; 4]), size_px)?;
            io.set_frame(&IMAGE, Frame::from_texture(nothing));
            return Ok(());
        };
        let scale = wanted_px / drawn.line_px;
        let [width, height] = size_px.map(f64::from);
        let corner =
            [0.5 * width + place[0] + corner_px[0] * scale, 0.5 * height - place[1] + corner_px[1] * scale];
        let uniforms = Uniforms {
            colour: io.colour(&COLOUR).0,
            corner: corner.map(|length| length as f32),
            size: strips.size_px.map(|side| side as f32),
            strip: strips.width_px as f32,
            scale: scale as f32,
            padding: [0.0; 2],
        };
        let letters = gpu.texture(raster)?;
        let texture = gpu.draw(&self.effect, &[&letters], bytemuck::bytes_of(&uniforms), size_px)?;
        io.set_frame(&IMAGE, Frame::from_texture(texture));
        Ok(())
    }

    fn adopt(&mut self, old: &mut Self) {
        // The old words stay until the new ones are drawn.
        self.drawn = old.drawn.take().map(|drawn| Drawn { is_old: true, ..drawn });
    }

    fn status(&self) -> Status {
        match self.drawn {
            None => Status::Waiting("drawing the letters".into()),
            Some(_) => Status::Ready,
        }
    }
}

/// How words are set.
struct Setting {
    font: FontArc,
    /// The content of a typeface of the patch's own.
    own: Option<Arc<[u8]>>,
    alignment: Alignment,
    spacing: f64,
}

impl Setting {
    fn of(options: &Options) -> Result<Setting, BuildError> {
        let (alignment, spacing) = (options.get(&ALIGN), options.get(&SPACING));
        let asset = options.get(&FILE);
        let own = asset.map(|asset| asset.bytes.clone());
        Ok(Setting { font: font(asset)?, own, alignment, spacing })
    }

    fn letters(&self, words: &str) -> Letters {
        let bytes = self.own.as_deref().unwrap_or(INTER);
        Letters::new((self.font.clone(), bytes), words, self.alignment, self.spacing)
    }
}

/// The words as the patch gives them, or as they are in the file.
fn content(options: &Options) -> Result<&str, BuildError> {
    let (content, name) = match options.get(&CONTENT) {
        Content::Text(text) => (text, None),
        Content::File(asset) => {
            let text = std::str::from_utf8(&asset.bytes).map_err(|_| {
                let message = format!("`{}` is not UTF-8 text", asset.name);
                BuildError::new(message, "save it as UTF-8").option(CONTENT.0.name)
            })?;
            (text.trim_start_matches('\u{feff}'), Some(&asset.name))
        }
    };
    let count = content.chars().count();
    if count > MOST_LETTERS {
        let of = name.map(|name| format!(" of `{name}`")).unwrap_or_default();
        let message = format!("{count} letters{of} are more than the {MOST_LETTERS} that it draws");
        return Err(
            BuildError::new(message, "write less, or share it out among several").option(CONTENT.0.name)
        );
    }
    Ok(content)
}

fn font(asset: Option<&Asset>) -> Result<FontArc, BuildError> {
    let Some(asset) = asset else {
        return FontArc::try_from_slice(INTER)
            .map_err(|_| BuildError::new("its own typeface is damaged", "install Pastiche again"));
    };
    let name = &asset.name;
    let font = FontArc::try_from_vec(asset.bytes.to_vec()).ok().filter(raster::has_a_size);
    font.ok_or_else(|| {
        let message = if asset.bytes.is_empty() {
            format!("the typeface `{name}` is empty")
        } else {
            format!("`{name}` is no typeface that can be read, or is damaged")
        };
        BuildError::new(message, "give the name of a TrueType or OpenType file (.ttf or .otf)")
            .option(FILE.0.name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use pastiche_engine::options::OptionValue;

    fn asset(bytes: &[u8]) -> Asset {
        Asset::new("own.ttf", None, bytes)
    }

    #[test]
    fn says_what_is_wrong_with_a_font() {
        for (bytes, message) in [
            (&b""[..], "the typeface `own.ttf` is empty"),
            (b"not letters", "`own.ttf` is no typeface that can be read, or is damaged"),
            (&INTER[..200], "`own.ttf` is no typeface that can be read, or is damaged"),
        ] {
            let error = font(Some(&asset(bytes))).unwrap_err();
            assert_eq!((&*error.message, error.option), (message, Some(FILE.0.name)));
        }
        assert!(font(Some(&asset(INTER))).is_ok());
    }

    #[test]
    fn damaged_fonts_never_panic() {
        let mut bits = 0x2545_f491_4f6c_dd1d_u64;
        let mut random = move |below: usize| {
            bits ^= bits << 13;
            bits ^= bits >> 7;
            bits ^= bits << 17;
            (bits % below as u64) as usize
        };
        let mut read = 0;
        for case in 0..2000 {
            let mut bytes = INTER.to_vec();
            // The header and the directory of tables in most cases, else anywhere.
            let reach = if case % 4 == 0 { bytes.len() } else { 320 };
            for _ in 0..1 + random(6) {
                bytes[random(reach)] = random(256) as u8;
            }
            if case % 5 == 0 {
                bytes.truncate(random(bytes.len()));
            }
            let Ok(font) = font(Some(&asset(&bytes))) else { continue };
            read += 1;
            let drawn = Letters::new((font, &bytes), "Ag\nß\u{1F600}", Alignment::Left, 1.2).draw(18.0);
            assert!(drawn.is_none_or(|raster| raster.pixels.size_px().iter().all(|side| *side <= 8192)));
        }
        assert!(read > 100, "only {read} could be read at all");
    }

    #[test]
    fn too_many_letters_are_refused() {
        let mut options = Options::default();
        options.set(CONTENT.0.name, OptionValue::Text("a".repeat(MOST_LETTERS + 1)));
        let error = content(&options).err().unwrap();
        assert_eq!(error.option, Some(CONTENT.0.name));
        assert!(error.message.starts_with("4097 letters"), "{}", error.message);
    }
}
