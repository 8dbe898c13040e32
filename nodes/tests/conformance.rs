//! One battery over every kind.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod harness;
mod sounds;

use std::io::Cursor;
use std::sync::OnceLock;

use harness::files::{Files, clip};
use harness::{Desc, Picture, Show, gpu, registry, text};
use pastiche_engine::assets::Media;
use pastiche_engine::check::check;
use pastiche_engine::gpu::Gpu;
use pastiche_engine::graph::{Given, NodeKey};
use pastiche_engine::port::{PortType, Value};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::script::{Source, evaluate};
use pastiche_engine::spec::{ANY, InputSpec, OptionDefault, OptionType, Unwired};
use pastiche_engine::take::{Input, Stamped};
use pastiche_engine::workers::Workers;

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

const BLACK: [f32; 4] = [0.0, 0.0, 0.0, 1.0];
const SIZE_PX: [u32; 2] = [32, 18];

fn kinds() -> impl Iterator<Item = &'static NodeKind> {
    pastiche_nodes::kinds()
}

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

/// The files that examples and stand-ins name.
fn files() -> Files {
    static CLIP: OnceLock<Vec<u8>> = OnceLock::new();
    let colours: Vec<[u8; 4]> = (0..40).map(|number| [number * 6, 200, 255 - number, 255]).collect();
    let clip = CLIP.get_or_init(|| clip([16, 10], 20, &colours)).clone();
    let pictures = ["picture.png", "photos/one.png", "photos/two.png"].map(|name| (name.into(), png()));
    let mut files = Files(pictures.into_iter().chain([("clip.mp4".into(), clip)]).collect());
    files.0.insert("tune.mid".into(), TUNE.to_vec());
    files.0.insert("sound.wav".into(), sounds::wav(44_100, 1, 44_100));
    files.0.insert("sounds.sf2".into(), sounds::font());
    files
}

