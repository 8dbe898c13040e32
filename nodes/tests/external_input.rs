//! Nodes that listen to MIDI, the mouse and the keyboard, by takes of bytes.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod harness;

use harness::{Desc, Show};
use pastiche_engine::graph::NodeKey;
use pastiche_engine::midi::Message;
use pastiche_engine::options::OptionValue;
use pastiche_engine::port::{Note, Value};
use pastiche_engine::take::{Input, MouseButton, Stamped, Take};
use pastiche_engine::workers::Workers;

const DESK: &str = "nanoKONTROL2";
const KEYS: &str = "Stage Piano";

/// Samples of a frame at 60 frames a second.
const FRAME: u64 = 800;

fn show(desc: &Desc) -> Show {
    Show::with(None, Workers::inline(), true, desc)
}

fn alone(kind: &str) -> Desc {
    Desc::new().node("it", kind).see("it")
}

fn midi(show: &mut Show, sample: u64, port: &str, bytes: &[u8]) {
    let message = Message::parse(bytes).unwrap();
    put(show, sample, Input::Midi { port: port.into(), message });
}

fn ports(show: &mut Show, sample: u64, ports: &[&str]) {
    put(show, sample, Input::MidiPorts { ports: ports.iter().map(|port| (*port).into()).collect() });
}

fn put(show: &mut Show, sample: u64, input: Input) {
    show.live.input(Stamped::new(sample, input));
}

fn notes(show: &Show) -> Vec<Note> {
    match show.output("it") {
        Value::Notes(notes) => notes.clone(),
        other => panic!("{other:?}"),
    }
}

fn edges(show: &Show, output: &str) -> u32 {
    match show.live.output(&NodeKey::new("it"), output) {
        Some(Value::Trigger(edges)) => *edges,
        other => panic!("{output}: {other:?}"),
    }
}

/// Pitch, and whether it starts.
fn short(notes: &[Note]) -> Vec<(u8, bool)> {
    notes.iter().map(|note| (note.pitch, note.on)).collect()
}

#[test]
fn notes_keep_their_distance_to_the_sample_and_none_is_lost() {
    let mut show = show(&alone("midi_in"));
    show.step();
    let stamps: Vec<u64> = (0..400).map(|number| 5 + number * 37).collect();
    for (number, stamp) in stamps.iter().enumerate() {
        let status = if number % 2 == 0 { 0x90 } else { 0x80 };
        midi(&mut show, *stamp, KEYS, &[status, 60 + (number / 2 % 12) as u8, 100]);
    }
    let mut heard = Vec::new();
    for _ in 0..20 {
        show.step();
        heard.extend(notes(&show).iter().map(|note| note.sample));
    }
    assert_eq!(heard.len(), stamps.len());
    // All of them one frame later; what falls on the edge of a frame by less than a sample.
    for (heard, stamp) in heard.iter().zip(&stamps) {
        assert!(heard.abs_diff(stamp + FRAME) <= 1, "{heard} for {stamp}");
    }
}

#[test]
fn the_pedal_holds_notes_and_a_pulled_plug_ends_them() {
    let mut show = show(&alone("midi_in"));
    ports(&mut show, 0, &[KEYS, DESK]);
    midi(&mut show, 0, KEYS, &[0x90, 60, 100]);
    midi(&mut show, 0, KEYS, &[0xb0, 64, 127]);
    midi(&mut show, 0, KEYS, &[0x80, 60, 0]);
    show.step();
    assert_eq!((short(&notes(&show)), show.control_of("it", "held")), (vec![(60, true)], 1.0));
    // The same key again, under the pedal.
    midi(&mut show, 1, KEYS, &[0x90, 60, 50]);
    show.step();
    assert_eq!(short(&notes(&show)), [(60, false), (60, true)]);
    midi(&mut show, 1, KEYS, &[0x90, 60, 0]);
    midi(&mut show, 1, KEYS, &[0xb0, 64, 0]);
    midi(&mut show, 1, KEYS, &[0x90, 62, 50]);
    midi(&mut show, 1, DESK, &[0x90, 40, 50]);
    show.step();
    assert_eq!(short(&notes(&show)), [(60, false), (62, true), (40, true)]);
    ports(&mut show, 1, &[DESK]);
    show.step();
    assert_eq!((short(&notes(&show)), show.control_of("it", "held")), (vec![(62, false)], 1.0));
    midi(&mut show, 1, DESK, &[0xb0, 123, 0]);
    show.step();
    assert_eq!((short(&notes(&show)), show.control_of("it", "held")), (vec![(40, false)], 0.0));
}

