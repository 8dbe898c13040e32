//! The choir, and what measures and trains networks.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::values::key;

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
