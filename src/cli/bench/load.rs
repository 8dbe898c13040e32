//! `pastiche bench load`: whether picture and sound come in time while everything beside the show is at work.

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use pastiche::engine::clock::FrameRate;
use pastiche::engine::gpu::Gpu;
use pastiche::engine::io::Io;
use pastiche::engine::node::{Fault, FrameCtx, Node};
use pastiche::engine::port::Control;
use pastiche::engine::registry::{NodeKind, Registry};
use pastiche::engine::spec::{Category, NodeSpec, Out};
use pastiche::engine::workers::{Background, Priority, Wanted};
use pastiche::loader::PatchSource;
use pastiche::models::Threads;
use pastiche::models::painting::matrix_products;
use pastiche::play::{FrameStats, PlayJob, Told, play};
use pastiche::sound::SoundOutput;
use pastiche::{Pace, Player, PlayerConfig};
use serde::Serialize;

use super::figures::Spread;
use super::stand_ins::{Buffers, Card};
use crate::cli::terminal;

const SIZE_PX: [u32; 2] = [320, 180];
const FRAMES_A_SECOND: u32 = 60;
/// Samples of the card's buffer, 11 ms.
const BUFFER: usize = 512;
/// Of each measurement.
const SECONDS: u64 = 12;
/// So often each is measured in turn: a machine that others use too is not always as fast.
const ROUNDS: usize = 3;
/// The first frames compile shaders and paint the first pictures.
const FIRST_FRAMES: usize = 120;

/// How long the model's stand-in works at a time.
const MODEL_WORK: Duration = Duration::from_millis(700);
/// Numbers that a training step's stand-in multiplies before it asks whether it should go on.
const TRAINED: usize = 1 << 16;

/// More late frames than the patch alone has, in percentage points.
const ALLOWED_POINTS: f64 = 0.5;

/// Two painters, whose picture stays; they paint again while their style moves. `busy` is 0.
const PATCH: &str = "let card = test_card();\n\
    let photo = picture(\"astronaut.png\");\n\
    let k = STYLE;\n\
    let one = style_transfer(photo, style_mix([style(19), style(7)], [1 - k, k]));\n\
    let two = style_transfer(photo, style_mix([style(3), style(11)], [k, 1 - k]));\n\
    let painted = blend(one, two, #{ amount: 0.5 });\n\
    screen(blend(card.blur(12), painted, #{ mode: \"screen\", amount: 0.5 }));\n\
    let tune = melody([57, 60, 64, 67, 69], 0.25);\n\
    speakers(organ(tune).reverb().gain(1 + BUSY));\n";

/// What is at work beside the show, and how the patch is written for it.
const LOADS: [(&str, &str, &str); 3] = [
    ("nothing", "0.5", "0"),
    ("two painters", "lfo(0.25) * 0.5 + 0.5", "0"),
    ("two painters, a model and training", "lfo(0.25) * 0.5 + 0.5", "stand_ins()"),
];

#[derive(Serialize)]
pub(super) struct Report {
    /// The nice values of the threads on which networks compute; empty where threads have none.
    network_threads_nice: Vec<i32>,
    loads: Vec<Row>,
    /// How many more of its frames are late under full load, in percentage points.
    more_late_frames: f64,
}

#[derive(Default)]
struct Measured {
    frames: u64,
    late_frames: u64,
    buffers: u64,
    late_buffers: u64,
    work: Vec<f64>,
}

#[derive(Serialize)]
struct Row {
    beside: &'static str,
    frames: u64,
    /// Frames that were left out, or not done when the next one was due.
    late_frames: u64,
    late_frames_percent: f64,
    frame_work_ms: Spread,
    /// Buffers that the sound card asked for.
    buffers: u64,
    /// Buffers that were filled too late.
    late_buffers: u64,
}

/// Plays the patch alone, with its painters at work, and with stand-ins for a model and for training.
pub(super) fn measure() -> anyhow::Result<Report> {
    let Some(gpu) = terminal::open_gpu() else { bail!("without a graphics adapter nothing is drawn") };
    let mut all = LOADS.map(|_| Measured::default());
    for round in 1..=ROUNDS {
        for ((beside, style, busy), measured) in LOADS.iter().zip(&mut all) {
            terminal::tell(format_args!("round {round} of {ROUNDS}, beside the show: {beside} …"));
            let text = PATCH.replace("STYLE", style).replace("BUSY", busy);
            run(&gpu, &text, measured).with_context(|| format!("measuring {beside}"))?;
        }
    }
    let mut loads = Vec::new();
    for ((beside, ..), measured) in LOADS.into_iter().zip(all) {
        let Measured { frames, late_frames, buffers, late_buffers, work } = measured;
        loads.push(Row {
            beside,
            frames,
            late_frames,
            late_frames_percent: late_frames as f64 / frames.max(1) as f64 * 100.0,
            frame_work_ms: Spread::of(work).context("no frame was played")?,
            buffers,
            late_buffers,
        });
    }
    let share = |row: Option<&Row>| row.map_or(0.0, |row| row.late_frames_percent);
    let more_late_frames = share(loads.last()) - share(loads.first());
    Ok(Report { network_threads_nice: network_threads_nice(), loads, more_late_frames })
}

