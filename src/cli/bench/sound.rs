//! `pastiche bench sound`.

use std::time::{Duration, Instant};

use anyhow::Context;
use pastiche::engine::audio::{AudioRunner, MAX_BLOCK};
use pastiche::engine::clock::SAMPLE_RATE;
use pastiche::engine::port::PortType;
use pastiche::engine::registry::Registry;
use pastiche::engine::spec::{InputSpec, Unwired};
use pastiche::{Pace, Player, PlayerConfig, registry};

use crate::cli::terminal;

/// Patches, and what each of them is about.
const PATCHES: [(&str, &str); 9] = [
    ("nothing", "speakers(gain(tone(0, 0), 0));"),
    ("tone", "speakers(tone(220));"),
    ("hiss", "speakers(hiss(0.1, #{ colour: \"pink\" }));"),
    ("drone", "speakers(drone(36));"),
    ("choir, 16 voices, and reverb", "speakers(reverb(choir(CHORD)));"),
    ("choir, 16 voices", "speakers(choir(CHORD));"),
    ("organ, 16 voices", "speakers(organ(CHORD));"),
    ("keys, 16 voices", "speakers(keys(CHORD, 120));"),
    ("choir, 1 voice", "speakers(choir(melody([60], 1e6, 1)));"),
];

const VOICES: usize = 16;
/// Before anything is measured, so that every voice sounds.
const WARM_UP: usize = 750;
/// The median of so many counts, for other programs are at work too.
const BLOCKS: usize = 7500;

pub fn run() -> anyhow::Result<()> {
    let block_secs = MAX_BLOCK as f64 / SAMPLE_RATE as f64;
    let fixed = PATCHES.map(|(name, text)| (name.to_owned(), text.replace("CHORD", &chord())));
    let patches = fixed.into_iter().chain(effects(&registry()?));
    for (name, text) in patches {
        let mut runner = prepare(&text)?;
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

/// Every node that does something to a sound, with a tone.
fn effects(registry: &Registry) -> Vec<(String, String)> {
    let kinds = registry.iter().map(|kind| &kind.spec);
    let effects = kinds.filter(|spec| {
        let mut needed = spec.inputs.iter().filter(|input| input.unwired == Unwired::Required);
        let gives_sound = spec.outputs.iter().any(|output| output.port == PortType::Audio);
        let takes_sound = |input: &InputSpec| input.port == PortType::Audio && !input.list;
        gives_sound && needed.clone().count() == 1 && needed.all(|input| takes_sound(input))
    });
    effects.map(|spec| (spec.name.into(), format!("speakers({}(tone(220)));", spec.name))).collect()
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
    let mut times: Vec<Duration> = (0..BLOCKS).map(|_| next()).collect();
    times.sort();
    let worst = times.last().copied().unwrap_or_default();
    Cost { median: times[times.len() / 2], worst }
}
