//! Clips, with the `ffmpeg` of this machine.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod harness;

use harness::files::{clip, ffmpeg};
use harness::{Desc, Show, text};
use pastiche_engine::frame::Pixels;
use pastiche_engine::options::OptionValue;
use pastiche_engine::workers::Workers;
use pastiche_testing::ffmpeg_is_there;

/// Ten pictures, ten a second, each with its number in its red.
fn numbered() -> Vec<u8> {
    let colours: Vec<[u8; 4]> = (0..10).map(|number| [number * 20, 7, 250, 255]).collect();
    clip([6, 4], 10, &colours)
}

fn it(clip: &[u8]) -> Desc {
    Desc::new().file("a.mkv", clip).node("it", "movie").option("file", "a.mkv")
}

/// Offline, twenty frames a second.
fn show(desc: Desc) -> Show {
    Show::at_rate(20.0, None, Workers::inline(), true, &desc.see("it"))
}

fn pixels(show: &Show) -> Pixels {
    (**show.raw("it").expect("a picture").memory().unwrap()).clone()
}

/// The number of the picture that is shown.
fn number(show: &Show) -> u8 {
    let red = pixels(show).bytes()[0];
    assert_eq!(red % 20, 0);
    red / 20
}

fn numbers(show: &mut Show, frames: usize) -> Vec<u8> {
    (0..frames)
        .map(|_| {
            show.step();
            number(show)
        })
        .collect()
}

#[test]
fn it_keeps_the_time_of_the_patch_and_starts_over() {
    let Some(()) = ffmpeg_is_there() else { return };
    let mut show = show(it(&numbered()));
    assert_eq!(numbers(&mut show, 8), [0, 0, 1, 1, 2, 2, 3, 3]);
    assert!((show.control_of("it", "progress") - 0.35).abs() < 1e-9);
    assert_eq!(numbers(&mut show, 14), [4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 0, 0]);
    assert_eq!(pixels(&show).size_px(), [6, 4]);
    assert_eq!(pixels(&show).bytes()[..4], [0, 7, 250, 255]);
}

#[test]
fn a_rate_and_a_position_are_followed() {
    let Some(()) = ffmpeg_is_there() else { return };
    let mut fast = show(it(&numbered()).number("rate", 4.0).number("position", 0.5));
    assert_eq!(numbers(&mut fast, 5), [5, 7, 9, 1, 3]);
    let still = |position: f64| it(&numbered()).number("rate", 0.0).number("position", position).see("it");
    let mut show = show(it(&numbered()).number("rate", 0.0));
    for (position, expected) in [(0.31, 3), (0.99, 9), (0.05, 0), (1.0, 9), (0.6, 6)] {
        show.load(&still(position)).unwrap_or_else(|faults| panic!("{}", text(&faults)));
        assert_eq!(numbers(&mut show, 3), [expected; 3], "{position}");
    }
}

#[test]
fn a_restart_begins_anew() {
    let Some(()) = ffmpeg_is_there() else { return };
    let desc = Desc::new().node("again", "every").number("period", 0.2).option("unit", "secs");
    let desc = desc.file("a.mkv", numbered()).node("it", "movie").option("file", "a.mkv");
    let mut show = show(desc.number("position", 0.2).wire("restart", "again"));
    assert_eq!(numbers(&mut show, 10), [2, 2, 3, 3, 2, 2, 3, 3, 2, 2]);
}

#[test]
fn without_repeating_it_holds_its_last_picture_and_tells_once() {
    let Some(()) = ffmpeg_is_there() else { return };
    let desc = it(&numbered()).number("rate", 3.0).option_value("repeat", OptionValue::Flag(false));
    let desc = desc.node("over", "counter").wire_of("trigger", "it", "ended").see("over");
    let mut show = show(desc);
    assert_eq!(numbers(&mut show, 9), [0, 1, 3, 4, 6, 7, 9, 9, 9]);
    assert_eq!(show.control("over"), 1.0);
}

#[test]
fn alpha_is_kept() {
    let Some(()) = ffmpeg_is_there() else { return };
    let mut show = show(it(&clip([2, 2], 10, &[[200, 100, 50, 128]; 3])));
    show.step();
    assert_eq!(pixels(&show).bytes()[..4], [200, 100, 50, 128]);
}

