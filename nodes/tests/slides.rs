//! The pictures of a folder, one after the other.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod harness;

use std::io::Cursor;

use harness::{Desc, Show, gpu, text};
use pastiche_engine::gpu::Gpu;
use pastiche_engine::node::Status;
use pastiche_engine::port::linear_to_srgb;
use pastiche_engine::workers::Workers;

fn png(size_px: [u32; 2], grey: u8) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = image::RgbImage::from_pixel(size_px[0], size_px[1], image::Rgb([grey; 3]));
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Pictures of one grey each, whose names are their greys.
fn folder(greys: &[u8]) -> Desc {
    let desc = Desc::new().file("photos", "");
    greys.iter().fold(desc, |desc, grey| desc.file(&format!("photos/{grey:03}.png"), png([32, 18], *grey)))
}

fn slides(desc: Desc, period: f64, fade: f64) -> Desc {
    desc.node("it", "slides").option("folder", "photos").number("period", period).number("fade", fade)
}

/// Offline, ten frames a second.
fn show(gpu: &Gpu, desc: Desc) -> Show {
    Show::at_rate(10.0, Some(gpu.clone()), Workers::inline(), true, &desc.see("it"))
}

fn grey(show: &mut Show) -> u8 {
    (linear_to_srgb(show.picture("it").at(30, 18)[0]) * 255.0).round() as u8
}

fn greys(show: &mut Show, frames: usize) -> Vec<u8> {
    (0..frames)
        .map(|_| {
            show.step();
            grey(show)
        })
        .collect()
}

fn status(show: &Show) -> Status {
    show.live.statuses().find(|(key, _)| &*key.0 == "it").unwrap().1
}

#[test]
fn each_stands_its_time_and_they_start_over() {
    let Some(gpu) = gpu() else { return };
    let mut show = show(&gpu, slides(folder(&[40, 90, 200]), 0.3, 0.0));
    assert_eq!(greys(&mut show, 12), [40, 40, 40, 90, 90, 90, 200, 200, 200, 40, 40, 40]);
    assert_eq!(show.raw("it").unwrap().size_px(), [64, 36], "at the size of the canvas");
    let before = show.raw("it").unwrap().id();
    let mut still =
        Show::at_rate(10.0, Some(gpu), Workers::inline(), true, &slides(folder(&[9]), 0.0, 0.0).see("it"));
    still.step();
    let first = still.raw("it").unwrap().id();
    still.steps(5);
    assert!(still.raw("it").unwrap().id() == first && first != before, "what stands is drawn once");
    assert_eq!(status(&still), Status::Active("1 picture".into()));
}

#[test]
fn one_fades_into_the_next_in_linear_light() {
    let Some(gpu) = gpu() else { return };
    let mut show = show(&gpu, slides(folder(&[0, 255]), 1.0, 0.4));
    show.steps(11);
    let light = |show: &mut Show| show.picture("it").at(9, 9)[0];
    for expected in [0.0, 0.25, 0.5, 0.75, 1.0, 1.0] {
        let found = light(&mut show);
        assert!((found - expected).abs() < 2e-3, "{found} instead of {expected}");
        show.step();
    }
}

#[test]
fn a_trigger_shows_the_next_at_once() {
    let Some(gpu) = gpu() else { return };
    let desc = folder(&[10, 20, 30]).node("go", "every").number("period", 0.4).option("unit", "secs");
    let mut show = show(&gpu, slides(desc, 0.0, 0.0).wire("next", "go"));
    // The first edge comes in the first frame, before anything is shown.
    assert_eq!(greys(&mut show, 10), [10, 10, 10, 10, 20, 20, 20, 20, 30, 30]);
}

#[test]
fn files_come_and_go_while_it_plays() {
    let Some(gpu) = gpu() else { return };
    let mut show = show(&gpu, slides(folder(&[40, 90, 200]), 0.2, 0.0));
    assert_eq!(greys(&mut show, 3), [40, 40, 90]);
    let mut change = |greys_now: &[u8], expected: &[u8]| {
        let changed = slides(folder(greys_now), 0.2, 0.0).see("it");
        show.load(&changed).unwrap_or_else(|faults| panic!("{}", text(&faults)));
        assert_eq!(greys(&mut show, expected.len()), expected);
    };
    // The one that is shown goes, one comes behind it: its time is not started over.
    change(&[40, 100, 200], &[90, 100, 100, 200]);
    // All go: the last stays.
    change(&[], &[200, 200, 200]);
    change(&[70], &[70]);
}

#[test]
fn an_empty_folder_waits_and_what_cannot_be_read_is_left_out() {
    let Some(gpu) = gpu() else { return };
    let mut show = show(&gpu, slides(folder(&[]), 0.2, 0.0));
    show.steps(3);
    assert!(show.raw("it").is_none());
    assert!(matches!(status(&show), Status::Waiting(why) if why.contains("no picture to show in `photos`")));
    let bad = folder(&[40, 90]).file("photos/060.png", "no picture").file("photos/notes.txt", "text");
    show.load(&slides(bad, 0.2, 0.0).see("it")).unwrap();
    assert_eq!(greys(&mut show, 5), [40, 40, 90, 90, 40]);
    assert!(
        matches!(status(&show), Status::Active(text) if text.contains("2 pictures, 1 left out: `060.png`")),
        "{:?}",
        status(&show)
    );
    show.load(&slides(Desc::new().file("photos/a.png", "none"), 0.2, 0.0).see("it")).unwrap();
    assert_eq!(greys(&mut show, 3), [40, 40, 40]);
}

#[test]
fn other_shapes_cover_the_canvas_or_are_contained() {
    let Some(gpu) = gpu() else { return };
    let tall = |fit: &str| {
        let desc = Desc::new().file("photos/a.png", png([10, 90], 255));
        slides(desc, 1.0, 0.0).option("fit", fit)
    };
    let mut covering = show(&gpu, tall("cover"));
    covering.step();
    assert!(covering.picture("it").at(0, 0)[3] > 0.99);
    let mut contained = show(&gpu, tall("contain"));
    contained.step();
    let picture = contained.picture("it");
    assert!(picture.at(0, 0)[3] == 0.0 && picture.at(32, 18)[3] > 0.99);
}

#[test]
fn live_pictures_are_decoded_beside_the_show() {
    let Some(gpu) = gpu() else { return };
    let workers = Workers::with_room(1).unwrap();
    let desc = slides(folder(&[40, 90]), 0.1, 0.0).see("it");
    let mut show = Show::at_rate(10.0, Some(gpu), workers, false, &desc);
    let mut seen = Vec::new();
    while seen.len() < 3 {
        show.step();
        std::thread::yield_now();
        if show.raw("it").is_some() {
            let grey = grey(&mut show);
            if seen.last() != Some(&grey) {
                seen.push(grey);
            }
        }
    }
    assert_eq!(seen, [40, 90, 40]);
}

#[test]
fn damaged_pictures_in_a_folder_never_stop_the_show() {
    let Some(gpu) = gpu() else { return };
    let whole = png([32, 18], 40);
    let mut seed = 1u32;
    let mut random = move |below: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize % below
    };
    let mut desc = folder(&[40]);
    for number in 0..300 {
        let mut bytes = whole.clone();
        bytes.truncate(1 + random(whole.len()));
        for _ in 0..random(4) {
            let at = random(bytes.len());
            bytes[at] = random(256) as u8;
        }
        desc = desc.file(&format!("photos/{number:03}.jpg"), bytes);
    }
    let mut show = show(&gpu, slides(desc, 0.1, 0.0));
    show.steps(40);
    assert!(show.raw("it").is_some());
}
