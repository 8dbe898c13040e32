//! Effects that look back in time, and those that see movement.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod harness;

use harness::{Desc, Picture, Show, gpu};
use pastiche_engine::graph::NodeKey;
use pastiche_engine::options::OptionValue;
use pastiche_engine::port::{Value, linear_to_srgb};
use pastiche_engine::workers::Workers;

const SIZE_PX: [u32; 2] = [16, 9];

/// A patch whose picture `still` is another one in each frame.
struct Film {
    desc: Desc,
    show: Show,
}

impl Film {
    fn new(first: &Picture, rest: impl FnOnce(Desc) -> Desc) -> Option<Film> {
        let gpu = gpu()?;
        let desc = rest(Desc::new().still("still", first));
        Some(Film { show: Show::new(&gpu, &desc), desc })
    }

    fn next(&mut self, picture: &Picture) {
        let file = Desc::new().still("still", picture).files.0.remove("still").unwrap();
        self.desc.files.0.insert("still".into(), file);
        self.show.load(&self.desc).unwrap();
        self.show.step();
    }

    fn control(&self, node: &str, output: &str) -> f64 {
        match self.show.live.output(&NodeKey::new(node), output) {
            Some(Value::Control(value)) => *value,
            other => panic!("{node}.{output}: {other:?}"),
        }
    }
}

/// The picture of frame n: n / 128 everywhere.
fn numbered(frame: u32) -> Picture {
    let grey = frame as f32 / 128.0;
    Picture::one_colour(SIZE_PX, [grey, grey, grey, 1.0])
}

/// Which frame a pixel comes from.
fn number(picture: &Picture, x: u32, y: u32) -> f32 {
    picture.at(x, y)[0] * 128.0
}

fn frames(number: f64) -> OptionValue {
    OptionValue::Number(number)
}

/// This many frames of numbered pictures.
fn filmed(count: u32, rest: impl FnOnce(Desc) -> Desc) -> Option<Film> {
    let mut film = Film::new(&numbered(0), rest)?;
    film.show.step();
    (1..count).for_each(|frame| film.next(&numbered(frame)));
    Some(film)
}

fn slit_scan(desc: Desc, span_frames: f64, lines: &str, most: f64) -> Desc {
    let desc = desc.node("it", "slit_scan").wire("image", "still").number("span", span_frames / 60.0);
    desc.option("lines", lines).option_value("frames", frames(most)).see("it")
}

#[test]
fn every_line_of_a_slit_scan_is_as_old_as_it_should_be() {
    for (span, most) in [(8.0, 20.0), (-8.0, 20.0), (5.0, 20.0), (100.0, 12.0)] {
        let Some(mut film) = filmed(30, |desc| slit_scan(desc, span, "rows", most)) else { return };
        let found = film.show.picture("it");
        for y in 0..9 {
            let along = y as f32 / 8.0;
            let age = span.abs() as f32 * if span < 0.0 { 1.0 - along } else { along };
            let expected = 29.0 - age.min(most as f32 - 1.0);
            assert!(
                (number(&found, 5, y) - expected).abs() < 0.1,
                "row {y} of {span}: {}",
                number(&found, 5, y)
            );
        }
    }
    let mut film = filmed(20, |desc| slit_scan(desc, 15.0, "columns", 20.0)).unwrap();
    let found = film.show.picture("it");
    assert!((0..16).all(|x| (number(&found, x, 3) - (19.0 - x as f32)).abs() < 0.1));
    // Before there is a past, it is the oldest picture that there is.
    let mut film = filmed(3, |desc| slit_scan(desc, 15.0, "rows", 20.0)).unwrap();
    assert!(number(&film.show.picture("it"), 0, 8).abs() < 0.1);
}

