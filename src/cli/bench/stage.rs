//! `pastiche bench stage`: what the windows cost beside the patch.

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use pastiche::play::FrameStats;
use pastiche::stage::thumbnails_at_once;
use pastiche::{Pace, Player, PlayerConfig, registry};
use serde::Serialize;

use super::figures::{median, millis};
use crate::cli::terminal;

const SIZE_PX: [u32; 2] = [1280, 720];
/// Of each measurement.
const SECONDS: u32 = 10;
/// So often all three are measured, one after the other: a machine that others use too is not always as fast.
const ROUNDS: usize = 5;
const OPENING_SECONDS: u32 = 10;
/// The first frames compile shaders and open windows.
const FIRST_FRAMES: usize = 20;

/// Moves, so that no one can rest, takes as long at any time, and is all drawn on the GPU.
const PATCH: &str = "let card = test_card();\n\
    let turned = card.transform(#{ rotate: lfo(0.2) * 180 });\n\
    screen(turned.blur(30).blend(card, #{ mode: \"screen\", amount: 0.5 }));\n";

/// Size of the operator's thumbnails.
const THUMBNAIL_PX: [u32; 2] = [192, 108];
/// Screens that are no screen of the patch.
const FIRST_SCREEN: usize = 1000;

#[derive(Serialize)]
pub(super) struct Report {
    size_px: [u32; 2],
    /// Medians of a frame, in milliseconds.
    headless_ms: f64,
    empty_window_ms: f64,
    window_ms: f64,
    /// The patch in its window over the sum of the two above: median, and each round.
    times_sum: f64,
    rounds: Vec<f64>,
    with_operator_ms: f64,
    /// For one picture of the operator's window.
    thumbnails_ms: f64,
    opening: Opening,
}

/// The default patch, as people see it.
#[derive(Serialize)]
struct Opening {
    /// From launch to the first painted picture in both windows.
    painted_secs: f64,
    seconds: u32,
    shown: usize,
    missed: u64,
    repeated: u64,
}

/// Runs a patch without a window, an empty window, the patch in its window, and that with the
/// operator's window beside it. Then the default patch as people see it.
pub(super) fn measure() -> anyhow::Result<Report> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let save = |name: &str, text: &str| fs::write(folder.path().join(name), text);
    save("full.rhai", PATCH).and_then(|()| save("empty.rhai", "let nothing = lfo(1);\n"))?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push(Round {
            headless: headless()?,
            empty: windowed(folder.path(), "empty.rhai", &["--no-operator"])?,
            stage: windowed(folder.path(), "full.rhai", &["--no-operator"])?,
        });
    }
    let middle =
        |time: fn(&Round) -> Duration| millis(median(&mut rounds.iter().map(time).collect::<Vec<_>>()));
    let ratios: Vec<f64> = rounds.iter().map(Round::ratio).collect();
    Ok(Report {
        size_px: SIZE_PX,
        headless_ms: middle(|round| round.headless.frame),
        empty_window_ms: middle(|round| round.empty),
        window_ms: middle(|round| round.stage),
        times_sum: median(&mut ratios.clone()),
        rounds: ratios,
        with_operator_ms: millis(windowed(folder.path(), "full.rhai", &[])?),
        thumbnails_ms: middle(|round| round.headless.thumbnails),
        opening: opening(folder.path())?,
    })
}

impl Display for Report {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        let [width, height] = self.size_px;
        let mut frame = |what: &str, ms: f64| writeln!(to, "{what}: {ms:.2} ms a frame at {width}x{height}");
        frame("the patch without a window", self.headless_ms)?;
        frame("an empty window", self.empty_window_ms)?;
        frame("the patch in its window", self.window_ms)?;
        frame("with the operator's window beside it", self.with_operator_ms)?;
        let rounds: Vec<String> = self.rounds.iter().map(|ratio| format!("{ratio:.2}")).collect();
        writeln!(
            to,
            "the patch in its window is {:.2} times the sum of the two above (median of {ROUNDS} rounds: {})",
            self.times_sum,
            rounds.join(", ")
        )?;
        writeln!(
            to,
            "its thumbnails: {:.2} ms for one picture of the operator's window",
            self.thumbnails_ms
        )?;
        let Opening { painted_secs, seconds, shown, missed, repeated } = &self.opening;
        write!(
            to,
            "from launch to the first painted picture in both windows: {painted_secs:.2} s\n\
             in {seconds} s at 60 frames a second: {shown} shown, {missed} missed, {repeated} pictures repeated"
        )
    }
}

