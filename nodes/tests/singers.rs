//! The choir that improvises: what it keeps, what it rewrites, and that its notes are whole.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

mod harness;

use harness::{Desc, Show, gpu, text};
use pastiche_engine::graph::{Given, GivenInput, NodeKey};
use pastiche_engine::options::OptionValue;
use pastiche_engine::port::{Note, Value};
use pastiche_engine::workers::Workers;
use pastiche_models::chorale::{Part, Weights};

const BAR: usize = 16;

/// Two bars of a choir, in which `every` beats pass for a step of the trigger.
fn choir(bars: f64) -> Desc {
    Desc::new().node("it", "chorale").option_value("bars", OptionValue::Number(bars))
}

fn inline(desc: &Desc) -> Show {
    Show::with(None, Workers::inline(), true, &desc.clone().see("it"))
}

/// The pitches of the score, a list for each voice; 255 is a rest.
fn score(show: &Show) -> [Vec<u8>; 4] {
    let Some(Value::Frame(Some(frame))) = show.live.output(&NodeKey::new("it"), "canvas") else {
        panic!("there is no canvas")
    };
    let pixels = frame.memory().unwrap();
    let steps = pixels.size_px()[0] as usize;
    let row = |voice: usize| (0..steps).map(|step| pixels.bytes()[4 * (voice * steps + step)]).collect();
    std::array::from_fn(row)
}

fn trigger_of(show: &Show, output: &str) -> u32 {
    match show.live.output(&NodeKey::new("it"), output) {
        Some(Value::Trigger(edges)) => *edges,
        other => panic!("{output}: {other:?}"),
    }
}

/// Notes that sound, by voice; a start or an end that does not fit is a fault.
#[derive(Default)]
struct Sounding([Option<u8>; 4]);

impl Sounding {
    fn hear(&mut self, notes: &[Note]) {
        for event in notes {
            let voice = &mut self.0[usize::from(event.voice)];
            if event.on {
                assert_eq!(*voice, None, "a voice starts before it ends: {event:?}");
                *voice = Some(event.pitch);
            } else {
                assert_eq!(voice.take(), Some(event.pitch), "an end without its start: {event:?}");
            }
        }
    }
}

#[test]
fn what_is_sung_is_what_is_written_and_each_note_ends() {
    let desc = Desc::new().node("often", "every").number("period", 1.5);
    let desc = desc.node("it", "chorale").option_value("bars", OptionValue::Number(2.0));
    let desc = desc.number("density", 2.0).wire("rewrite_bar", "often").number("breath", 0.25);
    let mut show = inline(&desc);
    let mut sounding = Sounding::default();
    // 120 beats a minute: a sixteenth is 6000 samples, 7.5 frames.
    for frame in 0..600_u64 {
        show.step();
        let notes = show.notes("it");
        sounding.hear(&notes);
        let mut starts = [0; 4];
        let mut times: Vec<u64> = Vec::new();
        for note in notes.iter().filter(|note| note.on) {
            assert_eq!(note.sample % 6000, 0, "on its sixteenth");
            let step = (note.sample / 6000) as usize % (2 * BAR);
            assert_eq!(score(&show)[usize::from(note.voice)][step], note.pitch, "frame {frame}");
            starts[usize::from(note.voice)] += 1;
            times.push(note.sample);
        }
        times.dedup();
        assert_eq!(trigger_of(&show, "onset"), times.len() as u32);
        for (voice, name) in ["soprano", "alto", "tenor", "bass"].into_iter().enumerate() {
            assert_eq!(trigger_of(&show, &format!("{name}_onset")), starts[voice], "{name}");
            let gate = show.control_of("it", &format!("{name}_gate"));
            assert_eq!(gate == 1.0, sounding.0[voice].is_some() || starts[voice] > 0, "{name}");
            if let Some(pitch) = sounding.0[voice] {
                assert_eq!(show.control_of("it", &format!("{name}_pitch")), f64::from(pitch));
            }
        }
        if trigger_of(&show, "cadence") > 0 {
            let step = (frame * 800).div_ceil(6000) as usize % (2 * BAR);
            let score = score(&show);
            let held =
                (step..2 * BAR).take_while(|at| score.iter().all(|voice| voice[*at] == voice[step])).count();
            assert!(
                step.is_multiple_of(4) && (held >= 6 || step + held == 2 * BAR && held >= 4),
                "{step}: {held}"
            );
        }
    }
    assert!(sounding.0.iter().filter(|pitch| pitch.is_some()).count() >= 3, "{:?}", sounding.0);
    // Gone in an edit: all of it ends where it is heard.
    let heard = |desc: Desc| desc.node("up", "transpose").wire("notes", "it").number("by", 0.0).see("up");
    let mut show = Show::with(None, Workers::inline(), true, &heard(desc));
    let mut sounding = Sounding::default();
    for _ in 0..40 {
        show.step();
        sounding.hear(&show.notes("up"));
    }
    assert!(sounding.0.iter().any(Option::is_some));
    let rests = Desc::new().node("it", "metronome").number("loudness", 0.0);
    show.load(&rests.node("up", "transpose").wire("notes", "it").number("by", 0.0).see("up")).unwrap();
    show.step();
    sounding.hear(&show.notes("up"));
    assert_eq!(sounding.0, [None; 4]);
}

