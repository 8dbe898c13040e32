//! The audio half: blocks, controls, wires and faults.

mod audio_toys;

use std::sync::{Arc, Mutex};

use audio_toys::{
    AMOUNT, GAIN, Gain, LEVELS, MIX, OUT, SOUND, SOUNDS, SPEAKERS, TONE, Tone, new, node, plan, run, wire,
};
use pastiche_engine::audio::{
    AudioHalf, AudioPlan, AudioRunner, LOUDEST, MAX_BLOCK, Phase, Smoothed, audio_pair,
};
use pastiche_engine::clock::FrameRate;
use pastiche_engine::plan::{Plan, Source};

const RATE: FrameRate = FrameRate { frames: 60, secs: 1 };

/// Runs one plan for this many samples.
fn play(plan: &Plan, halves: Vec<Option<AudioHalf>>, samples: usize) -> Vec<[f32; 2]> {
    let (mut handle, mut runner) = audio_pair(RATE);
    handle.send(AudioPlan::new(plan, halves).0);
    pull(&mut runner, 0, samples)
}

fn pull(runner: &mut AudioRunner, start_sample: u64, samples: usize) -> Vec<[f32; 2]> {
    let mut out = vec![[9.0; 2]; samples];
    runner.run(start_sample, &mut out);
    out
}

#[test]
fn nothing_to_play_is_silence() {
    let (_handle, mut runner) = audio_pair(RATE);
    assert!(pull(&mut runner, 0, 1000).iter().all(|sample| *sample == [0.0; 2]));
    let unheard = plan(vec![node(&TONE, vec![Source::Number(440.0)]), node(&SPEAKERS, vec![Source::Empty])]);
    let out = play(&unheard, vec![new(1, Tone::default()), None], 1000);
    assert!(out.iter().all(|sample| *sample == [0.0; 2]));
}

#[test]
fn a_tone_has_its_pitch_and_its_level() {
    let patch = plan(vec![
        node(&TONE, vec![Source::Number(440.0)]),
        node(&GAIN, vec![wire(0), Source::Number(0.5)]),
        node(&SPEAKERS, vec![wire(1)]),
    ]);
    let out = play(&patch, vec![new(1, Tone::default()), new(2, Gain::default()), None], 48_000);
    for (position, [left, right]) in out.iter().enumerate() {
        let expected = 0.5 * (std::f64::consts::TAU * 440.0 * position as f64 / 48_000.0).sin();
        assert!((f64::from(*left) - expected).abs() < 1e-6, "sample {position}: {left}, not {expected}");
        assert_eq!(*left, -right);
    }
}

#[test]
fn the_length_of_a_block_is_not_heard() {
    let patch = plan(vec![
        node(&TONE, vec![Source::Number(440.0)]),
        node(&GAIN, vec![wire(0), Source::Number(0.5)]),
        node(&SPEAKERS, vec![wire(1)]),
    ]);
    let played = [1, 17, MAX_BLOCK].map(|longest| {
        let (mut handle, runner) = audio_pair(RATE);
        let mut runner = runner.max_block(longest);
        let halves = vec![new(1, Tone::default()), new(2, Gain::default()), None];
        let (audio, links) = AudioPlan::new(&patch, halves);
        handle.send(audio);
        let mut out = Vec::new();
        for frame in 0..20 {
            links[0].as_ref().unwrap().store(0, 0, 440.0 + 100.0 * frame as f64);
            links[1].as_ref().unwrap().store(1, 0, 0.05 * frame as f64);
            out.extend(pull(&mut runner, frame * 800, 800));
        }
        out
    });
    assert!(played[0] == played[1] && played[0] == played[2]);
}

/// The largest step from one sample to the next on the left, the first coming after silence.
fn largest_step(out: &[[f32; 2]]) -> f32 {
    let before = std::iter::once(0.0).chain(out.iter().map(|sample| sample[0]));
    before.zip(out).map(|(before, sample)| (sample[0] - before).abs()).fold(0.0, f32::max)
}

