//! Recordings with the `ffmpeg` of this machine, and with stand-ins for it.
#![cfg(unix)]

use super::*;
use pastiche_engine::frame::PixelFormat;
use pastiche_testing::ffmpeg_is_there;
use std::fs;
use std::path::Path;
use std::process::Command;

fn pixels(size_px: [u32; 2], grey: u8) -> Arc<Pixels> {
    let bytes = [grey, grey, grey, 255].repeat((size_px[0] * size_px[1]) as usize);
    Arc::new(Pixels::new(size_px, PixelFormat::Srgb8, bytes).unwrap())
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn plan(folder: &Path, form: Form) -> Plan {
    let programs = Programs::default();
    let rate = FrameRate { frames: 10, secs: 1 };
    Plan { folder: folder.to_owned(), name: "take".into(), form, rate, has_sound: false, programs }
}

/// With a program of this text in the place of `ffmpeg`.
fn with_fake(folder: &Path, text: &str) -> Plan {
    let path = folder.join("ffmpeg");
    // Another program writes it: a file that is open for writing here could not be started.
    let write = "printf '#!/bin/sh\\n%s\\n' \"$1\" > \"$0\" && chmod +x \"$0\"";
    let written = Command::new("sh").arg("-c").arg(write).arg(&path).arg(text).status();
    assert!(written.unwrap().success());
    let programs = Programs { ffmpeg: path.into(), ffprobe: "none".into() };
    Plan { programs, ..plan(&folder.join("out"), Form::Movie) }
}

/// Records pictures of these frames and greys, waiting for each.
fn record(plan: Plan, shots: &[(u64, u8)], size_px: [u32; 2]) -> Recording {
    let recording = Recording::start(plan).unwrap();
    for (number, grey) in shots {
        recording.send(*number, pixels(size_px, *grey), true);
    }
    recording
}

fn wait_for_the_end(mut recording: Recording) -> Option<String> {
    recording.end();
    while !recording.is_finished() {
        std::thread::yield_now();
    }
    recording.failure()
}

/// The grey of each picture of a movie.
fn greys(movie: &Path) -> Vec<u8> {
    let mut command = Command::new("ffmpeg");
    command.args(["-loglevel", "error", "-i"]).arg(movie);
    let output = command.args(["-vf", "scale=1:1", "-pix_fmt", "gray", "-f", "rawvideo", "-"]).output();
    output.unwrap().stdout
}

#[test]
fn a_movie_keeps_its_time_and_appears_when_it_is_whole() {
    let Some(()) = ffmpeg_is_there() else { return };
    let folder = tempfile::tempdir().unwrap();
    let recording =
        record(plan(folder.path(), Form::Movie), &[(0, 20), (1, 20), (5, 200), (6, 200)], [34, 19]);
    assert!(names(folder.path()).iter().all(|name| name.starts_with('.')), "not before it is whole");
    drop(recording);
    assert_eq!(names(folder.path()), ["take_001.mp4"]);
    let greys = greys(&folder.path().join("take_001.mp4"));
    let is_light: Vec<bool> = greys.iter().map(|grey| *grey > 100).collect();
    assert_eq!(is_light, [false, false, false, false, false, true, true], "{greys:?}");
    drop(record(plan(folder.path(), Form::Movie), &[(0, 9)], [34, 19]));
    assert_eq!(names(folder.path()), ["take_001.mp4", "take_002.mp4"]);
}

#[test]
fn the_same_pictures_make_the_same_bytes() {
    let Some(()) = ffmpeg_is_there() else { return };
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        drop(record(plan(folder.path(), Form::Movie), &[(0, 20), (1, 90), (2, 200)], [64, 36]));
    }
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert_eq!(read("take_001.mp4"), read("take_002.mp4"));
}

#[test]
fn another_size_begins_another_movie() {
    let Some(()) = ffmpeg_is_there() else { return };
    let folder = tempfile::tempdir().unwrap();
    let recording = record(plan(folder.path(), Form::Movie), &[(0, 20)], [34, 20]);
    recording.send(1, pixels([20, 34], 90), true);
    assert_eq!(wait_for_the_end(recording), None);
    assert_eq!(names(folder.path()), ["take_001.mp4", "take_002.mp4"]);
}

