//! Kinds that change colours, against plain formulas on the processor.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod harness;

use harness::{Desc, Picture, Show, gpu, random};
use pastiche_engine::options::OptionValue;
use pastiche_engine::port::{linear_to_srgb, srgb_to_linear};

const SIZE_PX: [u32; 2] = [24, 18];

fn desc(kind: &str, picture: &Picture, numbers: &[(&str, f64)], words: &[(&str, &str)]) -> Desc {
    let mut desc = Desc::new().still("still", picture).node("it", kind).wire("image", "still");
    for (name, number) in numbers {
        desc = desc.number(name, *number);
    }
    for (name, word) in words {
        desc = desc.option(name, word);
    }
    desc
}

fn seen(desc: Desc) -> Option<Picture> {
    let mut show = Show::new(&gpu()?, &desc.see("it"));
    show.step();
    Some(show.picture("it"))
}

/// Pictures by a formula on straight colour, at a place from 0 to 1 with y downwards.
fn expected(picture: &Picture, formula: impl Fn([f32; 3], [f32; 2]) -> [f32; 3]) -> Picture {
    let size = picture.size_px.map(|side| side as f32);
    Picture::of(picture.size_px, |x, y| {
        let [red, green, blue, alpha] = picture.at(x, y);
        let straight = [red, green, blue].map(|part| if alpha > 0.0 { part / alpha } else { 0.0 });
        let place = [(x as f32 + 0.5) / size[0], (y as f32 + 0.5) / size[1]];
        let [red, green, blue] = formula(straight, place).map(|part| part.max(0.0) * alpha);
        [red, green, blue, alpha]
    })
}

fn luminance([red, green, blue]: [f32; 3]) -> f32 {
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn brightness(straight: [f32; 3]) -> f32 {
    linear_to_srgb(luminance(straight))
}

/// A grade that changes nothing.
const NEUTRAL: [(&str, f64); 2] = [("contrast", 1.0), ("saturation", 1.0)];

#[test]
fn effects_that_have_nothing_to_do_change_nothing() {
    let noise = Picture::noise(SIZE_PX, 1);
    for (kind, numbers) in [
        ("grade", NEUTRAL.to_vec()),
        ("levels", vec![("black", 0.0), ("white", 1.0)]),
        ("grain", vec![("strength", 0.0)]),
        ("glitch", vec![("strength", 0.0)]),
        ("vignette", vec![("size", 10.0)]),
        ("bloom", vec![("strength", 0.0)]),
        ("bloom", vec![("threshold", 1.0)]),
        ("sharpen", vec![("strength", 0.0)]),
        ("crop", vec![("left", 0.0)]),
        ("transform", vec![("rotate", 0.0)]),
        ("blur_line", vec![("length", 0.0)]),
        ("blur_radial", vec![("strength", 0.0)]),
        ("pixelate", vec![("size", 0.0)]),
    ] {
        let Some(found) = seen(desc(kind, &noise, &numbers, &[])) else { return };
        assert!(found.distance(&noise) < 4e-3, "{kind}: {}", found.distance(&noise));
    }
}

#[test]
fn threshold_and_levels_follow_their_formulas() {
    let noise = Picture::noise(SIZE_PX, 2);
    let numbers = [("level", 0.6), ("softness", 0.4)];
    let Some(found) = seen(desc("threshold", &noise, &numbers, &[])) else { return };
    let wanted = expected(&noise, |straight, _| {
        let value = ((brightness(straight) - 0.6) / 0.4 + 0.5).clamp(0.0, 1.0);
        [srgb_to_linear(value); 3]
    });
    assert!(found.distance(&wanted) < 4e-3, "{}", found.distance(&wanted));

    let numbers = [("black", 0.2), ("white", 0.7), ("gamma", 1.7), ("out_black", 0.1), ("out_white", 0.9)];
    let found = seen(desc("levels", &noise, &numbers, &[])).unwrap();
    let wanted = expected(&noise, |straight, _| {
        straight.map(|part| {
            let share = ((linear_to_srgb(part) - 0.2) / 0.5).max(0.0);
            srgb_to_linear((0.1 + 0.8 * share.powf(1.0 / 1.7)).max(0.0))
        })
    });
    assert!(found.distance(&wanted) < 6e-3, "{}", found.distance(&wanted));
}

#[test]
fn grade_follows_its_formulas() {
    let noise = Picture::noise(SIZE_PX, 3);
    let with = |picture: &Picture, name: &'static str, number: f64| {
        seen(desc("grade", picture, &[NEUTRAL.as_slice(), &[(name, number)]].concat(), &[]))
    };
    let one = |name: &'static str, number: f64| with(&noise, name, number);
    let Some(grey) = one("saturation", 0.0) else { return };
    let wanted = expected(&noise, |straight, _| [luminance(straight); 3]);
    assert!(grey.distance(&wanted) < 3e-3, "{}", grey.distance(&wanted));

    let wanted = expected(&noise, |straight, _| straight.map(|part| 2.0 * part));
    assert!(one("brightness", 2.0).unwrap().distance(&wanted) < 4e-3);

    let wanted = expected(&noise, |straight, _| {
        straight.map(|part| srgb_to_linear(((linear_to_srgb(part) - 0.5) * 1.5 + 0.5).max(0.0)))
    });
    assert!(one("contrast", 1.5).unwrap().distance(&wanted) < 5e-3);

    let wanted =
        expected(&noise, |straight, _| straight.map(|part| srgb_to_linear(1.0 - linear_to_srgb(part))));
    assert!(one("contrast", -1.0).unwrap().distance(&wanted) < 3e-3, "a negative");

    // Turning the hue all the way around, or keeping the light of a colour that it turns.
    assert!(one("hue", 360.0).unwrap().distance(&noise) < 3e-3);
    let dull = Picture::of(SIZE_PX, |x, y| {
        let part = |seed| 0.4 + 0.1 * random(x + 100 * y + seed);
        [part(1), part(9000), part(70_000), 1.0]
    });
    let turned = with(&dull, "hue", 90.0).unwrap();
    let alone = seen(desc("hue", &dull, &[("degrees", 90.0)], &[])).unwrap();
    assert!(alone.distance(&turned) < 3e-3, "`hue` is that of `grade`");
    for (before, after) in dull.values.chunks(4).zip(turned.values.chunks(4)) {
        let light = |colour: &[f32]| luminance([colour[0], colour[1], colour[2]]);
        assert!((light(before) - light(after)).abs() < 2e-3, "{before:?}, {after:?}");
    }
    let warm = one("temperature", 1.0).unwrap();
    let sum = |picture: &Picture, part: usize| picture.values.iter().skip(part).step_by(4).sum::<f32>();
    assert!(sum(&warm, 0) > 1.2 * sum(&noise, 0) && sum(&warm, 2) < sum(&noise, 2));
}

