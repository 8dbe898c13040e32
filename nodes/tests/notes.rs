//! Nodes that write notes: each on its sample, each with its end.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod harness;

use harness::{Desc, Show};
use pastiche_engine::graph::Given;
use pastiche_engine::midi::Message;
use pastiche_engine::midi_out::{MidiOut, WhichPort};
use pastiche_engine::options::OptionValue;
use pastiche_engine::port::Note;
use pastiche_engine::workers::Workers;

fn tune(desc: Desc, key: &str, pitches: &[f64], every: f64) -> Desc {
    let pitches = Given::List(pitches.iter().copied().map(Given::Number).collect());
    desc.node(key, "melody").given("pitches", pitches).number("every", every)
}

/// Every event of a node with its sample of the transport.
fn events(fps: f64, desc: &Desc, node: &str, frames: usize) -> Vec<(u64, Note)> {
    let mut show = Show::at_rate(fps, None, Workers::inline(), true, &desc.clone().see(node));
    let mut events = Vec::new();
    for _ in 0..frames {
        show.step();
        events.extend(show.notes(node).iter().map(|note| (note.sample, *note)));
    }
    events
}

fn starts(events: &[(u64, Note)]) -> Vec<(u64, u8)> {
    events.iter().filter(|(_, note)| note.on).map(|(sample, note)| (*sample, note.pitch)).collect()
}

/// Notes that are started and not ended.
#[derive(Default)]
struct Sounding(Vec<Note>);

impl Sounding {
    fn hear(&mut self, notes: &[Note]) {
        for event in notes {
            let same = |note: &Note| {
                (note.pitch, note.voice, note.channel) == (event.pitch, event.voice, event.channel)
            };
            let before = self.0.len();
            self.0.retain(|note| !same(note));
            if event.on {
                self.0.push(*event);
            } else {
                assert!(self.0.len() < before, "the end of a note that did not sound: {event:?}");
            }
        }
    }
}

#[test]
fn a_melody_is_on_its_samples_at_any_frame_rate() {
    for fps in [24.0, 29.97, 60.0, 144.0] {
        let desc = tune(Desc::new(), "t", &[60.0, -1.0, 64.0], 0.3);
        let heard = starts(&events(fps, &desc, "t", (3.0 * fps) as usize));
        // 0.3 beats at 120 beats a minute are 7200 samples.
        let expected = (0..20_u64).filter(|step| step % 3 != 1);
        let expected = expected.map(|step| (step * 7200, if step % 3 == 0 { 60 } else { 64 }));
        assert_eq!(heard, expected.take(heard.len()).collect::<Vec<_>>(), "{fps} frames a second");
        assert!(heard.len() >= 12);
    }
}

#[test]
fn a_midi_file_is_on_its_samples_and_goes_round() {
    let mut desc = Desc::new().node("m", "midi_file").option("file", "tune.mid");
    // A note of half a beat, and one of a whole, at 96 ticks.
    let track = b"\0\x90\x3c\x64\x30\x80\x3c\0\0\x91\x40\x64\x60\x81\x40\0\0\xff\x2f\0";
    let mut file = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\x14".to_vec();
    file.extend(track);
    desc.files.0.insert("tune.mid".into(), file);
    let heard = events(60.0, &desc, "m", 130);
    // Two beats long: 48000 samples.
    assert_eq!(starts(&heard), [(0, 60), (12_000, 64), (48_000, 60), (60_000, 64), (96_000, 60)]);
    let ends: Vec<u64> = heard.iter().filter(|(_, note)| !note.on).map(|(sample, _)| *sample).collect();
    assert_eq!(ends, [12_000, 36_000, 60_000, 84_000]);
    assert!(heard.iter().all(|(_, note)| note.channel == u8::from(note.pitch == 64)));
}

#[test]
fn an_arpeggio_goes_through_what_is_held() {
    let desc = tune(Desc::new(), "a", &[60.0], 4.0);
    let desc = tune(desc, "b", &[67.0], 4.0);
    let desc = desc.node("chord", "merge").wire("one", "a").wire("two", "b");
    let desc = desc.node("it", "arpeggio").wire("notes", "chord").number("every", 0.5);
    let heard = starts(&events(60.0, &desc, "it", 60));
    assert_eq!(heard, [(0, 60), (12_000, 67), (24_000, 60), (36_000, 67)]);
}

#[test]
fn a_split_gives_every_note_to_one_side() {
    let desc = tune(Desc::new(), "t", &[40.0, 60.0, 80.0], 0.25);
    let desc = desc.node("s", "split").wire("notes", "t").number("from", 50.0).number("to", 127.0);
    let low = desc.clone().node("low", "transpose").wire_of("notes", "s", "rest").number("by", 0.0);
    let pitches = |desc: &Desc, node: &str| {
        starts(&events(60.0, desc, node, 60)).into_iter().map(|(_, pitch)| pitch).collect::<Vec<_>>()
    };
    assert_eq!(pitches(&desc, "s"), [60, 80, 60, 80, 60]);
    assert_eq!(pitches(&low, "low"), [40, 40, 40]);
}

