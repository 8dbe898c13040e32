//! The sources that the program draws by itself.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod harness;

use harness::{Desc, Picture, Show, gpu, text};
use pastiche_engine::graph::Given;
use pastiche_engine::options::OptionValue;
use pastiche_engine::port::{Colour, linear_to_srgb};
use pastiche_engine::workers::Workers;

fn drawn(desc: &Desc, frames: usize) -> Option<Picture> {
    let mut show = Show::new(&gpu()?, &desc.clone().see("it"));
    show.steps(frames);
    Some(show.picture("it"))
}

fn it(kind: &str) -> Desc {
    Desc::new().node("it", kind)
}

fn colour(desc: Desc, input: &str, colour: [f32; 4]) -> Desc {
    desc.given(input, Given::Colour(Colour(colour)))
}

fn mean(picture: &Picture, channel: usize) -> f32 {
    picture.values.iter().skip(channel).step_by(4).sum::<f32>() / (picture.values.len() / 4) as f32
}

#[test]
fn a_solid_is_one_colour_and_one_picture() {
    let Some(gpu) = gpu() else { return };
    let mut show = Show::new(&gpu, &colour(it("solid"), "colour", [0.5, 2.0, -1.0, 7.0]).see("it"));
    show.step();
    let found = show.picture("it");
    assert_eq!(found, Picture::one_colour([64, 36], [0.5, 2.0, 0.0, 1.0]));
    let first = show.raw("it").unwrap().id();
    show.steps(2);
    assert!(show.raw("it").unwrap().id() == first, "nothing has changed");
}

#[test]
fn a_gradient_goes_from_edge_to_edge() {
    let desc =
        || colour(colour(it("gradient"), "first", [0.0, 0.0, 0.0, 1.0]), "second", [1.0, 0.5, 0.0, 1.0]);
    let Some(found) = drawn(&desc(), 1) else { return };
    for x in 0..64 {
        let expected = (x as f32 + 0.5) / 64.0;
        assert!((found.at(x, 20)[0] - expected).abs() < 2e-3, "{x}");
        assert!((found.at(x, 3)[1] - expected / 2.0).abs() < 2e-3, "{x}");
    }
    let up = drawn(&desc().number("angle", 90.0), 1).unwrap();
    assert!(up.at(9, 0)[0] > 0.98 && up.at(60, 35)[0] < 0.02, "90 degrees is up");
    let twice = drawn(&desc().number("repeat", 2.0), 1).unwrap();
    assert!(twice.at(0, 0)[0] < 0.03 && twice.at(63, 0)[0] < 0.03 && twice.at(32, 0)[0] > 0.95);
    let moved = drawn(&desc().number("offset", 1.0), 1).unwrap();
    assert!(moved.at(0, 0)[0] > 0.98 && moved.at(63, 0)[0] < 0.02);
    let again = drawn(&desc().number("offset", 1000.0), 1).unwrap();
    assert!(again.distance(&found) < 1e-3, "whole patterns are none");
    for form in ["radial", "angular"] {
        let found = drawn(&desc().option("form", form), 1).unwrap();
        let middle = found.at(32, 18)[0];
        assert!(found.is_valid() && (form == "angular" || middle < 0.05), "{form}");
        // The angular one closes without an edge: above and below are alike.
        assert!((found.at(40, 8)[0] - found.at(40, 27)[0]).abs() < 0.05, "{form}");
        let [near, far] = if form == "radial" { [(32, 18), (0, 0)] } else { [(62, 18), (1, 18)] };
        let [near, far] = [near, far].map(|(x, y)| found.at(x, y)[0]);
        assert!(near < 0.05 && far > 0.9, "{form}: from {near} to {far}");
    }
}