#[test]
fn vignette_is_a_smooth_fall_along_an_ellipse() {
    let noise = Picture::noise(SIZE_PX, 4);
    let Some(found) = seen(desc("vignette", &noise, &[("size", 0.7), ("softness", 0.5)], &[])) else {
        return;
    };
    let wanted = expected(&noise, |straight, [x, y]| {
        let radius = ((2.0 * x - 1.0).powi(2) + (2.0 * y - 1.0).powi(2)).sqrt();
        let dark = ((radius - 0.7) / 0.5 + 0.5).clamp(0.0, 1.0);
        straight.map(|part| part * (1.0 - dark * dark * (3.0 - 2.0 * dark)))
    });
    assert!(found.distance(&wanted) < 3e-3, "{}", found.distance(&wanted));
}

#[test]
fn mask_shows_what_is_bright_and_the_inverse_shows_the_rest() {
    let (noise, by) = (Picture::noise(SIZE_PX, 5), Picture::noise(SIZE_PX, 6));
    let desc = |channel: &str, invert: bool| {
        let desc = Desc::new().still("still", &noise).still("by", &by).node("it", "mask");
        let desc = desc.wire("image", "still").wire("by", "by").option("channel", channel);
        desc.option_value("invert", OptionValue::Flag(invert))
    };
    for channel in ["brightness", "alpha"] {
        let Some(found) = seen(desc(channel, false)) else { return };
        let wanted = Picture::of(SIZE_PX, |x, y| {
            let [red, green, blue, alpha] = by.at(x, y);
            let bright = brightness([red, green, blue].map(|part| part / alpha.max(1e-6))) * alpha;
            noise.at(x, y).map(|part| part * if channel == "alpha" { alpha } else { bright })
        });
        assert!(found.distance(&wanted) < 3e-3, "{channel}");
        let rest = seen(desc(channel, true)).unwrap();
        let both = found.values.iter().zip(&rest.values).map(|(one, two)| one + two).collect();
        assert!(Picture { size_px: SIZE_PX, values: both }.distance(&noise) < 3e-3, "{channel}");
    }
}

