//! Nodes of time, beats and triggers, frame by frame.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod harness;

use harness::{Desc, Show, text};
use pastiche_engine::graph::Given;
use pastiche_engine::options::OptionValue;
use pastiche_engine::workers::Workers;

const RATES: [f64; 4] = [24.0, 29.97, 60.0, 144.0];

fn show_at(fps: f64, desc: &Desc) -> Show {
    Show::at_rate(fps, None, Workers::inline(), true, desc)
}

fn show(desc: &Desc) -> Show {
    show_at(60.0, desc)
}

/// Runs up to and with the frame that shows at a time.
fn run_until(show: &mut Show, secs: f64) {
    let last = show.live.rate().frame_at((secs * 48_000.0).round() as u64);
    while show.frame <= last {
        show.step();
    }
}

fn tempo(bpm: f64) -> Desc {
    Desc::new().node("pace", "tempo").number("bpm", bpm).node("beat", "beat").see("beat")
}

#[test]
fn the_tempo_rules_the_beat_from_the_first_frame_though_nothing_reads_it() {
    for fps in RATES {
        let mut show = show_at(fps, &tempo(90.0));
        for secs in [0.0, 1.0, 10.0, 61.0] {
            run_until(&mut show, secs);
            let now = show.live.rate().start_sample(show.frame - 1) as f64 / 48_000.0;
            let beats = show.control_of("beat", "count") + show.control("beat");
            // The tempo that the node gives in the first frame counts from there on.
            assert!((beats - now * 1.5).abs() < 1e-8, "{fps} fps: {beats} beats at {now} s");
        }
    }
}

#[test]
fn the_beat_goes_on_when_the_tempo_changes_comes_or_goes() {
    let beats = |show: &Show| show.control_of("beat", "count") + show.control("beat");
    let without = Desc::new().node("beat", "beat").see("beat");
    let mut show = show(&without);
    let mut last = 0.0;
    for desc in [without.clone(), tempo(60.0), tempo(0.0), tempo(180.0), without.clone(), tempo(10_000.0)] {
        show.load(&desc).unwrap();
        for _ in 0..30 {
            show.step();
            let moved = beats(&show) - last;
            assert!((0.0..=10_000.0 / 3600.0 + 1e-9).contains(&moved), "the beat jumps by {moved}");
            last = beats(&show);
        }
    }
    // Half a second each of 120, 60, 0, 180, 120 and 10 000 beats a minute. The first frame has no
    // length, and each tempo counts from the frame in which it is given.
    let frames =
        [(29.0, 120.0), (1.0, 120.0), (29.0, 60.0), (1.0, 60.0), (29.0, 0.0), (1.0, 0.0), (29.0, 180.0)];
    let frames = frames.into_iter().chain([(1.0, 180.0), (29.0, 120.0), (1.0, 120.0), (29.0, 10_000.0)]);
    let expected: f64 = frames.map(|(frames, bpm)| frames * bpm / 3600.0).sum();
    assert!((last - expected).abs() < 1e-6, "{last} against {expected}");
}

#[test]
fn a_patch_has_one_tempo() {
    let two = tempo(90.0).node("other", "tempo").see("other");
    let told = text(&two.check().unwrap_err());
    assert!(told.contains("one tempo, but `pace` and `other` both set it"), "{told}");
}

#[test]
fn beats_bars_and_phrases() {
    let desc = Desc::new().node("beat", "beat").option_value("beats", OptionValue::Number(3.0));
    let desc = desc.option_value("bars", OptionValue::Number(2.0)).see("beat");
    let desc =
        desc.node("beats", "counter").wire_of("trigger", "beat", "trigger").number("to", 0.0).see("beats");
    let desc =
        desc.node("bars", "counter").wire_of("trigger", "beat", "downbeat").number("to", 0.0).see("bars");
    for fps in RATES {
        let mut show = show_at(fps, &desc);
        show.step();
        assert_eq!(
            (show.control("beats"), show.control("bars")),
            (1.0, 1.0),
            "the start is a beat and a bar"
        );
        // 7.25 s are 14.5 beats of the standard tempo.
        run_until(&mut show, 7.25);
        let late = 2.0 * (7.25 - show.live.rate().start_sample(show.frame - 1) as f64 / 48_000.0);
        for (output, expected) in [("beat", 0.5), ("bar", 2.5 / 3.0), ("phrase", 2.5 / 6.0)] {
            let value = show.control_of("beat", output);
            assert!(value <= expected + 1e-9 && expected - value <= late + 1e-9, "{fps} {output}: {value}");
        }
        assert_eq!(show.control_of("beat", "count"), 14.0);
        assert_eq!((show.control("beats"), show.control("bars")), (15.0, 5.0));
    }
}

