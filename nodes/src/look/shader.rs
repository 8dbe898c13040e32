//! A picture computed by a shader of the user's.

mod expression;
mod header;
mod inputs;
mod names;
mod run;
mod source;
#[cfg(test)]
mod tests;

use pastiche_engine::assets::Media;
use pastiche_engine::diagnostic::Span;
use pastiche_engine::frame::Frame;
use pastiche_engine::gpu::{EffectDesc, ShaderError};
use pastiche_engine::node::BuildError;
use pastiche_engine::options::{Content, Options};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{Category, FileOrText, In, NodeSpec, Opt, Out};

use crate::effect::AtAmount;

use header::{Header, HeaderError};
use run::Shader;

const IMAGE: In<Frame> =
    In::optional("image", "Picture for the shader's image input `image` or `inputImage`, if it has one.");
const OUT: Out<Frame> = Out::new("image", "What the shader draws.");

const SOURCE: Opt<FileOrText> = Opt::file_or_text(
    "source",
    Media::Shader,
    "Name of the shader's file, or the shader itself: text with a `{` in it.",
);

pub static KINDS: [NodeKind; 1] = [NodeKind {
    spec: NodeSpec {
        name: "shader",
        category: Category::Look,
        summary: "A picture computed by a shader of your own.",
        doc: DOC,
        example: EXAMPLE,
        inputs: &[&IMAGE.0],
        options: &[SOURCE.0],
        outputs: &[OUT.0],
        inputs_for: Some(|options| {
            let text = Text::of(options)?;
            text.header().map(|(header, _)| inputs::of(&header))
        }),
        ..NodeSpec::PLAIN
    },
    make: |ctx, options| {
        let text = Text::of(options)?;
        let (header, header_end) = text.header()?;
        let wgsl = source::wgsl(text.text, &header, header_end);
        let desc = EffectDesc {
            label: text.name,
            wgsl: &wgsl,
            inputs: source::textures(&header).count(),
            uniform_bytes: source::uniform_bytes(&header),
        };
        let effect = ctx.gpu()?.bounded_effect(&desc).map_err(|error| text.body_fault(error))?;
        let at_amount = AtAmount::new(ctx)?;
        Ok(Box::new(Shader::new(effect, at_amount, header)))
    },
}];

const DOC: &str = "\
The shader is a text in WGSL with an ISF header: JSON in a comment at its start. Every entry of the \
header's `INPUTS` becomes an input of the node: a `float`, `long` or `bool` a control, a `point2D` two \
controls (`NAME_x` and `NAME_y`), a `color` a colour, an `event` a trigger, an `image` a picture. The image \
input `image` (or `inputImage`, as ISF calls it) is the node's own first input; with image inputs the node \
also has an `amount`. Controls reach three times the width of their range past both ends.

The body declares `fn image(uv: vec2f) -> vec4f`: the colour at a place, 0,0 at the bottom left, in linear \
light and premultiplied. It reads `p.NAME` for a parameter, `NAME_at(uv)` and `NAME_size()` for a picture, \
and `TIME`, `TIMEDELTA`, `FRAMEINDEX`, `RENDERSIZE` and `PASSINDEX`; there is no `DATE`, so that a patch \
draws the same every day. `PASSES` with `TARGET`, `PERSISTENT`, `WIDTH` and `HEIGHT` work as in ISF; all \
targets hold 16-bit floats. Pictures of sound (`audio`, `audioFFT`) and `IMPORTED` are not \
supported. With a fault in the shader the last good one keeps playing.";