#[test]
fn a_moved_control_makes_no_step() {
    // A level of one, so that all that moves is the control.
    let level = run(|_, io| io.out(&OUT)[0].fill(1.0));
    let patch = plan(vec![
        node(&TONE, vec![Source::Number(0.0)]),
        node(&GAIN, vec![wire(0), Source::Number(0.0)]),
        node(&SPEAKERS, vec![wire(1)]),
    ]);
    let (mut handle, mut runner) = audio_pair(RATE);
    let (audio, links) = AudioPlan::new(&patch, vec![new(1, level), new(2, Gain::default()), None]);
    handle.send(audio);
    let mut out = pull(&mut runner, 0, 800);
    for (frame, amount) in [(1, 1.0), (2, 0.25), (3, 0.75)] {
        links[1].as_ref().unwrap().store(1, 0, amount);
        out.extend(pull(&mut runner, frame * 800, 800));
        assert_eq!(out.last(), Some(&[amount as f32, 0.0]), "it arrives");
    }
    // A line over 512 samples.
    let largest = largest_step(&out);
    assert!(largest < 1.01 / 512.0, "{largest}");
}

#[test]
fn blocks_are_cut_where_frames_start() {
    for fps in [30.0, 29.97, 60.0] {
        let rate = FrameRate::from_fps(fps).unwrap();
        let (mut handle, mut runner) = audio_pair(rate);
        let blocks = Arc::new(Mutex::new(Vec::new()));
        let seen = blocks.clone();
        let probe = run(move |ctx, _| {
            seen.lock().unwrap().push((ctx.start_sample, ctx.samples as u64));
        });
        let patch = plan(vec![node(&TONE, vec![Source::Number(0.0)])]);
        handle.send(AudioPlan::new(&patch, vec![new(1, probe)]).0);
        // Pieces as a sound card asks for them, from the middle of a frame on.
        let mut start_sample = 123;
        for _ in 0..200 {
            runner.run(start_sample, &mut [[0.0; 2]; 441]);
            start_sample += 441;
        }
        let blocks = blocks.lock().unwrap();
        let mut next = 123;
        for (start, samples) in blocks.iter().copied() {
            assert_eq!(start, next);
            assert!((1..=MAX_BLOCK as u64).contains(&samples));
            next = start + samples;
        }
        assert_eq!(next, start_sample);
        let first_frame = rate.frame_at(123) + 1;
        for frame in first_frame..=rate.frame_at(next - 1) {
            let start = (frame as f64 * 48_000.0 / rate.fps() + 1e-6).floor() as u64;
            assert!(blocks.iter().any(|block| block.0 == start), "{fps} fps, frame {frame}");
        }
    }
}

#[test]
fn lists_of_sounds_and_controls_arrive_in_order() {
    let mix = run(|_, io| {
        let (sounds, levels) = (io.audios(&SOUNDS), io.controls(&LEVELS));
        let [out, _] = io.out(&OUT);
        for (sound, level) in sounds.zip(levels) {
            let [left, _] = sound.unwrap();
            out.iter_mut().zip(left).for_each(|(out, left)| *out += left * level as f32);
        }
    });
    let constant = |value: f32| run(move |_, io| io.out(&OUT)[0].fill(value));
    let levels = Source::List(vec![Source::Number(0.5), Source::Number(0.25)]);
    let patch = plan(vec![
        node(&TONE, vec![Source::Number(0.0)]),
        node(&TONE, vec![Source::Number(0.0)]),
        node(&MIX, vec![Source::List(vec![wire(0), wire(1)]), levels]),
        node(&SPEAKERS, vec![wire(2)]),
        node(&SPEAKERS, vec![wire(1)]),
    ]);
    let halves = vec![new(1, constant(1.0)), new(2, constant(8.0)), new(3, mix), None, None];
    let out = play(&patch, halves, 4000);
    assert_eq!(out[3999], [2.5 + 8.0, 0.0], "both speakers are heard");
}

#[test]
fn what_is_not_sound_becomes_silence_before_a_neighbour_reads_it() {
    let faulty = run(|_, io| {
        let [left, right] = io.out(&OUT);
        left.fill(f32::NAN);
        right.fill(0.25);
        (right[0], right[1], right[2]) = (f32::INFINITY, f32::NEG_INFINITY, 2.0 * LOUDEST);
    });
    let patch = plan(vec![
        node(&TONE, vec![Source::Number(0.0)]),
        node(&GAIN, vec![wire(0), Source::Number(1.0)]),
        node(&SPEAKERS, vec![wire(1)]),
    ]);
    let (mut handle, mut runner) = audio_pair(RATE);
    let (audio, links) = AudioPlan::new(&patch, vec![new(1, faulty), new(2, Gain::default()), None]);
    handle.send(audio);
    let out = pull(&mut runner, 0, 64);
    assert_eq!(out[0..3], [[0.0; 2]; 3]);
    assert_eq!(out[3..], [[0.0, 0.25]; 61]);
    let silenced = links.iter().flatten().map(|link| link.silenced()).collect::<Vec<_>>();
    assert_eq!(silenced, [64 + 3, 0]);
}

