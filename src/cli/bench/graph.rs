//! `pastiche bench graph`.

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use pastiche::engine::clock::FrameRate;
use pastiche::loader::PatchSource;
use pastiche::play::{FrameStats, PlayJob, Told, play};
use pastiche::{Error, Pace, Player, PlayerConfig, registry};
use serde::Serialize;

use super::figures::{median, millis};
use crate::cli::terminal;

const FRAMES: usize = 200;
const RELOADS: usize = 20;
const RELOAD_NODES: usize = 50;
const BETWEEN_EDITS: Duration = Duration::from_millis(150);
const FIRST_FRAMES: usize = 5;

#[derive(Serialize)]
pub(super) struct Report {
    frames: Vec<FrameCost>,
    reloads: Reloads,
}

#[derive(Serialize)]
struct FrameCost {
    control_nodes: usize,
    median_ms: f64,
}

#[derive(Serialize)]
struct Reloads {
    nodes: usize,
    /// From a change on disk to the frame that shows it.
    median_ms: f64,
    /// How late the latest frame meanwhile was.
    latest_ms: f64,
    /// Frames that were left out.
    skipped: u64,
}

/// Frames of control nodes, and reloads of a patch that plays.
pub(super) fn measure() -> anyhow::Result<Report> {
    let mut frames = Vec::new();
    for control_nodes in [1_000, 10_000] {
        frames.push(FrameCost { control_nodes, median_ms: millis(frame_cost(control_nodes)?) });
    }
    Ok(Report { frames, reloads: reloads()? })
}

impl Display for Report {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        for FrameCost { control_nodes, median_ms } in &self.frames {
            writeln!(to, "{control_nodes} control nodes: {median_ms:.3} ms a frame")?;
        }
        let Reloads { nodes, median_ms, latest_ms, skipped } = &self.reloads;
        writeln!(
            to,
            "reload of {nodes} nodes at 320x180 and 60 frames a second: {median_ms:.1} ms, median of {RELOADS}"
        )?;
        write!(to, "latest frame meanwhile: {latest_ms:.1} ms late, {skipped} left out")
    }
}

/// A chain of this many controls, which is heard.
fn chain(nodes: usize, offset: f64) -> String {
    let mut text = format!("let x = lfo(0.1) + {offset};\n");
    for _ in 0..nodes {
        text += "x = x + 0.001;\n";
    }
    text + "speakers(tone(x * 10 + 220));\n"
}

fn frame_cost(nodes: usize) -> anyhow::Result<Duration> {
    let mut player = Player::new(PlayerConfig::new(registry()?, Pace::Offline))?;
    player.load_text("bench", &chain(nodes, 0.0))?;
    ensure!(player.plan().nodes.len() > nodes, "nodes were left out");
    // Only the frames are measured.
    player.take_sound();
    let mut times: Vec<Duration> = (0..FRAMES)
        .map(|_| {
            let begun = Instant::now();
            player.step();
            begun.elapsed()
        })
        .collect();
    Ok(median(&mut times))
}

/// Plays a patch for real while another thread edits it.
fn reloads() -> anyhow::Result<Reloads> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let path = folder.path().join("bench.rhai");
    let gpu = terminal::open_gpu();
    let picture = if gpu.is_some() { "screen(test_card().blur(x * 4 + 8));\n" } else { "" };
    // Small steps: the picture costs the same after every edit.
    let text = move |edit: usize| chain(RELOAD_NODES - 8, edit as f64 * 0.001) + picture;
    save(&path, &text(0))?;

    let mut config = PlayerConfig::new(registry()?, Pace::Live);
    config.gpu = gpu;
    config.size_px = Some([320, 180]);
    config.rate = FrameRate { frames: 60, secs: 1 };
    let mut player = Player::new(config)?;
    let stats = folder.path().join("stats.jsonl");
    let job = PlayJob { stats: Some(stats.clone()), ..PlayJob::new(PatchSource::File(path.clone())) };
    let stop = Arc::new(AtomicBool::new(false));
    let done = stop.clone();
    let editor = std::thread::spawn(move || -> Result<(), Error> {
        let edited = (1..=RELOADS).try_for_each(|edit| {
            std::thread::sleep(BETWEEN_EDITS);
            save(&path, &text(edit))
        });
        std::thread::sleep(BETWEEN_EDITS);
        done.store(true, Ordering::Relaxed);
        edited
    });
    let played = play(&mut player, job, &stop, |told| {
        if let Told::Load(report) = told {
            terminal::show_diagnostics(&report.diagnostics);
        }
    })?;
    editor.join().map_err(|_| Error::Stopped { what: "the editor" })??;
    figures(&stats, played.skipped)
}

fn save(path: &Path, text: &str) -> Result<(), Error> {
    let beside = path.with_extension("new");
    let saved = fs::write(&beside, text).and_then(|()| fs::rename(&beside, path));
    saved.map_err(|error| Error::file("write", path, error))
}

fn figures(stats: &Path, skipped: u64) -> anyhow::Result<Reloads> {
    let text = fs::read_to_string(stats).map_err(|error| Error::file("read", stats, error))?;
    let lines: Vec<FrameStats> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let mut reloads: Vec<f64> = lines.iter().filter_map(|line| line.reload_ms).collect();
    ensure!(!reloads.is_empty(), "no edit was noticed");
    // The first frames load the patch.
    let latest = lines.iter().skip(FIRST_FRAMES).map(|line| line.lateness_ms).fold(0.0, f64::max);
    Ok(Reloads { nodes: RELOAD_NODES, median_ms: median(&mut reloads), latest_ms: latest, skipped })
}