#[test]
fn twice_is_the_same_with_a_clip_that_lies_about_its_length() {
    let Some(()) = ffmpeg_is_there() else { return };
    let colours: Vec<[u8; 4]> = (0..50).map(|number| [number * 5, 0, 0, 255]).collect();
    let whole = clip([6, 4], 10, &colours);
    // Its head says 5 s, but it is cut behind about 3.
    let cut = &whole[..whole.len() * 6 / 10];
    let run = || {
        let mut show = show(it(cut));
        let mut reds = Vec::new();
        let mut faults = Vec::new();
        for _ in 0..150 {
            faults.extend(show.report().faults);
            reds.push(pixels(&show).bytes()[0]);
        }
        (reds, faults)
    };
    let (reds, faults) = run();
    let last = *reds.iter().max().unwrap();
    assert!((100..200).contains(&last), "{last}");
    assert!(reds.iter().filter(|red| **red == 0).count() > 2, "it starts over");
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].fault.message.contains("`a.mkv`: the clip is damaged"), "{}", faults[0].fault.message);
    assert_eq!(run().0, reds);
}

#[test]
fn a_clip_whose_pictures_change_their_size_keeps_the_first() {
    let Some(()) = ffmpeg_is_there() else { return };
    let part = |size: &str, colour: &str| {
        let source = format!("color=c={colour}:s={size}:r=10:d=1");
        ffmpeg(&["-f", "lavfi", "-i", &source, "-c:v", "mpeg2video", "-q:v", "2"], "mpegts", &[])
    };
    let both = [part("64x32", "red"), part("32x48", "blue")].concat();
    let mut show = show(it(&both).option_value("repeat", OptionValue::Flag(false)));
    let mut colours = Vec::new();
    for _ in 0..60 {
        show.report();
        let shown = pixels(&show);
        assert_eq!(shown.size_px(), [64, 32]);
        colours.push(shown.bytes()[0] > shown.bytes()[2]);
    }
    assert!(colours[0] && !colours[59], "first red, then blue");
}

#[test]
fn a_changed_clip_plays_on_from_the_same_place() {
    let Some(()) = ffmpeg_is_there() else { return };
    let mut show = show(it(&numbered()));
    assert_eq!(numbers(&mut show, 5), [0, 0, 1, 1, 2]);
    let colours: Vec<[u8; 4]> = (0..10).map(|number| [number * 20, 99, 0, 255]).collect();
    let changed = it(&clip([6, 4], 10, &colours)).see("it");
    assert_eq!(show.load(&changed).unwrap().rebuilt, 1);
    show.step();
    assert_eq!(pixels(&show).bytes()[1], 99);
}

#[test]
fn live_it_never_waits_and_the_picture_comes_when_it_is_there() {
    let Some(()) = ffmpeg_is_there() else { return };
    let workers = Workers::with_room(1).unwrap();
    let mut show = Show::at_rate(20.0, None, workers, false, &it(&numbered()).see("it"));
    show.step();
    while show.raw("it").is_none() {
        std::thread::yield_now();
        show.step();
    }
    let first = number(&show);
    while number(&show) == first {
        std::thread::yield_now();
        show.step();
    }
}

#[test]
fn what_is_no_clip_is_refused_with_a_reason() {
    let Some(()) = ffmpeg_is_there() else { return };
    let whole = numbered();
    for (bytes, expected) in
        [(&b""[..], "cannot be played"), (b"hello", "cannot be played"), (&whole[..60], "cannot")]
    {
        let desc = it(bytes).see("it");
        let mut show = Show::with(None, Workers::inline(), true, &Desc::new());
        let fault = show.load(&desc).unwrap_err().remove(0);
        assert!(fault.message.starts_with("`movie`: the clip `a.mkv`"), "{}", fault.message);
        assert!(fault.message.contains(expected) && !fault.help.is_empty(), "{fault}");
    }
    // A list that names other files is no clip, whatever its name is.
    let list = "#EXTM3U\n#EXTINF:1,\n/etc/passwd\n";
    let desc = it(list.as_bytes()).see("it");
    assert!(Show::with(None, Workers::inline(), true, &Desc::new()).load(&desc).is_err());
}

#[test]
fn damaged_heads_are_refused_or_survived() {
    let Some(()) = ffmpeg_is_there() else { return };
    let whole = numbered();
    let mut seed = 1u32;
    let mut random = move |below: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize % below
    };
    for _ in 0..12 {
        let mut bytes = whole.clone();
        for _ in 0..1 + random(8) {
            bytes[random(400)] = random(256) as u8;
        }
        let mut show = Show::with(None, Workers::inline(), true, &Desc::new());
        if show.load(&it(&bytes).see("it")).is_ok() {
            (0..4).for_each(|_| drop(show.report()));
        }
    }
}
