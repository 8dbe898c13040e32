//! What can be typed behind `pastiche`.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use pastiche::engine::clock::FrameRate;

/// A node-graph instrument for live pictures and sound, whose nodes can be neural networks.
///
/// A patch is a small script that reloads while it plays. `pastiche new my-patch` makes a first one;
/// `pastiche nodes` lists what it can be made of.
#[derive(Debug, Parser)]
#[command(name = "pastiche", version, propagate_version = true, arg_required_else_help = true)]
pub struct Arguments {
    /// Say more; twice says everything
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Play a patch live; it reloads when one of its files changes
    Play(PlayArguments),
    /// Render a patch to pictures and sound, or to a movie
    Render(RenderArguments),
    /// Tell everything that is wrong with a patch
    Check(CheckArguments),
    /// List the nodes, or tell all about one
    Nodes(NodesArguments),
    /// List the painting styles
    Styles(StylesArguments),
    /// Make a contact sheet of patches
    Sheet(SheetArguments),
    /// Make a folder with a first patch
    New(NewArguments),
    /// Tell what this machine has and what it lacks
    Doctor(DoctorArguments),
    /// Measure how fast this machine is
    Bench(BenchArguments),
}

/// The patch and its canvas.
#[derive(Debug, Args)]
pub struct PatchArguments {
    /// The patch; without one, the opening that comes with the program
    pub patch: Option<PathBuf>,
    /// Size of the canvas in pixels, instead of the patch's own
    #[arg(long, value_name = "WxH", value_parser = size)]
    pub size: Option<[u32; 2]>,
    /// Frames a second [default: 30; in a window 60]
    #[arg(long, value_parser = frame_rate)]
    pub fps: Option<FrameRate>,
    /// Another folder that the patch may read files from; may be given more than once
    #[arg(long, value_name = "DIR")]
    pub allow: Vec<PathBuf>,
}

/// `pastiche play`.
#[derive(Debug, Args)]
#[command(after_help = "While it plays, a line moves a knob (`glow = 0.5`) or any other constant \
                        control (`blur.radius = 12`). `learn glow` binds the MIDI controller \
                        that is moved next; `unlearn glow`, `range glow 0 2`, `curve glow 2`, `invert glow \
                        on`, `pickup glow off`, `toggle glow on`, `encoder glow twos_complement`, `reset \
                        glow`, `undo` and `list` do what they say.")]
pub struct PlayArguments {
    #[command(flatten)]
    pub patch: PatchArguments,
    /// Play without a window
    #[arg(long)]
    pub headless: bool,
    #[cfg(feature = "stage")]
    #[command(flatten)]
    pub window: WindowArguments,
    /// The sound card, by a part of its name (`pastiche doctor` lists them); `none` plays silently
    #[arg(long, value_name = "NAME")]
    pub sound: Option<String>,
    /// Stop after this many seconds
    #[arg(long, value_name = "SECONDS")]
    pub seconds: Option<f64>,
    /// Seed of everything that is left to chance
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Write a line of figures for each frame
    #[arg(long, value_name = "FILE.jsonl")]
    pub stats: Option<PathBuf>,
    /// Save pictures of the show
    #[arg(long, value_name = "DIR")]
    pub stills: Option<PathBuf>,
    /// Save a picture every N frames
    #[arg(long, value_name = "N", default_value_t = 30, requires = "stills",
          value_parser = clap::value_parser!(u64).range(1..))]
    pub every: u64,
    /// Record all that comes from outside, for `pastiche render --take`
    #[arg(long, value_name = "FILE")]
    pub take: Option<PathBuf>,
}

/// The windows.
#[cfg(feature = "stage")]
#[derive(Debug, Args)]
pub struct WindowArguments {
    /// Open in full screen
    #[arg(long, conflicts_with = "headless")]
    pub fullscreen: bool,
    /// The monitor for the picture: a number from 0, or a part of its name
    #[arg(long, value_name = "N|NAME", conflicts_with = "headless")]
    pub monitor: Option<pastiche::stage::MonitorChoice>,
    /// Do not open the operator's window; the key I does
    #[arg(long, conflicts_with = "headless")]
    pub no_operator: bool,
    /// Write nothing over the picture, not even what is wrong
    #[arg(long, conflicts_with = "headless")]
    pub no_overlay: bool,
}