#[test]
fn frames_and_stills_are_numbered() {
    let folder = tempfile::tempdir().unwrap();
    drop(record(plan(folder.path(), Form::Frames), &[(0, 20), (3, 90)], [3, 2]));
    drop(record(plan(folder.path(), Form::Frames), &[(0, 20)], [3, 2]));
    let frames = ["frame_00000.png", "frame_00001.png", "frame_00002.png", "frame_00003.png"];
    assert_eq!(names(&folder.path().join("take_001")), frames);
    assert_eq!(names(&folder.path().join("take_002")), frames[..1]);
    drop(record(plan(folder.path(), Form::Stills), &[(0, 20), (99, 90)], [3, 2]));
    assert_eq!(names(folder.path()), ["take_001", "take_001.png", "take_002", "take_002.png"]);
    let still = image::open(folder.path().join("take_002.png")).unwrap().to_rgba8();
    assert_eq!((still.dimensions(), still.get_pixel(0, 0).0), ((3, 2), [90, 90, 90, 255]));
}

#[test]
fn a_long_gap_is_not_filled() {
    let folder = tempfile::tempdir().unwrap();
    drop(record(plan(folder.path(), Form::Frames), &[(0, 20), (1_000_000, 90), (1_000_001, 7)], [1, 1]));
    assert_eq!(names(&folder.path().join("take_001")).len(), 103);
}

#[test]
fn a_program_that_dies_is_told_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let plan = with_fake(folder.path(), "echo 'no such encoder' >&2; exit 1");
    let recording = Recording::start(plan).unwrap();
    for number in 0..200 {
        recording.send(number, pixels([64, 64], 9), true);
    }
    assert_eq!(wait_for_the_end(recording).unwrap(), "no such encoder");
    assert!(names(&folder.path().join("out")).is_empty());
}

#[test]
fn a_program_that_hangs_costs_the_show_nothing_but_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let plan = with_fake(folder.path(), "exec sleep 1000");
    let recording = Recording::start(plan).unwrap();
    let mut dropped = 0;
    while dropped < 100 {
        dropped += u32::from(recording.send(0, pixels([512, 512], 9), false) == Sent::Dropped);
        std::thread::yield_now();
    }
    // As dropping it would do, if it came to that.
    while lock(&recording.shared.process).is_none() {
        std::thread::yield_now();
    }
    lock(&recording.shared.process).as_mut().unwrap().kill();
    assert!(wait_for_the_end(recording).is_some());
}

#[test]
fn a_missing_program_and_a_place_that_cannot_be_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let programs = Programs { ffmpeg: "no-such-ffmpeg".into(), ffprobe: "none".into() };
    let recording = record(Plan { programs, ..plan(folder.path(), Form::Movie) }, &[(0, 1)], [2, 2]);
    assert_eq!(wait_for_the_end(recording).unwrap(), "the program `no-such-ffmpeg` is missing");
    assert!(names(folder.path()).is_empty());
    fs::write(folder.path().join("file"), "").unwrap();
    let recording = record(plan(&folder.path().join("file"), Form::Stills), &[(0, 1)], [2, 2]);
    assert!(wait_for_the_end(recording).is_some());
}

/// 48 kHz, the left side of a movie's sound.
fn heard(movie: &Path) -> Vec<f32> {
    let mut command = Command::new("ffmpeg");
    command.args(["-loglevel", "error", "-i"]).arg(movie);
    let output = command.args(["-f", "f32le", "-ac", "2", "-ar", "48000", "-"]).output().unwrap();
    let samples = output.stdout.chunks_exact(8);
    samples.map(|pair| f32::from_le_bytes(pair[..4].try_into().unwrap())).collect()
}

/// Where a loud sample comes after a tenth of a second of quiet.
fn clicks(sound: &[f32]) -> Vec<f64> {
    let mut clicks = Vec::new();
    let mut quiet = 4800;
    for (at, sample) in sound.iter().enumerate() {
        if sample.abs() > 0.25 {
            if quiet >= 4800 {
                clicks.push(at as f64 / 48_000.0);
            }
            quiet = 0;
        } else {
            quiet += 1;
        }
    }
    clicks
}

/// Silence, and a burst of a hundredth of a second at the start of the frame if it is one of those.
fn sound_of(rate: FrameRate, frame: u64, clicks: bool) -> Vec<[f32; 2]> {
    let length = rate.start_sample(frame + 1) - rate.start_sample(frame);
    let sample = |at: u64| if clicks && at < 480 { if at % 96 < 48 { 0.8 } else { -0.8 } } else { 0.0 };
    (0..length).map(|at| [sample(at); 2]).collect()
}

