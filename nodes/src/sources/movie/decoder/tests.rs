//! The decoder with stand-ins for `ffmpeg`.
#![cfg(unix)]

use super::*;
use std::path::PathBuf;
use std::process::Command;

/// Long enough for a machine that is busy; what hangs is given less.
const LONG: Duration = Duration::from_secs(60);

const FIRST: Place = Place { round: 0, picture: 0 };

fn place(round: i64, picture: u64) -> Place {
    Place { round, picture }
}

/// Writes this many pictures of 2 by 1 pixels.
const PICTURES: &str = r#"pictures() {
  for number in $(seq "$1"); do
    printf 'P7\nWIDTH 2\nHEIGHT 1\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\nabcdABCD'
  done
}
"#;

struct Fake {
    _folder: tempfile::TempDir,
    programs: Programs,
}

impl Fake {
    /// A program with this text in the place of `ffmpeg`.
    fn new(text: &str) -> Fake {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ffmpeg");
        let text = format!("#!/bin/sh\n{PICTURES}{text}\n");
        // Another program writes it: a file that is open for writing here could not be started.
        let write = "printf %s \"$1\" > \"$0\" && chmod +x \"$0\"";
        let written = Command::new("sh").arg("-c").arg(write).arg(&path).arg(text).status();
        assert!(written.unwrap().success());
        let programs = Programs { ffmpeg: path.into(), ffprobe: "none".into() };
        Fake { _folder: folder, programs }
    }

    fn decode(&self, frames: u64, repeats: bool) -> Decoder {
        let clip = Clip {
            path: PathBuf::from("a.mp4"),
            timing: Timing::Constant { rate: [10, 1], pictures: Some(frames), is_counted: true },
            said_secs: Some(frames as f64 / 10.0),
            first_secs: 0.0,
            decoder: None,
            is_unmarked_hd: false,
            is_anamorphic: false,
            has_sound: false,
            is_webp: false,
        };
        let mut decoder = Decoder::start(clip, self.programs.clone(), repeats).unwrap();
        decoder.seek(FIRST);
        decoder
    }
}

fn place_of(taken: (Option<Placed>, bool)) -> Option<Place> {
    taken.0.map(|(place, _)| place)
}

#[test]
fn pictures_come_in_order_and_the_clip_starts_over() {
    let fake = Fake::new("pictures 3");
    let mut decoder = fake.decode(3, true);
    for (round, picture) in [(0, 0), (0, 1), (0, 2), (1, 0), (2, 2), (7, 1)] {
        let wanted = place(round, picture);
        assert!(decoder.wait_for(wanted, LONG), "{wanted:?}");
        assert_eq!(place_of(decoder.take(wanted)), Some(wanted));
        assert_eq!(place_of(decoder.take(wanted)), None, "it is taken once");
    }
    assert_eq!((decoder.end(), decoder.fault()), (Some(3), None));
}

#[test]
fn a_clip_that_does_not_repeat_ends_without_a_fault() {
    let fake = Fake::new("pictures 3");
    let mut decoder = fake.decode(3, false);
    assert!(decoder.wait_for(place(0, 9), LONG));
    assert_eq!(place_of(decoder.take(place(0, 9))), Some(place(0, 2)));
    assert_eq!((decoder.end(), decoder.fault()), (Some(3), None));
}

#[test]
fn a_program_that_dies_in_the_middle_ends_the_clip_there() {
    let fake = Fake::new("pictures 2; echo 'it hurts' >&2; exit 3");
    let mut decoder = fake.decode(100, false);
    assert!(decoder.wait_for(place(0, 50), LONG));
    assert_eq!(place_of(decoder.take(place(0, 50))), Some(place(0, 1)));
    assert_eq!(decoder.fault().unwrap(), "the clip is damaged 0.2 s after its beginning: it hurts");
    let mut decoder = fake.decode(100, true);
    assert!(decoder.wait_for(place(1, 1), LONG), "what is there is played over and over");
    assert!(decoder.fault().is_some());
}

#[test]
fn a_program_that_ends_in_the_middle_of_a_picture_is_told() {
    let fake = Fake::new("pictures 1; printf 'P7\\nWIDTH 2\\n'");
    let mut decoder = fake.decode(1, false);
    assert!(decoder.wait_for(place(0, 1), LONG));
    assert!(decoder.fault().unwrap().contains("in the middle of a picture"));
}

#[test]
fn rubbish_is_told_and_not_shown() {
    let fake = Fake::new("pictures 1; while :; do echo rubbish; done");
    let mut decoder = fake.decode(100, false);
    assert!(decoder.wait_for(place(0, 1), LONG));
    assert_eq!(place_of(decoder.take(place(0, 1))), Some(FIRST));
    assert!(decoder.fault().unwrap().contains("`rubbish` where a picture should begin"));
}

#[test]
fn a_program_that_hangs_is_given_up_and_tried_again() {
    let fake = Fake::new("exec sleep 1000");
    let mut decoder = fake.decode(100, true);
    assert!(!decoder.wait_for(FIRST, Duration::from_millis(1)));
    decoder.give_up("it hangs");
    assert!(decoder.wait_for(FIRST, LONG), "nothing will come");
    assert_eq!((place_of(decoder.take(FIRST)), decoder.fault().as_deref()), (None, Some("it hangs")));
    decoder.seek(place(0, 5));
    assert!(!decoder.has_begun(), "it is tried again");
    assert_eq!(decoder.fault().as_deref(), Some("it hangs"), "until something comes");
    // Dropping it waits for no one.
}

#[test]
fn nothing_but_a_missing_program_and_an_empty_clip() {
    let mut fake = Fake::new("exit 0");
    let mut decoder = fake.decode(100, true);
    assert!(decoder.wait_for(FIRST, LONG));
    assert_eq!(decoder.fault().unwrap(), "there is no picture in it");
    fake.programs.ffmpeg = "no-such-ffmpeg".into();
    let mut decoder = fake.decode(100, true);
    assert!(decoder.wait_for(FIRST, LONG));
    assert_eq!(decoder.fault().unwrap(), "the program `no-such-ffmpeg` is missing");
}

#[test]
fn it_does_not_run_ahead_without_end() {
    let fake = Fake::new("pictures 500; exec sleep 1000");
    let decoder = fake.decode(500, true);
    assert!(decoder.wait_for(place(0, MOST_AHEAD as u64 - 1), LONG));
    let ready = decoder.shared.lock().ready.len();
    // One more may have been taken out and put back.
    assert!(ready <= MOST_AHEAD + 1, "{ready}");
    assert!(decoder.leads_to(place(0, 30), 30) && !decoder.leads_to(place(0, 300), 30));
    assert!(!decoder.leads_to(place(-1, 400), 30), "it does not go back");
}

#[test]
fn a_panic_ends_the_run_and_is_told_until_another_begins() {
    let fake = Fake::new("pictures 3");
    let mut decoder = fake.decode(3, false);
    // There is no picture behind this one.
    decoder.seek(place(0, u64::MAX));
    assert!(decoder.wait_for(place(0, u64::MAX), LONG), "nothing will come");
    let fault = loop {
        if let Some(fault) = decoder.fault() {
            break fault;
        }
        std::thread::yield_now();
    };
    assert!(fault.contains("panicked"), "{fault}");
    decoder.seek(FIRST);
    assert!(decoder.wait_for(FIRST, LONG));
    assert_eq!((place_of(decoder.take(FIRST)), decoder.fault()), (Some(FIRST), None));
}
