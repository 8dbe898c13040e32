//! `pastiche bench sound`.

use std::time::{Duration, Instant};

use anyhow::Context;
use pastiche::engine::audio::{AudioRunner, MAX_BLOCK};
use pastiche::engine::clock::SAMPLE_RATE;
use pastiche::{Pace, Player, PlayerConfig, registry};

use crate::cli::terminal;

/// Patches, and what each of them is about.
const PATCHES: [(&str, &str); 10] = [
    ("nothing", "speakers(gain(tone(0, 0), 0));"),
    ("tone", "speakers(tone(220));"),
    ("gain", "speakers(gain(tone(220), 0.5));"),
    ("hiss", "speakers(hiss(0.1, #{ colour: \"pink\" }));"),
    ("drone", "speakers(drone(36));"),
    ("choir, 16 voices", "speakers(choir(CHORD));"),
    ("organ, 16 voices", "speakers(organ(CHORD));"),
    ("keys, 16 voices", "speakers(keys(CHORD, 120));"),
    ("choir, 1 voice", "speakers(choir(melody([60], 1e6, 1)));"),
    ("melody alone", "speakers(choir(melody([-1], 0.25)));"),
];

const VOICES: usize = 16;
/// Before anything is measured, so that every voice sounds.
const WARM_UP: usize = 750;
const BLOCKS: usize = 7500;
/// Blocks are measured in groups, and the median group counts.
const GROUP: usize = 75;

pub fn run() -> anyhow::Result<()> {
    let block_secs = MAX_BLOCK as f64 / SAMPLE_RATE as f64;
    for (name, text) in PATCHES {
        let mut runner = prepare(&text.replace("CHORD", &chord()))?;
        let Cost { median, worst } = measure(&mut runner);
        let share = median.as_secs_f64() / block_secs * 100.0;
        terminal::say(format_args!(
            "{name}: {:.2} microseconds a block of {MAX_BLOCK}, {share:.2} % of a core; worst {:.0}",
            median.as_secs_f64() * 1e6,
            worst.as_secs_f64() * 1e6,
        ))?;
    }
    Ok(())
}

/// As many notes as a choir has voices, held for ever.
fn chord() -> String {
    let notes = |first: usize| {
        let parts: Vec<String> =
            (0..4).map(|part| format!("melody([{}], 1e6, 1)", 40 + 3 * (first + part))).collect();
        format!("merge({})", parts.join(", "))
    };
    let groups: Vec<String> = (0..VOICES / 4).map(|group| notes(4 * group)).collect();
    format!("merge({})", groups.join(", "))
}

fn prepare(text: &str) -> anyhow::Result<AudioRunner> {
    let mut player = Player::new(PlayerConfig::new(registry()?, Pace::Live))?;
    player.load_text("bench", text)?;
    let runner = player.take_sound().context("the sound has been taken")?;
    // One frame: what is held from then on needs no other.
    player.step();
    Ok(runner)
}

struct Cost {
    median: Duration,
    worst: Duration,
}

fn measure(runner: &mut AudioRunner) -> Cost {
    let mut block = [[0.0; 2]; MAX_BLOCK];
    let mut start_sample = 0;
    let mut next = || {
        let begun = Instant::now();
        runner.run(start_sample, &mut block);
        start_sample += MAX_BLOCK as u64;
        begun.elapsed()
    };
    for _ in 0..WARM_UP {
        next();
    }
    let mut worst = Duration::ZERO;
    let mut groups: Vec<Duration> = (0..BLOCKS / GROUP)
        .map(|_| {
            let times: Vec<Duration> = (0..GROUP).map(|_| next()).collect();
            worst = times.iter().copied().fold(worst, Duration::max);
            times.iter().sum::<Duration>() / GROUP as u32
        })
        .collect();
    groups.sort();
    Cost { median: groups[groups.len() / 2], worst }
}
