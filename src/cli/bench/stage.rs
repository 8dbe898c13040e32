//! `pastiche bench stage`: what the windows cost beside the patch.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use pastiche::{FrameStats, Pace, Player, PlayerConfig, registry};

use super::{median, millis};
use crate::cli::terminal;

const SIZE_PX: [u32; 2] = [1280, 720];
const SECONDS: u32 = 15;
/// The first frames compile shaders and open windows.
const FIRST_FRAMES: usize = 20;

/// Moves, so that nobody can rest, and is all drawn on the GPU.
const PATCH: &str = "let turn = lfo(0.2);\n\
    let card = test_card();\n\
    screen(card.blur(turn * 20 + 20).blend(card, #{ mode: \"screen\", amount: 0.5 }));\n";

/// Runs a patch without a window, an empty window, the patch in its window, and that with the
/// operator's window beside it.
pub fn run() -> anyhow::Result<()> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let save = |name: &str, text: &str| fs::write(folder.path().join(name), text);
    save("full.rhai", PATCH).and_then(|()| save("empty.rhai", "let nothing = lfo(1);\n"))?;
    let headless = headless()?;
    tell("the patch without a window", headless)?;
    let empty = windowed(folder.path(), "empty.rhai", &["--no-operator"])?;
    tell("an empty window", empty)?;
    let stage = windowed(folder.path(), "full.rhai", &["--no-operator"])?;
    tell("the patch in its window", stage)?;
    let times = stage.as_secs_f64() / (headless + empty).as_secs_f64();
    terminal::say(format_args!("that is {times:.2} times the sum of the two above"))?;
    let operator = windowed(folder.path(), "full.rhai", &[])?;
    tell("with the operator's window beside it", operator)
}

fn tell(what: &str, time: Duration) -> anyhow::Result<()> {
    let [width, height] = SIZE_PX;
    terminal::say(format_args!("{what}: {:.2} ms a frame at {width}x{height}", millis(time)))
}

/// Waits for each frame, as a display does.
fn headless() -> anyhow::Result<Duration> {
    let Some(gpu) = terminal::open_gpu() else { bail!("without a graphics adapter there is no window") };
    let mut config = PlayerConfig::new(registry()?, Pace::Offline);
    config.gpu = Some(gpu.clone());
    config.size_px = Some(SIZE_PX);
    let mut player = Player::new(config)?;
    player.load_text("bench", PATCH)?;
    player.take_sound();
    let mut times = Vec::new();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(SECONDS.into()) {
        let begun = Instant::now();
        player.step();
        let shown = player.present(0);
        ensure!(matches!(shown, Ok(Some(_))), "the patch shows nothing");
        gpu.wait()?;
        times.push(begun.elapsed());
    }
    let times = times.get_mut(FIRST_FRAMES..).unwrap_or_default();
    ensure!(!times.is_empty(), "this machine is too slow to be measured");
    Ok(median(times))
}

/// The program itself, as fast as it goes.
fn windowed(folder: &Path, patch: &str, more: &[&str]) -> anyhow::Result<Duration> {
    let program = std::env::current_exe().context("cannot find this program")?;
    let [width, height] = SIZE_PX;
    let stats = folder.join("stats.jsonl");
    let mut command = Command::new(program);
    command
        .current_dir(folder)
        .stdin(Stdio::null())
        .args(["play", patch, "--fps", "1000", "--sound", "none"]);
    command.args(["--size", &format!("{width}x{height}"), "--seconds", &SECONDS.to_string()]);
    command.arg("--stats").arg(&stats).args(more);
    let status = command.status().context("cannot start this program again")?;
    ensure!(status.success(), "the window could not be measured ({status})");
    let text = fs::read_to_string(&stats).context("cannot read the figures")?;
    let lines = text.lines().map(serde_json::from_str).collect::<Result<Vec<FrameStats>, _>>()?;
    let lines = lines.get(FIRST_FRAMES..).unwrap_or_default();
    let mut times: Vec<Duration> = lines
        .windows(2)
        .map(|two| Duration::from_secs_f64((two[1].launch_ms - two[0].launch_ms).max(0.0) / 1e3))
        .collect();
    ensure!(!times.is_empty(), "this machine is too slow to be measured");
    Ok(median(&mut times))
}