#[test]
fn locked_voices_stay_and_the_others_are_rewritten() {
    let desc = Desc::new().node("often", "every").number("period", 1.0);
    let desc = desc.node("it", "chorale").option_value("bars", OptionValue::Number(2.0));
    let desc = desc.number("density", 4.0).number("lock_soprano", 1.0).number("lock_tenor", 1.0);
    let tune = Given::List(vec![Given::Number(72.0), Given::Number(74.0)]);
    let desc = desc.wire("rewrite", "often").wire("rewrite_voice", "often");
    let mut desc = desc.node("tune", "melody").given("pitches", tune).see("it");
    // What is played is not sung by a soprano that is locked.
    let tune = desc.place("tune");
    desc.graph.nodes[1].inputs.insert("melody".into(), GivenInput { value: tune, span: None });
    let mut show = Show::with(None, Workers::inline(), true, &desc);
    show.step();
    let first = score(&show);
    show.steps(300);
    let last = score(&show);
    assert_eq!((&first[0], &first[2]), (&last[0], &last[2]));
    assert!(first[1] != last[1] && first[3] != last[3]);
}

#[test]
fn the_score_survives_a_reload() {
    let mut show = inline(&choir(2.0).number("density", 0.0));
    show.steps(40);
    let before = score(&show);
    // A rebuild with more bars: the old score, over and over.
    let summary = show.load(&choir(4.0).number("density", 0.0).see("it")).unwrap();
    assert_eq!(summary.rebuilt, 1);
    show.step();
    let after = score(&show);
    for voice in 0..4 {
        assert_eq!(after[voice], [&before[voice][..], &before[voice][..]].concat());
    }
    // Another temperature retunes, and changes nothing that is written.
    let summary = show.load(&choir(4.0).number("density", 0.0).number("temperature", 0.5).see("it")).unwrap();
    assert_eq!((summary.built, summary.rebuilt), (0, 0));
    show.steps(20);
    assert_eq!(score(&show), after);
    let mut sounding = Sounding::default();
    show.load(&choir(2.0).number("density", 0.0).see("it")).unwrap();
    for _ in 0..100 {
        show.step();
        sounding.hear(&show.notes("it"));
    }
    assert_eq!(score(&show), before);
}

#[test]
fn the_same_seed_sings_the_same_at_any_frame_rate() {
    let run = |fps: f64| {
        let desc = choir(2.0).number("density", 1.0).see("it");
        let mut show = Show::at_rate(fps, None, Workers::inline(), true, &desc);
        let mut notes = Vec::new();
        for _ in 0..(6.0 * fps) as usize {
            show.step();
            notes.extend(show.notes("it"));
        }
        notes
    };
    let one = run(60.0);
    assert!(one == run(60.0) && one.len() > 40);
    // The first score is the same whatever the rate.
    let starts =
        |notes: &[Note]| notes.iter().filter(|note| note.sample < 90_000).copied().collect::<Vec<_>>();
    assert_eq!(starts(&one), starts(&run(25.0)));
}

