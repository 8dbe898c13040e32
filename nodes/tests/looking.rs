//! Nodes that measure pictures and choose styles.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod harness;

use harness::{Desc, Picture, Show, gpu};
use pastiche_engine::graph::Given;
use pastiche_engine::node::Status;
use pastiche_engine::options::OptionValue;
use pastiche_engine::workers::Workers;
use pastiche_models::Threads;
use pastiche_models::painting::Painting;

const OUTPUTS: [&str; 4] = ["red", "green", "blue", "alpha"];

fn mean(picture: &Picture) -> [f64; 4] {
    let pixels = picture.values.len() / 4;
    std::array::from_fn(|channel| {
        picture.values.iter().skip(channel).step_by(4).map(|value| f64::from(*value)).sum::<f64>()
            / pixels as f64
    })
}

fn probe(desc: Desc, from: &str, area: [f64; 4]) -> Desc {
    let desc = desc.node("probe", "probe").wire("image", from);
    let inputs = ["x", "y", "width", "height"].into_iter().zip(area);
    inputs.fold(desc, |desc, (name, number)| desc.number(name, number)).see("probe")
}

#[test]
fn a_probe_sees_the_same_in_memory_and_on_the_gpu() {
    let Some(gpu) = gpu() else { return };
    let noise = Picture::noise([48, 32], 3);
    let still = Desc::new().still("still", &noise);
    for area in [[0.5, 0.5, 1.0, 1.0], [0.2, 0.9, 0.0, 0.0], [0.9, 0.1, 0.5, 0.3], [-1.0, 2.0, 0.1, 0.1]] {
        let desc = still.clone().node("up", "blend").wire("base", "still").wire("top", "still");
        let desc = desc.option("mode", "lighten").see("up");
        let mut show = Show::new(&gpu, &probe(desc, "up", area));
        show.step();
        assert!(show.raw("up").unwrap().memory().is_none());
        let picture = show.picture("up");
        let mut same =
            Show::with(None, Workers::inline(), true, &probe(Desc::new().still("x", &picture), "x", area));
        same.step();
        for output in OUTPUTS {
            let (found, expected) = (show.control_of("probe", output), same.control_of("probe", output));
            assert!((found - expected).abs() < 2e-3, "{area:?} {output}: {found} against {expected}");
        }
    }
    let mut show = Show::with(None, Workers::inline(), true, &probe(still, "still", [0.5, 0.5, 1.0, 1.0]));
    show.step();
    for (output, expected) in OUTPUTS.into_iter().zip(mean(&noise)) {
        assert!((show.control_of("probe", output) - expected).abs() < 1e-6, "{output}");
    }
}

#[test]
fn a_probe_of_a_corner_counts_from_below() {
    let corner = |x: u32, y: u32| if x < 4 && y >= 4 { [1.0; 4] } else { [0.0, 0.0, 0.0, 1.0] };
    let still = Desc::new().still("still", &Picture::of([8, 8], corner));
    let at = |x: f64, y: f64| {
        let desc = probe(still.clone(), "still", [x, y, 0.0, 0.0]);
        let mut show = Show::with(None, Workers::inline(), true, &desc);
        show.step();
        show.control("probe")
    };
    assert!((at(0.1, 0.1) - 1.0).abs() < 1e-9, "the lower left");
    assert_eq!([at(0.9, 0.1), at(0.1, 0.9), at(0.9, 0.9)], [0.0; 3]);
}

#[test]
fn a_probe_does_not_wait_in_a_live_show() {
    let Some(gpu) = gpu() else { return };
    let desc = Desc::new().node("card", "test_card");
    let desc = probe(desc, "card", [0.5, 0.5, 1.0, 1.0]);
    let mut show = Show::with(Some(gpu.clone()), Workers::inline(), false, &desc);
    show.step();
    let waits = |show: &Show| {
        show.live.statuses().any(|(key, status)| &*key.0 == "probe" && matches!(status, Status::Waiting(_)))
    };
    assert!(waits(&show), "the first frame has nothing to look at");
    let mut frames = 0;
    while waits(&show) {
        frames += 1;
        assert!(frames < 100, "it never arrives");
        // Time passes: the GPU finishes what it has.
        gpu.device().poll(wgpu::PollType::wait_indefinitely()).unwrap();
        show.step();
    }
    assert!((0.05..0.9).contains(&show.control("probe")), "{}", show.control("probe"));
}