#[test]
fn time_counts_seconds_and_resets() {
    let time = |speed: f64| {
        let desc = Desc::new().node("again", "at").number("moment", 4.0);
        let desc = desc.option("unit", "secs").node("time", "time").number("speed", speed);
        desc.wire("reset", "again").see("time")
    };
    for fps in RATES {
        let mut show = show_at(fps, &time(2.0));
        run_until(&mut show, 3.0);
        let now = show.live.rate().start_sample(show.frame - 1) as f64 / 48_000.0;
        assert!((show.control("time") - 2.0 * now).abs() < 1e-9, "{fps}");
        show.load(&time(-1.0)).unwrap();
        show.step();
        assert!(show.control("time") > 5.0, "another speed goes on from there");
        run_until(&mut show, 5.0);
        assert!((-1.001..=-0.9).contains(&show.control("time")), "{fps}: {}", show.control("time"));
    }
}

#[test]
fn triggers_come_where_they_should_at_any_frame_rate() {
    let desc = Desc::new().node("half", "every").number("period", 0.5).number("offset", 0.25);
    let desc = desc.node("halves", "counter").wire("trigger", "half").number("to", 0.0).see("halves");
    let desc = desc.node("second", "every").option("unit", "secs");
    let desc = desc.node("seconds", "counter").wire("trigger", "second").number("to", 0.0).see("seconds");
    let desc = desc.node("once", "at").number("moment", 3.0).see("once");
    let desc = desc.node("pattern", "euclid").number("every", 0.5);
    let desc = desc.node("pulses", "counter").wire("trigger", "pattern").number("to", 0.0).see("pulses");
    for fps in RATES {
        let mut show = show_at(fps, &desc);
        let mut once = Vec::new();
        for _ in 0..(8.0 * fps) as usize {
            show.step();
            if show.edges("once") > 0 {
                once.push(show.live.rate().start_sample(show.frame - 1) as f64 / 48_000.0);
            }
        }
        // Nearly 16 beats: offsets 0.25, 0.75 … 15.75, seconds 0 to 7, four rounds of 3 over 8.
        assert_eq!([show.control("halves"), show.control("seconds")], [32.0, 8.0], "{fps}");
        assert_eq!(show.control("pulses"), 12.0, "{fps}");
        let [at] = once[..] else { panic!("{fps}: {once:?}") };
        assert!(at >= 1.5 - 1e-9 && at < 1.5 + 1.0 / fps, "{fps}: {at}");
    }
}

#[test]
fn a_sequence_and_chance_are_the_same_at_any_frame_rate() {
    let numbers = [3.0, 1.0, 4.0].map(Given::Number).to_vec();
    let desc = Desc::new().node("notes", "sequence").given("values", Given::List(numbers)).see("notes");
    let desc = desc.node("dice", "random").number("high", 6.0).see("dice");
    let desc = desc.node("bell", "random").option("spread", "gaussian").see("bell");
    let run = |fps: f64| {
        let mut show = show_at(fps, &desc);
        let at = |beat: u32| {
            // In the middle of the beat, 120 a minute.
            run_until(&mut show, (f64::from(beat) + 0.5) / 2.0);
            [show.control("notes"), show.control("dice"), show.control("bell")]
        };
        (0..12).map(at).collect::<Vec<_>>()
    };
    let expected = run(60.0);
    let notes: Vec<f64> = expected.iter().map(|values| values[0]).collect();
    assert_eq!(notes[..7], [3.0, 1.0, 4.0, 3.0, 1.0, 4.0, 3.0]);
    assert!(expected.windows(2).all(|pair| pair[0][1] != pair[1][1] && pair[0][2] != pair[1][2]));
    assert!(RATES.into_iter().all(|fps| run(fps) == expected));
}

