//! Played notes on their way through the audio half: each at its sample, whatever the frame rate and the
//! length of blocks, none left sounding.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod harness;
mod sounds;

use harness::{Desc, Show, registry};
use pastiche_engine::graph::{Given, GivenInput};
use pastiche_engine::midi::Message;
use pastiche_engine::port::{Note, PortType, Value};
use pastiche_engine::spec::NodeSpec;
use pastiche_engine::take::{Input, Stamped};
use pastiche_engine::workers::Workers;

const PIANO: &str = "Stage Piano";

/// What a key does: a sample of the transport, the pitch, and whether it goes down.
type Stroke = (u64, u8, bool);

const STROKES: [Stroke; 6] = [
    (2000, 60, true),
    (2037, 64, true),
    (2099, 67, true),
    (9000, 60, false),
    (9001, 64, false),
    (12_345, 67, false),
];

fn message((_, pitch, on): Stroke) -> Message {
    if on {
        Message::NoteOn { channel: 0, pitch, velocity: 100 }
    } else {
        Message::NoteOff { channel: 0, pitch, velocity: 0 }
    }
}

/// A patch that plays the keys on an organ, through some nodes.
fn through(kinds: &[&str]) -> Desc {
    on("organ", kinds)
}

/// A patch that plays the keys on an instrument, through some nodes.
fn on(instrument: &str, kinds: &[&str]) -> Desc {
    let mut desc = Desc::new().node("in", "midi_in");
    let mut last = "in".to_owned();
    for (place, kind) in kinds.iter().enumerate() {
        let key = format!("{kind}{place}");
        let input = if *kind == "merge" { "one" } else { "notes" };
        desc = desc.node(&key, kind).wire(input, &last);
        last = key;
    }
    let desc = desc.node("it", instrument).wire("notes", &last);
    let desc = match instrument {
        "sampler" => desc.option("file", "sound.wav").file("sound.wav", sounds::wav(48_000, 1, 48_000)),
        "soundfont" => desc.option("file", "sounds.sf2").file("sounds.sf2", sounds::font()),
        _ => desc,
    };
    desc.see("it")
}

/// Gives the first tool of a patch another number.
fn with(mut desc: Desc, input: &str, number: f64) -> Desc {
    let given = GivenInput { value: Given::Number(number), span: None };
    desc.graph.nodes[1].inputs.insert(input.into(), given);
    desc
}

/// The sound of half a second in which keys are played, with the card's clock known or not.
fn sound(fps: f64, block: usize, desc: &Desc, strokes: &[Stroke], is_known: bool) -> Vec<[f32; 2]> {
    let mut show = Show::at_rate(fps, None, Workers::inline(), true, desc);
    show.audio = show.audio.max_block(block);
    for stroke in strokes {
        let input = Input::Midi { port: PIANO.into(), message: message(*stroke) };
        let heard = is_known.then_some(stroke.0);
        // The frames hear of it later: with a card they are ahead of the sound.
        let sample = if is_known { stroke.0 + 1500 } else { stroke.0 };
        show.live.input(Stamped { heard, ..Stamped::new(sample, input) });
    }
    let mut sound = Vec::new();
    while sound.len() < 24_000 {
        show.step();
        sound.extend(show.sound());
    }
    sound.truncate(24_000);
    sound
}

/// The first sample that is heard.
fn first(sound: &[[f32; 2]]) -> Option<usize> {
    sound.iter().position(|[left, right]| *left != 0.0 || *right != 0.0)
}

#[test]
fn a_key_is_heard_at_its_sample_at_any_frame_rate_and_through_every_tool() {
    for fps in [24.0, 30.0, 59.94, 60.0, 144.0] {
        for kinds in
            [&[][..], &["transpose"], &["scale"], &["split"], &["merge"], &["merge", "scale", "split"]]
        {
            let sound = sound(fps, 64, &through(kinds), &STROKES, true);
            let begun = first(&sound).expect("a sound");
            assert!((2000..2010).contains(&begun), "{kinds:?} at {fps}: {begun}");
        }
    }
}

#[test]
fn every_instrument_sounds_at_the_sample_of_its_key() {
    let is_instrument = |spec: &&NodeSpec| {
        let is_played = spec.inputs.iter().any(|input| input.port == PortType::Notes);
        is_played && spec.outputs.iter().any(|output| output.port == PortType::Audio)
    };
    let registry = registry();
    let instruments: Vec<&str> =
        registry.iter().map(|kind| &kind.spec).filter(is_instrument).map(|spec| spec.name).collect();
    assert!(instruments.len() >= 5, "{instruments:?}");
    for instrument in instruments {
        for fps in [30.0, 60.0] {
            let sound = sound(fps, 64, &on(instrument, &[]), &STROKES, true);
            let begun = first(&sound).unwrap_or_else(|| panic!("{instrument} is silent"));
            // The library behind `soundfont` begins notes at steps of 64 samples.
            let most = if instrument == "soundfont" { 64 } else { 10 };
            assert!((2000..2000 + most).contains(&begun), "{instrument} at {fps}: {begun}");
        }
    }
}