#[test]
fn a_pedal_that_was_down_when_the_cable_left_is_up_when_it_comes_back() {
    let mut show = show(&alone("midi_in"));
    ports(&mut show, 0, &[KEYS, DESK]);
    for port in [KEYS, DESK] {
        midi(&mut show, 0, port, &[0xb0, 64, 127]);
    }
    midi(&mut show, 0, KEYS, &[0x90, 60, 100]);
    show.step();
    ports(&mut show, 1, &[DESK]);
    show.step();
    assert_eq!(short(&notes(&show)), [(60, false)]);
    ports(&mut show, 2, &[KEYS, DESK]);
    for port in [KEYS, DESK] {
        midi(&mut show, 2, port, &[0x90, 64, 100]);
        midi(&mut show, 2, port, &[0x80, 64, 0]);
    }
    show.step();
    // Those of the other port are held: its pedal stayed down.
    assert_eq!(short(&notes(&show)), [(64, true), (64, false), (64, true)]);
    assert_eq!(show.control_of("it", "held"), 1.0);
    midi(&mut show, 3, DESK, &[0xb0, 121, 0]);
    show.step();
    assert_eq!(short(&notes(&show)), [(64, false)], "a reset lifts it");
}

#[test]
fn another_port_leaves_no_note_hanging() {
    let by = |port: &str| Desc::new().node("it", "midi_in").option("port", port).see("it");
    let mut show = show(&by("piano"));
    midi(&mut show, 0, KEYS, &[0x90, 60, 100]);
    show.step();
    // A reload without a change keeps what is held.
    assert_eq!(show.load(&by("piano")).unwrap().rebuilt, 0);
    show.step();
    assert_eq!((notes(&show).len(), show.control_of("it", "held")), (0, 1.0));
    show.load(&by("nano")).unwrap();
    show.step();
    assert_eq!((short(&notes(&show)), show.control_of("it", "held")), (vec![(60, false)], 0.0));
}

#[test]
fn ports_are_chosen_by_name_number_and_channel() {
    let it = || Desc::new().node("it", "cc").number("number", 7.0);
    let by_part = it().option("port", "KONTROL").see("it");
    let by_number = it().option_value("port", OptionValue::Number(1.0)).see("it");
    let by_channel = it().option_value("channel", OptionValue::Number(3.0)).see("it");
    for (desc, expected) in [(by_part, 10.0), (by_number, 20.0), (by_channel, 30.0)] {
        let mut show = show(&desc);
        ports(&mut show, 0, &[DESK, KEYS]);
        midi(&mut show, 0, DESK, &[0xb0, 7, 10]);
        midi(&mut show, 0, KEYS, &[0xb0, 7, 20]);
        show.step();
        if expected == 30.0 {
            assert_eq!(show.control("it"), 0.0);
            midi(&mut show, 0, KEYS, &[0xb2, 7, 30]);
            show.step();
        }
        assert_eq!(show.control("it"), expected / 127.0);
    }
}

#[test]
fn a_fader_is_known_to_a_node_that_is_made_later() {
    let nothing = Desc::new().node("time", "time").see("time");
    let mut show = show(&nothing);
    midi(&mut show, 0, DESK, &[0xb0, 7, 127]);
    midi(&mut show, 0, DESK, &[0xe0, 0, 0]);
    put(&mut show, 0, Input::Mouse { x: 30.0, y: -40.0 });
    put(&mut show, 0, Input::Key { key: "q".into(), down: true });
    show.steps(3);
    let at = |kind: &str| nothing.clone().node("it", kind).see("it");
    for (desc, expected) in [
        (at("mouse"), 30.0),
        (at("keyboard"), 1.0),
        (at("pitch_bend"), -1.0),
        (nothing.clone().node("it", "cc").number("number", 7.0).number("start", 0.5).see("it"), 1.0),
        (nothing.clone().node("it", "cc").number("number", 8.0).number("start", 0.5).see("it"), 0.5),
    ] {
        show.load(&desc).unwrap();
        show.step();
        assert_eq!(show.control("it"), expected);
    }
}

