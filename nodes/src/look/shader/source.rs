//! The WGSL of a whole shader: the body of the user's, at the lines and columns of the user's file,
//! and behind it what makes an effect of it.

use std::fmt::Write;

use super::header::{Header, Parameter, Takes};

/// Bytes of `Uniforms` in front of the parameters.
pub(super) const FIXED_BYTES: usize = 32;

/// Names of the pictures that the shader reads, in the order of `input0`, `input1` …: image inputs,
/// then the targets of passes.
pub(super) fn textures(header: &Header) -> impl Iterator<Item = &str> {
    let images = header.images.iter().map(|image| image.name.as_str());
    images.chain(header.passes.iter().filter_map(|pass| pass.target.as_deref()))
}

/// Bytes of `Uniforms`: each parameter has four numbers.
pub(super) fn uniform_bytes(header: &Header) -> usize {
    FIXED_BYTES + 16 * header.parameters.len().max(1)
}

/// The text of the effect. The header is blanked out, so that places in the text are places in the
/// user's file.
pub(super) fn wgsl(text: &str, header: &Header, header_end: usize) -> String {
    let blank = |character: char| if matches!(character, '\n' | '\r') { character } else { ' ' };
    let mut wgsl: String = text[..header_end].chars().map(blank).collect();
    wgsl.push_str(&text[header_end..]);
    wgsl.push('\n');
    frame(&mut wgsl, header).unwrap_or_default();
    wgsl
}

fn frame(wgsl: &mut String, header: &Header) -> std::fmt::Result {
    let values = header.parameters.len().max(1);
    writeln!(wgsl, "{UNIFORMS}    values: array<vec4f, {values}>,\n}}")?;
    writeln!(wgsl, "struct Parameters {{")?;
    for parameter in &header.parameters {
        writeln!(wgsl, "    {}: {},", parameter.name, type_of(parameter))?;
    }
    if header.parameters.is_empty() {
        // A struct has a member at least.
        writeln!(wgsl, "    pastiche_none: f32,")?;
    }
    writeln!(wgsl, "}}\n{GLOBALS}")?;
    for (index, name) in textures(header).enumerate() {
        writeln!(
            wgsl,
            "fn {name}_at(uv: vec2f) -> vec4f {{
    return textureSampleLevel(input{index}, linear_sampler, vec2f(uv.x, 1.0 - uv.y), 0.0);
}}
fn {name}_size() -> vec2f {{ return vec2f(textureDimensions(input{index})); }}"
        )?;
    }
    writeln!(wgsl, "{MAIN_START}")?;
    for (index, parameter) in header.parameters.iter().enumerate() {
        writeln!(wgsl, "    p.{} = {};", parameter.name, value_of(parameter, index))?;
    }
    writeln!(wgsl, "{MAIN_CALL}")
}

const UNIFORMS: &str = "struct Uniforms {
    render_size: vec2f,
    secs: f32,
    delta_secs: f32,
    frame: i32,
    pass_index: i32,
    padding: vec2f,
";

const GLOBALS: &str = "var<private> p: Parameters;
var<private> TIME: f32;
var<private> TIMEDELTA: f32;
var<private> FRAMEINDEX: i32;
var<private> RENDERSIZE: vec2f;
var<private> PASSINDEX: i32;
fn pastiche_valid(colour: vec4f) -> vec4f {
    let finite = (bitcast<vec4u>(colour) & vec4u(0x7f800000u)) != vec4u(0x7f800000u);
    let tamed = select(vec4f(0.0), colour, finite);
    return vec4f(clamp(tamed.rgb, vec3f(0.0), vec3f(60000.0)), clamp(tamed.a, 0.0, 1.0));
}";

const MAIN_START: &str = "@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    TIME = u.secs;
    TIMEDELTA = u.delta_secs;
    FRAMEINDEX = u.frame;
    RENDERSIZE = u.render_size;
    PASSINDEX = u.pass_index;";

const MAIN_CALL: &str = "    return pastiche_valid(image(vec2f(in.uv.x, 1.0 - in.uv.y)));
}";

fn type_of(parameter: &Parameter) -> &'static str {
    match parameter.takes {
        Takes::Float(_) => "f32",
        Takes::Bool(_) | Takes::Event => "bool",
        Takes::Long(_) => "i32",
        Takes::Colour(_) => "vec4f",
        Takes::Point(_) => "vec2f",
    }
}

fn value_of(parameter: &Parameter, index: usize) -> String {
    match parameter.takes {
        Takes::Float(_) => format!("u.values[{index}].x"),
        Takes::Bool(_) | Takes::Event => format!("u.values[{index}].x >= 0.5"),
        Takes::Long(_) => format!("i32(round(u.values[{index}].x))"),
        Takes::Colour(_) => format!("u.values[{index}]"),
        Takes::Point(_) => format!("u.values[{index}].xy"),
    }
}
