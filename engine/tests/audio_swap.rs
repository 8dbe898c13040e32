//! One plan follows on another: what is kept plays on, what retires is freed elsewhere, and nothing
//! clicks.

mod audio_toys;

use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use audio_toys::{GAIN, Gain, LEVELS, MIX, OUT, SPEAKERS, TONE, Tone, new, node, plan, run, wire};
use pastiche_engine::audio::{
    AudioHalf, AudioIo, AudioLink, AudioNode, AudioPart, AudioPlan, AudioRunner, BlockCtx, audio_pair,
};
use pastiche_engine::clock::FrameRate;
use pastiche_engine::plan::{Plan, Source};

const RATE: FrameRate = FrameRate { frames: 60, secs: 1 };

/// Only a failing test waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

fn kept(uid: u64, links: &[Option<Arc<AudioLink>>], position: usize) -> Option<AudioHalf> {
    links[position].clone().map(|link| AudioHalf { uid, part: AudioPart::Kept { link } })
}

fn tone(hz: f64) -> Plan {
    plan(vec![node(&TONE, vec![Source::Number(hz)]), node(&SPEAKERS, vec![wire(0)])])
}

fn pull(runner: &mut AudioRunner, start_sample: u64, samples: usize) -> Vec<[f32; 2]> {
    let mut out = vec![[9.0; 2]; samples];
    runner.run(start_sample, &mut out);
    out
}

#[test]
fn a_kept_node_plays_on_to_the_sample() {
    let (mut handle, mut runner) = audio_pair(RATE);
    let (audio, links) = AudioPlan::new(&tone(441.7), vec![new(1, Tone::default()), None]);
    handle.send(audio);
    let unbroken = pull(&mut runner, 0, 4000);

    let (mut handle, mut runner) = audio_pair(RATE);
    let (audio, _) = AudioPlan::new(&tone(441.7), vec![new(1, Tone::default()), None]);
    handle.send(audio);
    let mut broken = pull(&mut runner, 0, 1501);
    // A node that is not heard comes in front: the tone moves to another place.
    let moved = plan(vec![
        node(&TONE, vec![Source::Number(100.0)]),
        node(&TONE, vec![Source::Number(441.7)]),
        node(&SPEAKERS, vec![wire(1)]),
    ]);
    let halves = vec![new(2, Tone::default()), kept(1, &links, 0), None];
    handle.send(AudioPlan::new(&moved, halves).0);
    broken.extend(pull(&mut runner, 1501, 2499));
    assert!(unbroken == broken);
}

#[test]
fn a_rebuilt_node_adopts() {
    let (mut handle, mut runner) = audio_pair(RATE);
    handle.send(AudioPlan::new(&tone(441.7), vec![new(1, Tone::default()), None]).0);
    let unbroken = pull(&mut runner, 0, 4000);

    let (mut handle, mut runner) = audio_pair(RATE);
    handle.send(AudioPlan::new(&tone(441.7), vec![new(1, Tone::default()), None]).0);
    let mut broken = pull(&mut runner, 0, 1501);
    let part = AudioPart::New { node: Box::new(Tone::default()), adopt_from: Some(1) };
    handle.send(AudioPlan::new(&tone(441.7), vec![Some(AudioHalf { uid: 2, part }), None]).0);
    broken.extend(pull(&mut runner, 1501, 2499));
    // The jump that is faded out is at most one step of the tone itself.
    let farthest = unbroken.iter().zip(&broken).map(|(one, other)| (one[0] - other[0]).abs());
    assert!(farthest.fold(0.0, f32::max) < 0.06);
    assert!(unbroken[3000..] == broken[3000..]);
}

/// Tells where it was dropped.
struct Mortal(Arc<Mutex<Vec<ThreadId>>>);

impl AudioNode for Mortal {
    fn block(&mut self, _ctx: &BlockCtx, _io: &mut AudioIo<'_>) {}
}

impl Drop for Mortal {
    fn drop(&mut self) {
        if let Ok(mut threads) = self.0.lock() {
            threads.push(thread::current().id());
        }
    }
}

#[test]
fn what_retires_is_freed_on_the_frame_side() {
    let (mut handle, mut runner) = audio_pair(RATE);
    let dropped = Arc::new(Mutex::new(Vec::new()));
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let audio_thread = thread::spawn(move || {
        let mut start_sample = 0;
        while stopped.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
            runner.run(start_sample, &mut [[0.0; 2]; 64]);
            start_sample += 64;
        }
        runner
    });
    let mut freed = 0;
    for uid in 0..100 {
        handle.send(AudioPlan::new(&tone(440.0), vec![new(uid, Mortal(dropped.clone())), None]).0);
        while handle.retired().is_some() {
            freed += 1;
        }
    }
    let begun = Instant::now();
    while freed < 100 {
        freed += usize::from(handle.retired().is_some());
        thread::yield_now();
        assert!(begun.elapsed() < PATIENCE, "only {freed} came back");
    }
    assert_eq!(*dropped.lock().unwrap(), vec![thread::current().id(); 99]);
    stop.send(()).unwrap();
    drop(audio_thread.join().unwrap());
    assert_eq!(dropped.lock().unwrap().len(), 100);
}

