//! Names that a shader may give.

use wgpu::naga::keywords::wgsl::RESERVED;

/// What stands in the names of the node itself, or around the body of the shader.
const OURS: [&str; 17] = [
    "source",
    "p",
    "u",
    "main",
    "Uniforms",
    "Parameters",
    "Varyings",
    "linear_sampler",
    "nearest_sampler",
    "repeat_sampler",
    "mirror_sampler",
    "TIME",
    "TIMEDELTA",
    "FRAMEINDEX",
    "RENDERSIZE",
    "PASSINDEX",
    "DATE",
];

const LONGEST: usize = 64;

/// What is wrong with the name of an input or a target.
pub(super) fn check_name(name: &str) -> Result<(), &'static str> {
    let is_word = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
    if !is_word {
        return Err("a NAME starts with a letter and has letters, digits and `_` only");
    }
    if name.len() > LONGEST {
        return Err("a NAME has at most 64 letters");
    }
    if RESERVED.contains(&name) {
        return Err("the NAME is a word of WGSL: choose another");
    }
    let is_input =
        name.strip_prefix("input").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    if OURS.contains(&name) || name.starts_with("pastiche_") || is_input {
        return Err("the NAME is taken by what every shader has: choose another");
    }
    Ok(())
}
