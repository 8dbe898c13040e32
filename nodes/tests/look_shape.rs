//! Kinds that move, blur and redraw pictures, against plain formulas on the processor.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod harness;

use harness::{Desc, Picture, Show, gpu};
use pastiche_engine::port::linear_to_srgb;

/// A pixel of the canvas of the tests, 36 lines high, as a length of a patch.
const PX: f64 = 30.0;

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

/// What is at a place, y downwards; nothing outside.
fn at(picture: &Picture, x: i64, y: i64) -> [f32; 4] {
    let [width, height] = picture.size_px.map(i64::from);
    let inside = (0..width).contains(&x) && (0..height).contains(&y);
    if inside { picture.at(x as u32, y as u32) } else { [0.0; 4] }
}

fn moved(picture: &Picture, from: impl Fn(i64, i64) -> [i64; 2]) -> Picture {
    Picture::of(picture.size_px, |x, y| {
        let [x, y] = from(i64::from(x), i64::from(y));
        at(picture, x, y)
    })
}

#[test]
fn transform_moves_turns_and_scales() {
    let noise = Picture::noise([16, 16], 1);
    let by =
        |numbers: &[(&str, f64)], edge: &str| seen(desc("transform", &noise, numbers, &[("edge", edge)]));
    let shift = [("translate_x", 3.0 * PX), ("translate_y", 2.0 * PX)];
    let Some(found) = by(&shift, "none") else { return };
    assert!(found.distance(&moved(&noise, |x, y| [x - 3, y + 2])) < 3e-3);
    let tiled = moved(&noise, |x, y| [(x - 3).rem_euclid(16), (y + 2).rem_euclid(16)]);
    assert!(by(&shift, "tile").unwrap().distance(&tiled) < 3e-3);
    let folded = |at: i64| at.rem_euclid(32).min(31 - at.rem_euclid(32));
    let mirrored = moved(&noise, |x, y| [folded(x - 3), folded(y + 2)]);
    assert!(by(&shift, "mirror").unwrap().distance(&mirrored) < 3e-3);

    // Counter-clockwise: what was on the right is at the top.
    let turned = moved(&noise, |x, y| [15 - y, x]);
    assert!(by(&[("rotate", 90.0)], "none").unwrap().distance(&turned) < 3e-3);
    let head = moved(&noise, |x, y| [15 - x, 15 - y]);
    assert!(by(&[("scale", -1.0)], "none").unwrap().distance(&head) < 3e-3);
    assert!(by(&[("rotate", 360.0), ("amount", 0.5)], "none").unwrap().distance(&head) < 3e-3);

    // Half as large, every pixel is the mean of four.
    let half = by(&[("scale", 0.5)], "none").unwrap();
    let wanted = Picture::of([16, 16], |x, y| {
        let [x, y] = [x, y].map(|at| 2 * (i64::from(at) - 4));
        let four = [[0, 0], [1, 0], [0, 1], [1, 1]].map(|[dx, dy]| at(&noise, x + dx, y + dy));
        std::array::from_fn(|part| four.iter().map(|pixel| pixel[part]).sum::<f32>() / 4.0)
    });
    assert!(half.distance(&wanted) < 3e-3, "{}", half.distance(&wanted));
    // A corner as the anchor stays in its corner.
    let corner = by(&[("scale", 0.5), ("anchor_x", 0.0), ("anchor_y", 1.0)], "none").unwrap();
    assert!(corner.at(0, 0)[3] > 0.0 && corner.at(8, 8)[3] == 0.0);
}

#[test]
fn crop_cuts_each_edge_and_softens_it_inwards() {
    let noise = Picture::noise([20, 10], 2);
    let numbers = [("left", 0.25), ("right", 0.1), ("top", 0.2), ("bottom", 0.3)];
    let Some(found) = seen(desc("crop", &noise, &numbers, &[])) else { return };
    let wanted = Picture::of([20, 10], |x, y| {
        if (5..18).contains(&x) && (2..7).contains(&y) { noise.at(x, y) } else { [0.0; 4] }
    });
    assert!(found.distance(&wanted) < 1e-3);
    let white = Picture::one_colour([40, 40], [1.0; 4]);
    let soft = seen(desc("crop", &white, &[("softness", 10.0 * PX)], &[])).unwrap();
    for x in 0..12u32 {
        let wanted = ((x as f32 + 1.0) / 10.0).min(1.0);
        assert!((soft.at(x, 20)[3] - wanted).abs() < 2e-3, "{x}: {:?}", soft.at(x, 20));
    }
}

