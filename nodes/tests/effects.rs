//! The effects against plain formulas on the processor.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod harness;

use harness::{Desc, Picture, Show, gpu};

/// A Gaussian blur by its definition, edges repeated.
fn gaussian(picture: &Picture, sigma: f64) -> Picture {
    let across = gaussian_line(picture, sigma, [1, 0]);
    gaussian_line(&across, sigma, [0, 1])
}

fn gaussian_line(picture: &Picture, sigma: f64, [dx, dy]: [i64; 2]) -> Picture {
    let reach = (sigma * 6.0).ceil() as i64;
    let [width, height] = picture.size_px.map(i64::from);
    let mut values = Vec::with_capacity(picture.values.len());
    for y in 0..height {
        for x in 0..width {
            let (mut sum, mut weights) = ([0.0; 4], 0.0);
            for offset in -reach..=reach {
                let weight = (-0.5 * (offset as f64 / sigma).powi(2)).exp();
                let [from_x, from_y] = [x + dx * offset, y + dy * offset];
                let pixel = picture.at(from_x.clamp(0, width - 1) as u32, from_y.clamp(0, height - 1) as u32);
                for (sum, value) in sum.iter_mut().zip(pixel) {
                    *sum += weight * f64::from(value);
                }
                weights += weight;
            }
            values.extend(sum.map(|sum| (sum / weights) as f32));
        }
    }
    Picture { size_px: picture.size_px, values }
}

fn blurred(picture: &Picture, radius: f64, amount: f64) -> Option<Picture> {
    let desc = Desc::new().still("still", picture).node("soft", "blur").wire("image", "still");
    let mut show = Show::new(&gpu()?, &desc.number("radius", radius).number("amount", amount).see("soft"));
    show.step();
    Some(show.picture("soft"))
}

#[test]
fn blur_is_a_gaussian_of_any_radius() {
    // A radius of 60 on a canvas of 1080 lines is one pixel of standard deviation on 36 lines.
    for (size_px, seed) in [([23, 17], 1), ([40, 31], 2), ([1, 9], 3), ([70, 64], 4)] {
        let noise = Picture::noise(size_px, seed);
        for sigma in [0.3, 1.0, 2.5, 3.9, 4.1, 6.0, 7.9, 8.1, 13.0, 16.6] {
            let Some(found) = blurred(&noise, sigma * 60.0, 1.0) else { return };
            let distance = found.distance(&gaussian(&noise, sigma));
            assert!(distance < 0.006, "{size_px:?}, standard deviation {sigma}: {distance}");
        }
    }
}

#[test]
fn blur_sharpens_below_zero_and_is_identity_at_zero() {
    let noise = Picture::noise([20, 20], 7);
    let Some(same) = blurred(&noise, 90.0, 0.0) else { return };
    assert_eq!(same, noise);
    let sharp = blurred(&noise, 90.0, -1.0).unwrap();
    assert!(sharp.is_valid());
    let soft = gaussian(&noise, 1.5);
    let expected = Picture {
        size_px: noise.size_px,
        values: (noise.values.iter().zip(&soft.values).enumerate())
            .map(|(at, (value, soft))| (2.0 * value - soft).clamp(0.0, if at % 4 == 3 { 1.0 } else { 9.0 }))
            .collect(),
    };
    assert!(sharp.distance(&expected) < 0.006);
}

/// The formulas of W3C Compositing and Blending Level 1 for one channel, `b` the base, `t` the top.
fn separable(mode: &str, b: f64, t: f64) -> f64 {
    let hard_light = |b: f64, t: f64| if t <= 0.5 { b * 2.0 * t } else { b + (2.0 * t - 1.0) * (1.0 - b) };
    match mode {
        "normal" => t,
        "add" => b + t,
        "multiply" => b * t,
        "screen" => b + t - b * t,
        "overlay" => hard_light(t, b),
        "darken" => b.min(t),
        "lighten" => b.max(t),
        "difference" => (b - t).abs(),
        "exclusion" => b + t - 2.0 * b * t,
        "colour_dodge" if b == 0.0 => 0.0,
        "colour_dodge" if t == 1.0 => 1.0,
        "colour_dodge" => (b / (1.0 - t)).min(1.0),
        "colour_burn" if b == 1.0 => 1.0,
        "colour_burn" if t == 0.0 => 0.0,
        "colour_burn" => 1.0 - ((1.0 - b) / t).min(1.0),
        "hard_light" => hard_light(b, t),
        "soft_light" if t <= 0.5 => b - (1.0 - 2.0 * t) * b * (1.0 - b),
        "soft_light" => {
            let curve = if b <= 0.25 { ((16.0 * b - 12.0) * b + 4.0) * b } else { b.sqrt() };
            b + (2.0 * t - 1.0) * (curve - b)
        }
        "subtract" => (b - t).max(0.0),
        other => panic!("{other}"),
    }
}