#[test]
fn a_gradient_of_four_passes_through_all_colours() {
    let four = [[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, 1.0], [0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0]];
    let names = ["first", "second", "third", "fourth"];
    let desc = names.iter().zip(four).fold(it("gradient"), |desc, (name, value)| colour(desc, name, value));
    let Some(found) = drawn(&desc.option_value("colours", OptionValue::Number(4.0)), 1) else { return };
    for (x, expected) in [(0, four[0]), (21, four[1]), (42, four[2]), (63, four[3])] {
        let near = found.at(x, 9).iter().zip(expected).all(|(one, two)| (one - two).abs() < 0.06);
        assert!(near, "{x}: {:?}", found.at(x, 9));
    }
}

#[test]
fn shapes_have_their_area_and_place() {
    // Lengths of a canvas of 1080 lines: 30 are a pixel of 36 lines.
    let area = |form: &str, sides: f64, thickness: f64| {
        let desc = it("shape").option("form", form).number("size", 450.0).number("sides", sides);
        let found = drawn(&desc.number("thickness", thickness), 1)?;
        assert!(found.is_valid());
        Some(f64::from(mean(&found, 3)) * 64.0 * 36.0)
    };
    let Some(circle) = area("circle", 5.0, 0.0) else { return };
    assert!((circle - std::f64::consts::PI * 225.0).abs() < 8.0, "{circle}");
    let polygon = |sides: f64| 0.5 * sides * 225.0 * (std::f64::consts::TAU / sides).sin();
    for sides in [3.0, 4.0, 6.0] {
        let found = area("polygon", sides, 0.0).unwrap();
        assert!((found - polygon(sides)).abs() < 12.0, "{sides} sides: {found}, not {}", polygon(sides));
    }
    let star = area("star", 5.0, 0.0).unwrap();
    assert!(star > 0.3 * circle && star < 0.7 * circle, "{star}");
    // A line of 30 pixels and 2 more at its ends, 2 wide.
    let line = area("line", 5.0, 60.0).unwrap();
    assert!((line - (60.0 + std::f64::consts::PI)).abs() < 4.0, "{line}");
    let outline = area("circle", 5.0, 60.0).unwrap();
    assert!((outline - 2.0 * std::f64::consts::TAU * 15.0).abs() < 6.0, "{outline}");
    assert!(area("rings", 3.0, 60.0).unwrap() > outline);
}

#[test]
fn a_shape_is_where_it_is_put_and_turned() {
    let desc = || it("shape").option("form", "line").number("size", 300.0).number("thickness", 90.0);
    let Some(turned) = drawn(&desc().number("rotate", 90.0), 1) else { return };
    assert!(turned.at(32, 10)[3] > 0.9 && turned.at(22, 18)[3] < 0.1);
    let moved = drawn(&desc().number("x", 600.0).number("y", 300.0), 1).unwrap();
    assert!(moved.at(52, 8)[3] > 0.9, "to the right and up");
    assert_eq!(mean(&drawn(&it("shape").number("size", 0.0), 1).unwrap(), 3), 0.0, "no size, nothing");
    let soft = drawn(&it("shape").number("size", 300.0).number("softness", 300.0), 1).unwrap();
    assert!((soft.at(42, 18)[3] - 0.5).abs() < 0.15, "half at the edge");
}

const NOISES: [&str; 5] = ["value", "perlin", "simplex", "worley", "curl"];

