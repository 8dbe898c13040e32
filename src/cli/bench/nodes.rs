//! `pastiche bench nodes`: what each node that draws costs.

use std::fmt::{self, Display, Formatter, Write};
use std::time::Instant;

use anyhow::{Context, bail};
use pastiche::engine::assets::Media;
use pastiche::engine::docs::is_pictured;
use pastiche::engine::gpu::{Gpu, Recorder};
use pastiche::engine::port::{Colour, PortType};
use pastiche::engine::spec::{NodeSpec, OptionDefault, OptionType, Unwired};
use pastiche::{Pace, Player, PlayerConfig, registry};
use serde::Serialize;

use super::figures::median;
use crate::cli::terminal;

const CANVAS_PX: [u32; 2] = [1280, 720];
const FRAMES: usize = 15;
/// The first frames compile shaders and fill what a node remembers.
const FIRST_FRAMES: usize = 3;

/// A table that changes colours.
const TABLE: &str = "LUT_1D_SIZE 2\\n0 0 0\\n1 0.8 0.6\\n";

#[derive(Serialize)]
pub(super) struct Report {
    size_px: [u32; 2],
    adapter: String,
    /// The dearest first.
    nodes: Vec<Cost>,
}

#[derive(Serialize)]
struct Cost {
    node: &'static str,
    /// Its time over that of filling the canvas with one colour.
    times_solid: f64,
    median_ms: f64,
}

/// Measures each node that draws at 1280x720.
pub(super) fn measure() -> anyhow::Result<Report> {
    let Some(gpu) = terminal::open_gpu() else { bail!("without a graphics adapter nothing is drawn") };
    let registry = registry()?;
    let mut nodes = Vec::new();
    for spec in registry.iter().map(|kind| &kind.spec).filter(|spec| is_pictured(spec)) {
        let Some(call) = call(spec) else { continue };
        nodes.push(cost(&gpu, spec.name, &call).with_context(|| format!("measuring `{}`", spec.name))?);
    }
    nodes.sort_by(|one, other| other.times_solid.total_cmp(&one.times_solid));
    Ok(Report { size_px: CANVAS_PX, adapter: gpu.adapter_name().to_owned(), nodes })
}

/// A table of Markdown.
impl Display for Report {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        let [width, height] = self.size_px;
        write!(
            to,
            "{width}x{height}, {}\n\n| node | times `solid` | milliseconds |\n|---|---|---|",
            self.adapter
        )?;
        for Cost { node, times_solid, median_ms } in &self.nodes {
            write!(to, "\n| `{node}` | {times_solid:.1} | {median_ms:.2} |")?;
        }
        Ok(())
    }
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

/// Medians of frames that are taken in turn, so that all of them meet the same noise: with the node,
/// without it, and of filling the canvas with one colour, which is what `solid` does when its colour
/// has changed.
fn cost(gpu: &Gpu, node: &'static str, call: &str) -> anyhow::Result<Cost> {
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
    let [all, rest, solid] = [all, rest, solid].map(|mut times| median(&mut times));
    let cost = (all - rest).max(0.0);
    Ok(Cost { node, times_solid: cost / solid, median_ms: cost * 1e3 })
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