#[test]
fn the_past_survives_another_length_and_another_size() {
    let Some(mut film) = filmed(20, |desc| slit_scan(desc, 8.0, "rows", 12.0)) else { return };
    for most in [40.0, 10.0] {
        let next = slit_scan(Desc::new().still("still", &numbered(20)), 8.0, "rows", most);
        let summary = film.show.load(&next).unwrap();
        assert!(summary.rebuilt > 0 && summary.built == 0, "{summary:?}");
        film.desc = next;
        film.show.step();
        let found = film.show.picture("it");
        assert!((number(&found, 3, 0) - 20.0).abs() < 0.1);
        let oldest = number(&found, 3, 8);
        assert!((11.0..14.0).contains(&oldest), "{most}: {oldest}");
    }
    let larger = Picture::one_colour([40, 30], [0.25, 0.25, 0.25, 1.0]);
    film.next(&larger);
    let found = film.show.picture("it");
    assert_eq!(found.size_px, [40, 30]);
    assert!((number(&found, 3, 0) - 32.0).abs() < 0.1 && number(&found, 3, 29) < 21.0);
    film.next(&Picture::one_colour([1, 1], [0.0, 0.0, 0.0, 1.0]));
    assert!(film.show.picture("it").is_valid());
}

#[test]
fn time_is_displaced_where_the_map_is_bright() {
    // sRGB 0, a half and 1.
    let map = Picture::of(SIZE_PX, |x, _| {
        let light = [0.0, 0.214_04, 1.0][x as usize / 6];
        [light, light, light, 1.0]
    });
    let found = |delay: f64| {
        let mut film = filmed(20, |desc| {
            let desc = desc.still("map", &map).node("it", "time_displace").wire("image", "still");
            let desc = desc.wire("map", "map").number("delay", delay / 60.0);
            desc.option_value("frames", frames(16.0)).see("it")
        })?;
        let found = film.show.picture("it");
        Some([0, 8, 15].map(|x| number(&found, x, 4)))
    };
    let Some(late) = found(10.0) else { return };
    let near = |found: [f32; 3], expected: [f32; 3]| {
        found.iter().zip(expected).all(|(one, two)| (one - two).abs() < 0.8)
    };
    assert!(near(late, [19.0, 14.0, 9.0]), "{late:?}");
    let early = found(-10.0).unwrap();
    assert!(near(early, [9.0, 14.0, 19.0]), "{early:?}");
    let far = found(600.0).unwrap();
    assert!((far[2] - 4.0).abs() < 0.1, "no further than it remembers: {far:?}");
}

#[test]
fn echoes_come_at_their_time_and_weaker() {
    // Light in the first frame alone.
    let flash = |mode: &str, count: u32, echoes: f64| {
        let light = Picture::one_colour(SIZE_PX, [0.5, 0.0, 0.0, 0.5]);
        let mut film = Film::new(&light, |desc| {
            let desc = desc.node("it", "echo").wire("image", "still").option("mode", mode);
            let desc = desc.number("delay", 4.0 / 60.0).number("echoes", echoes).number("decay", 0.5);
            desc.option_value("frames", frames(16.0)).see("it")
        })?;
        film.show.step();
        let dark = Picture::one_colour(SIZE_PX, [0.0; 4]);
        (1..count).for_each(|_| film.next(&dark));
        Some(film.show.picture("it").at(3, 3)[0])
    };
    for mode in ["lighten", "add", "under"] {
        for (count, expected) in [(1, 0.5), (3, 0.0), (5, 0.25), (9, 0.125), (13, 0.062_5), (14, 0.0)] {
            let Some(found) = flash(mode, count, 3.0) else { return };
            assert!((found - expected).abs() < 2e-3, "{mode}, frame {count}: {found}, not {expected}");
        }
        assert_eq!(flash(mode, 9, 1.0).unwrap(), 0.0, "one echo alone");
        assert!((flash(mode, 9, 1.5).unwrap() - 0.0625).abs() < 2e-3, "half of the second");
        assert_eq!(flash(mode, 19, 32.0).unwrap(), 0.0, "older than what it remembers");
    }
    let mixed = flash("mix", 5, 3.0).unwrap();
    assert!((mixed - 0.25 / 1.5).abs() < 2e-3, "{mixed}: as many echoes as there are");
}