fn composite(mode: &str, base: [f32; 4], top: [f32; 4]) -> [f32; 4] {
    let [base, top] = [base, top].map(|colour| colour.map(f64::from));
    let (base_alpha, top_alpha) = (base[3], top[3]);
    let straight = |value: f64, alpha: f64| if alpha > 0.0 { value / alpha } else { 0.0 };
    std::array::from_fn(|channel| {
        if channel == 3 {
            return (top_alpha + base_alpha - top_alpha * base_alpha) as f32;
        }
        let (b, t) = (straight(base[channel], base_alpha), straight(top[channel], top_alpha));
        let mixed = separable(mode, b, t);
        let outside = (1.0 - base_alpha) * top[channel] + (1.0 - top_alpha) * base[channel];
        (outside + base_alpha * top_alpha * mixed) as f32
    })
}

fn blended(base: &Picture, top: &Picture, mode: &str, amount: f64) -> Option<Picture> {
    let desc = Desc::new().still("base", base).still("top", top).node("both", "blend");
    let desc = desc.wire("base", "base").wire("top", "top").number("amount", amount).option("mode", mode);
    let mut show = Show::new(&gpu()?, &desc.see("both"));
    show.step();
    Some(show.picture("both"))
}

const MODES: [&str; 14] = [
    "normal",
    "add",
    "multiply",
    "screen",
    "overlay",
    "darken",
    "lighten",
    "difference",
    "exclusion",
    "colour_dodge",
    "colour_burn",
    "hard_light",
    "soft_light",
    "subtract",
];

#[test]
fn blend_modes_follow_the_standard() {
    // Values that 16 bits hold exactly, and every corner: 0 and 1 in colour and alpha.
    let steps = [0.0, 0.125, 0.25, 0.5, 0.75, 1.0];
    let colour = |at: u32, alpha: f32| [steps[at as usize % 6] * alpha, 0.5 * alpha, alpha, alpha];
    let base = Picture::of([36, 12], |x, y| colour(x, [0.0, 0.5, 1.0][y as usize % 3]));
    let top = Picture::of([36, 12], |x, y| colour(x / 6, [0.0, 0.25, 0.75, 1.0][y as usize / 3]));
    for mode in MODES {
        let Some(found) = blended(&base, &top, mode, 1.0) else { return };
        for y in 0..12 {
            for x in 0..36 {
                let (found, expected) = (found.at(x, y), composite(mode, base.at(x, y), top.at(x, y)));
                let near = found.iter().zip(expected).all(|(one, two)| (one - two).abs() < 2e-3);
                let given = (base.at(x, y), top.at(x, y));
                assert!(near, "{mode} of {given:?}: {found:?}, not {expected:?}");
            }
        }
    }
}

#[test]
fn blend_is_the_base_at_zero_and_half_way_at_a_half() {
    let (base, top) = (Picture::noise([16, 9], 3), Picture::noise([16, 9], 4));
    for mode in MODES {
        let Some(none) = blended(&base, &top, mode, 0.0) else { return };
        assert_eq!(none, base, "{mode}");
        let (half, whole) =
            (blended(&base, &top, mode, 0.5).unwrap(), blended(&base, &top, mode, 1.0).unwrap());
        let halves = base.values.iter().zip(&whole.values).map(|(base, whole)| (base + whole) / 2.0);
        let between = Picture { size_px: base.size_px, values: halves.collect() };
        assert!(half.distance(&between) < 2e-3, "{mode}");
        for amount in [-4.0, 4.0] {
            assert!(blended(&base, &top, mode, amount).unwrap().is_valid(), "{mode} at {amount}");
        }
    }
}

#[test]
fn blend_puts_the_top_into_the_size_of_the_base() {
    let base = Picture::one_colour([32, 18], [0.0, 0.0, 0.0, 1.0]);
    let top = Picture::of([10, 40], |_, y| [y as f32 / 40.0, 0.0, 0.0, 1.0]);
    let Some(found) = blended(&base, &top, "normal", 1.0) else { return };
    assert_eq!(found.size_px, [32, 18]);
    assert!((found.at(16, 8)[0] - 0.5).abs() < 0.05, "the middle stays in the middle");
}