#[test]
fn humanised_notes_are_near_their_places_and_as_long_as_they_were() {
    let desc = tune(Desc::new(), "t", &[60.0, 62.0, 64.0, 65.0], 0.5);
    let desc = desc.node("it", "humanise").wire("notes", "t").number("timing", 0.01);
    let heard = events(60.0, &desc, "it", 600);
    assert_eq!(heard, events(60.0, &desc, "it", 600), "the same for the same seed");
    let begun = starts(&heard);
    let off: Vec<f64> =
        begun.iter().enumerate().map(|(step, (sample, _))| *sample as f64 - step as f64 * 12_000.0).collect();
    let mean = off.iter().sum::<f64>() / off.len() as f64;
    assert!((mean - 960.0).abs() < 300.0, "{mean}");
    assert!(off.iter().any(|other| (other - off[0]).abs() > 100.0), "not even");
    let mut sounding = Sounding::default();
    for (start, note) in &heard {
        if !note.on {
            let begin =
                heard.iter().rev().find(|(at, other)| other.on && other.pitch == note.pitch && at <= start);
            let long = start - begin.unwrap().0;
            assert!(long.abs_diff(10_800) <= 1, "{long}");
        }
        sounding.hear(&[*note]);
    }
}

#[test]
fn a_metronome_counts_bars() {
    let desc = Desc::new().node("it", "metronome").number("bar", 3.0);
    let heard = starts(&events(60.0, &desc, "it", 150));
    assert_eq!(heard, [(0, 76), (24_000, 77), (48_000, 77), (72_000, 76), (96_000, 77)]);
}

#[test]
fn what_sounds_ends_whatever_is_pulled_out() {
    let chain = |by: f64| {
        let desc = tune(Desc::new(), "t", &[60.0, 64.0, 67.0], 3.0);
        let desc = desc.node("up", "transpose").wire("notes", "t").number("by", by);
        let desc = desc.node("snap", "scale").wire("notes", "up");
        desc.node("it", "split").wire("notes", "snap").see("it")
    };
    let mut show = Show::with(None, Workers::inline(), true, &chain(5.0));
    let mut sounding = Sounding::default();
    for step in 0..40 {
        show.step();
        sounding.hear(&show.notes("it"));
        if step % 7 == 6 {
            show.load(&chain(f64::from(step))).unwrap();
        }
    }
    assert_eq!(sounding.0.len(), 1);
    // Another source, which rests.
    let rests = Desc::new().node("rests", "metronome").number("loudness", 0.0);
    let rests = rests.node("up", "transpose").wire("notes", "rests").number("by", 5.0);
    let rests = rests.node("snap", "scale").wire("notes", "up").node("it", "split").wire("notes", "snap");
    show.load(&rests.see("it")).unwrap();
    show.step();
    sounding.hear(&show.notes("it"));
    assert!(sounding.0.is_empty(), "{:?}", sounding.0);
}

#[test]
fn notes_become_controls() {
    let desc = tune(Desc::new(), "t", &[60.0, 72.0], 1.0);
    let desc = desc.node("it", "note_values").wire("notes", "t");
    let mut show = Show::with(None, Workers::inline(), true, &desc.see("it"));
    show.step();
    assert_eq!((show.control("it"), show.control_of("it", "pitch")), (1.0, 60.0));
    show.steps(28);
    assert_eq!(show.control("it"), 0.0, "between the notes");
    show.steps(2);
    assert_eq!((show.control("it"), show.control_of("it", "pitch")), (1.0, 72.0));
}

#[test]
fn a_midi_file_that_is_written_is_played_back_to_the_sample() {
    let folder = tempfile::tempdir().unwrap();
    let desc = tune(Desc::new(), "t", &[60.0, 64.0, -1.0, 67.0], 0.5);
    let desc =
        desc.node("out", "midi_out").wire("notes", "t").option("folder", folder.path().to_str().unwrap());
    let written = events(60.0, &desc, "t", 100);
    let file = std::fs::read(folder.path().join("notes_001.mid")).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let mut desc = Desc::new().node("m", "midi_file").option("file", "tune.mid");
    desc = desc.option_value("repeat", OptionValue::Flag(false));
    desc.files.0.insert("tune.mid".into(), file);
    let played = starts(&events(60.0, &desc, "m", 100));
    assert_eq!(played, starts(&written));
}

#[test]
fn notes_are_sent_to_a_port_at_their_sample_and_all_of_them_end() {
    let sent = |pitches: &[f64], on: f64, is_there: bool| {
        let desc = tune(Desc::new(), "t", pitches, 0.5);
        if is_there {
            desc.node("out", "midi_out").wire("notes", "t").option("port", "synth").number("on", on)
        } else {
            desc
        }
    };
    let mut show = Show::with(None, Workers::inline(), true, &sent(&[60.0, 64.0], 1.0, true));
    let mut heard: Vec<MidiOut> = Vec::new();
    (0..25).for_each(|_| heard.extend(show.report().midi));
    assert!(heard.iter().all(|message| message.port == WhichPort::Name("synth".into())));
    let starts: Vec<(u64, u8)> = heard
        .iter()
        .filter_map(|sent| match sent.message {
            Message::NoteOn { pitch, .. } => Some((sent.sample, pitch)),
            _ => None,
        })
        .collect();
    // Half a beat at 120 beats a minute: in the middle of a frame or not.
    assert_eq!(starts, [(0, 60), (12_000, 64)]);
    // Turned off, on again, and gone in an edit: whatever sounds is ended each time.
    for (on, is_there) in [(0.0, true), (1.0, true), (1.0, false)] {
        show.load(&sent(&[60.0, 64.0], on, is_there)).unwrap();
        (0..20).for_each(|_| heard.extend(show.report().midi));
        let mut sounding = std::collections::BTreeSet::new();
        for MidiOut { message, .. } in &heard {
            match message {
                Message::NoteOn { pitch, .. } => sounding.insert(*pitch),
                Message::NoteOff { pitch, .. } => sounding.remove(pitch),
                other => panic!("{other:?}"),
            };
        }
        assert_eq!(sounding.is_empty(), on == 0.0 || !is_there, "{sounding:?}");
    }
}