/// A patch with one node of a kind, called `it`, whose inputs without a default read stand-ins.
fn patch(kind: &NodeKind, picture: &Picture) -> Desc {
    let mut desc = Desc::new().still("frame", picture).node("style", "style").node("audio", "tone");
    desc = desc.node("trigger", "every").number("period", 0.25);
    let pitches = Given::List([57.0, 64.0, 69.0].map(Given::Number).to_vec());
    desc = desc.node("notes", "melody").given("pitches", pitches).number("every", 0.1);
    desc.files.0.extend(files().0);
    desc = desc.node("it", kind.spec.name);
    for option in kind.spec.options.iter().filter(|option| option.default == OptionDefault::Required) {
        desc = match option.takes {
            OptionType::FileOrText(Media::Lookup) => desc.option(option.name, LOOKUP),
            OptionType::FileOrText(_) => desc.option(option.name, SHADER),
            OptionType::File(media) => desc.option(option.name, file_of(media)),
            _ => desc.option(option.name, "picture.png"),
        };
    }
    for input in kind.spec.inputs {
        desc = stand_in(desc, input);
    }
    if kind.spec.outputs.is_empty() { desc } else { desc.see("it") }
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

/// All inputs that the node has by its options.
fn inputs_of(desc: &Desc) -> Vec<InputSpec> {
    let plan = desc.check().unwrap_or_else(|faults| panic!("{}", text(&faults)));
    let node = plan.nodes.iter().find(|node| &*node.key.0 == "it").unwrap();
    node.inputs.to_vec()
}

fn with(desc: &Desc, input: &InputSpec, number: f64) -> Desc {
    let mut desc = desc.clone();
    let value = if input.list { Given::List(vec![Given::Number(number)]) } else { Given::Number(number) };
    let given =
        Desc::new().node("x", "it").given(&input.name, value).graph.nodes[0].inputs[&*input.name].clone();
    let node = desc.graph.nodes.iter_mut().find(|node| &*node.key.0 == "it").unwrap();
    node.inputs.insert(input.name.to_string(), given);
    desc
}

/// What is on the outputs of the node, as bytes; whether all of it is valid.
fn outcome(show: &mut Show, kind: &NodeKind) -> (Vec<u8>, bool) {
    let sound = show.sound();
    let mut bytes: Vec<u8> = sound.iter().flatten().flat_map(|sample| sample.to_le_bytes()).collect();
    let mut valid = sound.iter().flatten().all(|sample| sample.is_finite());
    if kind.spec.outputs.is_empty() {
        return (bytes, valid);
    }
    match show.output("it").clone() {
        Value::Frame(Some(_)) => {
            let picture = show.picture("it");
            bytes.extend(picture.values.iter().flat_map(|value| value.to_le_bytes()));
            valid &= picture.is_valid();
        }
        Value::Control(value) => {
            bytes.extend(value.to_le_bytes());
            valid &= value.is_finite();
        }
        Value::Style(Some(style)) => {
            bytes.extend(style.vector.iter().flat_map(|value| value.to_le_bytes()));
            valid &= style.vector.iter().all(|value| value.is_finite());
        }
        Value::Trigger(edges) => bytes.extend(edges.to_le_bytes()),
        Value::Notes(notes) => {
            for note in notes {
                bytes.extend(note.at_secs.to_le_bytes());
                bytes.extend([note.pitch, note.velocity, note.voice, note.channel, u8::from(note.on)]);
                valid &= note.at_secs >= 0.0 && note.pitch < 128 && note.velocity < 128;
            }
        }
        Value::Audio => {}
        other => panic!("{}: {other:?}", kind.spec.name),
    }
    for output in kind.spec.outputs {
        if let Some(Value::Control(value)) = show.live.output(&NodeKey::new("it"), output.name) {
            bytes.extend(value.to_le_bytes());
            valid &= ANY.contains(*value);
        }
    }
    (bytes, valid)
}

fn show(gpu: &Gpu, desc: &Desc) -> Show {
    Show::with(Some(gpu.clone()), Workers::inline(), true, desc)
}

#[test]
fn sixty_frames_of_black_and_silence_without_a_fault_and_twice_the_same() {
    let Some(gpu) = gpu() else { return };
    for kind in kinds() {
        let desc = patch(kind, &Picture::one_colour(SIZE_PX, BLACK));
        let run = || {
            let mut show = show(&gpu, &desc);
            show.steps(60);
            outcome(&mut show, kind)
        };
        let (bytes, valid) = run();
        assert!(valid, "{}", kind.spec.name);
        assert_eq!(run().0, bytes, "{} is not the same twice", kind.spec.name);
    }
}

#[test]
fn effects_are_identity_at_zero() {
    let Some(gpu) = gpu() else { return };
    let noise = Picture::noise(SIZE_PX, 1);
    let mut effects = 0;
    for kind in kinds() {
        let desc = patch(kind, &noise);
        let takes_frame = kind.spec.inputs.iter().any(|input| input.port == PortType::Frame);
        let gives_frame = kind.spec.outputs.iter().any(|output| output.port == PortType::Frame);
        if !(takes_frame && gives_frame) {
            continue;
        }
        effects += 1;
        let inputs = inputs_of(&desc);
        let amount = inputs.iter().find(|input| input.name == "amount");
        let amount = amount.unwrap_or_else(|| panic!("{} has no amount", kind.spec.name));
        assert_eq!(amount.unwired, Unwired::Value(1.0), "{}", kind.spec.name);
        let mut show = show(&gpu, &with(&desc, amount, 0.0));
        show.steps(3);
        assert!(show.picture("it").distance(&noise) < 1e-3, "{}", kind.spec.name);
    }
    assert!(effects >= 5);
}

#[test]
fn sound_is_as_it_was_at_zero() {
    let mut effects = 0;
    for kind in kinds() {
        let takes_sound = kind.spec.inputs.iter().any(|input| input.port == PortType::Audio && !input.list);
        let gives_sound = kind.spec.outputs.iter().any(|output| output.port == PortType::Audio);
        // A fader is no effect: at 0 it is silent.
        if !(takes_sound && gives_sound) || kind.spec.name == "gain" {
            continue;
        }
        effects += 1;
        let desc = patch(kind, &Picture::one_colour(SIZE_PX, BLACK));
        let inputs = inputs_of(&desc);
        let amount = inputs.iter().find(|input| input.name == "amount");
        let amount = amount.unwrap_or_else(|| panic!("{} has no amount", kind.spec.name));
        assert_eq!(amount.unwired, Unwired::Value(1.0), "{}", kind.spec.name);
        let mut shaped = Show::with(None, Workers::inline(), true, &with(&desc, amount, 0.0));
        let mut plain =
            Show::with(None, Workers::inline(), true, &Desc::new().node("audio", "tone").see("audio"));
        for _ in 0..10 {
            shaped.step();
            plain.step();
            assert_eq!(shaped.sound(), plain.sound(), "{}", kind.spec.name);
        }
    }
    assert!(effects >= 10);
}

#[test]
fn any_number_on_any_control_gives_a_valid_outcome_and_rebuilds_nothing() {
    let Some(gpu) = gpu() else { return };
    for kind in kinds() {
        let desc = patch(kind, &Picture::noise(SIZE_PX, 2));
        let mut show = show(&gpu, &desc);
        show.step();
        for input in inputs_of(&desc).iter().filter(|input| input.port == PortType::Control) {
            for number in [input.hard.min, input.hard.max, -1e300, 1e300, input.soft.min, input.soft.max] {
                let summary = show.load(&with(&desc, input, number));
                let summary = summary.unwrap_or_else(|faults| panic!("{}", text(&faults)));
                assert_eq!((summary.built, summary.rebuilt), (0, 0), "{}.{}", kind.spec.name, input.name);
                show.steps(2);
                let (_, valid) = outcome(&mut show, kind);
                assert!(valid, "{}.{} = {number}", kind.spec.name, input.name);
            }
            // No patch, hand or wire gets these as far as a node.
            for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                assert!(with(&desc, input, number).check().is_err(), "{}.{}", kind.spec.name, input.name);
                let (node, name) = (NodeKey::new("it"), input.name.to_string());
                let member = input.list.then_some(0);
                let input = Input::Control { node, name, member, value: number };
                show.live.input(Stamped { sample: 0, input });
                assert_eq!(show.report().refused.len(), 1);
                assert!(outcome(&mut show, kind).1, "{}", kind.spec.name);
            }
        }
    }
}