#[test]
fn every_noise_has_a_middle_a_seed_and_a_speed() {
    let Some(gpu) = gpu() else { return };
    for form in NOISES {
        let desc = |key: &str, speed: f64| {
            let desc = Desc::new().node(key, "noise").option("form", form).number("scale", 200.0);
            desc.number("speed", speed).see(key)
        };
        let run = |key: &str, speed: f64, frames: usize| {
            let mut show = Show::new(&gpu, &desc(key, speed));
            show.steps(frames);
            show.picture(key)
        };
        let first = run("one", 0.5, 1);
        let encoded: Vec<f32> = first.values.iter().step_by(4).map(|value| linear_to_srgb(*value)).collect();
        let mean = encoded.iter().sum::<f32>() / encoded.len() as f32;
        let (low, high) =
            encoded.iter().fold((1.0f32, 0.0f32), |(low, high), value| (low.min(*value), high.max(*value)));
        assert!((0.25..0.75).contains(&mean), "{form}: {mean}");
        assert!(high - low > 0.25, "{form}: from {low} to {high}");
        assert!(first.values.iter().skip(3).step_by(4).all(|alpha| *alpha == 1.0), "{form}");
        assert!(run("two", 0.5, 1).distance(&first) > 0.1, "{form}: every node has its own");
        assert_eq!(run("one", 0.5, 1), first, "{form}: and always the same");
        assert!(run("one", 0.5, 30).distance(&first) > 0.05, "{form} stands still");
        assert_eq!(run("one", 0.0, 30), first, "{form} moves");
        // Never a jump, also where a whole three begins.
        let mut show = Show::new(&gpu, &desc("one", 3.0));
        show.step();
        let mut before = show.picture("one");
        let mut steps = Vec::new();
        for _ in 1..70 {
            show.step();
            let now = show.picture("one");
            steps.push(now.distance(&before));
            before = now;
        }
        let mut sorted = steps.clone();
        sorted.sort_by(f32::total_cmp);
        let (usual, most) = (sorted[sorted.len() / 2], sorted[sorted.len() - 1]);
        assert!(most < 1.8 * usual, "{form} jumps: {most} where {usual} is usual");
    }
}

#[test]
fn contrast_and_octaves_do_what_they_say() {
    let spread = |contrast: f64, octaves: f64| {
        let desc = it("noise").number("contrast", contrast).number("octaves", octaves).number("scale", 400.0);
        let found = drawn(&desc, 1)?;
        let values: Vec<f32> = found.values.iter().step_by(4).map(|value| linear_to_srgb(*value)).collect();
        let mean = values.iter().sum::<f32>() / values.len() as f32;
        Some(values.iter().map(|value| (value - mean).abs()).sum::<f32>() / values.len() as f32)
    };
    let Some(plain) = spread(1.0, 1.0) else { return };
    assert!(spread(0.0, 1.0).unwrap() < 1e-3);
    assert!((spread(0.5, 1.0).unwrap() / plain - 0.5).abs() < 0.05);
    assert!((spread(-1.0, 1.0).unwrap() / plain - 1.0).abs() < 0.05);
    let [one, between, two] = [1.0, 1.5, 2.0]
        .map(|octaves| drawn(&it("noise").number("octaves", octaves).number("scale", 400.0), 1).unwrap());
    assert!(one.distance(&between) > 0.01 && between.distance(&two) > 0.01, "the second fades in");
}

fn words(content: &str) -> Desc {
    it("text").option("content", content)
}

#[test]
fn words_keep_their_size_while_it_moves_and_are_drawn_anew() {
    let Some(gpu) = gpu() else { return };
    let desc = |size: f64| words("HH").number("size", size).see("it");
    let width = |picture: &Picture| {
        let lit = |x: &u32| (0..36).any(|y| picture.at(*x, y)[3] > 0.3);
        let columns: Vec<u32> = (0..64).filter(lit).collect();
        f64::from(columns.last().unwrap() - columns[0])
    };
    // Live, with workers: another size is there at once, and sharp soon after.
    let workers = Workers::with_room(1).unwrap();
    let mut show = Show::with(Some(gpu.clone()), workers, false, &desc(300.0));
    show.step();
    let small = width(&show.picture("it"));
    assert_eq!(show.load(&desc(600.0)).unwrap().rebuilt, 0);
    show.step();
    let large = width(&show.picture("it"));
    assert!((large / small - 2.0).abs() < 0.35, "{small} and {large}");
    let mut fresh = Show::new(&gpu, &desc(600.0));
    fresh.step();
    let expected = fresh.picture("it");
    let is_sharp = |show: &mut Show| {
        show.step();
        show.picture("it").distance(&expected) < 1e-3
    };
    assert!((0..500).any(|_| is_sharp(&mut show)), "it stays as it was drawn for another size");
}