fn run(gpu: &Gpu, text: &str, measured: &mut Measured) -> anyhow::Result<()> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let stats = folder.path().join("stats.jsonl");
    let kinds = pastiche::nodes::kinds().chain([&STAND_INS]);
    let registry = Registry::new(kinds).map_err(|errors| anyhow!("{errors:?}"))?;
    let (onsets, _onsets) = channel();
    let buffers = Arc::new(Buffers::default());
    let mut config = PlayerConfig::new(registry, Pace::Live);
    (config.gpu, config.size_px) = (Some(gpu.clone()), Some(SIZE_PX));
    config.rate = FrameRate { frames: FRAMES_A_SECOND, secs: 1 };
    config.sound = SoundOutput::Default;
    config.cards = Arc::new(Card { buffer: BUFFER, onsets, buffers: buffers.clone() });
    let mut player = Player::new(config)?;
    let source = PatchSource::Text { name: "bench".into(), text: text.into() };
    let job = PlayJob {
        length: Some(Duration::from_secs(SECONDS)),
        stats: Some(stats.clone()),
        ..PlayJob::new(source)
    };
    let mut fault = None;
    play(&mut player, job, &AtomicBool::new(false), |told| {
        if let Told::Load(report) = told
            && !report.is_good()
        {
            fault = report.diagnostics.first().map(ToString::to_string);
        }
    })?;
    if let Some(fault) = fault {
        bail!("{fault}");
    }
    measured.buffers += buffers.all.load(Relaxed);
    measured.late_buffers += buffers.late.load(Relaxed);
    drop(player);
    let text = fs::read_to_string(&stats).context("cannot read the figures")?;
    let lines: Vec<FrameStats> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let frame_ms = 1e3 / f64::from(FRAMES_A_SECOND);
    for two in lines.windows(2).skip(FIRST_FRAMES) {
        let skipped = two[1].skipped - two[0].skipped;
        let is_late = skipped == 0 && two[1].lateness_ms + two[1].work_ms > frame_ms;
        measured.frames += 1 + skipped;
        measured.late_frames += skipped + u64::from(is_late);
        measured.work.push(two[1].work_ms);
    }
    Ok(())
}

const BUSY: Out<Control> = Out::new("busy", "Always 0.");

/// Keeps the threads beside the show busy, as a large model and a training do.
static STAND_INS: NodeKind = NodeKind {
    spec: NodeSpec {
        name: "stand_ins",
        category: Category::Control,
        summary: "Works beside the show.",
        doc: "A job of 0.7 s of matrix products again and again, as a model, and one that never ends, as a training.",
        example: "let busy = stand_ins();\n",
        outputs: &[BUSY.0],
        ..NodeSpec::PLAIN
    },
    make: |_, _| Ok(Box::new(StandIns::default())),
};

#[derive(Default)]
struct StandIns {
    model: Background<()>,
    training: Background<()>,
}

impl Node for StandIns {
    fn frame(&mut self, ctx: &mut FrameCtx<'_>, io: &mut Io<'_>) -> Result<(), Fault> {
        self.model.poll()?;
        if self.model.is_idle() {
            self.model.submit(ctx.workers, Priority::Model, |_| {
                let begun = Instant::now();
                while begun.elapsed() < MODEL_WORK {
                    black_box(matrix_products(Threads::shared()));
                }
            });
        }
        self.training.poll()?;
        if self.training.is_idle() {
            self.training.submit(ctx.workers, Priority::Training, train);
        }
        io.set_control(&BUSY, 0.0);
        Ok(())
    }
}

fn train(wanted: &Wanted) {
    let mut weights = vec![1.0_f32; TRAINED];
    while wanted.is_wanted() {
        for weight in &mut weights {
            *weight = black_box(*weight * 0.999 + 0.001);
        }
    }
}

/// Each of them runs this once, as soon as it is free.
fn network_threads_nice() -> Vec<i32> {
    let (told, nice) = channel();
    Threads::shared().on_each(move || {
        if let Some(nice) = nice_of_this_thread() {
            // Received as soon as all threads have told.
            let _ = told.send(nice);
        }
    });
    nice.iter().collect()
}

/// As proc(5) has it: the 19th field, of which the second is a name in brackets.
#[cfg(target_os = "linux")]
fn nice_of_this_thread() -> Option<i32> {
    let stat = fs::read_to_string("/proc/thread-self/stat").ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(16)?.parse().ok()
}

#[cfg(not(target_os = "linux"))]
fn nice_of_this_thread() -> Option<i32> {
    None
}

impl Display for Report {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        let [width, height] = SIZE_PX;
        write!(
            to,
            "{width}x{height}, {FRAMES_A_SECOND} frames a second, a card with buffers of {BUFFER}, {ROUNDS} times \
             {SECONDS} s each:\n\n| beside the show | frames | late | of all | work, median | work, 99 % | audio \
             buffers | late |\n|---|---|---|---|---|---|---|---|"
        )?;
        for row in &self.loads {
            let Spread { median, percent_99, .. } = row.frame_work_ms;
            write!(
                to,
                "\n| {} | {} | {} | {:.2} % | {median:.2} ms | {percent_99:.2} ms | {} | {} |",
                row.beside,
                row.frames,
                row.late_frames,
                row.late_frames_percent,
                row.buffers,
                row.late_buffers
            )?;
        }
        let more = self.more_late_frames;
        write!(
            to,
            "\n\n{more:.2} percentage points more late frames under full load; {ALLOWED_POINTS} are allowed."
        )?;
        if !self.network_threads_nice.is_empty() {
            write!(to, "\nNice values of the threads of the networks: {:?}.", self.network_threads_nice)?;
        }
        Ok(())
    }
}