#[test]
fn fourteen_bits_and_endless_encoders() {
    let fine = Desc::new().node("it", "cc").number("number", 7.0).option("bits", "14").see("it");
    let mut fader = show(&fine);
    midi(&mut fader, 0, DESK, &[0xb0, 7, 64]);
    midi(&mut fader, 0, DESK, &[0xb0, 39, 1]);
    fader.step();
    assert_eq!((fader.control("it"), edges(&fader, "moved")), (8193.0 / 16_383.0, 2));
    midi(&mut fader, 0, DESK, &[0xb0, 7, 127]);
    midi(&mut fader, 0, DESK, &[0xb0, 39, 127]);
    fader.step();
    assert_eq!(fader.control("it"), 1.0);
    for (encoder, up, down) in
        [("twos_complement", 1, 127), ("binary_offset", 65, 63), ("sign_magnitude", 1, 65)]
    {
        let desc = Desc::new().node("it", "cc").number("number", 16.0).number("start", 0.5);
        let desc = desc.number("steps", 100.0).option("encoder", encoder).see("it");
        let mut show = show(&desc);
        for value in [up, up, up, down] {
            midi(&mut show, 0, DESK, &[0xb0, 16, value]);
        }
        show.step();
        assert!((show.control("it") - 0.52).abs() < 1e-12, "{encoder}");
        // It stays where it is when it is unplugged, and when the patch changes.
        ports(&mut show, 1, &[]);
        show.step();
        assert!((show.control("it") - 0.52).abs() < 1e-12, "{encoder}");
        for _ in 0..200 {
            midi(&mut show, 1, DESK, &[0xb0, 16, up]);
        }
        show.step();
        assert_eq!(show.control("it"), 1.0, "{encoder}");
    }
}

#[test]
fn a_pad_is_a_switch_and_a_short_blow_counts() {
    let mut show = show(&Desc::new().node("it", "note").number("pitch", 36.0).see("it"));
    midi(&mut show, 0, DESK, &[0x99, 36, 127]);
    midi(&mut show, 0, DESK, &[0x89, 36, 0]);
    midi(&mut show, 0, DESK, &[0x99, 37, 1]);
    show.step();
    let outcome = (show.control("it"), show.control_of("it", "velocity"), edges(&show, "trigger"));
    assert_eq!((outcome, edges(&show, "released")), ((0.0, 1.0, 1), 1));
    let mut any = self::show(&alone("note"));
    midi(&mut any, 0, KEYS, &[0x90, 60, 127]);
    midi(&mut any, 0, KEYS, &[0x90, 64, 127]);
    any.step();
    assert_eq!((any.control("it"), any.control_of("it", "pitch"), edges(&any, "trigger")), (1.0, 64.0, 2));
    midi(&mut any, 0, KEYS, &[0x80, 64, 0]);
    any.step();
    assert_eq!((any.control("it"), any.control_of("it", "pitch")), (1.0, 60.0));
}

#[test]
fn pressure_comes_from_all_keys_or_from_each() {
    let mut show = show(&alone("aftertouch"));
    midi(&mut show, 0, KEYS, &[0xa0, 60, 127]);
    midi(&mut show, 0, KEYS, &[0xd0, 64]);
    show.step();
    assert_eq!(show.control("it"), 1.0);
    midi(&mut show, 0, KEYS, &[0x80, 60, 0]);
    show.step();
    assert_eq!(show.control("it"), 64.0 / 127.0);
}

