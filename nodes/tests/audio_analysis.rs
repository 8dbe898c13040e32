//! Nodes that hear, in a patch.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod harness;

use harness::{Desc, Show};
use pastiche_engine::options::OptionValue;
use pastiche_engine::workers::Workers;

fn show(desc: &Desc) -> Show {
    Show::with(None, Workers::inline(), true, desc)
}

/// Frames with their sound, as in a render.
fn run(show: &mut Show, frames: usize) {
    for _ in 0..frames {
        show.step();
        show.sound();
    }
}

/// A drum every N seconds: a tone under an envelope.
fn drum(secs: f64) -> Desc {
    let desc = Desc::new().node("clock", "every").number("period", secs).option("unit", "secs");
    let desc = desc.node("hit", "envelope").wire("trigger", "clock");
    let desc = desc.number("attack", 0.0).number("decay", 0.1).number("sustain", 0.0);
    let desc = desc.node("tone", "tone").number("frequency", 80.0).number("level", 0.8);
    desc.node("drum", "gain").wire("sound", "tone").wire("level", "hit")
}

#[test]
fn loudness_and_pitch_are_those_of_the_tone() {
    let desc = Desc::new().node("tone", "tone").number("frequency", 330.0).number("level", 0.25);
    let desc = desc.node("loud", "loudness").wire("sound", "tone").see("loud");
    let desc = desc.node("high", "pitch").wire("sound", "tone").see("high");
    let mut show = show(&desc);
    run(&mut show, 250);
    assert!((show.control("loud") - 0.1768).abs() < 1e-3, "{}", show.control("loud"));
    // A tone of 1 kHz would have -12.04 LUFS; at 330 Hz the ear's weights take 0.7 dB.
    let short_term = show.control_of("loud", "short_term");
    assert!((short_term + 12.7).abs() < 0.2, "{short_term}");
    assert!((show.control("high") - 330.0).abs() < 0.1, "{}", show.control("high"));
    assert!((show.control_of("high", "pitch") - 64.02).abs() < 0.02);
    assert!(show.control_of("high", "confidence") > 0.95);
}

#[test]
fn the_length_of_blocks_is_not_heard() {
    let outcome = |block: usize| {
        let desc = drum(0.2).node("it", "spectrum").wire("sound", "drum").see("it");
        let mut show = show(&desc.node("at", "onsets").wire("sound", "drum").see("at"));
        show.audio = show.audio.max_block(block);
        let mut values = Vec::new();
        for _ in 0..60 {
            run(&mut show, 1);
            values.push((show.control("it").to_bits(), show.edges("at")));
        }
        values
    };
    let whole = outcome(64);
    assert_eq!(whole.iter().map(|(_, edges)| edges).sum::<u32>(), 5);
    assert!(outcome(17) == whole && outcome(1) == whole);
}

#[test]
fn hearing_goes_on_over_a_reload() {
    let desc = Desc::new().node("tone", "tone").number("level", 0.25);
    let desc = desc.node("it", "spectrum").wire("sound", "tone");
    let mut show = show(&desc.clone().see("it"));
    run(&mut show, 60);
    let before = show.control("it");
    assert!((before - (60.0 - 12.04) / 60.0).abs() < 0.01, "{before}");
    let summary =
        show.load(&desc.option_value("scale", OptionValue::Text("linear".into())).see("it")).unwrap();
    assert_eq!(summary.rebuilt, 1);
    for _ in 0..30 {
        run(&mut show, 1);
        assert!((show.control("it") - 0.25).abs() < 5e-3, "{}", show.control("it"));
    }
}

#[test]
fn the_tempo_of_a_drum_becomes_that_of_the_patch() {
    let desc = drum(0.6).node("heard", "listen_tempo").wire("sound", "drum").see("drum");
    let mut show = show(&desc.node("tempo", "tempo").wire("bpm", "heard").see("tempo"));
    run(&mut show, 600);
    let bpm = show.control("tempo");
    assert!((bpm / 100.0 - 1.0).abs() < 0.005, "{bpm}");
    assert!(show.control_of("heard", "confidence") > 0.5);
}

#[test]
fn a_chord_is_three_notes() {
    let mut desc = Desc::new();
    for (name, hz) in [("root", 220.0), ("third", 277.18), ("fifth", 329.63)] {
        desc = desc.node(name, "tone").number("frequency", hz).number("level", 0.2);
    }
    let desc = desc.node("chord", "mix").wires("sounds", &["root", "third", "fifth"]);
    let levels = [1.0; 3].map(pastiche_engine::graph::Given::Number).to_vec();
    let desc = desc.given("levels", pastiche_engine::graph::Given::List(levels));
    let mut show = show(&desc.node("it", "chroma").wire("sound", "chord").see("it"));
    run(&mut show, 60);
    for (note, sounds) in [("a", true), ("c_sharp", true), ("e", true), ("c", false), ("g", false)] {
        let level = show.control_of("it", note);
        assert_eq!(level > 0.4, sounds, "{note}: {level}");
    }
}

#[test]
fn a_tone_is_in_its_band() {
    let desc = Desc::new().node("tone", "tone").number("frequency", 440.0).number("level", 0.5);
    let desc = desc.node("it", "spectrum").wire("sound", "tone").number("bands", 4.0).see("it");
    let mut show = show(&desc);
    run(&mut show, 60);
    // Four bands of 2.08 octaves from 40 Hz: the second goes from 169 to 715 Hz.
    let level = |number: usize| show.control_of("it", &format!("band_{number}"));
    assert!((level(1) - (60.0 - 6.02) / 60.0).abs() < 0.01, "{}", level(1));
    assert!(level(0) < 0.35 && level(2) < 0.35 && level(3) < 0.35);
    assert!((4..16).all(|number| level(number) == 0.0), "there are four");
}
