//! The trainer: steps, the average of the weights, and checkpoints that a killed training goes on from.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Mutex;

use pastiche_models::chorale::{BLOCKS, Corpus, Part, VOICES, WEIGHTS, WIDTH, Weights};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::backward::{Workspace, loss, loss_and_gradient};
use super::data::{Example, TRAINING_MIX, example};
use super::error::TrainError;
use super::optimiser::Optimiser;
use crate::Random;

/// The steps of a crop.
const CROP: usize = 256;
/// The crops of a step.
const CROPS: usize = 8;
const DROPOUT: f32 = 0.25;
const RATE: f32 = 4e-3;
const WARM_UP: f32 = 200.0;
/// The share of a training after which the learning rate falls.
const HELD: f32 = 0.4;
const AVERAGE: f32 = 0.999;
/// The crops of each kind of mask that validation looks at.
const VALIDATION_CROPS: usize = 40;

/// A training between two steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Trainer {
    /// How many steps are done.
    pub step: u64,
    /// The seed of everything drawn.
    pub seed: u64,
    /// The weights as they are trained.
    pub weights: Weights,
    /// Their running average: what is measured and kept.
    pub average: Weights,
    /// The least score on the validation part so far.
    pub best: f32,
    optimiser: Optimiser,
    scratch: Scratch,
}

/// Memory that each step overwrites: the loss and the gradient of each crop, their sum, and a workspace a thread.
#[derive(Debug, Clone, Default)]
struct Scratch {
    crops: Vec<(f32, Vec<f32>)>,
    gradient: Vec<f32>,
    workspaces: Vec<Workspace>,
}

impl PartialEq for Scratch {
    /// What is overwritten tells no training from another.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepReport {
    /// The mean cross-entropy over the hidden cells, in nats.
    pub loss: f32,
    /// The length of the gradient before it was clipped.
    pub gradient: f32,
    /// The learning rate.
    pub rate: f32,
}

/// The mean cross-entropy on the validation part in nats a hidden cell, by the kind of mask.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Validation {
    /// Single cells hidden.
    pub cells: f32,
    /// Frames hidden.
    pub frames: f32,
    /// Hidden as the sampler walks.
    pub sampler: f32,
}

impl Validation {
    /// What the best checkpoint has least of.
    pub fn score(&self) -> f32 {
        self.cells / 3.0 + 2.0 * self.frames + self.sampler / 4.0
    }
}

impl Trainer {
    /// A training from random weights.
    pub fn new(seed: u64) -> Self {
        let weights = initial(seed);
        Self {
            step: 0,
            seed,
            average: weights.clone(),
            weights,
            best: f32::MAX,
            optimiser: Optimiser::default(),
            scratch: Scratch::default(),
        }
    }

    /// One step of a training of `steps` steps, on up to `threads` threads; the result does not depend
    /// on their number.
    pub fn advance(&mut self, corpus: &Corpus, steps: u64, threads: usize) -> StepReport {
        let (seed, step, weights) = (self.seed, self.step, &self.weights);
        let Scratch { crops, gradient, workspaces } = &mut self.scratch;
        crops.resize_with(CROPS, || (0.0, vec![0.0; WEIGHTS]));
        parallel(crops, workspaces, threads, |crop, (found, gradient), workspace| {
            let mut random = Random::at(seed, [step, crop as u64]);
            let example = example(&corpus.train, CROP, &TRAINING_MIX, true, &mut random);
            let factors = dropout(example.canvas.steps(), &mut random);
            gradient.fill(0.0);
            let share = 1.0 / CROPS as f32;
            *found = loss_and_gradient(weights, &example, Some(&factors), share, workspace, gradient);
        });
        let mut mean = 0.0;
        gradient.clear();
        gradient.resize(WEIGHTS, 0.0);
        for (found, part) in crops {
            mean += *found / CROPS as f32;
            for (sum, value) in gradient.iter_mut().zip(part) {
                *sum += *value;
            }
        }
        let rate = rate(step, steps);
        let length = self.optimiser.step(self.weights.values_mut(), gradient, step, rate);
        self.step += 1;
        let steps = self.step as f32;
        let keep = AVERAGE.min((1.0 + steps) / (10.0 + steps));
        for (average, weight) in self.average.values_mut().iter_mut().zip(self.weights.values()) {
            *average += (1.0 - keep) * (weight - *average);
        }
        StepReport { loss: mean, gradient: length, rate }
    }

