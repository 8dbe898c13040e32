//! Recordings with the `ffmpeg` of this machine, and with stand-ins for it.
#![cfg(unix)]

use super::*;
use pastiche_engine::frame::PixelFormat;
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
    Plan { folder: folder.to_owned(), name: "take".into(), form, rate: [10, 1], programs }
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
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        drop(record(plan(folder.path(), Form::Movie), &[(0, 20), (1, 90), (2, 200)], [64, 36]));
    }
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert_eq!(read("take_001.mp4"), read("take_002.mp4"));
}

#[test]
fn another_size_begins_another_movie() {
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