#[test]
fn every_example_is_a_patch_that_runs() {
    let Some(gpu) = gpu() else { return };
    let registry = registry();
    let files = files();
    for kind in kinds() {
        let source = Source { name: kind.spec.name.into(), text: kind.spec.example.into(), folder: None };
        let evaluated = evaluate(&source, registry.kinds());
        let told = text(&evaluated.diagnostics);
        assert!(evaluated.diagnostics.is_empty(), "{}: {told}", kind.spec.name);
        assert!(
            evaluated.graph.nodes.iter().any(|node| node.kind == kind.spec.name),
            "the example of {} does not show it",
            kind.spec.name
        );
        let checked = check(&evaluated.graph, registry.kinds(), &files);
        let checked = checked.unwrap_or_else(|faults| panic!("{}: {}", kind.spec.name, text(&faults)));
        assert!(checked.warnings.is_empty(), "{}: {}", kind.spec.name, text(&checked.warnings));
        let desc = Desc { graph: evaluated.graph, files: files.clone() };
        let mut show = show(&gpu, &desc);
        show.steps(3);
        let screens = show.live.screens();
        assert!(screens.iter().all(|(_, frame)| frame.is_some()), "{} shows nothing", kind.spec.name);
    }
}

#[test]
fn every_name_can_be_written_in_a_patch() {
    let registry = registry();
    for kind in kinds() {
        let spec = &kind.spec;
        let names = spec.inputs.iter().map(|input| &*input.name);
        let names = names.chain(spec.options.iter().map(|option| option.name));
        let entries: Vec<String> = names.map(|name| format!("{name}: 1")).collect();
        let outputs: Vec<String> = spec.outputs.iter().map(|output| format!("x.{};", output.name)).collect();
        let text = format!("let x = {}(#{{ {} }});\n{}", spec.name, entries.join(", "), outputs.join("\n"));
        let evaluated = evaluate(&Source { name: "names".into(), text, folder: None }, registry.kinds());
        for fault in &evaluated.diagnostics {
            // Numbers fit few of the inputs and options; that is no fault of their names.
            let syntax = fault.message.contains("expect") || fault.message.contains("reserved");
            assert!(!syntax, "{}: {fault}", spec.name);
        }
        assert!(evaluated.graph.nodes.iter().any(|node| node.kind == spec.name), "{}", spec.name);
    }
}

#[test]
fn sound_does_not_hear_the_length_of_blocks() {
    for kind in kinds().filter(|kind| kind.spec.outputs.iter().any(|output| output.port == PortType::Audio)) {
        let run = |block: usize| {
            let desc = patch(kind, &Picture::one_colour(SIZE_PX, BLACK));
            let mut show = Show::with(None, Workers::inline(), true, &desc);
            show.audio = show.audio.max_block(block);
            let inputs = inputs_of(&desc);
            let moved =
                ["level", "levels", "amount"].map(|name| inputs.iter().find(|input| input.name == name));
            let level = moved.into_iter().flatten().next().unwrap();
            let mut sound = Vec::new();
            for frame in 0..6 {
                show.load(&with(&desc, level, f64::from(frame) * 0.1)).unwrap();
                show.step();
                sound.extend(show.sound());
            }
            sound
        };
        let whole = run(64);
        // Nothing comes in from outside in a render.
        let is_heard = kind.spec.name != "line_in";
        assert_eq!(whole.iter().any(|sample| sample[0] != 0.0), is_heard, "{}", kind.spec.name);
        for block in [1, 17] {
            assert_eq!(run(block), whole, "{} in blocks of {block}", kind.spec.name);
        }
    }
}
