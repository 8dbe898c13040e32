//! What can be typed behind `pastiche`.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use pastiche::engine::clock::FrameRate;

mod networks;
mod values;

pub use networks::{ChoraleArguments, EvalArguments, EvalTarget, SamplerChoice, TrainArguments, TrainTarget};
use values::{finite, frame_rate, size};

/// A node-graph instrument for live pictures and sound, whose nodes can be neural networks.
///
/// A patch is a small script that reloads while it plays. `pastiche` alone plays one that comes with the
/// program, `pastiche FILE.rhai` plays yours. `pastiche new my-patch` makes a first one; `pastiche nodes`
/// lists what it can be made of.
#[derive(Debug, Parser)]
#[command(name = "pastiche", version, propagate_version = true)]
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
    /// Paint photographs in a style, or in a mix of styles
    Paint(PaintArguments),
    /// Make a contact sheet of patches
    Sheet(SheetArguments),
    /// Make a folder with a first patch
    New(NewArguments),
    /// Tell what this machine has and what it lacks
    Doctor(DoctorArguments),
    /// Measure how fast this machine is
    Bench(BenchArguments),
    /// Let the choir sing a chorale
    Chorale(ChoraleArguments),
    /// Measure what a network has learnt
    Eval(EvalArguments),
    /// Train a network from the beginning
    Train(TrainArguments),
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
    /// A folder for `frame_00000.png` …, `sound.wav` and, where a `chorale` or `harmonise` sings, `score.mid`, or a movie
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
    /// Write over a file that is there
    #[arg(long, requires = "sheet")]
    pub force: bool,
}

/// `pastiche paint`.
#[derive(Debug, Args)]
#[command(
    after_help = "A style is a name or a number of `pastiche styles`, or the file of any picture, and may have a \
                  weight behind a colon: `--style blue_swirls:0.7 --style painting.jpg:0.3`. Weights may be any \
                  numbers; without any, all count the same."
)]
pub struct PaintArguments {
    /// The photographs, or folders of them
    #[arg(required = true)]
    pub photographs: Vec<PathBuf>,
    /// A style; may be given more than once
    #[arg(long, required = true, value_name = "STYLE[:WEIGHT]")]
    pub style: Vec<String>,
    /// How much of the painting: 0 none, 1 all, any number
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true, value_parser = finite)]
    pub strength: f32,
    /// Keep the photograph's colours: light from the painting, colour from the photograph
    #[arg(long)]
    pub keep_colour: bool,
    /// The longer side of the painting in pixels; smaller is faster and gives broader strokes [default: that of
    /// the photograph]
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(u32).range(1..=16_384))]
    pub size: Option<u32>,
    /// A file for one painting (.png, .jpg, .webp), or a folder
    #[arg(long, value_name = "FILE|DIR")]
    pub out: PathBuf,
    /// Write over files that are there
    #[arg(long)]
    pub force: bool,
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
    /// Write over a file that is there
    #[arg(long)]
    pub force: bool,
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

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_commands_are_declared_soundly() {
        Arguments::command().debug_assert();
    }
}