/// Tetrahedral interpolation, case by case (Kasson, Nin, Plouffe and Hafner 1995).
fn of_table(entries: &[[f32; 3]], size: usize, value: [f32; 3]) -> [f32; 3] {
    let place = value.map(|part| part.clamp(0.0, 1.0) * (size - 1) as f32);
    let corner = place.map(|part| (part.floor() as usize).min(size - 2));
    let [r, g, b]: [f32; 3] = std::array::from_fn(|axis| place[axis] - corner[axis] as f32);
    let at = |[x, y, z]: [usize; 3]| entries[corner[0] + x + size * (corner[1] + y + size * (corner[2] + z))];
    let (one, two, weights) = match () {
        () if r >= g && g >= b => ([1, 0, 0], [1, 1, 0], [1.0 - r, r - g, g - b, b]),
        () if r >= b && b >= g => ([1, 0, 0], [1, 0, 1], [1.0 - r, r - b, b - g, g]),
        () if b >= r && r >= g => ([0, 0, 1], [1, 0, 1], [1.0 - b, b - r, r - g, g]),
        () if g >= r && r >= b => ([0, 1, 0], [1, 1, 0], [1.0 - g, g - r, r - b, b]),
        () if g >= b && b >= r => ([0, 1, 0], [0, 1, 1], [1.0 - g, g - b, b - r, r]),
        () => ([0, 0, 1], [0, 1, 1], [1.0 - b, b - g, g - r, r]),
    };
    let corners = [at([0; 3]), at(one), at(two), at([1; 3])];
    std::array::from_fn(|part| (0..4).map(|index| corners[index][part] * weights[index]).sum())
}

#[test]
fn lookup_interpolates_tables_of_one_and_three_dimensions() {
    let noise = Picture::noise(SIZE_PX, 7);
    for size in [2usize, 3, 17] {
        let entry = |index: usize| std::array::from_fn(|part| random((index * 3 + part) as u32));
        let entries: Vec<[f32; 3]> = (0..size.pow(3)).map(entry).collect();
        let mut text = format!("TITLE \"test\"\nLUT_3D_SIZE {size}\n");
        for [red, green, blue] in &entries {
            text.push_str(&format!("{red} {green} {blue}\n"));
        }
        let Some(found) = seen(desc("lookup", &noise, &[], &[("table", &text)])) else { return };
        let wanted = expected(&noise, |straight, _| {
            of_table(&entries, size, straight.map(linear_to_srgb)).map(srgb_to_linear)
        });
        assert!(found.distance(&wanted) < 5e-3, "{size}: {}", found.distance(&wanted));
    }
    let text = "LUT_1D_SIZE 3\nDOMAIN_MIN 0 0 0.5\nDOMAIN_MAX 1 1 1\n1 0 0\n0.5 0.25 0.2\n0 1 1\n";
    let found = seen(desc("lookup", &noise, &[], &[("table", text)])).unwrap();
    let wanted = expected(&noise, |straight, _| {
        let [red, green, blue] = straight.map(|part| linear_to_srgb(part).clamp(0.0, 1.0));
        let bent = |share: f32, middle: f32| {
            if share < 0.5 { middle * 2.0 * share } else { middle + (1.0 - middle) * (2.0 * share - 1.0) }
        };
        [1.0 - red, bent(green, 0.25), bent((blue * 2.0 - 1.0).max(0.0), 0.2)].map(srgb_to_linear)
    });
    assert!(found.distance(&wanted) < 5e-3, "{}", found.distance(&wanted));
}

#[test]
fn a_shaper_comes_before_the_table() {
    let noise = Picture::noise(SIZE_PX, 7);
    // The shaper bends each colour up and over the range of the cube, which turns it round.
    let mut text =
        String::from("LUT_1D_SIZE 3\nLUT_1D_INPUT_RANGE 0 1\nLUT_3D_SIZE 2\nLUT_3D_INPUT_RANGE 0 2\n");
    text.push_str("0 0 0\n1.5 1.5 1.5\n2 2 2\n");
    for corner in 0..8 {
        let [red, green, blue] = [0, 1, 2].map(|part| 1 - (corner >> part & 1));
        text.push_str(&format!("{red} {green} {blue}\n"));
    }
    let Some(found) = seen(desc("lookup", &noise, &[], &[("table", &text)])) else { return };
    let wanted = expected(&noise, |straight, _| {
        straight.map(|part| {
            let share = linear_to_srgb(part).clamp(0.0, 1.0);
            let bent = if share < 0.5 { 3.0 * share } else { 1.0 + share };
            srgb_to_linear(1.0 - bent / 2.0)
        })
    });
    assert!(found.distance(&wanted) < 5e-3, "{}", found.distance(&wanted));
}

