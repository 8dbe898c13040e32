//! `pastiche bench midi`: from a key to its sound, from the edge where midir stands to the buffers of a sound
//! card.

use std::fmt::{self, Display, Formatter};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use pastiche::engine::clock::{FrameRate, SAMPLE_RATE};
use pastiche::host::Host;
use pastiche::loader::PatchSource;
use pastiche::midi::Hear;
use pastiche::play::{PlayJob, play};
use pastiche::sound::SoundOutput;
use pastiche::wave::WaveFile;
use pastiche::{Pace, Player, PlayerConfig, registry};
use serde::Serialize;

use super::figures::{Spread, millis};
use super::stand_ins::{Buffers, Card, Controller, duration, part_of};
use crate::cli::terminal;

/// Samples of a card's buffer.
const BUFFERS: [usize; 3] = [64, 256, 1024];
const FRAMES_A_SECOND: [u32; 2] = [30, 60];
const KEYS: usize = 40;

/// What a note goes through, and how that is written. Where a tool moves notes on purpose, it is set so that
/// it does not: no chance, and steps of 24 samples, half a millisecond.
const WAYS: [(&str, &str); 7] = [
    ("nothing", "keys"),
    ("transpose", "transpose(keys, 12)"),
    ("scale", "scale(keys)"),
    ("split", "split(keys)"),
    ("merge", "merge(keys)"),
    ("humanise", "humanise(keys, 0)"),
    ("arpeggio", "arpeggio(keys, 0.001)"),
];

/// Between two keys: every sound before has ended.
const REST: Duration = Duration::from_millis(60);
/// That is made longer by at most this much.
const MORE_REST: Duration = Duration::from_millis(20);
/// A key that is not heard by then never is.
const PATIENCE: Duration = Duration::from_millis(500);
/// Keys that may be struck before the patch plays.
const TRIES: usize = 60;

/// A note is to be heard this much later than one buffer after its key, at most.
const ALLOWED_MS: f64 = 3.0;
const ALLOWED_JITTER: u64 = 64;

#[derive(Serialize)]
pub(super) struct Report {
    ways: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    through: &'static str,
    buffer_samples: usize,
    frames_a_second: u32,
    keys: usize,
    /// Keys that were not heard.
    lost: usize,
    /// Buffers that the stand-in card got too late, for want of a free core.
    late_buffers: u64,
    key_to_sound_ms: Spread,
    /// The worst, without the one buffer.
    beyond_buffer_ms: f64,
    /// From the earliest to the latest, in samples.
    jitter_samples: u64,
}

/// Strikes keys, and listens at the card.
pub(super) fn measure() -> anyhow::Result<Report> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    record(&folder.path().join("click.wav"))?;
    let mut ways = Vec::new();
    for buffer in BUFFERS {
        for frames in FRAMES_A_SECOND {
            terminal::tell(format_args!("a card with buffers of {buffer}, {frames} frames a second …"));
            for (through, written) in WAYS {
                let row = way(folder.path(), through, written, buffer, frames);
                ways.push(row.with_context(|| format!("measuring {through}"))?);
            }
        }
    }
    Ok(Report { ways })
}

/// Five milliseconds of sound that begins at once.
fn record(path: &Path) -> anyhow::Result<()> {
    let mut file = WaveFile::create(path)?;
    file.write(&[[0.5; 2]; 240])?;
    Ok(file.finish()?)
}

fn way(
    folder: &Path,
    through: &'static str,
    written: &str,
    buffer: usize,
    frames: u32,
) -> anyhow::Result<Row> {
    let patch = folder.join("bench.rhai");
    let text = format!(
        "let keys = midi_in();\nlet played = {written};\n\
         speakers(sampler(played, \"click.wav\", #{{ attack: 0.001 }}));\n"
    );
    std::fs::write(&patch, text).context("cannot write a patch")?;
    let source = PatchSource::File(patch);
    let (opened, open) = channel();
    let (onsets, heard) = channel();
    let buffers = Arc::new(Buffers::default());
    let mut config = PlayerConfig::new(registry()?, Pace::Live);
    config.rate = FrameRate { frames, secs: 1 };
    config.watch = false;
    config.sound = SoundOutput::Default;
    config.cards = Arc::new(Card { buffer, onsets, buffers: buffers.clone() });
    let host = Host::new(&source).with_midi_of(Controller(opened))?;
    let hear = open.recv().context("the stand-in was not opened")?;
    let mut player = Player::new(config)?;
    let stop = Arc::new(AtomicBool::new(false));
    let done = stop.clone();
    let strike = thread::spawn(move || {
        let struck = strike(hear, &heard);
        done.store(true, Relaxed);
        struck
    });
    play(&mut player, PlayJob { host, ..PlayJob::new(source) }, &stop, |_| {})?;
    let late_buffers = buffers.late.load(Relaxed);
    drop(player);
    let struck = strike.join().ok().context("the stand-in has failed")?;
    ensure!(!struck.is_empty(), "no key was heard");
    let times: Vec<f64> = struck.iter().flatten().copied().map(millis).collect();
    let (keys, lost) = (struck.len(), struck.len() - times.len());
    let spread = Spread::of(times).context("no key was heard")?;
    Ok(Row {
        through,
        buffer_samples: buffer,
        frames_a_second: frames,
        keys,
        lost,
        late_buffers,
        key_to_sound_ms: spread,
        beyond_buffer_ms: spread.worst - millis(duration(buffer as u64)),
        jitter_samples: ((spread.worst - spread.least) * SAMPLE_RATE as f64 / 1e3).round() as u64,
    })
}

/// How long each key took to its sound. Nothing, if the patch does not play.
fn strike(mut hear: Hear, heard: &Receiver<Instant>) -> Vec<Option<Duration>> {
    let mut key = |number: usize| {
        thread::sleep(REST + part_of(MORE_REST, number));
        heard.try_iter().for_each(drop);
        let struck = Instant::now();
        hear(&[0x90, 60, 100]);
        let time = heard.recv_timeout(PATIENCE).ok().map(|at| at.saturating_duration_since(struck));
        hear(&[0x80, 60, 0]);
        time
    };
    if (0..TRIES).any(|number| key(number).is_some()) { (0..KEYS).map(key).collect() } else { Vec::new() }
}

impl Display for Report {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        writeln!(to, "From a key to its sound, in milliseconds:\n")?;
        writeln!(
            to,
            "| through | buffer | frames a second | median | 90 % | 99 % | worst | beyond one buffer | jitter in \
             samples | lost | late buffers |\n|---|---|---|---|---|---|---|---|---|---|---|"
        )?;
        for row in &self.ways {
            let Spread { median, percent_90, percent_99, worst, .. } = row.key_to_sound_ms;
            writeln!(
                to,
                "| {} | {} | {} | {median:.2} | {percent_90:.2} | {percent_99:.2} | {worst:.2} | {:.2} | {} | {} \
                 | {} |",
                row.through,
                row.buffer_samples,
                row.frames_a_second,
                row.beyond_buffer_ms,
                row.jitter_samples,
                row.lost,
                row.late_buffers
            )?;
        }
        let is_good = |row: &&Row| {
            row.lost == 0 && row.beyond_buffer_ms <= ALLOWED_MS && row.jitter_samples <= ALLOWED_JITTER
        };
        let good = self.ways.iter().filter(is_good).count();
        write!(
            to,
            "\n{good} of {} are at most {ALLOWED_MS} ms beyond one buffer, with a jitter of at most \
             {ALLOWED_JITTER} samples.",
            self.ways.len()
        )
    }
}