#[test]
fn colours_are_kept_and_light_is_that_of_the_painting() {
    let Some(gpu) = gpu() else { return };
    let (painting, original) = (Picture::noise([16, 12], 1), Picture::noise([16, 12], 2));
    let desc = Desc::new().still("painting", &painting).still("original", &original);
    let desc =
        desc.node("kept", "keep_colour").wire("image", "painting").wire("original", "original").see("kept");
    let mut show = Show::new(&gpu, &desc);
    show.step();
    let kept = show.picture("kept");
    assert!(kept.is_valid());
    let luma = |[red, green, blue, _]: [f32; 4]| 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    for (x, y) in (0..12).flat_map(|y| (0..16).map(move |x| (x, y))) {
        let (before, after) = (painting.at(x, y), kept.at(x, y));
        assert!((luma(before) - luma(after)).abs() < 2e-3, "{x}, {y}: {before:?} {after:?}");
        assert_eq!(before[3], after[3]);
    }
    // A grey original takes all colour away.
    let grey = Picture::one_colour([16, 12], [0.4, 0.4, 0.4, 1.0]);
    let desc = Desc::new().still("painting", &painting).still("original", &grey);
    let desc =
        desc.node("kept", "keep_colour").wire("image", "painting").wire("original", "original").see("kept");
    let mut show = Show::new(&gpu, &desc);
    show.step();
    let kept = show.picture("kept");
    let spread = |[red, green, blue, _]: [f32; 4]| (red - green).abs().max((green - blue).abs());
    assert!((0..16).all(|x| spread(kept.at(x, 3)) < 2e-3));
}

fn styles(numbers: &[f64]) -> (Desc, Vec<String>) {
    let names: Vec<String> = numbers.iter().map(|number| format!("style {number}")).collect();
    let desc = names.iter().zip(numbers).fold(Desc::new(), |desc, (name, number)| {
        desc.node(name, "style").option_value("which", OptionValue::Number(*number))
    });
    (desc, names)
}

fn weights(show: &Show, node: &str, numbers: &[usize]) -> Vec<f32> {
    let style = show.style(node).unwrap();
    numbers.iter().map(|number| style.vector[*number]).collect()
}

#[test]
fn a_path_comes_round() {
    let (desc, names) = styles(&[3.0, 19.0, 7.0]);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let desc = desc.node("walk", "style_path").wires("styles", &names).number("speed", 0.5).see("walk");
    let mut show = Show::with(None, Workers::inline(), true, &desc);
    for (frame, expected) in [(0, [1.0, 0.0, 0.0]), (20, [0.5, 0.5, 0.0]), (40, [0.0, 1.0, 0.0])]
        .into_iter()
        .chain([(60, [0.0, 0.5, 0.5]), (100, [0.5, 0.0, 0.5]), (120, [1.0, 0.0, 0.0])])
    {
        while show.frame <= frame {
            show.step();
        }
        let found = weights(&show, "walk", &[3, 19, 7]);
        let near = found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-6);
        assert!(near, "{frame}: {found:?}");
    }
}

#[test]
fn a_pad_mixes_by_place_and_tells_uneven_lists() {
    let (desc, names) = styles(&[3.0, 19.0]);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let pad = desc.node("pad", "style_pad").wires("styles", &names).number("sharpness", 1.0);
    let at = |desc: Desc| {
        let mut show = Show::with(None, Workers::inline(), true, &desc);
        show.step();
        weights(&show, "pad", &[3, 19])
    };
    assert_eq!(at(pad.clone().number("y", 1.0).see("pad")), [1.0, 0.0], "on the first, on top");
    assert_eq!(at(pad.clone().number("y", 0.25).see("pad")), [0.25, 0.75]);
    let list = |numbers: &[f64]| Given::List(numbers.iter().copied().map(Given::Number).collect());
    let placed = pad.clone().given("xs", list(&[0.0, 1.0])).given("ys", list(&[0.5, 0.5]));
    assert_eq!(at(placed.number("x", 0.25).see("pad")), [0.75, 0.25]);
    let mut show = Show::with(None, Workers::inline(), true, &pad.given("xs", list(&[0.0])).see("pad"));
    let message = show.report().faults[0].fault.message.clone();
    assert_eq!(message, "2 styles cannot be placed with 1 number of `xs` and 0 numbers of `ys`");
}

#[test]
fn a_style_of_layers_is_painted_layer_by_layer() {
    let photo: Vec<u8> = (0..40 * 36 * 4).map(|at: u32| (at * at / 7) as u8 | 3).collect();
    let (desc, names) = styles(&[3.0, 19.0]);
    let at = |split: f64| {
        let desc =
            desc.clone().node("look", "style_layers").wire("coarse", &names[0]).wire("fine", &names[1]);
        let desc = desc.number("split", split).still_srgb8("photo", [40, 36], &photo);
        let desc = desc.node("paint", "style_transfer").wire("image", "photo").wire("style", "look");
        let desc = desc.option_value("height", OptionValue::Number(36.0)).see("paint");
        let mut show = Show::with(None, Workers::inline(), true, &desc);
        show.step();
        show.raw("paint").unwrap().memory().unwrap().to_srgb8()
    };
    let network = Painting::embedded(&Threads::new(1)).unwrap();
    let expected = |style: &[f32]| network.paint_srgb8(&photo, [40, 36], style).unwrap();
    assert_eq!(at(1.0), expected(&network.single_style(3)));
    assert_eq!(at(0.0), expected(&network.single_style(19)));
    let rows = [network.single_style(3).repeat(9), network.single_style(19).repeat(9)].concat();
    assert_eq!(at(0.5), expected(&rows));
}