/// The same minute of the machine.
struct Round {
    headless: Headless,
    empty: Duration,
    stage: Duration,
}

impl Round {
    fn ratio(&self) -> f64 {
        self.stage.as_secs_f64() / (self.headless.frame + self.empty).as_secs_f64()
    }
}

/// Medians.
struct Headless {
    frame: Duration,
    /// What as many thumbnails as are drawn at once take.
    thumbnails: Duration,
}

/// Waits for each frame, as a display does.
fn headless() -> anyhow::Result<Headless> {
    let Some(gpu) = terminal::open_gpu() else { bail!("without a graphics adapter there is no window") };
    let mut config = PlayerConfig::new(registry()?, Pace::Offline);
    config.gpu = Some(gpu.clone());
    config.size_px = Some(SIZE_PX);
    let mut player = Player::new(config)?;
    player.load_text("bench", PATCH)?;
    player.take_sound();
    let (mut times, mut thumbnails) = (Vec::new(), Vec::new());
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(SECONDS.into()) {
        let begun = Instant::now();
        player.step();
        let shown = player.present(0);
        ensure!(matches!(shown, Ok(Some(_))), "the patch shows nothing");
        gpu.wait()?;
        times.push(begun.elapsed());
        let begun = Instant::now();
        let picture = player.picture().context("the patch shows nothing")?;
        let recorder = player.recorder().context("there is no graphics adapter")?;
        for number in 0..thumbnails_at_once(&gpu) {
            recorder.glance(FIRST_SCREEN + number, &picture, THUMBNAIL_PX)?;
        }
        recorder.submit()?;
        gpu.wait()?;
        thumbnails.push(begun.elapsed());
    }
    let settled = |times: Vec<Duration>| {
        let mut times: Vec<Duration> = times.into_iter().skip(FIRST_FRAMES).collect();
        ensure!(!times.is_empty(), "this machine is too slow to be measured");
        Ok(median(&mut times))
    };
    Ok(Headless { frame: settled(times)?, thumbnails: settled(thumbnails)? })
}

/// The default patch, as it comes.
fn opening(folder: &Path) -> anyhow::Result<Opening> {
    let lines = played(folder, &["--seconds", &OPENING_SECONDS.to_string()])?;
    let painted = lines.iter().find(|line| line.version > 0 && line.waiting == 0);
    let painted_secs = painted.context("nothing was painted")?.launch_ms / 1e3;
    let (missed, repeated) = lines.last().map_or((0, 0), |line| (line.skipped, line.repeated));
    Ok(Opening { painted_secs, seconds: OPENING_SECONDS, shown: lines.len(), missed, repeated })
}

/// The program itself, as fast as it goes.
fn windowed(folder: &Path, patch: &str, more: &[&str]) -> anyhow::Result<Duration> {
    let [width, height] = SIZE_PX;
    let size = format!("{width}x{height}");
    let seconds = SECONDS.to_string();
    let lines =
        played(folder, &[&[patch, "--fps", "1000", "--size", &size, "--seconds", &seconds], more].concat())?;
    let lines = lines.get(FIRST_FRAMES..).unwrap_or_default();
    let mut times: Vec<Duration> = lines
        .windows(2)
        .map(|two| Duration::from_secs_f64((two[1].launch_ms - two[0].launch_ms).max(0.0) / 1e3))
        .collect();
    ensure!(!times.is_empty(), "this machine is too slow to be measured");
    Ok(median(&mut times))
}

/// Plays in windows and gives the figures.
fn played(folder: &Path, arguments: &[&str]) -> anyhow::Result<Vec<FrameStats>> {
    let program = std::env::current_exe().context("cannot find this program")?;
    let stats = folder.join("stats.jsonl");
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null()).arg("play").args(arguments);
    command.args(["--sound", "none"]).arg("--stats").arg(&stats);
    let status = command.status().context("cannot start this program again")?;
    ensure!(status.success(), "the window could not be measured ({status})");
    let text = fs::read_to_string(&stats).context("cannot read the figures")?;
    Ok(text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}
