//! A patch around any kind, made from its declaration: something on every input, and every file that it
//! may ask for.
#![allow(clippy::unwrap_used, reason = "this module belongs to tests")]

use std::io::Cursor;
use std::sync::OnceLock;

use pastiche_engine::assets::Media;
use pastiche_engine::graph::Given;
use pastiche_engine::port::PortType;
use pastiche_engine::registry::NodeKind;
use pastiche_engine::spec::{InputSpec, OptionDefault, OptionType, Unwired};
use pastiche_testing::ffmpeg_is_there;

use crate::harness::files::{Files, clip};
use crate::harness::{Desc, Picture};
use crate::sounds;

/// Reads everything that a shader can read.
const SHADER: &str = r#"/*{ "INPUTS": [
    { "NAME": "inputImage", "TYPE": "image" }, { "NAME": "other", "TYPE": "image" },
    { "NAME": "level", "TYPE": "float" }, { "NAME": "flip", "TYPE": "bool" }, { "NAME": "mode", "TYPE": "long" },
    { "NAME": "place", "TYPE": "point2D" }, { "NAME": "tint", "TYPE": "color" }, { "NAME": "hit", "TYPE": "event" }
] }*/
fn image(uv: vec2f) -> vec4f {
    let number = p.level / (p.place.x - p.place.y) + f32(p.mode) + TIME;
    return inputImage_at(uv) * p.tint * number + other_at(uv) * select(0.0, 1.0, p.flip || p.hit);
}"#;

const LOOKUP: &str = "LUT_1D_SIZE 3\n0 0 0\n0.2 0.7 -1\n2 0.5 1\n";

pub const BLACK: [f32; 4] = [0.0, 0.0, 0.0, 1.0];
pub const SIZE_PX: [u32; 2] = [32, 18];

fn png() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = image::RgbaImage::from_fn(32, 18, |x, y| image::Rgba([x as u8 * 7, y as u8 * 13, 99, 255]));
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// One beat of middle C.
const TUNE: &[u8] = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\x0c\0\x90\x3c\x64\x60\x80\x3c\0\0\xff\x2f\0";

fn file_of(media: Media) -> &'static str {
    match media {
        Media::Midi => "tune.mid",
        Media::Sound => "sound.wav",
        Media::SoundFont => "sounds.sf2",
        Media::Clip => "clip.mp4",
        Media::PictureFolder => "photos",
        _ => "picture.png",
    }
}

/// Every kind. Without `ffmpeg` those that play or record a movie are left out, and the test counts as
/// skipped.
pub fn kinds() -> impl Iterator<Item = &'static NodeKind> {
    let has_movies = ffmpeg_is_there().is_some();
    pastiche_nodes::kinds().filter(move |kind| has_movies || !["movie", "record"].contains(&kind.spec.name))
}

/// The files that examples and stand-ins name; without `ffmpeg` there is no clip.
pub fn files() -> Files {
    static CLIP: OnceLock<Vec<u8>> = OnceLock::new();
    let colours: Vec<[u8; 4]> = (0..40).map(|number| [number * 6, 200, 255 - number, 255]).collect();
    let pictures = ["picture.png", "photos/one.png", "photos/two.png"].map(|name| (name.into(), png()));
    let mut files = Files(pictures.into_iter().collect());
    if ffmpeg_is_there().is_some() {
        let clip = CLIP.get_or_init(|| clip([16, 10], 20, &colours));
        files.0.insert("clip.mp4".into(), clip.clone());
    }
    files.0.insert("tune.mid".into(), TUNE.to_vec());
    files.0.insert("sound.wav".into(), sounds::wav(44_100, 1, 44_100));
    files.0.insert("sounds.sf2".into(), sounds::font());
    files
}

/// A patch with one node of a kind, called `it`, whose inputs without a default read stand-ins, and
/// whose first output and every output of sound is read.
pub fn patch(kind: &NodeKind, picture: &Picture) -> Desc {
    let mut desc = Desc::new().still("frame", picture).node("style", "style").node("audio", "tone");
    desc = desc.node("trigger", "every").number("period", 0.25);
    let pitches = Given::List([57.0, 64.0, 69.0].map(Given::Number).to_vec());
    desc = desc.node("notes", "melody").given("pitches", pitches).number("every", 0.1);
    desc.files.0.extend(files().0);
    desc = desc.node("it", kind.spec.name);
    for option in kind.spec.options.iter().filter(|option| option.default == OptionDefault::Required) {
        desc = match option.takes {
            OptionType::FileOrText(Media::Lookup) => desc.option(option.name, LOOKUP),
            OptionType::FileOrText(Media::Words) => desc.option(option.name, "Words"),
            OptionType::FileOrText(_) => desc.option(option.name, SHADER),
            OptionType::File(media) => desc.option(option.name, file_of(media)),
            _ => desc.option(option.name, "picture.png"),
        };
    }
    for input in kind.spec.inputs {
        desc = stand_in(desc, input);
    }
    if kind.spec.outputs.is_empty() {
        return desc;
    }
    let sounds = kind.spec.outputs.iter().skip(1).filter(|output| output.port == PortType::Audio);
    sounds.fold(desc.see("it"), |desc, output| {
        let speakers = format!("see it.{}", output.name);
        desc.node(&speakers, "see_audio").wire_of("value", "it", output.name)
    })
}

fn stand_in(desc: Desc, input: &InputSpec) -> Desc {
    let value = match (input.port, input.unwired) {
        (_, Unwired::Value(_) | Unwired::Colour(_)) | (PortType::Colour, _) => return desc,
        (PortType::Control, _) => Given::Number(0.5),
        (port, _) => desc.place(port.word()),
    };
    let value = if input.list { Given::List(vec![value]) } else { value };
    desc.given(&input.name, value)
}
