//! Fills what is not known of a score: the sampler of the chorale network.

mod draw;
mod routines;
mod rules;
mod settings;
mod tuning;

pub use settings::{Routine, Settings};
pub use tuning::Tuning;

use super::canvas::{CLASSES, Canvas, SILENCE, VOICES};
use super::error::ChoraleError;
use super::features::{DEGREES, Features};
use super::network::StepLogits;
use super::trained::Network;
use crate::Random;
use draw::draw;
use rules::Rules;

/// The keys of a piece from nothing, as often as they are drawn: semitones above C.
const KEYS: [i8; 8] = [0, 7, 2, 5, 0, 10, 9, 3];

/// The steps of a beat.
const BEAT: usize = 4;

/// Draws every unknown cell of a canvas and leaves the known ones as they are: to have a bar, a voice or any
/// other cells sung again, make them unknown first. The same arguments give the same canvas, on whatever
/// thread. `wanted` is asked before each forward pass, some milliseconds apart, whether to go on.
///
/// ```
/// use pastiche_models::chorale::{Canvas, Network, Settings, sample};
///
/// let network = Network::embedded()?;
/// let mut canvas = Canvas::empty(16);
/// canvas.set(0, 0, 36);
/// let sung = sample(&network, canvas, &Settings::default(), &|| true)?;
/// assert_eq!(sung.to_roll()[0][0], 72);
/// assert!((0..16).all(|step| sung.is_known(step, 3)));
/// # Ok::<(), pastiche_models::chorale::ChoraleError>(())
/// ```
///
/// # Errors
/// Settings outside their ranges are refused by name. [`ChoraleError::Stopped`] where `wanted` said no.
pub fn sample(
    network: &Network,
    canvas: Canvas,
    settings: &Settings,
    wanted: &dyn Fn() -> bool,
) -> Result<Canvas, ChoraleError> {
    settings.check()?;
    let mut random = Random::at(settings.seed, [0, 0]);
    let any = canvas.cells().iter().flatten().any(|&class| class < SILENCE);
    let drawn = KEYS[random.between(0, KEYS.len() - 1)];
    let key = match settings.key {
        Some(key) => key,
        None if any => Features::at(&canvas, &[], None).key,
        None => drawn,
    };
    let mut sampler = Sampler {
        network,
        canvas,
        settings,
        key,
        wanted,
        random,
        rules: Rules::new(settings.tuning.clone()),
    };
    match settings.routine {
        Routine::BeatsFirst => sampler.beats_first()?,
        Routine::Independent => sampler.gibbs(false)?,
        Routine::Ancestral => sampler.ancestral()?,
        Routine::Contiguous => sampler.gibbs(true)?,
    }
    Ok(sampler.canvas)
}

/// A sampling under way.
struct Sampler<'a> {
    network: &'a Network,
    canvas: Canvas,
    settings: &'a Settings,
    key: i8,
    wanted: &'a dyn Fn() -> bool,
    random: Random,
    rules: Rules,
}

impl Sampler<'_> {
    /// The logits of some steps, ascending.
    fn logits(&self, steps: &[usize]) -> Result<Vec<StepLogits>, ChoraleError> {
        if (self.wanted)() {
            Ok(self.network.logits_at(&self.canvas, steps, Some(self.key)))
        } else {
            Err(ChoraleError::Stopped)
        }
    }

    /// Draws a cell from its step's logits. `temperature` and `top_p` are the routine's own.
    fn draw(
        &mut self,
        logits: &StepLogits,
        step: usize,
        voice: usize,
        rules: f32,
        [temperature, top_p]: [f32; 2],
    ) -> u8 {
        let mut added = [0.0; CLASSES];
        if rules != 0.0 {
            added = self.rules.logits(&self.canvas, step, voice).map(|logit| rules * logit);
            let is_last = self.canvas.start() + step + BEAT >= self.canvas.piece();
            if is_last && voice == VOICES - 1 {
                for (class, added) in added[..usize::from(SILENCE)].iter_mut().enumerate() {
                    let degree = (class as i32 - i32::from(self.key)).rem_euclid(12);
                    *added +=
                        if matches!(degree, 0 | 9) { rules * self.settings.tuning.last_bass } else { 0.0 };
                }
            }
        }
        added[usize::from(SILENCE)] += self.settings.tuning.silence;
        if self.settings.lean != 0.0 {
            let most = DEGREES.iter().copied().fold(0.0, f64::max);
            for (class, added) in added[..usize::from(SILENCE)].iter_mut().enumerate() {
                let degree = (class as i32 - i32::from(self.key)).rem_euclid(12) as usize;
                *added += self.settings.lean * (DEGREES[degree] / most).ln() as f32;
            }
        }
        let temperature = temperature * self.settings.temperature[voice];
        let top_p = top_p.min(self.settings.top_p);
        draw(&logits[voice], &added, temperature, top_p, &mut self.random)
    }

    /// Puts a list in random order.
    fn shuffle<T>(&mut self, list: &mut [T]) {
        for index in 1..list.len() {
            list.swap(index, self.random.between(0, index));
        }
    }

    /// The voices in random order.
    fn voices(&mut self) -> [usize; VOICES] {
        let mut voices = [0, 1, 2, 3];
        self.shuffle(&mut voices);
        voices
    }
}