#[test]
fn a_sequence_glides() {
    let numbers = [0.0, 10.0].map(Given::Number).to_vec();
    let desc = Desc::new().node("notes", "sequence").given("values", Given::List(numbers));
    let mut show = show(&desc.number("glide", 0.5).see("notes"));
    // A beat has 30 frames; the glide fills the first 15.
    for (frame, expected) in [(30, 0.0), (33, 2.0), (45, 10.0), (59, 10.0), (60, 10.0), (63, 8.0), (75, 0.0)]
    {
        while show.frame <= frame {
            show.step();
        }
        assert!((show.control("notes") - expected).abs() < 1e-6, "{frame}: {}", show.control("notes"));
    }
}

#[test]
fn an_lfo_in_beats_is_in_step_with_the_beat_though_it_comes_late() {
    let with = |lfo: bool| {
        let desc = tempo(77.0);
        if lfo {
            let desc = desc.node("wave", "lfo").number("rate", 0.5).option("unit", "beats");
            desc.option("shape", "saw").see("wave")
        } else {
            desc
        }
    };
    let mut show = show(&with(false));
    show.steps(100);
    show.load(&with(true)).unwrap();
    for _ in 0..500 {
        show.step();
        let beats = show.control_of("beat", "count") + show.control("beat");
        let expected = 2.0 * (beats * 0.5 + 0.5).rem_euclid(1.0) - 1.0;
        assert!((show.control("wave") - expected).abs() < 1e-6);
    }
}

#[test]
fn controls_become_triggers_and_triggers_controls() {
    let desc = Desc::new().node("wave", "lfo").number("rate", 1.0).option("shape", "square");
    let desc = desc.node("up", "trigger").wire("value", "wave").see("up");
    let desc = desc.node("gate", "pulse").wire("trigger", "up").number("length", 0.25).see("gate");
    let desc = desc.node("count", "counter").wire("trigger", "up").number("to", 3.0).see("count");
    let desc = desc.node("flip", "toggle").wire("trigger", "up").see("flip");
    let desc = desc.node("clock", "time").node("held", "hold").wire("value", "clock").wire("trigger", "up");
    let mut show = show(&desc.see("held"));
    for frame in 0..60 * 7 {
        show.step();
        let second = f64::from(frame / 60);
        assert_eq!(show.edges("up"), u32::from(frame % 60 == 0), "{frame}");
        assert_eq!(show.control("gate"), f64::from(u8::from(frame % 60 < 15)), "{frame}");
        assert_eq!(show.control("count"), (second + 1.0) % 3.0, "{frame}");
        assert_eq!(show.control("flip"), (second + 1.0) % 2.0, "{frame}");
        assert!((show.control("held") - second).abs() < 1e-9, "{frame}");
    }
}

#[test]
fn what_is_on_stays_on_when_an_option_changes() {
    let desc = |on: bool, method: &str, shape: &str| {
        let desc = Desc::new().node("once", "at").node("flip", "toggle").wire("trigger", "once");
        let desc = desc.option_value("on", OptionValue::Flag(on)).see("flip");
        let desc =
            desc.node("soft", "smooth").wire("value", "flip").number("rise", 0.5).option("method", method);
        desc.see("soft").node("wave", "lfo").option("shape", shape).see("wave")
    };
    let mut show = show(&desc(false, "slew", "sine"));
    show.steps(61);
    assert_eq!(show.control("flip"), 1.0);
    let soft = show.control("soft");
    assert_eq!(soft, 1.0, "the first value is taken as it is");
    assert_eq!(show.load(&desc(true, "one_euro", "saw")).unwrap().rebuilt, 3);
    show.step();
    assert_eq!((show.control("flip"), show.control("soft")), (1.0, 1.0));
    assert!((show.control("wave") - 2.0 * (61.0 / 240.0)).abs() < 1e-9, "{}", show.control("wave"));
}