/// Soft forms that have been moved.
fn pattern(size_px: [u32; 2], moved: [f64; 2]) -> Picture {
    Picture::of(size_px, |x, y| {
        let [x, y] = [f64::from(x) - moved[0], f64::from(y) - moved[1]];
        let wave = (0.31 * x + 0.11 * y).sin() + (0.17 * y - 0.23 * x).cos() + (0.37 * y + 0.05 * x).sin();
        let light = (0.5 + 0.16 * wave).powf(2.2) as f32;
        [light, light, light, 1.0]
    })
}

fn flow(desc: Desc, strength: f64, smooth: f64) -> Desc {
    let desc = desc.node("it", "flow").wire("image", "still").number("strength", strength);
    desc.number("smooth", smooth).see("it")
}

/// The movement in the middle of a picture, in pixels a frame.
fn moved(picture: &Picture, strength: f64) -> [f64; 2] {
    let [width, height] = picture.size_px;
    let mut sum = [0.0; 2];
    let mut count = 0.0;
    for y in height / 4..height * 3 / 4 {
        for x in width / 4..width * 3 / 4 {
            for (sum, value) in sum.iter_mut().zip(picture.at(x, y)) {
                *sum += f64::from(linear_to_srgb(value)) * 2.0 - 1.0;
            }
            count += 1.0;
        }
    }
    // Heights in a second, upwards.
    [1.0, -1.0]
        .map(|sign| sign * f64::from(height) / 60.0 / strength / count)
        .into_iter()
        .zip(sum)
        .map(|(unit, sum)| unit * sum)
        .collect::<Vec<_>>()
        .try_into()
        .unwrap()
}

#[test]
fn flow_finds_a_known_movement() {
    let size_px = [120, 80];
    for way in [[0.0, 0.0], [1.0, 0.0], [0.0, -1.0], [-0.4, 0.7], [3.5, 2.0], [-6.0, 4.0]] {
        let strength = 0.1;
        let Some(mut film) = Film::new(&pattern(size_px, [0.0; 2]), |desc| flow(desc, strength, 0.0)) else {
            return;
        };
        film.show.step();
        let still = film.show.picture("it");
        assert!(moved(&still, strength).iter().all(|part| part.abs() < 0.02), "nothing is known yet");
        for frame in 1..4 {
            film.next(&pattern(size_px, way.map(|part| part * f64::from(frame))));
        }
        let picture = film.show.picture("it");
        assert!(picture.is_valid());
        let found = moved(&picture, strength);
        let near = found.iter().zip(way).all(|(found, way)| (found - way).abs() < 0.1 + 0.08 * way.abs());
        assert!(near, "{way:?}: {found:?}");
    }
}

#[test]
fn flow_waits_for_a_slow_camera_and_sees_when_it_stands_still() {
    let size_px = [120, 80];
    let strength = 0.1;
    let Some(mut film) = Film::new(&pattern(size_px, [0.0; 2]), |desc| flow(desc, strength, 0.0)) else {
        return;
    };
    film.show.steps(2);
    // Every picture twice, as from a camera of 30 frames a second: 2 pixels in two frames.
    for frame in 1..6 {
        film.next(&pattern(size_px, [2.0 * f64::from(frame), 0.0]));
        film.show.step();
        let [x, _] = moved(&film.show.picture("it"), strength);
        assert!((x - 1.0).abs() < 0.15, "picture {frame}: {x}");
    }
    film.show.steps(40);
    let [x, _] = moved(&film.show.picture("it"), strength);
    assert!(x.abs() < 0.05, "it stands still: {x}");
    // Another size is a new beginning.
    film.next(&pattern([50, 90], [0.0; 2]));
    assert!(moved(&film.show.picture("it"), strength)[0].abs() < 0.02);
}

fn spot(x: u32, y: u32) -> Picture {
    Picture::of([64, 36], |at_x, at_y| {
        let inside = at_x.abs_diff(x) < 4 && at_y.abs_diff(y) < 4;
        if inside { [1.0; 4] } else { [0.0, 0.0, 0.0, 1.0] }
    })
}

fn motion(desc: Desc, smooth: f64) -> Desc {
    desc.node("it", "motion").wire("image", "still").number("smooth", smooth).see("it")
}

