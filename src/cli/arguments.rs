//! What can be typed behind `pastiche`.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use pastiche::engine::clock::FrameRate;

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

/// `pastiche chorale`.
#[derive(Debug, Args)]
#[command(
    after_help = "The same seed sings the same chorale. With --predict, each line on the standard input is a \
                        question such as {\"roll\": [[72, 67, 64, 48]], \"known\": [[1, 0, 1, 1]], \"ask\": [[0, 1]]} \
                        (MIDI pitches of soprano, alto, tenor and bass for each sixteenth, -1 for silence; which cells \
                        are known; steps and voices asked for), and each line of the answer has the \
                        log-probabilities of the pitches 36 to 81 and of silence for each of them."
)]
pub struct ChoraleArguments {
    /// Bars of four beats [default: 8, or those of the melody]
    #[arg(long)]
    pub bars: Option<usize>,
    /// What the highest voice that has the range must sing: a MIDI file, or notes such as "c5:2 d e f | g:4"
    #[arg(long, value_name = "FILE|NOTES")]
    pub melody: Option<String>,
    /// How far the voices stray from what is likeliest: 0 not at all, 1 as Bach, far above 1 chaos; one number, or one
    /// for each voice
    #[arg(long, value_name = "T", default_value = "1", value_delimiter = ',')]
    pub temperature: Vec<f32>,
    /// In which order the notes are drawn [default: beats-first]
    #[arg(long, value_name = "S")]
    pub sampler: Option<SamplerChoice>,
    /// The seed of everything that is drawn
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// The key, such as C, Eb or f#m [default: that of the melody, or any]
    #[arg(long, value_parser = key)]
    pub key: Option<i8>,
    /// Weights to sing with instead of the program's own
    #[arg(long, value_name = "FILE")]
    pub weights: Option<PathBuf>,
    /// Answer questions about single notes instead
    #[arg(long, conflicts_with_all = ["bars", "melody", "out", "sampler", "key"])]
    pub predict: bool,
    /// Where the chorale goes: FILE.mid, .wav, .json or .musicxml
    #[arg(long, value_name = "FILE", required_unless_present = "predict")]
    pub out: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long, requires = "out")]
    pub force: bool,
}

/// The order in which notes are drawn.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum SamplerChoice {
    /// Beats, then what lies between them, by the rules of part-writing
    BeatsFirst,
    /// Gibbs sampling that masks each note by itself
    Independent,
    /// Each note once, in random order
    Ancestral,
    /// Gibbs sampling that masks a stretch of time
    Contiguous,
}

/// `pastiche eval`.
#[derive(Debug, Args)]
#[command(
    after_help = "Without --samples: how likely the network finds the pieces of the test part, by algorithm 1 of \
                        Huang et al. (2017). With --samples: what it sings, beside the last bars of the pieces of the \
                        training part (their grades beside the test part's), or without --data beside published \
                        figures for whole pieces."
)]
pub struct EvalArguments {
    /// What is measured
    pub what: EvalTarget,
    /// The chorales: JSON such as Jsb16thSeparated.json of czhuang/JSB-Chorales-dataset
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    /// Weights to measure instead of the program's own
    #[arg(long, value_name = "FILE")]
    pub weights: Option<PathBuf>,
    /// An estimate: one ordering, 20 pieces
    #[arg(long, conflicts_with = "samples")]
    pub quick: bool,
    /// Keep each piece's result in this file, and go on from what is there
    #[arg(long, value_name = "FILE", conflicts_with = "samples")]
    pub resume: Option<PathBuf>,
    /// Measure this many samples, of seeds from 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=100_000))]
    pub samples: Option<u32>,
    /// With --samples: their length in bars
    #[arg(long, default_value_t = 8, requires = "samples", value_parser = clap::value_parser!(u32).range(1..=256))]
    pub bars: u32,
    /// With --samples: in which order the notes are drawn [default: beats-first]
    #[arg(long, value_name = "S", requires = "samples")]
    pub sampler: Option<SamplerChoice>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// What can be measured by what it has learnt.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum EvalTarget {
    /// The chorale network
    Chorale,
}

/// `pastiche train`.
#[derive(Debug, Args)]
#[command(
    after_help = "A checkpoint is kept beside the weights every hundred steps. After a stop or a crash at any \
                        moment, the same command with --resume ends with the same weights as without. The losses, and \
                        every five hundred steps what the network sings, go into the folder FILE.tensorboard, which \
                        `tensorboard --logdir` shows. A patch with chorale(#{ weights: \"FILE.safetensors\" }) sings \
                        with the newest weights while they are trained."
)]
pub struct TrainArguments {
    /// What is trained
    pub what: TrainTarget,
    /// The chorales: JSON such as Jsb16thSeparated.json of czhuang/JSB-Chorales-dataset, or a folder of MIDI or MusicXML
    /// files of four voices each, of which bad ones are named and left out
    #[arg(long, value_name = "FILE|FOLDER")]
    pub data: PathBuf,
    /// Where the weights go that are best on the validation part: FILE.safetensors
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Steps in all, of 8 crops of 16 bars; the learning rate falls to 0 at the last
    #[arg(long, default_value_t = 12_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub steps: u64,
    /// Go on from the newest checkpoint
    #[arg(long)]
    pub resume: bool,
    /// The seed of the first weights and of everything that is drawn
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// What can be trained.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum TrainTarget {
    /// The chorale network
    Chorale,
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

/// The tonic of a key's major scale in semitones above C: that of the relative major for a minor key.
fn key(text: &str) -> Result<i8, String> {
    let (name, minor) = match text.strip_suffix('m') {
        Some(name) => (name, true),
        None => (text, text.starts_with(|letter: char| letter.is_ascii_lowercase())),
    };
    let mut letters = name.chars();
    let natural: i8 = match letters.next().map(|letter| letter.to_ascii_lowercase()) {
        Some('c') => 0,
        Some('d') => 2,
        Some('e') => 4,
        Some('f') => 5,
        Some('g') => 7,
        Some('a') => 9,
        Some('b') => 11,
        _ => return Err("write a key such as C, Eb, F# or, for minor, am".into()),
    };
    let sign = match letters.as_str() {
        "" => 0,
        "#" => 1,
        "b" => -1,
        _ => return Err("write a key such as C, Eb, F# or, for minor, am".into()),
    };
    Ok((natural + sign + if minor { 3 } else { 0 }).rem_euclid(12))
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
    fn keys_are_read() {
        for (text, tonic) in
            [("C", 0), ("Eb", 3), ("F#", 6), ("Am", 0), ("am", 0), ("a", 0), ("f#m", 9), ("Cb", 11)]
        {
            assert_eq!(key(text), Ok(tonic), "{text}");
        }
        for wrong in ["", "H", "C##", "major", "#", "é"] {
            assert!(key(wrong).is_err(), "{wrong}");
        }
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
