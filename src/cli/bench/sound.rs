//! `pastiche bench sound`.

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use pastiche::engine::assets::Media;
use pastiche::engine::audio::{AudioRunner, MAX_BLOCK};
use pastiche::engine::clock::SAMPLE_RATE;
use pastiche::engine::port::PortType;
use pastiche::engine::spec::{NodeSpec, OptionDefault, OptionType, Role, Unwired};
use pastiche::loader::PatchSource;
use pastiche::wave::WaveFile;
use pastiche::{Pace, Player, PlayerConfig, registry};
use serde::Serialize;

/// What several nodes do together.
const PATCHES: [(&str, &str); 3] = [
    ("nothing", "speakers(gain(tone(0, 0), 0));"),
    (CHOIR, "speakers(reverb(choir(CHORD)));"),
    ("choir, 1 voice", "speakers(choir(melody([60], 1e6, 1)));"),
];
const CHOIR: &str = "choir, 16 voices, and reverb";

/// What a sampler plays.
const RECORDING: &str = "recording.wav";

/// What a SoundFont is called, if there is one.
const SOUNDFONT: &str = "instruments.sf2";

const VOICES: usize = 16;
/// Before anything is measured, so that every voice sounds.
const WARM_UP: usize = 750;
/// The median of this many counts, for other programs are at work too.
const BLOCKS: usize = 7500;

/// Twenty-two minutes of sound.
const MANY_BLOCKS: usize = 1_000_000;

#[derive(Serialize)]
pub(super) struct Report {
    /// How long a block plays, in microseconds.
    block_micros: f64,
    /// The dearest first.
    nodes: Vec<Node>,
    /// Many blocks of one patch.
    long_run: LongRun,
}

#[derive(Serialize)]
struct Node {
    node: String,
    median_micros: f64,
    percent_of_core: f64,
}

#[derive(Serialize)]
struct LongRun {
    patch: &'static str,
    blocks: usize,
    median_micros: f64,
    /// All but one of ten thousand.
    percent_99_99_micros: f64,
    /// Blocks that took longer than they play.
    late: usize,
    worst_micros: f64,
}

/// Measures every node that makes, changes or hears sound; then how long a block takes at worst.
/// `soundfont` is among them if there is a file for it.
pub(super) fn measure(soundfont: Option<&Path>) -> anyhow::Result<Report> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    record(&folder.path().join(RECORDING))?;
    if let Some(soundfont) = soundfont {
        fs::copy(soundfont, folder.path().join(SOUNDFONT))
            .with_context(|| format!("cannot read {}", soundfont.display()))?;
    }
    let fixed = PATCHES.map(|(name, text)| (name.to_owned(), text.to_owned()));
    let registry = registry()?;
    let kinds = registry.iter().filter_map(|kind| {
        let call = call(&kind.spec, soundfont.is_some())?;
        Some((format!("`{}`", kind.spec.name), call))
    });
    let block_micros = MAX_BLOCK as f64 / SAMPLE_RATE as f64 * 1e6;
    let mut nodes = Vec::new();
    for (node, text) in fixed.into_iter().chain(kinds) {
        let runner = prepare(folder.path(), &text).with_context(|| format!("measuring {node}"))?;
        let median_micros = micros(run(runner, BLOCKS).median);
        nodes.push(Node { node, median_micros, percent_of_core: median_micros / block_micros * 100.0 });
    }
    nodes.sort_by(|one, other| other.median_micros.total_cmp(&one.median_micros));
    let choir = PATCHES.iter().find(|(name, _)| *name == CHOIR).map_or("", |(_, text)| text);
    let Cost { median, nearly_all, late, worst } = run(prepare(folder.path(), choir)?, MANY_BLOCKS);
    let long_run = LongRun {
        patch: CHOIR,
        blocks: MANY_BLOCKS,
        median_micros: micros(median),
        percent_99_99_micros: micros(nearly_all),
        late,
        worst_micros: micros(worst),
    };
    Ok(Report { block_micros, nodes, long_run })
}

