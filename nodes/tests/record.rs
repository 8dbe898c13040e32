//! What is recorded while it plays.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod harness;

use std::fs;
use std::path::PathBuf;

use harness::files::scratch;
use harness::{Desc, Picture, Show, text};
use pastiche_engine::workers::Workers;
use pastiche_testing::ffmpeg_is_there;

/// A folder of this test's own.
fn folder(test: &str) -> (String, PathBuf) {
    let path = scratch().join("filled").join(test);
    let _ = fs::remove_dir_all(&path);
    (test.into(), path)
}

fn names(folder: &PathBuf) -> Vec<String> {
    let entries = fs::read_dir(folder).map(|entries| entries.map(|entry| entry.unwrap().file_name()));
    let mut names: Vec<String> =
        entries.into_iter().flatten().map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

fn it(folder: &str, format: &str) -> Desc {
    it_of(Desc::new(), folder, format)
}

/// Behind other nodes.
fn it_of(desc: Desc, folder: &str, format: &str) -> Desc {
    let picture = Picture::one_colour([4, 2], [0.5, 0.25, 0.0, 1.0]);
    let desc = desc.still("frame", &picture).node("go", "every").number("period", 0.3).option("unit", "secs");
    desc.node("it", "record").wire("image", "frame").option("folder", folder).option("format", format)
}

/// Offline, ten frames a second.
fn show(desc: &Desc) -> Show {
    Show::at_rate(10.0, None, Workers::inline(), true, desc)
}

#[test]
fn it_records_while_it_is_on_and_begins_a_new_file_each_time() {
    let (name, path) = folder("on_and_off");
    let turned = |on: f64| it(&name, "frames").number("on", on);
    let mut show = show(&turned(0.0));
    show.steps(3);
    assert!(!path.exists(), "nothing before it is on");
    for (on, frames) in [(1.0, 4), (0.0, 2), (0.7, 2)] {
        show.load(&turned(on)).unwrap_or_else(|faults| panic!("{}", text(&faults)));
        show.steps(frames);
    }
    assert!((show.control_of("it", "recorded") - 0.2).abs() < 1e-9);
    drop(show);
    assert_eq!(names(&path), ["recording_001", "recording_002"]);
    assert_eq!(names(&path.join("recording_001")).len(), 4);
    assert_eq!(names(&path.join("recording_002")).len(), 2);
    let frame = image::open(path.join("recording_001/frame_00003.png")).unwrap().to_rgba8();
    assert_eq!(frame.get_pixel(1, 1).0, [188, 137, 0, 255]);
}

#[test]
fn a_trigger_writes_stills_beside_whatever_is_recorded() {
    let (name, path) = folder("stills");
    let mut show = show(&it(&name, "still").wire("shoot", "go"));
    show.steps(7);
    drop(show);
    assert_eq!(names(&path), ["recording_001.png", "recording_002.png", "recording_003.png"]);
}

#[test]
fn nobody_need_look_at_it_and_a_movie_is_made_offline() {
    let Some(()) = ffmpeg_is_there() else { return };
    let (name, path) = folder("movie");
    let mut show = show(&it(&name, "movie"));
    show.steps(5);
    assert_eq!(show.control_of("it", "dropped"), 0.0);
    drop(show);
    assert_eq!(names(&path), ["recording_001.mp4"]);
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    let (folder, _) = folder("names");
    for name in ["", ".hidden", "a/b", "..", "a\\b", "line\nbreak", "c:x"] {
        let desc = it(&folder, "frames").option("name", name);
        let mut show = Show::with(None, Workers::inline(), true, &Desc::new());
        let fault = show.load(&desc).unwrap_err().remove(0);
        assert!(fault.message.contains("cannot be what the name of a file begins with"), "{fault}");
    }
}

#[test]
fn what_cannot_be_written_is_told_once_and_the_show_goes_on() {
    let (name, path) = folder("blocked");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, "a file in the way").unwrap();
    let mut show = show(&it(&name, "frames"));
    let mut faults = Vec::new();
    while faults.is_empty() {
        faults.extend(show.report().faults);
    }
    (0..5).for_each(|_| faults.extend(show.report().faults));
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].fault.message.starts_with("it cannot record: "), "{faults:?}");
    assert_eq!(fs::read(&path).unwrap(), b"a file in the way");
}

#[test]
fn it_begins_once_more_when_what_stood_in_its_way_is_gone() {
    let (name, path) = folder("unblocked");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, "a file in the way").unwrap();
    let mut show = show(&it(&name, "frames"));
    while show.report().faults.is_empty() {}
    fs::remove_file(&path).unwrap();
    // Ten frames a second; the first new try is ten seconds behind the failure.
    show.steps(90);
    assert!(!path.exists(), "not before it is time");
    show.steps(20);
    drop(show);
    let frames = names(&path.join("recording_001")).len();
    assert!((5..20).contains(&frames), "{frames} frames");
}

#[test]
fn sound_is_recorded_from_the_first_picture_to_the_last_over_an_edit() {
    let (name, path) = folder("sound");
    let tuned = |on: f64, level: f64| {
        let tone = Desc::new().node("tone", "tone").number("frequency", 100.0).number("level", level);
        it_of(tone, &name, "frames").number("on", on).wire("sound", "tone")
    };
    let mut show = show(&tuned(0.0, 0.5));
    for (on, level, frames) in [(0.0, 0.5, 3), (1.0, 0.5, 4), (1.0, 0.25, 3), (0.0, 0.25, 2)] {
        show.load(&tuned(on, level)).unwrap_or_else(|faults| panic!("{}", text(&faults)));
        for _ in 0..frames {
            show.step();
            show.sound();
        }
    }
    drop(show);
    let mut sound = hound::WavReader::open(path.join("recording_001/sound.wav")).unwrap();
    let samples: Vec<f32> = sound.samples().map(Result::unwrap).collect();
    // Ten frames a second: three before it, seven in it.
    assert_eq!(samples.len(), 2 * 7 * 4800);
    assert!(samples.iter().any(|sample| *sample > 0.4));
    assert_eq!(names(&path.join("recording_001")).len(), 8);
}

#[test]
fn the_end_of_the_show_is_in_the_movie_too() {
    let (name, path) = folder("end_of_sound");
    let tone = Desc::new().node("tone", "tone").number("level", 0.5);
    let desc = it_of(tone, &name, "frames").wire("sound", "tone");
    let mut show = show(&desc);
    for _ in 0..3 {
        show.step();
        show.sound();
    }
    drop(show);
    let mut sound = hound::WavReader::open(path.join("recording_001/sound.wav")).unwrap();
    let samples: Vec<f32> = sound.samples().map(Result::unwrap).collect();
    assert_eq!(samples.len(), 2 * 3 * 4800);
    assert!(
        samples[samples.len() - 200..].iter().any(|sample| sample.abs() > 0.1),
        "the last frame is heard"
    );
}
