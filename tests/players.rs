//! The library inside another program: two players in one process, and the sound of a host.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is how a test fails")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use pastiche::engine::gpu::{Gpu, GpuError};
use pastiche::engine::node::Status;
use pastiche::engine::port::Value;
use pastiche::loader::PatchSource;
use pastiche::{Error, Pace, Player, PlayerConfig, registry};
use pastiche_testing::{Means, need};

/// Far more than anything here takes; only a failing test waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

fn player(pace: Pace, seed: u64) -> Player {
    let mut config = PlayerConfig::new(registry().unwrap(), pace);
    config.seed = seed;
    config.watch = false;
    Player::new(config).unwrap()
}

fn pitch(player: &Player) -> f64 {
    match player.output("pitch", "value") {
        Some(Value::Control(value)) => *value,
        other => panic!("{other:?}"),
    }
}

const PATCH: &str = "let pitch = knob(\"pitch\", 0.25);\nspeakers(tone(220 + pitch * 100));\n";

#[test]
fn two_players_share_nothing() {
    for pace in [Pace::Offline, Pace::Live] {
        let (mut one, mut two) = (player(pace, 1), player(pace, 2));
        one.load_text("one", PATCH).unwrap();
        two.load_text("two", PATCH).unwrap();
        one.set_knob("pitch", 0.75);
        one.step();
        two.step();
        assert_eq!((pitch(&one), pitch(&two)), (0.75, 0.25));
        let edited = PATCH.replace("220", "330");
        two.load_text("two", &edited).unwrap();
        assert_eq!((one.version(), two.version()), (1, 2));
        drop(one);
        two.step();
        assert_eq!(two.next_frame(), 2);
    }
}

#[test]
fn a_knob_that_was_turned_stays_where_it_is_until_the_script_moves_it() {
    let mut player = player(Pace::Offline, 1);
    player.load_text("a", PATCH).unwrap();
    player.set_knob("pitch", 0.75);
    player.step();
    player.load_text("a", &PATCH.replace("220", "330")).unwrap();
    player.step();
    assert_eq!(pitch(&player), 0.75);
    player.load_text("a", &PATCH.replace("0.25", "0.5")).unwrap();
    player.step();
    assert_eq!(pitch(&player), 0.5);
}

#[test]
fn faults_are_kept_until_the_next_load_and_the_show_goes_on() {
    let mut player = player(Pace::Live, 1);
    player.load_text("a", PATCH).unwrap();
    let Err(Error::Faults { faults }) = player.load_text("a", "speakers(tnoe(220));") else {
        panic!("a fault was expected");
    };
    assert_eq!(player.faults(), faults);
    assert!(faults[0].help.contains(&"version 1 keeps playing".to_owned()), "{faults:?}");
    player.step();
    assert_eq!((player.version(), pitch(&player)), (1, 0.25));
    player.load_in_background(PatchSource::Text { name: "a".into(), text: PATCH.into() });
    while player.is_loading() {
        player.poll();
    }
    assert_eq!((player.version(), player.faults()), (2, Vec::new()));
}

#[test]
fn an_input_that_names_nothing_is_told() {
    let mut player = player(Pace::Offline, 1);
    player.load_text("a", PATCH).unwrap();
    player.set_knob("picth", 1.0);
    let report = player.step();
    assert_eq!(report.refused.len(), 1);
    assert!(report.refused[0].help.contains("pitch"), "{:?}", report.refused);
    player.set("pitch", "value", 0.5);
    assert_eq!(player.step().applied.len(), 1);
    assert_eq!(player.control("pitch", "value").unwrap().value, 0.5);
}

#[test]
fn a_host_may_run_the_sound_itself() {
    let mut ours = player(Pace::Offline, 1);
    let mut theirs = player(Pace::Live, 1);
    let mut runner = theirs.take_sound().unwrap();
    assert!(theirs.take_sound().is_none());
    for player in [&mut ours, &mut theirs] {
        player.load_text("a", PATCH).unwrap();
        player.step();
    }
    let mut heard = vec![[0.0; 2]; ours.sound().len()];
    runner.run(0, &mut heard);
    assert!(heard.iter().flatten().any(|sample| *sample != 0.0));
    assert_eq!(heard, ours.sound());
    assert!(theirs.sound().is_empty());
}

#[test]
fn a_lost_gpu_gives_the_picture_back_with_every_knob() {
    let Some(gpu) = need(Means::Adapter, Gpu::new()) else { return };
    let mut config = PlayerConfig::new(registry().unwrap(), Pace::Live);
    config.gpu = Some(gpu.clone());
    config.size_px = Some([16, 9]);
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = tries.clone();
    config.reopen_gpu = Some(Arc::new(move || match counted.fetch_add(1, Ordering::Relaxed) {
        0 => Err(GpuError { message: "the driver starts".into(), help: "wait".into() }),
        _ => Gpu::new(),
    }));
    let mut player = Player::new(config).unwrap();
    let patch = "let beats = counter(every(0.01), 1000000);\n\
                 let light = solid().grade(#{ brightness: knob(\"light\", 0) });\nscreen(light.feedback(0));\n\
                 let ear = line_in();\nspeakers(mix([tone(220 + beats), ear], [1, 1]));\n";
    player.load_text("show", patch).unwrap();
    player.set_knob("light", 1.0);
    for _ in 0..30 {
        player.step();
    }
    assert_eq!(player.pixels(0).unwrap().rgba[0], 255);
    let count = |player: &Player| match player.output("beats", "count") {
        Some(Value::Control(count)) => *count,
        other => panic!("{other:?}"),
    };
    let before = count(&player);
    assert!(before > 0.0);

    let devices = player.devices();
    assert_eq!(devices[0], ("graphics adapter".to_owned(), Status::Ready));
    assert_eq!(devices[1].0, "ear");

    gpu.device().destroy();
    let begun = Instant::now();
    let mut is_told = false;
    while player.version() == 1 || player.recorder().unwrap().gpu().is_lost() {
        player.poll();
        is_told |= player.devices()[0].1 != Status::Ready;
        player.step();
        assert!(begun.elapsed() < PATIENCE, "the picture does not come back");
    }
    player.step();
    assert!(is_told && player.devices()[0].1 == Status::Ready, "the operator sees that it is gone");
    assert_eq!(player.pixels(0).unwrap().rgba[0], 255, "the knob is where the hand left it");
    assert_eq!(player.knobs()[0].control.value, 1.0);
    assert!(count(&player) > before, "what does not draw has gone on");
    assert!(player.faults().is_empty(), "{:?}", player.faults());
    assert_eq!(tries.load(Ordering::Relaxed), 2);
}

#[test]
fn sizes_that_cannot_be_are_refused() {
    for size_px in [[0, 10], [10, 0], [100_000, 10]] {
        let mut config = PlayerConfig::new(registry().unwrap(), Pace::Offline);
        config.size_px = Some(size_px);
        assert!(matches!(Player::new(config), Err(Error::Setting { .. })), "{size_px:?}");
    }
}