#[test]
fn full_queues_lose_no_plan_and_free_none() {
    let (mut handle, mut runner) = audio_pair(RATE);
    let dropped = Arc::new(Mutex::new(Vec::new()));
    let (first, mut links) = AudioPlan::new(&tone(440.0), vec![new(0, Tone::default()), None]);
    handle.send(first);
    let pair = plan(vec![
        node(&TONE, vec![Source::Number(440.0)]),
        node(&TONE, vec![Source::Number(1.0)]),
        node(&SPEAKERS, vec![wire(0)]),
    ]);
    for uid in 1..=50 {
        let halves = vec![kept(0, &links, 0), new(uid, Mortal(dropped.clone())), None];
        let (audio, next) = AudioPlan::new(&pair, halves);
        links = next;
        handle.send(audio);
    }
    // No one collects: the runner stays with an older plan, and plays on.
    let mut out = pull(&mut runner, 0, 10_000);
    assert!(dropped.lock().unwrap().is_empty());
    let mut retired = 0;
    while retired < 51 {
        let plans: Vec<AudioPlan> = std::iter::from_fn(|| handle.retired()).collect();
        assert!(!plans.is_empty());
        retired += plans.len();
        out.extend(pull(&mut runner, out.len() as u64, 100));
    }
    assert_eq!(dropped.lock().unwrap().len(), 49, "all but the one that runs");
    for (position, [left, _]) in out.iter().enumerate() {
        let expected = (std::f64::consts::TAU * 440.0 * position as f64 / 48_000.0).sin();
        assert!((f64::from(*left) - expected).abs() < 1e-6, "the tone went through every plan");
    }
}

#[test]
fn a_list_that_grows_keeps_its_values() {
    let sums = Arc::new(Mutex::new(Vec::new()));
    let seen = sums.clone();
    let probe = run(move |_, io| {
        seen.lock().unwrap().push(io.controls(&LEVELS).collect::<Vec<_>>());
    });
    let mix = |levels: Vec<Source>| plan(vec![node(&MIX, vec![Source::Empty, Source::List(levels)])]);
    let (mut handle, mut runner) = audio_pair(RATE);
    let (audio, links) = AudioPlan::new(&mix(vec![wire(9)]), vec![new(1, probe)]);
    handle.send(audio);
    links[0].as_ref().unwrap().store(1, 0, 0.5);
    pull(&mut runner, 0, 1);
    let grown = mix(vec![wire(9), Source::Number(0.25)]);
    let (audio, grown_links) = AudioPlan::new(&grown, vec![kept(1, &links, 0)]);
    handle.send(audio);
    pull(&mut runner, 1, 1);
    grown_links[0].as_ref().unwrap().store(1, 0, 0.75);
    grown_links[0].as_ref().unwrap().store(1, 7, 9.0);
    pull(&mut runner, 2, 1);
    assert_eq!(*sums.lock().unwrap(), [vec![0.5], vec![0.5, 0.25], vec![0.75, 0.25]]);
}

#[test]
fn a_panic_is_not_forgotten_by_a_reload() {
    let fragile = run(|_, io| {
        io.out(&OUT)[0].fill(0.5);
        panic!("a fault of this test's making");
    });
    let (mut handle, mut runner) = audio_pair(RATE);
    let (audio, links) = AudioPlan::new(&tone(1.0), vec![new(1, fragile), None]);
    handle.send(audio);
    pull(&mut runner, 0, 100);
    handle.send(AudioPlan::new(&tone(1.0), vec![kept(1, &links, 0), None]).0);
    assert!(pull(&mut runner, 100, 100).iter().all(|sample| *sample == [0.0; 2]));
    assert!(links[0].as_ref().unwrap().panicked());
}

#[test]
fn no_change_clicks() {
    let two = plan(vec![
        node(&TONE, vec![Source::Number(440.0)]),
        node(&TONE, vec![Source::Number(441.0)]),
        node(&SPEAKERS, vec![wire(0)]),
        node(&SPEAKERS, vec![wire(1)]),
    ]);
    let through_gain = plan(vec![
        node(&TONE, vec![Source::Number(440.0)]),
        node(&GAIN, vec![wire(0), Source::Number(0.1)]),
        node(&SPEAKERS, vec![wire(1)]),
    ]);
    // The steepest step of each sound on its own.
    let steepest = |level: f32| level * (std::f64::consts::TAU * 441.0 / 48_000.0) as f32;
    for cut in (1500..1610).step_by(7) {
        let (mut handle, mut runner) = audio_pair(RATE);
        let (audio, links) = AudioPlan::new(&tone(440.0), vec![new(1, Tone::default()), None]);
        handle.send(audio);
        let mut out = pull(&mut runner, 0, cut);
        let mut continue_with = |plan: &Plan, halves| {
            handle.send(AudioPlan::new(plan, halves).0);
            out.extend(pull(&mut runner, out.len() as u64, cut));
        };
        continue_with(&two, vec![kept(1, &links, 0), new(2, Tone::default()), None, None]);
        continue_with(&through_gain, vec![kept(1, &links, 0), new(3, Gain::default()), None]);
        continue_with(&tone(440.0), vec![kept(1, &links, 0), None]);
        continue_with(&tone(440.0), vec![new(4, Tone::default()), None]);
        continue_with(&plan(Vec::new()), Vec::new());
        let step = |pair: &[[f32; 2]]| (pair[1][0] - pair[0][0]).abs();
        let largest = out.windows(2).map(step).fold(0.0, f32::max);
        assert!(largest <= steepest(2.0) + 0.003, "cut at {cut}: {largest}");
        assert_eq!(out.last(), Some(&[0.0; 2]), "and it ends in silence");
    }
}