#[test]
fn the_mouse_and_the_keyboard_are_followed() {
    let mut show = show(&Desc::new().node("it", "mouse").number("x", 7.0).see("it"));
    show.step();
    assert_eq!((show.control("it"), show.control_of("it", "alive")), (7.0, 0.0));
    put(&mut show, 1, Input::Mouse { x: -1.0, y: 2.0 });
    put(&mut show, 1, Input::MouseButton { button: MouseButton::Left, down: true });
    put(&mut show, 1, Input::MouseButton { button: MouseButton::Left, down: false });
    put(&mut show, 1, Input::MouseButton { button: MouseButton::Right, down: true });
    put(&mut show, 1, Input::MouseWheel { lines: 2.0 });
    put(&mut show, 1, Input::MouseWheel { lines: -0.5 });
    show.step();
    let of = |output: &str| show.control_of("it", output);
    assert_eq!([of("x"), of("y"), of("left"), of("right"), of("wheel")], [-1.0, 2.0, 0.0, 1.0, 1.5]);
    assert_eq!(edges(&show, "click"), 1);
    put(&mut show, 1, Input::Mouse { x: f64::NAN, y: 2.0 });
    assert_eq!(show.report().refused.len(), 1);
    let mut keys = self::show(&Desc::new().node("it", "keyboard").option("key", "Space").see("it"));
    for down in [true, true, false, true] {
        put(&mut keys, 0, Input::Key { key: "space".into(), down });
    }
    keys.step();
    assert_eq!((keys.control("it"), edges(&keys, "trigger"), edges(&keys, "released")), (1.0, 2, 1));
}

#[test]
fn the_patch_keeps_time_with_another_clock() {
    let desc = Desc::new().node("clock", "midi_clock").node("pace", "tempo").wire("bpm", "clock");
    let desc = desc.wire_of("beat", "clock", "beat").node("beat", "beat").see("beat");
    let mut show = show(&desc);
    let beats = |show: &Show| show.control_of("beat", "count") + show.control("beat");
    let started = |show: &Show| match show.live.output(&NodeKey::new("beat"), "downbeat") {
        Some(Value::Trigger(edges)) => *edges,
        other => panic!("{other:?}"),
    };
    show.steps(60);
    assert!((beats(&show) - 2.0).abs() < 0.05, "at its own tempo: {}", beats(&show));
    // Two seconds in, a song starts at 90 beats a minute: 36 clocks a second.
    let start = 2 * 48_000;
    midi(&mut show, start, DESK, &[0xfa]);
    for clock in 0..36 * 4 {
        midi(&mut show, start + clock * 48_000 / 36, DESK, &[0xf8]);
    }
    let mut downbeats = 0;
    while show.frame < 60 * 5 {
        show.step();
        downbeats += started(&show);
    }
    assert!((beats(&show) - 4.475).abs() < 0.01, "{}", beats(&show));
    // One at beat 0 where the song begins, and one at beat 4.
    assert_eq!(downbeats, 3, "with the one of its own tempo at beat 4 before");
    midi(&mut show, 5 * 48_000, DESK, &[0xfc]);
    show.steps(60);
    let standing = beats(&show);
    show.steps(60);
    assert_eq!(beats(&show), standing);
}

#[test]
fn a_take_of_bytes_gives_the_same_twice() {
    let bytes = |line: usize| {
        let value = harness::random(line as u32);
        let kinds = [0x90, 0x80, 0xb0, 0xe0, 0xd0, 0xf8, 0xfa, 0xc0];
        let data = (value * 127.0) as u8;
        let (status, second) = (kinds[line % kinds.len()], line % 128);
        match status {
            0xf8 | 0xfa => format!("[{status}]"),
            0xc0 | 0xd0 => format!("[{status},{data}]"),
            _ => format!("[{status},{data},{second}]"),
        }
    };
    let mut text = String::from("{\"pastiche_take\":2,\"patch\":\"a.rhai\",\"seed\":1}\n");
    for line in 0..2000 {
        let port = [DESK, KEYS][line % 2];
        let sample = line * 61;
        text += &format!(
            "{{\"sample\":{sample},\"input\":\"midi\",\"port\":\"{port}\",\"bytes\":{}}}\n",
            bytes(line)
        );
    }
    let take = Take::parse(&text).unwrap();
    assert_eq!(take.inputs.len(), 2000);
    for kind in ["midi_in", "cc", "note", "pitch_bend", "aftertouch", "midi_clock", "mouse", "keyboard"] {
        let run = || {
            let mut show = show(&alone(kind));
            take.inputs.iter().for_each(|input| show.live.input(input.clone()));
            let mut seen = Vec::new();
            for _ in 0..180 {
                show.step();
                seen.push(format!("{:?}", show.output("it")));
            }
            seen
        };
        let seen = run();
        assert_eq!(run(), seen, "{kind}");
        let hears = ["midi_in", "note", "pitch_bend", "aftertouch"].contains(&kind);
        assert!(!hears || seen.windows(2).any(|pair| pair[0] != pair[1]), "{kind} hears nothing of it");
    }
}
