//! `pastiche train`.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::sync::atomic::Ordering;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pastiche::Error;
use pastiche::models::chorale::{Canvas, Network, Settings, sample};
use pastiche::scores::{ReadCorpus, read_corpus, sound_of};
use pastiche_train::chorale::{StepReport, TrainError, Trainer, Validation, replace};
use pastiche_train::tensorboard::EventFile;

use super::arguments::{TrainArguments, TrainTarget};
use super::end::End;
use super::terminal;

/// How many steps lie between two checkpoints, each with a look at the validation part.
const BETWEEN: u64 = 100;
/// How many steps lie between two songs.
const BETWEEN_SONGS: u64 = 500;
/// The length of a song, in bars of 16 steps.
const SONG_BARS: usize = 4;
/// How much of the loss that is shown comes from the newest step.
const SHOWN: f32 = 0.02;
const BAR: &str = "{wide_bar} {pos}/{len} steps, {msg}, {eta} left";

pub fn run(arguments: &TrainArguments) -> anyhow::Result<End> {
    match arguments.what {
        TrainTarget::Chorale => chorale(arguments),
    }
}

fn chorale(arguments: &TrainArguments) -> anyhow::Result<End> {
    let ReadCorpus { corpus, left_out } = read_corpus(&arguments.data)?;
    for fault in &left_out {
        terminal::tell(format_args!("left out: {fault}"));
    }
    let checkpoint = arguments.out.with_extension("checkpoint");
    let mut trainer = start(arguments, &checkpoint)?;
    // A place that cannot be written to is better known now than after the first hundred steps.
    trainer.save(&checkpoint)?;
    let mut log = Log::open(&arguments.out.with_extension("tensorboard"));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let target =
        if io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(arguments.steps), target)
        .with_style(ProgressStyle::with_template(BAR)?)
        .with_position(trainer.step);
    bar.reset_eta();
    let stop = terminal::stop_flag()?;
    let mut shown: Option<f32> = None;
    while trainer.step < arguments.steps {
        if stop.load(Ordering::Relaxed) {
            trainer.save(&checkpoint)?;
            bar.finish_and_clear();
            terminal::tell(format_args!(
                "stopped at step {}; the same command with --resume goes on",
                trainer.step
            ));
            return Ok(End::Stopped);
        }
        let report = trainer.advance(&corpus, arguments.steps, threads);
        let loss = shown.map_or(report.loss, |shown| shown + SHOWN * (report.loss - shown));
        shown = Some(loss);
        bar.set_message(format!("loss {loss:.3}"));
        bar.set_position(trainer.step);
        if trainer.step.is_multiple_of(BETWEEN) || trainer.step == arguments.steps {
            let validation = trainer.validate(&corpus, threads);
            let best = validation.score() < trainer.best;
            if best {
                trainer.best = validation.score();
                replace(&arguments.out, &trainer.average.to_safetensors()?)?;
            }
            trainer.save(&checkpoint)?;
            log.scalars(&trainer, loss, &report, &validation);
            if trainer.step.is_multiple_of(BETWEEN_SONGS) || trainer.step == arguments.steps {
                log.song(&trainer);
            }
            let line = format!(
                "step {:6}  loss {loss:.4}  rate {:.5}  validation: cells {:.4}, frames {:.4}, as sung {:.4}{}",
                trainer.step,
                report.rate,
                validation.cells,
                validation.frames,
                validation.sampler,
                if best { "  kept" } else { "" }
            );
            bar.suspend(|| terminal::say(line))?;
        }
    }
    bar.finish_and_clear();
    Ok(End::Good)
}

/// A training from the beginning, or from the newest checkpoint.
fn start(arguments: &TrainArguments, checkpoint: &Path) -> anyhow::Result<Trainer> {
    match (arguments.resume, checkpoint.exists()) {
        (true, true) => Trainer::load(checkpoint).with_context(|| checkpoint.display().to_string()),
        (false, true) => Err(Error::Setting {
            message: format!("{} is the checkpoint of an earlier training", checkpoint.display()),
            help: "add --resume to go on from it, or remove it to start from the beginning".into(),
        }
        .into()),
        (_, false) if arguments.out.exists() => Err(Error::Setting {
            message: format!(
                "{} is there already, and no checkpoint of its training",
                arguments.out.display()
            ),
            help: "name another file for the weights".into(),
        }
        .into()),
        (_, false) => Ok(Trainer::new(arguments.seed)),
    }
}

/// What TensorBoard shows. A log that cannot be written is given up, and the training goes on.
struct Log(Option<EventFile>);

impl Log {
    fn open(folder: &Path) -> Log {
        let mut log = Log(None);
        let created = EventFile::create(folder);
        match created {
            Ok(file) => log.0 = Some(file),
            Err(error) => log.give_up(&error.into()),
        }
        log
    }

    fn give_up(&mut self, error: &anyhow::Error) {
        self.0 = None;
        terminal::tell(format_args!("{error:#}; the training goes on without a log for TensorBoard"));
    }

    fn write(&mut self, write: impl FnOnce(&mut EventFile) -> anyhow::Result<()>) {
        if let Some(Err(error)) = self.0.as_mut().map(write) {
            self.give_up(&error);
        }
    }

    fn scalars(&mut self, trainer: &Trainer, loss: f32, report: &StepReport, validation: &Validation) {
        self.write(|file| {
            let values = [
                ("training/loss", loss),
                ("training/gradient", report.gradient),
                ("training/rate", report.rate),
                ("validation/cells", validation.cells),
                ("validation/frames", validation.frames),
                ("validation/as_sung", validation.sampler),
                ("validation/score", validation.score()),
            ];
            Ok(file.scalars(trainer.step, &values)?)
        });
    }

    /// What the network sings now: the same seed each time, so that songs can be compared. Nothing of the training
    /// depends on it.
    fn song(&mut self, trainer: &Trainer) {
        self.write(|file| {
            let network = Network::new(trainer.average.clone());
            let sung = sample(&network, Canvas::empty(16 * SONG_BARS), &Settings::default(), &|| true)?;
            let (wav, frames) = sound_of(&sung.to_roll())?;
            let written: Result<(), TrainError> = file.sound(trainer.step, "sung", &wav, [48_000, frames]);
            Ok(written?)
        });
    }
}
