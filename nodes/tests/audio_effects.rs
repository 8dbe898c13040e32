//! Effects on sound, as they are heard in a patch.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod harness;

use harness::{Desc, Show};
use pastiche_engine::options::OptionValue;
use pastiche_engine::workers::Workers;

fn show(desc: &Desc) -> Show {
    Show::with(None, Workers::inline(), true, desc)
}

/// The left side of this many frames.
fn heard(show: &mut Show, frames: usize) -> Vec<f32> {
    let mut sound = Vec::new();
    for _ in 0..frames {
        show.step();
        sound.extend(show.sound().into_iter().map(|[left, _]| left));
    }
    sound
}

fn largest_step(sound: &[f32]) -> f32 {
    sound.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
}

/// A tone, and an effect on it.
fn on_a_tone(effect: &str, hz: f64) -> Desc {
    Desc::new().node("tone", "tone").number("frequency", hz).node("it", effect).wire("sound", "tone")
}

#[test]
fn a_delay_in_beats_is_exact_to_the_sample() {
    let dry = heard(&mut show(&Desc::new().node("tone", "tone").number("frequency", 311.7).see("tone")), 240);
    for (bpm, time, samples) in [(120.0, 1.0, 24_000), (90.0, 0.75, 24_000), (150.0, 0.5, 9600)] {
        let desc = Desc::new().node("tempo", "tempo").number("bpm", bpm).node("tone", "tone");
        let desc = desc.number("frequency", 311.7).node("it", "delay").wire("sound", "tone");
        let desc = desc.number("time", time).number("feedback", 0.0).see("tempo").see("it");
        let wet = heard(&mut show(&desc), 240);
        // The tempo is known from the second frame on, and the first echo goes over into its place.
        for at in samples + 48_000..wet.len() {
            assert_eq!(wet[at], dry[at] + dry[at - samples], "sample {at} at {bpm}");
        }
    }
}

#[test]
fn a_reload_makes_no_click() {
    let option = |name: &str, value: OptionValue| (name.to_owned(), value);
    let text = |text: &str| OptionValue::Text(text.into());
    for (effect, (name, value)) in [
        ("filter", option("response", text("high"))),
        ("filter", option("response", text("notch"))),
        ("delay", option("unit", text("secs"))),
        ("delay", option("ping_pong", OptionValue::Flag(true))),
        ("reverb", option("size", OptionValue::Number(2.0))),
    ] {
        let desc = on_a_tone(effect, 200.0);
        let mut show = show(&desc.clone().see("it"));
        let mut sound = heard(&mut show, 90);
        let steady = largest_step(&sound);
        let summary = show.load(&desc.option_value(&name, value).see("it")).unwrap();
        assert_eq!(summary.rebuilt, 1);
        let last = sound.len() - 1;
        sound.extend(heard(&mut show, 90));
        let reloaded = largest_step(&sound[last..]);
        println!("{effect}.{name}: largest step {reloaded:.4}, before {steady:.4}");
        assert!(reloaded < 2.0 * steady, "{effect}.{name}: {reloaded} against {steady}");
    }
}

#[test]
fn echoes_and_rooms_go_on_over_a_reload() {
    for effect in ["delay", "reverb"] {
        // The tone stops, and then another effect is put behind.
        let desc = |level: f64| {
            let desc = Desc::new().node("tone", "tone").number("level", level);
            desc.node("it", effect).wire("sound", "tone")
        };
        let mut show = show(&desc(0.5).see("it"));
        heard(&mut show, 60);
        show.load(&desc(0.0).see("it")).unwrap();
        heard(&mut show, 10);
        show.load(&desc(0.0).node("soft", "gain").wire("sound", "it").number("level", 0.5).see("soft"))
            .unwrap();
        let tail = heard(&mut show, 20);
        let loudest = tail[2400..].iter().fold(0.0, |most: f32, sample| most.max(sample.abs()));
        assert!(loudest > 0.01, "{effect}: {loudest}");
    }
}

#[test]
fn a_moved_fader_makes_no_click() {
    for (effect, input, from, to) in [
        ("filter", "cutoff", 300.0, 8000.0),
        ("filter", "amount", 0.0, 1.0),
        ("eq", "low", 0.0, -30.0),
        ("delay", "time", 0.5, 0.9),
        ("delay", "amount", 0.0, 1.0),
        ("reverb", "decay", 8.0, 0.1),
        ("chorus", "depth", 0.0, 0.008),
        ("distort", "level", 0.2, 0.5),
        ("pan", "position", -1.0, 1.0),
        ("gate", "threshold", -60.0, 0.0),
        ("compress", "threshold", 0.0, -40.0),
        ("limiter", "ceiling", 0.0, -20.0),
    ] {
        let desc = |value: f64| on_a_tone(effect, 200.0).number(input, value).see("it");
        let mut show = show(&desc(from));
        let before = heard(&mut show, 60);
        show.load(&desc(to)).unwrap();
        let moved = heard(&mut show, 20);
        show.load(&desc(to)).unwrap();
        let after = heard(&mut show, 60);
        let steady = largest_step(&before).max(largest_step(&after)).max(0.0065);
        let step = largest_step(&moved);
        assert!(step < 2.0 * steady, "{effect}.{input}: {step} against {steady}");
    }
}

#[test]
fn a_mix_adds_what_it_is_given() {
    let desc = Desc::new().node("low", "tone").number("frequency", 100.0).node("high", "tone");
    let desc = desc.number("frequency", 450.0);
    let alone = |tone: &str| heard(&mut show(&desc.clone().see(tone)), 10);
    let (low, high) = (alone("low"), alone("high"));
    let mix = |levels: Vec<f64>| {
        use pastiche_engine::graph::Given;
        let levels = Given::List(levels.into_iter().map(Given::Number).collect());
        let desc = desc.clone().node("it", "mix").wires("sounds", &["low", "high"]);
        heard(&mut show(&desc.given("levels", levels).see("it")), 10)
    };
    for (position, sample) in mix(vec![0.5, 2.0]).into_iter().enumerate() {
        assert_eq!(sample, 0.5 * low[position] + 2.0 * high[position]);
    }
    for (position, sample) in mix(vec![0.5]).into_iter().enumerate() {
        assert_eq!(sample, 0.5 * low[position] + high[position], "without a level it is left as it is");
    }
}