#[test]
fn a_slew_and_a_delay_follow_a_step() {
    let desc = Desc::new().node("jump", "at").number("moment", 1.0).option("unit", "secs").see("jump");
    let desc = desc.node("soft", "smooth").wire_of("value", "jump", "passed").number("rise", 2.0);
    let desc = desc.option("method", "slew").see("soft");
    let desc = desc.node("late", "delay_control").wire_of("value", "jump", "passed").number("secs", 0.5);
    let desc = desc.see("late").node("swing", "spring").wire_of("target", "jump", "passed").see("swing");
    for fps in RATES {
        let mut show = show_at(fps, &desc);
        run_until(&mut show, 0.99);
        assert_eq!(["soft", "late", "swing"].map(|node| show.control(node)), [0.0; 3]);
        run_until(&mut show, 1.25);
        assert!((show.control("soft") - 0.5).abs() <= 4.0 / fps, "{fps}: {}", show.control("soft"));
        run_until(&mut show, 1.45);
        assert_eq!(show.control("late"), 0.0);
        assert!(show.control("swing") > 1.0, "{fps}: it overshoots to {}", show.control("swing"));
        run_until(&mut show, 1.55);
        assert_eq!([show.control("soft"), show.control("late")], [1.0; 2]);
        run_until(&mut show, 6.0);
        assert!((show.control("swing") - 1.0).abs() < 1e-4, "{fps}: {}", show.control("swing"));
    }
}

#[test]
fn a_hit_falls_in_its_time_at_any_rate() {
    let desc =
        Desc::new().node("start", "at").option("unit", "secs").node("it", "hit").wire("trigger", "start");
    let desc = desc.number("decay", 1.0).number("curve", 0.0).see("it");
    for fps in RATES {
        let mut show = show_at(fps, &desc);
        show.step();
        assert_eq!(show.control("it"), 1.0);
        run_until(&mut show, 0.5);
        assert!((show.control("it") - 0.5).abs() < 1.0 / fps + 1e-9, "{fps}: {}", show.control("it"));
        run_until(&mut show, 1.1);
        assert_eq!(show.control("it"), 0.0);
    }
}

#[test]
fn sections_follow_each_other_in_beats() {
    let lengths = Given::List([2.0, 4.0, 8.0].map(Given::Number).to_vec());
    let desc = Desc::new().node("it", "sections").given("lengths", lengths).number("ramp", 2.0).see("it");
    let desc =
        desc.node("begun", "counter").wire_of("trigger", "it", "begins").number("to", 0.0).see("begun");
    for fps in RATES {
        let mut show = show_at(fps, &desc);
        // 120 beats a minute: two beats a second.
        for (secs, index, begun) in
            [(0.0, 0.0, 1.0), (0.9, 0.0, 1.0), (1.1, 1.0, 2.0), (3.1, 2.0, 3.0), (99.0, 2.0, 3.0)]
        {
            run_until(&mut show, secs);
            let found = (show.control_of("it", "index"), show.control("begun"));
            assert_eq!(found, (index, begun), "{fps} fps at {secs} s");
        }
        assert_eq!(show.control_of("it", "progress"), 1.0, "the last stays at its end");
        assert_eq!((show.control_of("it", "entry"), show.control_of("it", "position")), (1.0, 2.0));
    }
    let mut show = show(&desc);
    // Half of the way into the second section.
    run_until(&mut show, 1.5);
    assert!((show.control_of("it", "entry") - 0.5).abs() < 0.03);
    assert!((show.control_of("it", "position") - 0.5).abs() < 0.03);
    assert!((show.control_of("it", "progress") - 0.25).abs() < 0.02);
}

#[test]
fn one_number_of_several_is_chosen() {
    let at = |index: f64, smooth: bool| {
        let values = Given::List([4.0, 20.0, 60.0].map(Given::Number).to_vec());
        let desc = Desc::new().node("it", "choose_number").given("values", values).number("index", index);
        let mut show = show(&desc.option_value("smooth", OptionValue::Flag(smooth)).see("it"));
        show.step();
        show.control("it")
    };
    assert_eq!((at(1.9, false), at(3.0, false), at(-1.0, false)), (20.0, 4.0, 60.0));
    assert_eq!((at(1.5, true), at(2.5, true)), (40.0, 32.0));
}
