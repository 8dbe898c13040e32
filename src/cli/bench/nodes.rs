//! `pastiche bench nodes`: what each node that draws costs.

use std::cmp::Reverse;
use std::fmt::Write;
use std::time::Instant;

use anyhow::{Context, bail};
use pastiche::engine::assets::Media;
use pastiche::engine::docs::is_pictured;
use pastiche::engine::gpu::{Gpu, Recorder};
use pastiche::engine::port::{Colour, PortType};
use pastiche::engine::spec::{NodeSpec, OptionDefault, OptionType, Unwired};
use pastiche::{Pace, Player, PlayerConfig, registry};

use crate::cli::terminal;

const CANVAS_PX: [u32; 2] = [1280, 720];
const FRAMES: usize = 15;
/// The first frames compile shaders and fill what a node remembers.
const FIRST_FRAMES: usize = 3;

/// A table that changes colours.
const TABLE: &str = "LUT_1D_SIZE 2\\n0 0 0\\n1 0.8 0.6\\n";

/// Measures each node that draws at 1280x720, and prints the dearest first, as a table of Markdown.
pub fn run() -> anyhow::Result<()> {
    let Some(gpu) = terminal::open_gpu() else { bail!("without a graphics adapter nothing is drawn") };
    let registry = registry()?;
    let mut costs = Vec::new();
    for spec in registry.iter().map(|kind| &kind.spec).filter(|spec| is_pictured(spec)) {
        let Some(call) = call(spec) else { continue };
        let cost = cost(&gpu, &call).with_context(|| format!("measuring `{}`", spec.name))?;
        costs.push((cost, spec.name));
    }
    costs.sort_by_key(|(cost, _)| Reverse((cost.times_solid * 1e3) as u64));
    let [width, height] = CANVAS_PX;
    terminal::say(format_args!("{width}x{height}, {}\n", gpu.adapter_name()))?;
    terminal::say("| node | times `solid` | milliseconds |\n|---|---|---|")?;
    for (Cost { millis, times_solid }, name) in costs {
        terminal::say(format_args!("| `{name}` | {times_solid:.1} | {millis:.2} |"))?;
    }
    Ok(())
}

/// A moving picture, so that no one can rest.
const INPUT: &str = "let card = test_card();\n";

/// The call of a kind with stand-ins for what it must be given; `None` when it needs what is not at
/// hand, such as a clip.
fn call(spec: &NodeSpec) -> Option<String> {
    let mut given = String::new();
    for input in spec.inputs {
        let value = match (input.port, input.unwired) {
            (PortType::Frame, _) => "card",
            (PortType::Style, _) => "style(0)",
            (PortType::Control, Unwired::Required) => "0.5",
            (PortType::Trigger, Unwired::Required) => "every(1)",
            (PortType::Audio, Unwired::Required) => "tone()",
            (_, Unwired::Required) => return None,
            _ => continue,
        };
        let value = if input.list { format!("[{value}]") } else { value.to_owned() };
        write!(given, "{}: {value}, ", input.name).ok()?;
    }
    for option in spec.options.iter().filter(|option| option.default == OptionDefault::Required) {
        let value = match option.takes {
            OptionType::File(Media::Picture) => "astronaut.png",
            OptionType::FileOrText(Media::Shader) => "plasma.wgsl",
            OptionType::FileOrText(Media::Lookup) => TABLE,
            _ => return None,
        };
        write!(given, "{}: \"{value}\", ", option.name).ok()?;
    }
    Some(format!("{}(#{{ {given} }})", spec.name))
}

struct Cost {
    millis: f64,
    times_solid: f64,
}

/// Medians of frames that are taken in turn, so that all of them meet the same noise: with the node,
/// without it, and of filling the canvas with one colour, which is what `solid` does when its colour
/// has changed.
fn cost(gpu: &Gpu, call: &str) -> anyhow::Result<Cost> {
    let input = if call.contains("card") { "card" } else { "solid()" };
    let [mut with, mut without] = [player(gpu, call)?, player(gpu, input)?];
    let mut recorder = Recorder::new(gpu);
    let [mut all, mut rest, mut solid] = [const { Vec::new() }; 3];
    for frame in 0..FIRST_FRAMES + FRAMES {
        let times =
            [timed(|| step(&mut with))?, timed(|| step(&mut without))?, timed(|| fill(&mut recorder))?];
        if frame >= FIRST_FRAMES {
            for (times, time) in [&mut all, &mut rest, &mut solid].into_iter().zip(times) {
                times.push(time);
            }
        }
    }
    let [all, rest, solid] = [all, rest, solid].map(median);
    let cost = (all - rest).max(0.0);
    Ok(Cost { millis: cost * 1e3, times_solid: cost / solid })
}

fn player(gpu: &Gpu, shown: &str) -> anyhow::Result<Player> {
    let mut config = PlayerConfig::new(registry()?, Pace::Offline);
    config.gpu = Some(gpu.clone());
    config.size_px = Some(CANVAS_PX);
    let mut player = Player::new(config)?;
    player.load_text("bench", &format!("{INPUT}screen({shown});\n"))?;
    // Only pictures are measured.
    player.take_sound();
    Ok(player)
}

/// A frame, until the graphics adapter has drawn it.
fn step(player: &mut Player) -> anyhow::Result<()> {
    player.step();
    Ok(player.recorder().context("there is no graphics adapter")?.finish()?)
}

fn fill(recorder: &mut Recorder) -> anyhow::Result<()> {
    recorder.begin_frame();
    recorder.solid(Colour::WHITE, CANVAS_PX)?;
    Ok(recorder.finish()?)
}

/// Seconds.
fn timed(work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let begun = Instant::now();
    work()?;
    Ok(begun.elapsed().as_secs_f64())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