#[test]
fn ten_minutes_of_sound_and_picture_stay_in_step() {
    let Some(()) = ffmpeg_is_there() else { return };
    let folder = tempfile::tempdir().unwrap();
    // A rate of which no frame has a whole number of samples.
    let rate = FrameRate { frames: 30_000, secs: 1001 };
    let plan = Plan { rate, has_sound: true, ..plan(folder.path(), Form::Movie) };
    let (first, frames) = (77, 17_982);
    let is_flash = |frame: u64| (frame - first) % 613 == 100;
    let mut recording = Recording::start(plan).unwrap();
    let [dark, light] = [0, 255].map(|grey| pixels([32, 18], grey));
    for frame in first..first + frames {
        recording.send(frame, if is_flash(frame) { light.clone() } else { dark.clone() }, true);
        // What was heard in the frame before.
        let before = frame - 1;
        recording.hear(
            rate.start_sample(before),
            sound_of(rate, before, frame > first && is_flash(before)),
            true,
        );
    }
    recording.end();
    assert_eq!(wait_for_the_end(recording), None);
    assert_eq!(names(folder.path()), ["take_001.mp4"]);
    let movie = folder.path().join("take_001.mp4");
    let flashes: Vec<f64> = (0_u32..)
        .zip(greys(&movie))
        .filter(|(_, grey)| *grey > 100)
        .map(|(at, _)| f64::from(at) * 1001.0 / 30_000.0)
        .collect();
    let sound = heard(&movie);
    let clicks = clicks(&sound);
    assert_eq!((flashes.len(), clicks.len()), (30, 30));
    let worst = flashes.iter().zip(&clicks).map(|(flash, click)| (flash - click).abs()).fold(0.0, f64::max);
    assert!(worst < 0.002, "{worst} s apart");
    let secs = sound.len() as f64 / 48_000.0;
    assert!((secs - 600.0).abs() < 0.05, "the sound lasts {secs} s");
}

#[test]
fn lost_pictures_and_lost_sound_keep_their_time() {
    let Some(()) = ffmpeg_is_there() else { return };
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan { has_sound: true, ..plan(folder.path(), Form::Movie) };
    let rate = plan.rate;
    let recording = Recording::start(plan).unwrap();
    for frame in 0..40 {
        if !(5..25).contains(&frame) {
            recording.send(frame, pixels([16, 16], if frame == 30 { 255 } else { 0 }), true);
        }
        if !(10..20).contains(&frame) {
            recording.hear(rate.start_sample(frame), sound_of(rate, frame, frame == 8 || frame == 30), true);
        }
    }
    drop(recording);
    let movie = folder.path().join("take_001.mp4");
    let flash = greys(&movie).iter().position(|grey| *grey > 100).unwrap();
    assert_eq!(flash, 30);
    let clicks = clicks(&heard(&movie));
    assert_eq!(clicks.len(), 2);
    assert!((clicks[0] - 0.8).abs() < 0.005 && (clicks[1] - 3.0).abs() < 0.005, "{clicks:?}");
}

#[test]
fn each_movie_has_the_sound_of_its_own_pictures() {
    let Some(()) = ffmpeg_is_there() else { return };
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan { has_sound: true, ..plan(folder.path(), Form::Movie) };
    let rate = plan.rate;
    let recording = Recording::start(plan).unwrap();
    for frame in 0..20_u64 {
        recording.send(frame, pixels(if frame < 10 { [16, 16] } else { [16, 32] }, 9), true);
        // Two frames late, across the seam.
        if let Some(before) = frame.checked_sub(2) {
            recording.hear(
                rate.start_sample(before),
                sound_of(rate, before, before == 9 || before == 12),
                true,
            );
        }
    }
    drop(recording);
    assert_eq!(names(folder.path()), ["take_001.mp4", "take_002.mp4"]);
    for (name, click) in [("take_001.mp4", 0.9), ("take_002.mp4", 0.2)] {
        let clicks = clicks(&heard(&folder.path().join(name)));
        assert!(clicks.len() == 1 && (clicks[0] - click).abs() < 0.005, "{name}: {clicks:?}");
    }
}