/// `pastiche render`.
#[derive(Debug, Args)]
pub struct RenderArguments {
    #[command(flatten)]
    pub patch: PatchArguments,
    /// A folder for `frame_00000.png` … and `sound.wav`, or a movie
    #[arg(long, value_name = "DIR|FILE.mp4")]
    pub out: PathBuf,
    /// How many seconds
    #[arg(long, default_value_t = 10.0, allow_negative_numbers = true)]
    pub seconds: f64,
    /// Seed of everything that is left to chance [default: that of the take, or 1]
    #[arg(long)]
    pub seed: Option<u64>,
    /// Replay what was recorded with `pastiche play --take`
    #[arg(long, value_name = "FILE")]
    pub take: Option<PathBuf>,
    /// Write over what an earlier render left
    #[arg(long)]
    pub force: bool,
}

/// `pastiche check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// The patch
    pub patch: PathBuf,
    /// As JSON: a list of severity, file, line, column, length, node, input, message and help
    #[arg(long)]
    pub json: bool,
    /// Another folder that the patch may read files from; may be given more than once
    #[arg(long, value_name = "DIR")]
    pub allow: Vec<PathBuf>,
}

/// `pastiche nodes`.
#[derive(Debug, Args)]
pub struct NodesArguments {
    /// One kind of node
    pub kind: Option<String>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `pastiche styles`.
#[derive(Debug, Args)]
pub struct StylesArguments {
    /// Paint one photograph in every style, with its number, and save the sheet as PNG
    #[arg(long, value_name = "FILE.png")]
    pub sheet: Option<PathBuf>,
}

/// `pastiche sheet`.
#[derive(Debug, Args)]
pub struct SheetArguments {
    /// The patches, numbered from 0 in this order
    #[arg(required = true)]
    pub patches: Vec<PathBuf>,
    /// Where the sheet goes
    #[arg(long, value_name = "FILE.png")]
    pub out: PathBuf,
    /// After how many seconds each patch is seen
    #[arg(long, default_value_t = 3.0)]
    pub seconds: f64,
    /// Pictures in a row
    #[arg(long, default_value_t = 4)]
    pub columns: usize,
}

/// `pastiche new`.
#[derive(Debug, Args)]
pub struct NewArguments {
    /// The folder to make
    pub folder: PathBuf,
}

/// `pastiche doctor`.
#[derive(Debug, Args)]
pub struct DoctorArguments {
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `pastiche bench`.
#[derive(Debug, Args)]
pub struct BenchArguments {
    /// What to measure
    pub what: BenchTarget,
    /// With `sound`: an .sf2 file, so that `soundfont` is measured too
    #[arg(long, value_name = "FILE")]
    pub soundfont: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum BenchTarget {
    /// Control nodes a frame, and reloads
    Graph,
    /// Painting a picture, beside rten and, where a Python has it, onnxruntime
    Style,
    /// Each node that draws, at 1280x720
    Nodes,
    /// From a MIDI key to its sound, through note tools and cards of several buffers
    Midi,
    /// In which picture a controller, a knob, a camera and an onset in `line_in` are seen
    Latency,
    /// Late frames and audio buffers while painters, a model and training are at work
    Load,
    /// The cost of each node that makes sound
    Sound,
    /// What the windows cost beside the patch; needs a display
    #[cfg(feature = "stage")]
    Stage,
}

fn size(text: &str) -> Result<[u32; 2], String> {
    let sides =
        text.split_once(['x', 'X']).map(|(width, height)| (width.trim().parse(), height.trim().parse()));
    match sides {
        Some((Ok(width), Ok(height))) => Ok([width, height]),
        _ => Err("write width and height in pixels, such as 1280x720".into()),
    }
}

fn frame_rate(text: &str) -> Result<FrameRate, String> {
    let rate = text.parse().ok().and_then(FrameRate::from_fps);
    rate.ok_or_else(|| "give a number from 1 to 1000, such as 25 or 29.97".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_commands_are_declared_soundly() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn sizes_are_read() {
        assert_eq!(size("1280x720"), Ok([1280, 720]));
        assert_eq!(size("0x100000"), Ok([0, 100_000]));
        for wrong in ["1280", "x", "1280x", "-1x2", "1.5x2", "99999999999x1"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