    /// Measures the average on the same crops and masks of the validation part every time.
    pub fn validate(&self, corpus: &Corpus, threads: usize) -> Validation {
        let mut workspaces = Vec::new();
        let mixes = [0, 1, 4].map(|kind| std::array::from_fn(|other| f32::from(other == kind)));
        let [cells, frames, sampler] = mixes.map(|mix| {
            let mut found = [0.0; VALIDATION_CROPS];
            parallel(&mut found, &mut workspaces, threads, |crop, found, workspace| {
                let mut random = Random::at(7, [u64::MAX, crop as u64]);
                let example: Example = example(&corpus.valid, CROP, &mix, false, &mut random);
                *found = loss(&self.average, &example, workspace);
            });
            found.iter().sum::<f32>() / found.len() as f32
        });
        Validation { cells, frames, sampler }
    }

    /// Writes everything that a training needs to go on; the file is replaced as a whole.
    ///
    /// # Errors
    /// What the disk refuses.
    pub fn save(&self, path: &Path) -> Result<(), TrainError> {
        let lists = self.lists().map(|(name, values)| {
            (name, values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>())
        });
        let mut tensors = Vec::new();
        for (name, bytes) in &lists {
            let view = TensorView::new(Dtype::F32, vec![WEIGHTS], bytes).map_err(unfit)?;
            tensors.push((*name, view));
        }
        let notes = HashMap::from([
            ("step".to_owned(), self.step.to_string()),
            ("seed".to_owned(), self.seed.to_string()),
            ("best".to_owned(), self.best.to_bits().to_string()),
        ]);
        let bytes = safetensors::serialize(tensors, Some(notes)).map_err(unfit)?;
        replace(path, &bytes)
    }

    fn lists(&self) -> [(&'static str, &[f32]); 4] {
        [
            ("weights", self.weights.values()),
            ("average", self.average.values()),
            ("first", &self.optimiser.first),
            ("second", &self.optimiser.second),
        ]
    }

    /// Reads what [`Trainer::save`] wrote.
    ///
    /// # Errors
    /// A file that cannot be read, is damaged, or belongs to another network.
    pub fn load(path: &Path) -> Result<Self, TrainError> {
        let bytes = std::fs::read(path).map_err(|error| TrainError::file("read", path, error))?;
        let (_, header) = SafeTensors::read_metadata(&bytes).map_err(unfit)?;
        let tensors = SafeTensors::deserialize(&bytes).map_err(unfit)?;
        let note = |name: &str| -> Result<u64, TrainError> {
            let notes = header.metadata().as_ref();
            let value = notes.and_then(|notes| notes.get(name)).and_then(|text| text.parse().ok());
            value.ok_or_else(|| unfit(format!("it says no `{name}`")))
        };
        let list = |name: &str| -> Result<Vec<f32>, TrainError> {
            let tensor = tensors.tensor(name).map_err(unfit)?;
            let fits = tensor.dtype() == Dtype::F32 && tensor.shape() == [WEIGHTS];
            if !fits {
                return Err(unfit(format!("`{name}` is not {WEIGHTS} numbers")));
            }
            Ok(tensor.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
        };
        Ok(Self {
            step: note("step")?,
            seed: note("seed")?,
            best: f32::from_bits(u32::try_from(note("best")?).map_err(unfit)?),
            weights: Weights::from_values(list("weights")?)?,
            average: Weights::from_values(list("average")?)?,
            optimiser: Optimiser { first: list("first")?, second: list("second")? },
            scratch: Scratch::default(),
        })
    }
}

fn unfit(reason: impl std::fmt::Display) -> TrainError {
    TrainError::CheckpointUnfit { reason: reason.to_string() }
}

/// Writes a file beside `path` and puts it in its place, so that a kill at any moment leaves the old
/// one or the new one.
///
/// # Errors
/// What the disk refuses.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), TrainError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || -> std::io::Result<()> {
        let mut beside = tempfile::NamedTempFile::new_in(folder)?;
        std::io::Write::write_all(&mut beside, bytes)?;
        beside.as_file().sync_all()?;
        beside.persist(path).map(drop).map_err(|error| error.error)
    };
    write().map_err(|error| TrainError::file("write", path, error))
}

