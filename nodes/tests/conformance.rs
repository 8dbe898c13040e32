//! One battery over every kind.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod harness;
mod sounds;
mod stand_ins;

use harness::{Desc, Picture, Show, gpu, registry, text};
use pastiche_engine::address::ControlAddress;
use pastiche_engine::check::check;
use pastiche_engine::gpu::Gpu;
use pastiche_engine::graph::{Given, NodeKey};
use pastiche_engine::plan::Source;
use pastiche_engine::port::{PortType, Value};
use pastiche_engine::registry::NodeKind;
use pastiche_engine::script::{self, evaluate};
use pastiche_engine::spec::{ANY, InputSpec, Unwired};
use pastiche_engine::take::{Input, Stamped};
use pastiche_engine::workers::Workers;
use stand_ins::{BLACK, SIZE_PX, files, kinds, patch};

#[test]
fn the_words_of_other_programs_lead_to_kinds_that_are_there() {
    let names: Vec<&str> = kinds().map(|kind| kind.spec.name).collect();
    let is_there = |kind: &str| names.contains(&kind) || ["colour", "hsv", "pick"].contains(&kind);
    for (word, kind) in pastiche_engine::aliases::ALIASES {
        assert!(is_there(kind), "`{word}` leads to `{kind}`, which is not there");
        assert!(!names.contains(word), "`{word}` is a kind of its own");
    }
}

#[test]
fn a_node_that_is_given_a_control_changes_by_that_alone() {
    let mut found = 0;
    for kind in kinds().filter(|kind| !kind.spec.bare.is_empty()) {
        let desc = patch(kind, &Picture::one_colour(SIZE_PX, [0.5, 0.25, 0.0, 1.0]));
        let numbers = |desc: &Desc| -> Vec<(String, f64)> {
            let plan = desc.check().unwrap_or_else(|faults| panic!("{}", text(&faults)));
            let node = plan.nodes.iter().find(|node| &*node.key.0 == "it").unwrap();
            let pairs = node.inputs.iter().zip(&*node.sources);
            let number = |(input, source): (&InputSpec, &Source)| match source {
                Source::Number(number) => Some((input.name.to_string(), *number)),
                _ => None,
            };
            pairs.filter_map(number).collect()
        };
        let controls: Vec<&&InputSpec> =
            kind.spec.inputs.iter().filter(|input| matches!(input.unwired, Unwired::Value(_))).collect();
        let usual = |name: &str| match controls.iter().find(|input| input.name == name).unwrap().unwired {
            Unwired::Value(value) => value,
            _ => unreachable!(),
        };
        for given in &controls {
            let is_bare = given.name == "amount";
            for (name, number) in numbers(&with(&desc, given, 0.5)) {
                let bare = kind.spec.bare.iter().find(|(control, _)| is_bare && *control == name);
                let expected =
                    if name == given.name { 0.5 } else { bare.map_or(usual(&name), |(_, value)| *value) };
                assert_eq!(number, expected, "{}: `{name}` when `{}` is given", kind.spec.name, given.name);
                found += 1;
            }
        }
    }
    assert!(found > 20, "{found}");
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

/// What is on every output of the node, as bytes; whether all of it is valid.
fn outcome(show: &mut Show, kind: &NodeKind) -> (Vec<u8>, bool) {
    let sound = show.sound();
    let mut bytes: Vec<u8> = sound.iter().flatten().flat_map(|sample| sample.to_le_bytes()).collect();
    let mut valid = sound.iter().flatten().all(|sample| sample.is_finite());
    for output in kind.spec.outputs {
        match show.live.output(&NodeKey::new("it"), output.name).unwrap().clone() {
            Value::Frame(Some(frame)) => {
                let picture = show.picture_of(&frame);
                bytes.extend(picture.values.iter().flat_map(|value| value.to_le_bytes()));
                valid &= picture.is_valid();
            }
            Value::Control(value) => {
                bytes.extend(value.to_le_bytes());
                valid &= ANY.contains(value);
            }
            Value::Style(Some(style)) => {
                bytes.extend(style.vector.iter().flat_map(|value| value.to_le_bytes()));
                valid &= style.vector.iter().all(|value| value.is_finite());
            }
            Value::Trigger(edges) => bytes.extend(edges.to_le_bytes()),
            Value::Notes(notes) => {
                for note in notes {
                    bytes.extend(note.sample.to_le_bytes());
                    bytes.extend([note.pitch, note.velocity, note.voice, note.channel, u8::from(note.on)]);
                    valid &= note.pitch < 128 && note.velocity < 128;
                }
            }
            Value::Colour(colour) => {
                bytes.extend(colour.0.iter().flat_map(|value| value.to_le_bytes()));
                valid &= colour.0.iter().all(|value| value.is_finite());
            }
            Value::Audio => {}
            other => panic!("{}.{}: {other:?}", kind.spec.name, output.name),
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
fn no_kind_uses_a_key_that_it_does_not_list() {
    let Some(gpu) = gpu() else { return };
    for kind in kinds() {
        // A fault of either half is reported with the next frame, and fails the step.
        let mut show = show(&gpu, &patch(kind, &Picture::noise(SIZE_PX, 3)));
        for _ in 0..5 {
            show.step();
            show.sound();
        }
    }
}

#[test]
fn effects_are_identity_at_zero() {
    let Some(gpu) = gpu() else { return };
    // As large as the canvas, whose size some effects give.
    let noise = Picture::noise([64, 36], 1);
    let mut failures = Vec::new();
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
        // At 0 most give the picture itself and draw nothing; close to 0 they draw.
        for number in [0.0, 1e-6] {
            let mut show = show(&gpu, &with(&desc, amount, number));
            show.steps(3);
            let distance = show.picture("it").distance(&noise);
            if distance.is_nan() || distance >= 1e-3 {
                failures.push(format!("{} at {number}: {distance}", kind.spec.name));
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
    assert!(effects >= 30, "{effects} effects");
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
                let control = ControlAddress::Input {
                    node: NodeKey::new("it"),
                    input: input.name.as_ref().into(),
                    member: input.list.then_some(0),
                };
                show.live.input(Stamped::new(0, Input::Move { control, value: number }));
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
        let source =
            script::Source { name: kind.spec.name.into(), text: kind.spec.example.into(), folder: None };
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
        let evaluated =
            evaluate(&script::Source { name: "names".into(), text, folder: None }, registry.kinds());
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
            let moved = ["level", "levels", "amount", "rate"]
                .map(|name| inputs.iter().find(|input| input.name == name));
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
        // Nothing comes in from outside in a render, and the clip that stands in has no sound.
        let is_heard = !matches!(kind.spec.name, "line_in" | "movie");
        assert_eq!(whole.iter().any(|sample| sample[0] != 0.0), is_heard, "{}", kind.spec.name);
        for block in [1, 17] {
            assert_eq!(run(block), whole, "{} in blocks of {block}", kind.spec.name);
        }
    }
}