#[test]
fn fit_makes_a_picture_of_the_size_of_the_canvas() {
    let wide = Picture::one_colour([40, 10], [1.0; 4]);
    for (mode, [top, middle]) in [("cover", [1.0, 1.0]), ("contain", [0.0, 1.0]), ("stretch", [1.0, 1.0])] {
        let Some(found) = seen(desc("fit", &wide, &[], &[("mode", mode)])) else { return };
        assert_eq!(found.size_px, [64, 36], "{mode}");
        assert_eq!([found.at(32, 1)[3], found.at(32, 18)[3]], [top, middle], "{mode}");
    }
    let half = seen(desc("fit", &wide, &[("amount", 0.5)], &[("mode", "contain")])).unwrap();
    assert!((half.at(32, 1)[3] - 0.5).abs() < 1e-3);
}

#[test]
fn mirrors_show_one_half_twice() {
    let noise = Picture::noise([16, 16], 3);
    for (half, from) in [
        ("left", (|x, y| [x.min(15 - x), y]) as fn(i64, i64) -> [i64; 2]),
        ("right", |x, y| [x.max(15 - x), y]),
        ("top", |x, y| [x, y.min(15 - y)]),
        ("bottom", |x, y| [x, y.max(15 - y)]),
    ] {
        let Some(found) = seen(desc("mirror", &noise, &[], &[("half", half)])) else { return };
        assert!(found.distance(&moved(&noise, from)) < 3e-3, "{half}");
    }
    let turned = seen(desc("mirror", &noise, &[("angle", 90.0)], &[("half", "left")])).unwrap();
    assert!(turned.distance(&moved(&noise, |x, y| [x, y.max(15 - y)])) < 3e-3, "left turns to the bottom");
    // Two segments: a mirror across, and one down.
    let four = seen(desc("kaleidoscope", &noise, &[("segments", 2.0)], &[])).unwrap();
    let wanted = moved(&noise, |x, y| [x.max(15 - x), y.min(15 - y)]);
    assert!(four.distance(&wanted) < 5e-3, "{}", four.distance(&wanted));
}

#[test]
fn a_middle_grey_displaces_nothing_and_white_by_half_the_strength() {
    let noise = Picture::noise([16, 16], 4);
    let by = |value: f32, numbers: &[(&str, f64)], channel: &str| {
        let light = pastiche_engine::port::srgb_to_linear(value);
        let map = Picture::one_colour([16, 16], [light, light, light, 1.0]);
        let mut desc = Desc::new().still("still", &noise).still("by", &map).node("it", "displace");
        desc = desc.wire("image", "still").wire("by", "by").option("channel", channel);
        seen(numbers.iter().fold(desc, |desc, (name, number)| desc.number(name, *number)))
    };
    for channel in ["red_green", "brightness", "blue"] {
        let Some(still) = by(0.5, &[("strength", 300.0)], channel) else { return };
        assert!(still.distance(&noise) < 8e-3, "{channel}: {}", still.distance(&noise));
    }
    let folded = |at: i64| at.rem_euclid(32).min(31 - at.rem_euclid(32));
    let across = moved(&noise, |x, y| [folded(x + 3), y]);
    assert!(by(1.0, &[("strength", 6.0 * PX)], "red").unwrap().distance(&across) < 8e-3);
    let up = moved(&noise, |x, y| [x, folded(y - 3)]);
    let numbers = [("strength", 3.0 * PX), ("angle", 90.0), ("amount", 2.0)];
    assert!(by(1.0, &numbers, "brightness").unwrap().distance(&up) < 8e-3);
}

#[test]
fn a_line_of_blur_is_the_mean_along_it() {
    let noise = Picture::noise([24, 12], 5);
    let numbers = [("length", 5.0 * PX), ("angle", 0.0)];
    let Some(found) = seen(desc("blur_line", &noise, &numbers, &[])) else { return };
    let wanted = Picture::of([24, 12], |x, y| {
        let five = [-2, -1, 0, 1, 2].map(|dx| noise.at((i64::from(x) + dx).clamp(0, 23) as u32, y));
        std::array::from_fn(|part| five.iter().map(|pixel| pixel[part]).sum::<f32>() / 5.0)
    });
    assert!(found.distance(&wanted) < 4e-3, "{}", found.distance(&wanted));
}