#[test]
fn motion_says_how_much_moves_and_where() {
    let Some(mut film) = Film::new(&spot(48, 9), |desc| motion(desc, 0.0)) else { return };
    film.show.step();
    assert_eq!(film.control("it", "level"), 0.0);
    film.next(&spot(50, 9));
    let level = film.control("it", "level");
    // Two columns of seven left the spot and two came.
    assert!((level - 28.0 / (64.0 * 36.0)).abs() < 1e-3, "{level}");
    let (x, y) = (film.control("it", "x"), film.control("it", "y"));
    assert!((x - 17.5 * 30.0).abs() < 20.0 && (y - 8.5 * 30.0).abs() < 20.0, "{x}, {y}");
    let difference = film.show.picture("it");
    assert!(difference.at(53, 9)[0] > 0.9 && difference.at(49, 9)[0] < 0.1 && difference.at(5, 5)[0] == 0.0);
    film.show.steps(40);
    assert_eq!(film.control("it", "level"), 0.0, "it stands still");
    assert_eq!((film.control("it", "x"), film.control("it", "y")), (x, y), "and the place stays");
    film.next(&Picture::noise([20, 50], 3));
    assert!(film.control("it", "level") > 0.3);
}

#[test]
fn motion_live_never_waits_and_arrives() {
    let Some(gpu) = gpu() else { return };
    let desc = motion(Desc::new().node("still", "scene").number("speed", 4.0), 0.0);
    let workers = Workers::with_room(1).unwrap();
    let mut show = Show::with(Some(gpu), workers, false, &desc);
    let level = |show: &Show| match show.live.output(&NodeKey::new("it"), "level") {
        Some(Value::Control(value)) => *value,
        other => panic!("{other:?}"),
    };
    let arrives = (0..500).any(|_| {
        show.step();
        level(&show) > 0.0
    });
    assert!(arrives, "nothing has been read back in 500 frames");
}

fn reaction(desc: Desc, numbers: &[(&str, f64)]) -> Desc {
    let desc = desc.node("it", "reaction_diffusion").wire("image", "still").number("scale", 300.0);
    let desc = numbers.iter().fold(desc, |desc, (name, number)| desc.number(name, *number));
    desc.see("it")
}

fn mean(picture: &Picture) -> f32 {
    picture.values.iter().step_by(4).sum::<f32>() / (picture.values.len() / 4) as f32
}

#[test]
fn growth_begins_where_the_picture_is_bright_and_goes_on_without_it() {
    let half = Picture::of([64, 36], |x, _| if x < 32 { [1.0; 4] } else { [0.0, 0.0, 0.0, 1.0] });
    let Some(mut film) = Film::new(&half, |desc| reaction(desc, &[("sow", 1.0)])) else { return };
    film.show.steps(30);
    let found = film.show.picture("it");
    let side = |picture: &Picture, left: bool| {
        let columns = if left { 0..24 } else { 40..64 };
        columns.flat_map(|x| (0..36).map(move |y| (x, y))).map(|(x, y)| picture.at(x, y)[0]).sum::<f32>()
    };
    assert!(
        side(&found, true) > 10.0 && side(&found, false) < 1.0,
        "{} {}",
        side(&found, true),
        side(&found, false)
    );
    let black = Picture::one_colour([64, 36], [0.0, 0.0, 0.0, 1.0]);
    film.next(&black);
    film.show.steps(100);
    let grown = film.show.picture("it");
    assert!(grown.is_valid() && mean(&grown) > 0.05, "{}", mean(&grown));
    // It fills the other half by itself.
    film.show.steps(400);
    assert!(side(&film.show.picture("it"), false) > 10.0);
}

#[test]
fn nothing_grows_out_of_black_and_time_may_stand_still() {
    let black = Picture::one_colour([64, 36], [0.0, 0.0, 0.0, 1.0]);
    let Some(mut film) = Film::new(&black, |desc| reaction(desc, &[])) else { return };
    film.show.steps(50);
    assert_eq!(mean(&film.show.picture("it")), 0.0);
    let white = Picture::one_colour([64, 36], [1.0; 4]);
    let mut still = Film::new(&white, |desc| reaction(desc, &[("speed", 0.0)])).unwrap();
    still.show.steps(50);
    assert_eq!(mean(&still.show.picture("it")), 0.0);
}