#[test]
fn a_panic_silences_one_node() {
    let mut blocks = 0;
    let fragile = run(move |_, io| {
        io.out(&OUT)[0].fill(0.5);
        blocks += 1;
        assert!(blocks < 3, "a fault of this test's making");
    });
    let patch = plan(vec![
        node(&TONE, vec![Source::Number(0.0)]),
        node(&TONE, vec![Source::Number(440.0)]),
        node(&SPEAKERS, vec![wire(0)]),
        node(&SPEAKERS, vec![wire(1)]),
    ]);
    let (mut handle, mut runner) = audio_pair(RATE);
    let (audio, links) = AudioPlan::new(&patch, vec![new(1, fragile), new(2, Tone::default()), None, None]);
    handle.send(audio);
    let tone = |position: usize| (std::f64::consts::TAU * 440.0 * position as f64 / 48_000.0).sin() as f32;
    let out = pull(&mut runner, 0, 4800);
    assert!((out[100][0] - tone(100)).abs() > 0.01, "the fragile node is heard at first");
    // A tone's own steepest step, and that of a jump of 0.5 that is faded over 1,024 samples.
    let steepest = std::f32::consts::TAU * 440.0 / 48_000.0 + 1.5 * 0.5 / 1024.0;
    let largest = largest_step(&out);
    assert!(largest < 1.01 * steepest, "neither the beginning nor the panic clicks: {largest}");
    assert!((out[4799][0] - tone(4799)).abs() < 1e-5, "the rest plays on");
    let panicked = links.iter().flatten().map(|link| link.panicked()).collect::<Vec<_>>();
    assert_eq!(panicked, [true, false]);
}

#[test]
fn an_input_that_no_wire_reaches_is_empty() {
    let probe = run(|_, io| {
        assert!(io.audio(&SOUND).is_none());
        assert_eq!(io.control(&AMOUNT), 1.0, "the default");
        io.out(&OUT)[0].fill(1.0);
    });
    // The first node has no audio half, as one that only shows pictures.
    let patch = plan(vec![
        node(&TONE, vec![Source::Number(0.0)]),
        node(&GAIN, vec![wire(0), Source::Empty]),
        node(&SPEAKERS, vec![wire(1)]),
    ]);
    let out = play(&patch, vec![None, new(1, probe), None], 3000);
    assert_eq!(out[2999], [1.0, 0.0]);
}

#[test]
fn a_smoothed_control_goes_in_a_line_and_arrives() {
    let mut control = Smoothed::default();
    control.toward(2.0);
    assert_eq!(control.advance(), 2.0, "the first value is there at once");
    control.toward(4.0);
    let line: Vec<f64> = (0..600).map(|_| control.advance()).collect();
    assert!(line.windows(2).all(|pair| (0.0..0.0041).contains(&(pair[1] - pair[0]))));
    assert_eq!((line[511], line[599]), (4.0, 4.0));
    control.toward(0.0);
    let on_the_way = (0..100).map(|_| control.advance()).fold(0.0, |_, value| value);
    control.toward(8.0);
    assert!((control.advance() - on_the_way).abs() < 0.02, "turns round where it is");
}

#[test]
fn a_phase_wraps_and_survives_any_frequency() {
    let mut phase = Phase::default();
    for hz in [440.0, -440.0, -1e-18, 96_000.5, f64::NAN, f64::INFINITY, 1.0] {
        for _ in 0..1000 {
            let now = phase.advance(hz);
            assert!((0.0..1.0).contains(&now), "{hz} Hz: {now}");
        }
    }
    let mut phase = Phase::default();
    let cycles = (0..=48_000 * 60).map(|_| phase.advance(440.0)).fold(0.0, |_, cycles: f64| cycles);
    assert!(cycles.min(1.0 - cycles) < 1e-9, "a minute later: {cycles}");
}