#[test]
fn humanise_adds_its_chance_and_no_wait() {
    let begun = |fps: f64, timing: f64| {
        let desc = with(through(&["humanise"]), "timing", timing);
        first(&sound(fps, 64, &desc, &STROKES[..1], true)).unwrap()
    };
    let moved = begun(60.0, 0.01);
    assert!(moved > 2010, "{moved}");
    for fps in [24.0, 30.0, 59.94, 60.0, 144.0] {
        assert!((2000..2010).contains(&begun(fps, 0.0)), "{fps}: {}", begun(fps, 0.0));
        assert_eq!(begun(fps, 0.01), moved, "{fps}");
    }
}

/// A step of a quarter beat is 6000 samples at 120 beats a minute.
#[test]
fn an_arpeggio_sounds_at_the_first_step_behind_the_key() {
    for fps in [24.0, 30.0, 59.94, 60.0, 144.0] {
        for (every, step) in [(0.25, 6000), (0.001, 2016)] {
            let desc = with(through(&["arpeggio"]), "every", every);
            let begun = first(&sound(fps, 64, &desc, &STROKES, true)).unwrap();
            assert!((step..step + 10).contains(&begun), "steps of {every} at {fps}: {begun}");
        }
    }
}

#[test]
fn nobody_hears_the_length_of_blocks() {
    let chains: [&[&str]; 4] = [
        &[],
        &["humanise"],
        &["arpeggio"],
        &["transpose", "scale", "split", "merge", "humanise", "arpeggio"],
    ];
    for kinds in chains {
        let run = |block| sound(30.0, block, &through(kinds), &STROKES, true);
        let whole = run(64);
        assert!(first(&whole).is_some(), "{kinds:?} is silent");
        for block in [1, 17] {
            assert!(run(block) == whole, "{kinds:?} in blocks of {block}");
        }
    }
}

#[test]
fn without_a_card_a_key_is_heard_one_frame_late_in_its_own_rhythm() {
    let sound = sound(60.0, 64, &through(&[]), &STROKES, false);
    assert!((2800..2810).contains(&first(&sound).unwrap()), "{:?}", first(&sound));
}

/// Looks at the notes in the frames and at the sound.
#[test]
fn a_pulled_cable_ends_what_is_heard() {
    let mut show = Show::with(None, Workers::inline(), true, &through(&["transpose", "arpeggio"]));
    let ports =
        |ports: &[&str]| Input::MidiPorts { ports: ports.iter().map(|port| (*port).into()).collect() };
    show.live.input(Stamped::new(0, ports(&[PIANO])));
    for pitch in [60, 64] {
        let input = Input::Midi { port: PIANO.into(), message: message((0, pitch, true)) };
        show.live.input(Stamped::new(0, input));
    }
    show.live.input(Stamped::new(24_000, ports(&[])));
    let mut loudness = Vec::new();
    for _ in 0..120 {
        show.step();
        loudness.push(show.sound().iter().map(|sample| sample[0].abs()).fold(0.0, f32::max));
    }
    assert!(loudness[5..25].iter().any(|loud| *loud > 0.01), "{loudness:?}");
    assert!(loudness[90..].iter().all(|loud| *loud < 1e-4), "{:?}", &loudness[90..]);
}

#[test]
fn a_key_that_is_down_is_heard_by_a_node_that_is_made_later() {
    let nothing = Desc::new().node("time", "time").see("time");
    let mut show = Show::with(None, Workers::inline(), true, &nothing);
    let input = Input::Midi { port: PIANO.into(), message: message((0, 60, true)) };
    show.live.input(Stamped::new(0, input));
    for _ in 0..3 {
        show.step();
        show.sound();
    }
    show.load(&through(&[])).unwrap();
    show.step();
    let sound = show.sound();
    assert!(first(&sound).is_some_and(|at| at < 10), "{:?}", first(&sound));
    // And seen.
    let Value::Notes(notes) = show.output("in").clone() else { panic!("no notes") };
    assert!(matches!(notes[..], [Note { pitch: 60, on: true, .. }]), "{notes:?}");
}
