//! A picture that flickers over an original whose movement is known.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod harness;

use harness::{Desc, Picture, Show, gpu};
use pastiche_engine::workers::Workers;

const SIZE_PX: [u32; 2] = [128, 80];
const FRAMES: usize = 24;

/// Clouds of three sizes, moved to the right and down by some pixels.
fn clouds(x: f64, y: f64) -> f64 {
    let waves = [(0.13, 0.05, 1.0), (-0.07, 0.17, 2.0), (0.31, -0.23, 3.0), (0.21, 0.37, 4.0)];
    let sum: f64 = waves.iter().map(|(across, down, phase)| (x * across + y * down + phase).sin()).sum();
    0.5 + sum / 9.0
}

fn original(moved: [f64; 2]) -> Picture {
    Picture::of(SIZE_PX, |x, y| {
        let light = clouds(f64::from(x) - moved[0], f64::from(y) - moved[1]) as f32;
        [light, light * 0.8, light * 0.6, 1.0]
    })
}

/// Strokes that move with the original, and patches of light that do not: another set in each frame.
fn painting(moved: [f64; 2], frame: usize) -> Picture {
    Picture::of(SIZE_PX, |x, y| {
        let (at_x, at_y) = (f64::from(x) - moved[0], f64::from(y) - moved[1]);
        let strokes = 0.25 * (at_x * 0.5 + (at_y * 0.2).sin()).sin();
        let patch = (f64::from(x) * 0.2 + frame as f64 * 2.4).sin()
            * (f64::from(y) * 0.23 - frame as f64 * 1.7).cos();
        let light = (clouds(at_x, at_y) * 0.5 + 0.2 + strokes + 0.15 * patch).clamp(0.0, 1.0) as f32;
        [light, light, 1.0 - light, 1.0]
    })
}

/// The mean difference of a picture to the one before, brought along by the movement, away from the edges.
fn warping_error(before: &Picture, now: &Picture, way: [i64; 2]) -> f64 {
    let margin = 12;
    let mut sum = 0.0;
    let mut count = 0.0;
    for y in margin..i64::from(SIZE_PX[1]) - margin {
        for x in margin..i64::from(SIZE_PX[0]) - margin {
            let then = before.at((x - way[0]) as u32, (y - way[1]) as u32);
            sum += f64::from((now.at(x as u32, y as u32)[0] - then[0]).abs());
            count += 1.0;
        }
    }
    sum / count
}

/// How sharp a picture is: its mean gradient across.
fn gradient(picture: &Picture) -> f64 {
    let places = (12..SIZE_PX[1] - 12).flat_map(|y| (12..SIZE_PX[0] - 12).map(move |x| (x, y)));
    let steps = places.map(|(x, y)| f64::from((picture.at(x + 1, y)[0] - picture.at(x, y)[0]).abs()));
    let (sum, count) = steps.fold((0.0, 0.0), |(sum, count), step| (sum + step, count + 1.0));
    sum / count
}

fn desc(stability: f64, original: &Picture, painting: &Picture) -> Desc {
    let desc = Desc::new().still("original", original).still("painting", painting).node("it", "steady");
    desc.wire("image", "painting").wire("original", "original").number("stability", stability).see("it")
}

/// What is shown of a film.
fn shown(stability: f64, film: &[(Picture, Picture)]) -> Option<Vec<Picture>> {
    let gpu = gpu()?;
    let mut show: Option<Show> = None;
    let mut pictures = Vec::new();
    for (original, painting) in film {
        let desc = desc(stability, original, painting);
        match &mut show {
            Some(show) => drop(show.load(&desc).unwrap()),
            None => show = Some(Show::at_rate(30.0, Some(gpu.clone()), Workers::inline(), true, &desc)),
        }
        let show = show.as_mut().unwrap();
        show.step();
        pictures.push(show.picture("it"));
    }
    Some(pictures)
}

fn film(way: [i64; 2]) -> Vec<(Picture, Picture)> {
    let moved = |frame: usize| way.map(|step| step as f64 * frame as f64);
    (0..FRAMES).map(|frame| (original(moved(frame)), painting(moved(frame), frame))).collect()
}

#[test]
fn flicker_goes_and_strokes_stay_sharp_over_a_movement() {
    for way in [[0, 0], [1, 0], [2, 1], [-3, 2]] {
        let film = film(way);
        let Some(steady) = shown(0.8, &film) else { return };
        // Once it has settled.
        let error = |picture: &dyn Fn(usize) -> Picture| -> f64 {
            (8..FRAMES).map(|at| warping_error(&picture(at - 1), &picture(at), way)).sum()
        };
        let raw = error(&|at| film[at].1.clone());
        let left = error(&|at| steady[at].clone());
        assert!(left < 0.4 * raw, "{way:?}: {left} of {raw}");
        let sharp =
            gradient(&steady[FRAMES - 1]) / gradient(&painting(way.map(|step| step as f64 * 23.0), 99));
        assert!((0.9..1.1).contains(&sharp), "{way:?}: {sharp}");
    }
}

#[test]
fn a_cut_is_shown_at_once_and_nothing_is_done_at_zero() {
    let mut film = film([1, 0]);
    film.truncate(6);
    let [dark, light] = [0.02, 0.9].map(|value| Picture::one_colour(SIZE_PX, [value, value, value, 1.0]));
    film.push((light, dark.clone()));
    let Some(steady) = shown(0.95, &film) else { return };
    let middle = steady[6].at(64, 40)[0];
    assert!(middle < 0.08, "{middle}");
    let Some(same) = shown(0.0, &film) else { return };
    assert!(same.iter().zip(&film).all(|(shown, (_, painting))| shown.distance(painting) == 0.0));
}