#[test]
fn a_movie_whose_sound_cannot_be_put_in_is_kept() {
    let Some(()) = ffmpeg_is_there() else { return };
    let folder = tempfile::tempdir().unwrap();
    let text = "case \"$*\" in *f32le*) echo 'no sound here' >&2; exit 1;; *) exec ffmpeg \"$@\";; esac";
    let plan = Plan { has_sound: true, ..with_fake(folder.path(), text) };
    let recording = record(plan, &[(0, 20), (1, 90)], [32, 32]);
    let told = wait_for_the_end(recording).unwrap();
    assert_eq!(told, "the movie has no sound, which is in a file of its own: no sound here");
    let out = folder.path().join("out");
    assert_eq!(names(&out), ["take_001.mp4", "take_001_001.wav"]);
    assert_eq!(greys(&out.join("take_001.mp4")).len(), 2);
}

#[test]
fn what_was_heard_outlives_a_program_that_dies() {
    let Some(()) = ffmpeg_is_there() else { return };
    let dies = [
        ("in the middle", "head -c 2000000 > /dev/null; echo 'out of breath' >&2; exit 1"),
        ("at the end", "cat > /dev/null; echo 'out of breath' >&2; exit 1"),
    ];
    for (when, text) in dies {
        let folder = tempfile::tempdir().unwrap();
        let plan = Plan { has_sound: true, ..with_fake(folder.path(), text) };
        let rate = plan.rate;
        let recording = Recording::start(plan).unwrap();
        for frame in 0..20 {
            recording.send(frame, pixels([256, 256], 9), true);
            recording.hear(rate.start_sample(frame), sound_of(rate, frame, frame == 4), true);
        }
        let told = wait_for_the_end(recording).unwrap();
        assert_eq!(told, "out of breath; the sound until then is in a file of its own", "{when}");
        let out = folder.path().join("out");
        assert_eq!(names(&out), ["take_001_001.wav"], "{when}");
        let clicks = clicks(&heard(&out.join("take_001_001.wav")));
        assert!(clicks.len() == 1 && (clicks[0] - 0.4).abs() < 0.005, "{when}: {clicks:?}");
    }
}

/// Pictures of noise, which need room.
fn noise(number: u64) -> Arc<Pixels> {
    let mut state = number + 1;
    let bytes = (0..64 * 64 * 4).map(|at| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        if at % 4 == 3 { 255 } else { (state >> 56) as u8 }
    });
    Arc::new(Pixels::new([64, 64], PixelFormat::Srgb8, bytes.collect()).unwrap())
}

#[test]
fn what_was_recorded_before_the_disk_was_full_plays() {
    let Some(()) = ffmpeg_is_there() else { return };
    let folder = tempfile::tempdir().unwrap();
    // No file may grow beyond 400 blocks of 512 bytes: to the program, a disk that is full.
    let plan = Plan {
        has_sound: true,
        ..with_fake(folder.path(), "trap \"\" XFSZ; ulimit -f 400; exec ffmpeg \"$@\"")
    };
    let rate = plan.rate;
    let recording = Recording::start(plan).unwrap();
    for frame in 0..200 {
        recording.send(frame, noise(frame), true);
        recording.hear(rate.start_sample(frame), sound_of(rate, frame, frame == 4), true);
    }
    let told = wait_for_the_end(recording).unwrap();
    let saved = "; the pictures until then are in the movie; the sound until then is in a file of its own";
    assert!(told.ends_with(saved), "{told}");
    let out = folder.path().join("out");
    assert_eq!(names(&out), ["take_001.mp4", "take_001_001.wav"]);
    let pictures = greys(&out.join("take_001.mp4")).len();
    assert!((10..200).contains(&pictures), "{pictures} pictures");
    let clicks = clicks(&heard(&out.join("take_001_001.wav")));
    assert!(clicks.len() == 1 && (clicks[0] - 0.4).abs() < 0.005, "{clicks:?}");
}

#[test]
fn a_panic_is_the_failure_and_what_was_written_stays() {
    let folder = tempfile::tempdir().unwrap();
    let recording = record(plan(folder.path(), Form::Frames), &[(0, 20), (1, 90)], [1, 1]);
    // Frames are counted no further than this.
    recording.send(u64::MAX, pixels([2, 2], 9), true);
    let failure = wait_for_the_end(recording).unwrap();
    assert!(failure.starts_with("writing panicked: "), "{failure}");
    assert_eq!(names(&folder.path().join("take_001")), ["frame_00000.png", "frame_00001.png"]);
}
