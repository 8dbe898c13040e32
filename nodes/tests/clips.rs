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

/// The numbered pictures with a filter, in Matroska.
fn filtered(filter: &str) -> Vec<u8> {
    let arguments = ["-i", "pipe:0", "-vf", filter, "-vsync", "passthrough", "-enc_time_base", "1/1000"];
    ffmpeg(&[&arguments[..], &["-c:v", "png"]].concat(), "matroska", &numbered())
}

#[test]
fn pictures_of_a_variable_rate_are_shown_at_their_own_times() {
    let Some(()) = ffmpeg_is_there() else { return };
    // Five pictures a second, and then a burst of twenty.
    let clip = filtered("settb=1/1000,setpts='if(lt(N,5),N*4,16+N)/20/TB'");
    let mut show = show(it(&clip));
    let burst = [5, 6, 7, 8, 9];
    let round = [vec![0; 4], vec![1; 4], vec![2; 4], vec![3; 4], vec![4; 5], burst.to_vec()].concat();
    let seen = numbers(&mut show, 60);
    assert_eq!(seen[..26], round);
    let again = seen[26..].iter().position(|number| *number == 0).unwrap() + 26;
    assert_eq!(seen[again..again + 26], round, "and round again");
    // From the middle of the burst on.
    let mut jumped = self::show(it(&clip).number("position", 1.1 / 1.35));
    assert_eq!(numbers(&mut jumped, 3), [6, 7, 8]);
}

#[test]
fn pixels_that_are_not_square_are_shown_as_they_were_meant() {
    let Some(()) = ffmpeg_is_there() else { return };
    let mut show = show(it(&filtered("scale=160:96,setsar=16/11")));
    show.step();
    assert_eq!(pixels(&show).size_px(), [233, 96]);
}

/// Ten numbered pictures in a second, and a click each half second for so long.
fn with_clicks(secs: &str) -> Vec<u8> {
    let clicks = format!("aevalsrc='if(lt(mod(t,0.5),0.0005),0.8,0)':s=48000:d={secs}");
    let sound = ["-i", "pipe:0", "-f", "lavfi", "-i", &clicks, "-c:v", "copy", "-c:a", "pcm_s16le"];
    ffmpeg(&sound, "matroska", &numbered())
}

#[test]
fn a_clip_ends_with_its_pictures_whatever_its_sound_does() {
    let Some(()) = ffmpeg_is_there() else { return };
    for secs in ["3", "0.4"] {
        let mut show = show(it(&with_clicks(secs)));
        let mut faults = Vec::new();
        let mut seen = Vec::new();
        for _ in 0..45 {
            faults.extend(show.report().faults);
            seen.push(number(&show));
        }
        assert!(faults.is_empty(), "{secs}: {faults:?}");
        let expected: Vec<u8> = (0..45).map(|frame| frame / 2 % 10).collect();
        assert_eq!(seen, expected, "{secs}");
        assert!((show.control_of("it", "progress") - 0.2).abs() < 1e-9, "{secs}");
    }
}

/// When clicks are heard, in samples.
fn clicks(sound: &[f32]) -> Vec<usize> {
    let mut clicks: Vec<usize> = Vec::new();
    for (at, sample) in sound.iter().enumerate() {
        if sample.abs() > 0.2 && clicks.last().is_none_or(|last| at - last > 2000) {
            clicks.push(at);
        }
    }
    clicks
}

fn heard(fps: f64, desc: Desc, frames: usize) -> Vec<f32> {
    let desc = desc.node("out", "speakers").wire_of("sound", "it", "sound").see("it");
    let mut show = Show::at_rate(fps, None, Workers::inline(), true, &desc);
    let mut sound = Vec::new();
    for _ in 0..frames {
        let faults = show.report().faults;
        assert!(faults.is_empty(), "{faults:?}");
        sound.extend(show.sound().iter().map(|[left, _]| *left));
    }
    sound
}

#[test]
fn its_sound_is_in_step_with_its_pictures_through_rates_and_rounds() {
    let Some(()) = ffmpeg_is_there() else { return };
    // Sound that is as long as the pictures, longer, shorter.
    for secs in ["1", "3", "0.7"] {
        for (fps, rate) in [(30.0, 1.0), (29.97, 1.0), (24.0, 2.0), (60.0, 0.5)] {
            let desc = it(&with_clicks(secs)).number("rate", rate);
            let sound = heard(fps, desc, (5.0 * fps) as usize);
            let every = 24_000.0 / rate;
            let found = clicks(&sound);
            assert!(found.len() as f64 >= 4.9 * 48_000.0 / every - 1.0, "{secs} {fps} {rate}: {found:?}");
            for (number, at) in found.iter().enumerate() {
                let expected = (number as f64 * every) as usize;
                assert!(at.abs_diff(expected) <= 240, "{secs} s, {fps}, rate {rate}: {at} for {expected}");
            }
        }
    }
}

#[test]
fn its_sound_jumps_and_stands_still_with_its_pictures() {
    let Some(()) = ffmpeg_is_there() else { return };
    let found = clicks(&heard(20.0, it(&with_clicks("1")).number("position", 0.4), 20));
    assert!(found.len() == 2, "{found:?}");
    assert!(found[0].abs_diff(4800) <= 240 && found[1].abs_diff(28_800) <= 240, "{found:?}");
    let still = heard(20.0, it(&with_clicks("1")).number("rate", 0.0), 20);
    assert!(still.iter().all(|sample| *sample == 0.0));
    let once = it(&with_clicks("1")).option_value("repeat", OptionValue::Flag(false));
    assert_eq!(clicks(&heard(20.0, once, 60)).len(), 2);
}

#[test]
fn a_clip_without_sound_is_silent() {
    let Some(()) = ffmpeg_is_there() else { return };
    assert!(heard(20.0, it(&numbered()), 20).iter().all(|sample| *sample == 0.0));
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