#[test]
fn a_table_is_read_from_a_file_and_a_damaged_one_is_told_at_its_line() {
    let Some(gpu) = gpu() else { return };
    let noise = Picture::noise(SIZE_PX, 7);
    let of_file =
        |text: &str| desc("lookup", &noise, &[], &[("table", "warm.cube")]).file("warm.cube", text).see("it");
    let mut show = Show::new(&gpu, &of_file("LUT_1D_SIZE 2\n0 0 0\n1 1 1\n"));
    show.step();
    assert!(show.picture("it").distance(&noise) < 3e-3, "a straight line changes nothing");
    let faults = show.load(&of_file("LUT_1D_SIZE 2\n0 0 0\n1 1\n")).unwrap_err();
    assert!(harness::text(&faults).contains("there are 2 values here instead of 3"), "{faults:?}");
    let span = faults[0].span.as_ref().unwrap();
    assert_eq!((&*span.file, span.line), ("warm.cube", 3));
    show.step();
    assert!(show.picture("it").distance(&noise) < 3e-3, "the good one stays");
}

#[test]
fn the_grey_palette_is_the_brightness_and_hard_steps_are_colours_of_the_palette() {
    let noise = Picture::noise(SIZE_PX, 8);
    let grey = [("preset", "grey")];
    let Some(found) = seen(desc("palette", &noise, &[], &grey)) else { return };
    let wanted = expected(&noise, |straight, _| [luminance(straight); 3]);
    assert!(found.distance(&wanted) < 3e-3, "{}", found.distance(&wanted));
    let steps = seen(desc("palette", &noise, &[("smooth", 0.0)], &grey)).unwrap();
    for pixel in steps.values.chunks(4) {
        assert!(pixel[0].abs() < 2e-3 || (pixel[0] - pixel[3]).abs() < 2e-3, "{pixel:?}");
    }
    let opaque = || steps.values.chunks(4).filter(|pixel| pixel[3] > 0.3);
    let white = opaque().filter(|pixel| pixel[0] > 0.1).count();
    assert!(white > 0 && white < opaque().count(), "one colour alone: {white}");
}

#[test]
fn key_takes_its_colour_and_leaves_the_opposite() {
    let colours = [[0.0, 1.0, 0.0, 1.0], [0.0, 0.6, 0.0, 1.0], [1.0, 0.0, 1.0, 1.0], [0.5, 0.5, 0.5, 1.0]];
    let picture = Picture::of([4, 1], |x, _| colours[x as usize]);
    let Some(found) = seen(desc("key", &picture, &[], &[])) else { return };
    assert!(found.at(0, 0)[3] < 1e-3 && found.at(1, 0)[3] < 0.2, "{found:?}");
    for x in [2, 3] {
        let near = found.at(x, 0).iter().zip(picture.at(x, 0)).all(|(one, two)| (one - two).abs() < 3e-3);
        assert!(near, "{found:?}");
    }
    let black = [[0.0, 0.0, 0.0, 1.0], [0.9, 0.9, 0.9, 1.0]];
    let picture = Picture::of([2, 1], |x, _| black[x as usize]);
    let luma = desc("key", &picture, &[("tolerance", 0.05)], &[("mode", "luma")]);
    let dark = pastiche_engine::graph::Given::Colour(pastiche_engine::port::Colour::BLACK);
    let found = seen(luma.given("colour", dark)).unwrap();
    assert!(found.at(0, 0)[3] < 1e-3 && found.at(1, 0)[3] > 0.999, "{found:?}");
}