#[test]
fn old_words_stay_until_the_new_ones_are_drawn() {
    let Some(gpu) = gpu() else { return };
    let desc = |content: &str| words(content).number("size", 600.0).see("it");
    let workers = Workers::with_room(1).unwrap();
    let mut show = Show::with(Some(gpu.clone()), workers, false, &desc("H"));
    show.step();
    assert_eq!(show.load(&desc("IIII")).unwrap().rebuilt, 1);
    show.step();
    assert!(mean(&show.picture("it"), 3) > 0.01, "words are never missing");
    let mut fresh = Show::new(&gpu, &desc("IIII"));
    fresh.step();
    let expected = fresh.picture("it");
    let is_new = |show: &mut Show| {
        show.step();
        show.picture("it") == expected
    };
    assert!((0..500).any(|_| is_new(&mut show)), "the old words stay");
}

#[test]
fn words_stand_where_they_are_put_in_their_colour() {
    let desc = words("H").number("size", 900.0).number("x", 480.0).number("y", 0.0);
    let Some(found) = drawn(&colour(desc, "colour", [0.5, 0.25, 0.0, 0.5]), 1) else { return };
    let alphas: Vec<(u32, f32)> = (0..64).map(|x| (x, (0..36).map(|y| found.at(x, y)[3]).sum())).collect();
    let weight: f32 = alphas.iter().map(|(_, alpha)| alpha).sum();
    let middle = alphas.iter().map(|(x, alpha)| (*x as f32 + 0.5) * alpha).sum::<f32>() / weight;
    assert!((middle - 48.0).abs() < 1.0, "{middle}");
    let brightest = found.values.chunks_exact(4).max_by(|a, b| a[3].total_cmp(&b[3])).unwrap();
    assert!((brightest[3] - 0.5).abs() < 0.01 && (brightest[0] - 0.5).abs() < 0.01, "{brightest:?}");
    assert_eq!(mean(&drawn(&words(""), 1).unwrap(), 3), 0.0, "no words, nothing");
    assert_eq!(mean(&drawn(&words("H").number("size", 0.0), 1).unwrap(), 3), 0.0);
}

#[test]
fn a_broken_typeface_is_told_and_the_show_goes_on() {
    let Some(gpu) = gpu() else { return };
    let mut show = Show::new(&gpu, &words("H").see("it"));
    show.step();
    let broken = words("H").option("file", "own.ttf").file("own.ttf", "no letters at all").see("it");
    let told = text(&show.load(&broken).unwrap_err());
    assert!(told.contains("`own.ttf` is no typeface"), "{told}");
    show.step();
}

#[test]
fn the_scene_moves_and_has_as_many_people_as_asked_for() {
    let Some(still) = drawn(&it("scene").number("speed", 0.0), 5) else { return };
    let moved = drawn(&it("scene"), 40).unwrap();
    assert!(still.is_valid() && still.values.iter().skip(3).step_by(4).all(|alpha| *alpha == 1.0));
    assert!(moved.distance(&still) > 0.1, "no one moves");
    let empty = drawn(&it("scene").number("people", 0.0), 1).unwrap();
    let full = drawn(&it("scene").number("people", 8.0), 1).unwrap();
    let changed = |picture: &Picture| {
        let pairs = picture.values.chunks_exact(4).zip(empty.values.chunks_exact(4));
        pairs.filter(|(one, two)| one.iter().zip(*two).any(|(one, two)| (one - two).abs() > 0.02)).count()
    };
    assert!(changed(&still) > 100 && changed(&full) > changed(&still), "{}", changed(&still));
}