fn trails(picture: &Picture, mode: &str) -> Desc {
    let desc = Desc::new().still("still", picture).node("trails", "feedback").wire("image", "still");
    desc.number("zoom", 1.0).number("rotate", 0.0).number("trail", 0.5).option("mode", mode).see("trails")
}

/// The same nodes with another picture.
fn retouched(desc: &Desc, picture: &Picture) -> Desc {
    let mut desc = desc.clone();
    desc.files = Desc::new().still("still", picture).files;
    desc
}

#[test]
fn a_trail_fades_by_half_in_its_time_and_survives_a_reload() {
    let Some(gpu) = gpu() else { return };
    let (light, dark) = (
        Picture::one_colour([8, 8], [1.0, 0.5, 0.0, 1.0]),
        Picture::one_colour([8, 8], [0.0, 0.0, 0.0, 1.0]),
    );
    for mode in ["lighten", "mix"] {
        let desc = trails(&light, mode);
        let mut show = Show::new(&gpu, &desc);
        show.steps(3);
        show.load(&retouched(&desc, &dark)).unwrap();
        show.steps(30);
        let found = show.picture("trails").at(4, 4);
        let expected = [0.5, 0.25, 0.0, 1.0];
        let near = found.iter().zip(expected).all(|(one, two)| (one - two).abs() < 0.01);
        assert!(near, "{mode}: {found:?}");
        // Another mode is another node, which takes the picture over.
        let summary = show.load(&retouched(&trails(&dark, "lighten"), &dark)).unwrap();
        assert_eq!(summary.rebuilt, usize::from(mode != "lighten"));
        show.step();
        assert!(show.picture("trails").at(4, 4)[0] > 0.45, "{mode}");
    }
}

#[test]
fn trails_keep_their_place_when_the_picture_changes_its_size() {
    let Some(gpu) = gpu() else { return };
    let spot = Picture::of([16, 16], |x, _| if x < 8 { [1.0; 4] } else { [0.0, 0.0, 0.0, 1.0] });
    let desc = trails(&spot, "lighten");
    let mut show = Show::new(&gpu, &desc);
    show.steps(2);
    let dark = Picture::one_colour([40, 20], [0.0, 0.0, 0.0, 1.0]);
    show.load(&retouched(&desc, &dark)).unwrap();
    show.step();
    let found = show.picture("trails");
    assert_eq!(found.size_px, [40, 20]);
    assert!(found.at(5, 10)[0] > 0.9 && found.at(35, 10)[0] < 0.1, "{found:?}");
}

#[test]
fn trails_never_explode() {
    let Some(gpu) = gpu() else { return };
    let bright = Picture::one_colour([8, 8], [50_000.0, 1.0, 0.5, 1.0]);
    for mode in ["lighten", "mix", "add", "under"] {
        let mut desc = trails(&bright, mode);
        for (name, value) in [("trail", 600.0), ("zoom", 1000.0), ("rotate", 36_000.0), ("amount", 4.0)] {
            let given =
                Desc::new().node("x", "feedback").number(name, value).graph.nodes[0].inputs[name].clone();
            desc.graph.nodes[1].inputs.insert(name.into(), given);
        }
        let mut show = Show::new(&gpu, &desc);
        show.steps(200);
        assert!(show.picture("trails").is_valid(), "{mode}");
    }
}

#[test]
fn trails_are_identity_at_zero() {
    let Some(gpu) = gpu() else { return };
    let noise = Picture::noise([16, 9], 5);
    let desc = Desc::new().still("still", &noise).node("trails", "feedback").wire("image", "still");
    let mut show = Show::new(&gpu, &desc.number("amount", 0.0).number("zoom", 2.0).see("trails"));
    show.steps(3);
    assert_eq!(show.picture("trails"), noise);
}

#[test]
fn the_test_card_fills_the_canvas_and_moves() {
    let Some(gpu) = gpu() else { return };
    let mut show = Show::new(&gpu, &Desc::new().node("card", "test_card").see("card"));
    show.step();
    let first = show.picture("card");
    assert_eq!(first.size_px, [64, 36]);
    assert!(first.is_valid());
    show.steps(20);
    let later = show.picture("card");
    assert!(first.distance(&later) > 0.2, "it stands still");
    let mut again = Show::new(&gpu, &Desc::new().node("card", "test_card").see("card"));
    again.steps(21);
    assert_eq!(again.picture("card"), later, "it is not the same each time");
}