/// Held after a warm-up, then falling to 0 in a straight line.
fn rate(step: u64, steps: u64) -> f32 {
    let warm = ((step + 1) as f32 / WARM_UP).min(1.0);
    let left = 1.0 - step as f32 / steps.max(1) as f32;
    RATE * warm * (left / (1.0 - HELD)).clamp(0.0, 1.0)
}

/// Factors that drop a share of the values and scale the others up, for each list of hidden states.
fn dropout(steps: usize, random: &mut Random) -> [Vec<f32>; BLOCKS + 1] {
    std::array::from_fn(|_| {
        (0..steps * WIDTH).map(|_| if random.chance(DROPOUT) { 0.0 } else { 1.0 / (1.0 - DROPOUT) }).collect()
    })
}

/// Runs `work` for each slot on up to `threads` threads, each with a workspace of its own; whichever thread is
/// free takes the next slot.
fn parallel<T: Send>(
    slots: &mut [T],
    workspaces: &mut Vec<Workspace>,
    threads: usize,
    work: impl Fn(usize, &mut T, &mut Workspace) + Sync,
) {
    let threads = threads.clamp(1, slots.len().max(1));
    if workspaces.len() < threads {
        workspaces.resize_with(threads, Workspace::default);
    }
    let queue = &Mutex::new(slots.iter_mut().enumerate());
    let next = || queue.lock().ok().and_then(|mut queue| queue.next());
    let (next, work) = (&next, &work);
    std::thread::scope(|scope| {
        for workspace in &mut workspaces[..threads] {
            scope.spawn(move || {
                while let Some((index, slot)) = next() {
                    work(index, slot, workspace);
                }
            });
        }
    });
}

/// Random weights; the tables of parallels start against fifths and octaves.
fn initial(seed: u64) -> Weights {
    let mut random = Random::at(seed, [u64::MAX, u64::MAX]);
    let mut weights = Weights::zeros();
    for &part in Part::ALL {
        let values = &mut weights.values_mut()[part.range()];
        let mut normal =
            |deviation: f32| values.iter_mut().for_each(|value| *value = deviation * random.normal());
        match part {
            Part::Current | Part::Previous | Part::Next | Part::Repeat => normal(0.2),
            Part::PreviousDistance | Part::NextDistance | Part::Interval | Part::RepeatGrade => normal(0.2),
            Part::Metre | Part::Key => normal(0.1),
            Part::OutputWeight | Part::Absolute | Part::Relative | Part::Others => normal(0.02),
            Part::FrontWeight => normal(1.0 / (3.0 * (VOICES * 40) as f32).sqrt()),
            Part::Histogram => normal(1.0 / 36.0_f32.sqrt()),
            Part::GateWeight => normal(1.0 / (9.0 * WIDTH as f32).sqrt()),
            Part::HeadWeight | Part::OthersHiddenWeight => normal(1.0 / (3.0 * WIDTH as f32).sqrt()),
            Part::BlockNorm | Part::Norm => values.fill(1.0),
            Part::Parallel => {
                for (index, value) in values.iter_mut().enumerate() {
                    *value = if matches!(index / 2 % 12, 0 | 7) { -1.0 } else { 0.0 };
                }
            }
            _ => {}
        }
    }
    weights
}