#[test]
fn what_is_played_is_sung_in_the_next_bar_with_three_voices_under_it() {
    let pitches = Given::List([48.0, 50.0, 52.0, 53.0].map(Given::Number).to_vec());
    let desc = Desc::new().node("tune", "melody").given("pitches", pitches).number("every", 1.0);
    let desc =
        desc.node("it", "chorale").option_value("bars", OptionValue::Number(4.0)).number("density", 0.0);
    let desc = desc.wire("melody", "tune");
    let mut show = inline(&desc);
    // Two bars of two seconds, and a bit.
    show.steps(250);
    let written = score(&show);
    let expected: Vec<u8> = [60, 62, 64, 65].into_iter().flat_map(|pitch| [pitch; 4]).collect();
    assert_eq!(written[0][BAR..2 * BAR], expected, "an octave higher, where sopranos sing");
    assert_eq!(written[0][2 * BAR..3 * BAR], expected);
    for voice in &written[1..] {
        assert!(voice[BAR..2 * BAR].iter().all(|pitch| *pitch < 82), "all sing along");
    }
    // The same without the loop.
    let pitches = Given::List([60.0, 62.0, 64.0, 65.0].map(Given::Number).to_vec());
    let desc = Desc::new().node("tune", "melody").given("pitches", pitches).number("every", 1.0);
    let mut show = inline(&desc.node("it", "harmonise").wire("notes", "tune"));
    let mut sounding = Sounding::default();
    let mut sopranos = Vec::new();
    let mut voices = std::collections::BTreeSet::new();
    for _ in 0..360 {
        show.step();
        let notes = show.notes("it");
        sounding.hear(&notes);
        voices.extend(notes.iter().map(|note| note.voice));
        let soprano = notes.iter().filter(|note| note.on && note.voice == 0);
        sopranos.extend(soprano.map(|note| (note.sample, note.pitch)));
    }
    let expected = (0..8_u64).map(|beat| (96_000 + beat * 24_000, [60, 62, 64, 65][beat as usize % 4]));
    assert_eq!(sopranos, expected.collect::<Vec<_>>());
    assert_eq!(voices.into_iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
}

#[test]
fn a_seed_melody_is_in_the_first_score() {
    let desc = Desc::new().node("it", "chorale").option("seed_melody", "c4:2 d e f | g:4");
    let show = {
        let mut show = inline(&desc);
        show.step();
        show
    };
    let written = score(&show);
    assert_eq!(written[0].len(), 3 * BAR, "as many bars as the melody needs");
    let expected = [(60, 8), (62, 4), (64, 4), (65, 4), (67, 16)];
    let expected: Vec<u8> = expected.into_iter().flat_map(|(pitch, steps)| vec![pitch; steps]).collect();
    assert_eq!(written[0][..36], expected);
    let mut desc = Desc::new().node("it", "chorale").option("seed_melody", "tune.mid");
    let whole = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\x0c\0\x90\x3c\x64\x60\x80\x3c\0\0\xff\x2f\0";
    desc.files.0.insert("tune.mid".into(), whole.to_vec());
    let mut show = inline(&desc);
    show.step();
    assert_eq!(score(&show)[0][..4], [60; 4]);
    // A file that is cut in the middle is refused, and what plays plays on.
    desc.files.0.insert("tune.mid".into(), whole[..25].to_vec());
    let refused = |show: &mut Show, desc: &Desc, told: &str| {
        let faults = show.load(&desc.clone().see("it")).unwrap_err();
        assert!(text(&faults).contains(told), "{}", text(&faults));
    };
    refused(&mut show, &desc, "`tune.mid` is no MIDI file that can be read");
    let of = |melody: &str| Desc::new().node("it", "chorale").option("seed_melody", melody);
    refused(&mut show, &of("c4 x"), "word 2, `x`");
    refused(&mut show, &of("c1 c7"), "it fits in no octave");
    refused(&mut show, &of("c4:9").option_value("bars", OptionValue::Number(2.0)), "write `bars: 3`");
    let mut weights = Desc::new().node("it", "chorale").option("weights", "w.safetensors");
    weights.files.0.insert("w.safetensors".into(), b"not weights".to_vec());
    refused(&mut show, &weights, "cannot read the weights of the chorale network");
    show.steps(30);
    assert_eq!(score(&show)[0][..4], [60; 4]);
}

#[test]
fn new_weights_take_over_bar_by_bar_while_the_score_is_sung_on() {
    // A checkpoint that wants one pitch of the soprano, or none.
    let checkpoint = |class: Option<usize>| {
        let mut weights = Weights::embedded().unwrap();
        if let Some(class) = class {
            weights.values_mut()[Part::PitchBias.range()][class] = 40.0;
        }
        weights.to_safetensors().unwrap()
    };
    let patch = |bytes: &[u8]| {
        let desc =
            choir(8.0).number("density", 2.0).option("weights", "w.safetensors").file("w.safetensors", bytes);
        desc.node("up", "transpose").wire("notes", "it").number("by", 0.0).see("up")
    };
    let mut show = Show::with(None, Workers::inline(), true, &patch(&checkpoint(None)));
    let mut sounding = Sounding::default();
    let mut steps = |show: &mut Show, count: usize| {
        for _ in 0..count {
            show.step();
            sounding.hear(&show.notes("up"));
        }
    };
    steps(&mut show, 40);
    let before = score(&show);
    let liked = |score: &[Vec<u8>; 4]| score[0].iter().filter(|pitch| **pitch == 36 + 40).count();
    assert!(liked(&before) < BAR);
    // Written in the middle of a beat, of 30 frames: what is sung stays, and nothing is cut off but what sounds.
    let summary = show.load(&patch(&checkpoint(Some(40)))).unwrap();
    assert_eq!((summary.built, summary.rebuilt), (0, 1), "the choir alone");
    steps(&mut show, 1);
    assert_eq!(score(&show), before);
    // Bars of 120 frames: what is rewritten is the new network's, the rest still the old one's.
    let mut counts = vec![liked(&before)];
    for _ in 0..8 {
        steps(&mut show, 120);
        counts.push(liked(&score(&show)));
    }
    assert!(counts.is_sorted(), "{counts:?}");
    assert!(counts.iter().any(|count| counts[0] < *count && *count < 8 * BAR), "{counts:?}");
    assert!(counts[8] > 4 * BAR, "{counts:?}");
    // One that is cut off is refused, and the choir sings on.
    let whole = checkpoint(None);
    assert!(show.load(&patch(&whole[..whole.len() / 2])).is_err());
    steps(&mut show, 130);
    assert!(liked(&score(&show)) >= counts[8]);
}

#[test]
fn a_score_shows_what_was_sung_and_with_a_canvas_what_is_coming() {
    let Some(gpu) = gpu() else { return };
    // The light behind the line of now and ahead of it.
    let light = |loudness: f64, has_canvas: bool| {
        let desc = choir(2.0).number("loudness", loudness).node("roll", "score").wire("notes", "it");
        let desc = if has_canvas { desc.wire_of("canvas", "it", "canvas") } else { desc };
        let mut show = Show::new(&gpu, &desc.see("roll"));
        show.steps(40);
        let picture = show.picture("roll");
        assert!(picture.is_valid());
        let column = |x: u32| (0..36).map(|y| picture.at(x, y)[..3].iter().sum::<f32>()).sum::<f32>();
        [(10..24).map(column).sum::<f32>(), (30..60).map(column).sum::<f32>()]
    };
    let [sung, coming] = light(0.75, true);
    let [sung_alone, nothing_coming] = light(0.75, false);
    let [silent, _] = light(0.0, false);
    assert!(coming > 1.5 * nothing_coming, "{coming} {nothing_coming}");
    assert!(sung > 1.5 * silent && sung_alone > 1.5 * silent, "{sung} {sung_alone} {silent}");
}