#[test]
fn grain_moves_keeps_the_brightness_and_is_the_same_each_time() {
    let Some(gpu) = gpu() else { return };
    let grey = Picture::one_colour([64, 48], [0.2, 0.2, 0.2, 1.0]);
    let run = |rate: f64| {
        let numbers = [("strength", 0.2), ("rate", rate)];
        let mut show = Show::new(&gpu, &desc("grain", &grey, &numbers, &[]).see("it"));
        let mut pictures = Vec::new();
        for _ in 0..7 {
            show.step();
            pictures.push(show.picture("it"));
        }
        pictures
    };
    let moving = run(20.0);
    assert_eq!(moving, run(20.0));
    assert_eq!(moving[0], moving[2], "grain stands still for a twentieth of a second");
    assert!(moving[0].distance(&moving[3]) > 0.05);
    assert!(run(0.0).windows(2).all(|pair| pair[0] == pair[1]));
    let values = moving[0].values.chunks(4).map(|pixel| linear_to_srgb(pixel[0]));
    let mean = values.clone().sum::<f32>() / values.len() as f32;
    assert!((mean - linear_to_srgb(0.2)).abs() < 0.01, "{mean}");
}

#[test]
fn light_over_the_threshold_shines_over_its_surroundings() {
    let spot = Picture::of([31, 31], |x, y| if (x, y) == (15, 15) { [8.0, 4.0, 0.0, 1.0] } else { [0.0; 4] });
    let numbers = [("threshold", 0.5), ("radius", 120.0), ("strength", 2.0)];
    let Some(found) = seen(desc("bloom", &spot, &numbers, &[])) else { return };
    // Light that is added: twice what is over the threshold, in the colour of the spot.
    let sum = |part: usize| found.values.iter().skip(part).step_by(4).sum::<f32>();
    assert!((sum(0) - (8.0 + 2.0 * 7.5)).abs() < 0.2, "{}", sum(0));
    assert!((sum(1) - sum(0) / 2.0).abs() < 0.1 && sum(2) == 0.0);
    assert!(found.at(17, 15)[0] > found.at(19, 15)[0] && found.at(17, 15)[3] > 0.0);
}

#[test]
fn a_negative_is_the_opposite_and_opacity_lets_through() {
    let noise = Picture::noise(SIZE_PX, 11);
    let Some(found) = seen(desc("invert", &noise, &[], &[])) else { return };
    let wanted =
        expected(&noise, |straight, _| straight.map(|part| srgb_to_linear(1.0 - linear_to_srgb(part))));
    assert!(found.distance(&wanted) < 4e-3, "{}", found.distance(&wanted));
    let thin = seen(desc("opacity", &noise, &[("opacity", 0.25)], &[])).unwrap();
    let wanted = Picture::of(SIZE_PX, |x, y| noise.at(x, y).map(|part| part * 0.25));
    assert!(thin.distance(&wanted) < 3e-3, "{}", thin.distance(&wanted));
}

#[test]
fn effects_at_their_defaults_show_something() {
    let card = Picture::of([64, 36], |x, y| {
        let bright = f32::from(u8::from((x / 8 + y / 8) % 2 == 0));
        [0.1 + 0.6 * bright, 0.2 + x as f32 / 128.0, 0.5 - y as f32 / 90.0, 1.0]
    });
    for kind in [
        "bloom", "grade", "levels", "palette", "hue", "invert", "opacity", "rotate", "scale_by", "move",
        "tile",
    ] {
        let Some(found) = seen(desc(kind, &card, &[], &[])) else { return };
        let pairs = found.values.iter().zip(&card.values);
        let mean = pairs.map(|(one, two)| (one - two).abs()).sum::<f32>() / card.values.len() as f32;
        assert!(mean > 0.01, "{kind} changes the picture by {mean}");
        let none = seen(desc(kind, &card, &[("amount", 0.0)], &[])).unwrap();
        assert!(none.distance(&card) < 3e-3, "{kind} at amount 0");
    }
}

#[test]
fn a_palette_is_learned_from_a_picture() {
    let noise = Picture::noise(SIZE_PX, 12);
    let red = Picture::of([8, 8], |x, _| [x as f32 / 7.0, 0.0, 0.0, 1.0]);
    let patch = Desc::new().still("still", &noise).still("red", &red).node("it", "palette");
    let patch = patch.wire("image", "still").wire("from", "red");
    let Some(found) = seen(patch) else { return };
    assert!(found.values.chunks(4).all(|pixel| pixel[1] < 2e-3 && pixel[2] < 2e-3), "{found:?}");
    assert!(found.values.iter().step_by(4).any(|red| *red > 0.2), "{found:?}");
}