#[test]
fn a_radial_blur_leaves_the_centre_and_rings_or_rays() {
    // A picture of rings does not change when it spins, one of rays not when it zooms.
    let place = |x: u32, y: u32| [f64::from(x) - 31.5, f64::from(y) - 31.5];
    let pictures = [
        (
            "spin",
            Picture::of([64, 64], |x, y| {
                let [x, y] = place(x, y);
                let ring = 0.5 + 0.5 * ((x * x + y * y).sqrt() / 4.0).sin() as f32;
                [ring, ring, ring, 1.0]
            }),
        ),
        (
            "zoom",
            Picture::of([64, 64], |x, y| {
                let [x, y] = place(x, y);
                let ray = 0.5 + 0.5 * (y.atan2(x) * 4.0).sin() as f32;
                [ray, ray, ray, 1.0]
            }),
        ),
    ];
    for (mode, picture) in &pictures {
        for other in ["spin", "zoom"] {
            let Some(found) = seen(desc("blur_radial", picture, &[("strength", 0.6)], &[("mode", other)]))
            else {
                return;
            };
            let row = |picture: &Picture| (40..60).map(|x| picture.at(x, 40)[0]).collect::<Vec<_>>();
            let pairs = row(&found).into_iter().zip(row(picture));
            let change = pairs.map(|(one, two)| (one - two).abs()).fold(0.0, f32::max);
            assert_eq!(change < 0.06, *mode == other, "{other} of {mode}: {change}");
        }
    }
}

#[test]
fn sharpen_is_the_picture_and_what_a_blur_takes_away() {
    let noise = Picture::noise([24, 24], 6);
    let numbers = [("radius", 3.0 * PX), ("strength", 0.7)];
    let Some(found) = seen(desc("sharpen", &noise, &numbers, &[])) else { return };
    let soft = seen(desc("blur", &noise, &[("radius", 3.0 * PX)], &[])).unwrap();
    let wanted = Picture::of([24, 24], |x, y| {
        let (sharp, soft) = (noise.at(x, y), soft.at(x, y));
        let value = |part: usize| (sharp[part] + 0.7 * (sharp[part] - soft[part])).max(0.0);
        [value(0), value(1), value(2), value(3).min(1.0)]
    });
    assert!(found.distance(&wanted) < 4e-3, "{}", found.distance(&wanted));
}