/// A table of Markdown, and a sentence.
impl Display for Report {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        write!(to, "| node | microseconds a block | of a core |\n|---|---|---|")?;
        for Node { node, median_micros, percent_of_core } in &self.nodes {
            write!(to, "\n| {node} | {median_micros:.2} | {percent_of_core:.2} % |")?;
        }
        let LongRun { patch, blocks, median_micros, percent_99_99_micros, late, worst_micros } =
            &self.long_run;
        write!(
            to,
            "\n\n{patch}, {blocks} blocks of {:.0} microseconds: median {median_micros:.0}, 99.99 % within \
             {percent_99_99_micros:.0}, {late} took longer than they play, worst {worst_micros:.0}",
            self.block_micros
        )
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// Two seconds of a tone.
fn record(path: &Path) -> anyhow::Result<()> {
    let sample = |at: u64| (at as f32 * 0.03).sin() * 0.5;
    let samples: Vec<[f32; 2]> = (0..2 * SAMPLE_RATE).map(|at| [sample(at); 2]).collect();
    let mut file = WaveFile::create(path)?;
    file.write(&samples)?;
    Ok(file.finish()?)
}

/// A patch that runs a kind with stand-ins for what it must be given; `None` where it has no sound, or
/// needs what is not at hand.
fn call(spec: &NodeSpec, has_soundfont: bool) -> Option<String> {
    let is_sound = |port: PortType| port == PortType::Audio;
    let gives_sound = spec.outputs.iter().any(|output| is_sound(output.port));
    let hears = spec.inputs.iter().any(|input| is_sound(input.port) && input.unwired == Unwired::Required);
    if !(gives_sound || hears) || spec.role != Role::Plain {
        return None;
    }
    let mut given = Vec::new();
    for input in spec.inputs.iter().filter(|input| input.unwired == Unwired::Required) {
        let value = match input.port {
            PortType::Audio => "heard",
            PortType::Notes => "CHORD",
            PortType::Control => "0.5",
            _ => return None,
        };
        given.push(if input.list {
            format!("{}: [{value}, {value}]", input.name)
        } else {
            format!("{}: {value}", input.name)
        });
    }
    for option in spec.options.iter().filter(|option| option.default == OptionDefault::Required) {
        match option.takes {
            OptionType::File(Media::Sound) => given.push(format!("{}: \"{RECORDING}\"", option.name)),
            OptionType::File(Media::SoundFont) if has_soundfont => {
                given.push(format!("{}: \"{SOUNDFONT}\"", option.name));
            }
            _ => return None,
        }
    }
    let it = format!("let heard = tone(220);\nlet it = {}(#{{ {} }});\n", spec.name, given.join(", "));
    // What only hears moves what is heard, and so it runs.
    Some(match spec.outputs.iter().find(|output| is_sound(output.port)) {
        Some(output) => format!("{it}speakers(it.{});\n", output.name),
        None => {
            let control = spec.outputs.iter().find(|output| output.port == PortType::Control)?;
            format!("{it}speakers(gain(heard, it.{}));\n", control.name)
        }
    })
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

fn prepare(folder: &Path, text: &str) -> anyhow::Result<AudioRunner> {
    let patch = folder.join("bench.rhai");
    fs::write(&patch, text.replace("CHORD", &chord())).context("cannot write a patch")?;
    let mut player = Player::new(PlayerConfig::new(registry()?, Pace::Offline))?;
    let report = player.load_source(PatchSource::File(patch))?;
    ensure!(report.is_good(), "{}", report.diagnostics.iter().map(ToString::to_string).collect::<String>());
    let runner = player.take_sound().context("the sound has been taken")?;
    // One frame: what is held from then on needs no other.
    player.step();
    Ok(runner)
}

struct Cost {
    median: Duration,
    /// All but one of ten thousand.
    nearly_all: Duration,
    /// Blocks that took longer than they play.
    late: usize,
    worst: Duration,
}

fn run(mut runner: AudioRunner, blocks: usize) -> Cost {
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
    let mut times: Vec<Duration> = (0..blocks).map(|_| next()).collect();
    times.sort();
    let plays = Duration::from_secs_f64(MAX_BLOCK as f64 / SAMPLE_RATE as f64);
    Cost {
        median: times[blocks / 2],
        nearly_all: times[blocks - 1 - blocks / 10_000],
        late: blocks - times.partition_point(|time| *time <= plays),
        worst: times.last().copied().unwrap_or_default(),
    }
}