const EXAMPLE: &str = "\
let rings = `/*{ \"INPUTS\": [{ \"NAME\": \"rings\", \"TYPE\": \"float\", \"MIN\": 1, \"MAX\": 40, \"DEFAULT\": 12 }] }*/
fn image(uv: vec2f) -> vec4f {
    let wave = sin(distance(uv, vec2f(0.5)) * 6.2832 * p.rings - TIME);
    return vec4f(vec3f(0.5 + 0.5 * wave), 1.0);
}
`;
screen(shader(#{ source: rings, rings: lfo(0.1) * 10 + 20 }));
";

/// The text of a shader, and what it is called.
struct Text<'a> {
    name: &'a str,
    text: &'a str,
}

impl<'a> Text<'a> {
    fn of(options: &'a Options) -> Result<Text<'a>, BuildError> {
        let asset = match options.get(&SOURCE) {
            Content::File(asset) => asset,
            Content::Text(text) => return Ok(Text { name: "inline shader", text }),
        };
        let text = std::str::from_utf8(&asset.bytes).map_err(|_| {
            BuildError::new(format!("the shader `{}` is not text", asset.name), "save it as UTF-8")
                .option(SOURCE.0.name)
        })?;
        Ok(Text { name: &asset.name, text })
    }

    /// The header, and where it ends.
    fn header(&self) -> Result<(Header, usize), BuildError> {
        if let Some((number, line)) = glsl_line(self.text) {
            let message = format!("the shader `{}` is GLSL; shaders here are WGSL", self.name);
            let help = "write it again in WGSL: `fn image(uv: vec2f) -> vec4f { … }`, `vec3f` for `vec3`, `let` and \
                        `var` for declarations";
            let column = line.len() - line.trim_start().len() + 1;
            let span = self.span(number, column, line.trim().chars().count().max(1));
            return Err(BuildError::new(message, help).option(SOURCE.0.name).place(span, line));
        }
        header::parse(self.text).map_err(|error| self.header_fault(error))
    }

    fn header_fault(&self, error: HeaderError) -> BuildError {
        let before = &self.text[..error.place.start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let length = self.text[error.place].chars().count().max(1);
        let line = before.matches('\n').count() + 1;
        let span = self.span(line, before[line_start..].chars().count() + 1, length);
        BuildError::new(error.message, error.help).option(SOURCE.0.name).place(span, self.line(line))
    }

    fn body_fault(&self, error: ShaderError) -> BuildError {
        let help = "correct the shader; the last good one keeps playing";
        match error.line {
            Some(line) if line <= self.text.lines().count() => {
                let span = self.span(line, error.column, error.length);
                BuildError::new(error.message, help).option(SOURCE.0.name).place(span, self.line(line))
            }
            // Behind the user's text is what calls its function and declares its names.
            _ if !has_image_function(self.text) => BuildError::new(
                format!("the shader `{}` does not declare what it draws", self.name),
                "declare `fn image(uv: vec2f) -> vec4f`",
            )
            .option(SOURCE.0.name),
            _ => BuildError::new(
                format!("the shader `{}` does not fit together: {}", self.name, error.message),
                "check `fn image(uv: vec2f) -> vec4f`, and that no name is declared that every shader has",
            )
            .option(SOURCE.0.name),
        }
    }

    fn span(&self, line: usize, column: usize, length: usize) -> Span {
        Span { file: self.name.into(), line, column, length }
    }

    fn line(&self, line: usize) -> &'a str {
        self.text.lines().nth(line - 1).unwrap_or_default()
    }
}

/// The first line that only GLSL has, as in ISF and Shadertoy; and its number.
fn glsl_line(text: &str) -> Option<(usize, &str)> {
    let marks = [
        "void main(",
        "void main (",
        "void mainImage(",
        "#version ",
        "gl_FragColor",
        "precision highp",
        "precision mediump",
    ];
    let is_glsl = |line: &str| {
        let code = line.split("//").next().unwrap_or_default();
        marks.iter().any(|mark| code.contains(mark))
    };
    text.lines().enumerate().find(|(_, line)| is_glsl(line)).map(|(number, line)| (number + 1, line))
}

fn has_image_function(text: &str) -> bool {
    text.split("fn").skip(1).any(|rest| {
        let name = rest.trim_start().strip_prefix("image");
        rest.starts_with(char::is_whitespace) && name.is_some_and(|rest| rest.trim_start().starts_with('('))
    })
}