#[test]
fn particles_live_fall_and_follow() {
    let Some(gpu) = gpu() else { return };
    let cloud = |numbers: &[(&str, f64)], flow: Option<[f32; 4]>| {
        let mut desc = Desc::new();
        if let Some(flow) = flow {
            desc = desc.still("flow", &Picture::one_colour([16, 9], flow));
        }
        desc = desc.node("it", "particles").option_value("count", OptionValue::Number(500.0));
        if flow.is_some() {
            desc = desc.wire("flow", "flow");
        }
        for (name, number) in numbers {
            desc = desc.number(name, *number);
        }
        let mut show = Show::new(&gpu, &desc.see("it"));
        show.steps(40);
        let found = show.picture("it");
        assert!(found.is_valid());
        let light = |x: u32, y: u32| f64::from(found.at(x, y)[0]);
        let (mut sum, mut x_sum, mut y_sum) = (0.0, 0.0, 0.0);
        for y in 0..36 {
            for x in 0..64 {
                sum += light(x, y);
                x_sum += light(x, y) * (f64::from(x) - 31.5);
                y_sum += light(x, y) * (17.5 - f64::from(y));
            }
        }
        assert!(sum > 1.0, "nothing to be seen: {numbers:?}");
        [sum, x_sum / sum, y_sum / sum]
    };
    let still: &[(&str, f64)] = &[
        ("spread", 60.0),
        ("speed", 0.0),
        ("turbulence", 0.0),
        ("size", 60.0),
        ("life", 10.0),
        ("drag", 0.0),
    ];
    let with = |more: &[(&'static str, f64)]| [still, more].concat();
    let [_, x, y] = cloud(still, None);
    assert!(x.abs() < 0.5 && y.abs() < 0.5, "{x}, {y}");
    let [_, x, y] = cloud(&with(&[("x", 600.0), ("y", -300.0)]), None);
    assert!((x - 20.0).abs() < 1.0 && (y + 10.0).abs() < 1.0, "{x}, {y}");
    let [_, x, y] = cloud(&with(&[("gravity", 900.0)]), None);
    assert!(x.abs() < 0.7 && y < -4.0, "it falls: {x}, {y}");
    // Full red and half green: to the right, a height in a second.
    let [_, x, y] = cloud(&with(&[("drag", 50.0)]), Some([1.0, 0.2140, 0.5, 1.0]));
    assert!((x - 23.0).abs() < 3.0 && y.abs() < 1.0, "it follows: {x}, {y}");
    let [_, x, y] = cloud(&with(&[("drag", 50.0), ("follow", 0.0)]), Some([1.0, 1.0, 0.5, 1.0]));
    assert!(x.abs() < 0.7 && y.abs() < 0.7, "{x}, {y}");
}

#[test]
fn particles_go_on_when_their_number_changes() {
    let Some(gpu) = gpu() else { return };
    let desc = |count: f64| {
        let desc = it("particles").option_value("count", OptionValue::Number(count)).number("spread", 0.0);
        desc.number("life", 600.0)
            .number("turbulence", 0.0)
            .number("drag", 0.0)
            .number("size", 40.0)
            .see("it")
    };
    let mut show = Show::new(&gpu, &desc(300.0));
    show.steps(60);
    let before = show.picture("it");
    assert_eq!(show.load(&desc(1.0)).unwrap().rebuilt, 1);
    show.step();
    assert!(mean(&show.picture("it"), 0) < 0.2 * mean(&before, 0), "one of them is left");
    show.load(&desc(65_536.0)).unwrap();
    show.steps(2);
    assert!(show.picture("it").is_valid());
}

#[test]
fn a_rectangle_has_its_size_place_and_corners() {
    let desc = it("rectangle").number("width", 960.0).number("height", 540.0);
    let Some(found) = drawn(&desc, 1) else { return };
    let cover = |picture: &Picture| picture.values.iter().skip(3).step_by(4).sum::<f32>() / (64.0 * 36.0);
    // The canvas of the tests is 64 by 36 pixels, 1920 by 1080 in lengths.
    assert!((cover(&found) - 0.25).abs() < 0.01, "{}", cover(&found));
    assert!(found.at(32, 18)[3] > 0.99 && found.at(10, 18)[3] < 0.01 && found.at(32, 4)[3] < 0.01);
    let round = drawn(&desc.clone().number("round", 270.0), 1).unwrap();
    assert!(found.at(17, 10)[3] > 0.99 && round.at(17, 10)[3] < 0.01, "a round corner");
    let outline = drawn(&desc.clone().number("thickness", 60.0), 1).unwrap();
    assert!(outline.at(32, 18)[3] < 0.01 && outline.at(16, 18)[3] > 0.4);
    let moved = drawn(&desc.number("x", 480.0).number("y", 270.0), 1).unwrap();
    assert!(moved.at(48, 9)[3] > 0.99 && moved.at(30, 20)[3] < 0.01);
}

#[test]
fn stripes_and_checkers_take_turns() {
    let red = [1.0, 0.0, 0.0, 1.0];
    // 120 are four pixels.
    let Some(found) = drawn(&colour(it("stripes").number("width", 120.0), "first", red), 1) else { return };
    let is_lit = |picture: &Picture, x: u32, y: u32| picture.at(x, y)[0] > 0.9;
    let row: Vec<bool> = (0..16).map(|part| is_lit(&found, part * 4 + 1, 7)).collect();
    assert!(row.windows(2).all(|pair| pair[0] != pair[1]), "{row:?}");
    assert!((mean(&found, 3) - 0.5).abs() < 0.05, "the others are nothing");
    let moved = drawn(&colour(it("stripes").number("width", 120.0).number("offset", 120.0), "first", red), 1);
    assert!(is_lit(&moved.unwrap(), 1, 7) != is_lit(&found, 1, 7));

    let found = drawn(&colour(it("checkers").number("size", 120.0), "first", red), 1).unwrap();
    for (x, y) in [(1, 1), (5, 1), (1, 5), (5, 5), (33, 17)] {
        assert_eq!(is_lit(&found, x, y), is_lit(&found, x + 4, y + 4), "{x}, {y}");
        assert_ne!(is_lit(&found, x, y), is_lit(&found, x + 4, y), "{x}, {y}");
    }
}

#[test]
fn a_number_in_the_words_moves_them() {
    let Some(gpu) = gpu() else { return };
    let patch = |content: &str, number: Option<f64>| {
        let desc = words(content);
        number.map_or(desc.clone(), |number| desc.number("n", number)).see("it")
    };
    let picture = |desc: &Desc| {
        let mut show = Show::new(&gpu, desc);
        show.steps(2);
        show.picture("it")
    };
    assert_eq!(picture(&patch("{n} bpm", Some(119.7))), picture(&patch("120 bpm", None)));
    let mut show = Show::new(&gpu, &patch("{n:1}", Some(1.0)));
    show.step();
    let summary = show.load(&patch("{n:1}", Some(2.5))).unwrap();
    assert_eq!(summary.rebuilt, 0, "a number moves without another node");
    show.step();
    assert_eq!(show.picture("it"), picture(&patch("2.5", None)));
    let told = text(&patch("{n}", None).check().unwrap_err());
    assert!(told.contains("`text` needs `n`"), "{told}");
    let from_file = it("text").option("content", "words.txt").file("words.txt", "120 bpm").see("it");
    assert_eq!(picture(&from_file), picture(&patch("120 bpm", None)));
}

#[test]
fn colours_move() {
    let lit = |desc: Desc| {
        let mut show = Show::with(None, Workers::inline(), true, &desc);
        show.step();
        match show.output("it") {
            pastiche_engine::port::Value::Colour(colour) => colour.0,
            other => panic!("{other:?}"),
        }
    };
    let green = lit(it("colour_hsv").number("hue", 1.0 / 3.0));
    assert!(green[0] < 1e-5 && (green[1] - 1.0).abs() < 1e-5 && green[2] < 1e-5, "{green:?}");
    let half = lit(it("colour_lerp").number("amount", 0.5));
    assert!((linear_to_srgb(half[0]) - 0.5).abs() < 1e-5, "{half:?}");
    let thin = lit(it("colour_rgb").number("red", 1.0).number("alpha", 0.5));
    assert!((thin[0] - 0.5).abs() < 1e-5 && thin[3] == 0.5, "{thin:?}");
}