#[test]
fn edges_are_found_by_the_operator_of_sobel() {
    let noise = Picture::noise([20, 14], 7);
    let Some(found) = seen(desc("edges", &noise, &[("strength", 0.5)], &[])) else { return };
    let value = |x: i64, y: i64| {
        let [red, green, blue, _] = noise.at(x.clamp(0, 19) as u32, y.clamp(0, 13) as u32);
        linear_to_srgb(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    };
    let wanted = Picture::of([20, 14], |x, y| {
        let [x, y] = [i64::from(x), i64::from(y)];
        let column = |dx: i64| value(x + dx, y - 1) + 2.0 * value(x + dx, y) + value(x + dx, y + 1);
        let row = |dy: i64| value(x - 1, y + dy) + 2.0 * value(x, y + dy) + value(x + 1, y + dy);
        let change = (column(1) - column(-1)).hypot(row(1) - row(-1)) / 4.0;
        let line = (change * 0.5).clamp(0.0, 1.0);
        [line, line, line, 1.0]
    });
    assert!(found.distance(&wanted) < 4e-3, "{}", found.distance(&wanted));
    let alone = seen(desc("edges", &noise, &[], &[("on", "nothing")])).unwrap();
    assert!(alone.values.chunks(4).all(|pixel| (pixel[0] - pixel[3]).abs() < 1e-3));
}

#[test]
fn large_pixels_are_the_means_of_their_cells() {
    // Cells of four pixels around the middle of 18: a pixel of the first and the last is outside.
    let noise = Picture::noise([18, 18], 8);
    let Some(found) = seen(desc("pixelate", &noise, &[("size", 4.0 * PX)], &[])) else { return };
    let wanted = Picture::of([18, 18], |x, y| {
        let cell = |at: u32| (i64::from(at) + 1).div_euclid(4) * 4 - 1;
        let span = |at: u32| cell(at).max(0)..(cell(at) + 4).min(18);
        let places = span(y).flat_map(|y| span(x).map(move |x| (x, y)));
        let pixels: Vec<[f32; 4]> = places.map(|(x, y)| at(&noise, x, y)).collect();
        std::array::from_fn(|part| pixels.iter().map(|pixel| pixel[part]).sum::<f32>() / pixels.len() as f32)
    });
    assert!(found.distance(&wanted) < 4e-3, "{}", found.distance(&wanted));
}

#[test]
fn a_print_has_about_the_light_of_its_picture() {
    for screen in ["dots", "lines", "cmyk"] {
        for light in [0.0, 0.25, 0.5, 0.75, 1.0] {
            let grey = Picture::one_colour([96, 96], [light, light, light, 1.0]);
            let numbers = [("size", 8.0 * PX), ("angle", 45.0)];
            let Some(found) = seen(desc("halftone", &grey, &numbers, &[("screen", screen)])) else { return };
            let mean = found.values.iter().step_by(4).sum::<f32>() / (96.0 * 96.0);
            assert!((mean - light).abs() < 0.09, "{screen} of {light}: {mean}");
            let red = || found.values.iter().step_by(4);
            let is_printed = red().any(|value| *value < 0.2) && red().any(|value| *value > 0.8);
            assert!(is_printed || light == 0.0 || light == 1.0, "{screen} of {light} is a plain grey");
        }
    }
}

#[test]
fn characters_have_more_ink_where_it_is_brighter() {
    let mean = |light: f32| {
        let grey = Picture::one_colour([54, 54], [light, light, light, 1.0]);
        let found = seen(desc("ascii", &grey, &[("size", 9.0 * PX)], &[]))?;
        Some(found.values.iter().step_by(4).sum::<f32>() / (54.0 * 54.0))
    };
    let Some(black) = mean(0.0) else { return };
    assert_eq!(black, 0.0);
    let means: Vec<f32> = [0.02, 0.1, 0.3, 0.6, 1.0].map(|light| mean(light).unwrap()).into();
    assert!(means.windows(2).all(|pair| pair[0] < pair[1]), "{means:?}");
    let grey = Picture::one_colour([54, 54], [0.3, 0.3, 0.3, 1.0]);
    let found = seen(desc("ascii", &grey, &[("size", 9.0 * PX)], &[])).unwrap();
    let red = || found.values.iter().step_by(4);
    assert!(red().any(|value| *value < 0.02) && red().any(|value| *value > 0.2), "ink on paper");
}

#[test]
fn damage_stands_still_for_its_time_and_is_the_same_each_time() {
    let Some(gpu) = gpu() else { return };
    let noise = Picture::noise([32, 32], 9);
    for mode in ["block", "scanline", "channel"] {
        let run = || {
            let numbers = [("size", 6.0 * PX), ("strength", 1.0), ("rate", 20.0)];
            let mut show = Show::new(&gpu, &desc("glitch", &noise, &numbers, &[("mode", mode)]).see("it"));
            (0..9)
                .map(|_| {
                    show.step();
                    show.picture("it")
                })
                .collect::<Vec<_>>()
        };
        let pictures = run();
        assert_eq!(pictures, run(), "{mode}");
        assert_eq!(pictures[0], pictures[2], "{mode}");
        assert!(
            pictures[0].distance(&pictures[3]) > 0.1 || pictures[3].distance(&pictures[6]) > 0.1,
            "{mode}"
        );
        assert!(pictures.iter().any(|picture| picture.distance(&noise) > 0.2), "{mode}");
    }
}

#[test]
fn the_parts_of_a_movement_are_those_of_the_whole() {
    let noise = Picture::noise([16, 16], 21);
    let whole =
        |numbers: &[(&str, f64)], edge: &str| seen(desc("transform", &noise, numbers, &[("edge", edge)]));
    let part = |kind: &str, numbers: &[(&str, f64)]| seen(desc(kind, &noise, numbers, &[])).unwrap();
    let Some(turned) = whole(&[("rotate", 30.0)], "none") else { return };
    assert_eq!(part("rotate", &[("angle", 30.0)]), turned);
    assert_eq!(part("rotate", &[("angle", 60.0), ("amount", 0.5)]), turned);
    assert_eq!(part("scale_by", &[("factor", 0.5)]), whole(&[("scale", 0.5)], "none").unwrap());
    let shift = [("translate_x", 3.0 * PX), ("translate_y", 2.0 * PX)];
    assert_eq!(part("move", &[("x", 3.0 * PX), ("y", 2.0 * PX)]), whole(&shift, "none").unwrap());
    let corner = [("scale", 0.5), ("anchor_x", 0.0), ("anchor_y", 1.0)];
    let tiled = part("tile", &[("count", 2.0)]);
    assert_eq!(tiled, whole(&corner, "tile").unwrap());
    for (x, y) in [(0, 0), (3, 5), (7, 7)] {
        let near =
            |other: [f32; 4]| tiled.at(x, y).iter().zip(other).all(|(one, two)| (one - two).abs() < 3e-3);
        assert!(near(tiled.at(x + 8, y)) && near(tiled.at(x, y + 8)), "the same at {x}, {y} in each tile");
    }
}

#[test]
fn a_speed_turns_a_picture_on_and_on() {
    let Some(gpu) = gpu() else { return };
    let noise = Picture::noise([16, 16], 22);
    let at = |numbers: &[(&str, f64)], frames: usize| {
        let mut show = Show::new(&gpu, &desc("rotate", &noise, numbers, &[]).see("it"));
        show.steps(frames);
        show.picture("it")
    };
    // The first frame has no length.
    let later = at(&[("angle", 0.0), ("speed", 90.0)], 61);
    assert!(later.distance(&at(&[("angle", 90.0)], 1)) < 3e-3);
}
